"""Parts of dates and times, differences, conversions to and from numbers."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import temporal, types
from matrixone_lite.engine.errors import ServerError, invalid_argument
from matrixone_lite.engine.functions.registry import Accept, scalar, special
from matrixone_lite.engine.storage import UserFunction
from matrixone_lite.engine.types import Kind, Type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.bound import Bound
    from matrixone_lite.engine.context import Context
    from matrixone_lite.sql import ast

_DATETIME: Final = Accept.DATETIME
_TIME: Final = Accept.TIME
_INT: Final = Accept.INT
_USMALLINT: Final = Type(Kind.USMALLINT)
_TIME6: Final = Type(Kind.TIME, scale=6)
_SECOND: Final = 1_000_000
_DAYS_BEFORE_EPOCH: Final = 365
_MONTHS: Final = 12
_PIVOT: Final = 70


def _part(*names: str, result: Type, read: Callable[[datetime], int]) -> None:
    @scalar(*names, parameters=[_DATETIME], result=result)
    def of_datetime(moment: datetime) -> int:
        return read(moment)


_part("year", result=types.BIGINT, read=lambda moment: moment.year)
_part("quarter", result=types.UTINYINT, read=lambda moment: (moment.month + 2) // 3)
_part("month", result=types.UTINYINT, read=lambda moment: moment.month)
_part("day", "dayofmonth", result=types.UTINYINT, read=lambda moment: moment.day)
_part("hour", result=types.UTINYINT, read=lambda moment: moment.hour)
_part("minute", result=types.UTINYINT, read=lambda moment: moment.minute)
_part("second", result=types.UTINYINT, read=lambda moment: moment.second)
_part("microsecond", result=types.BIGINT, read=lambda moment: moment.microsecond)
_part("dayofweek", result=types.BIGINT, read=lambda moment: moment.isoweekday() % 7 + 1)
_part("weekday", result=types.BIGINT, read=lambda moment: moment.weekday())
_part("dayofyear", result=_USMALLINT, read=lambda moment: moment.timetuple().tm_yday)
_part("weekofyear", result=types.UTINYINT, read=lambda moment: moment.isocalendar().week)
_part("to_days", result=types.BIGINT, read=lambda moment: moment.toordinal() + _DAYS_BEFORE_EPOCH)
_part(
    "to_seconds",
    result=types.BIGINT,
    read=lambda moment: (moment.toordinal() + _DAYS_BEFORE_EPOCH) * 86400 + temporal.time_of_day(moment) // _SECOND,
)


@scalar("hour", parameters=[_TIME], result=types.UTINYINT)
def hour_of_time(micros: int) -> int:
    """Hours of a time."""
    return abs(micros) // _SECOND // 3600


@scalar("minute", parameters=[_TIME], result=types.UTINYINT)
def minute_of_time(micros: int) -> int:
    """Minutes of a time."""
    return abs(micros) // _SECOND // 60 % 60


@scalar("second", parameters=[_TIME], result=types.UTINYINT)
def second_of_time(micros: int) -> int:
    """Seconds of a time."""
    return abs(micros) // _SECOND % 60


@scalar("microsecond", parameters=[_TIME], result=types.BIGINT)
def microsecond_of_time(micros: int) -> int:
    """Microseconds of a time."""
    return abs(micros) % _SECOND


def _first_week(year: int, *, monday: bool, whole: bool) -> date:
    """First day of week 1: the first whole week, or the first with four days of the year."""
    start = date(year, 1, 1)
    weekday = start.weekday() if monday else start.isoweekday() % 7
    if whole or weekday > 3:  # noqa: PLR2004 - four of seven days
        return start + timedelta(days=(7 - weekday) % 7)
    return start - timedelta(days=weekday)


def week_number(moment: date, mode: int) -> tuple[int, int]:
    """Year and week, as MySQL's eight modes count them."""
    monday, own_year = bool(mode & 1), bool(mode & 2)
    whole = bool(mode & 4) is monday
    day = date(moment.year, moment.month, moment.day)
    year = day.year
    start = _first_week(year, monday=monday, whole=whole)
    if own_year and year < date.max.year and day >= _first_week(year + 1, monday=monday, whole=whole):
        return year + 1, 1
    if day < start:
        if not own_year:
            return year, 0
        year -= 1
        start = _first_week(year, monday=monday, whole=whole)
    return year, (day - start).days // 7 + 1


@scalar("week", parameters=[_DATETIME, _INT], required=1, result=types.UTINYINT)
def week(moment: datetime, mode: int = 0) -> int:
    """Number of the week in the year."""
    return week_number(moment, mode)[1]


@scalar("yearweek", parameters=[_DATETIME, _INT], required=1, result=types.BIGINT)
def yearweek(moment: datetime, mode: int = 0) -> int:
    """Year and number of the week."""
    year, number = week_number(moment, mode | 2)
    return year * 100 + number


@scalar("dayname", parameters=[_DATETIME], result=types.VARCHAR)
def dayname(moment: datetime) -> str:
    """English name of the day of the week."""
    return calendar.day_name[moment.weekday()]


@scalar("monthname", parameters=[_DATETIME], result=types.VARCHAR)
def monthname(moment: datetime) -> str:
    """English name of the month."""
    return calendar.month_name[moment.month]


@scalar("last_day", parameters=[_DATETIME], result=types.VARCHAR)
def last_day(moment: datetime) -> str:
    """Last day of the month."""
    return date(moment.year, moment.month, calendar.monthrange(moment.year, moment.month)[1]).isoformat()


# --- making -----------------------------------------------------------------------------------------------------------


@scalar("date", parameters=[_DATETIME], result=types.DATE)
def date_(moment: datetime) -> date:
    """Without the time of day."""
    return moment.date()


@scalar("date", parameters=[Accept.TEXT], result=types.DATE)
def date_of_text(text: str) -> date:
    """The date that text begins with; other text is refused."""
    moment = temporal.parse_datetime(text)
    if moment is None:
        raise ServerError(1690, f"data out of range: data type date, '{text}'")
    return moment.date()


@scalar("time", parameters=[Accept.TEXT], result=types.TIME)
def time_of_text(text: str) -> int:
    """The time of day that text means; other text is refused."""
    micros = temporal.parse_time(text)
    if micros is None:
        raise ServerError(1690, f"data out of range: data type time, '{text}'")
    return temporal.round_time(micros, 0)


@scalar("time", parameters=[_TIME], result=types.TIME)
def time_(micros: int) -> int:
    """The time of day."""
    return temporal.round_time(micros, 0)


@special("timestamp", least=1, most=1)
def timestamp(binder: Binder, arguments: Sequence[Bound], _call: ast.Function) -> Bound:
    """A date with time of day in the session's time zone."""
    return binder.convert(arguments[0], types.TIMESTAMP)


@scalar("makedate", parameters=[_INT, _INT], result=types.VARCHAR)
def makedate(year: int, day: int) -> str | None:
    """The day of that number in a year."""
    if day <= 0:
        return None
    short = year + (2000 if year < _PIVOT else 1900) if year < 100 else year  # noqa: PLR2004 - two digits
    return (date(short, 1, 1) + timedelta(days=day - 1)).isoformat()


@scalar("maketime", parameters=[_INT, _INT, _INT], result=types.TIME)
def maketime(hours: int, minutes: int, seconds: int) -> int | None:
    """A time of its parts."""
    if not (0 <= minutes < 60 and 0 <= seconds < 60):  # noqa: PLR2004 - clocks
        return None
    micros = (abs(hours) * 3600 + minutes * 60 + seconds) * _SECOND
    return -micros if hours < 0 else micros


@scalar("sec_to_time", parameters=[_INT], result=types.TIME)
def sec_to_time(seconds: int) -> int:
    """Seconds as a time."""
    return seconds * _SECOND


@scalar("time_to_sec", parameters=[_TIME], result=types.BIGINT)
def time_to_sec(micros: int) -> int:
    """A time in seconds."""
    return int(micros / _SECOND)


@scalar("from_days", parameters=[_INT], result=types.DATE)
def from_days(days: int) -> date:
    """The reverse of TO_DAYS."""
    return date.fromordinal(days - _DAYS_BEFORE_EPOCH)


@scalar("unix_timestamp", result=types.BIGINT, deterministic=False, context=True)
def unix_timestamp_now(context: Context) -> int:
    """Seconds since 1970."""
    return int(context.moment.timestamp())


@scalar("unix_timestamp", parameters=[_DATETIME], result=types.BIGINT, deterministic=False, context=True)
def unix_timestamp(context: Context, moment: datetime) -> int:
    """Seconds from 1970 to a moment of the session's time zone."""
    return max(int(moment.replace(tzinfo=context.zone).timestamp()), 0)


def _moment(context: Context, seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone(context.zone).replace(tzinfo=None)


@scalar("from_unixtime", parameters=[_INT], result=types.DATETIME, deterministic=False, context=True)
def from_unixtime(context: Context, seconds: int) -> datetime | None:
    """The moment so many seconds after 1970, in the session's time zone."""
    return None if seconds < 0 else _moment(context, seconds)


@scalar("from_unixtime", parameters=[Accept.DOUBLE], result=types.DATETIME6, deterministic=False, context=True)
@scalar("from_unixtime", parameters=[Accept.DECIMAL], result=types.DATETIME6, deterministic=False, context=True)
def from_unixtime_with_fraction(context: Context, seconds: float) -> datetime | None:
    """The same with fractions of a second."""
    return None if seconds < 0 else _moment(context, float(seconds))


# --- differences ------------------------------------------------------------------------------------------------------


@scalar("datediff", parameters=[_DATETIME, _DATETIME], result=types.BIGINT)
def datediff(end: datetime, start: datetime) -> int:
    """Days between two dates."""
    return (end.date() - start.date()).days


@scalar("timediff", parameters=[_TIME, _TIME], result=_TIME6)
def timediff(end: int, start: int) -> int:
    """Time between two times."""
    return end - start


@scalar("timediff", parameters=[_DATETIME, _DATETIME], result=_TIME6)
def timediff_of_dates(end: datetime, start: datetime) -> int:
    """Time between two moments."""
    return (end - start) // timedelta(microseconds=1)


@scalar("addtime", parameters=[_TIME, _TIME], result=_TIME6)
def addtime(micros: int, more: int) -> int:
    """A time later."""
    return micros + more


@scalar("addtime", parameters=[_DATETIME, _TIME], result=types.DATETIME6)
def addtime_to_date(moment: datetime, more: int) -> datetime:
    """A moment later."""
    return moment + timedelta(microseconds=more)


@scalar("subtime", parameters=[_TIME, _TIME], result=_TIME6)
def subtime(micros: int, less: int) -> int:
    """A time earlier."""
    return micros - less


@scalar("subtime", parameters=[_DATETIME, _TIME], result=types.DATETIME6)
def subtime_from_date(moment: datetime, less: int) -> datetime:
    """A moment earlier."""
    return moment - timedelta(microseconds=less)


def _months(end: datetime, start: datetime) -> int:
    months = (end.year - start.year) * _MONTHS + end.month - start.month
    in_month_end = (end.day, temporal.time_of_day(end))
    in_month_start = (start.day, temporal.time_of_day(start))
    if months > 0 and in_month_end < in_month_start:
        return months - 1
    if months < 0 and in_month_end > in_month_start:
        return months + 1
    return months


_MICROSECONDS: Final = {
    "microsecond": 1,
    "second": _SECOND,
    "minute": 60 * _SECOND,
    "hour": 3600 * _SECOND,
    "day": 86400 * _SECOND,
    "week": 7 * 86400 * _SECOND,
}
_UNIT_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


@scalar("timestampdiff", parameters=[Accept.TEXT, _DATETIME, _DATETIME], result=types.BIGINT)
def timestampdiff(unit: str, start: datetime, end: datetime) -> int:
    """Whole units between two moments."""
    if unit in _UNIT_MONTHS:
        return int(_months(end, start) / _UNIT_MONTHS[unit])
    micros = (end - start) // timedelta(microseconds=1)
    size = _MICROSECONDS[unit]
    return micros // size if micros >= 0 else -(-micros // size)


def _period(number: int) -> int:
    year, month = divmod(number, 100)
    if year < 100:  # noqa: PLR2004 - two digits
        year += 2000 if year < _PIVOT else 1900
    return year * _MONTHS + month - 1


@scalar("period_diff", parameters=[_INT, _INT], result=types.BIGINT)
def period_diff(one: int, other: int) -> int:
    """Months between two ``YYYYMM``."""
    return _period(one) - _period(other)


@scalar("period_add", parameters=[_INT, _INT], result=types.BIGINT)
def period_add(period: int, months: int) -> int:
    """A ``YYYYMM`` some months later."""
    year, month = divmod(_period(period) + months, _MONTHS)
    return year * 100 + month + 1


@scalar("convert_tz", parameters=[_DATETIME, Accept.TEXT, Accept.TEXT], result=types.VARCHAR)
def convert_tz(moment: datetime, source: str, target: str) -> str:
    """A moment of one time zone in another."""
    moved = moment.replace(tzinfo=temporal.zone_named(source)).astimezone(temporal.zone_named(target))
    return temporal.datetime_text(moved, 6 if moved.microsecond else 0)


_TRUNCATED: Final[dict[str, Callable[[datetime], datetime]]] = {
    "second": lambda moment: moment.replace(microsecond=0),
    "minute": lambda moment: moment.replace(second=0, microsecond=0),
    "hour": lambda moment: moment.replace(minute=0, second=0, microsecond=0),
    "day": lambda moment: moment.replace(hour=0, minute=0, second=0, microsecond=0),
    "week": lambda moment: _TRUNCATED["day"](moment) - timedelta(days=moment.weekday()),
    "month": lambda moment: _TRUNCATED["day"](moment).replace(day=1),
    "quarter": lambda moment: _TRUNCATED["month"](moment).replace(month=(moment.month - 1) // 3 * 3 + 1),
    "year": lambda moment: _TRUNCATED["month"](moment).replace(month=1),
}


@special("date_trunc", least=2, most=2)
def date_trunc(binder: Binder, arguments: Sequence[Bound], _call: ast.Function) -> Bound:
    """The start of the unit a moment lies in; text is no moment here."""
    unit, moment = arguments
    if moment.kind not in types.DATED:
        raise invalid_argument(f"function date_trunc, bad value [{unit.type.named} {moment.type.named}]")
    start = _TRUNCATED.get(unit.text.lower())
    if start is None:
        raise invalid_argument(f"function date_trunc, bad value {unit.text}")

    def truncate(text: str | None) -> str | None:
        return None if text is None else temporal.datetime_text(start(datetime.fromisoformat(text)), 0)

    function = UserFunction(f"trunc_{unit.text.lower()}", truncate)
    return binder.call(function, types.DATETIME, moment.sql)
