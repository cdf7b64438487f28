"""The statements about users, and about who the connection is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import func, select, text

from matrixone.exceptions import AccountError
from matrixone.operations import InTransaction, Operation
from matrixone.secret import Secret
from matrixone.sql import EMPTY, SQL, Identifier
from matrixone_account.model import Login, User, UserStatus, moment
from matrixone_account.operations.catalog import ROLES, USERS

if TYPE_CHECKING:
    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone.exceptions import QueryError
    from matrixone.operations import Resource


@dataclass(frozen=True, slots=True)
class CreateUser(Operation[None]):
    """Make a user. LOCK is not part of it: the server keeps the word and lets the user log in.

    Args:
        user: Name of the user.
        password: Password.
        default_role: Role of a login that names none; granted to the user.
        if_not_exists: Leave a user of that name as it is; the words IF NOT EXISTS are not sent, see
            :class:`CreateAccount`.
    """

    name: ClassVar = "account.create_user"
    in_transaction: ClassVar = InTransaction.REFUSED
    error: ClassVar = AccountError

    user: str
    password: Secret
    default_role: str | None = None
    if_not_exists: bool = False

    def statement(self) -> Executable:
        """CREATE USER name IDENTIFIED BY ... [DEFAULT ROLE role]."""
        role = self.default_role
        return SQL("CREATE USER {name} IDENTIFIED BY {password}{role}").format(
            name=Identifier(self.user),
            password=self.password,
            role=EMPTY if role is None else SQL(" DEFAULT ROLE {role}").format(role=Identifier(role)),
        )

    def undo(self) -> DropUser:
        """Drop the user."""
        return DropUser(self.user, if_exists=True)

    def creates(self) -> tuple[Resource, ...]:
        """The user."""
        return (("user", self.user),)

    def satisfied_by(self, error: QueryError) -> bool:
        """A user of that name is there."""
        return self.if_not_exists and f"the user {self.user} exists" in str(error)


@dataclass(frozen=True, slots=True)
class AlterUser(Operation[None]):
    """Change one thing of a user: the server takes one option and one user a statement.

    Args:
        user: Name of the user.
        change: A new password; or whether to lock the user.
        if_exists: Do nothing if there is no such user.
    """

    name: ClassVar = "account.alter_user"
    in_transaction: ClassVar = InTransaction.REFUSED
    error: ClassVar = AccountError

    user: str
    change: Secret | bool
    if_exists: bool = False

    def statement(self) -> Executable:
        """ALTER USER [IF EXISTS] name IDENTIFIED BY ... | LOCK | UNLOCK."""
        words = "IF EXISTS " if self.if_exists else ""
        if isinstance(self.change, Secret):
            change = SQL("IDENTIFIED BY {password}").format(password=self.change)
        else:
            change = SQL("LOCK" if self.change else "UNLOCK")
        return SQL(f"ALTER USER {words}{{name}} {{change}}").format(name=Identifier(self.user), change=change)


@dataclass(frozen=True, slots=True)
class DropUser(Operation[None]):
    """Delete a user.

    Args:
        user: Name of the user.
        if_exists: Do nothing if there is no such user.
    """

    name: ClassVar = "account.drop_user"
    in_transaction: ClassVar = InTransaction.REFUSED
    error: ClassVar = AccountError

    user: str
    if_exists: bool = False

    def statement(self) -> Executable:
        """DROP USER [IF EXISTS] name."""
        words = "IF EXISTS " if self.if_exists else ""
        return SQL(f"DROP USER {words}{{name}}").format(name=Identifier(self.user))


@dataclass(frozen=True, slots=True)
class ListUsers(Operation[list[User]]):
    """Users of the account, from the catalog.

    Args:
        names: Only those.
    """

    name: ClassVar = "account.list_users"
    in_transaction: ClassVar = InTransaction.READS
    error: ClassVar = AccountError

    names: tuple[str, ...] | None = None

    def statement(self) -> Executable:
        """SELECT ... FROM mo_catalog.mo_user."""
        users, roles = USERS.c, ROLES.c
        query = (
            select(
                users.user_name,
                users.user_host,
                func.current_account_name(),
                func.unix_timestamp(users.created_time),
                users.status,
                roles.role_name,
            )
            .select_from(USERS.outerjoin(ROLES, roles.role_id == users.default_role))
            .order_by(users.user_name)
        )
        return query if self.names is None else query.where(users.user_name.in_(self.names))

    def read(self, result: Result[Any]) -> list[User]:
        """The users, by name."""
        return [_user(row) for row in result]


@dataclass(frozen=True, slots=True)
class CurrentLogin(Operation[Login]):
    """Who the connection is."""

    name: ClassVar = "account.current_login"
    in_transaction: ClassVar = InTransaction.READS
    error: ClassVar = AccountError

    def statement(self) -> Executable:
        """SELECT current_account_name(), current_user_name(), current_role_name()."""
        return text("SELECT current_account_name(), current_user_name(), current_role_name()")

    def read(self, result: Result[Any]) -> Login:
        """Account, user and role."""
        return _login(result.one())


def _login(row: Any) -> Login:
    account, user, role = row
    return Login(account, user, role)


def _user(row: Any) -> User:
    name, host, account, created, status, role = row
    return User(name, host, account, moment(created), UserStatus(status), default_role=role)
