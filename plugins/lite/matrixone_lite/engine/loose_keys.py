"""Keys of tables LOAD DATA has put duplicates into: they are stored, and later statements are checked all the same.

A unique SQLite index cannot hold such rows. It is replaced by a plain index and by triggers that refuse new duplicates
in its words.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from matrixone_lite.engine.physical import create_index, drop_index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matrixone_lite.engine.catalog import Index, Table
    from matrixone_lite.engine.session import LiteSession


@contextmanager
def unchecked(session: LiteSession, table: Table) -> Iterator[None]:
    """Do not check the unique keys of a table meanwhile; from then on triggers check them."""
    session.transactions.bind_to_sqlite()
    for number, index in enumerate(table.unique_indexes):
        drop_index(session, table, index)
        for event in ("insert", "update"):
            session.connection.run(f"DROP TRIGGER IF EXISTS {_trigger(table, event, number)}")
        create_index(session, table, replace(index, kind="plain"))
    yield
    for number, index in enumerate(table.unique_indexes):
        for event in ("insert", "update"):
            session.connection.run(_definition(table, index, event, number))


def _trigger(table: Table, event: str, number: int) -> str:
    return f"{table.physical.partition('.')[0]}.{event}_{table.storage}_{number}"


def _definition(table: Table, index: Index, event: str, number: int) -> str:
    names = [table.by_name[name.lower()].physical for name in index.columns]
    given = " AND ".join(f"NEW.{name} IS NOT NULL" for name in names)
    same = " AND ".join(f"{name} = NEW.{name}" for name in names)
    stored = f"t{table.storage}"
    changed = (
        "" if event == "insert" else " AND (" + " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in names) + ")"
    )
    text = "UNIQUE constraint failed: " + ", ".join(f"{stored}.{name}" for name in names)
    found = f"EXISTS (SELECT 1 FROM {stored} WHERE {same})"
    return (
        f"CREATE TRIGGER {_trigger(table, event, number)} BEFORE {event.upper()} ON {stored} "
        f"WHEN {given}{changed} AND {found} BEGIN SELECT RAISE(ABORT, '{text}'); END"
    )
