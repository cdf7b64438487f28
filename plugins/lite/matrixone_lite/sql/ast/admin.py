"""Statements about snapshots, accounts, publications, stages and other objects outside databases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from matrixone_lite.sql.ast.nodes import Node, Statement
from matrixone_lite.sql.transaction_kind import TransactionKind

if TYPE_CHECKING:
    from matrixone_lite.sql.ast.queries import Name


class Unclassified(Statement):
    """Base of the statements the server calls unclassified inside a transaction."""

    __slots__ = ()
    transaction_kind: ClassVar[TransactionKind] = TransactionKind.UNCLASSIFIED


class Administrative(Statement):
    """Base of the statements the server calls administrative inside a transaction."""

    __slots__ = ()
    transaction_kind: ClassVar[TransactionKind] = TransactionKind.ADMINISTRATIVE


@dataclass(frozen=True, slots=True)
class Scope(Node):
    """What a snapshot, PITR or restore covers; level is cluster, account, database or table."""

    level: str
    account: str | None = None
    database: str | None = None
    table: str | None = None


# --- snapshots, point-in-time recovery, restore -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateSnapshot(Unclassified):
    """CREATE SNAPSHOT; source is the account and publication of ``FROM account PUBLICATION p``."""

    name: str
    scope: Scope
    if_not_exists: bool = False
    source: Name | None = None


@dataclass(frozen=True, slots=True)
class DropSnapshot(Unclassified):
    """DROP SNAPSHOT; source as in CreateSnapshot."""

    name: str
    if_exists: bool = False
    source: Name | None = None


@dataclass(frozen=True, slots=True)
class Restore(Unclassified):
    """``RESTORE scope {SNAPSHOT = s} [TO ACCOUNT a]``."""

    scope: Scope
    snapshot: str
    to_account: str | None = None


@dataclass(frozen=True, slots=True)
class CreatePitr(Unclassified):
    """CREATE PITR; unit is h, d, mo or y unless wrong."""

    name: str
    scope: Scope
    length: int
    unit: str
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class AlterPitr(Unclassified):
    """ALTER PITR."""

    name: str
    length: int
    unit: str
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class DropPitr(Unclassified):
    """DROP PITR."""

    name: str
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class RestorePitr(Unclassified):
    """``RESTORE [scope] FROM PITR name 'time'``; scope None is the scope of the PITR."""

    scope: Scope | None
    name: str
    time: str
    source_account: str | None = None


# --- accounts, users, roles ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateAccount(Administrative):
    """CREATE ACCOUNT; status is open, suspend or restricted if said."""

    name: str
    admin: str
    password: str
    if_not_exists: bool = False
    status: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class AlterAccount(Administrative):
    """ALTER ACCOUNT; the server wants exactly one of the options."""

    name: str
    if_exists: bool = False
    admin: str | None = None
    password: str | None = None
    status: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class DropAccount(Administrative):
    """DROP ACCOUNT."""

    name: str
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class UserSpec(Node):
    """A user of CREATE, ALTER and DROP USER; password None if unsaid."""

    name: str
    host: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class CreateUser(Administrative):
    """CREATE USER; locked is None if unsaid."""

    users: tuple[UserSpec, ...]
    if_not_exists: bool = False
    default_role: str | None = None
    locked: bool | None = None
    comment: str | None = None
    attribute: str | None = None


@dataclass(frozen=True, slots=True)
class AlterUser(Administrative):
    """ALTER USER."""

    users: tuple[UserSpec, ...]
    if_exists: bool = False
    default_role: str | None = None
    locked: bool | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class DropUser(Administrative):
    """DROP USER."""

    users: tuple[UserSpec, ...]
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class CreateRole(Administrative):
    """CREATE ROLE."""

    names: tuple[str, ...]
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class DropRole(Administrative):
    """DROP ROLE."""

    names: tuple[str, ...]
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class AlterRole(Unclassified):
    """``ALTER ROLE name RENAME TO to`` or ``ADD RULE rule ON TABLE t`` / ``DROP RULE ON TABLE t``."""

    name: str
    rename_to: str | None = None
    rule: str | None = None
    rule_table: Name | None = None


@dataclass(frozen=True, slots=True)
class Grant(Administrative):
    """GRANT of privileges; object is account, database, table, view or function, level as written."""

    privileges: tuple[str, ...]
    object: str
    level: str
    roles: tuple[str, ...]
    grant_option: bool = False


@dataclass(frozen=True, slots=True)
class Revoke(Administrative):
    """REVOKE of privileges."""

    privileges: tuple[str, ...]
    object: str
    level: str
    roles: tuple[str, ...]
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class GrantRole(Administrative):
    """``GRANT role, … TO user | role, …``."""

    roles: tuple[str, ...]
    to: tuple[str, ...]
    grant_option: bool = False


@dataclass(frozen=True, slots=True)
class RevokeRole(Administrative):
    """``REVOKE role, … FROM user | role, …``."""

    roles: tuple[str, ...]
    source: tuple[str, ...]
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class SetRole(Administrative):
    """``SET ROLE role``; secondary is all or none for SET SECONDARY ROLE."""

    role: str | None = None
    secondary: str | None = None


@dataclass(frozen=True, slots=True)
class SetDefaultRole(Administrative):
    """``SET DEFAULT ROLE …``: accepted, does nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class SetPassword(Administrative):
    """``SET PASSWORD …``: accepted, does nothing."""

    user: str | None
    password: str


# --- publications, stages, change capture -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreatePublication(Unclassified):
    """CREATE PUBLICATION; database ``*`` is the whole account, tables empty is all, accounts empty is ALL."""

    name: str
    database: str
    tables: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    comment: str | None = None
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class AlterPublication(Unclassified):
    """ALTER PUBLICATION; accounts_action is set, add or drop; None means unchanged, ``()`` ALL."""

    name: str
    if_exists: bool = False
    accounts: tuple[str, ...] | None = None
    accounts_action: str = "set"
    database: str | None = None
    tables: tuple[str, ...] | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class DropPublication(Unclassified):
    """DROP PUBLICATION."""

    name: str
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class CreateStage(Unclassified):
    """CREATE STAGE; credentials keys as written."""

    name: str
    url: str
    credentials: tuple[tuple[str, str], ...] = ()
    enabled: bool | None = None
    comment: str | None = None
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class AlterStage(Unclassified):
    """ALTER STAGE; the server wants exactly one of the options."""

    name: str
    if_exists: bool = False
    url: str | None = None
    credentials: tuple[tuple[str, str], ...] | None = None
    enabled: bool | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class DropStage(Unclassified):
    """DROP STAGE."""

    name: str
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class RemoveFiles(Unclassified):
    """REMOVE FILES FROM STAGE."""

    url: str
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class CreateCdc(Unclassified):
    """CREATE CDC."""

    name: str
    source: str = field(repr=False)
    sink_type: str
    sink: str = field(repr=False)
    tables: str
    options: tuple[tuple[str, str], ...] = ()
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class ControlCdc(Unclassified):
    """PAUSE, RESUME, RESTART, DROP CDC; action in lower case, name None for ALL."""

    action: str
    name: str | None
    if_exists: bool = False
