"""DATA BRANCH as statements that are put together step by step."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

from matrixone.builders import StatementBuilder
from matrixone.sql import checked_name, object_name
from matrixone.tables import table_parts
from matrixone_branch import branches, differences, merges
from matrixone_branch.model import MergeConflictStrategy, Side, strategy

if TYPE_CHECKING:
    from typing import Self

    from matrixone.bulk import TableLike
    from matrixone.operations import Operation

__all__ = [
    "CreateDatabaseBranch",
    "CreateTableBranch",
    "DeleteDatabaseBranch",
    "DeleteTableBranch",
    "DiffOutputOption",
    "DiffTableBranch",
    "MergeConflictStrategy",
    "MergeTableBranch",
    "create_database_branch",
    "create_table_branch",
    "delete_database_branch",
    "delete_table_branch",
    "diff_table_branch",
    "merge_table_branch",
]


class DiffOutputOption(enum.StrEnum):
    """What becomes of the rows in which two tables differ."""

    COUNT = "count"
    LIMIT = "limit"
    FILE = "file"
    AS = "as"


class _Create(StatementBuilder):
    _account: str | None = None

    def to_account(self, account: str) -> Self:
        """Make the branch for another account; the source is then read from a snapshot."""
        return self._with(account=object_name(account))


class CreateTableBranch(_Create):
    """``DATA BRANCH CREATE TABLE``; see :func:`create_table_branch`."""

    _source: Side | None = None

    def __init__(self, target_table: TableLike) -> None:
        self._target = table_parts(target_table)

    def from_table(self, source: TableLike, snapshot: str | None = None) -> Self:
        """The table the branch is made from, now or as a snapshot keeps it."""
        return self._with(source=Side.of(source, snapshot))

    def operation(self) -> branches.CreateTableBranch:
        """The operation of the manager."""
        if self._source is None:
            raise ValueError("create_table_branch() needs a source: from_table(...)")
        return branches.CreateTableBranch(self._target, self._source, self._account)


class CreateDatabaseBranch(_Create):
    """``DATA BRANCH CREATE DATABASE``; see :func:`create_database_branch`."""

    _source: str | None = None
    _snapshot: str | None = None

    def __init__(self, target_db: str) -> None:
        self._target = checked_name(target_db)

    def from_database(self, source: str, snapshot: str | None = None) -> Self:
        """The database the branch is made from. Of a missing one the server makes an empty branch."""
        kept = None if snapshot is None else object_name(snapshot)
        return self._with(source=checked_name(source), snapshot=kept)

    def operation(self) -> branches.CreateDatabaseBranch:
        """The operation of the manager."""
        if self._source is None:
            raise ValueError("create_database_branch() needs a source: from_database(...)")
        return branches.CreateDatabaseBranch(self._target, self._source, self._snapshot, self._account)


class DeleteTableBranch(StatementBuilder):
    """``DATA BRANCH DELETE TABLE``."""

    def __init__(self, table: TableLike) -> None:
        self._table = table_parts(table)

    def operation(self) -> branches.DeleteTableBranch:
        """The operation of the manager."""
        return branches.DeleteTableBranch(self._table)


class DeleteDatabaseBranch(StatementBuilder):
    """``DATA BRANCH DELETE DATABASE``."""

    def __init__(self, database: str) -> None:
        self._database = checked_name(database)

    def operation(self) -> branches.DeleteDatabaseBranch:
        """The operation of the manager."""
        return branches.DeleteDatabaseBranch(self._database)


class DiffTableBranch(StatementBuilder):
    """``DATA BRANCH DIFF``; see :func:`diff_table_branch`."""

    _against: Side | None = None
    _output: tuple[DiffOutputOption | None, Any] = (None, None)

    def __init__(self, target_table: TableLike) -> None:
        self._table = Side.of(target_table)

    def snapshot(self, name: str) -> Self:
        """Take the table as this snapshot keeps it."""
        return self._with(table=Side(self._table.table, object_name(name)))

    def against(self, base: TableLike, snapshot: str | None = None) -> Self:
        """The table to compare with, now or as a snapshot keeps it."""
        return self._with(against=Side.of(base, snapshot))

    def output_count(self) -> Self:
        """Answer with the number of rows only."""
        return self._with(output=(DiffOutputOption.COUNT, None))

    def output_limit(self, limit: int) -> Self:
        """Answer with so many rows at most.

        Raises:
            ValueError: Below 1.
        """
        if limit < 1:
            raise ValueError(f"limit is 1 or more, not {limit!r}")
        return self._with(output=(DiffOutputOption.LIMIT, limit))

    def output_file(self, path: str) -> Self:
        """Write statements that bring the differences to the other table to a file in this directory of the server.

        Raises:
            ValueError: An empty path.
        """
        if not path:
            raise ValueError("the path of the directory is empty")
        return self._with(output=(DiffOutputOption.FILE, path))

    def output_as(self, table_name: TableLike) -> Self:
        """Make a table of the rows."""
        return self._with(output=(DiffOutputOption.AS, Side.of(table_name).table))

    def operation(self) -> Operation[Any]:
        """The operation of the manager."""
        if self._against is None:
            raise ValueError("diff_table_branch() needs a table to compare with: against(...)")
        compared = differences.Comparison(self._table, self._against)
        match self._output:
            case DiffOutputOption.COUNT, _:
                return differences.CountDifferences(compared)
            case DiffOutputOption.FILE, path:
                return differences.DiffToFile(compared, path)
            case DiffOutputOption.AS, table:
                return differences.DiffToTable(compared, table)
            case _, limit:
                return differences.DiffRows(compared, limit)


class MergeTableBranch(StatementBuilder):
    """``DATA BRANCH MERGE``; see :func:`merge_table_branch`."""

    _target: tuple[str, ...] | None = None
    _conflict = MergeConflictStrategy.FAIL

    def __init__(self, source_table: TableLike) -> None:
        self._source = table_parts(source_table)

    def into(self, target: TableLike) -> Self:
        """The table that gets the changes."""
        return self._with(target=table_parts(target))

    def when_conflict(self, on_conflict: MergeConflictStrategy | str) -> Self:
        """What happens to rows that both changed: ``fail`` (if not said), ``skip`` or ``accept``."""
        return self._with(conflict=strategy(on_conflict))

    def operation(self) -> merges.MergeTable:
        """The operation of the manager."""
        if self._target is None:
            raise ValueError("merge_table_branch() needs a target: into(...)")
        return merges.MergeTable(self._source, self._target, self._conflict)


def create_table_branch(target_table: TableLike) -> CreateTableBranch:
    """A statement that makes a branch of a table: ``create_table_branch("draft").from_table("articles")``.

    Args:
        target_table: The branch: ``table``, ``database.table``, or a mapped class.

    Raises:
        InvalidNameError: A name the server cannot store; also a ValueError.
    """
    return CreateTableBranch(target_table)


def create_database_branch(target_db: str) -> CreateDatabaseBranch:
    """A statement that makes a branch of a database: ``create_database_branch("trial").from_database("shop")``."""
    return CreateDatabaseBranch(target_db)


def delete_table_branch(table: TableLike) -> DeleteTableBranch:
    """A statement that drops a branch of a table."""
    return DeleteTableBranch(table)


def delete_database_branch(database: str) -> DeleteDatabaseBranch:
    """A statement that drops a branch of a database with all its tables."""
    return DeleteDatabaseBranch(database)


def diff_table_branch(target_table: TableLike) -> DiffTableBranch:
    """A statement that compares two tables: ``diff_table_branch("draft").against("articles").output_count()``."""
    return DiffTableBranch(target_table)


def merge_table_branch(source_table: TableLike) -> MergeTableBranch:
    """A statement that merges a branch: ``merge_table_branch("draft").into("articles").when_conflict("skip")``."""
    return MergeTableBranch(source_table)
