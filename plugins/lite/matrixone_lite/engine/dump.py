"""DUMP TABLE and LOAD TABLE: the rows of a table in a directory, in a form of this server's own."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import definition, objects
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.changes import Writer
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import ServerError, invalid_input, no_such_table, not_supported, unsupported
from matrixone_lite.engine.files import local_path
from matrixone_lite.engine.namespace import current_database
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matrixone_lite.engine.catalog import Table
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.storage import Row

_MANIFEST: Final = "manifest.json"
_FORM: Final = "matrixone-lite 1"
_OBJECT: Final = re.compile(r"objects/[\w-]+", re.ASCII)
_KINDS: Final = {"view": "views", "sequence": "sequences", "external": "external or source tables"}


@handles(ast.DumpTable)
def dump_table(session: LiteSession, statement: ast.DumpTable) -> Done:
    """DUMP TABLE … TO."""
    table, directory = _checked(session, statement)
    flushed = objects.data(session, table).flushed
    if session.connection.value(f"SELECT EXISTS (SELECT 1 FROM {table.physical} WHERE _ts > {flushed})"):
        raise invalid_input(f"table {table.name} contains in-memory rows; flush it before DUMP TABLE")
    name = f"objects/{objects.object_name(table.id, '')}"
    listed = ", ".join(column.physical for column in table.columns)
    rows = session.connection.run(f"SELECT {listed} FROM {table.physical} ORDER BY _id")
    data = "".join(_line(row) for row in rows).encode()
    manifest = {"form": _FORM, **_shape(table), "object": name, "checksum": hashlib.sha256(data).hexdigest()}
    _write(directory, name, data)
    _write(directory, _MANIFEST, json.dumps(manifest, indent=2).encode())
    return Done()


@handles(ast.LoadTable)
def load_table(session: LiteSession, statement: ast.LoadTable) -> Done:
    """LOAD TABLE … FROM: into an empty table of the same shape."""
    table, directory = _checked(session, statement)
    manifest = _manifest(directory)
    shape = _shape(table)
    if manifest.get("columns") != shape["columns"]:
        raise invalid_input("target table schema does not match table dump")
    if manifest.get("indexes") != shape["indexes"]:
        raise invalid_input("target table index topology does not match table dump")
    if session.row_count_of(table):
        raise invalid_input(f"target relation {table.name} must be empty")
    name = str(manifest.get("object"))
    if not _OBJECT.fullmatch(name):
        raise invalid_input(f"invalid object name {name} in table dump manifest")
    data = _read(directory, name)
    if hashlib.sha256(data).hexdigest() != manifest.get("checksum"):
        raise invalid_input(f"object {name} does not match manifest checksum")
    writer = Writer(session, table)
    writer.insert(writer.prepare([_values(line) for line in data.decode().splitlines()]))
    return Done()


def _checked(session: LiteSession, statement: ast.DumpTable | ast.LoadTable) -> tuple[Table, Path]:
    """The table and the directory, refused where the server refuses them."""
    database = current_database(session, statement.table.database)
    table = session.catalog.table(database.id, statement.table.name)
    if table is None:
        raise no_such_table(database.name, statement.table.name)
    keys = [*table.foreign_keys, *session.catalog.children(table)]
    refused = {
        "temporary tables": table.temporary,
        _KINDS.get(table.kind, ""): table.kind != "table",
        "partitions": "partitioning" in table.attributes,
        # the row ids of a table without a key are generated, too
        "auto-increment columns": table.auto_increment is not None or table.primary_key is None,
        "foreign key constraints": bool(keys),
    }
    for what, is_so in refused.items():
        if is_so:
            raise not_supported(f"DUMP TABLE and LOAD TABLE with {what}")
    directory = local_path(session, statement.path)
    if not directory.is_absolute():
        raise invalid_input("table dump path must be an absolute local path or file:// URL")
    return table, directory


def _shape(table: Table) -> dict[str, str]:
    """What two tables must have in common: columns, and indexes."""
    plain = table.with_changes(name="", comment="", indexes=())
    keyed = table.with_changes(name="", comment="", columns=())
    return {
        "columns": definition.create_table(plain, lambda _identity: None),
        "indexes": definition.create_table(keyed, lambda _identity: None),
    }


def _line(row: Row) -> str:
    return json.dumps([{"bytes": value.hex()} if isinstance(value, bytes) else value for value in row]) + "\n"


def _values(line: str) -> list[Any]:
    values: Sequence[Any] = json.loads(line)
    return [bytes.fromhex(value["bytes"]) if isinstance(value, dict) else value for value in values]


def _manifest(directory: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(_read(directory, _MANIFEST))
    except ValueError as error:
        raise invalid_input(f"invalid table dump manifest: {error}") from None
    if not isinstance(manifest, dict):
        raise invalid_input("table dump manifest must be a JSON object")
    if manifest.get("form") != _FORM:
        raise unsupported("table dumps of other servers")
    return manifest


def _write(directory: Path, name: str, data: bytes) -> None:
    path = directory / name
    if path.exists():
        raise ServerError(20406, f"file {name} already exists")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise ServerError(1105, str(error)) from None


def _read(directory: Path, name: str) -> bytes:
    path = directory / name
    if not path.is_file():
        raise ServerError(20405, f"file {name} is not found")
    return path.read_bytes()
