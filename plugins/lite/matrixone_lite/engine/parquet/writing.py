"""INTO OUTFILE … FORMAT 'parquet'."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import render, types
from matrixone_lite.engine.errors import internal
from matrixone_lite.engine.parquet.arrow import arrow
from matrixone_lite.engine.types import STRINGS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matrixone_lite.engine.storage import Row
    from matrixone_lite.engine.types import Type, Value

_NUMBERS: Final = {
    Kind.BOOL: "bool_",
    Kind.TINYINT: "int32",
    Kind.SMALLINT: "int32",
    Kind.INT: "int32",
    Kind.UTINYINT: "int32",
    Kind.USMALLINT: "int32",
    Kind.UINT: "int64",
    Kind.BIGINT: "int64",
    Kind.UBIGINT: "int64",
    Kind.BIT: "int64",
    Kind.FLOAT: "float32",
    Kind.DOUBLE: "float64",
}
"""The Arrow types of what is not written as text."""

_WITHOUT_CHARSET: Final = {Kind.TEXT, Kind.BLOB}
"""Written as bytes that no annotation says are text."""

_REFUSED: Final = types.VECTORS | {Kind.YEAR, Kind.GEOMETRY}


def file_of(columns: Sequence[tuple[str, Type]], rows: Sequence[Row]) -> bytes:
    """A Parquet file of rows as SQLite keeps them; the last of several columns of a name is written.

    :raises ServerError: 20101 for a type the server does not write, 20105 without pyarrow
    """
    pa = arrow()
    for _, type_ in columns:
        if type_.kind in _REFUSED:
            raise internal(f"unsupported type for parquet export: {type_.kind.value}")
    arrays = {name: _array(pa, [row[n] for row in rows], type_) for n, (name, type_) in enumerate(columns)}
    table = pa.table({name: arrays[name] for name in sorted(arrays)})
    written = io.BytesIO()
    arrow(".parquet").write_table(table, written, compression="none", use_dictionary=False)
    return written.getvalue()


def _array(pa: Any, values: Sequence[Value], type_: Type) -> Any:
    if type_.kind in _NUMBERS:
        convert = _signed if _NUMBERS[type_.kind] == "int64" else _CONVERSIONS.get(type_.kind, _itself)
        return pa.array(
            [None if value is None else convert(value) for value in values], getattr(pa, _NUMBERS[type_.kind])()
        )
    data = pa.array([_bytes(value, type_) for value in values], pa.binary())
    return data if type_.kind in _WITHOUT_CHARSET else data.view(pa.string())


def _itself(value: Any) -> Any:
    return value


def _signed(value: Any) -> int:
    number = int(value)
    return number if number < 1 << 63 else number - (1 << 64)


_CONVERSIONS: Final[dict[Kind, Callable[[Any], Any]]] = {Kind.BOOL: bool}


def _bytes(value: Value, type_: Type) -> bytes | None:
    if value is None:
        return None
    shown = value if type_.kind in STRINGS else render.text(value, type_)
    return shown if isinstance(shown, bytes) else str(shown).encode("utf-8", "surrogateescape")
