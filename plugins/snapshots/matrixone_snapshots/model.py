"""What a snapshot is to a program."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matrixone.operations import Outcome
    from matrixone.scope import SnapshotLevel

_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state of the past that stays readable.

    Args:
        name: As the server stores it, in lower case.
        level: What it covers.
        created_at: When it was taken; None if it was not taken yet when this object was made.
        description: The caller's own words; the server keeps none.
        database: At database and table level.
        table: At table level.
        account: The account it belongs to; None at cluster level.
        ts: ``created_at`` in nanoseconds since 1970, exactly; the value of a ``{MO_TS = ...}`` hint.
        outcome: What became of its creation, if this object comes from one.
    """

    name: str
    level: SnapshotLevel
    created_at: datetime | None
    description: str | None = None
    database: str | None = None
    table: str | None = None
    account: str | None = None
    ts: int | None = None
    outcome: Outcome[Any] | None = field(default=None, repr=False, compare=False)

    @property
    def pending(self) -> bool:
        """Its creation waits for the commit of the session that asked for it."""
        return self.outcome is not None and self.outcome.pending


def moment(nanoseconds: int) -> datetime:
    """Nanoseconds since 1970 as a time in UTC, cut to microseconds."""
    seconds, rest = divmod(nanoseconds, _NANOSECONDS)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)
