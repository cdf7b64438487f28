"""What accounts, users, roles and grants are."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from matrixone_account.names import login_name
from matrixone_account.privileges import ObjectType

if TYPE_CHECKING:
    from matrixone.operations import Outcome
    from matrixone.secret import Secret


class AccountStatus(enum.Enum):
    """What an account may do."""

    OPEN = "open"
    SUSPENDED = "suspend"
    """Nobody can log in; who is logged in goes on."""
    RESTRICTED = "restricted"
    """It reads and deletes, but stores nothing new."""


class UserStatus(enum.Enum):
    """Whether a user can log in."""

    UNLOCKED = "unlock"
    LABELLED = "lock"
    """CREATE USER ... LOCK made it so; it logs in all the same."""
    LOCKED = "forbid"


@dataclass(frozen=True, slots=True)
class _Made:
    outcome: Outcome[Any] | None = field(default=None, repr=False, compare=False, kw_only=True)

    @property
    def pending(self) -> bool:
        """Its creation or change waits for the commit of the session that asked for it."""
        return self.outcome is not None and self.outcome.pending


@dataclass(frozen=True, slots=True)
class Account(_Made):
    """A tenant: databases, users and roles of its own.

    Args:
        name: In lower case.
        admin_name: Its first user, as it was written; None until it was read.
        created_time: In UTC; None until it was read.
        status: What it may do.
        comment: Empty if there is none.
        suspended_time: When it was suspended or restricted, in UTC; None if it is open.
        suspended_reason: The caller's own words; the server keeps none.
        database_count: Number of its databases; None until it was read, as those below.
        table_count: Number of its tables.
        size: Its data, in megabytes.
        snapshot_size: What only its snapshots keep, in megabytes.
        outcome: What became of its creation or change, if this object comes from one.
    """

    name: str
    admin_name: str | None = None
    created_time: datetime | None = None
    status: AccountStatus = AccountStatus.OPEN
    comment: str = ""
    suspended_time: datetime | None = None
    suspended_reason: str | None = None
    database_count: int | None = None
    table_count: int | None = None
    size: float | None = None
    snapshot_size: float | None = None


@dataclass(frozen=True, slots=True)
class User(_Made):
    """Somebody who logs in to an account.

    Args:
        name: In lower case, but for the first user of an account.
        host: The server takes every host and keeps ``localhost``.
        account: Account of the user; None until it was read.
        created_time: In UTC; None until it was read.
        status: Whether the user can log in.
        comment: The caller's own words; the server keeps none.
        locked_reason: Likewise.
        default_role: Role of a login that names none; None where that role was dropped, or was not read.
        outcome: What became of its creation or change, if this object comes from one.
    """

    name: str
    host: str = "localhost"
    account: str | None = None
    created_time: datetime | None = None
    status: UserStatus = UserStatus.UNLOCKED
    comment: str | None = None
    locked_reason: str | None = None
    default_role: str | None = None

    @property
    def locked(self) -> bool:
        """The user cannot log in."""
        return self.status is UserStatus.LOCKED


@dataclass(frozen=True, slots=True)
class Role(_Made):
    """A set of privileges.

    Args:
        name: In lower case.
        id: Number of the role in its account; None until it was read.
        created_time: In UTC; None until it was read.
        comment: The caller's own words; the server keeps none.
        outcome: What became of its creation, if this object comes from one.
    """

    name: str
    id: int | None = None
    created_time: datetime | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A privilege of a role.

    Args:
        privilege: In lower case; ``all`` and ``ownership`` stand for the whole of the object type.
        object_type: What it is a privilege on.
        object_name: ``*``, ``*.*``, ``database``, ``database.*`` or ``database.table``; None where it was dropped.
        role: Role that has it.
        user: User that was asked for.
        with_grant_option: The role may pass it on.
        granted_time: In UTC.
    """

    privilege: str
    object_type: ObjectType
    object_name: str | None
    role: str
    user: str | None = None
    with_grant_option: bool = False
    granted_time: datetime | None = None

    @property
    def grant_statement(self) -> str:
        """The statement in words, for people to read; names are not quoted."""
        option = " WITH GRANT OPTION" if self.with_grant_option else ""
        target = f"{self.object_type.value.upper()} {self.object_name or '(dropped)'}"
        return f"GRANT {self.privilege.upper()} ON {target} TO {self.role}{option}"


@dataclass(frozen=True, slots=True)
class Membership:
    """A role that was granted.

    Args:
        role: The role.
        member: User or role that has it.
        member_type: Which of the two.
        with_grant_option: The member may pass it on.
        granted_time: In UTC.
    """

    role: str
    member: str
    member_type: Literal["user", "role"]
    with_grant_option: bool = False
    granted_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A query that a role reads in place of a table, on connections with ``enable_remap_hint = 1``.

    Args:
        role: The role.
        table: ``database.table``, in lower case.
        query: A SELECT.
    """

    role: str
    table: str
    query: str


@dataclass(frozen=True, slots=True)
class Login:
    """Who a connection is.

    Args:
        account: Account.
        user: User.
        role: Role it acts as.
    """

    account: str
    user: str
    role: str

    @property
    def name(self) -> str:
        """The login name that gives just this: ``account:user:role``."""
        return login_name(self.account, self.user, self.role)


@dataclass(frozen=True, slots=True)
class AdminLogin:
    """The first user of an account, and the password it is to have.

    Args:
        user: Name, with its case.
        password: Password.
    """

    user: str
    password: Secret


@dataclass(frozen=True, slots=True)
class GrantedObject:
    """What privileges are granted on; None stands for all.

    Args:
        type: Kind of object.
        database: Database.
        table: Table or view.
    """

    type: ObjectType
    database: str | None = None
    table: str | None = None

    @property
    def name(self) -> str:
        """As :attr:`Grant.object_name` has it."""
        if self.type in {ObjectType.ACCOUNT, ObjectType.DATABASE}:
            return self.database or "*"
        return f"{self.database or '*'}.{self.table or '*'}".lower()


def moment(seconds: int | None) -> datetime | None:
    """Seconds since 1970 as a time in UTC."""
    return None if seconds is None else datetime.fromtimestamp(int(seconds), UTC)
