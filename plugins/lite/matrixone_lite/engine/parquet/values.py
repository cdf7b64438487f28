"""Values of Parquet files as the columns of a table keep them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import json_text, temporal, types
from matrixone_lite.engine.convert import CONTEXT, Mode, converter
from matrixone_lite.engine.errors import ServerError, internal, invalid_input
from matrixone_lite.engine.render import double_text, float_text
from matrixone_lite.engine.types import BYTES, FLOATS, RANGES, STRINGS, Kind, integer_kind

if TYPE_CHECKING:
    from matrixone_lite.engine.context import Context
    from matrixone_lite.engine.types import Type, Value

Read = Callable[[Any, int], "Value"]
"""From a value of a file and the number of its row to the stored value."""

TEMPORAL: Final = frozenset({"date", "time", "timestamp"})
_FLOAT32_BITS: Final = 32
_TRUTHS: Final = {"true": "1", "false": "0"}


def reader(family: str, arrow_type: Any, target: Type, context: Context) -> Read:
    """How values of an Arrow type become those of a column.

    :param family: the kind of the values: bool, int, float, decimal, text, or one of :data:`TEMPORAL`
    """
    kind = target.kind
    text = partial(_text, narrow=family == "float" and arrow_type.bit_width == _FLOAT32_BITS)
    if kind in STRINGS:
        return lambda value, _row: text(value)
    if kind in BYTES:
        return lambda value, _row: value if isinstance(value, bytes) else text(value).encode("utf-8", "surrogateescape")
    if kind is Kind.BOOL:
        return lambda value, _row: _truth(value, family)
    if kind in RANGES:
        return lambda value, row: _integer(value, row, kind)
    if kind in {Kind.BIT, Kind.SET, Kind.ENUM}:
        return lambda value, row: _numbered(value, row, target)
    if family in TEMPORAL:
        return _temporal_reader(arrow_type, target, context)
    if kind is Kind.JSON:
        return lambda value, _row: json_text.normalize(text(value))
    if kind is Kind.TIME and family == "int":
        return lambda value, _row: temporal.round_time(int(value), target.scale)
    return lambda value, row: _parsed(str(int(value)) if isinstance(value, bool) else text(value), row, target)


def _temporal_reader(arrow_type: Any, target: Type, context: Context) -> Read:
    """Of dates, times and moments."""
    if target.kind is Kind.JSON:
        return lambda value, _row: json_text.normalize(json.dumps(_text(value)))
    if target.kind is Kind.DECIMAL:
        return lambda value, _row: _converted(types.VARCHAR, target, str(_ticks(value, arrow_type)))
    return lambda value, _row: _moment(value, target, context)


def _converted(source: Type, target: Type, value: Any) -> Value:
    convert = converter(source, target, Mode.STORE)
    return value if convert is None else convert(value)


def _text(value: Any, *, narrow: bool = False) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case bytes():
            return value.decode("utf-8", "surrogateescape")
        case float():
            return float_text(value) if narrow else double_text(value)
        case Decimal():
            return format(value, "f")
        case datetime() if value.tzinfo is not None:
            return f"{temporal.datetime_text(value.astimezone(UTC), 6)} UTC"
        case datetime():
            return temporal.datetime_text(value, 0)
        case time():
            return value.replace(microsecond=0).isoformat()
        case _:
            return str(value)


def _parsed(text: str, row: int, target: Type) -> Value:
    """The value that text stands for; refused as the server words it for rows of files."""
    try:
        return _converted(types.VARCHAR, target, text.strip() if target.kind is not Kind.ENUM else text)
    except ServerError as error:
        if target.kind in FLOATS:
            raise _unparsable("ParseFloat", text, row, "invalid syntax") from None
        if target.kind is Kind.UUID:
            raise internal(f"row {row}: {error.message}") from None
        raise


# --- numbers ---------------------------------------------------------------------------------------------------------


def _unparsable(function: str, text: str, row: int, reason: str) -> ServerError:
    shown = text.strip().replace("\\", "\\\\").replace('"', '\\"')
    return internal(f'row {row}: strconv.{function}: parsing "{shown}": {reason}')


def _truth(value: Any, family: str) -> int:
    if family in TEMPORAL:
        return 1
    if family != "text":
        return int(bool(value))
    text = _text(value).strip()
    try:
        return int(float(text) != 0)
    except ValueError:
        return int(bool(_converted(types.VARCHAR, types.BOOL, text)))


def _number(value: Any, row: int, kind: Kind) -> int:
    """A number, text or truth as a whole number that ``kind``, one of integers, can have."""
    signed = kind in types.SIGNED
    low, high = RANGES[kind][1:]
    if isinstance(value, str | bytes):
        function, text = "ParseInt" if signed else "ParseUint", _text(value)
        try:
            number = int(text.strip())
        except ValueError:
            raise _unparsable(function, text, row, "invalid syntax") from None
        if not low <= number <= high:
            raise _unparsable(function, text, row, "value out of range")
        return number
    if isinstance(value, float | Decimal):
        return _rounded(value, signed=signed)
    return int(value)


def _integer(value: Any, row: int, kind: Kind) -> Value:
    number = _number(value, row, kind)
    low, high = RANGES[kind][1:]
    if number < 0 and not low:
        raise invalid_input(f"negative parquet value {number} overflows unsigned integer")
    if not low <= number <= high:
        raise invalid_input(f"parquet value {number} overflows {kind.value}")
    return integer_kind(number, kind)


def _rounded(value: float | Decimal, *, signed: bool) -> int:
    kind = Kind.BIGINT if signed else Kind.UBIGINT
    try:
        whole = int(Decimal(value).to_integral_value(rounding=ROUND_HALF_UP, context=CONTEXT))
    except (ArithmeticError, ValueError):
        raise invalid_input(f"cannot convert parquet floating point value {value} to integer") from None
    low, high = RANGES[kind][1:]
    if whole < 0 and not low:
        raise invalid_input(f"negative parquet value {value:g} overflows unsigned integer")
    if not low <= whole <= high:
        raise invalid_input(f"parquet value {value:g} overflows {kind.value}")
    return whole


def _numbered(value: Any, row: int, target: Type) -> Value:
    """A value of BIT, SET or ENUM, which a number may stand for."""
    if target.kind is Kind.ENUM and isinstance(value, str | bytes) and not _text(value).isdecimal():
        return _converted(types.VARCHAR, target, _text(value))
    if target.kind is Kind.BIT and isinstance(value, str | bytes):
        value = _TRUTHS.get(_text(value).strip().lower(), value)
    number = _number(value, row, Kind.UBIGINT)
    if target.kind is Kind.BIT and not 0 <= number < 1 << target.length:
        raise invalid_input(f"parquet value {number} overflows BIT({target.length})")
    boundary = (1 << len(target.members)) - 1
    if target.kind is Kind.SET and not 0 <= number <= boundary:
        raise internal(f"convert to MySQL set failed: value {number} overflow set boundary {boundary}")
    return _converted(types.BIGINT, target, number)


# --- dates and times -------------------------------------------------------------------------------------------------

_UNITS: Final = {"s": 1_000_000, "ms": 1000, "us": 1}


def _moment(value: Any, target: Type, context: Context) -> Value:
    """A date, a time or both as a value of a temporal type."""
    if isinstance(value, time):
        if target.kind is Kind.TIME:
            return temporal.round_time(temporal.time_of_day(datetime.combine(date.min, value)), target.scale)
        value = datetime.combine(context.now.date(), value)
    if isinstance(value, datetime):
        if value.tzinfo is not None and target.kind is not Kind.DATE:
            value = value.astimezone(context.zone)
        return _converted(types.DATETIME6, target, temporal.datetime_text(value, 6))
    return _converted(types.DATE, target, value.isoformat())


def _ticks(value: Any, arrow_type: Any) -> int:
    """The number that stands for a moment in the file."""
    if isinstance(value, datetime):
        elapsed = value.replace(tzinfo=value.tzinfo or UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        micros = (elapsed.days * 86400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds
    elif isinstance(value, time):
        micros = temporal.time_of_day(datetime.combine(date.min, value))
    else:
        return int((value - date(1970, 1, 1)).days)
    return micros * 1000 if arrow_type.unit == "ns" else micros // _UNITS[arrow_type.unit]
