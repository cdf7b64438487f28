"""The statements: what is sent, how it is read, what the server does with it in a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from matrixone.operations import InTransaction, Operation
from matrixone.sql import SQL, Identifier, table_identifier

if TYPE_CHECKING:
    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable


@dataclass(frozen=True, slots=True)
class CountRows(Operation[int]):
    """Count the rows of a table.

    Args:
        table: ``table`` or ``database.table``.
    """

    name: ClassVar = "example.count"
    in_transaction: ClassVar = InTransaction.READS

    table: str

    def statement(self) -> Executable:
        """SELECT COUNT(*) FROM table."""
        return SQL("SELECT COUNT(*) FROM {table}").format(table=table_identifier(self.table))

    def read(self, result: Result[Any]) -> int:
        """The number."""
        return int(result.scalar_one())


@dataclass(frozen=True, slots=True)
class RenameTable(Operation[None]):
    """Give a table another name.

    Args:
        table: ``table`` or ``database.table``.
        new_name: The name alone.
    """

    name: ClassVar = "example.rename"
    in_transaction: ClassVar = InTransaction.JOINS

    table: str
    new_name: str

    def statement(self) -> Executable:
        """ALTER TABLE table RENAME TO name; RENAME TABLE is refused inside transactions."""
        return SQL("ALTER TABLE {table} RENAME TO {name}").format(
            table=table_identifier(self.table), name=Identifier(self.new_name)
        )
