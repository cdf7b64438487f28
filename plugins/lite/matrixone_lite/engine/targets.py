"""The tables that statements change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matrixone_lite.engine.errors import internal, invalid_input, no_such_table
from matrixone_lite.engine.namespace import current_database

if TYPE_CHECKING:
    from matrixone_lite.engine.catalog import Database, Table
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.sql import ast


def target_table(session: LiteSession, name: ast.Name) -> tuple[Database, Table]:
    """The stored table a statement changes.

    :raises ServerError: 1146 when there is none, 20101 when it may not be changed
    """
    if name.database is None and not session.database:
        raise no_such_table("", name.name)
    database = current_database(session, name.database)
    if database.publisher is not None:
        raise internal("cannot insert/update/delete from public table")
    table = session.catalog.table(database.id, name.name)
    if table is None:
        raise no_such_table(database.name, name.name)
    if table.kind != "table":
        raise invalid_input(f"cannot insert/update/delete from {table.kind}")
    return database, table
