"""DATE_FORMAT, TIME_FORMAT and STR_TO_DATE."""

from __future__ import annotations

import calendar
import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import calls, temporal, types
from matrixone_lite.engine.functions.dates import week_number
from matrixone_lite.engine.functions.registry import Accept, scalar, special
from matrixone_lite.engine.storage import UserFunction
from matrixone_lite.engine.types import Kind, Type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.bound import Bound
    from matrixone_lite.engine.context import Context
    from matrixone_lite.engine.types import Value
    from matrixone_lite.sql import ast

_HALF_DAY: Final = 12
_TEENS: Final = range(11, 14)
_PIVOT: Final = 70


def _ordinal(day: int) -> str:
    ending = "th" if day % 100 in _TEENS else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _hour12(moment: datetime) -> int:
    return moment.hour % _HALF_DAY or _HALF_DAY


def _half(moment: datetime) -> str:
    return "AM" if moment.hour < _HALF_DAY else "PM"


_WRITERS: Final[dict[str, Callable[[datetime], str]]] = {
    "a": lambda moment: calendar.day_abbr[moment.weekday()],
    "b": lambda moment: calendar.month_abbr[moment.month],
    "c": lambda moment: str(moment.month),
    "D": lambda moment: _ordinal(moment.day),
    "d": lambda moment: f"{moment.day:02d}",
    "e": lambda moment: str(moment.day),
    "f": lambda moment: f"{moment.microsecond:06d}",
    "H": lambda moment: f"{moment.hour:02d}",
    "h": lambda moment: f"{_hour12(moment):02d}",
    "I": lambda moment: f"{_hour12(moment):02d}",
    "i": lambda moment: f"{moment.minute:02d}",
    "j": lambda moment: f"{moment.timetuple().tm_yday:03d}",
    "k": lambda moment: str(moment.hour),
    "l": lambda moment: str(_hour12(moment)),
    "M": lambda moment: calendar.month_name[moment.month],
    "m": lambda moment: f"{moment.month:02d}",
    "p": _half,
    "r": lambda moment: f"{_hour12(moment):02d}:{moment:%M:%S} {_half(moment)}",
    "S": lambda moment: f"{moment.second:02d}",
    "s": lambda moment: f"{moment.second:02d}",
    "T": lambda moment: f"{moment:%H:%M:%S}",
    "U": lambda moment: f"{week_number(moment, 0)[1]:02d}",
    "u": lambda moment: f"{week_number(moment, 1)[1]:02d}",
    "V": lambda moment: f"{week_number(moment, 2)[1]:02d}",
    "v": lambda moment: f"{week_number(moment, 3)[1]:02d}",
    "W": lambda moment: calendar.day_name[moment.weekday()],
    "w": lambda moment: str(moment.isoweekday() % 7),
    "X": lambda moment: f"{week_number(moment, 2)[0]:04d}",
    "x": lambda moment: f"{week_number(moment, 3)[0]:04d}",
    "Y": lambda moment: f"{moment.year:04d}",
    "y": lambda moment: f"{moment.year % 100:02d}",
}
_PLACE: Final = re.compile(r"%(.)", re.DOTALL)


def _written(moment: datetime, pattern: str) -> str:
    def one(match: re.Match[str]) -> str:
        write = _WRITERS.get(match[1])
        return match[1] if write is None else write(moment)

    return _PLACE.sub(one, pattern)


@scalar("date_format", parameters=[Accept.DATETIME, Accept.TEXT], result=types.VARCHAR)
def date_format(moment: datetime, pattern: str) -> str:
    """A date in the form a pattern of ``%`` letters gives."""
    return _written(moment, pattern)


@scalar("time_format", parameters=[Accept.TIME, Accept.TEXT], result=types.VARCHAR)
def time_format(micros: int, pattern: str) -> str:
    """A time in the form a pattern of ``%`` letters gives."""
    clock = datetime(1, 1, 1) + timedelta(microseconds=micros)  # noqa: DTZ001 - a wall clock
    return _written(clock, pattern)


@scalar(
    "from_unixtime", parameters=[Accept.DOUBLE, Accept.TEXT], result=types.VARCHAR, context=True, deterministic=False
)
def from_unixtime(context: Context, seconds: float, pattern: str) -> str:
    """Seconds since 1970 in the form a pattern gives."""
    return _written(datetime.fromtimestamp(seconds, context.zone), pattern)


# --- reading ----------------------------------------------------------------------------------------------------------

_TWO: Final = r"(\d{1,2})"
_NAMES: Final = r"([A-Za-z]+)"
_READERS: Final = {
    "Y": r"(\d{4})",
    "y": r"(\d{2})",
    "m": _TWO,
    "c": _TWO,
    "d": _TWO,
    "e": _TWO,
    "H": _TWO,
    "k": _TWO,
    "h": _TWO,
    "I": _TWO,
    "l": _TWO,
    "i": _TWO,
    "s": _TWO,
    "S": _TWO,
    "f": r"(\d{1,6})",
    "j": r"(\d{1,3})",
    "M": _NAMES,
    "b": _NAMES,
    "a": _NAMES,
    "W": _NAMES,
    "p": r"([AaPp][Mm])",
    "D": r"(\d{1,2})(?:st|nd|rd|th)",
}
_LONG: Final = {"T": "%H:%i:%s", "r": "%h:%i:%s %p"}
_DATE_LETTERS: Final = frozenset("YymcdejMbDUuVvXx")
_CLOCK_LETTERS: Final = frozenset("HkhIlisSfpTr")
_MONTH_NAMES: Final = {name.lower(): n for n, name in enumerate(calendar.month_name) if name} | {
    name.lower(): n for n, name in enumerate(calendar.month_abbr) if name
}


@lru_cache(maxsize=256)
def _reader(pattern: str) -> tuple[re.Pattern[str], str]:
    for letter, meaning in _LONG.items():
        pattern = pattern.replace(f"%{letter}", meaning)
    letters: list[str] = []
    parts: list[str] = []
    position = 0
    for match in _PLACE.finditer(pattern):
        parts.append(re.escape(pattern[position : match.start()]))
        position = match.end()
        if match[1] in _READERS:
            letters.append(match[1])
            parts.append(r"\s*" + _READERS[match[1]])
        else:
            parts.append(re.escape(match[1]))
    parts.append(re.escape(pattern[position:]))
    return re.compile("".join(parts).replace(r"\ ", r"\s+")), "".join(letters)


def _read(text: str, pattern: str) -> datetime | None:
    expression, letters = _reader(pattern)
    match = expression.match(text.strip())
    if match is None:
        return None
    found = dict(zip(letters, match.groups(), strict=True))

    def number(*names: str, default: int) -> int:
        return next((int(found[name]) for name in names if name in found), default)

    year = number("Y", default=1)
    if "y" in found:
        year = int(found["y"]) + (2000 if int(found["y"]) < _PIVOT else 1900)
    month = next((_MONTH_NAMES.get(found[name].lower(), 0) for name in "Mb" if name in found), None)
    hour = number("H", "k", "h", "I", "l", default=0)
    if "p" in found:
        hour = hour % _HALF_DAY + (_HALF_DAY if found["p"].lower() == "pm" else 0)
    try:
        moment = datetime(  # noqa: DTZ001 - a wall clock
            year,
            number("m", "c", default=1) if month is None else month,
            number("d", "e", "D", default=1),
            hour,
            number("i", default=0),
            number("s", "S", default=0),
            int(found.get("f", "0").ljust(6, "0")),
        )
    except ValueError:
        return None
    return moment + timedelta(days=int(found["j"]) - 1) if "j" in found else moment


def _parser(result: Type) -> UserFunction:
    def parse(text: Any, pattern: Any) -> Value:
        moment = None if text is None or pattern is None else _read(text, pattern)
        if moment is None:
            return None
        if result.kind is Kind.TIME:
            return temporal.time_of_day(moment)
        if result.kind is Kind.DATE:
            return moment.date().isoformat()
        return temporal.datetime_text(moment, result.scale)

    return UserFunction(f"str_to_{result.kind.name}_{result.scale}", parse)


@special("str_to_date", "to_date", least=2, most=2)
def str_to_date(binder: Binder, arguments: Sequence[Bound], _call: ast.Function) -> Bound:
    """A date read by a pattern, whose letters say whether it is a DATE, a TIME or a DATETIME."""
    letters = frozenset(_PLACE.findall(arguments[1].text))
    scale = 6 if "f" in letters else 0
    if not letters & _CLOCK_LETTERS and letters & _DATE_LETTERS:
        result = types.DATE
    elif letters and not letters & _DATE_LETTERS:
        result = Type(Kind.TIME, scale=scale)
    else:
        result = Type(Kind.DATETIME, scale=scale)
    texts = [calls.accept(binder, argument, Accept.TEXT).sql for argument in arguments]
    return binder.call(_parser(result), result, *texts)
