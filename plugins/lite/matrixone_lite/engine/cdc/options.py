"""CREATE CDC read as the server reads it: in its order, with its errors."""

from __future__ import annotations

import json
import re
import secrets
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import regexps
from matrixone_lite.engine.cdc.addresses import read_address
from matrixone_lite.engine.cdc.mappings import (
    LEVELS,
    SHORTEST_WINDOW,
    check_windows,
    read_mappings,
)
from matrixone_lite.engine.cdc.sink import Sink, SinkError
from matrixone_lite.engine.cdc.tasks import Task
from matrixone_lite.engine.errors import internal

if TYPE_CHECKING:
    from matrixone_lite.engine.cdc.addresses import Address
    from matrixone_lite.engine.cdc.mappings import (
        Mapping,
    )
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.sql import ast

_SINK_TYPES: Final = ("mysql", "matrixone")
_TRUE: Final = {"1", "t", "true"}
_UNITS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION: Final = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_DURATIONS: Final = re.compile(rf"[-+]?(?:0|(?:{_DURATION.pattern})+)")
_FREQUENCY: Final = re.compile(r"([1-9]\d*)([mh])")
_LONGEST_FREQUENCY: Final = 10_000_000
_DATETIME: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")
_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_TIME_FORMATS: Final = "supported timestamp format: `2006-01-02 15:04:05`, or `2006-01-02T15:04:05Z07:00`"
_INTEGER: Final = re.compile(r"[-+]?\d+", re.ASCII)
_DIALS_WITHIN: Final = 5.0
DEFAULT_LENGTH: Final = 4 * 1024 * 1024
DEFAULT_TIMEOUT: Final = "10m"


@dataclass(frozen=True, slots=True)
class Level:
    """How much a task copies, and the text that says what."""

    name: str
    text: str

    def mappings(self) -> tuple[Mapping, ...]:
        """What is copied where; error 20101 when the two do not go together."""
        try:
            if self.name in LEVELS:
                return read_mappings(self.name, self.text)
        except ValueError:
            pass
        raise internal(f"invalid level: {self.name}")


def read_task(session: LiteSession, statement: ast.CreateCdc) -> Task:
    """The task a statement describes, after its source and sink were dialled.

    :raises ServerError: 20101 in every case
    """
    source, sink, sink_type = _read_ends(statement)
    given = dict(statement.options)
    level = Level(given.get("Level", ""), statement.tables)
    mappings = level.mappings()
    check_windows(session.catalog, session.principal, mappings, SHORTEST_WINDOW)
    exclude = _pattern(given.get("Exclude", ""))
    start, end = _time(session, given, "StartTs"), _time(session, given, "EndTs")
    extra = {
        "Frequency": given.get("Frequency", ""),
        "InitSnapshotSplitTxn": given.get("InitSnapshotSplitTxn") != "false",
        "MaxSqlLength": _length(given.get("MaxSqlLength", "")),
        "SendSqlTimeout": _timeout(given.get("SendSqlTimeout", "")),
    }
    if extra["Frequency"]:
        hours = _hours(given["Frequency"])
        check_windows(session.catalog, session.principal, mappings, max(hours + 1, SHORTEST_WINDOW))
    if start is not None and end is not None and end <= start:
        raise internal(f"startTs: {_text(start)} should be less than endTs: {_text(end)}")
    principal = session.principal
    return Task(
        id=_time_ordered_id(),
        account=principal.account_id,
        account_name=principal.account,
        user=principal.user,
        name=statement.name.lower(),
        source=source.kept,
        sink=sink,
        sink_type=sink_type,
        mappings=mappings,
        exclude=exclude,
        start=_text(start),
        end=_text(end),
        no_full=_switch(given.get("NoFull", "")),
        config_file=given.get("ConfigFile", ""),
        extra=json.dumps(extra, separators=(",", ":"), ensure_ascii=False),
        created=session.store.now(),
    )


def _read_ends(statement: ast.CreateCdc) -> tuple[Address, Address, str]:
    source = read_address(statement.source)
    _dial(source, "source")
    sink_type = statement.sink_type.lower()
    if sink_type not in _SINK_TYPES:
        raise internal(f"unsupported sink type: {statement.sink_type}")
    sink = read_address(statement.sink)
    _dial(sink, "sink")
    return source, sink, sink_type


def _dial(address: Address, what: str) -> None:
    sink = Sink(address, _DIALS_WITHIN)
    try:
        sink.open()
    except SinkError as error:
        raise internal(f"failed to connect to {what}, please check the connection, err: {error}") from None
    finally:
        sink.close()


def _time_ordered_id() -> str:
    """A UUID of version 7: its first 48 bits are the milliseconds since 1970."""
    moment = time.time_ns() // 1_000_000
    number = moment << 80 | 7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=number))


def _switch(value: str) -> bool:
    try:
        return value.lower() in _TRUE or float(value) != 0
    except ValueError:
        return False


def _pattern(value: str) -> str:
    try:
        regexps.compiled(value)
    except regexps.PatternError as error:
        raise internal(f"invalid exclude: {value}, err: error parsing regexp: {error}") from None
    return value


def _time(session: LiteSession, given: dict[str, str], key: str) -> datetime | None:
    value = given.get(key, "")
    if not value:
        return None
    try:
        if _DATETIME.fullmatch(value):
            return datetime.fromisoformat(value).replace(tzinfo=session.context.zone, microsecond=0)
        if _RFC_3339.fullmatch(value):
            return datetime.fromisoformat(value).replace(microsecond=0)
    except ValueError:
        pass
    raise internal(f"invalid {key[0].lower()}{key[1:]}: {value}, {_TIME_FORMATS}")


def _text(time: datetime | None) -> str:
    if time is None:
        return ""
    return time.isoformat().removesuffix("+00:00") + "Z" * (time.utcoffset() == UTC.utcoffset(None))


def _length(value: str) -> int:
    if not value:
        return DEFAULT_LENGTH
    if not _INTEGER.fullmatch(value) or not -(1 << 63) <= int(value) < 1 << 63:
        raise internal(f"invalid maxSqlLength: {value}")
    return int(value)


def _timeout(value: str) -> str:
    if not value:
        return DEFAULT_TIMEOUT
    if not _DURATIONS.fullmatch(value):
        raise internal(f"invalid sendSqlTimeout: {value}")
    return value


def _hours(value: str) -> int:
    found = _FREQUENCY.fullmatch(value)
    if found is None or int(found[1]) > _LONGEST_FREQUENCY:
        raise internal(f"invalid frequency: {value}")
    return int(found[1]) if found[2] == "h" else -(-int(found[1]) // 60)


@dataclass(frozen=True, slots=True)
class Pace:
    """The further options of a task, as its worker needs them."""

    seconds: float
    """Between two looks at a table, 0 for as soon as possible."""
    length: int
    """Of a statement, in bytes."""
    timeout: float
    """Seconds for a statement."""
    splits: bool
    """The first copy of a table is not one transaction."""


def pace_of(task: Task) -> Pace:
    """The options of a task."""
    extra: dict[str, Any] = json.loads(task.extra)
    every = _FREQUENCY.fullmatch(extra["Frequency"])
    timeout = sum(float(number) * _UNITS[unit] for number, unit in _DURATION.findall(extra["SendSqlTimeout"]))
    return Pace(
        int(every[1]) * _UNITS[every[2]] if every else 0.0,
        extra["MaxSqlLength"],
        timeout,
        extra["InitSnapshotSplitTxn"],
    )
