"""The statements about accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import bindparam, func, select

from matrixone.exceptions import AccountError
from matrixone.operations import InTransaction, Operation
from matrixone.sql import EMPTY, SQL, Identifier, Literal
from matrixone_account.model import Account, AccountStatus, AdminLogin, moment

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone.exceptions import QueryError
    from matrixone.operations import Resource

_STATUS_WORDS = {
    AccountStatus.OPEN: "OPEN",
    AccountStatus.SUSPENDED: "SUSPEND",
    AccountStatus.RESTRICTED: "RESTRICTED",
}


@dataclass(frozen=True, slots=True)
class CreateAccount(Operation[None]):
    """Make an account with its first user.

    Args:
        account: Its name.
        admin: Its first user.
        comment: Comment.
        if_not_exists: Leave an account of that name as it is. The words IF NOT EXISTS are not sent: the server would
            not say whether it made the account, and a rollback must drop no account of others.
    """

    name: ClassVar = "account.create_account"
    in_transaction: ClassVar = InTransaction.REFUSED
    error: ClassVar = AccountError

    account: str
    admin: AdminLogin
    comment: str = ""
    if_not_exists: bool = False

    def statement(self) -> Executable:
        """CREATE ACCOUNT name ADMIN_NAME ... IDENTIFIED BY ... [COMMENT ...]."""
        return SQL("CREATE ACCOUNT {name} {admin}{comment}").format(
            name=Identifier(self.account),
            admin=_admin(self.admin),
            comment=SQL(" COMMENT {text}").format(text=Literal(self.comment)) if self.comment else EMPTY,
        )

    def undo(self) -> DropAccount:
        """Drop it."""
        return DropAccount(self.account, if_exists=True)

    def creates(self) -> tuple[Resource, ...]:
        """The account."""
        return (("account", self.account),)

    def satisfied_by(self, error: QueryError) -> bool:
        """An account of that name is there."""
        return self.if_not_exists and f"the tenant {self.account} exists" in str(error)


@dataclass(frozen=True, slots=True)
class AlterAccount(Operation[None]):
    """Change one thing of an account: the server takes one option a statement.

    Args:
        account: Its name.
        change: A status, a comment, or its first user with a new password.
        if_exists: Do nothing if there is no such account.
    """

    name: ClassVar = "account.alter_account"
    in_transaction: ClassVar = InTransaction.REFUSED
    error: ClassVar = AccountError

    account: str
    change: AccountStatus | AdminLogin | str
    if_exists: bool = False

    def statement(self) -> Executable:
        """ALTER ACCOUNT [IF EXISTS] name OPEN | SUSPEND | RESTRICTED | COMMENT ... | ADMIN_NAME ...."""
        words = "IF EXISTS " if self.if_exists else ""
        return SQL(f"ALTER ACCOUNT {words}{{name}} {{change}}").format(
            name=Identifier(self.account), change=self._option()
        )

    def _option(self) -> SQL:
        if isinstance(self.change, AccountStatus):
            return SQL(_STATUS_WORDS[self.change])
        if isinstance(self.change, AdminLogin):
            return _admin(self.change)
        return SQL("COMMENT {text}").format(text=Literal(self.change))


@dataclass(frozen=True, slots=True)
class DropAccount(Operation[None]):
    """Delete an account and all it holds.

    Args:
        account: Its name.
        if_exists: Do nothing if there is no such account.
    """

    name: ClassVar = "account.drop_account"
    in_transaction: ClassVar = InTransaction.REFUSED
    error: ClassVar = AccountError

    account: str
    if_exists: bool = False

    def statement(self) -> Executable:
        """DROP ACCOUNT [IF EXISTS] name."""
        words = "IF EXISTS " if self.if_exists else ""
        return SQL(f"DROP ACCOUNT {words}{{name}}").format(name=Identifier(self.account))


@dataclass(frozen=True, slots=True)
class ListAccounts(Operation[list[Account]]):
    """Accounts with what they hold; times are in the zone of the connection, without saying so.

    Args:
        like: Only those whose name matches the pattern.
    """

    name: ClassVar = "account.list_accounts"
    in_transaction: ClassVar = InTransaction.READS
    error: ClassVar = AccountError

    like: str | None = None

    def statement(self) -> Executable:
        """SHOW ACCOUNTS [LIKE pattern]."""
        if self.like is None:
            return SQL("SHOW ACCOUNTS")
        return SQL("SHOW ACCOUNTS LIKE {pattern}").format(pattern=Literal(self.like))

    def read(self, result: Result[Any]) -> list[Account]:
        """The accounts, by name."""
        return sorted((_account(row) for row in result.mappings()), key=lambda account: account.name)

    def satisfied_by(self, error: QueryError) -> bool:
        """No account matches, which the server calls an error."""
        return self.like is not None and "no account info" in str(error)


@dataclass(frozen=True, slots=True)
class Moments(Operation[dict["datetime", "datetime | None"]]):
    """Times in the zone of the connection as times in UTC.

    Args:
        times: Without a zone.
    """

    name: ClassVar = "account.moments"
    in_transaction: ClassVar = InTransaction.READS
    error: ClassVar = AccountError

    times: tuple[datetime, ...]

    def statement(self) -> Executable:
        """SELECT UNIX_TIMESTAMP(...), ...."""
        return select(*(func.unix_timestamp(bindparam(f"t{n}", str(time))) for n, time in enumerate(self.times)))

    def read(self, result: Result[Any]) -> dict[datetime, datetime | None]:
        """Each time, and what it is in UTC."""
        return dict(zip(self.times, map(moment, result.one()), strict=True))


def _admin(admin: AdminLogin) -> SQL:
    return SQL("ADMIN_NAME {user} IDENTIFIED BY {password}").format(user=Literal(admin.user), password=admin.password)


def _account(row: Any) -> Account:
    return Account(
        row["account_name"],
        row["admin_name"],
        row["created_time"],
        AccountStatus(row["status"]),
        row["comments"] or "",
        row["suspended_time"],
        database_count=int(row["db_count"]),
        table_count=int(row["tbl_count"]),
        size=float(row["size"]),
        snapshot_size=float(row["snapshot_size"]),
    )
