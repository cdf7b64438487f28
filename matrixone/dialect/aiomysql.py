"""``matrixone+aiomysql://``."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.mysql.aiomysql import MySQLDialect_aiomysql

from matrixone.dialect.base import MatrixOneDialect

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine.interfaces import DBAPIConnection


class MatrixOneDialect_aiomysql(MatrixOneDialect, MySQLDialect_aiomysql):  # noqa: N801 - SQLAlchemy's convention: dialect, driver
    """MatrixOne through aiomysql."""

    driver = "aiomysql"
    supports_statement_cache = True

    def on_connect(self) -> Callable[[DBAPIConnection], None]:
        """As for every driver, and let the connection escape bytes: aiomysql 0.3 asks PyMySQL 1.2 for that in vain."""
        autocommit = super().on_connect()

        def on_connect(dbapi_connection: DBAPIConnection) -> None:
            autocommit(dbapi_connection)
            driver_connection: Any = self.get_driver_connection(dbapi_connection)
            driver_connection.escape = functools.partial(_escape, driver_connection)

        return on_connect


def _escape(connection: Any, value: Any) -> str:
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"  # as PyMySQL writes them
    return str(type(connection).escape(connection, value))


dialect = MatrixOneDialect_aiomysql
