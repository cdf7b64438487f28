"""SHOW RECOVERY_WINDOW: the moments tables can be restored to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.catalog import SYS_ACCOUNT, SYSTEM_DATABASES
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import internal
from matrixone_lite.engine.listing import RAW_VARCHAR, Listing, columns
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matrixone_lite.engine.accounts import Account
    from matrixone_lite.engine.api import Rows
    from matrixone_lite.engine.catalog import Database, Table
    from matrixone_lite.engine.pitr import Pitr
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.snapshots import Snapshot

_SECOND: Final = 1_000_000_000
_COLUMNS: Final = (
    *columns("RecoveryWindowLevel", "AccountName", "DatabaseName", "TableName", shape=RAW_VARCHAR),
    ("RecoveryWindows", (245, 0)),
)


@handles(ast.ShowRecoveryWindow)
def show_recovery_window(session: LiteSession, statement: ast.ShowRecoveryWindow) -> Rows:
    """One row a table that a snapshot or a PITR covers."""
    number, account = _account(session, statement.account)
    rows = []
    for database, table in _tables(session, number, statement):
        windows = [*_snapshots(session, account, database, table), *_pitrs(session, account, database, table)]
        if windows:
            rows.append([statement.level, account, database.name, table.name, f"[{', '.join(windows)}]"])
    return Listing(_COLUMNS, rows).result()


def _account(session: LiteSession, name: str | None) -> tuple[int | None, str]:
    """Number and name of an account; there is no number where there is no such account."""
    own = session.principal
    if name is None or name.lower() == own.account:
        return own.account_id, own.account
    if own.account_id != SYS_ACCOUNT:
        raise internal("only sys account can show other account's recovery window")
    account: Account | None = session.catalog.object("account", SYS_ACCOUNT, name.lower())
    return None if account is None else account.id, name.lower()


def _tables(
    session: LiteSession, account: int | None, statement: ast.ShowRecoveryWindow
) -> Iterator[tuple[Database, Table]]:
    for database in [] if account is None else session.catalog.databases(account):
        if database.name in SYSTEM_DATABASES or (statement.database or database.name).lower() != database.name:
            continue
        for table in session.catalog.tables(database.id):
            if table.kind == "table" and (statement.table or table.name).lower() == table.name:
                yield database, table


def _covers(item: Snapshot | Pitr, account: str, database: str, table: str) -> bool:
    covered = (item.account, item.database, item.table)
    return all(name in {"", part} for name, part in zip(covered, (account, database, table), strict=True))


def _snapshots(session: LiteSession, account: str, database: Database, table: Table) -> Iterator[str]:
    found: list[Snapshot] = session.catalog.objects("snapshot", session.principal.account_id)
    for item in sorted(found, key=lambda snapshot: snapshot.ts):
        was_there = session.catalog.table(database.id, table.name, item.ts) is not None
        if was_there and _covers(item, account, database.name, table.name):
            yield f"{{'timestamp':'{_text(item.ts)} +0000 UTC', 'source':'snapshot', 'source_name':'{item.name}'}}"


def _pitrs(session: LiteSession, account: str, database: Database, table: Table) -> Iterator[str]:
    found: list[Pitr] = session.catalog.objects("pitr", session.principal.account_id)
    now = session.store.now()
    for item in found:
        if _covers(item, account, database.name, table.name):
            start = max(item.created, item.first(now))
            times = f"'start_time':'{_text(start)}', 'end_time':'{_text(now)}'"
            yield f"{{{times}, 'source':'pitr', 'source_name':'{item.name}'}}"


def _text(moment: int) -> str:
    seconds, rest = divmod(moment, _SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}.{rest:09d}"
