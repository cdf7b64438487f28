"""CREATE TABLE … CLONE and CREATE DATABASE … CLONE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matrixone_lite.engine import copies
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.catalog import SYS_ACCOUNT, SYSTEM_DATABASES, Database
from matrixone_lite.engine.ddl import check_database_name
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import (
    ServerError,
    internal,
    invalid_input,
    no_such_table,
    syntax_error,
    unknown_database,
    unsupported,
)
from matrixone_lite.engine.namespace import current_database, find_table, tables_of
from matrixone_lite.engine.snapshots import moment_of, snapshot_named
from matrixone_lite.engine.system import SYSTEM_TABLES
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from matrixone_lite.engine.accounts import Account
    from matrixone_lite.engine.catalog import Table
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.snapshots import Snapshot


def target_account(session: LiteSession, name: str | None, kind: str, hint: ast.TimeTravel | None) -> int:
    """The account a copy goes to.

    :param name: of the account; None is the session's own
    :param kind: table or database, for errors
    :raises ServerError: 20101 when it may not go there
    """
    own = session.principal.account_id
    if name is None:
        return own
    account: Account | None = session.catalog.object("account", SYS_ACCOUNT, name.lower())
    if account is None:
        raise internal(f"no such account, account name: {name.lower()}")
    if account.id == own:
        return own
    if hint is None:
        raise internal(f"clone {kind} between different accounts need a snapshot")
    if own != SYS_ACCOUNT:
        raise internal(f"only sys can clone {kind} to another account")
    return account.id


def _snapshot(session: LiteSession, hint: ast.TimeTravel | None) -> Snapshot | None:
    if hint is None or hint.kind is not ast.HintKind.SNAPSHOT:
        return None
    return snapshot_named(session.catalog, session.principal.account_id, str(hint.value))


def check_snapshot(session: LiteSession, hint: ast.TimeTravel | None, database: str, table: str | None) -> None:
    """Refuse a snapshot of something else; one of an account or the cluster covers everything."""
    snapshot = _snapshot(session, hint)
    if snapshot is None:
        return
    if snapshot.level == "table":
        if table is None:
            raise internal("cannot use a table-level snapshot to clone cluster/account/database")
        if (snapshot.database, snapshot.table) != (database, table):
            raise internal(f"table-level snapshot({snapshot.name}) does not belong to the table({database}-{table})")
    if snapshot.level == "database" and snapshot.database != database:
        raise internal(f"database-level snapshot({snapshot.name}) does not belong to the database({database})")


# --- tables ----------------------------------------------------------------------------------------------------------


@handles(ast.CloneTable)
def clone_table(session: LiteSession, statement: ast.CloneTable) -> Done:
    """CREATE TABLE … CLONE."""
    name = statement.name.name.lower()
    if statement.copy_grants and statement.to_account is not None:
        raise invalid_input("COPY GRANTS cannot be used with TO ACCOUNT")
    if statement.temporary:
        raise no_such_table(statement.name.database or session.database, name)
    account = target_account(session, statement.to_account, "table", statement.hint)
    target = target_database(session, statement.name, account)
    at = moment_of(session, statement.hint)
    existing = session.catalog.permanent_table(target.id, name)
    if existing is not None and not statement.if_not_exists:
        raise ServerError(1050, f"table {name} already exists")
    source = _source_table(session, statement, at)
    if existing is None:
        copies.copy_table(session, source, at, target, name)
    else:
        # the server does not stop here: it adds the rows once more
        copies.append_rows(session, source, at, existing)
    return Done()


def target_database(session: LiteSession, name: ast.Name, account: int) -> Database:
    """The database of an account that a copy goes to.

    :raises ServerError: 1049 when it is missing, 20101 when it is the server's own or none is selected
    """
    if not name.database and not session.database:
        raise internal(f"no db selected for the dst table {name.name.lower()}")
    if account == session.principal.account_id:
        database = current_database(session, name.database)
    else:
        wanted = name.database or session.database
        found = session.catalog.database(account, wanted)
        if found is None:
            raise unknown_database(wanted)
        database = found
    if database.system:
        raise internal("cannot clone data into system database")
    return database


def _source_table(session: LiteSession, statement: ast.CloneTable, at: int | None) -> Table:
    name = statement.source
    missing = syntax_error(f"table {name.database or ''}-{name.name} does not exist")
    try:
        database = current_database(session, name.database, at)
    except ServerError as error:
        raise missing from error
    if (database.name, name.name.lower()) in SYSTEM_TABLES:
        if session.principal.account_id != SYS_ACCOUNT:
            raise internal("non-sys account cannot clone data from system database")
        raise unsupported(f"clones of system tables ({database.name}.{name.name})")
    check_snapshot(session, statement.hint, database.name, name.name.lower())
    table = find_table(session, database, name.name, at)
    if table is None:
        raise missing
    if table.kind in {"view", "external"}:
        raise internal(f"{database.name}.{table.name} is not BASE TABLE")
    return table


# --- databases -------------------------------------------------------------------------------------------------------


@handles(ast.CloneDatabase)
def clone_database(session: LiteSession, statement: ast.CloneDatabase) -> Done:
    """CREATE DATABASE … CLONE."""
    copy_database(session, statement)
    return Done()


def copy_database(session: LiteSession, statement: ast.CloneDatabase) -> list[tuple[Table, Table]]:
    """Make a copy of a database; a missing source makes an empty database, as on the server.

    :return: the tables with their copies
    """
    name, source_name = check_database_name(statement.name), statement.source.lower()
    account = target_account(session, statement.to_account, "database", statement.hint)
    if session.catalog.database(account, name) is not None:
        raise ServerError(1007, f"database {name} already exists")
    if source_name in SYSTEM_DATABASES:
        if session.principal.account_id != SYS_ACCOUNT:
            raise internal("non-sys account cannot clone data from system database")
        raise unsupported(f"clones of system databases ({source_name})")
    check_snapshot(session, statement.hint, source_name, None)
    at = moment_of(session, statement.hint)
    source = session.catalog.database(session.principal.account_id, source_name, at)
    database = Database(session.catalog.next_id(), account, name, session.store.now())
    session.catalog.add_database(database)
    if source is None:
        return []
    seen = at if at is not None else session.transactions.last_committed()
    return copies.copy_tables(session, _source_tables(session, source, at, seen), seen, database)


def _source_tables(session: LiteSession, source: Database, at: int | None, seen: int | None) -> list[Table]:
    """The tables a copy of a database has, as they were at the moment ``seen``.

    The server lists them as the transaction sees them, and then looks for each among what is committed.
    """
    committed = {table.id: table for table in tables_of(session, source, seen)}
    tables = []
    for table in tables_of(session, source, at):
        if table.id not in committed:
            raise syntax_error(f"table {source.name}-{table.name} does not exist")
        if table.kind == "external":
            raise internal(f"{source.name}.{table.name} is not BASE TABLE")
        tables.append(committed[table.id])
    return tables
