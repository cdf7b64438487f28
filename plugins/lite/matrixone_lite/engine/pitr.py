"""Point-in-time recovery: ranges of time an object can be restored into, and RESTORE … FROM PITR."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import restore
from matrixone_lite.engine.accounts import SYS, require_admin
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.catalog import SYS_ACCOUNT, SYSTEM_DATABASES
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import internal, unsupported
from matrixone_lite.engine.snapshots import check_name, parse_moment
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from matrixone_lite.engine.accounts import Account
    from matrixone_lite.engine.catalog import Catalog
    from matrixone_lite.engine.session import LiteSession

_SECOND: Final = 1_000_000_000
_LONGEST: Final = 100
_DAYS: Final = {"d": 1, "mo": 30, "y": 365}
_LAYOUT: Final = "2006-01-02 15:04:05"
_WRAP: Final = 1 << 64


@dataclass(frozen=True, slots=True)
class Pitr:
    """A range of ``length`` units back from now into which an object can be restored."""

    id: str
    name: str
    creator: int
    level: str
    account_id: int
    account: str
    database: str
    table: str
    object_id: int
    length: int
    unit: str
    created: int
    modified: int

    def exists(self, catalog: Catalog) -> bool:
        """Whether the object it is for is still there."""
        if self.level == "database":
            return catalog.database_by_id(self.object_id) is not None
        return self.level != "table" or catalog.table_by_id(self.object_id) is not None

    def first(self, now: int) -> int:
        """The earliest moment it reaches."""
        span = timedelta(hours=self.length) if self.unit == "h" else timedelta(days=self.length * _DAYS[self.unit])
        return now - int(span.total_seconds()) * _SECOND


def pitr_rows(session: LiteSession) -> list[tuple[Any, ...]]:
    """The rows of SHOW PITR, latest first."""
    found: list[Pitr] = session.catalog.objects("pitr", session.principal.account_id)
    zone = session.context.zone
    rows = []
    for item in sorted(found, key=lambda pitr: -pitr.created):
        times = [
            datetime.fromtimestamp(ts // _SECOND, zone).strftime("%Y-%m-%d %H:%M:%S")
            for ts in (item.created, item.modified)
        ]
        of = (item.level, item.account or "*", item.database or "*", item.table or "*")
        rows.append((item.name, *times, *of, item.length, item.unit))
    return rows


def _check_range(length: int, unit: str) -> str:
    if not 1 <= length <= _LONGEST:
        raise internal(f"invalid pitr value {length}")
    if unit.lower() not in {"h", *_DAYS}:
        raise internal(f"invalid pitr unit {unit}")
    return unit.lower()


def _find(session: LiteSession, name: str) -> Pitr | None:
    found: Pitr | None = session.catalog.object("pitr", session.principal.account_id, name)
    return found


# --- definition ------------------------------------------------------------------------------------------------------


@handles(ast.CreatePitr)
def create_pitr(session: LiteSession, statement: ast.CreatePitr) -> Done:
    """CREATE PITR."""
    require_admin(session.principal)
    name, unit = check_name(statement.name), _check_range(statement.length, statement.unit)
    if _find(session, name) is not None:
        if statement.if_not_exists:
            return Done()
        raise internal(f"pitr {name} already exists")
    account_id, account, database, table, object_id = _covered(session, statement.scope)
    level, now = statement.scope.level, session.store.now()
    same: list[Pitr] = session.catalog.objects("pitr", session.principal.account_id)
    if any((other.level, other.account_id, other.object_id) == (level, account_id, object_id) for other in same):
        raise internal(_taken(level, account, database, table))
    owner = session.principal.account_id
    pitr = Pitr(
        str(uuid.uuid4()),
        name,
        owner,
        level,
        account_id,
        account,
        database,
        table,
        object_id,
        statement.length,
        unit,
        now,
        now,
    )
    session.catalog.put_object("pitr", owner, name, pitr)
    return Done()


def _taken(level: str, account: str, database: str, table: str) -> str:
    match level:
        case "cluster":
            return "cluster level pitr already exists"
        case "account":
            return f"account `{account}` already has a pitr"
        case "database":
            return f"database `{database}` already has a pitr"
        case _:
            return f"database `{database}` table `{table}` already has a pitr"


def _covered(session: LiteSession, scope: ast.Scope) -> tuple[int, str, str, str, int]:
    """Account id, account, database, table and object id of what a PITR is for."""
    principal = session.principal
    if scope.level == "cluster":
        if principal.account_id != SYS_ACCOUNT:
            raise internal("only sys tenant can create cluster level pitr")
        return SYS_ACCOUNT, "", "", "", 0
    if scope.level == "account":
        owner = (scope.account or principal.account).lower()
        if principal.account_id != SYS_ACCOUNT and owner != principal.account:
            raise internal("only sys tenant can create tenant level pitr for other tenant")
        account: Account | None = session.catalog.object("account", SYS_ACCOUNT, owner)
        if account is None:
            raise internal(f"account {owner} does not exist")
        return account.id, owner, "", "", account.id
    name, table_name = (scope.database or "").lower(), (scope.table or "").lower()
    if name in SYSTEM_DATABASES:
        raise internal(f"can not create pitr for current database {name}")
    database = session.catalog.database(principal.account_id, name)
    if scope.level == "database":
        if database is None:
            raise internal(f"database {name} does not exist")
        return principal.account_id, principal.account, name, "", database.id
    table = None if database is None else session.catalog.permanent_table(database.id, table_name)
    if table is None:
        raise internal(f"table {name}.{table_name} does not exist")
    return principal.account_id, principal.account, name, table_name, table.id


@handles(ast.AlterPitr)
def alter_pitr(session: LiteSession, statement: ast.AlterPitr) -> Done:
    """ALTER PITR."""
    require_admin(session.principal)
    name, unit = check_name(statement.name), _check_range(statement.length, statement.unit)
    pitr = _find(session, name)
    if pitr is not None:
        changed = replace(pitr, length=statement.length, unit=unit, modified=session.store.now())
        session.catalog.put_object("pitr", session.principal.account_id, name, changed)
    elif not statement.if_exists:
        raise internal(f"pitr {name} does not exist")
    return Done()


@handles(ast.DropPitr)
def drop_pitr(session: LiteSession, statement: ast.DropPitr) -> Done:
    """DROP PITR."""
    require_admin(session.principal)
    name = check_name(statement.name)
    if _find(session, name) is None and not statement.if_exists:
        raise internal(f"pitr {name} does not exist")
    session.catalog.drop_object("pitr", session.principal.account_id, name)
    return Done()


# --- restore ---------------------------------------------------------------------------------------------------------


@handles(ast.RestorePitr)
def restore_pitr(session: LiteSession, statement: ast.RestorePitr) -> Done:
    """RESTORE … FROM PITR; times are those of the server's zone, UTC."""
    require_admin(session.principal)
    pitr = _find(session, statement.name.lower())
    if pitr is None:
        raise internal(f"pitr {statement.name.lower()} does not exist")
    if statement.source_account is not None:
        raise unsupported("RESTORE ACCOUNT … FROM PITR … of another account")
    scope = statement.scope or ast.Scope("account", session.principal.account)
    database, table = (scope.database or "").lower(), (scope.table or "").lower()
    if database in SYSTEM_DATABASES:
        raise internal(f"database {database} can not be restore")
    at = parse_moment(statement.time, UTC, _LAYOUT)
    _check_scope(session, pitr, scope, database, table)
    _check_time(session, pitr, at)
    if scope.level == "account":
        _restore_account(session, scope, at)
    elif scope.level == "table":
        if not restore.replace_table(session, database, table, at):
            raise internal(f"table {table} not exists at {statement.time}")
    else:
        past = session.catalog.database(session.principal.account_id, database, at)
        if past is None:
            raise internal(f"database {database} not exists at {statement.time}")
        restore.replace_database(session, past, at, session.principal.account_id)
    return Done()


def _check_scope(session: LiteSession, pitr: Pitr, scope: ast.Scope, database: str, table: str) -> None:
    """Refuse to restore more than a PITR covers, or something else."""
    ranks = ("table", "database", "account", "cluster")
    if scope.level != "account" and (scope.account or session.principal.account) != session.principal.account:
        part = f"table {database}.{table}" if scope.level == "table" else f"database {database}"
        raise internal(f"account {scope.account} is not allowed to restore {part}")
    if ranks.index(pitr.level) < ranks.index(scope.level):
        raise internal(f"restore level {pitr.level} is not allowed for {scope.level} restore")
    if pitr.level in {"database", "table"} and pitr.database != database:
        raise internal(f"pitr {pitr.name} is not allowed to restore database {database}")
    if pitr.level == "table" and pitr.table != table:
        raise internal(f"pitr {pitr.name} is not allowed to restore table {database}.{table}")


def _check_time(session: LiteSession, pitr: Pitr, at: int) -> None:
    now = session.store.now()
    # the server counts nanoseconds in 64 bits, so that the far future becomes the past
    wrapped = (at + _WRAP // 2) % _WRAP - _WRAP // 2
    if wrapped < pitr.first(now):
        earliest = _text(max(pitr.first(now), 0))
        raise internal(f"input timestamp {_text(wrapped)} is less than the pitr valid time {earliest}")
    if wrapped > now:
        raise internal(f"input timestamp {_text(wrapped)} is bigger than now timestamp {_text(now)}")


def _text(moment: int) -> str:
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return (start + timedelta(seconds=moment // _SECOND)).strftime("%Y-%m-%d %H:%M:%S")


def _restore_account(session: LiteSession, scope: ast.Scope, at: int) -> None:
    name = (scope.account or "").lower()
    if name == SYS:
        raise unsupported("RESTORE ACCOUNT sys")
    past: Account | None = session.catalog.object("account", SYS_ACCOUNT, name, at)
    if past is None:
        raise internal(f"account {name} does not exist")
    restore.replace_account(session, past, at, past)
