"""RESTORE of tables, databases and accounts from snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import copies
from matrixone_lite.engine.accounts import SYS, forget_account, require_admin
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.catalog import SYS_ACCOUNT, SYSTEM_DATABASES, Database
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import internal, unsupported
from matrixone_lite.engine.snapshots import snapshot_named
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from matrixone_lite.engine.accounts import Account
    from matrixone_lite.engine.catalog import Catalog
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.snapshots import Snapshot

_ACCOUNT_OBJECTS: Final = ("user", "role", "stage", "function")


@handles(ast.Restore)
def restore(session: LiteSession, statement: ast.Restore) -> Done:
    """RESTORE … {SNAPSHOT = s}; TO ACCOUNT has an effect on accounts only, as on the server."""
    require_admin(session.principal)
    scope = statement.scope
    if scope.level == "cluster":
        if session.principal.account_id != SYS_ACCOUNT:
            raise internal("non-sys account can't restore cluster level snapshot")
        raise unsupported("RESTORE CLUSTER")
    snapshot = snapshot_named(session.catalog, session.principal.account_id, statement.snapshot)
    if scope.level == "account":
        _restore_account(session, scope, snapshot, statement.to_account)
    elif scope.level == "database":
        _restore_database(session, scope, snapshot)
    else:
        _restore_table(session, scope, snapshot)
    return Done()


def _check_own(session: LiteSession, scope: ast.Scope, snapshot: Snapshot) -> None:
    """Refuse parts of other accounts."""
    own = session.principal.account
    if (scope.account or own).lower() != own or (snapshot.account or own) != own:
        raise internal(f"can't restore {scope.level} from other account's snapshot")


# --- tables and databases --------------------------------------------------------------------------------------------


def _restore_table(session: LiteSession, scope: ast.Scope, snapshot: Snapshot) -> None:
    database_name, name = (scope.database or "").lower(), (scope.table or "").lower()
    _check_own(session, scope, snapshot)
    if database_name in SYSTEM_DATABASES:
        raise internal(f"can't restore db: {database_name}")
    if snapshot.level == "cluster":
        raise internal("can't restore table from cluster level snapshot")
    if snapshot.level in {"database", "table"} and snapshot.database != database_name:
        raise internal(
            f"databaseName({database_name}) does not match snapshot.databaseName({snapshot.database})",
        )
    if snapshot.level == "table" and snapshot.table != name:
        raise internal(f"tableName({name}) does not match snapshot.tableName({snapshot.table})")
    if not replace_table(session, database_name, name, snapshot.ts):
        raise internal(f"table {name} not exists at snapshot {snapshot.name}")


def replace_table(session: LiteSession, database_name: str, name: str, at: int) -> bool:
    """Let a table of the session's account be as it was at a moment.

    A table that foreign keys refer to, its own included, stays as it is, and that counts as done, as on the server.

    :return: whether there was such a table at the moment
    """
    catalog, account = session.catalog, session.principal.account_id
    past_database = catalog.database(account, database_name, at)
    past = None if past_database is None else catalog.table(past_database.id, name, at)
    if past is None:
        return False
    database = catalog.database(account, database_name) or _add_database(session, account, database_name)
    current = catalog.permanent_table(database.id, name)
    if current is not None:
        if catalog.children(current):
            return True
        catalog.drop_table(current)
    copies.copy_table(session, past, at, database, name)
    return True


def _restore_database(session: LiteSession, scope: ast.Scope, snapshot: Snapshot) -> None:
    name = (scope.database or "").lower()
    if name in SYSTEM_DATABASES:
        raise internal(f"can't restore db: {name}")
    if snapshot.level in {"cluster", "table"}:
        raise internal(f"can't restore db from {snapshot.level} level snapshot")
    _check_own(session, scope, snapshot)
    if snapshot.level == "database" and snapshot.database != name:
        raise internal(f"databaseName({name}) does not match snapshot.databaseName({snapshot.database})")
    account = session.principal.account_id
    past = session.catalog.database(account, name, snapshot.ts)
    if past is None:
        raise internal(f"database {name} not exists at snapshot {snapshot.name}")
    replace_database(session, past, snapshot.ts, account)


def _add_database(session: LiteSession, account: int, name: str, publisher: tuple[int, str] | None = None) -> Database:
    database = Database(session.catalog.next_id(), account, name, session.store.now(), publisher)
    session.catalog.add_database(database)
    return database


def replace_database(session: LiteSession, past: Database, at: int, account: int) -> None:
    """Let ``account`` have the database ``past`` as it was at a moment, instead of the one it has by that name."""
    catalog = session.catalog
    current = catalog.database(account, past.name)
    if current is None:
        current = _add_database(session, account, past.name, past.publisher)
    for table in catalog.tables(current.id):
        catalog.drop_table(table)
    for publication in catalog.objects("publication", account):
        if publication.database == past.name:
            catalog.drop_object("publication", account, publication.name)
    copies.copy_tables(session, catalog.tables(past.id, at), at, current)


# --- accounts --------------------------------------------------------------------------------------------------------


def _restore_account(session: LiteSession, scope: ast.Scope, snapshot: Snapshot, to_account: str | None) -> None:
    name, own = (scope.account or "").lower(), session.principal
    if own.account_id != SYS_ACCOUNT and name != own.account:
        raise internal(f"non-sys account can't restore {name} account")
    if snapshot.level not in {"account", "cluster"}:
        raise internal("can't restore account from db or table level snapshot")
    if snapshot.level == "account" and snapshot.account != name:
        raise internal(f"accountName({name}) does not match snapshot.accountName({snapshot.account})")
    if name == SYS:
        raise unsupported("RESTORE ACCOUNT sys")
    catalog = session.catalog
    past: Account | None = catalog.object("account", SYS_ACCOUNT, name, snapshot.ts)
    if past is None:
        raise internal(f"account {name} not exists at snapshot {snapshot.name}")
    replace_account(session, past, snapshot.ts, _target(catalog, past, to_account))


def _target(catalog: Catalog, past: Account, to_account: str | None) -> Account:
    """The account that takes over the past of ``past``: itself, made anew if it is gone, or another."""
    if to_account is not None:
        other: Account | None = catalog.object("account", SYS_ACCOUNT, to_account.lower())
        if other is None:
            raise internal(f"no such account, account name: {to_account.lower()}")
        return other
    current: Account | None = catalog.object("account", SYS_ACCOUNT, past.name)
    if current is not None:
        return current
    catalog.put_object("account", SYS_ACCOUNT, past.name, past)
    return past


def replace_account(session: LiteSession, past: Account, at: int, target: Account) -> None:
    """Let ``target`` have the databases, users, roles and stages that account ``past`` had at a moment."""
    catalog = session.catalog
    then = catalog.databases(past.id, at)
    kept = {database.name for database in then}
    for database in catalog.databases(target.id):
        if database.name not in kept and not database.system:
            for table in catalog.tables(database.id):
                catalog.drop_table(table)
            catalog.drop_database(database)
    for database in then:
        if not database.system:
            replace_database(session, database, at, target.id)
        elif catalog.database(target.id, database.name) is None:
            _add_database(session, target.id, database.name)
    objects = [(kind, item) for kind in _ACCOUNT_OBJECTS for item in catalog.objects(kind, past.id, at)]
    forget_account(catalog, target)
    catalog.put_object("account", SYS_ACCOUNT, target.name, target)
    for kind, item in objects:
        catalog.put_object(kind, target.id, item.name, item)
