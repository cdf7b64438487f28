"""SELECT … INTO OUTFILE."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.api import Done
from matrixone_lite.engine.delimited import Shape
from matrixone_lite.engine.errors import internal
from matrixone_lite.engine.files import local_path, write_new
from matrixone_lite.engine.lines import csv_lines, json_lines
from matrixone_lite.engine.parquet import writing as parquet
from matrixone_lite.sql.outfile import SIZES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matrixone_lite.engine.plans import Plan
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.sql import ast

_SUFFIXES: Final = {"jsonline": {".jsonl", ".jl", ".json"}, "csv": {".csv", ".txt", ""}, "parquet": {".parquet"}}
_OTHERS: Final = {".parquet", *_SUFFIXES["jsonline"]}
_NUMBER: Final = re.compile(r"%(0?[0-9]*)d")


def export(session: LiteSession, plan: Plan, target: ast.OutFile) -> Done:
    """Write the rows of a query to a new file.

    :raises ServerError: 20406 when the file exists, 20101 when its suffix is that of another format
    """
    form = (target.format or "csv").lower()
    file = local_path(session, _numbered(target.path, 0))
    if file.suffix not in _SUFFIXES[form] and (form != "csv" or file.suffix in _OTHERS):
        raise internal(f"format '{form}' does not match file suffix '{file.suffix}'")
    if form == "parquet":
        rows_as_kept = plan.fetch(session)
        if rows_as_kept:  # no rows, no file
            columns = [(output.name, output.bound.type) for output in plan.outputs]
            write_new(session, _numbered(target.path, 0), parquet.file_of(columns, rows_as_kept))
        return Done()
    head = _head(plan, target) if form == "csv" and target.header else b""
    rows = b"".join(_lines(session, plan, form, target))
    limit = _limit(target)
    if limit is not None and rows and len(head) + len(rows) > limit:
        # The server splits between batches of rows, which are large: an ordered result is one, and moves on whole.
        write_new(session, _numbered(target.path, 0), head)
        write_new(session, _numbered(target.path, 1), head + rows)
    else:
        write_new(session, _numbered(target.path, 0), head + rows)
    return Done()


def _limit(target: ast.OutFile) -> int | None:
    """The bytes a file may have."""
    if target.split_size is not None:
        unit = SIZES.get(target.split_size[-1:].lower())
        return int(target.split_size) if unit is None else int(target.split_size[:-1]) * unit
    return None if target.max_file_size is None else target.max_file_size * 1024


def _numbered(path: str, number: int) -> str:
    """The name of the file of that number: where ``%d`` or ``%05d`` stands, else behind the path from 1 on."""
    if _NUMBER.search(path):
        return _NUMBER.sub(lambda match: f"{number:{match[1]}d}", path)
    return f"{path}.{number}" if number else path


def _lines(session: LiteSession, plan: Plan, form: str, target: ast.OutFile) -> Iterator[bytes]:
    """The lines of a text file, that of the column names apart."""
    names, shapes = [output.name for output in plan.outputs], [output.bound.type for output in plan.outputs]
    rows = plan.fetch(session)
    if form == "jsonline":
        return json_lines(names, shapes, rows)
    quoted = {name.lower() for name in target.force_quote}
    forced = {n for n, name in enumerate(names) if name.lower() in quoted}
    return csv_lines(shapes, rows, Shape.of(target.file_format), forced)


def _head(plan: Plan, target: ast.OutFile) -> bytes:
    shape = Shape.of(target.file_format)
    return shape.separator.encode().join(output.name.encode() for output in plan.outputs) + shape.line_end.encode()
