"""Copies of tables and databases as they were at a moment: what CLONE and RESTORE are made of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import apsw

from matrixone_lite.engine import physical
from matrixone_lite.engine.errors import unsupported
from matrixone_lite.engine.loose_keys import unchecked
from matrixone_lite.engine.sources import past_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.catalog import Database, ForeignKey, Table
    from matrixone_lite.engine.session import LiteSession

_COPIED: Final = frozenset(("table", "view"))
_INDEX_ORDER: Final = {"primary": 0, "unique": 1, "fulltext": 2}
"""In which order a copy shows its indexes; others come last."""
_NEXT_OF_COPIES: Final = 10001
"""Generated numbers of a copy go on behind the numbers the server had reserved for the original."""


def rows_of(table: Table, at: int | None) -> str:
    """The rows of a table now or at a moment, as a SQLite table expression."""
    return table.physical if at is None else past_rows(table, at)


def copy_table(session: LiteSession, source: Table, at: int | None, database: Database, name: str) -> Table:
    """Make a table with the definition and the rows of another.

    :param at: the moment whose rows count; now when None
    :param database: where the copy goes
    """
    return _copy(session, source, at, database, name, {})


def copy_tables(
    session: LiteSession, sources: Sequence[Table], at: int | None, database: Database
) -> list[tuple[Table, Table]]:
    """Copy tables and views that belong together: foreign keys among them point at the copies.

    Sequences and external tables are left out, as the server leaves them out.

    :return: the tables with their copies
    """
    copies: dict[int, int] = {}
    waiting = [source for source in sources if source.kind == "table"]
    for source in waiting:
        copies[source.id] = session.catalog.next_id()
    found = [
        (source, _copy(session, source, at, database, source.name, copies))
        for source in sources
        if source.kind in _COPIED
    ]
    return [(source, copy) for source, copy in found if copy.kind == "table"]


def _copy(
    session: LiteSession, source: Table, at: int | None, database: Database, name: str, copies: dict[int, int]
) -> Table:
    catalog, now = session.catalog, session.store.now()
    identity = copies.get(source.id) or catalog.next_id()
    known = {source.id: identity, **copies}
    copy = source.with_changes(
        id=identity,
        kind="view" if source.kind == "view" else "table",
        storage=identity,
        database=database.id,
        name=name.lower(),
        temporary=False,
        generation=0,
        created=now,
        indexes=tuple(sorted(source.indexes, key=lambda index: _INDEX_ORDER.get(index.kind, len(_INDEX_ORDER)))),
        foreign_keys=tuple(_repointed(session, key, database, known) for key in source.foreign_keys),
        attributes=_attributes(session, source, at, database),
    )
    if copy.kind != "view":
        physical.create_storage(session, copy)
        _copy_rows(session, rows_of(source, at), copy)
        _continue_numbers(session, copy)
    catalog.add_table(copy)
    return copy


def _copy_rows(session: LiteSession, rows: str, copy: Table) -> None:
    """Copy rows; duplicates that LOAD DATA let into the original are copied as well."""
    try:
        physical.copy_rows(session, rows, copy)
    except apsw.ConstraintError:
        with unchecked(session, copy):
            physical.copy_rows(session, rows, copy)


def append_rows(session: LiteSession, source: Table, at: int | None, target: Table) -> None:
    """Add the rows of a table to another with the same columns, past its keys."""
    if [column.type for column in source.columns] != [column.type for column in target.columns]:
        raise unsupported(f"clones into a table of other columns ({target.name})")
    into = ", ".join(column.physical for column in target.columns)
    listed = ", ".join(column.physical for column in source.columns)
    rows = rows_of(source, at)
    with unchecked(session, target):
        session.connection.run(
            f"INSERT INTO {target.physical} (_ts, {into}) SELECT ?, {listed} FROM {rows}",
            (session.store.now(),),
        )
    session.store.counters.raise_to(
        f"row {target.storage}", session.connection.value(f"SELECT max(_id) FROM {target.physical}") or 0, lambda: 1
    )


def _repointed(session: LiteSession, key: ForeignKey, database: Database, known: dict[int, int]) -> ForeignKey:
    """A foreign key of a copy: to the copy of its parent, else to the parent that has the name today."""
    if key.parent in known:
        return replace(key, parent=known[key.parent])
    if session.catalog.table_by_id(key.parent) is not None:
        return key
    parent = session.catalog.permanent_table(database.id, key.parent_name)
    return replace(key, parent=0 if parent is None else parent.id)


def _attributes(session: LiteSession, source: Table, at: int | None, database: Database) -> dict[str, Any]:
    """Attributes of a copy; a view looks into its own database."""
    attributes = dict(source.attributes)
    home = session.catalog.database_by_id(source.database, at)
    if source.kind == "view" and home is not None and attributes.get("database") == home.name:
        attributes["database"] = database.name
    return attributes


def _continue_numbers(session: LiteSession, copy: Table) -> None:
    """Let generated numbers, those of rows without a key included, go on where the server lets them go on."""
    counted = {f"row {copy.storage}": "_id"}
    if copy.auto_increment is not None:
        counted[f"auto {copy.id}"] = copy.auto_increment.physical
    for counter, column in counted.items():
        largest = session.connection.value(f"SELECT max({column}) FROM {copy.physical}")
        session.store.counters.reset(counter, max(_NEXT_OF_COPIES, int(largest or 0) + 1))
