"""The rows of hidden tables of full-text indexes are numbered, and LAST_INSERT_ID() shows the last of these numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matrixone_lite.engine import hidden_tables
from matrixone_lite.engine.fulltext.tokens import document_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.catalog import Index, Table
    from matrixone_lite.engine.session import LiteSession


def number_words(session: LiteSession, table: Table, rows: Sequence[Sequence[Any]]) -> int:
    """Number what the indexes of a table will have of new rows; the last number of the first, 0 without any."""
    last = 0
    for index in reversed(table.indexes):
        if index.kind != "fulltext" or "async" in dict(index.options):
            continue
        count = sum(_count(table, index, row) for row in rows)
        if count:
            last = _take(session, table, index, count) + count - 1
    return last


def reset_words(session: LiteSession, table: Table) -> None:
    """Begin anew with the numbers of a table that has been emptied."""
    for index in table.indexes:
        session.store.counters.reset(_counter(table, index), 1)


def _counter(table: Table, index: Index) -> str:
    return f"words {table.storage} {index.name}"


def _count(table: Table, index: Index, row: Sequence[Any]) -> int:
    """The words of a row and, if it has any, the row of the index that says how many."""
    names = {name.lower() for name in index.columns}
    values = (value for column, value in zip(table.columns, row, strict=True) if column.name.lower() in names)
    words = sum(1 for _ in document_tokens([str(value) for value in values if value is not None], index.parser))
    return words + 1 if words else 0


def _take(session: LiteSession, table: Table, index: Index, count: int) -> int:
    def first() -> int:
        words = hidden_tables.of_index(table, index)[0]
        return 1 + sum(1 for _ in words.rows(session.connection, table.physical))

    taken: int = session.store.counters.take(_counter(table, index), count, first)
    return taken
