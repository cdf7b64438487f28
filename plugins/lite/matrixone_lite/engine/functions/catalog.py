"""Functions about stored tables and the server's own control."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import hidden_tables, objects, render, types
from matrixone_lite.engine.errors import ServerError, internal, no_such_table, not_supported
from matrixone_lite.engine.functions.registry import Accept, scalar

if TYPE_CHECKING:
    from matrixone_lite.engine.catalog import Table
    from matrixone_lite.engine.context import Context

_DATE: Final = re.compile(r"(?:^|/)([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})/")
_SERVICES: Final = {"dn", "tn", "cn"}
_COMMANDS: Final = {"flush", "checkpoint", "synccommit", "globalcheckpoint"}
_TWO_TEXTS: Final = (Accept.TEXT, Accept.TEXT)
_THREE_TEXTS: Final = (Accept.TEXT, Accept.TEXT, Accept.TEXT)


@scalar("git_version", result=types.VARCHAR)
def git_version() -> str:
    """What MatrixOne this server answers as."""
    return "v4.2.0"


@scalar("mo_log_date", parameters=[Accept.TEXT], result=types.DATE)
def mo_log_date(path: str) -> date | None:
    """The date in the path of a log file, ``.../2024/01/31/...``."""
    found = _DATE.search(path)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


@scalar("mo_show_visible_bin", parameters=[Accept.TEXT, Accept.INT], result=types.VARCHAR)
def mo_show_visible_bin(text: str, _what: int) -> str | None:
    """A type or default of mo_columns in readable form, which they have here already."""
    return text or None


@scalar("purge_log", parameters=[Accept.TEXT, Accept.TEXT], result=types.VARCHAR)
def purge_log(table: str, _date: str) -> str:
    """Forgetting a log: there is none."""
    raise not_supported(f"purge '{table}'")


@scalar("mo_ctl", parameters=_THREE_TEXTS, result=types.VARCHAR, deterministic=False, context=True)
def mo_ctl(context: Context, service: str, command: str, argument: str) -> str:
    """Control of the server: data can be told to be on disk, where it is, anything else is refused."""
    if context.principal.account_id:
        raise internal("do not have privilege to execute the statement")
    if service.lower() not in _SERVICES:
        raise not_supported(f"service type {service.upper()} not supported")
    if command.lower() not in _COMMANDS:
        raise not_supported(f"command {command.upper()} not supported")
    store = context.session.store
    if command.lower() == "flush":
        store.flushes.note(store.now(), _flushed_table(context, argument).storage)
    elif command.lower() != "synccommit":
        store.flushes.note(store.now())
    answer = {"method": command.capitalize(), "result": [{"returnStr": "OK"}]}
    return json.dumps(answer, indent=2) + "\n"


def _flushed_table(context: Context, name: str) -> Table:
    """The table ``database.table`` means, or the one an index of this name belongs to."""
    database_name, dot, table_name = name.partition(".")
    if not dot:
        raise internal("handleFlush: table id parse fail")
    session = context.session
    database = session.catalog.database(context.principal.account_id, database_name)
    if database is None:
        raise no_such_table(database_name, table_name)
    table: Table | None = session.catalog.permanent_table(database.id, table_name)
    if table is None:
        hidden = hidden_tables.named(session.catalog, database, table_name)
        if hidden is None:
            raise no_such_table(database_name, table_name)
        table = hidden.table
    return table


@scalar("mo_table_rows", parameters=_TWO_TEXTS, result=types.BIGINT, deterministic=False, context=True)
def mo_table_rows(context: Context, database: str, table: str) -> int:
    """Number of rows of a table."""
    count: int = context.session.row_count_of(_table(context, database, table))
    return count


@scalar("mo_table_size", parameters=_TWO_TEXTS, result=types.BIGINT, deterministic=False, context=True)
def mo_table_size(context: Context, database: str, table: str) -> int:
    """Size of a table in bytes, without compression."""
    stored = _table(context, database, table)
    if stored.kind != "table":
        return 0
    return sum(column.size for column in objects.columns_of(context.session, stored, stored.physical))


@scalar("mo_table_col_max", parameters=_THREE_TEXTS, result=types.VARCHAR, deterministic=False, context=True)
def mo_table_col_max(context: Context, database: str, table: str, column: str) -> Any:
    """Greatest value of a column as text, NULL for a column that does not exist."""
    return _extreme(context, database, table, column, "max")


@scalar("mo_table_col_min", parameters=_THREE_TEXTS, result=types.VARCHAR, deterministic=False, context=True)
def mo_table_col_min(context: Context, database: str, table: str, column: str) -> Any:
    """Least value of a column as text, NULL for a column that does not exist."""
    return _extreme(context, database, table, column, "min")


def _extreme(context: Context, database: str, table: str, column: str, function: str) -> str | bytes | None:
    stored = _table(context, database, table)
    found = stored.by_name.get(column.lower())
    if found is None or stored.kind != "table":
        return None
    sql = f"SELECT {function}({found.physical}) FROM {stored.physical}"
    return render.text(context.session.connection.value(sql), found.type)


def _table(context: Context, database: str, table: str) -> Table:
    session = context.session
    found = session.catalog.database(context.principal.account_id, database)
    if found is None:
        raise ServerError(20101, f"internal error: db not exist: {database}(OkExpectedEOB)")
    stored: Table | None = session.catalog.permanent_table(found.id, table)
    if stored is None:
        raise no_such_table(database, table)
    return stored
