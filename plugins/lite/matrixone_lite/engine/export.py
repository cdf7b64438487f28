"""SELECT … INTO OUTFILE."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import types
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.delimited import Shape
from matrixone_lite.engine.errors import internal
from matrixone_lite.engine.files import local_path, write_new
from matrixone_lite.engine.parquet import writing as parquet
from matrixone_lite.engine.plans import render_rows
from matrixone_lite.engine.types import FLOATS, INTEGERS, STRINGS, VECTORS, Kind
from matrixone_lite.sql.outfile import SIZES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from matrixone_lite.engine.api import Cell
    from matrixone_lite.engine.plans import Plan
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Type, Value
    from matrixone_lite.sql import ast

_SUFFIXES: Final = {"jsonline": {".jsonl", ".jl", ".json"}, "csv": {".csv", ".txt", ""}, "parquet": {".parquet"}}
_OTHERS: Final = {".parquet", *_SUFFIXES["jsonline"]}
_QUOTED: Final = STRINGS | types.BYTES | VECTORS | {Kind.ENUM, Kind.SET, Kind.JSON}
_NULL: Final = b"\\N"
_NUMBER: Final = re.compile(r"%(0?[0-9]*)d")
_MOMENTS: Final = {Kind.DATETIME, Kind.TIMESTAMP}
_RAW_JSON: Final = INTEGERS | FLOATS | VECTORS | {Kind.JSON, Kind.YEAR}


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
    lines = _json_lines(session, plan) if form == "jsonline" else _csv_lines(session, plan, target)
    head = next(lines) if form == "csv" and target.header else b""
    rows = b"".join(lines)
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


def _rows(session: LiteSession, plan: Plan) -> Iterator[Sequence[Cell]]:
    """The rows as clients get them, but with all digits of a moment."""
    renderers = [
        _all_digits if output.bound.type.kind in _MOMENTS else shown
        for output, shown in zip(plan.outputs, plan.renderers, strict=True)
    ]
    return render_rows(plan.fetch(session), renderers)


def _all_digits(value: Value) -> Cell:
    return None if value is None else str(value).encode()


def _csv_lines(session: LiteSession, plan: Plan, target: ast.OutFile) -> Iterator[bytes]:
    shape = Shape.of(target.file_format)
    separator, end = shape.separator.encode(), shape.line_end.encode()
    forced = {name.lower() for name in target.force_quote}
    writers = [_csv_writer(output.bound.type, shape, force=output.name.lower() in forced) for output in plan.outputs]
    if target.header:
        yield separator.join(output.name.encode() for output in plan.outputs) + end
    for row in _rows(session, plan):
        yield separator.join(write(cell) for write, cell in zip(writers, row, strict=True)) + end


def _csv_writer(type_: Type, shape: Shape, *, force: bool) -> Callable[[Cell], bytes]:
    quote = shape.quote.encode()
    quoted = bool(quote) and (force or type_.kind in _QUOTED)

    def write(cell: Cell) -> bytes:
        if cell is None:
            return _NULL
        if type_.kind is Kind.BOOL:
            cell = b"true" if cell == b"1" else b"false"
        if not quoted:
            return cell
        return quote + cell.replace(b"\\", b"\\\\").replace(quote, quote * 2) + quote

    return write


def _json_lines(session: LiteSession, plan: Plan) -> Iterator[bytes]:
    outputs: Sequence[Any] = plan.outputs
    for row in _rows(session, plan):
        values = {output.name: _json_value(cell, output.bound.type) for output, cell in zip(outputs, row, strict=True)}
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() + b"\n"


def _json_value(cell: Cell, type_: Type) -> Any:
    if cell is None:
        return None
    if type_.kind is Kind.BOOL:
        return cell == b"1"
    return json.loads(cell) if type_.kind in _RAW_JSON else cell.decode("utf-8", "replace")
