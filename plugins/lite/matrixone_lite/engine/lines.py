"""Rows as lines of CSV and JSON, for INTO OUTFILE and external tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import types
from matrixone_lite.engine.render import renderer
from matrixone_lite.engine.types import FLOATS, INTEGERS, STRINGS, VECTORS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from matrixone_lite.engine.api import Cell
    from matrixone_lite.engine.delimited import Shape
    from matrixone_lite.engine.types import Type, Value

_QUOTED: Final = STRINGS | types.BYTES | VECTORS | {Kind.ENUM, Kind.SET, Kind.JSON}
_NULL: Final = b"\\N"
_MOMENTS: Final = {Kind.DATETIME, Kind.TIMESTAMP}
_RAW_JSON: Final = INTEGERS | FLOATS | VECTORS | {Kind.JSON, Kind.YEAR}


def _cells(shapes: Sequence[Type], rows: Sequence[Sequence[Value]]) -> Iterator[Sequence[Cell]]:
    """The rows as clients get them, but with all digits of a moment."""
    renderers = [_all_digits if type_.kind in _MOMENTS else renderer(type_) for type_ in shapes]
    for row in rows:
        yield [render(value) for render, value in zip(renderers, row, strict=True)]


def _all_digits(value: Value) -> Cell:
    return None if value is None else str(value).encode()


def csv_lines(
    shapes: Sequence[Type], rows: Sequence[Sequence[Value]], shape: Shape, forced: Collection[int] = ()
) -> Iterator[bytes]:
    """Lines of delimited text.

    :param shapes: the types of the columns
    :param rows: values as SQLite keeps them
    :param forced: positions of columns that are quoted whatever their type
    """
    separator, end = shape.separator.encode(), shape.line_end.encode()
    writers = [_csv_writer(type_, shape, force=n in forced) for n, type_ in enumerate(shapes)]
    for row in _cells(shapes, rows):
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


def json_lines(names: Sequence[str], shapes: Sequence[Type], rows: Sequence[Sequence[Value]]) -> Iterator[bytes]:
    """Lines of one JSON object each; for the parameters see :func:`csv_lines`."""
    for row in _cells(shapes, rows):
        values = {name: _json_value(cell, type_) for name, cell, type_ in zip(names, row, shapes, strict=True)}
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() + b"\n"


def _json_value(cell: Cell, type_: Type) -> Any:
    if cell is None:
        return None
    if type_.kind is Kind.BOOL:
        return cell == b"1"
    return json.loads(cell) if type_.kind in _RAW_JSON else cell.decode("utf-8", "replace")
