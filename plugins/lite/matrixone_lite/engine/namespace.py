"""What names of databases and tables stand for, subscriptions included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matrixone_lite.engine import publications
from matrixone_lite.engine.errors import ServerError
from matrixone_lite.engine.system import SYSTEM_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matrixone_lite.engine.catalog import Database, Table
    from matrixone_lite.engine.session import LiteSession


def current_database(session: LiteSession, name: str | None, at: int | None = None) -> Database:
    """The database of that name, or the session's own.

    :param at: the moment to look at; now when None
    :raises ServerError: 1046 when there is none selected, 1049 when there is none of that name
    """
    name = name or session.database
    if not name:
        raise ServerError(1046, "No database selected")
    return session.catalog.require_database(session.principal.account_id, name, at)


def tables_of(session: LiteSession, database: Database, at: int | None = None) -> Iterator[Table]:
    """The stored tables, views and sequences of a database; of a subscription those it shows, without views."""
    if database.publisher is None:
        yield from session.catalog.tables(database.id, at)
        return
    publication = publications.published(session.catalog, session.principal, database.publisher)
    source = session.catalog.database(publication.account, publication.database, at)
    if source is not None:
        tables = session.catalog.tables(source.id, at)
        yield from (table for table in tables if table.kind == "table" and publication.shows(table.name))


def find_table(session: LiteSession, database: Database, name: str, at: int | None = None) -> Table | None:
    """The stored table, view or sequence of that name, through a subscription if the database is one."""
    if database.publisher is None:
        return session.catalog.table(database.id, name, at)
    publication = publications.published(session.catalog, session.principal, database.publisher)
    source = session.catalog.database(publication.account, publication.database, at)
    if source is None or not publication.shows(name):
        return None
    return session.catalog.table(source.id, name, at)


def visible_tables(session: LiteSession, database: Database, at: int | None = None) -> list[tuple[str, str]]:
    """Names and types (BASE TABLE, VIEW) of what SHOW TABLES lists."""
    found = [
        (table.name, "VIEW" if table.kind == "view" else "BASE TABLE")
        for table in tables_of(session, database, at)
        if table.kind != "sequence"
    ]
    if database.system:
        found += [
            (table.name, "VIEW" if table.view else "BASE TABLE")
            for table in SYSTEM_TABLES.values()
            if table.database == database.name and table.shown_to(session.principal.account_id)
        ]
    return sorted(found)
