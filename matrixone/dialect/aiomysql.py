"""``matrixone+aiomysql://``."""

from __future__ import annotations

from sqlalchemy.dialects.mysql.aiomysql import MySQLDialect_aiomysql

from matrixone.dialect.base import MatrixOneDialect


class MatrixOneDialect_aiomysql(MatrixOneDialect, MySQLDialect_aiomysql):  # noqa: N801 - SQLAlchemy's convention: dialect, driver
    """MatrixOne through aiomysql."""

    driver = "aiomysql"
    supports_statement_cache = True


dialect = MatrixOneDialect_aiomysql
