"""What recovery windows are to a program."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from matrixone.exceptions import PitrError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matrixone.operations import Outcome
    from matrixone.scope import SnapshotLevel

_LONGEST = 100
_NANOSECONDS = 1_000_000_000
_TIME = re.compile(r"(\d+-\d+-\d+ \d+:\d+:\d+(?:\.\d+)?)(?: ([+-]\d\d)(\d\d))?")
_TOKEN = re.compile(r"\{|'(\w+)'\s*:\s*'([^']*)'")


class RangeUnit(enum.StrEnum):
    """Unit of a window's length."""

    HOUR = "h"
    DAY = "d"
    MONTH = "mo"
    YEAR = "y"


@dataclass(frozen=True, slots=True)
class Range:
    """How far a window reaches back from now.

    Args:
        value: 1 to 100.
        unit: Of what.
    """

    value: int
    unit: RangeUnit

    @classmethod
    def of(cls, value: int, unit: RangeUnit | str) -> Range:
        """A checked range.

        Raises:
            PitrError: The server takes no such value or unit.
        """
        if type(value) is not int or not 1 <= value <= _LONGEST:
            raise PitrError(f"a range is 1 to {_LONGEST} units, not {value!r}; nothing was sent")
        try:
            return cls(value, RangeUnit(str(unit).lower()))
        except ValueError:
            known = ", ".join(RangeUnit)
            raise PitrError(f"unknown unit {unit!r}; there are {known}; nothing was sent") from None


@dataclass(frozen=True, slots=True)
class Pitr:
    """A window of time, up to now, to any moment of which something can be restored.

    Args:
        name: As the server stores it, in lower case.
        created_time: When it was made; None if it was not made yet when this object was.
        modified_time: When it was last altered.
        level: What it covers.
        account_name: The account it covers or is in; None at cluster level.
        database_name: At database and table level.
        table_name: At table level.
        range_value: How many units it reaches back.
        range_unit: The unit.
        active: False when what it covers has been dropped; None where the server does not say (other accounts than
            ``sys``).
        outcome: What became of the statement this object comes from, if it comes from one.
    """

    name: str
    created_time: datetime | None
    modified_time: datetime | None
    level: SnapshotLevel
    account_name: str | None = None
    database_name: str | None = None
    table_name: str | None = None
    range_value: int = 1
    range_unit: RangeUnit = RangeUnit.DAY
    active: bool | None = None
    outcome: Outcome[Any] | None = field(default=None, repr=False, compare=False)

    @property
    def pending(self) -> bool:
        """The statement waits for the commit of the session that asked for it."""
        return self.outcome is not None and self.outcome.pending


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time that can be gone back to.

    Args:
        start: Its first moment, or None if the server left it out.
        end: Its last moment; that of ``start`` for a snapshot, None if the server left it out.
        source: ``pitr`` or ``snapshot``.
        source_name: Name of the recovery window or snapshot.
    """

    start: datetime | None
    end: datetime | None
    source: str | None
    source_name: str | None


@dataclass(frozen=True, slots=True)
class RecoveryWindow:
    """The moments one table can be restored to.

    Args:
        level: The level that was asked about.
        account_name: Its account.
        database_name: Its database.
        table_name: The table.
        windows: The stretches of time, as the server lists them.
    """

    level: SnapshotLevel
    account_name: str | None
    database_name: str | None
    table_name: str | None
    windows: tuple[Window, ...]


def windows(text: str | None) -> tuple[Window, ...]:
    """The windows in the server's text, which looks like JSON but has single quotes and at times half an entry."""
    return tuple(
        Window(
            _time(entry.get("start_time") or entry.get("timestamp")),
            _time(entry.get("end_time") or entry.get("timestamp")),
            entry.get("source"),
            entry.get("source_name"),
        )
        for entry in _entries(text or "")
    )


def _entries(text: str) -> Iterator[dict[str, str]]:
    entry: dict[str, str] = {}
    for token in _TOKEN.finditer(text):
        key, value = token.groups()
        if entry and (key is None or key in entry):
            yield entry
            entry = {}
        if key is not None:
            entry[key] = value
    if entry:
        yield entry


def _time(text: str | None) -> datetime | None:
    found = _TIME.match(text or "")
    if found is None:
        return None
    clock, hours, minutes = found.groups()
    try:
        return datetime.fromisoformat(f"{clock}{hours or '+00'}:{minutes or '00'}").astimezone(UTC)
    except ValueError:
        return None


def moment(nanoseconds: int) -> datetime:
    """Nanoseconds since 1970 as a time in UTC, cut to microseconds."""
    seconds, rest = divmod(nanoseconds, _NANOSECONDS)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)
