"""The tables that statements change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matrixone_lite.engine.accounts import NO_PRIVILEGE
from matrixone_lite.engine.errors import internal, invalid_input, no_such_table
from matrixone_lite.engine.external_files import is_writable
from matrixone_lite.engine.namespace import current_database
from matrixone_lite.engine.system import SYSTEM_TABLES

if TYPE_CHECKING:
    from matrixone_lite.engine.catalog import Database, Table
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.sql import ast


def target_table(session: LiteSession, name: ast.Name, *, to_append: bool = False) -> tuple[Database, Table]:
    """The stored table a statement changes.

    :param to_append: nothing but adding rows is wanted, which is possible with some external tables
    :raises ServerError: 1146 when there is none, 20101 or 20301 when it may not be changed
    """
    if name.database is None and not session.database:
        raise no_such_table("", name.name)
    database = current_database(session, name.database)
    if database.publisher is not None:
        raise internal("cannot insert/update/delete from public table")
    table = session.catalog.table(database.id, name.name)
    if table is None:
        refuse_system_table(session, database, name.name)
        raise no_such_table(database.name, name.name)
    if table.kind != "table" and not (to_append and is_writable(table)):
        what = "external table" if table.kind == "external" else table.kind
        raise invalid_input(f"cannot insert/update/delete from {what}")
    return database, table


def refuse_system_table(session: LiteSession, database: Database, name: str) -> None:
    """Raise 20101, or 20301 for a view, if that is a table the server computes; nobody may change those."""
    found = SYSTEM_TABLES.get((database.name, name.lower()))
    if found is not None and found.shown_to(session.principal.account_id):
        if found.view or database.name == "information_schema":
            raise invalid_input("cannot insert/update/delete from view")
        raise internal(NO_PRIVILEGE)
