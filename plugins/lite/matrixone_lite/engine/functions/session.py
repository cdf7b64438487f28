"""Functions about the session, the server and the present moment."""

from __future__ import annotations

import time
import uuid
from datetime import UTC
from typing import TYPE_CHECKING

from matrixone_lite.engine import types
from matrixone_lite.engine.errors import ServerError, invalid_argument
from matrixone_lite.engine.functions.registry import Accept, scalar, special
from matrixone_lite.engine.storage import UserFunction
from matrixone_lite.engine.temporal import datetime_text
from matrixone_lite.engine.types import Kind, Type
from matrixone_lite.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.bound import Bound
    from matrixone_lite.engine.context import Context
    from matrixone_lite.sql import ast

_HIGHEST_SCALE = 6
_NAP = 0.05


@scalar("version", result=types.VARCHAR)
def version() -> str:
    """The server's version, which says that it is this one."""
    return VERSION


@scalar("database", "schema", result=types.VARCHAR, deterministic=False, context=True)
def database(context: Context) -> str:
    """The current database, empty without one."""
    return context.database


@scalar("user", "current_user", "session_user", "system_user", result=types.VARCHAR, deterministic=False, context=True)
def user(context: Context) -> str:
    """Who is logged in."""
    return f"{context.principal.user}@localhost"


@scalar("current_user_name", result=types.VARCHAR, deterministic=False, context=True)
def current_user_name(context: Context) -> str:
    """The user's name."""
    return context.principal.user


@scalar("current_user_id", result=types.UINT, deterministic=False, context=True)
def current_user_id(context: Context) -> int:
    """The user's id."""
    return context.principal.user_id


@scalar("current_account_name", result=types.VARCHAR, deterministic=False, context=True)
def current_account_name(context: Context) -> str:
    """The account's name."""
    return context.principal.account


@scalar("current_account_id", result=types.UINT, deterministic=False, context=True)
def current_account_id(context: Context) -> int:
    """The account's id."""
    return context.principal.account_id


@scalar("current_role_name", "current_role", result=types.VARCHAR, deterministic=False, context=True)
def current_role_name(context: Context) -> str:
    """The role's name."""
    return context.principal.role


@scalar("current_role_id", result=types.UINT, deterministic=False, context=True)
def current_role_id(context: Context) -> int:
    """The role's id."""
    return context.principal.role_id


@scalar("connection_id", result=types.UBIGINT, deterministic=False, context=True)
def connection_id(context: Context) -> int:
    """The connection's number, for KILL."""
    return context.connection_id


@scalar("last_insert_id", result=types.UBIGINT, deterministic=False, context=True)
def last_insert_id(context: Context) -> int:
    """The last generated key."""
    return context.last_insert_id


@scalar("row_count", result=types.BIGINT, deterministic=False, context=True)
def row_count(context: Context) -> int:
    """Rows the last statement changed, -1 after a query."""
    return context.row_count


@scalar("found_rows", result=types.UBIGINT)
def found_rows() -> int:
    """Always 0, as in the server."""
    return 0


@scalar("sleep", parameters=[Accept.DOUBLE], result=types.BOOL, deterministic=False, context=True)
def sleep(context: Context, seconds: float) -> int:
    """Do nothing for a while; KILL QUERY ends it."""
    deadline = time.monotonic() + seconds
    while (remaining := deadline - time.monotonic()) > 0:
        if context.session.was_interrupted():
            raise ServerError(1105, "context canceled")
        time.sleep(min(remaining, _NAP))
    return 0


@scalar("uuid", result=types.VARCHAR, deterministic=False)
def uuid_text() -> str:
    """A new UUID."""
    return str(uuid.uuid4())


def _clock(name: str, kind: Kind, *, utc: bool) -> None:
    def read(context: Context, scale: int) -> str:
        moment = context.moment.astimezone(UTC if utc else context.zone).replace(tzinfo=None)
        return datetime_text(moment, scale)

    function = UserFunction(f"clock_{name}", read, deterministic=False, context=True)

    @special(name, most=1)
    def bind(binder: Binder, args: Sequence[Bound], _call: ast.Function) -> Bound:
        if args and (args[0].kind not in types.INTEGERS or not args[0].literal):
            raise invalid_argument(f"function {name}, bad value [{args[0].type.named}]")
        scale = int(args[0].text) if args else 0
        if not 0 <= scale <= _HIGHEST_SCALE:
            raise ServerError(1426, f"Too-big precision {scale} specified for '{name}'. Maximum is 6.")
        return binder.call(function, Type(kind, scale=scale), str(scale))


for _name in ("now", "current_timestamp", "localtime", "localtimestamp"):
    _clock(_name, Kind.TIMESTAMP, utc=False)
_clock("sysdate", Kind.TIMESTAMP, utc=False)
_clock("utc_timestamp", Kind.DATETIME, utc=True)


@scalar("curdate", "current_date", result=types.DATE, deterministic=False, context=True)
def current_date(context: Context) -> date:
    """Today in the session's time zone."""
    return context.now.date()


@scalar("utc_date", result=types.DATE, deterministic=False, context=True)
def utc_date(context: Context) -> date:
    """Today in UTC."""
    return context.moment.date()


@scalar("curtime", "current_time", result=types.TIME, deterministic=False, context=True)
def current_time(context: Context) -> int:
    """The time of day in the session's time zone."""
    moment: datetime = context.now
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1_000_000
