"""The statements that make, change and forget recovery windows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from matrixone.exceptions import PitrError
from matrixone.operations import InTransaction, Operation
from matrixone.sql import SQL, Identifier, Literal

if TYPE_CHECKING:
    from sqlalchemy.sql import Executable

    from matrixone.exceptions import QueryError
    from matrixone.operations import Resource
    from matrixone.scope import Scope
    from matrixone_pitr.model import Range


@dataclass(frozen=True, slots=True)
class CreatePitr(Operation[None]):
    """Keep the past of something for some time from now on.

    Args:
        pitr: Its name.
        scope: What it covers.
        range: How far it reaches back.
        if_not_exists: Leave a window of that name as it is. The words IF NOT EXISTS are not sent: the server would not
            say whether it made the window, and a rollback must drop no window of others.
    """

    name: ClassVar = "pitr.create"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "pitr"
    error: ClassVar = PitrError

    pitr: str
    scope: Scope
    range: Range
    if_not_exists: bool = False

    def statement(self) -> Executable:
        """CREATE PITR name FOR scope RANGE value 'unit'."""
        return SQL("CREATE PITR {name} FOR {scope} RANGE {value} {unit}").format(
            name=Identifier(self.pitr),
            scope=self.scope.sql(),
            value=Literal(self.range.value),
            unit=Literal(self.range.unit.value),
        )

    def undo(self) -> DropPitr:
        """Drop it."""
        return DropPitr(self.pitr, if_exists=True)

    def creates(self) -> tuple[Resource, ...]:
        """The window."""
        return (("pitr", self.pitr),)

    def satisfied_by(self, error: QueryError) -> bool:
        """A window of that name is there."""
        return self.if_not_exists and f"pitr {self.pitr} already exists" in str(error)


@dataclass(frozen=True, slots=True)
class AlterPitr(Operation[None]):
    """Change how far a window reaches back.

    Args:
        pitr: Its name.
        range: How far it reaches back.
    """

    name: ClassVar = "pitr.alter"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "pitr"
    error: ClassVar = PitrError

    pitr: str
    range: Range

    def statement(self) -> Executable:
        """ALTER PITR name RANGE value 'unit'."""
        return SQL("ALTER PITR {name} RANGE {value} {unit}").format(
            name=Identifier(self.pitr), value=Literal(self.range.value), unit=Literal(self.range.unit.value)
        )


@dataclass(frozen=True, slots=True)
class DropPitr(Operation[None]):
    """Forget a window.

    Args:
        pitr: Its name.
        if_exists: Do nothing if there is none.
    """

    name: ClassVar = "pitr.delete"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "pitr"
    error: ClassVar = PitrError

    pitr: str
    if_exists: bool = False

    def statement(self) -> Executable:
        """DROP PITR [IF EXISTS] name."""
        return SQL("DROP PITR IF EXISTS {name}" if self.if_exists else "DROP PITR {name}").format(
            name=Identifier(self.pitr)
        )
