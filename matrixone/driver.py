"""Statements sent on a driver's connection below SQLAlchemy: while it is made, taken from the pool, or begun."""

from __future__ import annotations

from typing import Any


def send(dbapi_connection: Any, statement: str, values: tuple[Any, ...] | None = None) -> None:
    """Run a statement that answers no rows.

    Args:
        dbapi_connection: The driver's connection, or SQLAlchemy's adapter or proxy of one.
        statement: SQL text.
        values: For its ``%s``; None if it has none.
    """
    cursor = dbapi_connection.cursor()
    try:
        cursor.execute(statement, values)
    finally:
        cursor.close()
