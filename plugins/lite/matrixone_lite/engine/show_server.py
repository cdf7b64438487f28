"""SHOW of the server: variables, processes, accounts, stages, publications and other lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import publications
from matrixone_lite.engine.accounts import require_admin
from matrixone_lite.engine.catalog import SYS_ACCOUNT
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import ServerError, internal, unsupported
from matrixone_lite.engine.listing import (
    BIGINT,
    CHAR,
    DATETIME,
    DOUBLE,
    INT,
    RAW_SMALLINT,
    RAW_TEXT,
    RAW_TIMESTAMP,
    RAW_TINYINT,
    RAW_VARCHAR,
    TEXT,
    TIMESTAMP,
    VARCHAR,
    Listing,
    columns,
    ordered,
)
from matrixone_lite.engine.pitr import pitr_rows
from matrixone_lite.engine.reflect import timestamp_text
from matrixone_lite.engine.routines import CHARSET, functions_of
from matrixone_lite.engine.rules import rules_of
from matrixone_lite.engine.show import show_sequences
from matrixone_lite.engine.snapshots import snapshot_rows
from matrixone_lite.engine.system import SYSTEM_TABLES
from matrixone_lite.engine.temporal import utc_to_local
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Callable

    from matrixone_lite.engine.accounts import Account
    from matrixone_lite.engine.api import Rows
    from matrixone_lite.engine.publications import Publication
    from matrixone_lite.engine.session import LiteSession

_COLLATIONS: Final = (
    ("utf8mb4_0900_ai_ci", "utf8mb4", 255, "", "Yes", 0, "NO PAD"),
    ("utf8mb4_0900_bin", "utf8mb4", 309, "", "Yes", 1, "NO PAD"),
    ("utf8mb4_bin", "utf8mb4", 46, "YES", "Yes", 1, "NO PAD"),
    ("utf8mb4_de_pb_0900_ai_ci", "utf8mb4", 256, "", "Yes", 0, "NO PAD"),
    ("utf8mb4_general_ci", "utf8mb4", 45, "", "Yes", 1, "PAD SPACE"),
    ("utf8mb4_is_0900_ai_ci", "utf8mb4", 257, "", "Yes", 0, "NO PAD"),
    ("utf8mb4_lv_0900_ai_ci", "utf8mb4", 258, "", "Yes", 0, "NO PAD"),
    ("utf8mb4_unicode_ci", "utf8mb4", 224, "", "Yes", 1, "PAD SPACE"),
)
_RAW = (253, 0)
_COLLATION_COLUMNS: Final = (
    *columns("Collation", "Charset", shape=_RAW),
    ("Id", (8, 0)),
    *columns("Default", "Compiled", shape=_RAW),
    ("Sortlen", (3, 0)),
    ("Pad_attribute", _RAW),
)
_STATUS_COLUMNS: Final = (
    *columns("Db", "Name", "Type", "Definer"),
    *columns("Modified", "Created", shape=TIMESTAMP),
    *columns("Security_type", "Comment", "character_set_client", "collation_connection", "Database Collation"),
)
_PUBLICATION_COLUMNS: Final = (
    *columns("publication", "database", shape=RAW_VARCHAR),
    *columns("tables", "sub_account", "subscribed_accounts", shape=RAW_TEXT),
    *columns("create_time", "update_time", shape=RAW_TIMESTAMP),
    ("comments", RAW_TEXT),
)
_SUBSCRIPTION_COLUMNS: Final = (
    *columns("pub_name", "pub_account", "pub_database", shape=RAW_VARCHAR),
    *columns("pub_tables", "pub_comment", shape=RAW_TEXT),
    ("pub_time", RAW_TIMESTAMP),
    ("sub_name", RAW_VARCHAR),
    ("sub_time", RAW_TIMESTAMP),
    ("status", RAW_TINYINT),
)
_ACCOUNT_COLUMNS: Final = (
    *columns("account_name", "admin_name"),
    ("created_time", TIMESTAMP),
    ("status", VARCHAR),
    ("suspended_time", TIMESTAMP),
    *columns("db_count", "tbl_count", shape=BIGINT),
    *columns("size", "snapshot_size", shape=DOUBLE),
    ("comments", VARCHAR),
)
_NOTHING: Final = Listing((("1", BIGINT),), ())


@handles(ast.ShowVariables)
def show_variables(session: LiteSession, statement: ast.ShowVariables) -> Rows:
    """SHOW [GLOBAL | SESSION] VARIABLES."""
    rows = list(session.variables.listing(statement.scope))
    listing = Listing(columns("Variable_name", "Value", shape=RAW_VARCHAR), rows)
    return listing.filtered(session, statement.like, statement.where)


@handles(ast.ShowList)
def show_list(session: LiteSession, statement: ast.ShowList) -> Rows:
    """SHOW of a plain list."""
    if statement.what == "sequences":
        return show_sequences(session, statement)
    producer = _LISTS.get(statement.what)
    if producer is None:
        raise unsupported(f"SHOW {statement.what.upper()}")
    named_by = 1 if statement.what == "function status" else 0
    return producer(session, statement).filtered(session, statement.like, statement.where, named_by)


@handles(ast.ShowAdministrative)
def show_administrative(session: LiteSession, statement: ast.ShowAdministrative) -> Rows:
    """SHOW of a list that is refused inside a transaction."""
    if statement.what in _FOR_ADMINISTRATORS:
        require_admin(session.principal)
    if statement.what == "rules":
        rows = [(rule.name, rule.text) for rule in rules_of(session, statement.name or "")]
        return Listing(columns("rule_name", "rule", shape=RAW_VARCHAR), rows).result()
    producer = _ADMINISTRATIVE_LISTS.get(statement.what)
    if producer is None:
        raise unsupported(f"SHOW {statement.what.upper()}")
    return producer(session).filtered(session, statement.like, statement.where)


# --- plain lists -----------------------------------------------------------------------------------------------------


def _nothing(_session: LiteSession, _statement: ast.ShowList) -> Listing:
    return _NOTHING


def _triggers(session: LiteSession, _statement: ast.ShowList) -> Listing:
    if not session.database:
        raise ServerError(1046, "No database selected")
    return _NOTHING


def _open_tables(_session: LiteSession, _statement: ast.ShowList) -> Listing:
    raise ServerError(20102, "statement: 'show open tables' is not yet implemented")


def _status(_session: LiteSession, _statement: ast.ShowList) -> Listing:
    return Listing(columns("Variable_name", "Value", shape=CHAR), ())


def _charset(_session: LiteSession, _statement: ast.ShowList) -> Listing:
    return Listing(columns("Charset", "Description", "Default collation", "Maxlen", shape=CHAR), ())


def _collation(_session: LiteSession, _statement: ast.ShowList) -> Listing:
    return Listing(_COLLATION_COLUMNS, _COLLATIONS)


def _functions(session: LiteSession, _statement: ast.ShowList) -> Listing:
    rows = []
    for one in functions_of(session.catalog, session.principal.account_id):
        made = utc_to_local(timestamp_text(one.created), session.context.zone)
        rows.append([one.database, one.name, "FUNCTION", one.definer, made, made, "DEFINER", "", *CHARSET])
    return Listing(_STATUS_COLUMNS, rows)


def _procedures(_session: LiteSession, _statement: ast.ShowList) -> Listing:
    return Listing(_STATUS_COLUMNS, ())


def _warnings(session: LiteSession, _statement: ast.ShowList) -> Listing:
    heads = (("Level", RAW_VARCHAR), ("Code", RAW_SMALLINT), ("Message", RAW_VARCHAR))
    error = session.last_error
    return Listing(heads, [] if error is None else [["Error", error.errno, error.message]])


def _processlist(session: LiteSession, _statement: ast.ShowList) -> Listing:
    table = SYSTEM_TABLES["information_schema", "processlist"]
    heads = tuple((name, type_.wire) for name, type_ in table.columns)
    return Listing(heads, list(table.rows(session)))


def _publications(session: LiteSession, _statement: ast.ShowList) -> Listing:
    catalog = session.catalog
    found: list[Publication] = catalog.objects("publication", session.principal.account_id)
    rows = [
        [
            item.name,
            item.database,
            ",".join(item.tables) or "*",
            ",".join(item.accounts) or "*",
            ",".join(sorted(account for account, _ in publications.subscribers(catalog, item))),
            timestamp_text(item.created),
            timestamp_text(item.updated),
            item.comment,
        ]
        for item in found
    ]
    return Listing(_PUBLICATION_COLUMNS, rows)


def _subscriptions(session: LiteSession, statement: ast.ShowList) -> Listing:
    """What this account subscribes, with ALL also what it could; only what is committed."""
    principal = session.principal
    with session.engine.committed() as catalog:
        names: dict[int, str] = {account.id: account.name for account in catalog.objects("account", SYS_ACCOUNT)}
        databases = catalog.databases(principal.account_id)
        publications_of_others: list[Publication] = catalog.objects("publication", None)
    mine = {database.publisher: database for database in databases if database.publisher is not None}
    offered: dict[tuple[int, str], Publication] = {
        (item.account, item.name): item for item in publications_of_others if item.account != principal.account_id
    }
    rows = []
    for key in sorted(mine.keys() | (offered.keys() if statement.all else set()), key=lambda key: key[1]):
        publication, database = offered.get(key), mine.get(key)
        subscribed = [None, None] if database is None else [database.name, timestamp_text(database.created)]
        if publication is not None and publication.admits(principal.account):
            tables = ",".join(publication.tables) or "*"
            offer = [publication.database, tables, publication.comment, timestamp_text(publication.created)]
            rows.append([key[1], names[key[0]], *offer, *subscribed, 0])
        elif database is not None:
            status = 2 if publication is None else 1
            rows.append([key[1], names.get(key[0]), *[None] * 4, *subscribed, status])
    return Listing(_SUBSCRIPTION_COLUMNS, rows)


def _accounts(session: LiteSession, statement: ast.ShowList) -> Listing:
    catalog, principal = session.catalog, session.principal
    require_admin(principal)
    if statement.like is not None and principal.account_id != SYS_ACCOUNT:
        raise internal("only sys account can use LIKE clause")

    def local(moment: int | None) -> str | None:
        return utc_to_local(timestamp_text(moment), session.context.zone)

    found: list[Account] = catalog.objects("account", SYS_ACCOUNT)
    rows = []
    for account in found:
        if principal.account_id in {SYS_ACCOUNT, account.id}:
            databases = catalog.databases(account.id)
            tables = sum(len(catalog.tables(database.id)) for database in databases)
            times = local(account.created), account.status, local(account.suspended)
            rows.append([account.name, account.admin, *times, len(databases), tables, 0, 0, account.comment])
    listing = Listing(_ACCOUNT_COLUMNS, rows)
    if not listing.like(statement.like).rows:
        raise internal("no account info")
    return listing


_LISTS: Final[dict[str, Callable[[LiteSession, ast.ShowList], Listing]]] = {
    "engines": _nothing,
    "plugins": _nothing,
    "privileges": _nothing,
    "profiles": _nothing,
    "events": _nothing,
    "locks": _nothing,
    "triggers": _triggers,
    "open tables": _open_tables,
    "status": _status,
    "charset": _charset,
    "collation": _collation,
    "function status": _functions,
    "procedure status": _procedures,
    "warnings": _warnings,
    "errors": _warnings,
    "processlist": _processlist,
    "publications": _publications,
    "subscriptions": _subscriptions,
    "accounts": _accounts,
}


# --- lists refused in a transaction ----------------------------------------------------------------------------------


def _stages(session: LiteSession) -> Listing:
    heads = (("STAGE_NAME", VARCHAR), ("URL", TEXT), ("STATUS", VARCHAR), ("COMMENT", TEXT))
    found = session.catalog.objects("stage", session.principal.account_id)
    return Listing(heads, [[stage.name, stage.url, stage.status, stage.comment] for stage in found])


def _roles(session: LiteSession) -> Listing:
    heads = (("ROLE_NAME", VARCHAR), ("CREATOR", INT), ("CREATED_TIME", TIMESTAMP), ("COMMENTS", TEXT))
    found = session.catalog.objects("role", session.principal.account_id)
    return Listing(heads, ordered([role.name, role.creator, timestamp_text(role.created), ""] for role in found))


def _snapshots(session: LiteSession) -> Listing:
    heads = columns("SNAPSHOT_NAME", "TIMESTAMP", "SNAPSHOT_LEVEL", "ACCOUNT_NAME", "DATABASE_NAME", "TABLE_NAME")
    return Listing(heads, snapshot_rows(session))


def _pitrs(session: LiteSession) -> Listing:
    times = (("CREATED_TIME", DATETIME), ("MODIFIED_TIME", DATETIME))
    names = columns("PITR_LEVEL", "ACCOUNT_NAME", "DATABASE_NAME", "TABLE_NAME")
    heads = (("PITR_NAME", VARCHAR), *times, *names, ("PITR_LENGTH", (1, 63)), ("PITR_UNIT", VARCHAR))
    return Listing(heads, pitr_rows(session))


_FOR_ADMINISTRATORS: Final = {"snapshots", "pitr"}
_ADMINISTRATIVE_LISTS: Final[dict[str, Callable[[LiteSession], Listing]]] = {
    "pitr": _pitrs,
    "stages": _stages,
    "roles": _roles,
    "snapshots": _snapshots,
}
