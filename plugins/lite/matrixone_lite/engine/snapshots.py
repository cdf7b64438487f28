"""Snapshots, which are names of moments, and the moments time-travel hints mean."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.accounts import ADMIN_ROLE_IDS, NO_PRIVILEGE, SYS
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.catalog import SYS_ACCOUNT, SYSTEM_DATABASES
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import ServerError, internal, invalid_argument, unsupported
from matrixone_lite.engine.lineage import PREFIX, kept
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from datetime import tzinfo

    from matrixone_lite.engine.accounts import Account
    from matrixone_lite.engine.catalog import Catalog
    from matrixone_lite.engine.session import LiteSession

_SECOND: Final = 1_000_000_000
RECENT: Final = 3600 * _SECOND
_MAX_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot: its moment ``ts`` in nanoseconds since 1970 and what it is of."""

    id: str
    name: str
    ts: int
    level: str
    account: str = ""
    database: str = ""
    table: str = ""
    object_id: int = 0


@handles(ast.CreateSnapshot)
def create_snapshot(session: LiteSession, statement: ast.CreateSnapshot) -> Done:
    """CREATE SNAPSHOT."""
    _refuse_publication(statement.source)
    account, name = session.principal.account_id, check_name(statement.name)[:_MAX_NAME]
    if session.principal.role_id not in ADMIN_ROLE_IDS:
        raise internal(NO_PRIVILEGE)
    if _hidden(session.catalog, name) or session.catalog.object("snapshot", account, name) is not None:
        if statement.if_not_exists:
            return Done()
        raise internal(f"snapshot {name} already exists")
    owner, database, table, object_id = _covered(session, statement.scope)
    snapshot = Snapshot(
        str(uuid.uuid4()), name, session.store.now(), statement.scope.level, owner, database, table, object_id
    )
    session.catalog.put_object("snapshot", account, name, snapshot)
    return Done()


@handles(ast.DropSnapshot)
def drop_snapshot(session: LiteSession, statement: ast.DropSnapshot) -> Done:
    """DROP SNAPSHOT."""
    _refuse_publication(statement.source)
    account, name = session.principal.account_id, check_name(statement.name)
    if session.principal.role_id not in ADMIN_ROLE_IDS:
        raise internal(NO_PRIVILEGE)
    if _hidden(session.catalog, name):
        raise internal(f'snapshot "{name}" is managed by data branch and cannot be dropped directly')
    if session.catalog.object("snapshot", account, name) is None:
        if statement.if_exists:
            return Done()
        raise internal(f"snapshot {name} does not exist")
    session.catalog.drop_object("snapshot", account, name)
    return Done()


def _refuse_publication(source: ast.Name | None) -> None:
    """Snapshots of publications belong to other clusters, and none is known here."""
    if source is not None:
        raise internal(f"publication {source.database}.{source.name} does not exist")


def _hidden(catalog: Catalog, name: str) -> bool:
    """Whether a snapshot of that name keeps what a branch was made from."""
    return name.startswith(PREFIX) and any(branch.snapshot == name for branch in kept(catalog))


def check_name(name: str) -> str:
    """A snapshot's name in lower case; blanks are refused."""
    if not name or " " in name:
        raise internal("invalid input")
    return name.lower()


def _covered(session: LiteSession, scope: ast.Scope) -> tuple[str, str, str, int]:
    """Account, database, table and object id that a new snapshot is recorded with."""
    if scope.level == "cluster":
        if session.principal.account_id != SYS_ACCOUNT:
            raise internal("only sys tenant can create cluster level snapshot")
        return "", "", "", 0
    if scope.level == "account":
        return _covered_account(session, scope)
    return _covered_objects(session, scope)


def _covered_account(session: LiteSession, scope: ast.Scope) -> tuple[str, str, str, int]:
    principal = session.principal
    owner = (scope.account or principal.account).lower()
    if principal.account not in {owner, SYS}:
        raise internal("only sys tenant can create tenant level snapshot for other tenant")
    account: Account | None = session.catalog.object("account", SYS_ACCOUNT, owner)
    if account is None:
        raise internal(f"account {owner} does not exist")
    return owner, "", "", account.id


def _covered_objects(session: LiteSession, scope: ast.Scope) -> tuple[str, str, str, int]:
    principal, catalog = session.principal, session.catalog
    name, table_name = (scope.database or "").lower(), (scope.table or "").lower()
    database = catalog.database(principal.account_id, name)
    if scope.level == "database":
        if name in SYSTEM_DATABASES:
            raise internal(f"can not create snapshot for system database {name}")
        if database is None:
            raise internal(f"database {name} does not exist")
        return principal.account, name, "", database.id
    if name in SYSTEM_DATABASES:  # the server says pitr here, too
        raise internal(f"can not create pitr for system table {name}.{table_name}")
    table = None if database is None else catalog.permanent_table(database.id, table_name)
    if table is None:
        raise internal(f"table {name}.{table_name} does not exist")
    return principal.account, name, table_name, table.id


# --- moments ---------------------------------------------------------------------------------------------------------


def snapshot_named(catalog: Catalog, account: int, name: str) -> Snapshot:
    """The snapshot a hint names.

    :raises ServerError: 20101 when there is none
    """
    if _hidden(catalog, name.lower()):
        raise internal(f'snapshot "{name.lower()}" is managed by data branch and cannot be used from user commands')
    found: Snapshot | None = catalog.object("snapshot", account, name.lower())
    if found is None:
        raise internal(f"find 0 snapshot records by name({name}), expect only 1")
    return found


def moment_of(session: LiteSession, hint: ast.TimeTravel | None) -> int | None:
    """The moment a time-travel hint means, in nanoseconds since 1970; None without a hint.

    :raises ServerError: when there is no such snapshot, it is another account's, or the text is no time or too far back
    """
    if hint is None:
        return None
    match hint.kind:
        case ast.HintKind.SNAPSHOT:
            snapshot = snapshot_named(session.catalog, session.principal.account_id, str(hint.value))
            if snapshot.level == "account" and snapshot.account != session.principal.account:
                raise unsupported(f"reading the snapshot {snapshot.name} of another account")
            return snapshot.ts
        case ast.HintKind.MO_TS:
            return int(str(hint.value).partition("-")[0])
        case ast.HintKind.TIMESTAMP:
            moment = hint.value if isinstance(hint.value, int) else _parse(hint.value, UTC)
            _check_covered(session, moment, hint.value)
            return moment
        case ast.HintKind.AS_OF:
            moment = _parse(str(hint.value), session.context.zone)
            _check_covered(session, moment, hint.value)
            return moment


def _parse(text: str, zone: tzinfo) -> int:
    return parse_moment(text, zone, "2006-01-02 15:04:05.999999999")


def parse_moment(text: str, zone: tzinfo, layout: str) -> int:
    """Nanoseconds since 1970 to a time of a zone; error 1105 quotes the layout the server wants."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        reason = f'parsing time "{text}" as "{layout}": cannot parse "{text}" as "2006"'
        raise ServerError(1105, reason) from None
    seconds = parsed.replace(tzinfo=zone, microsecond=0).timestamp()
    return int(seconds) * _SECOND + parsed.microsecond * 1000


def _check_covered(session: LiteSession, moment: int, written: object) -> None:
    """Older rows are there only as long as a snapshot or recency keeps them."""
    snapshots: list[Snapshot] = session.catalog.objects("snapshot", None)
    oldest = min((snapshot.ts for snapshot in snapshots), default=session.store.now())
    if moment < min(oldest, session.store.now() - RECENT):
        raise invalid_argument(f"invalid timestamp value, no corresponding snapshot , bad value {written}")


def snapshot_rows(session: LiteSession) -> list[tuple[str, ...]]:
    """The rows of SHOW SNAPSHOTS, latest first."""
    found: list[Snapshot] = session.catalog.objects("snapshot", session.principal.account_id)
    latest_first = sorted(found, key=lambda snapshot: -snapshot.ts)
    return [(s.name, precise_text(s.ts), s.level, s.account, s.database, s.table) for s in latest_first]


def precise_text(moment: int) -> str:
    """Nanoseconds since 1970 as UTC text with all nine digits, without zeros at the end."""
    seconds, fraction = divmod(moment, _SECOND)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"{text}.{fraction:09d}".rstrip("0").rstrip(".")
