"""The only writers of rows: insertion, update and deletion with their constraints and the history of old rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import apsw

from matrixone_lite.engine import foreign_keys, render
from matrixone_lite.engine.errors import ServerError, internal
from matrixone_lite.engine.fulltext.numbering import number_words
from matrixone_lite.engine.partitions import placement
from matrixone_lite.engine.rows import RowFunction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matrixone_lite.engine.catalog import Index, Table
    from matrixone_lite.engine.partitions import Placement
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Value

Values = list[Any]
"""The values of a row, in the order of the table's columns."""


class Writer:
    """Changes rows of one table on behalf of a session.

    ``last_word`` is the number a full-text index has given last, 0 for none.
    """

    def __init__(self, session: LiteSession, table: Table) -> None:
        self._session = session
        self._connection = session.connection
        self.table = table
        self._ts = session.store.now()
        session.transactions.moments.add(self._ts)
        if table.temporary:
            session.transactions.bind_to_sqlite()
        self._not_null = [(n, column.name) for n, column in enumerate(table.columns) if not column.nullable]
        self._generated = [n for n, column in enumerate(table.columns) if column.generated is not None]
        names = [column.physical for column in table.columns]
        marks = ", ".join("?" * (len(names) + 2))
        self._insert_sql = f"INTO {table.physical} (_id, _ts, {', '.join(names)}) VALUES ({marks})"
        self.last_word = 0
        self._compute: RowFunction | None = None
        self._checks: RowFunction | None = None
        self._placement: Placement | None = None

    # ------------------------------------------------------------------ insertion
    def prepare(self, rows: Sequence[Values], *, ignore: bool = False) -> list[Values]:
        """Fill generated columns and check NOT NULL and CHECK.

        :param ignore: leave out rows that violate a CHECK
        :raises ServerError: 3819
        """
        self.fill_generated(rows)
        for n, name in self._not_null:
            for row in rows:
                if row[n] is None:
                    raise ServerError(3819, f"constraint violation: Column '{name}' cannot be null")
        kept = [row for row in rows if not self.table.checks or self._fulfils_checks(row, ignore=ignore)]
        self._check_partitions(kept)
        return kept

    def _check_partitions(self, rows: Sequence[Values]) -> None:
        if "partitioning" in self.table.attributes:
            self._placement = self._placement or placement(self._session, self.table)
            if self._placement is not None:
                self._placement.check(rows)

    def fill_generated(self, rows: Sequence[Values]) -> None:
        """Compute generated columns in place."""
        if not self._generated:
            return
        if self._compute is None:
            columns = [self.table.columns[n] for n in self._generated]
            exprs = [column.generated for column in columns if column.generated is not None]
            self._compute = RowFunction(self._session, self.table, exprs, [column.type for column in columns])
        for row in rows:
            for n, value in zip(self._generated, self._compute(row), strict=True):
                row[n] = value

    def _fulfils_checks(self, row: Values, *, ignore: bool) -> bool:
        checks = self.table.checks
        if self._checks is None:
            self._checks = RowFunction(
                self._session, self.table, [check.expr for check in checks], [None] * len(checks)
            )
        for check, result in zip(checks, self._checks(row), strict=True):
            if result is not None and not result:
                if ignore:
                    return False
                raise ServerError(3819, f"constraint violation: Check constraint '{check.name}' is violated")
        return True

    def insert(self, rows: Sequence[Values], *, ignore: bool = False) -> list[int]:
        """Insert prepared rows.

        :param ignore: leave out rows that are duplicates
        :return: the ids of the rows inserted
        :raises ServerError: 1062 for a duplicate, 20101 for a missing parent
        """
        if not rows:
            return []
        foreign_keys.check_parents(self._session, self.table, rows, internal(foreign_keys.NO_PARENT))
        self.last_word = number_words(self._session, self.table, rows) or self.last_word
        first = self._session.store.counters.take(f"row {self.table.storage}", len(rows), self._first_row_id)
        self._insert_with_ids(range(first, first + len(rows)), rows, "INSERT OR IGNORE " if ignore else "INSERT ")
        if not ignore:
            return list(range(first, first + len(rows)))
        found = self._connection.run(f"SELECT _id FROM {self.table.physical} WHERE _id >= ? ORDER BY _id", (first,))
        return [identity for (identity,) in found]

    def _first_row_id(self) -> int:
        largest = self._connection.value(f"SELECT max(_id) FROM {self.table.physical}")
        return (largest or 0) + 1

    def _insert_with_ids(self, ids: Sequence[int], rows: Sequence[Values], verb: str) -> None:
        current: Values = []

        def bindings() -> Iterator[Sequence[Any]]:
            nonlocal current
            for identity, row in zip(ids, rows, strict=True):
                current = row
                yield (identity, self._ts, *row)

        try:
            self._connection.run_many(verb + self._insert_sql, bindings())
        except apsw.ConstraintError as error:
            raise self._duplicate(error, current) from None

    def _duplicate(self, error: apsw.ConstraintError, row: Values) -> ServerError:
        """The first key in order that is taken: SQLite names any."""
        index = next((index for index in self.table.unique_indexes if self._with_key(index, row)), None)
        return internal(str(error)) if index is None else duplicate_entry(self.table, index, row)

    # ------------------------------------------------------------------ conflicts
    def conflicts(self, row: Values) -> list[int]:
        """Ids of the stored rows that have a unique key of ``row``, in order of the keys."""
        found = [identity for index in self.table.unique_indexes for identity in self._with_key(index, row)]
        return list(dict.fromkeys(found))

    def _with_key(self, index: Index, row: Values) -> list[int]:
        """Ids of the stored rows that have the same values in an index's columns."""
        key = key_values(self.table, index, row)
        if None in key:
            return []
        where = " AND ".join(f"{self.table.by_name[name.lower()].physical} = ?" for name in index.columns)
        rows = self._connection.run(f"SELECT _id FROM {self.table.physical} WHERE {where}", key)
        return [identity for (identity,) in rows]

    def read(self, identity: int) -> Values:
        """The values of a stored row."""
        names = ", ".join(column.physical for column in self.table.columns)
        return list(self._connection.run(f"SELECT {names} FROM {self.table.physical} WHERE _id = ?", (identity,))[0])

    # ------------------------------------------------------------------ update
    def update(self, changes: Sequence[tuple[int, Values, Values]], *, cascading: bool = False) -> None:
        """Give rows new values.

        :param changes: id, old values and new values of each row
        :param cascading: the parents are being changed, too, and need no check
        :raises ServerError: 3819 for NULL, 1062, 1452, 1217
        """
        news = [new for _, _, new in changes]
        self.fill_generated(news)
        for n, name in self._not_null:
            if any(new[n] is None for new in news):
                raise ServerError(3819, f"constraint violation: Column '{name}' cannot be null")
        self._check_partitions(news)
        if not cascading:
            error = ServerError(1452, foreign_keys.NO_PARENT)
            foreign_keys.check_parents(self._session, self.table, news, error, [old for _, old, _ in changes])
        assigned = [n for n in range(len(self.table.columns)) if any(old[n] != new[n] for _, old, new in changes)]
        if assigned:
            self._number_changed_words(changes, assigned)
            self._remember([identity for identity, _, _ in changes])
            self._write_update(changes, assigned)
        foreign_keys.after_update(self._session, self.table, changes)

    def _number_changed_words(self, changes: Sequence[tuple[int, Values, Values]], assigned: Sequence[int]) -> None:
        changed = {self.table.columns[n].name.lower() for n in assigned}
        indexed = [index for index in self.table.indexes if changed & {name.lower() for name in index.columns}]
        table = self.table.with_changes(indexes=tuple(indexed))
        self.last_word = number_words(self._session, table, [new for _, _, new in changes]) or self.last_word

    def _write_update(self, changes: Sequence[tuple[int, Values, Values]], assigned: Sequence[int]) -> None:
        columns = self.table.columns
        sets = ", ".join(f"{columns[n].physical} = ?" for n in assigned)
        sql = f"UPDATE {self.table.physical} SET _ts = ?, {sets} WHERE _id = ?"
        current: Values = []

        def bindings() -> Iterator[Sequence[Any]]:
            nonlocal current
            for identity, _, new in changes:
                current = new
                yield (self._ts, *(new[n] for n in assigned), identity)

        self._connection.run("SAVEPOINT renumber")
        try:
            self._connection.run_many(sql, bindings())
        except apsw.ConstraintError:
            # SQLite checks uniqueness row by row: take all rows out before any goes in again
            self._connection.run("ROLLBACK TO renumber")
            self._delete_rows([identity for identity, _, _ in changes])
            self._insert_with_ids([identity for identity, _, _ in changes], [new for _, _, new in changes], "INSERT ")
        self._connection.run("RELEASE renumber")

    # ------------------------------------------------------------------ deletion
    def delete(self, ids: Sequence[int], *, wholesale: bool = False) -> int:
        """Delete rows, and what cascades from them.

        :param wholesale: all rows, because no condition was given; change data capture does not see that
        :return: how many rows were deleted or changed, in this table and others
        :raises ServerError: 20101 for a row that is referenced
        """
        cascaded = foreign_keys.before_delete(self._session, self.table, ids)
        self._remember(ids, sign=-1 if wholesale else 1)
        self._delete_rows(ids)
        return len(ids) + cascaded

    def _delete_rows(self, ids: Sequence[int]) -> None:
        self._connection.run_many(f"DELETE FROM {self.table.physical} WHERE _id = ?", ((identity,) for identity in ids))

    def _remember(self, ids: Sequence[int], sign: int = 1) -> None:
        """Copy rows that are about to change into the history, those deleted wholesale with negative numbers."""
        if self.table.temporary:
            return
        names = ", ".join(column.physical for column in self.table.columns)
        sql = (
            f"INSERT INTO {self.table.history} (_h, _id, _ts, _end, {names}) "
            f"SELECT ?, _id, _ts, ?, {names} FROM {self.table.physical} WHERE _id = ?"
        )
        first = self._session.store.take_history_ids(len(ids)) + 1
        self._connection.run_many(sql, ((sign * (first + n), self._ts, identity) for n, identity in enumerate(ids)))


def key_values(table: Table, index: Index, row: Sequence[Value]) -> list[Value]:
    """The values of an index's columns in a row."""
    names = [column.name.lower() for column in table.columns]
    return [row[names.index(name.lower())] for name in index.columns]


def duplicate_entry(table: Table, index: Index, row: Sequence[Value]) -> ServerError:
    """Error 1062 for a row."""
    shown = []
    for name, value in zip(index.columns, key_values(table, index, row), strict=True):
        text = render.text(value, table.by_name[name.lower()].type)
        shown.append(text.decode(errors="replace") if isinstance(text, bytes) else str(text))
    entry = shown[0] if len(shown) == 1 else f"({','.join(shown)})"
    return ServerError(1062, f"Duplicate entry '{entry}' for key '{index.label}'")
