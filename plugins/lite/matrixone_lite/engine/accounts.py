"""Accounts, and who may log in to them."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.api import Principal
from matrixone_lite.engine.catalog import SYS_ACCOUNT, Database
from matrixone_lite.engine.errors import ServerError, internal
from matrixone_lite.engine.passwords import native_check, native_hash

if TYPE_CHECKING:
    from matrixone_lite.engine.catalog import Catalog
    from matrixone_lite.sql import ast

SYS: Final = "sys"
ADMIN_ROLE_IDS: Final = {0: "moadmin", 2: "accountadmin"}
PUBLIC_ROLE_ID: Final = 1
ACCOUNT_DATABASES: Final = ("information_schema", "mo_catalog", "mysql", "system", "system_metrics")
NO_PRIVILEGE: Final = "do not have privilege to execute the statement"


@dataclass(frozen=True, slots=True)
class Account:
    """A tenant; status is open, suspend or restricted."""

    id: int
    name: str
    admin: str
    status: str = "open"
    comment: str = ""
    created: int = 0
    suspended: int | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A user of an account; ``roles`` are the ids of those granted.

    :param status: unlock; lock, as CREATE USER ... LOCK leaves it, which logs in all the same; or forbid
    """

    id: int
    name: str
    password: bytes
    default_role: int
    roles: frozenset[int]
    status: str = "unlock"
    created: int = 0
    creator: int = 0
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """A role of an account; ``roles`` are the ids of those granted to it."""

    id: int
    name: str
    created: int = 0
    creator: int = 0
    roles: frozenset[int] = frozenset()

    @property
    def predefined(self) -> bool:
        """Whether every account has it from the start."""
        return self.id in ADMIN_ROLE_IDS or self.id == PUBLIC_ROLE_ID


# --- names -----------------------------------------------------------------------------------------------------------


def check_new_name(name: str) -> str:
    """The name of an account, user or role to create."""
    if not name or any(char in name for char in " :#"):
        raise internal(f'the name "{name}" is invalid')
    return name


def check_name(name: str) -> str:
    """The name of an account, user or role that should exist, in lower case."""
    if not name or " " in name:
        raise internal("invalid input")
    return name.lower()


def require_admin(principal: Principal) -> None:
    """Refuse anybody but an administrator of the account."""
    if principal.role_id not in ADMIN_ROLE_IDS:
        raise internal(NO_PRIVILEGE)


def require_sys(principal: Principal) -> None:
    """Refuse anybody but an administrator of account sys."""
    require_admin(principal)
    if principal.account_id != SYS_ACCOUNT:
        raise internal(NO_PRIVILEGE)


# --- login -----------------------------------------------------------------------------------------------------------


def parse_login(login: str) -> tuple[str, str, str | None]:
    """Account, user and role of ``user``, ``account:user``, ``account:user:role`` or the same with ``#``."""
    name = login.partition("?")[0]
    separator = "#" if "#" in name else ":"
    parts = name.split(separator)
    if len(parts) == 1:
        parts.insert(0, SYS)
    if len(parts) > 3:  # noqa: PLR2004 - account, user, role
        raise internal(f"invalid user name '{name}'")
    for part, what in zip(parts, ("tenant", "user", "role"), strict=False):
        if not part:
            raise internal(f"invalid {what} name ''")
    return parts[0], parts[1], parts[2] if len(parts) > 2 else None  # noqa: PLR2004


def authenticate(catalog: Catalog, login: str, scramble: bytes, response: bytes) -> Principal:
    """Who logs in.

    :raises ServerError: 1045 or 20101 as the server words it
    """
    account_name, user_name, role_name = parse_login(login)
    account: Account | None = catalog.object("account", SYS_ACCOUNT, account_name)
    if account is None:
        raise internal(f"there is no tenant {account_name}")
    if account.status == "suspend":
        raise _denied(login, f"Account {account.name} is suspended")
    user: User | None = catalog.object("user", account.id, user_name)
    if user is None:
        raise internal(f"there is no user {user_name}")
    if user.status == "forbid":
        raise internal("user is locked, please ask the administrator to unlock")
    role = _login_role(catalog, account, user, role_name)
    if not native_check(user.password, scramble, response):
        raise _denied(login, "check password failed")
    return Principal(account.id, account.name, user.id, user.name, role.id, role.name)


def _denied(login: str, reason: str) -> ServerError:
    return ServerError(1045, f"Access denied for user {login}. internal error: {reason}")


def _login_role(catalog: Catalog, account: Account, user: User, name: str | None) -> Role:
    roles: dict[int, Role] = {role.id: role for role in catalog.objects("role", account.id)}
    if name is None:
        return roles.get(user.default_role, roles[PUBLIC_ROLE_ID])
    role = next((role for role in roles.values() if role.name == name), None)
    if role is None:
        raise internal(f"there is no role {name}")
    if role.id not in user.roles:
        raise internal(f"the role {name} has not been granted to the user {user.name}")
    return role


# --- accounts --------------------------------------------------------------------------------------------------------


def add_account(catalog: Catalog, account: Account, password: str, admin_role: int) -> None:
    """Add an account with its administrator and predefined roles."""
    catalog.put_object("account", SYS_ACCOUNT, account.name, account)
    user_id = 0 if account.id == SYS_ACCOUNT else 2
    for number in (PUBLIC_ROLE_ID, admin_role):
        name = ADMIN_ROLE_IDS.get(number, "public")
        catalog.put_object("role", account.id, name, Role(number, name, account.created, user_id))
    granted = frozenset({PUBLIC_ROLE_ID, admin_role})
    admin = User(
        user_id, account.admin, native_hash(password), admin_role, granted, created=account.created, creator=user_id
    )
    catalog.put_object("user", account.id, account.admin, admin)


def install(catalog: Catalog, password: str) -> None:
    """Make account sys in a new database; nothing happens in one that has it."""
    if catalog.object("account", SYS_ACCOUNT, SYS) is None:
        add_account(
            catalog, Account(SYS_ACCOUNT, SYS, "root", comment="system account", created=time.time_ns()), password, 0
        )


def create_account(catalog: Catalog, principal: Principal, statement: ast.CreateAccount) -> None:
    """CREATE ACCOUNT."""
    require_sys(principal)
    name = check_new_name(statement.name).lower()
    check_new_name(statement.admin)
    check_password(statement.password)
    if catalog.object("account", SYS_ACCOUNT, name) is not None:
        if statement.if_not_exists:
            return
        raise internal(f"the tenant {name} exists")
    status, comment = statement.status or "open", statement.comment or ""
    account = Account(catalog.next_id(), name, statement.admin, status, comment, time.time_ns())
    add_account(catalog, account, statement.password, 2)
    for database in ACCOUNT_DATABASES:
        catalog.add_database(Database(catalog.next_id(), account.id, database, account.created))


def alter_account(catalog: Catalog, principal: Principal, statement: ast.AlterAccount) -> None:
    """ALTER ACCOUNT."""
    require_sys(principal)
    name = check_name(statement.name)
    options = [option for option in (statement.admin, statement.status, statement.comment) if option is not None]
    if len(options) > 1:
        raise internal("at most one option at a time")
    if not options:
        raise internal("at least one option at a time")
    account: Account | None = catalog.object("account", SYS_ACCOUNT, name)
    if account is None:
        if statement.if_exists:
            return
        raise internal(f"there is no account {name}")
    if statement.admin is not None:
        _set_password(catalog, account.id, statement.admin, statement.password or "")
        return
    if statement.status is not None:
        if account.id == SYS_ACCOUNT and statement.status != "open":
            raise internal("account sys can not be suspended")
        suspended = None if statement.status == "open" else time.time_ns()
        account = replace(account, status=statement.status, suspended=suspended)
    if statement.comment is not None:
        account = replace(account, comment=statement.comment)
    catalog.put_object("account", SYS_ACCOUNT, name, account)


def find_account_to_drop(catalog: Catalog, principal: Principal, statement: ast.DropAccount) -> Account | None:
    """The account DROP ACCOUNT is about; None when there is none and that is no error."""
    require_sys(principal)
    name = check_name(statement.name)
    if name == SYS:
        raise internal("can not delete the account sys")
    account: Account | None = catalog.object("account", SYS_ACCOUNT, name)
    if account is None and not statement.if_exists:
        raise internal(f"there is no account {name}")
    return account


def forget_account(catalog: Catalog, account: Account) -> None:
    """Drop an account with its objects other than databases."""
    for kind in ("user", "role", "privilege", "stage", "publication", "function"):
        for item in catalog.objects(kind, account.id):
            catalog.drop_object(kind, account.id, item.name)
    catalog.drop_object("account", SYS_ACCOUNT, account.name)


def check_password(password: str | None) -> str:
    """A password to be set; an empty one is refused."""
    if not password:
        raise internal("password is empty string")
    return password


def _set_password(catalog: Catalog, account: int, name: str, password: str) -> None:
    user: User | None = catalog.object("user", account, name)
    if user is None:
        raise internal(f"there is no user {name}")
    catalog.put_object("user", account, name, replace(user, password=native_hash(check_password(password))))
