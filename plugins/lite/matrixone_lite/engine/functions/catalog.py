"""Functions about stored tables and the server's own control."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import render, types
from matrixone_lite.engine.errors import ServerError, internal, no_such_table, not_supported, unsupported
from matrixone_lite.engine.functions.registry import Accept, scalar

if TYPE_CHECKING:
    from matrixone_lite.engine.catalog import Table
    from matrixone_lite.engine.context import Context

_DATE: Final = re.compile(r"(?:^|/)([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})/")
_SERVICES: Final = {"dn", "tn", "cn"}
_NOTHING_TO_DO: Final = {"flush", "checkpoint", "synccommit", "globalcheckpoint"}
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


@scalar("mo_ctl", parameters=_THREE_TEXTS, result=types.VARCHAR, deterministic=False, context=True)
def mo_ctl(context: Context, service: str, command: str, _argument: str) -> str:
    """Control of the server: what asks for data to be on disk is fulfilled already, anything else is refused."""
    if context.principal.account_id:
        raise internal("do not have privilege to execute the statement")
    if service.lower() not in _SERVICES:
        raise not_supported(f"service type {service.upper()} not supported")
    if command.lower() not in _NOTHING_TO_DO:
        raise not_supported(f"command {command.upper()} not supported")
    answer = {"method": command.capitalize(), "result": [{"returnStr": "OK"}]}
    return json.dumps(answer, indent=2) + "\n"


@scalar("mo_table_rows", parameters=_TWO_TEXTS, result=types.BIGINT, deterministic=False, context=True)
def mo_table_rows(context: Context, database: str, table: str) -> int:
    """Number of rows of a table."""
    count: int = context.session.row_count_of(_table(context, database, table))
    return count


@scalar("mo_table_size", parameters=_TWO_TEXTS, result=types.BIGINT, deterministic=False, context=True)
def mo_table_size(context: Context, database: str, table: str) -> int:
    """Size of a table in bytes: not known here."""
    _table(context, database, table)
    raise unsupported("mo_table_size")


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
    if found is None:
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
