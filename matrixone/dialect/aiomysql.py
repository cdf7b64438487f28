"""``matrixone+aiomysql://``."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from typing import TYPE_CHECKING, Any

import aiomysql
from pymysql.constants import CR
from sqlalchemy.dialects.mysql.aiomysql import MySQLDialect_aiomysql
from sqlalchemy.util import await_only

from matrixone.dialect.base import MatrixOneDialect

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine.interfaces import DBAPIConnection

_FAREWELL = 5.0  # seconds


class MatrixOneDialect_aiomysql(MatrixOneDialect, MySQLDialect_aiomysql):  # noqa: N801 - SQLAlchemy's convention: dialect, driver
    """MatrixOne through aiomysql."""

    driver = "aiomysql"
    supports_statement_cache = True

    def connect(self, *args: Any, **options: Any) -> DBAPIConnection:
        """Connect; ``connect_timeout`` is for the whole of it, the login included."""
        limit = options.get("connect_timeout")
        if limit is not None and "async_creator_fn" not in options:
            options["async_creator_fn"] = functools.partial(_connect_in_time, float(limit))
        return super().connect(*args, **options)

    def on_connect(self) -> Callable[[DBAPIConnection], None]:
        """As for every driver, and let the connection escape bytes: aiomysql 0.3 asks PyMySQL 1.2 for that in vain."""
        autocommit = super().on_connect()

        def on_connect(dbapi_connection: DBAPIConnection) -> None:
            autocommit(dbapi_connection)
            driver_connection: Any = self.get_driver_connection(dbapi_connection)
            driver_connection.escape = functools.partial(_escape, driver_connection)

        return on_connect

    def do_close(self, dbapi_connection: DBAPIConnection) -> None:
        """Close; over TLS wait for the server's farewell, too: the event loop may end right after."""
        driver_connection: Any = self.get_driver_connection(dbapi_connection)
        writer = driver_connection._writer
        super().do_close(dbapi_connection)  # type: ignore[no-untyped-call]
        if writer is not None and writer.get_extra_info("ssl_object") is not None:
            await_only(_closed(writer))


async def _closed(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, TimeoutError):
        await asyncio.wait_for(writer.wait_closed(), _FAREWELL)


async def _connect_in_time(limit: float, *args: Any, **options: Any) -> Any:
    try:
        return await asyncio.wait_for(aiomysql.connect(*args, **options), limit)
    except TimeoutError as error:
        message = f"Can't connect to MySQL server on {options.get('host')!r} (timed out)"
        raise aiomysql.OperationalError(CR.CR_CONN_HOST_ERROR, message) from error


def _escape(connection: Any, value: Any) -> str:
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"  # as PyMySQL writes them
    return str(type(connection).escape(connection, value))


dialect = MatrixOneDialect_aiomysql
