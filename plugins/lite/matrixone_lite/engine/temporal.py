"""Dates and times: reading text, rounding fractions, time zones."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from matrixone_lite.engine.errors import ServerError

if TYPE_CHECKING:
    from datetime import tzinfo

_SEPARATED: Final = re.compile(
    r"""\s*(\d{1,4})[-/.:](\d{1,2})[-/.:](\d{1,2})
    (?:[\ T]+(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?)?)?
    \s*(?:Z|([+-]\d{2}:\d{2}))?\s*""",
    re.VERBOSE,
)
_COMPACT: Final = re.compile(r"\s*(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})(?:\.(\d*))?)?\s*")
_TIME: Final = re.compile(r"\s*(-)?(?:(\d+)\s+)?(\d{1,10}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?\s*")
_ONLY_DATE: Final = re.compile(r"\s*\d+[-/.:]\d+[-/.:]\d+\s*")
_TIME_DIGITS: Final = re.compile(r"\s*(-)?(\d+)(?:\.(\d*))?\s*")
_SIXTY: Final = 60
_PIVOT: Final = 70


def parse_datetime(text: str) -> datetime | None:
    """Read a date with or without time of day; None when it is malformed or not in the calendar."""
    match = _SEPARATED.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction = match.groups()[:7]
    try:
        moment = datetime(_full_year(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))  # noqa: DTZ001 - a wall clock
        moment += timedelta(microseconds=_micros(fraction))
    except (ValueError, OverflowError):
        return None
    zone = match.group(8) if match.re is _SEPARATED else None
    if zone:
        moment = moment.replace(tzinfo=zone_named(zone)).astimezone(UTC).replace(tzinfo=None)
    return moment


def today(time: int) -> datetime:
    """A time, microseconds from midnight, of the current day."""
    now = datetime.now(UTC)
    return datetime(now.year, now.month, now.day) + timedelta(microseconds=time)  # noqa: DTZ001 - a wall clock


def since_1970(seconds: int) -> datetime:
    """A moment in UTC, without saying so."""
    return datetime(1970, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001 - a wall clock


def _full_year(digits: str) -> int:
    """The year that digits mean: two of them one from 1970 to 2069."""
    year = int(digits)
    if len(digits) != 2:  # noqa: PLR2004 - the short form
        return year
    return year + (2000 if year < _PIVOT else 1900)


def _micros(fraction: str | None) -> int:
    if not fraction:
        return 0
    return int(int(fraction) * 1_000_000 / 10 ** len(fraction) + 0.5)


def round_datetime(moment: datetime, scale: int) -> datetime:
    """Round half up to ``scale`` fractional digits."""
    step: int = 10 ** (6 - scale)
    return moment + timedelta(microseconds=(moment.microsecond + step // 2) // step * step - moment.microsecond)


def datetime_text(moment: datetime, scale: int) -> str:
    """``YYYY-MM-DD HH:MM:SS[.ffffff]``, cut to ``scale`` fractional digits."""
    date = f"{moment.year:04d}-{moment.month:02d}-{moment.day:02d}"
    text = f"{date} {moment.hour:02d}:{moment.minute:02d}:{moment.second:02d}"
    return f"{text}.{moment.microsecond:06d}"[: 20 + scale] if scale else text


def parse_time(text: str) -> int | None:
    """Read ``[-][days ]HH:MM:SS[.f]``, digits, or the time of day of a datetime, as microseconds."""
    match = _TIME.fullmatch(text)
    if match:
        sign, days, hours, minutes, seconds, fraction = match.groups()
    elif digits := _TIME_DIGITS.fullmatch(text):
        sign, number, fraction = digits.groups()
        if len(number) == 14:  # noqa: PLR2004 - YYYYMMDDHHMMSS
            number = number[8:]
        number = number.zfill(6)
        days, hours, minutes, seconds = None, number[:-4], number[-4:-2], number[-2:]
    else:
        moment = parse_datetime(text)
        return None if moment is None or _ONLY_DATE.fullmatch(text) else time_of_day(moment)
    if int(minutes) >= _SIXTY or int(seconds or 0) >= _SIXTY:
        return None
    whole = (int(days or 0) * 24 + int(hours)) * 3600 + int(minutes) * 60 + int(seconds or 0)
    micros = whole * 1_000_000 + _micros(fraction)
    return -micros if sign else micros


def time_of_day(moment: datetime) -> int:
    """Microseconds since midnight."""
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1_000_000 + moment.microsecond


def round_time(microseconds: int, scale: int) -> int:
    """Round half away from zero to ``scale`` fractional digits."""
    step: int = 10 ** (6 - scale)
    magnitude = (abs(microseconds) + step // 2) // step * step
    return -magnitude if microseconds < 0 else magnitude


@lru_cache(maxsize=64)
def zone_named(name: str) -> tzinfo:
    """The time zone of a ``time_zone`` setting; error 1105 for an unknown one."""
    if name.upper() in {"SYSTEM", "UTC", "+00:00"}:
        return UTC
    match = re.fullmatch(r"([+-])(\d{1,2}):(\d{2})", name)
    if match:
        sign, hours, minutes = match.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-offset if sign == "-" else offset)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ServerError(1105, f"unknown time zone {name}") from None


def utc_to_local(text: str | None, zone: tzinfo) -> str | None:
    """Shift a stored TIMESTAMP into ``zone``."""
    return None if text is None else _shift(text, UTC, zone)


def local_to_utc(text: str | None, zone: tzinfo) -> str | None:
    """Shift a wall-clock time of ``zone`` into the stored form of TIMESTAMP."""
    return None if text is None else _shift(text, zone, UTC)


def _shift(text: str, source: tzinfo, target: tzinfo) -> str:
    moment = datetime.fromisoformat(text).replace(tzinfo=source).astimezone(target)
    return datetime_text(moment, max(len(text) - 20, 0))
