"""The SQLite tables and indexes behind a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import apsw

from matrixone_lite.engine import types
from matrixone_lite.engine.changes import duplicate_entry
from matrixone_lite.engine.errors import ServerError, internal
from matrixone_lite.engine.types import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.catalog import Column, Index, Table
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.storage import Row


def _declaration(column: Column) -> str:
    return f"{column.physical} COLLATE decimal" if column.type.kind is Kind.DECIMAL else column.physical


def create_storage(session: LiteSession, table: Table) -> None:
    """Create the SQLite table, its history and its indexes."""
    declared = ", ".join(map(_declaration, table.columns))
    session.connection.run(f"CREATE TABLE {table.physical} (_id INTEGER PRIMARY KEY, _ts INTEGER, {declared})")
    if not table.temporary:
        session.connection.run(
            f"CREATE TABLE {table.history} (_h INTEGER PRIMARY KEY, _id INTEGER, _ts INTEGER, _end INTEGER, {declared})"
        )
    for index in table.indexes:
        create_index(session, table, index)


def _index_name(table: Table, index: Index) -> str:
    schema = table.physical.partition(".")[0]
    return f'{schema}."i{table.storage}_{index.name.lower().replace(chr(34), "")}"'


def create_index(session: LiteSession, table: Table, index: Index) -> None:
    """Create the SQLite index, for the kinds that have one; error 1062 when a unique one finds duplicates."""
    if index.kind not in {"primary", "unique", "plain"}:
        return
    columns = ", ".join(table.by_name[name.lower()].physical for name in index.columns)
    unique = "UNIQUE " if index.unique else ""
    try:
        session.connection.run(f"CREATE {unique}INDEX {_index_name(table, index)} ON t{table.storage} ({columns})")
    except apsw.ConstraintError:
        raise _first_duplicate(session, table, index) from None


_HIDDEN_KEY: Final = "__mo_index_idx_col"
"""The column the server keeps the values of a composite index in, as errors of CREATE UNIQUE INDEX show it."""


def _first_duplicate(session: LiteSession, table: Table, index: Index) -> Exception:
    keys = ", ".join(table.by_name[name.lower()].physical for name in index.columns)
    listed = ", ".join(column.physical for column in table.columns)
    rows: Sequence[Row] = session.connection.run(
        f"SELECT {listed} FROM {table.physical} GROUP BY {keys} HAVING count(*) > 1 LIMIT 1"
    )
    if not rows:
        return internal("duplicate entry")
    error = duplicate_entry(table, index, rows[0])
    if index.kind == "unique" and len(index.columns) > 1:
        return ServerError(error.errno, error.message.replace(f"'{index.label}'", f"'{_HIDDEN_KEY}'"))
    return error


def drop_index(session: LiteSession, table: Table, index: Index) -> None:
    """Drop the SQLite index, if it has one."""
    session.connection.run(f"DROP INDEX IF EXISTS {_index_name(table, index)}")


def drop_storage(session: LiteSession, table: Table) -> None:
    """Drop the SQLite tables; only for temporary tables, since the rows of others stay for time travel."""
    if table.temporary:
        session.connection.run(f"DROP TABLE {table.physical}")


def end_rows(session: LiteSession, table: Table) -> None:
    """Delete all rows of a table, keeping them in its history; their numbers there are negative."""
    listed = ", ".join(column.physical for column in table.columns)
    if not table.temporary:
        session.connection.run(
            f"INSERT INTO {table.history} (_h, _id, _ts, _end, {listed}) "
            f"SELECT -? - row_number() OVER (), _id, _ts, ?, {listed} FROM {table.physical}",
            (session.store.take_history_ids(session.row_count_of(table)), session.store.now()),
        )
    session.connection.run(f"DELETE FROM {table.physical}")


def copy_rows(session: LiteSession, source: str, target: Table) -> None:
    """Copy rows from a SQLite table expression with the same column names, keeping their ids."""
    listed = ", ".join(column.physical for column in target.columns)
    sql = f"INSERT INTO {target.physical} (_id, _ts, {listed}) SELECT _id, ?, {listed} FROM {source}"
    session.connection.run(sql, (session.store.now(),))


def can_be_indexed(column: Column) -> bool:
    """Whether a plain or unique index may contain the column."""
    return column.type.kind not in types.VECTORS | {Kind.TEXT, Kind.BLOB, Kind.JSON}
