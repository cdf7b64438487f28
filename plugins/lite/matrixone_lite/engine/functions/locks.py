"""Functions about who is connected and who has locked what: MO_SESSIONS, PROCESSLIST and MO_LOCKS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import types
from matrixone_lite.engine.functions.registry import table_function

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matrixone_lite.engine.context import Context
    from matrixone_lite.engine.types import Type

_NODE: Final = "00000000-0000-0000-0000-000000000000"
_ABOUT_SESSIONS: Final = (
    *("node_id", "conn_id", "session_id", "account", "user", "host", "db", "session_start", "command", "info"),
    *("txn_id", "statement_id", "statement_type", "query_type", "sql_source_type", "query_start", "client_host"),
    *("role", "proxy_host"),
)
_ABOUT_LOCKS: Final = (
    *("cn_id", "txn_id", "table_id", "lock_key", "lock_content", "lock_mode", "lock_status", "lock_wait"),
)


def _of_sessions(_given: Sequence[Type]) -> Sequence[tuple[str, Type]]:
    return [(name, types.UINT if name == "conn_id" else types.VARCHAR) for name in _ABOUT_SESSIONS]


def _of_locks(_given: Sequence[Type]) -> Sequence[tuple[str, Type]]:
    return [(name, types.VARCHAR) for name in _ABOUT_LOCKS]


def _transaction(connection_id: int) -> str:
    return f"{connection_id:032x}"


@table_function("mo_sessions", _of_sessions)
@table_function("processlist", _of_sessions)
def mo_sessions(context: Context) -> Iterator[list[Any]]:
    """The open connections of the account, for account sys those of all."""
    for other in context.session.engine.sessions_of(context.principal):
        about = dict.fromkeys(_ABOUT_SESSIONS, "")
        about["node_id"] = _NODE
        about["session_id"] = about["txn_id"] = _transaction(other.connection_id)
        about["account"], about["user"] = other.principal.account, other.principal.user
        about["host"] = about["client_host"] = "127.0.0.1"
        about["db"], about["info"] = other.database, other.statement
        about["command"] = "COM_QUERY" if other.statement else "COM_SLEEP"
        about["role"] = other.principal.role
        yield [other.connection_id if name == "conn_id" else value for name, value in about.items()]


@table_function("mo_locks", _of_locks)
def mo_locks(context: Context) -> Iterator[list[Any]]:
    """The rows that transactions have changed or locked; nobody but its own session sees more of a transaction."""
    session = context.session
    ids = {table.storage: table.id for table in session.catalog.current_tables()}
    for other in session.engine.sessions_of(context.principal):
        locked = other.transactions.locked(asked_by_other=other is not session)
        rows = {(int(table[1:]), key[0]) for table, *key in locked if len(key) == 1}
        for storage, row in sorted(rows):
            if storage in ids:
                about = (str(ids[storage]), "point", f"{row:x}", "Exclusive", "acquired", "")
                yield [_NODE, _transaction(other.connection_id), *about]
