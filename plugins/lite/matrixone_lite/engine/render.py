"""Values in the form the text protocol shows them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.types import VECTORS, Kind, Value
from matrixone_lite.engine.vectors import unpack

if TYPE_CHECKING:
    from matrixone_lite.engine.types import Type

Renderer = Callable[[Value], "bytes | None"]


def double_text(number: float) -> str:
    """Shortest decimal text of a double, never with an exponent."""
    text = repr(number)
    if text.endswith(".0"):
        return text[:-2]
    if "e" in text:
        return _plain(text)
    return {"inf": "+Inf", "-inf": "-Inf", "nan": "NaN"}.get(text, text)


def float_text(number: float) -> str:
    """Shortest decimal text that reads back as the same single-precision number."""
    for digits in range(6, 10):
        text = f"{number:.{digits}g}"
        if _single(float(text)) == number:
            return double_text(float(text)) if "e" not in text else _plain(text)
    return double_text(number)


def _plain(text: str) -> str:
    plain = format(Decimal(text), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _single(number: float) -> float:
    try:
        return float(struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:
        return number


def time_text(microseconds: int, scale: int) -> str:
    """``[-]HH:MM:SS[.ffffff]`` with ``scale`` fractional digits."""
    seconds, fraction = divmod(abs(microseconds), 1_000_000)
    sign = "-" if microseconds < 0 else ""
    text = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{fraction:06d}"[: len(text) + 1 + scale] if scale else text


def vector_text(value: bytes, type_: Type) -> str:
    """``[1, 2.5]``, as the server prints vectors."""
    show = double_text if type_.kind is Kind.VECF64 else float_text
    return "[" + ", ".join(map(show, unpack(value, type_.kind))) + "]"


def text(value: Value, type_: Type) -> str | bytes | None:
    """``value`` of ``type_`` as CAST(… AS CHAR) gives it; bytes for binary types."""
    if value is None:
        return None
    if isinstance(value, (str, bytes)) and type_.kind not in VECTORS:
        return value.lstrip("0") if isinstance(value, str) and type_.kind in {Kind.UBIGINT, Kind.BIT} else value
    show = _SHOW.get(type_.kind)
    return str(value) if show is None else show(value, type_)


def set_text(mask: int, members: tuple[str, ...]) -> str:
    """The members of SET that ``mask`` selects, joined by commas."""
    return ",".join(member for bit, member in enumerate(members) if mask >> bit & 1)


def _show_bits(value: Value, type_: Type) -> bytes:
    return int(value or 0).to_bytes((type_.length + 7) // 8, "big")


_SHOW: Final[dict[Kind, Callable[..., str | bytes]]] = {
    Kind.FLOAT: lambda value, _: float_text(value),
    Kind.DOUBLE: lambda value, _: double_text(float(value)),
    Kind.TIME: lambda value, type_: time_text(value, type_.scale),
    Kind.YEAR: lambda value, _: f"{value:04d}",
    Kind.ENUM: lambda value, type_: type_.members[value - 1] if value else "",
    Kind.SET: lambda value, type_: set_text(value, type_.members),
    Kind.BIT: _show_bits,
    **dict.fromkeys(VECTORS, vector_text),
}


def _integer(value: Value) -> bytes | None:
    if value.__class__ is int:
        return b"%d" % value
    return None if value is None else str(value).lstrip("0").encode()


def _string(value: Value) -> bytes | None:
    if isinstance(value, str):
        return value.encode()
    return value if value is None or isinstance(value, bytes) else str(value).encode()


@lru_cache(maxsize=1024)
def renderer(type_: Type) -> Renderer:
    """A function from values of ``type_`` to cells of the text protocol."""
    if type_.kind is Kind.BIT or type_.kind in _SHOW:
        return lambda value: _shown(value, type_)
    if type_.wire[0] in {1, 2, 3, 8}:
        return _integer
    if type_.kind in {Kind.DATETIME, Kind.TIMESTAMP} and type_.scale:
        zeros = "." + "0" * type_.scale
        # the server leaves out a fraction of nothing
        return lambda value: None if value is None else str(value).removesuffix(zeros).encode()
    return _string


def _shown(value: Value, type_: Type) -> bytes | None:
    if isinstance(value, str) and type_.kind is Kind.BIT:
        value = int(value)
        return value.to_bytes((type_.length + 7) // 8, "big")
    shown = text(value, type_)
    return shown.encode() if isinstance(shown, str) else shown


__all__ = ["Renderer", "double_text", "float_text", "renderer", "set_text", "text", "time_text", "vector_text"]
