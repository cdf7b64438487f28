"""What can be asked about the differences of tables."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from matrixone.exceptions import BranchError, ConfigurationError
from matrixone.managers import Manager
from matrixone.tables import table_parts
from matrixone_branch.differences import (
    Comparison,
    CountDifferences,
    DiffRows,
    DiffToFile,
    DiffToTable,
    FindFractions,
    FindViews,
    SummarizeDifferences,
)
from matrixone_branch.model import BranchWarning, DiffOutput, Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone.bulk import TableLike
    from matrixone.operations import Operation, Outcome
    from matrixone_branch.model import DiffRow, DiffSummary

T = TypeVar("T")

_MADE_NOW = "commit ts at snapshot"


class DiffMethods(Manager):
    """Comparisons of tables."""

    @overload
    def diff(
        self,
        table: TableLike,
        against: TableLike,
        snapshot: str | None = None,
        output: Literal[DiffOutput.ROWS, "rows"] = DiffOutput.ROWS,
        *,
        against_snapshot: str | None = None,
        columns: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[DiffRow]: ...
    @overload
    def diff(
        self,
        table: TableLike,
        against: TableLike,
        snapshot: str | None = None,
        *,
        output: Literal[DiffOutput.COUNT, "count"],
        against_snapshot: str | None = None,
    ) -> int: ...
    @overload
    def diff(
        self,
        table: TableLike,
        against: TableLike,
        snapshot: str | None = None,
        *,
        output: Literal[DiffOutput.SUMMARY, "summary"],
        against_snapshot: str | None = None,
    ) -> DiffSummary: ...
    def diff(
        self,
        table: TableLike,
        against: TableLike,
        snapshot: str | None = None,
        output: DiffOutput | str = DiffOutput.ROWS,
        *,
        against_snapshot: str | None = None,
        columns: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[DiffRow] | int | DiffSummary:
        """Compare two tables, branches or not (``DATA BRANCH DIFF``).

        Committed rows are compared: what the session's own transaction changed is not seen.

        Args:
            table: The one.
            against: The other.
            snapshot: Read ``table`` as this snapshot keeps it.
            output: ``rows``, ``count`` or ``summary``.
            against_snapshot: Read ``against`` as this snapshot keeps it.
            columns: Columns of the rows; all if left out.
            limit: The largest number of rows.

        Returns:
            Rows: the name of the table that was changed, ``flag`` (``INSERT``, ``UPDATE``, ``DELETE``) and the columns.
            Two tables of one name are not told apart there, but are in a summary. Or the number of rows, or a
            :class:`DiffSummary`.

        Raises:
            BranchError: A table or snapshot does not exist, is no table, was made in this transaction, or their primary
                keys differ.
            ConfigurationError: Columns or a limit for something other than rows.
            PendingOperationError: A snapshot is made only after the session's commit.
        """
        comparison = self._compared(table, against, snapshot, against_snapshot, columns)
        if output == DiffOutput.ROWS:
            if limit is not None and limit < 0:
                raise ConfigurationError(f"limit is 0 or more, not {limit}")
            return self._explained(DiffRows(comparison, limit)).value
        if comparison.columns or limit is not None:
            raise ConfigurationError("columns and limit are for rows")
        if output == DiffOutput.COUNT:
            return self._explained(CountDifferences(comparison)).value
        if output == DiffOutput.SUMMARY:
            return self._explained(SummarizeDifferences(comparison)).value
        raise ConfigurationError(f"output is one of {', '.join(DiffOutput)}, not {output!r}")

    @overload
    def diff_table(
        self,
        table: TableLike,
        against_table: TableLike,
        snapshot_name: str | None = None,
        output: Literal[DiffOutput.ROWS, "rows"] = DiffOutput.ROWS,
        *,
        against_snapshot: str | None = None,
        columns: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[DiffRow]: ...
    @overload
    def diff_table(
        self,
        table: TableLike,
        against_table: TableLike,
        snapshot_name: str | None = None,
        *,
        output: Literal[DiffOutput.COUNT, "count"],
        against_snapshot: str | None = None,
    ) -> int: ...
    @overload
    def diff_table(
        self,
        table: TableLike,
        against_table: TableLike,
        snapshot_name: str | None = None,
        *,
        output: Literal[DiffOutput.SUMMARY, "summary"],
        against_snapshot: str | None = None,
    ) -> DiffSummary: ...
    def diff_table(
        self,
        table: TableLike,
        against_table: TableLike,
        snapshot_name: str | None = None,
        output: DiffOutput | str = DiffOutput.ROWS,
        *,
        against_snapshot: str | None = None,
        columns: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[DiffRow] | int | DiffSummary:
        """Compare two tables; see :meth:`diff`."""
        compare: Any = self.diff  # the overloads know no output that is only known at run time
        found: list[DiffRow] | int | DiffSummary = compare(
            table,
            against_table,
            snapshot_name,
            output,
            against_snapshot=against_snapshot,
            columns=columns,
            limit=limit,
        )
        return found

    def diff_to_table(
        self,
        table: TableLike,
        against: TableLike,
        target: TableLike,
        snapshot: str | None = None,
        *,
        against_snapshot: str | None = None,
        columns: Sequence[str] = (),
    ) -> None:
        """Make a table of the rows in which two tables differ (``DATA BRANCH DIFF ... OUTPUT AS``).

        Args:
            table: The one.
            against: The other.
            target: The table to make; its first columns are ``__mo_diff_source`` and ``__mo_diff_flag``.
            snapshot: Read ``table`` as this snapshot keeps it.
            against_snapshot: Read ``against`` as this snapshot keeps it.
            columns: Columns of the rows; all if left out.

        Raises:
            BranchError: As for :meth:`diff`, or ``target`` exists.
        """
        comparison = self._compared(table, against, snapshot, against_snapshot, columns)
        self._explained(DiffToTable(comparison, table_parts(target)))

    def diff_to_file(
        self,
        table: TableLike,
        against: TableLike,
        directory: str,
        snapshot: str | None = None,
        *,
        against_snapshot: str | None = None,
    ) -> str:
        """Write SQL that makes ``against`` equal to ``table`` (``DATA BRANCH DIFF ... OUTPUT FILE``).

        The file is no part of the session's transaction: it stays after a rollback.

        Args:
            table: The one.
            against: The other.
            directory: A directory of the server, its path absolute, or ``stage://stage/path``; it exists.
            snapshot: Read ``table`` as this snapshot keeps it.
            against_snapshot: Read ``against`` as this snapshot keeps it.

        Returns:
            Path of the file.

        Raises:
            BranchError: As for :meth:`diff`, or there is no such directory.
            ConfigurationError: The path is relative.
        """
        if not directory.startswith(("/", "stage://")):
            raise ConfigurationError(f"a directory of the server has an absolute path, {directory!r} is relative")
        comparison = self._compared(table, against, snapshot, against_snapshot, ())
        return self._explained(DiffToFile(comparison, directory)).value

    def _compared(
        self,
        table: TableLike,
        against: TableLike,
        snapshot: str | None,
        against_snapshot: str | None,
        columns: Sequence[str],
    ) -> Comparison:
        if isinstance(columns, str):
            raise ConfigurationError(f"columns are a list of names, not the text {columns!r}")
        comparison = Comparison(Side.of(table, snapshot), Side.of(against, against_snapshot), tuple(columns))
        self._check(comparison.table.table, comparison.against.table)
        return comparison

    def _check(self, table: tuple[str, ...], other: tuple[str, ...]) -> None:
        if views := self._session.run(FindViews((table, other))).value:
            raise BranchError(f"only tables have branches, {' and '.join(views)} is a view; nothing was sent")
        fractions = self._session.run(FindFractions(table))
        if not fractions.skipped and fractions.value:
            warnings.warn(
                f"the server does not notice rows that were deleted from {'.'.join(table)}, and takes changed ones for "
                f"new: its primary key has fractions of seconds ({', '.join(fractions.value)})",
                BranchWarning,
                stacklevel=3,
            )

    def _explained(self, operation: Operation[T]) -> Outcome[T]:
        try:
            return self._session.run(operation)
        except BranchError as error:
            if _MADE_NOW not in str(error):
                raise
            raise BranchError(
                "a table can be compared and merged only after the commit of the transaction that made it",
                errno=error.errno,
                sqlstate=error.sqlstate,
                sql=error.sql,
                orig=error.orig,
            ) from error
