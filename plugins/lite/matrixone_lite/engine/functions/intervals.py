"""Moving dates and times by intervals."""

from __future__ import annotations

import calendar
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import temporal, types
from matrixone_lite.engine.bound import Bound
from matrixone_lite.engine.errors import invalid_argument, invalid_input
from matrixone_lite.engine.functions.registry import special
from matrixone_lite.engine.storage import UserFunction
from matrixone_lite.engine.types import Kind, Type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.types import Value
    from matrixone_lite.sql import ast

_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_MICROSECONDS: Final = {
    "microsecond": 1,
    "second": 1_000_000,
    "minute": 60_000_000,
    "hour": 3_600_000_000,
    "day": 86_400_000_000,
    "week": 7 * 86_400_000_000,
}
_COMPOSED: Final = {
    "year_month": ("year", "month"),
    "day_hour": ("day", "hour"),
    "day_minute": ("day", "hour", "minute"),
    "day_second": ("day", "hour", "minute", "second"),
    "day_microsecond": ("day", "hour", "minute", "second", "microsecond"),
    "hour_minute": ("hour", "minute"),
    "hour_second": ("hour", "minute", "second"),
    "hour_microsecond": ("hour", "minute", "second", "microsecond"),
    "minute_second": ("minute", "second"),
    "minute_microsecond": ("minute", "second", "microsecond"),
    "second_microsecond": ("second", "microsecond"),
}
_NUMBER: Final = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)")
_WHOLE_DAYS: Final = frozenset(("day", "week", "month", "quarter", "year", "year_month"))
_DATE_LENGTH: Final = 10
_YEAR_LENGTH: Final = 12
_LAST_YEAR: Final = 9999


def measure(value: Any, unit: str) -> tuple[int, int]:
    """Months and microseconds of an interval.

    :raises ValueError: the value is no number
    """
    parts = _COMPOSED.get(unit)
    if parts is not None:
        text = str(value).strip()
        sign = -1 if text.startswith("-") else 1
        numbers = [int(number) for number in re.findall(r"\d+", text)]
        months = micros = 0
        for part, number in zip(reversed(parts), reversed(numbers), strict=False):
            more = measure(number, part)
            months, micros = months + sign * more[0], micros + sign * more[1]
        return months, micros
    amount = float(value) if isinstance(value, (int, float)) else _number(str(value))
    if unit in _MONTHS:
        return round(amount) * _MONTHS[unit], 0
    if unit == "second":
        return 0, round(amount * _MICROSECONDS[unit])
    return 0, round(amount) * _MICROSECONDS[unit]


def _number(text: str) -> float:
    """The number a text begins with.

    :raises ValueError: it begins with none
    """
    match = _NUMBER.match(text)
    if match is None:
        raise ValueError(text)
    return float(match[0])


def move(moment: datetime, months: int, micros: int) -> datetime | None:
    """A moment later; NULL outside the calendar."""
    year, month = divmod(moment.year * _YEAR_LENGTH + moment.month - 1 + months, _YEAR_LENGTH)
    if not 1 <= year <= _LAST_YEAR:
        return None
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    try:
        return moment.replace(year=year, month=month + 1, day=day) + timedelta(microseconds=micros)
    except OverflowError:
        return None


def _shift_text(text: str, months: int, micros: int, unit: str) -> str:
    moment = temporal.parse_datetime(text)
    if moment is None:
        raise invalid_input(f"invalid datetime value {text}")
    moved = move(moment, months, micros)
    if moved is None:
        raise invalid_input("datetime out of range")
    if unit in _WHOLE_DAYS and len(text.strip()) <= _DATE_LENGTH:
        return temporal.datetime_text(moved, 0)[:_DATE_LENGTH]
    return temporal.datetime_text(moved, 6 if moved.microsecond else 0)


def _shifter(source: Type, result: Type, unit: str, sign: int) -> UserFunction:
    def shift(value: Any, amount: Any) -> Value:
        if value is None or amount is None:
            return None
        try:
            months, micros = measure(amount, unit)
        except ValueError:
            return None
        months, micros = sign * months, sign * micros
        if source.kind is Kind.TIME:
            return int(value) + micros
        if result.kind is Kind.VARCHAR:
            return _shift_text(value, months, micros, unit)
        moved = move(datetime.fromisoformat(value), months, micros)
        if moved is None:
            return None
        text = temporal.datetime_text(moved, result.scale)
        return text[:_DATE_LENGTH] if result.kind is Kind.DATE else text

    name = f"shift_{source.kind.name}_{source.scale}_{unit}_{'back' if sign < 0 else 'on'}"
    return UserFunction(name, shift)


def _result(source: Type, unit: str) -> Type:
    fine = "microsecond" in unit
    if source.kind is Kind.DATE:
        return types.DATE if unit in _WHOLE_DAYS else Type(Kind.DATETIME, scale=6 if fine else 0)
    if source.kind in {Kind.DATETIME, Kind.TIMESTAMP, Kind.TIME}:
        return Type(source.kind, scale=6 if fine else source.scale)
    return types.VARCHAR


def shift(binder: Binder, operand: Bound, amount: Bound, unit: str, sign: int, name: str) -> Bound:
    """``operand`` moved by an amount of units.

    :raises ServerError: 20203 when ``operand`` is nothing that has a date or time
    """
    if operand.kind not in types.TEMPORAL | types.STRINGS | {Kind.NULL}:
        raise invalid_argument(f"function {name}, bad value [{operand.type.named} BIGINT BIGINT]")
    result = _result(operand.type, unit)
    return binder.call(_shifter(operand.type, result, unit, sign), result, operand.sql, amount.sql)


def _adder(*names: str, sign: int) -> None:
    @special(*names, least=2, most=2)
    def bind(binder: Binder, arguments: Sequence[Bound], call: ast.Function) -> Bound:
        operand, amount = arguments
        unit = amount.text if amount.kind is Kind.INTERVAL else "day"
        return shift(binder, operand, amount, unit, sign, call.name)


_adder("date_add", "adddate", sign=1)
_adder("date_sub", "subdate", sign=-1)


@special("timestampadd", least=3, most=3)
def timestampadd(binder: Binder, arguments: Sequence[Bound], call: ast.Function) -> Bound:
    """``TIMESTAMPADD(unit, amount, moment)``."""
    unit, amount, operand = arguments
    return shift(binder, operand, Bound(amount.sql, amount.type), unit.text, 1, call.name)
