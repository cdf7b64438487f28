"""Privileges that roles have been granted: GRANT, REVOKE, SHOW GRANTS."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.accounts import PUBLIC_ROLE_ID, require_admin
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import internal
from matrixone_lite.engine.listing import VARCHAR, Listing
from matrixone_lite.engine.users import reachable, require_role
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from matrixone_lite.engine.accounts import Role, User
    from matrixone_lite.engine.api import Rows
    from matrixone_lite.engine.catalog import Catalog
    from matrixone_lite.engine.session import LiteSession

ON_ACCOUNT: Final = {
    *("connect", "create user", "alter user", "drop user", "create role", "alter role", "drop role"),
    *("create database", "drop database", "show databases", "manage grants", "account all", "account ownership"),
}
ON_DATABASE: Final = {
    *("create table", "alter table", "drop table", "show tables", "create view", "alter view", "drop view"),
    *("create object", "alter object", "drop object", "database all", "database ownership"),
}
ON_TABLE: Final = {
    *("select", "insert", "update", "delete", "truncate", "references", "index", "values"),
    *("table all", "table ownership"),
}
_NEVER: Final = {"create account", "alter account", "drop account", "upgrade account"}


@dataclass(frozen=True, slots=True)
class Granted:
    """A privilege of a role; empty ``database`` or ``table`` mean all of them.

    :param level: the form the object was written in: ``*``, ``d``, ``*.*``, ``d.*``, ``d.t``
    """

    role: int
    privilege: str
    kind: str
    level: str
    database: str = ""
    table: str = ""
    grant_option: bool = False
    created: int = 0

    @property
    def name(self) -> str:
        """Its key in the catalog."""
        return f"{self.role}/{self.privilege}/{self.kind}/{self.database}/{self.table}"

    def covers(self, privilege: str, database: str, table: str) -> bool:
        """Whether it allows what needs ``privilege`` on an object."""
        if self.privilege not in {privilege, *_wider(privilege)}:
            return False
        return self.database in {"", database} and self.table in {"", table}


def _wider(privilege: str) -> tuple[str, str]:
    kind = "table" if privilege in ON_TABLE else "database" if privilege in ON_DATABASE else "account"
    # the owner of a database makes tables in it but does not list them
    return f"{kind} all", "" if privilege == "show tables" else f"{kind} ownership"


@handles(ast.Grant)
def grant(session: LiteSession, statement: ast.Grant) -> Done:
    """GRANT of privileges."""
    catalog, account = session.catalog, session.principal.account_id
    named = list(_named(session, statement, grant_option=statement.grant_option))
    if not all(_may_pass_on(session, granted) for granted in named):
        require_admin(session.principal)
    for granted in named:
        catalog.put_object("privilege", account, granted.name, granted)
    return Done()


@handles(ast.Revoke)
def revoke(session: LiteSession, statement: ast.Revoke) -> Done:
    """REVOKE of privileges; those that are not there are passed over."""
    require_admin(session.principal)
    for granted in _named(session, statement, grant_option=False):
        session.catalog.drop_object("privilege", session.principal.account_id, granted.name)
    return Done()


def _may_pass_on(session: LiteSession, granted: Granted) -> bool:
    """Whether the session's roles have the privilege with the option to grant it."""
    catalog, principal = session.catalog, session.principal
    roles = reachable(catalog, principal.account_id, {principal.role_id})
    return any(
        item.grant_option and item.covers(granted.privilege, granted.database, granted.table)
        for item in granted_to(catalog, principal.account_id, roles)
    )


def _named(session: LiteSession, statement: ast.Grant | ast.Revoke, *, grant_option: bool) -> Iterator[Granted]:
    """What a statement grants or revokes, one by one; nothing when any of it is wrong."""
    roles = [require_role(session.catalog, session.principal.account_id, name) for name in statement.roles]
    privileges = [_privilege(written, statement.object) for written in statement.privileges]
    level, database, table = _object(session, statement)
    for role in roles:
        for privilege in privileges:
            moment = time.time_ns()
            yield Granted(role.id, privilege, statement.object, level, database, table, grant_option, moment)


def _privilege(written: str, kind: str) -> str:
    if written in _NEVER:
        raise internal(f"the privilege {written} can not be granted")
    general = "table" if kind == "view" else kind
    if written in {"all", "all privileges", "ownership"}:
        return f"{general} {'ownership' if written == 'ownership' else 'all'}"
    for names, home, text in _HOMES:
        if written in names and general != home:
            raise internal(f'the privilege "{written}" can only be granted to the object type {text}')
    return written


_HOMES: Final = (
    (ON_TABLE, "table", '"table" or "view"'),
    (ON_DATABASE, "database", '"database"'),
    (ON_ACCOUNT, "account", '"account"'),
)


def _object(session: LiteSession, statement: ast.Grant | ast.Revoke) -> tuple[str, str, str]:
    """The form of an object's name, its database and its table."""
    first, dot, second = statement.level.partition(".")
    if statement.object == "account" or first == "*":
        return statement.level, "", ""
    name = first if dot or statement.object == "database" else session.database
    table_name = second if dot else "" if statement.object == "database" else first
    database = session.catalog.database(session.principal.account_id, name)
    if database is None:
        raise internal(f'there is no database "{name}"')
    if table_name in {"", "*"}:
        return "d.*" if table_name else "d", database.name, ""
    if session.catalog.permanent_table(database.id, table_name) is None:
        raise internal(f'there is no table "{table_name}" in database "{database.name}"')
    return "d.t" if dot else "t", database.name, table_name.lower()


def granted_to(catalog: Catalog, account: int, roles: Iterable[int]) -> list[Granted]:
    """The privileges of roles, oldest first; every role can connect."""
    wanted = set(roles)
    found: list[Granted] = [item for item in catalog.objects("privilege", account) if item.role in wanted]
    connect = [Granted(PUBLIC_ROLE_ID, "connect", "account", "*")] if PUBLIC_ROLE_ID in wanted else []
    return sorted(found, key=lambda item: item.created) + connect


def allows(session: LiteSession, privilege: str, database: str = "", table: str = "") -> bool:
    """Whether the session's role, or one it has been granted, has a privilege on an object."""
    catalog, principal = session.catalog, session.principal
    roles = reachable(catalog, principal.account_id, {principal.role_id, PUBLIC_ROLE_ID})
    granted = granted_to(catalog, principal.account_id, roles)
    return any(item.covers(privilege, database, table) for item in granted)


@handles(ast.ShowGrants)
def show_grants(session: LiteSession, statement: ast.ShowGrants) -> Rows:
    """SHOW GRANTS [FOR user | FOR ROLE role]."""
    catalog, account = session.catalog, session.principal.account_id
    if statement.role is not None:
        role: Role = require_role(catalog, account, statement.role)
        return _grants(role.name, f"`{role.name}`", granted_to(catalog, account, [role.id]))
    name = statement.user or session.principal.user
    user: User | None = catalog.object("user", account, name)
    roles = () if user is None else reachable(catalog, account, user.roles)
    return _grants(f"{name}@localhost", f"`{name}`@`localhost`", granted_to(catalog, account, roles))


def _grants(title: str, receiver: str, granted: Iterable[Granted]) -> Rows:
    rows = []
    for item in granted:
        level = "" if item.kind == "account" else item.level
        rows.append([f"GRANT {item.privilege} ON {item.kind} {level} {receiver}"])
    return Listing(((f"Grants for {title}", VARCHAR),), rows).result()
