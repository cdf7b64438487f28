"""What is branched, compared and merged, and what became of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row

from matrixone.exceptions import ConfigurationError
from matrixone.sql import EMPTY, SQL, Identifier, Literal, joined, object_name
from matrixone.tables import table_parts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from matrixone.bulk import TableLike
    from matrixone.exceptions import QueryError
    from matrixone.operations import Outcome, Resource
    from matrixone.sql import Composable

    DiffRow: TypeAlias = Row[*tuple[Any, ...]]
else:
    DiffRow = Row


class BranchWarning(UserWarning):
    """The server does not do what was asked for, or not all of it, and says nothing of it."""


class DiffOutput(enum.StrEnum):
    """What a comparison answers."""

    ROWS = "rows"
    COUNT = "count"
    SUMMARY = "summary"


class MergeConflictStrategy(enum.StrEnum):
    """What happens to a row that both tables changed: nothing at all is merged, it is left as it is, or overwritten."""

    FAIL = "fail"
    SKIP = "skip"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Side:
    """A table, now or as a snapshot keeps it.

    Args:
        table: Its name, preceded by its database where that is not the current one.
        snapshot: The snapshot.
    """

    table: tuple[str, ...]
    snapshot: str | None = None

    @classmethod
    def of(cls, table: TableLike, snapshot: str | None = None) -> Side:
        """A checked side.

        Raises:
            InvalidNameError: A name the server cannot store.
            ConfigurationError: Neither a name nor a mapped class nor a table.
        """
        return cls(table_parts(table), None if snapshot is None else object_name(snapshot))

    def sql(self) -> SQL:
        """The name, and the hint behind it."""
        return SQL("{name}{hint}").format(name=Identifier(*self.table), hint=hint(self.snapshot))

    def needs(self) -> tuple[Resource, ...]:
        """The snapshot."""
        return needed(self.snapshot)

    def __str__(self) -> str:
        return ".".join(self.table)


@dataclass(frozen=True, slots=True)
class Changes:
    """How many rows of a table were changed since it and another one were the same.

    Args:
        inserted: Rows that are new.
        deleted: Rows that are gone.
        updated: Rows that are different.
    """

    inserted: int
    deleted: int
    updated: int


@dataclass(frozen=True, slots=True)
class DiffSummary:
    """The changes of both tables of a comparison.

    Args:
        table: Of the first one.
        against: Of the other one.
    """

    table: Changes
    against: Changes


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch that was asked for.

    Args:
        target: The branch, as it was named.
        source: What it was made from.
        snapshot: The snapshot of the source it was made from.
        account: The account it was made for, if not the caller's own.
        outcome: What became of it.
    """

    target: str
    source: str
    snapshot: str | None
    account: str | None
    outcome: Outcome[None] = field(repr=False, compare=False)

    @property
    def pending(self) -> bool:
        """It waits for the session's commit: the session had begun without BEGIN before it was wrapped."""
        return self.outcome.pending


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge that was asked for.

    Args:
        source: The table whose changes were taken.
        target: The table that got them.
        on_conflict: What happened to rows that both had changed.
        outcome: What became of it.
    """

    source: str
    target: str
    on_conflict: MergeConflictStrategy
    outcome: Outcome[None] = field(repr=False, compare=False)

    @property
    def pending(self) -> bool:
        """It waits for the session's commit: the session had begun without BEGIN before it was wrapped."""
        return self.outcome.pending


@dataclass(frozen=True, slots=True)
class Pick:
    """Changes of single rows that were asked for.

    Args:
        source: The table whose changes were taken.
        target: The table that got them.
        on_conflict: What happened to rows that both had changed.
        missing: Keys of rows that neither table has: nothing was picked for them.
        outcome: What became of it.
    """

    source: str
    target: str
    on_conflict: MergeConflictStrategy
    missing: tuple[Any, ...]
    outcome: Outcome[None] = field(repr=False, compare=False)

    @property
    def pending(self) -> bool:
        """It waits for the session's commit: the server refuses it in a transaction."""
        return self.outcome.pending


def strategy(on_conflict: MergeConflictStrategy | str) -> MergeConflictStrategy:
    """The strategy of that name.

    Raises:
        ConfigurationError: There is none.
    """
    try:
        return MergeConflictStrategy(str(on_conflict).lower())
    except ValueError:
        known = ", ".join(MergeConflictStrategy)
        raise ConfigurationError(f"on_conflict is one of {known}, not {on_conflict!r}") from None


def hint(snapshot: str | None) -> SQL:
    """What follows the name of something that is read as a snapshot keeps it."""
    return EMPTY if snapshot is None else SQL(" {{SNAPSHOT = {name}}}").format(name=Literal(snapshot))


def needed(*snapshots: str | None) -> tuple[Resource, ...]:
    """The snapshots among them."""
    return tuple(("snapshot", snapshot) for snapshot in snapshots if snapshot is not None)


def is_one_of(tables: Iterable[tuple[str, ...]], database_column: str, name_column: str) -> Composable:
    """The condition on rows of a catalog that they describe these tables."""
    conditions = []
    for *database, name in tables:
        where = Literal(database[0]) if database else SQL("DATABASE()")
        conditions.append(
            SQL(f"LOWER({database_column}) = LOWER({{database}}) AND LOWER({name_column}) = {{name}}").format(
                database=where, name=Literal(name.lower())
            )
        )
    return joined(conditions, " OR ")


def lacks_privilege(error: QueryError) -> bool:
    """Whether the server refused because of who asked: ordinary users may not read all of the catalog."""
    return "do not have privilege" in str(error)
