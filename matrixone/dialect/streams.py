"""Results that are fetched while they are read: one a connection, and its rows come before everything else.

PyMySQL and aiomysql read an unfinished result to its end when the next statement is sent, throw its rows away, and
answer the next fetch as if there had been no more. Here the rows are thrown away only when the transaction ends, and
whoever reads on is told.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy.util import await_only

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIModule

_ABANDONED = "the transaction ended while this streamed result was open: the rest of its rows is gone"


def open_stream(driver_connection: Any) -> Any | None:
    """The driver's result that is not read to its end, if there is one."""
    result = getattr(driver_connection, "_result", None)
    return result if getattr(result, "unbuffered_active", False) else None


def abandon_stream(driver_connection: Any, dbapi: DBAPIModule) -> None:
    """Read an open result to its end, which the protocol demands, and let further fetches from it raise."""
    result = open_stream(driver_connection)
    if result is None:
        return
    reading = result._finish_unbuffered_query()
    if inspect.isawaitable(reading):
        await_only(reading)
    _let_fetches_raise(result, dbapi.InterfaceError(_ABANDONED))


def break_stream(driver_connection: Any, error: BaseException) -> None:
    """Let further fetches from an open result raise, and its finalizers not read from a connection that is lost."""
    result = open_stream(driver_connection)
    if result is not None:
        result.unbuffered_active, result.connection = False, None
        _let_fetches_raise(result, error)


def _let_fetches_raise(result: Any, error: BaseException) -> None:
    def fetch() -> NoReturn:
        raise error

    result._read_rowdata_packet_unbuffered = fetch
