"""The files of external tables: reading them, adding one."""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.api import Done
from matrixone_lite.engine.delimited import Shape
from matrixone_lite.engine.errors import ServerError
from matrixone_lite.engine.files import local_path, matched, write_new
from matrixone_lite.engine.lines import csv_lines, json_lines
from matrixone_lite.engine.records import File, FileForm, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from matrixone_lite.engine.catalog import Table
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Value
    from matrixone_lite.sql import ast

PATTERN: Final = "write_file_pattern"
"""The option that names the files to write."""

DIRECTIVE: Final = re.compile(r"%(?:(\d+)(.?)|(.)|$)", re.DOTALL)
"""A part of such a name that is replaced: digits and the letter behind them, or one letter."""

_FORMATS: Final = {"csv", "jsonline", "parquet"}
_SHOWN: Final = ("filepath", "compression", "format", "jsondata", PATTERN)


def misconfigured(text: str) -> ServerError:
    """Error 20300 with its prefix before ``text``."""
    return ServerError(20300, f"invalid configuration: {text}")


def is_writable(table: Table) -> bool:
    """Whether rows can be inserted."""
    return table.kind == "external" and PATTERN in table.attributes["options"]


def rows(session: LiteSession, table: Table) -> list[list[Value]]:
    """The rows of all files there are.

    :raises ServerError: 20300 when a stage is missing, 20301 for a row with too few fields, 20101 for a wrong value
    """
    options: dict[str, str] = table.attributes["options"]
    form = FileForm(
        options.get("format", "csv").lower(),
        options.get("compression", "auto").lower(),
        options.get("jsondata", "").lower(),
        Shape.of(table.attributes["file_format"]),
        table.attributes["ignore_lines"],
        exact=False,
    )
    if not options.get("filepath"):
        raise misconfigured("the filepath must be specified")
    if form.format not in _FORMATS:
        raise misconfigured(f"the format '{form.format}' is not supported")
    if form.format == "jsonline" and not form.json_shape:
        raise misconfigured("the jsondata must be specified")
    path = local_path(session, options["filepath"])
    # what a file lacks is NULL, whatever the table says
    columns = [replace(column, nullable=True) for column in table.columns]
    found = [one for one in matched(path) if one.is_absolute() and one.is_file()]
    return [
        row for file in found for row in rows_of(session.context, form, File(file.name, file.read_bytes()), columns)
    ]


def append(session: LiteSession, table: Table, given: Sequence[Sequence[Value]]) -> Done:
    """Write rows, with a value for every column, to a new file; it stays when the transaction is rolled back."""
    if not given:
        return Done()
    options: dict[str, str] = table.attributes["options"]
    names = [column.name.lower() for column in table.columns]
    shapes = [column.type for column in table.columns]
    if options["format"].lower() == "jsonline":
        lines = json_lines(names, shapes, given)
    else:
        lines = csv_lines(shapes, given, Shape.of(table.attributes["file_format"]))
    write_new(session, _expanded(options[PATTERN], session.context.moment), b"".join(lines))
    return Done(len(given))


def _expanded(pattern: str, moment: datetime) -> str:
    def directive(match: re.Match[str]) -> str:
        if match[1]:
            return "".join(secrets.choice("0123456789") for _ in range(int(match[1])))
        return str(uuid.uuid4()) if match[3] == "U" else moment.astimezone(UTC).strftime(match[0])

    return DIRECTIVE.sub(directive, pattern)


def trailer(table: Table) -> str:
    """What SHOW CREATE TABLE prints behind the columns; where files are read from only if they can be written."""
    options: dict[str, str] = table.attributes["options"]
    shape: ast.FileFormat = table.attributes["file_format"]
    if is_writable(table):
        shown = {key: options[key] for key in _SHOWN if key in options}
    else:
        form = options.get("format", "csv").lower()
        shown = {"filepath": "", "compression": "", "format": form, "jsondata": options.get("jsondata", "").lower()}
    text = " INFILE{" + ",".join(f"'{key.upper()}'='{value}'" for key, value in shown.items()) + "}"
    if shape.terminated is not None or shape.enclosed is not None:
        text += f" FIELDS TERMINATED BY '{shape.terminated or ','}' ENCLOSED BY '{shape.enclosed or ''}'"
    if shape.line_terminated is not None:
        text += f" LINES TERMINATED BY '{shape.line_terminated.encode('unicode_escape').decode()}'"
    if table.attributes["ignore_lines"]:
        text += f" IGNORE {table.attributes['ignore_lines']} LINES"
    return text
