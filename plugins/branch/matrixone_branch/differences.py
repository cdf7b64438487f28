"""The statements that compare tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from matrixone.exceptions import BranchError
from matrixone.operations import InTransaction, Operation
from matrixone.sql import EMPTY, SQL, Identifier, Literal, joined, shown_table
from matrixone_branch.model import Changes, DiffRow, DiffSummary, is_one_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone.exceptions import QueryError
    from matrixone.operations import Resource
    from matrixone_branch.model import Side

_FRACTIONS = re.compile(r"(?:DATETIME|TIMESTAMP|TIME)\([1-6]\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two tables, and what of them is compared.

    Args:
        table: The one.
        against: The other.
        columns: Columns of the answer; all if empty.
    """

    table: Side
    against: Side
    columns: tuple[str, ...] = ()

    def sql(self, output: SQL = EMPTY) -> SQL:
        """The statement, its answer in the form named."""
        columns = SQL(" COLUMNS ({names})").format(names=joined(map(Identifier, self.columns)))
        return SQL("DATA BRANCH DIFF {table} AGAINST {against}{columns}{output}").format(
            table=self.table.sql(),
            against=self.against.sql(),
            columns=columns if self.columns else EMPTY,
            output=output,
        )

    def needs(self) -> tuple[Resource, ...]:
        """The snapshots."""
        return self.table.needs() + self.against.needs()


@dataclass(frozen=True, slots=True)
class DiffRows(Operation[list[DiffRow]]):
    """Compare two tables, row by row.

    Args:
        comparison: The tables.
        limit: The largest number of rows to answer.
    """

    name: ClassVar = "branch.diff"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "data_branch"
    error: ClassVar = BranchError

    comparison: Comparison
    limit: int | None = None

    def features(self) -> Iterator[str]:
        """Branches, and the choice of columns."""
        yield from Operation.features(self)
        if self.comparison.columns:
            yield "branch_diff_columns"

    def statement(self) -> Executable:
        """DATA BRANCH DIFF table AGAINST other [COLUMNS (...)] [OUTPUT LIMIT number]."""
        limit = EMPTY if self.limit is None else SQL(" OUTPUT LIMIT {limit}").format(limit=Literal(self.limit))
        return self.comparison.sql(limit)

    def read(self, result: Any) -> list[DiffRow]:
        """Which table, what was changed there (``INSERT``, ``UPDATE``, ``DELETE``), and the row."""
        return list(result)

    def needs(self) -> tuple[Resource, ...]:
        """The snapshots."""
        return self.comparison.needs()


@dataclass(frozen=True, slots=True)
class CountDifferences(Operation[int]):
    """Count the rows in which two tables differ.

    Args:
        comparison: The tables.
    """

    name: ClassVar = "branch.diff_count"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "data_branch"
    error: ClassVar = BranchError

    comparison: Comparison

    def statement(self) -> Executable:
        """DATA BRANCH DIFF table AGAINST other OUTPUT COUNT."""
        return self.comparison.sql(SQL(" OUTPUT COUNT"))

    def read(self, result: Result[Any]) -> int:
        """The number."""
        return int(result.scalar_one())

    def needs(self) -> tuple[Resource, ...]:
        """The snapshots."""
        return self.comparison.needs()


@dataclass(frozen=True, slots=True)
class SummarizeDifferences(Operation[DiffSummary]):
    """Count the rows in which two tables differ, by table and by kind of change.

    Args:
        comparison: The tables.
    """

    name: ClassVar = "branch.diff_summary"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "branch_diff_summary"
    error: ClassVar = BranchError

    comparison: Comparison

    def statement(self) -> Executable:
        """DATA BRANCH DIFF table AGAINST other OUTPUT SUMMARY."""
        return self.comparison.sql(SQL(" OUTPUT SUMMARY"))

    def read(self, result: Any) -> DiffSummary:
        """The numbers; columns are read by position, their names are those of the tables."""
        found = {str(metric).lower(): (int(table), int(against)) for metric, table, against in result}
        table, against = zip(*(found[metric] for metric in ("inserted", "deleted", "updated")), strict=True)
        return DiffSummary(Changes(*table), Changes(*against))

    def needs(self) -> tuple[Resource, ...]:
        """The snapshots."""
        return self.comparison.needs()


@dataclass(frozen=True, slots=True)
class DiffToTable(Operation[None]):
    """Make a table of the rows in which two tables differ.

    Args:
        comparison: The tables.
        target: The table to make.
    """

    name: ClassVar = "branch.diff_to_table"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_feature: ClassVar = "data_branch"
    needs_begin: ClassVar = True
    error: ClassVar = BranchError

    comparison: Comparison
    target: tuple[str, ...]

    def features(self) -> Iterator[str]:
        """Branches, and the choice of columns."""
        yield from Operation.features(self)
        if self.comparison.columns:
            yield "branch_diff_columns"

    def statement(self) -> Executable:
        """DATA BRANCH DIFF table AGAINST other [COLUMNS (...)] OUTPUT AS target."""
        return self.comparison.sql(SQL(" OUTPUT AS {target}").format(target=Identifier(*self.target)))

    def needs(self) -> tuple[Resource, ...]:
        """The snapshots."""
        return self.comparison.needs()


@dataclass(frozen=True, slots=True)
class DiffToFile(Operation[str]):
    """Write what makes the other table equal to the one as a file of SQL, which stays after a rollback.

    Args:
        comparison: The tables.
        directory: Where to write it.
    """

    name: ClassVar = "branch.diff_to_file"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "data_branch"
    error: ClassVar = BranchError

    comparison: Comparison
    directory: str

    def statement(self) -> Executable:
        """DATA BRANCH DIFF table AGAINST other OUTPUT FILE directory; the file stays."""
        return self.comparison.sql(SQL(" OUTPUT FILE {directory}").format(directory=Literal(self.directory)))

    def read(self, result: Result[Any]) -> str:
        """Path of the file."""
        return str(result.one()[0])

    def needs(self) -> tuple[Resource, ...]:
        """The snapshots, and the stage."""
        place = self.directory.removeprefix("stage://")
        stage = (("stage", place.partition("/")[0]),) if place != self.directory else ()
        return (*self.comparison.needs(), *stage)


@dataclass(frozen=True, slots=True)
class FindViews(Operation[list[str]]):
    """Find the views among some names: the server does not look before it reads the changes of a table.

    Args:
        tables: Their names.
    """

    name: ClassVar = "branch.diff"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "data_branch"
    error: ClassVar = BranchError

    tables: tuple[tuple[str, ...], ...]

    def statement(self) -> Executable:
        """SELECT table_name FROM information_schema.tables WHERE table_type = 'VIEW' ..., which everybody may read."""
        return SQL(
            "SELECT table_name FROM information_schema.tables WHERE table_type = 'VIEW' AND ({tables}) "
            "ORDER BY table_name"
        ).format(tables=is_one_of(self.tables, "table_schema", "table_name"))

    def read(self, result: Result[Any]) -> list[str]:
        """Their names."""
        return list(result.scalars())


@dataclass(frozen=True, slots=True)
class FindFractions(Operation[list[str]]):
    """Find the columns of a primary key that hold fractions of seconds.

    Args:
        table: The table.
    """

    name: ClassVar = "branch.diff"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "data_branch"
    error: ClassVar = BranchError

    table: tuple[str, ...]

    def statement(self) -> Executable:
        """SHOW COLUMNS FROM table."""
        return SQL("SHOW COLUMNS FROM {table}").format(table=shown_table(*self.table))

    def read(self, result: Result[Any]) -> list[str]:
        """Their names."""
        key = [(str(row["Field"]), str(row["Type"])) for row in result.mappings() if row["Key"] == "PRI"]
        return [name for name, kind in key if _FRACTIONS.fullmatch(kind)]

    def satisfied_by(self, error: QueryError) -> bool:  # noqa: ARG002 - whatever it is
        """What is wrong with the table, the statement that compares it says better."""
        return True
