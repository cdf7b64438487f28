"""The server's statements for loading."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import String, bindparam

from matrixone.operations import InTransaction, Operation
from matrixone.sql import EMPTY, SQL, Identifier, joined, shown_table
from matrixone_load_data.formats import Parquet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable
    from sqlalchemy.sql.compiler import SQLCompiler

    from matrixone.operations import Resource
    from matrixone_load_data.formats import Columns, Format, ServerFormat
    from matrixone_load_data.sources import ServerFile

Table = tuple[str, ...]
"""Name of a table, preceded by its database where that is not the current one."""


@dataclass(frozen=True, slots=True)
class Column:
    """What loading has to know about a column.

    Args:
        name: Name.
        generated: The server computes it; nothing can be loaded into it.
        auto_increment: NULL stands for the next number.
    """

    name: str
    generated: bool = False
    auto_increment: bool = False


@dataclass(frozen=True, slots=True)
class ReadColumns(Operation[list[Column]]):
    """SHOW COLUMNS."""

    name: ClassVar = "load_data.columns"
    in_transaction: ClassVar = InTransaction.READS

    table: Table

    def statement(self) -> Executable:
        """``SHOW COLUMNS``."""
        return SQL("SHOW COLUMNS FROM {table}").format(table=shown_table(*self.table))

    def read(self, result: Result[Any]) -> list[Column]:
        """The columns in their order."""
        extras = [(str(row["Field"]), str(row["Extra"]).upper()) for row in result.mappings()]
        return [Column(name, "GENERATED" in extra, "AUTO_INCREMENT" in extra) for name, extra in extras]


@dataclass(frozen=True, slots=True)
class ReadKeys(Operation[frozenset[str]]):
    """SHOW INDEX."""

    name: ClassVar = "load_data.keys"
    in_transaction: ClassVar = InTransaction.READS

    table: Table

    def statement(self) -> Executable:
        """``SHOW INDEX``."""
        return SQL("SHOW INDEX FROM {table}").format(table=Identifier(*self.table))

    def read(self, result: Result[Any]) -> frozenset[str]:
        """The columns of the PRIMARY KEY and of UNIQUE keys."""
        return frozenset(row["Column_name"] for row in result.mappings() if not int(row["Non_unique"]))


@dataclass(frozen=True, slots=True)
class LoadText(Operation[int]):
    """LOAD DATA INLINE: data that comes with the statement.

    LOAD DATA LOCAL would be faster, but is lenient in every mode of the server: missing fields become NULL, further
    ones are dropped, and texts longer than their column are stored.
    """

    name: ClassVar = "load_data.load"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_feature: ClassVar = "load_inline"

    table: Table
    format: Format
    columns: Columns
    data: str = field(repr=False)

    def statement(self) -> Executable:
        """``LOAD DATA INLINE``."""
        return self.format.from_client(_Bound(self.data), Identifier(*self.table), self.columns)

    def read(self, result: Result[Any]) -> int:
        """The number of rows."""
        return _affected(result)


@dataclass(frozen=True, slots=True)
class LoadFile(Operation[int]):
    """LOAD DATA INFILE: a file that the server opens."""

    name: ClassVar = "load_data.load"
    in_transaction: ClassVar = InTransaction.JOINS

    table: Table
    format: ServerFormat
    columns: Columns
    file: ServerFile

    def features(self) -> Iterator[str]:
        """Stages and formats."""
        if self.file.stage is not None:
            yield "stages"
        if isinstance(self.format, Parquet):
            yield "load_parquet"

    def statement(self) -> Executable:
        """``LOAD DATA INFILE``."""
        return self.format.from_server(self.file, Identifier(*self.table), self.columns)

    def read(self, result: Result[Any]) -> int:
        """The number of rows."""
        return _affected(result)

    def needs(self) -> tuple[Resource, ...]:
        """The stage."""
        return () if self.file.stage is None else (("stage", self.file.stage),)


@dataclass(frozen=True, slots=True)
class CreateStaging(Operation[None]):
    """CREATE TEMPORARY TABLE: the columns of a table with their types, without its keys."""

    name: ClassVar = "load_data.stage"
    in_transaction: ClassVar = InTransaction.JOINS

    staging: Table
    table: Table
    columns: tuple[Column, ...]

    def statement(self) -> Executable:
        """``CREATE TEMPORARY TABLE ... AS SELECT``; NULLIF makes a column forget that it counts by itself."""
        select = [
            SQL("NULLIF({name}, NULL) AS {name}" if column.auto_increment else "{name}").format(
                name=Identifier(column.name)
            )
            for column in self.columns
        ]
        return SQL("CREATE TEMPORARY TABLE {staging} AS SELECT {select} FROM {table} WHERE 1 = 0").format(
            staging=Identifier(*self.staging), select=joined(select), table=Identifier(*self.table)
        )


@dataclass(frozen=True, slots=True)
class MoveRows(Operation[int]):
    """INSERT ... SELECT: here keys are checked.

    Args:
        staging: Table to read.
        table: Table to write.
        columns: Columns to move.
        ignore: Leave out rows whose key exists.
        update: Columns to change in the row that is there; none for an error.
    """

    name: ClassVar = "load_data.insert"
    in_transaction: ClassVar = InTransaction.JOINS

    staging: Table
    table: Table
    columns: tuple[str, ...]
    ignore: bool = False
    update: tuple[str, ...] = ()

    def statement(self) -> Executable:
        """``INSERT [IGNORE] ... SELECT [ON DUPLICATE KEY UPDATE]``."""
        assignments = [SQL("{name} = VALUES({name})").format(name=Identifier(name)) for name in self.update]
        update = SQL(" ON DUPLICATE KEY UPDATE {assignments}").format(assignments=joined(assignments))
        return SQL("INSERT {words}INTO {table} ({columns}) SELECT {columns} FROM {staging}{update}").format(
            words=SQL("IGNORE ") if self.ignore else EMPTY,
            table=Identifier(*self.table),
            columns=joined([Identifier(name) for name in self.columns]),
            staging=Identifier(*self.staging),
            update=update if self.update else EMPTY,
        )

    def read(self, result: Result[Any]) -> int:
        """The number of rows; one that was updated counts twice."""
        return _affected(result)


@dataclass(frozen=True, slots=True)
class DropStaging(Operation[None]):
    """DROP TABLE of the temporary table."""

    name: ClassVar = "load_data.unstage"
    in_transaction: ClassVar = InTransaction.JOINS

    staging: Table

    def statement(self) -> Executable:
        """``DROP TABLE``."""
        return SQL("DROP TABLE {staging}").format(staging=Identifier(*self.staging))


class _Bound:
    """A value for the driver: a large text is not searched for secrets, nor cut into tokens for the log."""

    def __init__(self, value: str) -> None:
        self.value = value

    def render(self, compiler: SQLCompiler) -> str:
        text: str = compiler.process(bindparam(None, self.value, type_=String()))
        return text


def _affected(result: Any) -> int:
    return int(result.rowcount)
