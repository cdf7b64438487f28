"""What is the same for indexes of every kind: a manager's own class gives it its name and its errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from matrixone.operations import InTransaction, Operation
from matrixone.sql import SQL, Identifier

if TYPE_CHECKING:
    from sqlalchemy.sql import Executable


@dataclass(frozen=True, slots=True)
class DropIndex(Operation[None]):
    """ALTER TABLE ... DROP INDEX: DROP INDEX would make the commit of an open writer fail."""

    in_transaction: ClassVar = InTransaction.JOINS

    table: tuple[str, ...]
    index: str

    def statement(self) -> Executable:
        """``ALTER TABLE ... DROP INDEX``."""
        return SQL("ALTER TABLE {table} DROP INDEX {index}").format(
            table=Identifier(*self.table), index=Identifier(self.index)
        )
