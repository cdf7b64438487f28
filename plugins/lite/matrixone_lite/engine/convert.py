"""Conversions between types, by storing, by comparing and by CAST, which differ in what they forgive."""

from __future__ import annotations

import itertools
import re
import struct
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException
from enum import Enum, auto
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import json_text, members, render, temporal, vectors
from matrixone_lite.engine.errors import ServerError, internal, invalid_argument, invalid_input
from matrixone_lite.engine.storage import UserFunction
from matrixone_lite.engine.types import (
    BYTES,
    DATED,
    FLOATS,
    INTEGERS,
    NUMBERS,
    RANGES,
    STRINGS,
    TEMPORAL,
    VECTORS,
    Kind,
    Value,
    integer_kind,
)

if TYPE_CHECKING:
    from matrixone_lite.engine.types import (
        Type,
    )

Converter = Callable[[Any], Value]
CONTEXT: Final = Context(prec=90, rounding=ROUND_HALF_UP)
"""Wide enough for a product of the widest decimals."""

_NUMBER_PREFIX: Final = re.compile(r"\s*([+-]?\d+)")
_FLOAT_PREFIX: Final = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
_SHOWN: Final = 100
"""Characters of a text that an error shows."""
_TIMESTAMP_FIRST: Final = "1970-01-01 00:00:00"


_WRITTEN: Final = STRINGS | BYTES | {Kind.ENUM}
"""Kinds whose values are read as text."""


class Mode(Enum):
    """Why a value is converted."""

    STORE = auto()
    COMPARE = auto()
    CAST = auto()
    WRAP = auto()
    """By CAST of an unsigned to a signed integer, which overflows without an error."""


def decimal_text(number: Decimal, scale: int) -> str:
    """``number`` rounded half up to ``scale`` decimals, as a DECIMAL is stored."""
    quantized = number.quantize(Decimal(1).scaleb(-scale), context=CONTEXT)
    return format(quantized or abs(quantized), "f")


@lru_cache(maxsize=4096)
def converter(source: Type, target: Type, mode: Mode) -> Converter | None:
    """The function that turns values of ``source`` into values of ``target``; None when they are the same.

    :raises ServerError: 20203 when there is no such conversion
    """
    if source.kind is Kind.NULL or (source == target and mode is not Mode.STORE):
        return None
    make = _MAKERS.get(target.kind)
    convert = None if make is None else make(source, target, mode)
    if convert is None:
        operator = "cast_strict" if mode is Mode.STORE and target.kind not in VECTORS else "cast"
        raise invalid_argument(f"operator {operator}, bad value [{source.named} {target.named}]")
    return lambda value: None if value is None else convert(value)


_numbers = itertools.count()


@cache
def function(source: Type, target: Type, mode: Mode) -> UserFunction | None:
    """:func:`converter` as a user function; None, too, where SQLite does the same by itself."""
    if target.kind is Kind.DOUBLE and source.kind in INTEGERS and source.kind is not Kind.UBIGINT:
        return None
    convert = converter(source, target, mode)
    return None if convert is None else UserFunction(f"cast_{next(_numbers)}", convert)


def _plain_text(value: Any, source: Type) -> str:
    if source.kind is Kind.JSON and value[:1] == '"':
        return str(json_text.parse(value))
    shown = render.text(value, source)
    return shown.decode(errors="replace") if isinstance(shown, bytes) else str(shown)


def _reader(source: Type) -> Callable[[Any], str]:
    """Gives the text of a value."""
    return str if source.kind in STRINGS else partial(_plain_text, source=source)


def _to_integer(source: Type, target: Type, mode: Mode) -> Converter | None:
    kind = target.kind
    name = RANGES[kind][0] if RANGES[kind][0].startswith("u") else "int"
    if source.kind in INTEGERS | {Kind.BOOL, Kind.BIT, Kind.YEAR, Kind.ENUM, Kind.SET}:
        if mode is Mode.CAST and kind is Kind.UBIGINT:
            return lambda value: integer_kind(int(value) % (1 << 64), kind)
        if mode is Mode.WRAP and kind is Kind.BIGINT:
            return lambda value: (int(value) + (1 << 63)) % (1 << 64) - (1 << 63)
        low, high = RANGES[kind][1:]
        if high < 1 << 63:
            return lambda value: (
                value if value.__class__ is int and low <= value <= high else integer_kind(int(value), kind)
            )
        return lambda value: integer_kind(int(value), kind)
    if source.kind in FLOATS:
        return lambda value: _float_to_integer(value, kind)
    if source.kind is Kind.DECIMAL:
        return lambda value: integer_kind(int(Decimal(value).to_integral_value(context=CONTEXT)), kind)
    if source.kind in STRINGS or source.kind in BYTES or source.kind is Kind.JSON:
        return lambda value: _text_to_integer(_plain_text(value, source), kind, name, mode)
    if source.kind in TEMPORAL and mode is not Mode.STORE:
        return lambda value: integer_kind(int(re.sub(r"\D", "", _plain_text(value, source).partition(".")[0])), kind)
    return None


def _float_to_integer(value: float, kind: Kind) -> Value:
    if abs(value) >= 1 << 64:
        exponent = format(value, "g")
        raise ServerError(1690, f"data out of range: data type {RANGES[kind][0]}, value '{exponent}'")
    return integer_kind(int(Decimal(value).to_integral_value(context=CONTEXT)), kind)


def _text_to_integer(text: str, kind: Kind, name: str, mode: Mode) -> Value:
    try:
        return integer_kind(int(text), kind)
    except ValueError:
        match = _NUMBER_PREFIX.match(text)
        if mode is not Mode.CAST or match is None:
            raise invalid_argument(f"cast to {name}, bad value {text}") from None
        return integer_kind(int(match.group(1)), kind)


def _to_float(source: Type, target: Type, mode: Mode) -> Converter | None:
    shorten = _shortener(target)
    if source.kind in STRINGS or source.kind in BYTES or source.kind is Kind.JSON:
        return lambda value: shorten(_text_to_float(_plain_text(value, source), mode))
    if source.kind in NUMBERS or source.kind in {Kind.BOOL, Kind.ENUM}:
        return lambda value: shorten(float(value))
    if source.kind in TEMPORAL and mode is not Mode.STORE:
        return lambda value: shorten(float(re.sub(r"[^\d.]", "", _plain_text(value, source))))
    return None


def _text_to_float(text: str, mode: Mode) -> float:
    try:
        return float(text)
    except ValueError:
        match = _FLOAT_PREFIX.match(text)
        if mode is not Mode.CAST or match is None:
            raise invalid_argument(f"cast to double, bad value {text}") from None
        return float(match.group(1))


def _shortener(target: Type) -> Callable[[float], float]:
    if target.kind is Kind.DOUBLE:
        return (lambda value: round(value, target.scale)) if target.length else lambda value: value

    def shorten(value: float) -> float:
        try:
            return float(
                struct.unpack("<f", struct.pack("<f", round(value, target.scale) if target.length else value))[0]
            )
        except OverflowError:
            raise ServerError(1690, f"data out of range: data type float32, value '{value:g}'") from None

    return shorten


def _to_decimal(source: Type, target: Type, mode: Mode) -> Converter | None:
    scale = target.scale
    bound = Decimal(10) ** (target.length - scale)

    def fit(value: Decimal, text: str) -> str:
        if abs(value) >= bound:
            if mode is Mode.CAST:
                largest = bound - Decimal(1).scaleb(-scale)
                return decimal_text(largest.copy_sign(value), scale)
            raise _beyond(text, target)
        return decimal_text(value, scale)

    if source.kind in STRINGS or source.kind in BYTES or source.kind is Kind.JSON:
        return lambda value: _text_to_decimal(_plain_text(value, source).strip(), target, fit)
    if source.kind is Kind.DECIMAL:
        if source.scale == scale and source.length - source.scale <= target.length - scale:
            return lambda value: value
        return lambda value: fit(Decimal(value), value)
    if source.kind in INTEGERS | {Kind.BOOL, Kind.BIT, Kind.YEAR, Kind.ENUM}:
        if mode is Mode.CAST:
            return lambda value: fit(Decimal(int(value)), str(value))
        return lambda value: decimal_text(Decimal(int(value)), scale)
    if source.kind in FLOATS:
        return lambda value: fit(Decimal(repr(value)), repr(value))
    return None


def _text_to_decimal(text: str, target: Type, fit: Callable[[Decimal, str], str]) -> str:
    try:
        return fit(Decimal(text), text)
    except DecimalException:
        raise _beyond(text, target) from None


def _beyond(text: str, target: Type) -> ServerError:
    width = 64 if target.length <= 18 else 128 if target.length <= 38 else 256  # noqa: PLR2004 - digits of the server's three representations
    return invalid_input(
        f"{text} beyond the range, can't be converted to Decimal{width}({target.length},{target.scale})."
    )


def _to_bool(source: Type, _target: Type, mode: Mode) -> Converter | None:
    if source.kind in _WRITTEN:
        read = _reader(source)
        return lambda value: _text_to_bool(read(value))
    if source.kind in NUMBERS or source.kind is Kind.BOOL:
        if mode is Mode.STORE:
            # the server stores 2 as false and -1 as true
            return lambda value: int(float(value) == 1 or float(value) < 0)
        return lambda value: int(float(value) != 0)
    return None


def _text_to_bool(value: str) -> int:
    known = {"true": 1, "false": 0, "t": 1, "f": 0}.get(value.strip().lower())
    try:
        return int(float(value) != 0) if known is None else known
    except ValueError:
        raise invalid_input(f"'{value}' is not a valid bool expression") from None


def _to_text(source: Type, target: Type, mode: Mode) -> Converter | None:
    if source.kind in VECTORS:
        return None if mode is Mode.CAST else lambda value: render.vector_text(value, source)
    limit = target.length if target.kind in {Kind.CHAR, Kind.VARCHAR} else 0
    shown_otherwise = {Kind.UBIGINT, Kind.BIT} | ({Kind.JSON} if mode is Mode.CAST else set())

    def convert(value: Any) -> str:
        text = value if value.__class__ is str and source.kind not in shown_otherwise else _plain_text(value, source)
        if limit and len(text) > limit:
            if mode is Mode.CAST:
                return text[:limit]
            sizes = f"Src length {len(text)} is larger than Dest length {limit}"
            shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
            raise ServerError(1406, f"Can't cast '{shown}' to {target.kind.value} type. {sizes}")
        return text

    return convert


def _to_bytes(source: Type, target: Type, mode: Mode) -> Converter | None:
    limit = target.length if target.kind in {Kind.BINARY, Kind.VARBINARY} else 0
    if source.kind in VECTORS:
        return None

    def convert(value: Any) -> bytes:
        shown = value if isinstance(value, bytes) else render.text(value, source)
        data = shown if isinstance(shown, bytes) else str(shown).encode("utf-8", "surrogateescape")
        if target.kind is Kind.BINARY and limit:
            return data[:limit].ljust(limit, b"\0")
        if limit and len(data) > limit:
            if mode is Mode.CAST:
                return data[:limit]
            text = data.decode(errors="replace")
            raise internal(
                f"Can't cast '{text}' to VARBINARY type. Src length {len(data)} is larger than Dest length {limit}"
            )
        return data

    return convert


def _to_json(source: Type, _target: Type, _mode: Mode) -> Converter | None:
    if source.kind is Kind.JSON:
        return lambda value: value
    if source.kind is Kind.BOOL:
        return lambda value: "true" if value else "false"
    if source.kind in STRINGS | BYTES | NUMBERS:
        return lambda value: json_text.normalize(_plain_text(value, source))
    return None


def _to_date(source: Type, _target: Type, mode: Mode) -> Converter | None:
    if source.kind in {Kind.DATE, Kind.DATETIME, Kind.TIMESTAMP}:
        return lambda value: value[:10]
    if source.kind is Kind.TIME:
        return lambda value: temporal.datetime_text(temporal.today(value), 0)[:10]
    if source.kind not in _WRITTEN:
        return None

    read = _reader(source)

    def convert(given: Any) -> str | None:
        value = read(given)
        moment = temporal.parse_datetime(value)
        if moment is not None:
            return f"{moment.year:04d}-{moment.month:02d}-{moment.day:02d}"
        if mode is not Mode.STORE:
            return None
        if value.startswith("0000-00-00"):
            raise ServerError(1366, f"truncated type date value {value} for column value, 1")
        raise invalid_argument(f"parsedate, bad value {value}")

    return convert


def _to_datetime(source: Type, target: Type, mode: Mode) -> Converter | None:
    scale = target.scale
    if source.kind is Kind.DATE:
        return lambda value: f"{value} 00:00:00.000000"[: 20 + scale if scale else 19]
    if source.kind in {Kind.DATETIME, Kind.TIMESTAMP}:
        if source.scale == scale:
            return lambda value: value
        if source.scale < scale:
            pad = ("." if not source.scale else "") + "0" * (scale - source.scale)
            return lambda value: value + pad
    elif source.kind is Kind.TIME:
        return lambda value: temporal.datetime_text(temporal.round_datetime(temporal.today(value), scale), scale)
    elif target.kind is Kind.TIMESTAMP and source.kind in INTEGERS:
        return lambda value: temporal.datetime_text(temporal.since_1970(int(value)), scale)
    elif source.kind not in _WRITTEN and not (target.kind is Kind.TIMESTAMP and source.kind is Kind.DECIMAL):
        return None
    read = _reader(source)
    return lambda value: _parse_datetime(read(value), target, mode)


def _parse_datetime(value: str, target: Type, mode: Mode) -> str | None:
    moment = temporal.parse_datetime(value)
    if moment is None:
        if mode is Mode.COMPARE:
            return None
        if target.kind is Kind.TIMESTAMP:
            raise invalid_argument(f"parse timestamp, bad value {value}")
        raise invalid_input(f"invalid datetime value {value}")
    text = temporal.datetime_text(temporal.round_datetime(moment, target.scale), target.scale)
    if mode is Mode.STORE and target.kind is Kind.TIMESTAMP and text < _TIMESTAMP_FIRST:
        raise ServerError(1366, f"truncated type datetime value {value} for column ts_min, 1")
    return text


def _to_time(source: Type, target: Type, _mode: Mode) -> Converter | None:
    scale = target.scale
    if source.kind is Kind.TIME:
        return lambda value: temporal.round_time(value, scale)
    if source.kind in DATED | _WRITTEN | INTEGERS:
        read = _reader(source) if source.kind in _WRITTEN else str

        def convert(value: Any) -> int:
            micros = temporal.parse_time(read(value))
            if micros is None:
                raise invalid_input(f"invalid time value {value}")
            return temporal.round_time(micros, scale)

        return convert
    return None


def _to_year(source: Type, _target: Type, _mode: Mode) -> Converter | None:
    if source.kind not in NUMBERS and source.kind not in STRINGS:
        return None

    def convert(value: Any) -> int | None:
        text = str(value).strip()
        year = int(float(text))
        if len(text) <= 2 and (year or isinstance(value, str)):  # noqa: PLR2004 - two digits mean a year near 2000
            year += 2000 if year < 70 else 1900  # noqa: PLR2004 - the pivot
        return year if year == 0 or 1901 <= year <= 2155 else None  # noqa: PLR2004 - the range of YEAR

    return convert


def _to_bit(source: Type, target: Type, _mode: Mode) -> Converter | None:
    def convert(value: Any) -> Value:
        if isinstance(value, str) and source.kind in STRINGS:
            value = value.encode()
        whole = (
            int.from_bytes(value, "big")
            if isinstance(value, bytes)
            else round(float(value))
            if isinstance(value, float)
            else int(Decimal(value))
        )
        if not 0 <= whole < 1 << target.length:
            raise invalid_input(f"data too long, type width = {target.length}, val = {whole:b}")
        return whole if whole < 1 << 63 else f"{whole:020d}"

    return convert


def _to_enum(source: Type, target: Type, _mode: Mode) -> Converter | None:
    if source.kind in INTEGERS:
        return lambda value: members.enum_number(int(value), target.members)
    return lambda value: members.enum_member(_plain_text(value, source), target.members)


def _to_set(source: Type, target: Type, _mode: Mode) -> Converter | None:
    if source.kind in INTEGERS:
        return lambda value: members.set_mask(int(value), target.members)
    return lambda value: members.set_members(_plain_text(value, source), target.members)


def _to_uuid(source: Type, _target: Type, _mode: Mode) -> Converter | None:
    if source.kind is Kind.UUID:
        return lambda value: value
    if source.kind not in STRINGS and source.kind not in BYTES:
        return None

    def convert(value: Any) -> str:
        text = _plain_text(value, source)
        digits = text.replace("-", "").lower()
        if not re.fullmatch(r"[0-9a-f]{32}", digits):
            raise ServerError(1105, f"invalid UUID length: {len(text)}")
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    return convert


def _to_vector(source: Type, target: Type, mode: Mode) -> Converter | None:
    kind, size = target.kind, target.length

    def check(blob: bytes) -> bytes:
        any_dimension = not size or (mode is not Mode.STORE and size == 65535)  # noqa: PLR2004 - no dimension given
        return blob if any_dimension else vectors.fitting(blob, kind, size)

    if source.kind is kind:
        return lambda value: value  # whatever its dimension, as on the server
    if source.kind in VECTORS:
        return lambda value: vectors.pack(vectors.unpack(value, source.kind), kind)
    if source.kind in STRINGS:
        return lambda value: check(
            vectors.parse(value if isinstance(value, str) else value.decode(errors="replace"), kind)
        )
    return (lambda value: check(vectors.whole(value, kind))) if source.kind in BYTES else None


def _to_datalink(source: Type, _target: Type, _mode: Mode) -> Converter | None:
    def convert(value: Any) -> str:
        text = _plain_text(value, source)
        scheme = text.partition("://")[0] if "://" in text else ""
        if scheme not in {"file", "stage"}:
            raise ServerError(20102, f"unsupported url scheme {scheme} is not yet implemented")
        return text

    return convert


_MAKERS: Final[dict[Kind, Callable[[Type, Type, Mode], Converter | None]]] = {
    **dict.fromkeys(RANGES, _to_integer),
    **dict.fromkeys(FLOATS, _to_float),
    Kind.DECIMAL: _to_decimal,
    Kind.BOOL: _to_bool,
    **dict.fromkeys(STRINGS, _to_text),
    **dict.fromkeys(BYTES, _to_bytes),
    Kind.JSON: _to_json,
    Kind.DATE: _to_date,
    Kind.DATETIME: _to_datetime,
    Kind.TIMESTAMP: _to_datetime,
    Kind.TIME: _to_time,
    Kind.YEAR: _to_year,
    Kind.BIT: _to_bit,
    Kind.ENUM: _to_enum,
    Kind.SET: _to_set,
    Kind.UUID: _to_uuid,
    Kind.DATALINK: _to_datalink,
    **dict.fromkeys(VECTORS, _to_vector),
}
