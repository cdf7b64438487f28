"""What is copied, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING

from matrixone.exceptions import CloneError
from matrixone.sql import EMPTY, SQL, Identifier, Literal, object_name, table_identifier

if TYPE_CHECKING:
    from datetime import datetime

    from matrixone.operations import Outcome, Resource


class CloneWarning(UserWarning):
    """A copy lacks something its source has."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When to copy from: now, as a snapshot keeps it, or a time that a snapshot or a recovery window covers.

    Args:
        snapshot: Name of the snapshot.
        as_of: The time, with its zone.
    """

    snapshot: str | None = None
    as_of: datetime | None = None

    @classmethod
    def of(cls, snapshot: str | None, as_of: datetime | None) -> Moment:
        """A checked moment.

        Raises:
            CloneError: Both are given, or the time has no zone.
            InvalidNameError: No snapshot can have that name.
        """
        if snapshot is not None and as_of is not None:
            raise CloneError("a source is read as of a snapshot or of a time, not both; nothing was sent")
        if as_of is not None and as_of.tzinfo is None:
            raise CloneError("as_of needs a time zone; nothing was sent")
        return cls(None if snapshot is None else object_name(snapshot), as_of)

    def sql(self) -> SQL:
        """The hint behind the name of the source; times are UTC there, whatever zone the session has."""
        if self.snapshot is not None:
            return SQL(" {{SNAPSHOT = {name}}}").format(name=Literal(self.snapshot))
        if self.as_of is not None:
            text = f"{self.as_of.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
            return SQL(" {{TIMESTAMP = {time}}}").format(time=Literal(text))
        return EMPTY

    def needs(self) -> tuple[Resource, ...]:
        """The snapshot."""
        return () if self.snapshot is None else (("snapshot", self.snapshot),)


@dataclass(frozen=True, slots=True)
class Clone:
    """A copy that was asked for.

    Args:
        target: The copy, ``database`` or ``database.table`` as it was named.
        source: What was copied.
        snapshot: The snapshot it was copied from.
        as_of: The time it was copied from.
        account: The account it was made for, if not the caller's own.
        outcome: What became of it.
    """

    target: str
    source: str
    snapshot: str | None
    as_of: datetime | None
    account: str | None
    outcome: Outcome[None] = field(repr=False, compare=False)

    @property
    def pending(self) -> bool:
        """It waits for the session's commit: the session had begun without BEGIN before it was wrapped."""
        return self.outcome.pending

    @property
    def existed(self) -> bool:
        """Nothing was copied, because the target was there."""
        return self.outcome.skipped


def qualified(database: str | None, table: str) -> Identifier:
    """The name of a table; without ``database``, ``table`` may be ``database.table``."""
    return table_identifier(table) if database is None else Identifier(database, table)
