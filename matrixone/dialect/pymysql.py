"""``matrixone://`` and ``matrixone+pymysql://``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matrixone.dialect.base import MatrixOneDialect

if TYPE_CHECKING:
    from sqlalchemy import URL
    from sqlalchemy.engine.interfaces import Dialect


class MatrixOneDialect_pymysql(MatrixOneDialect):  # noqa: N801 - SQLAlchemy's convention: dialect, driver
    """MatrixOne through PyMySQL."""

    driver = "pymysql"
    supports_statement_cache = True

    @classmethod
    def get_async_dialect_cls(cls, url: URL) -> type[Dialect]:
        """Let an asynchronous engine use aiomysql where the URL names no driver."""
        if "+" in url.drivername:
            return cls
        from matrixone.dialect.aiomysql import MatrixOneDialect_aiomysql

        return MatrixOneDialect_aiomysql


dialect = MatrixOneDialect_pymysql
