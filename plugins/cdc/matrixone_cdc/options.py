"""Options of a task, checked because the server ignores what it does not know."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from matrixone.exceptions import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Options = tuple[tuple[str, str], ...]

_DURATION = re.compile(r"(?=.*[1-9])(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+")
_FREQUENCY = re.compile(r"0*[1-9]\d*[mh]")
_MINUTE = timedelta(minutes=1)


def checked_options(options: Mapping[str, Any]) -> Options:
    """The options as the server reads them, in the order given.

    Raises:
        ConfigurationError: The server knows no such option, or takes no such value.
    """
    checked = tuple((name, _reader(name)(name, value)) for name, value in options.items())
    times = {name: datetime.fromisoformat(text) for name, text in checked if name in {"StartTs", "EndTs"}}
    if len(times) > 1 and times["StartTs"] >= times["EndTs"]:
        raise ConfigurationError("StartTs is before EndTs")
    return checked


def _reader(name: str) -> Callable[[str, Any], str]:
    reader = _READERS.get(name)
    if reader is None:
        known = ", ".join(_READERS)
        raise ConfigurationError(f"the server knows no option {name!r} and would ignore it; there are {known}")
    return reader


def _switch(name: str, value: Any) -> str:
    text = str(value).lower()
    if text not in {"true", "false"}:
        raise ConfigurationError(f"{name} is True or False, not {value!r}")
    return text


def _length(name: str, value: Any) -> str:
    if isinstance(value, bool) or not re.fullmatch(r"0*[1-9]\d{0,17}", str(value), re.ASCII):
        raise ConfigurationError(f"{name} is a positive number of bytes, not {value!r}")
    return str(int(value))


def _duration(name: str, value: Any) -> str:
    if isinstance(value, timedelta) and value > timedelta(0):
        return f"{value // timedelta(microseconds=1)}us"
    if isinstance(value, str) and _DURATION.fullmatch(value):
        return value
    raise ConfigurationError(f"{name} is a positive timedelta or a text such as '10m' or '1h30m', not {value!r}")


def _frequency(name: str, value: Any) -> str:
    if isinstance(value, timedelta) and value >= _MINUTE and not value % _MINUTE:
        return f"{value // _MINUTE}m"
    if isinstance(value, str) and _FREQUENCY.fullmatch(value):
        return value
    raise ConfigurationError(f"{name} is a timedelta of whole minutes or a text such as '15m' or '1h', not {value!r}")


def _time(name: str, value: Any) -> str:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        time = None
    if not isinstance(time, datetime) or time.tzinfo is None:
        raise ConfigurationError(f"{name} is a datetime with a zone, or its text in ISO format, not {value!r}")
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _pattern(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value or '"' in value:
        raise ConfigurationError(f"{name} is a regular expression without double quotes, not {value!r}")
    return value


_READERS: dict[str, Callable[[str, Any], str]] = {
    "NoFull": _switch,
    "Exclude": _pattern,
    "StartTs": _time,
    "EndTs": _time,
    "Frequency": _frequency,
    "MaxSqlLength": _length,
    "SendSqlTimeout": _duration,
    "InitSnapshotSplitTxn": _switch,
}
