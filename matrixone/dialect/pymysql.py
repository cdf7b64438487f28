"""``matrixone://`` and ``matrixone+pymysql://``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from matrixone.dialect.base import MatrixOneDialect

if TYPE_CHECKING:
    from sqlalchemy import URL
    from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect


class MatrixOneDialect_pymysql(MatrixOneDialect):  # noqa: N801 - SQLAlchemy's convention: dialect, driver
    """MatrixOne through PyMySQL."""

    driver = "pymysql"
    supports_statement_cache = True

    def connect(self, *args: Any, **options: Any) -> DBAPIConnection:
        """Connect; ``connect_timeout`` is also for each answer of the server until the login is done."""
        reading = {"read_timeout": options.get("connect_timeout")}
        connection: Any = super().connect(*args, **{**reading, **options})
        connection._read_timeout = options.get("read_timeout")
        return cast("DBAPIConnection", connection)

    @classmethod
    def get_async_dialect_cls(cls, url: URL) -> type[Dialect]:
        """Let an asynchronous engine use aiomysql where the URL names no driver."""
        if "+" in url.drivername:
            return cls
        from matrixone.dialect.aiomysql import MatrixOneDialect_aiomysql

        return MatrixOneDialect_aiomysql


dialect = MatrixOneDialect_pymysql
