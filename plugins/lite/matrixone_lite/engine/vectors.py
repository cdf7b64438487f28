"""Vectors as little-endian BLOBs."""

from __future__ import annotations

import math
import struct
from array import array
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.errors import internal, invalid_input
from matrixone_lite.engine.types import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

_CODES: Final = {
    Kind.VECF32: "f",
    Kind.VECF64: "d",
    Kind.VECF16: "e",
    Kind.VECBF16: "H",
    Kind.VECINT8: "b",
    Kind.VECUINT8: "B",
}
_LARGEST_SINGLE: Final = 3.4028235677973366e38
_RANGES: Final = {Kind.VECINT8: (-128, 127), Kind.VECUINT8: (0, 255)}


def single(number: float) -> float:
    """The nearest number of single precision, infinite beyond its range."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)


def unpack(blob: bytes, kind: Kind) -> Sequence[float]:
    """The numbers of a stored vector."""
    code = _CODES[kind]
    if kind is Kind.VECBF16:
        wide = b"".join(b"\0\0" + blob[start : start + 2] for start in range(0, len(blob), 2))
        return array("f", wide)
    if code == "e":
        return struct.unpack(f"<{len(blob) // 2}e", blob)
    return array(code, blob)


def pack(numbers: Sequence[float], kind: Kind) -> bytes:
    """Store numbers as ``kind``; overflow becomes infinity, as in the server."""
    code = _CODES[kind]
    if kind is Kind.VECBF16:
        return b"".join(_bfloat16(number) for number in numbers)
    if code in {"b", "B"}:
        return array(code, [int(number) for number in numbers]).tobytes()
    if code == "e":
        return struct.pack(f"<{len(numbers)}e", *numbers)
    return array(code, numbers).tobytes()


def _bfloat16(number: float) -> bytes:
    bits = int.from_bytes(struct.pack("<f", number), "little")
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16 & 0xFFFF).to_bytes(2, "little")


def dimensions(blob: bytes, kind: Kind) -> int:
    """The number of elements of a stored vector."""
    return len(blob) // struct.calcsize(_CODES[kind])


def fitting(blob: bytes, kind: Kind, dimension: int) -> bytes:
    """A vector as it is.

    :raises ServerError: 20301 when it has another dimension
    """
    actual = dimensions(blob, kind)
    if actual != dimension:
        raise invalid_input(f"expected vector dimension {dimension} != actual dimension {actual}.")
    return blob


def whole(blob: bytes, kind: Kind) -> bytes:
    """Bytes as they are.

    :raises ServerError: 20101 when the last element is cut
    """
    if len(blob) % struct.calcsize(_CODES[kind]):
        raise internal("decode slice that is not a multiple of element size: \n")
    return blob


def parse(text: str, kind: Kind) -> bytes:
    """Store ``[1, 2.5, …]``.

    :raises ServerError: 20101 naming the malformed text or element
    """
    stripped = text.strip()
    inner = stripped[1:-1]
    if not (stripped.startswith("[") and stripped.endswith("]")) or not inner.strip():
        raise internal(f"malformed vector input: {text}")
    parts = inner.split(",")
    try:
        numbers = list(map(float, parts))
    except ValueError:
        raise _bad_element(parts, kind) from None
    if kind is Kind.VECF32 and not math.isfinite(sum(array("f", numbers))):
        for part, number in zip(parts, numbers, strict=True):
            if abs(number) > _LARGEST_SINGLE and not math.isinf(number):
                raise internal(f"error while casting {part.strip()} to FLOAT")
    if kind in _RANGES:
        low, high = _RANGES[kind]
        for part, number in zip(parts, numbers, strict=True):
            if not (low <= number <= high and number == int(number)):
                raise internal(f"error while casting {part.strip()} to {kind.value}")
    try:
        return pack(numbers, kind)
    except OverflowError:
        return pack([float("inf") if number > 0 else float("-inf") for number in numbers], kind)


def _bad_element(parts: Sequence[str], kind: Kind) -> Exception:
    for part in parts:
        try:
            float(part)
        except ValueError:
            name = "DOUBLE" if kind is Kind.VECF64 else "FLOAT" if kind is Kind.VECF32 else kind.value
            return internal(f"error while casting {part.strip()} to {name}")
    return internal("malformed vector input")
