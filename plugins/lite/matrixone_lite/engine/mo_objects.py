"""mo_catalog beyond databases: accounts, snapshots, stages, publications, sessions; and mysql."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine.branch_tables import hidden_snapshots
from matrixone_lite.engine.catalog import SYS_ACCOUNT
from matrixone_lite.engine.grants import granted_to
from matrixone_lite.engine.infoschema import varchar
from matrixone_lite.engine.publications import subscribers
from matrixone_lite.engine.reflect import timestamp_text
from matrixone_lite.engine.system import system_table
from matrixone_lite.engine.types import (
    BIGINT,
    BOOL,
    INT,
    TEXT,
    TIMESTAMP,
    TINYINT,
    UBIGINT,
    UINT,
    UTINYINT,
    UUID,
    Kind,
    Type,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from matrixone_lite.engine.accounts import Account, Role, User
    from matrixone_lite.engine.catalog import Catalog
    from matrixone_lite.engine.grants import Granted
    from matrixone_lite.engine.pitr import Pitr
    from matrixone_lite.engine.publications import Publication
    from matrixone_lite.engine.rules import Rule
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.snapshots import Snapshot
    from matrixone_lite.engine.stages import Stage

Row = tuple[Any, ...]

SCHEMA: Final = "mo_catalog"
_NAME: Final = varchar(5000)
_LEVELS: Final = ("cluster", "account", "database", "table")


@system_table(
    SCHEMA,
    "mo_account",
    (
        ("account_id", INT),
        ("account_name", varchar(300)),
        ("admin_name", varchar(300)),
        ("status", varchar(300)),
        ("created_time", TIMESTAMP),
        ("comments", varchar(256)),
        ("version", UBIGINT),
        ("suspended_time", TIMESTAMP),
        ("create_version", varchar(50)),
    ),
    sys_only=True,
)
def mo_account(session: LiteSession) -> Iterator[Row]:
    """Accounts."""
    accounts: list[Account] = session.catalog.objects("account", SYS_ACCOUNT)
    for item in accounts:
        who = (item.id, item.name, item.admin, item.status, timestamp_text(item.created), item.comment)
        yield *who, 1, timestamp_text(item.suspended), "4.2.0"


@system_table(
    SCHEMA,
    "mo_user",
    (
        ("user_id", INT),
        ("user_host", varchar(100)),
        ("user_name", varchar(300)),
        ("authentication_string", varchar(100)),
        ("status", varchar(8)),
        ("created_time", TIMESTAMP),
        ("expired_time", TIMESTAMP),
        ("login_type", varchar(16)),
        ("creator", INT),
        ("owner", INT),
        ("default_role", INT),
    ),
)
def mo_user(session: LiteSession) -> Iterator[Row]:
    """Users; their password hashes are not shown."""
    users: list[User] = session.catalog.objects("user", session.principal.account_id)
    for user in users:
        times = (timestamp_text(user.created), None)
        yield user.id, "localhost", user.name, "", user.status, *times, "PASSWORD", user.creator, 0, user.default_role


@system_table(
    SCHEMA,
    "mo_role",
    (
        ("role_id", INT),
        ("role_name", varchar(300)),
        ("creator", INT),
        ("owner", INT),
        ("created_time", TIMESTAMP),
        ("comments", TEXT),
    ),
)
def mo_role(session: LiteSession) -> Iterator[Row]:
    """Roles."""
    roles: list[Role] = session.catalog.objects("role", session.principal.account_id)
    for role in roles:
        yield role.id, role.name, role.creator, 0, timestamp_text(role.created), ""


@system_table(
    SCHEMA,
    "mo_user_grant",
    (("role_id", INT), ("user_id", INT), ("granted_time", TIMESTAMP), ("with_grant_option", BOOL)),
)
def mo_user_grant(session: LiteSession) -> Iterator[Row]:
    """Roles of users."""
    for user in session.catalog.objects("user", session.principal.account_id):
        for role in sorted(user.roles):
            yield role, user.id, timestamp_text(user.created), 0


@system_table(
    SCHEMA,
    "mo_role_privs",
    (
        ("role_id", INT),
        ("role_name", varchar(100)),
        ("obj_type", varchar(16)),
        ("obj_id", UBIGINT),
        ("privilege_id", INT),
        ("privilege_name", varchar(100)),
        ("privilege_level", varchar(100)),
        ("operation_user_id", UINT),
        ("granted_time", TIMESTAMP),
        ("with_grant_option", BOOL),
    ),
)
def mo_role_privs(session: LiteSession) -> Iterator[Row]:
    """Privileges of roles."""
    catalog, account = session.catalog, session.principal.account_id
    names: dict[int, str] = {role.id: role.name for role in catalog.objects("role", account)}
    for item in granted_to(catalog, account, names):
        what = (item.kind, _object_id(catalog, account, item), 0, item.privilege, item.level, 0)
        yield item.role, names[item.role], *what, timestamp_text(item.created), int(item.grant_option)


def _object_id(catalog: Catalog, account: int, item: Granted) -> int:
    database = catalog.database(account, item.database) if item.database else None
    if database is None or not item.table:
        return 0 if database is None else database.id
    table = catalog.permanent_table(database.id, item.table)
    return 0 if table is None else table.id


@system_table(
    SCHEMA,
    "mo_role_grant",
    (
        ("granted_id", INT),
        ("grantee_id", INT),
        ("operation_role_id", INT),
        ("operation_user_id", INT),
        ("granted_time", TIMESTAMP),
        ("with_grant_option", BOOL),
    ),
)
def mo_role_grant(session: LiteSession) -> Iterator[Row]:
    """Roles of roles."""
    for member in session.catalog.objects("role", session.principal.account_id):
        for role in sorted(member.roles):
            yield role, member.id, 0, 0, timestamp_text(member.created), 0


@system_table(SCHEMA, "mo_role_rule", (("role_id", INT), ("rule_name", varchar(200)), ("rule", TEXT)))
def mo_role_rule(session: LiteSession) -> Iterator[Row]:
    """Rules of roles."""
    rules: list[Rule] = session.catalog.objects("rule", session.principal.account_id)
    for rule in rules:
        yield rule.role, rule.name, rule.text


# --- snapshots, stages, publications ---------------------------------------------------------------------------------


@system_table(
    SCHEMA,
    "mo_snapshots",
    (
        ("snapshot_id", UUID),
        ("sname", varchar(64)),
        ("ts", BIGINT),
        ("level", Type(Kind.ENUM, members=_LEVELS)),
        ("account_name", varchar(300)),
        ("database_name", _NAME),
        ("table_name", _NAME),
        ("obj_id", UBIGINT),
        ("kind", varchar(32)),
    ),
    stored=True,
    keys={"snapshot_id": "UNI", "sname": "PRI"},
    required=frozenset({"sname", "kind"}),
    defaults={"kind": "user"},
)
def mo_snapshots(session: LiteSession) -> Iterator[Row]:
    """Snapshots."""
    snapshots: list[Snapshot] = session.catalog.objects("snapshot", session.principal.account_id)
    for item in snapshots:
        of = (_LEVELS.index(item.level) + 1, item.account, item.database, item.table, item.object_id)
        yield item.id, item.name, item.ts, *of, "user"
    for identity, name, moment, level, *of_branch in hidden_snapshots(session):
        yield identity, name, moment, _LEVELS.index(level) + 1, *of_branch


@system_table(
    SCHEMA,
    "mo_stages",
    (
        ("stage_id", UINT),
        ("stage_name", varchar(64)),
        ("url", TEXT),
        ("stage_credentials", TEXT),
        ("stage_status", varchar(64)),
        ("created_time", TIMESTAMP),
        ("comment", TEXT),
    ),
    stored=True,
    keys={"stage_id": "PRI", "stage_name": "UNI"},
    required=frozenset({"stage_id"}),
    extras={"stage_id": "auto_increment"},
)
def mo_stages(session: LiteSession) -> Iterator[Row]:
    """Stages, their credentials in clear text as on the server."""
    stages: list[Stage] = session.catalog.objects("stage", session.principal.account_id)
    for item in stages:
        made = timestamp_text(item.created)
        yield item.id, item.name, item.url, item.credentials, item.status, made, item.comment


@system_table(
    SCHEMA,
    "mo_pubs",
    (
        ("account_id", INT),
        ("account_name", varchar(300)),
        ("pub_name", varchar(64)),
        ("database_name", _NAME),
        ("database_id", UBIGINT),
        ("all_database", BOOL),
        ("all_table", BOOL),
        ("table_list", TEXT),
        ("account_list", TEXT),
        ("created_time", TIMESTAMP),
        ("update_time", TIMESTAMP),
        ("owner", UINT),
        ("creator", UINT),
        ("comment", TEXT),
    ),
    sys_only=True,
)
def mo_pubs(session: LiteSession) -> Iterator[Row]:
    """Publications of all accounts."""
    catalog = session.catalog
    names = {account.id: account.name for account in catalog.objects("account", SYS_ACCOUNT)}
    found: list[Publication] = catalog.objects("publication", None)
    for item in found:
        database = catalog.database(item.account, item.database)
        tables, accounts = ",".join(item.tables) or "*", ",".join(item.accounts) or "all"
        where = (item.database, database.id if database else 0, int(item.database == "*"), int(not item.tables))
        times = (timestamp_text(item.created), timestamp_text(item.updated))
        yield item.account, names[item.account], item.name, *where, tables, accounts, *times, 0, 0, item.comment


@system_table(
    SCHEMA,
    "mo_subs",
    (
        ("sub_account_name", varchar(300)),
        ("sub_name", _NAME),
        ("pub_account_name", varchar(300)),
        ("pub_name", varchar(64)),
        ("pub_database", _NAME),
        ("pub_tables", TEXT),
        ("pub_time", TIMESTAMP),
        ("pub_comment", TEXT),
        ("status", TINYINT),
    ),
    sys_only=True,
)
def mo_subs(session: LiteSession) -> Iterator[Row]:
    """Subscriptions of all accounts, once they are committed."""
    with session.engine.committed() as catalog:
        names = {account.id: account.name for account in catalog.objects("account", SYS_ACCOUNT)}
        found: list[Publication] = catalog.objects("publication", None)
        subscribed = [(item, *subscriber) for item in found for subscriber in subscribers(catalog, item)]
    for item, subscriber, database in subscribed:
        about = (item.database, ",".join(item.tables) or "*", timestamp_text(item.created), item.comment, 0)
        yield subscriber, database, names[item.account], item.name, *about


# --- sessions and settings -------------------------------------------------------------------------------------------


@system_table(
    SCHEMA,
    "mo_sessions",
    (("conn_id", UINT), ("account", _NAME), ("user", _NAME), ("db", _NAME), ("command", _NAME), ("info", _NAME)),
    view=True,
)
def mo_sessions(session: LiteSession) -> Iterator[Row]:
    """The open connections."""
    for other in session.engine.sessions_of(session.principal):
        who = (other.connection_id, other.principal.account, other.principal.user, other.database)
        yield *who, "Query" if other.statement else "Sleep", other.statement


@system_table(
    SCHEMA,
    "mo_variables",
    (("configuration", _NAME), ("conf_type", _NAME), ("conf_name", _NAME), ("conf_value", _NAME)),
    view=True,
)
def mo_variables(session: LiteSession) -> Iterator[Row]:
    """System variables of the session."""
    for name, value in session.variables.listing():
        yield "system_variables", "session", name, value


def _empty(_session: LiteSession) -> Iterable[Row]:
    return ()


@system_table(
    SCHEMA,
    "mo_pitr",
    (
        ("pitr_id", UUID),
        ("pitr_name", _NAME),
        ("create_account", UBIGINT),
        ("create_time", BIGINT),
        ("modified_time", BIGINT),
        ("level", varchar(10)),
        ("account_id", UBIGINT),
        ("account_name", varchar(300)),
        ("database_name", _NAME),
        ("table_name", _NAME),
        ("obj_id", UBIGINT),
        ("pitr_length", UTINYINT),
        ("pitr_unit", varchar(10)),
        ("pitr_status", UTINYINT),
        ("pitr_status_changed_time", BIGINT),
        ("kind", varchar(32)),
    ),
    sys_only=True,
    stored=True,
    keys={"pitr_id": "UNI", "pitr_name": "PRI", "create_account": "PRI"},
    required=frozenset(
        {"pitr_name", "create_account", "create_time", "modified_time", "pitr_status_changed_time", "kind"}
    ),
    defaults={"pitr_status": "1", "kind": "user"},
    comments={"pitr_status": "1: active, 0: inactive"},
)
def mo_pitr(session: LiteSession) -> Iterator[Row]:
    """Ranges of point-in-time recovery."""
    found: list[Pitr] = session.catalog.objects("pitr", None)
    accounts = {account.id for account in session.catalog.objects("account", SYS_ACCOUNT)}
    for item in found:
        if item.creator not in accounts:
            continue
        when = (item.creator, item.created, item.modified)
        of = (item.level, item.account_id, item.account, item.database, item.table, item.object_id)
        status = int(item.exists(session.catalog))
        yield item.id, item.name, *when, *of, item.length, item.unit, status, item.modified, "user"


system_table(SCHEMA, "mo_locks", (("txn_id", _NAME), ("table_id", _NAME), ("lock_key", _NAME)), view=True)(_empty)
system_table(SCHEMA, "mo_transactions", (("txn_id", _NAME), ("create_ts", _NAME), ("user", _NAME)), view=True)(_empty)
system_table("mysql", "user", (("host", Type(Kind.CHAR, 255)), ("user", Type(Kind.CHAR, 32))))(_empty)
system_table("mysql", "db", (("host", Type(Kind.CHAR, 255)), ("db", Type(Kind.CHAR, 64))))(_empty)


@system_table(
    SCHEMA,
    "mo_configurations",
    tuple(
        (name, varchar(65535))
        for name in ("node_type", "node_id", "name", "current_value", "default_value", "internal")
    ),
)
def mo_configurations(session: LiteSession) -> Iterator[Row]:
    """What this server can be started with."""
    node = str(uuid.uuid5(uuid.NAMESPACE_OID, str(session.store.directory)))
    yield "cn", node, "port", session.variable_text("port", None), "0", "advanced"
    yield "cn", node, "data", str(session.store.directory), "", "advanced"
