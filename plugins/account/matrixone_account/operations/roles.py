"""The statements about roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import func, select

from matrixone.exceptions import AccountError
from matrixone.operations import InTransaction, Operation
from matrixone.sql import SQL, Identifier
from matrixone_account.model import Role, moment
from matrixone_account.operations.catalog import ROLES

if TYPE_CHECKING:
    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone.exceptions import QueryError
    from matrixone.operations import Resource


@dataclass(frozen=True, slots=True)
class CreateRole(Operation[None]):
    """Make a role.

    Args:
        role: Its name.
        if_not_exists: Leave a role of that name as it is; the words IF NOT EXISTS are not sent, see
            :class:`CreateAccount`.
    """

    name: ClassVar = "account.create_role"
    in_transaction: ClassVar = InTransaction.REFUSED
    error: ClassVar = AccountError

    role: str
    if_not_exists: bool = False

    def statement(self) -> Executable:
        """CREATE ROLE name."""
        return SQL("CREATE ROLE {name}").format(name=Identifier(self.role))

    def undo(self) -> DropRole:
        """Drop it."""
        return DropRole(self.role, if_exists=True)

    def creates(self) -> tuple[Resource, ...]:
        """The role."""
        return (("role", self.role),)

    def satisfied_by(self, error: QueryError) -> bool:
        """A role of that name is there."""
        return self.if_not_exists and f"the role {self.role} exists" in str(error)


@dataclass(frozen=True, slots=True)
class RenameRole(Operation[None]):
    """Give a role another name.

    Args:
        role: Its name.
        new_name: Its name from now on.
    """

    name: ClassVar = "account.rename_role"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "role_rename"
    error: ClassVar = AccountError

    role: str
    new_name: str

    def statement(self) -> Executable:
        """ALTER ROLE name RENAME TO name."""
        return SQL("ALTER ROLE {name} RENAME TO {new}").format(
            name=Identifier(self.role), new=Identifier(self.new_name)
        )

    def undo(self) -> RenameRole:
        """Give it its old name."""
        return RenameRole(self.new_name, self.role)

    def creates(self) -> tuple[Resource, ...]:
        """The role under its new name."""
        return (("role", self.new_name),)


@dataclass(frozen=True, slots=True)
class DropRole(Operation[None]):
    """Delete a role; those who had it lose its privileges.

    Args:
        role: Its name.
        if_exists: Do nothing if there is no such role.
    """

    name: ClassVar = "account.drop_role"
    in_transaction: ClassVar = InTransaction.REFUSED
    error: ClassVar = AccountError

    role: str
    if_exists: bool = False

    def statement(self) -> Executable:
        """DROP ROLE [IF EXISTS] name."""
        words = "IF EXISTS " if self.if_exists else ""
        return SQL(f"DROP ROLE {words}{{name}}").format(name=Identifier(self.role))


@dataclass(frozen=True, slots=True)
class ListRoles(Operation[list[Role]]):
    """Roles of the account, from the catalog; SHOW ROLES is refused inside transactions.

    Args:
        role: Only the one of that name.
    """

    name: ClassVar = "account.list_roles"
    in_transaction: ClassVar = InTransaction.READS
    error: ClassVar = AccountError

    role: str | None = None

    def statement(self) -> Executable:
        """SELECT ... FROM mo_catalog.mo_role."""
        roles = ROLES.c
        query = select(roles.role_name, roles.role_id, func.unix_timestamp(roles.created_time))
        query = query.order_by(roles.role_name)
        return query if self.role is None else query.where(roles.role_name == self.role)

    def read(self, result: Result[Any]) -> list[Role]:
        """The roles, by name."""
        return [_role(row) for row in result]


def _role(row: Any) -> Role:
    name, number, created = row
    return Role(name, number, moment(created))
