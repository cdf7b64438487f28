"""SQLAlchemy's types where this dialect does more with their values: checks them, or writes them as literals."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import types
from sqlalchemy.dialects.mysql import BIT, SET, TIME, YEAR

if TYPE_CHECKING:
    from sqlalchemy import Dialect

_FIRST_YEAR = 1901
_LAST_YEAR = 2155
_DAY = dt.timedelta(days=1)


class MatrixOneYear(YEAR):
    """A year; the server stores NULL, without a word, for one it does not know."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse what is no year."""
        return _year

    def literal_processor(self, dialect: Dialect) -> Any:  # noqa: ARG002
        """A number."""
        return lambda value: f"{int(_year(value))}"


class MatrixOneTime(TIME):
    """A time of day is read as ``datetime.time``; what is none, such as -01:00, as ``datetime.timedelta``."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:  # noqa: ARG002
        """Write a duration as text; the driver gets the minutes of negative ones wrong."""
        return lambda value: _duration_text(value) if isinstance(value, dt.timedelta) else value

    def literal_processor(self, dialect: Dialect) -> Any:
        """A quoted text."""
        time: Any = super().literal_processor(dialect)  # type: ignore[no-untyped-call]
        return lambda value: f"'{_duration_text(value)}'" if isinstance(value, dt.timedelta) else time(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """The driver reads a duration, and leaves one of 1000 hours and more as text."""
        time_of_day: Any = super().result_processor(dialect, coltype)

        def process(value: Any) -> dt.time | dt.timedelta | None:
            duration = _duration(value) if isinstance(value, str) else value
            if duration is None or dt.timedelta(0) <= duration < _DAY:
                return time_of_day(duration)  # type: ignore[no-any-return]
            return duration

        return process


class MatrixOneBit(BIT):
    """Bits, which are an ``int``."""

    cache_ok = True

    def literal_processor(self, dialect: Dialect) -> Any:  # noqa: ARG002
        """A number."""
        return lambda value: f"{int.from_bytes(value) if isinstance(value, bytes) else int(value)}"


class MatrixOneSet(SET):
    """Some of a list of texts, which are a ``set``."""

    cache_ok = True

    def literal_processor(self, dialect: Dialect) -> Any:
        """A quoted text, or a number of which each bit stands for one of the list."""
        joined: Any = self.bind_processor(dialect)
        quoted: Any = types.String().literal_processor(dialect)  # type: ignore[no-untyped-call]

        def process(value: Any) -> str:
            text = joined(value)
            return f"{text}" if isinstance(text, int) else quoted(text)

        return process


class MatrixOneBinary(types._Binary):
    """Bytes, of any of the types for them."""

    cache_ok = True

    def literal_processor(self, dialect: Dialect) -> Any:  # noqa: ARG002
        """Hexadecimal digits; not all bytes are text."""
        return lambda value: f"x'{value.hex()}'"


def _year(value: Any) -> Any:
    if isinstance(value, int) and value != 0 and not _FIRST_YEAR <= value <= _LAST_YEAR:
        raise ValueError(f"a year is 0 or {_FIRST_YEAR} to {_LAST_YEAR}, not {value}")
    return value


def _duration_text(duration: dt.timedelta) -> str:
    seconds, fraction = divmod(abs(duration), dt.timedelta(seconds=1))
    minutes, seconds = divmod(seconds, 60)
    sign = "-" if duration < dt.timedelta(0) else ""
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.{fraction.microseconds:06}"


def _duration(text: str) -> dt.timedelta:
    hours, minutes, seconds = text.removeprefix("-").split(":")
    size = dt.timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))
    return -size if text.startswith("-") else size
