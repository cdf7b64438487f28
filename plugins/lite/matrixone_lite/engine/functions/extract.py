"""EXTRACT: numbers from a DATE, text from everything else, as the server has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import temporal, types
from matrixone_lite.engine.errors import internal, invalid_argument, unsupported
from matrixone_lite.engine.functions.dates import week_number
from matrixone_lite.engine.functions.registry import Accept, scalar

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

_OF_DATE: Final[dict[str, Callable[[date], int]]] = {
    "day": lambda day: day.day,
    "week": lambda day: week_number(day, 3)[1],
    "month": lambda day: day.month,
    "quarter": lambda day: (day.month + 2) // 3,
    "year": lambda day: day.year,
    "year_month": lambda day: day.year * 100 + day.month,
}

_OF_MOMENT: Final[dict[str, Callable[[datetime], str]]] = {
    "microsecond": lambda moment: str(moment.microsecond),
    "second": lambda moment: f"{moment:%S}",
    "minute": lambda moment: f"{moment:%M}",
    "hour": lambda moment: f"{moment:%H}",
    "day": lambda moment: f"{moment:%d}",
    "week": lambda moment: f"{week_number(moment, 3)[1]:02d}",
    "month": lambda moment: f"{moment:%m}",
    "quarter": lambda moment: str((moment.month + 2) // 3),
    "year": lambda moment: f"{moment.year:04d}",
    "year_month": lambda moment: f"{moment.year:04d}{moment:%m}",
    "day_hour": lambda moment: f"{moment:%d %H}",
    "day_minute": lambda moment: f"{moment:%d} {moment.hour:2d}{moment::%M}",
    "day_second": lambda moment: f"{moment:%d} {moment.hour:2d}{moment::%M:%S}",
    "day_microsecond": lambda moment: f"{moment:%d} {moment.hour:2d}{moment::%M:%S.%f}",
    "hour_minute": lambda moment: f"{moment.hour:2d}{moment::%M}",
    "hour_second": lambda moment: f"{moment.hour:2d}{moment::%M:%S}",
    "hour_microsecond": lambda moment: f"{moment.hour:2d}{moment::%M:%S.%f}",
    "minute_second": lambda moment: f"{moment:%M:%S}",
    "minute_microsecond": lambda moment: f"{moment:%M:%S.%f}",
    "second_microsecond": lambda moment: f"{moment:%S.%f}",
}

_OF_TIME: Final = {"hour": 3_600_000_000, "minute": 60_000_000, "second": 1_000_000, "microsecond": 1}
_SIXTY: Final = 60
_OF_DAYS: Final = set(_OF_DATE)


@scalar("extract", parameters=[Accept.TEXT, Accept.DATETIME], result=types.VARCHAR)
def from_moment(unit: str, moment: datetime) -> str:
    """One part or several adjoining ones, with their zeros."""
    read = _OF_MOMENT.get(unit)
    if read is None:
        raise invalid_argument(f"extract, bad value {unit}")
    return read(moment)


@scalar("extract", parameters=[Accept.TEXT, Accept.TEXT], result=types.VARCHAR)
def from_text(unit: str, text: str) -> str | None:
    """Parts of what a text says; NULL when it is no moment."""
    moment = temporal.parse_datetime(text)
    if "_" in unit and unit.startswith(("hour", "minute", "second")):
        raise unsupported("EXTRACT of several parts of a time in a text")
    return None if moment is None else from_moment(unit, moment)


@scalar("extract", parameters=[Accept.TEXT, Accept.DATE], result=types.UINT)
def from_date(unit: str, day: date) -> int:
    """A part of a date; error 20101 for parts of a day."""
    read = _OF_DATE.get(unit)
    if read is None:
        raise internal("invalid unit")
    return read(day)


@scalar("extract", parameters=[Accept.TEXT, Accept.TIME], result=types.VARCHAR)
def from_time(unit: str, time: int) -> str:
    """A part of a time; its sign is at every part."""
    if unit in _OF_DAYS:
        return ""
    if unit not in _OF_TIME:
        raise unsupported("EXTRACT of several parts of a TIME")
    part = abs(time) // _OF_TIME[unit]
    part %= {"hour": part + 1, "microsecond": 1_000_000}.get(unit, _SIXTY)
    if time < 0:
        return str(-part)
    return str(part) if unit == "microsecond" else f"{part:02d}"
