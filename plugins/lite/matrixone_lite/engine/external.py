"""CREATE EXTERNAL TABLE."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import blueprint
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.catalog import Table
from matrixone_lite.engine.ddl import taken, writable_database
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import ServerError, invalid_input
from matrixone_lite.engine.external_files import DIRECTIVE, PATTERN, misconfigured
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from matrixone_lite.engine.session import LiteSession

_KEYS: Final = {"filepath", "format", "compression", "jsondata", PATTERN}
_WRITABLE: Final = {"csv", "jsonline"}
_COMPRESSED: Final = re.compile(r"\.(tar\.gz|tar\.gzip|tar\.bz2|tar\.bzip2|gz|gzip|bz2|bzip2|lz4)$", re.IGNORECASE)
_MOMENTS: Final = frozenset("YymdHIMSpjAaBb")
_MOST_DIGITS: Final = 64
_ENOUGH_DIGITS: Final = 6
"""Random digits that tell files written at the same time apart."""


@handles(ast.CreateExternalTable)
def create_external_table(session: LiteSession, statement: ast.CreateExternalTable) -> Done:
    """CREATE EXTERNAL TABLE."""
    database = writable_database(session, statement.name, "create table")
    if taken(session, database, statement.name.name):
        if statement.if_not_exists:
            return Done()
        raise ServerError(1050, f"table {statement.name.name.lower()} already exists")
    options = dict(statement.options)
    unknown = next((key for key in options if key not in _KEYS), None)
    if unknown is not None:
        raise misconfigured(f"the keyword '{unknown}' is not support")
    if any(column.primary_key or column.unique for column in statement.columns):
        raise invalid_input("cannot create index on external table")
    if PATTERN in options:
        _check_writable(options)
    columns = [blueprint.define_column(session, written, n + 1) for n, written in enumerate(statement.columns)]
    attributes = {
        "text": session.statement_text,
        "options": options,
        "file_format": statement.file_format,
        "ignore_lines": statement.ignore_lines,
    }
    identity = session.catalog.next_id()
    table = Table(
        identity,
        database.id,
        statement.name.name.lower(),
        identity,
        "external",
        tuple(columns),
        created=session.store.now(),
        attributes=attributes,
    )
    session.catalog.add_table(table)
    return Done()


def _check_writable(options: dict[str, str]) -> None:
    pattern, form = options[PATTERN], options.get("format", "").lower()
    if not pattern.startswith("stage://"):
        raise misconfigured(f"WRITE_FILE_PATTERN must be a stage:// path, got '{pattern}'")
    compression = options.get("compression", "").lower()
    if compression in {"", "auto"}:
        found = _COMPRESSED.search(options.get("filepath", "")) or _COMPRESSED.search(pattern)
        compression = found[1].lower() if found else "none"
    if compression != "none":
        raise misconfigured(
            f"writable external table does not support compression (effective '{compression}'); the writer emits "
            "uncompressed files"
        )
    if form not in _WRITABLE:
        raise misconfigured(f"writable external table only supports csv and jsonline formats, got '{form}'")
    if options.get("jsondata", "").lower() == "array":
        raise misconfigured("writable external table does not support jsondata 'array', use 'object'")
    _check_pattern(pattern)


def _check_pattern(pattern: str) -> None:
    unique = False
    for digits, letter, directive in DIRECTIVE.findall(pattern):
        if digits:
            if letter != "N":
                raise misconfigured(f"WRITE_FILE_PATTERN: expected 'N' after digit count in %nN, pattern \"{pattern}\"")
            if not 1 <= int(digits) <= _MOST_DIGITS:
                raise misconfigured(f"WRITE_FILE_PATTERN: digit count for %nN must be in [1,64], got {int(digits)}")
            unique |= int(digits) >= _ENOUGH_DIGITS
        elif not directive:
            raise misconfigured(f"WRITE_FILE_PATTERN: dangling '%' at end of pattern \"{pattern}\"")
        elif directive == "U":
            unique = True
        elif directive not in _MOMENTS | {"%"}:
            raise misconfigured(f'WRITE_FILE_PATTERN: unsupported directive %{directive} in pattern "{pattern}"')
    if not unique:
        raise misconfigured(
            "WRITE_FILE_PATTERN must contain a %U or %<n>N directive so parallel writers produce distinct files, got "
            f"'{pattern}'"
        )
