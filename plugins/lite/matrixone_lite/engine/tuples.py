"""Several values as one string of bytes that sorts as they do: keys of several columns, SERIAL()."""

from __future__ import annotations

import struct
import uuid
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import columnar
from matrixone_lite.engine.errors import not_supported
from matrixone_lite.engine.types import BYTES, STRINGS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matrixone_lite.engine.types import Type, Value

_CODES: Final = {
    Kind.TINYINT: 0x28,
    Kind.SMALLINT: 0x29,
    Kind.INT: 0x3A,
    Kind.BIGINT: 0x3B,
    Kind.UTINYINT: 0x3C,
    Kind.USMALLINT: 0x3D,
    Kind.UINT: 0x3E,
    Kind.UBIGINT: 0x40,
    Kind.SET: 0x40,
    Kind.DATE: 0x41,
    Kind.DATETIME: 0x42,
    Kind.TIMESTAMP: 0x43,
    Kind.TIME: 0x47,
    Kind.BIT: 0x51,
    Kind.YEAR: 0x54,
}
"""The byte before a whole number of each kind."""

_NULL, _STRING, _UUID, _ENUM = b"\x00", b"\x46\x01", b"\x52", b"\x50\x3d"
_DECIMALS: Final = {8: b"\x44", 16: b"\x45", 32: b"\x48"}
_ZERO: Final = 0x14


def packed(values: Iterable[tuple[Value, Type]]) -> bytes:
    """The values behind each other, NULL too."""
    return b"".join(_NULL if value is None else _one(value, type_) for value, type_ in values)


def _one(value: Any, type_: Type) -> bytes:
    kind = type_.kind
    if kind is Kind.BOOL:
        return b"\x27" if value else b"\x26"
    if kind in STRINGS or kind in BYTES:
        return _STRING + columnar.content(value).replace(b"\0", b"\0\xff") + b"\0"
    if kind is Kind.UUID:
        return _UUID + uuid.UUID(value).bytes
    number = columnar.number(value, type_)
    if kind is Kind.DECIMAL and isinstance(number, int):
        width = columnar.decimal_width(type_.length)
        return _DECIMALS[width] + (number + (1 << (8 * width - 1))).to_bytes(width, "big")
    if kind in {Kind.FLOAT, Kind.DOUBLE}:
        return _float(value, kind)
    if kind is Kind.ENUM and isinstance(number, int):
        return _ENUM + _integer(number)
    if kind not in _CODES or not isinstance(number, int):
        raise not_supported(f"serial of {kind.value}")
    return bytes([_CODES[kind]]) + _integer(number)


def _integer(number: int) -> bytes:
    size = (abs(number).bit_length() + 7) // 8
    if number >= 0:
        return bytes([_ZERO + size]) + number.to_bytes(size, "big")
    return bytes([_ZERO - size]) + (number + (1 << 8 * size) - 1).to_bytes(size, "big")


def _float(value: float, kind: Kind) -> bytes:
    data = struct.pack(">f" if kind is Kind.FLOAT else ">d", value)
    negative = data[0] & 0x80
    flipped = bytes(byte ^ 0xFF for byte in data) if negative else bytes([data[0] ^ 0x80]) + data[1:]
    return (b"\x20" if kind is Kind.FLOAT else b"\x21") + flipped
