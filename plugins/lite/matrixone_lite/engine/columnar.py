"""Values as the server keeps them in memory: how wide they are, as numbers, as bytes."""

from __future__ import annotations

import struct
import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import types
from matrixone_lite.engine.types import BYTES, RANGES, STRINGS, Kind

if TYPE_CHECKING:
    from matrixone_lite.engine.types import Type, Value

_WIDTHS: Final = {
    Kind.BOOL: 1,
    Kind.TINYINT: 1,
    Kind.UTINYINT: 1,
    Kind.SMALLINT: 2,
    Kind.USMALLINT: 2,
    Kind.YEAR: 2,
    Kind.ENUM: 2,
    Kind.INT: 4,
    Kind.UINT: 4,
    Kind.FLOAT: 4,
    Kind.DATE: 4,
    Kind.UUID: 16,
}
_LONG: Final = 8
_REFERENCE: Final = 24
"""Bytes of what has no width of its own; up to 23 bytes of content lie within."""

_DECIMAL64_DIGITS: Final = 18
_DECIMAL128_DIGITS: Final = 38
_UNIX: Final = datetime(1, 1, 1)  # noqa: DTZ001 - the first moment of the server's calendar
VARIABLE: Final = STRINGS | BYTES | types.VECTORS | {Kind.JSON}
"""Kinds without a width of their own."""


def decimal_width(digits: int) -> int:
    """Bytes of a DECIMAL of so many digits."""
    return 8 if digits <= _DECIMAL64_DIGITS else 16 if digits <= _DECIMAL128_DIGITS else 32


def width(type_: Type) -> int:
    """Bytes of a value, without the content of long strings."""
    if type_.kind is Kind.DECIMAL:
        return decimal_width(type_.length)
    return _REFERENCE if type_.kind in VARIABLE else _WIDTHS.get(type_.kind, _LONG)


def beyond(data: bytes) -> int:
    """Bytes of a value without a width that do not lie within the reference to it."""
    return len(data) if len(data) >= _REFERENCE else 0


def content(value: Value) -> bytes:
    """The bytes of a value of :data:`VARIABLE`."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")


def number(value: Any, type_: Type) -> int | float | None:
    """The number a value is; None for those of :data:`VARIABLE` and UUID."""
    match type_.kind:
        case Kind.DECIMAL:
            return int(Decimal(value).scaleb(type_.scale))
        case Kind.FLOAT | Kind.DOUBLE:
            return float(value)
        case Kind.DATE:
            return date.fromisoformat(value).toordinal() - 1
        case Kind.DATETIME | Kind.TIMESTAMP:
            elapsed = datetime.fromisoformat(value) - _UNIX
            return (elapsed.days * 86400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds
        case Kind.UUID:
            return None
        case kind if kind in VARIABLE:
            return None
        case _:
            return int(value)


def raw(value: Any, type_: Type) -> bytes:
    """The bytes of a value, the least significant first."""
    if type_.kind is Kind.UUID:
        return uuid.UUID(value).bytes
    whole = number(value, type_)
    if whole is None:
        return content(value)
    if isinstance(whole, float):
        return struct.pack("<f" if type_.kind is Kind.FLOAT else "<d", whole)
    return whole.to_bytes(width(type_), "little", signed=_signed(type_.kind))


def _signed(kind: Kind) -> bool:
    return RANGES[kind][1] < 0 if kind in RANGES else kind not in {Kind.BIT, Kind.SET, Kind.BOOL, Kind.ENUM}
