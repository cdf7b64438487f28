"""What changed in tables between two moments, read from their rows and the history of their old rows."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matrixone_lite.engine.catalog import SYSTEM_DATABASES, Catalog
from matrixone_lite.engine.sources import past_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matrixone_lite.engine.catalog import Column, Table
    from matrixone_lite.engine.cdc.tasks import TableKey
    from matrixone_lite.engine.storage import Connection, Row, Store


@dataclass(frozen=True, slots=True)
class View:
    """The tables of an account as they were at ``moment``; what was committed later is not seen."""

    connection: Connection
    catalog: Catalog
    account: int
    moment: int

    def tables(self) -> Iterator[tuple[TableKey, Table]]:
        """The tables that can be copied: none of the server's own, none that has a foreign key."""
        for database in self.catalog.databases(self.account, self.moment):
            if database.name in SYSTEM_DATABASES or database.publisher is not None:
                continue
            for table in self.catalog.tables(database.id, self.moment):
                if table.kind == "table" and not table.foreign_keys:
                    yield (database.name, table.name), table

    def table(self, key: TableKey) -> Table | None:
        """The table of that name."""
        database = self.catalog.database(self.account, key[0], self.moment)
        return None if database is None else self.catalog.table(database.id, key[1], self.moment)

    def new_rows(self, table: Table, since: int) -> Iterator[Row]:
        """Rows there are now that were not there, or were different, at a moment."""
        return self._rows(f"SELECT {_names(table.columns)} FROM {self._fresh(table, since)}")

    def ended_keys(self, table: Table, since: int, columns: Sequence[Column]) -> Iterator[Row]:
        """The keys that rows had after a moment and that no row has now.

        What was deleted wholesale, by TRUNCATE or DELETE without a condition, is not among them: the server copies
        no such deletion either.
        """
        names = _names(columns)
        ended = " UNION ALL ".join(
            f"SELECT {names} FROM {version.history} WHERE _end > {since} AND _end <= {self.moment} AND _h > 0"
            for version in self.catalog.versions(table, since)
            if all(column in version.columns for column in columns)
        )
        return self._rows(f"SELECT {names} FROM ({ended}) EXCEPT SELECT {names} FROM {self._fresh(table, since)}")

    def deleted_rows(self, table: Table, since: int) -> Iterator[Row]:
        """Rows that were there at a moment and that were deleted since, not merely changed."""
        now = f"SELECT _id FROM {past_rows(table, self.moment)}"
        return self._rows(
            f"SELECT {_names(table.columns)} FROM {table.history} WHERE _ts <= {since} AND _end > {since} "
            f"AND _end <= {self.moment} AND _h > 0 AND _id NOT IN ({now})"
        )

    def _fresh(self, table: Table, since: int) -> str:
        names = _names(table.columns)
        later = f"_ts > {since} AND _ts <= {self.moment}"
        return (
            f"(SELECT {names} FROM {table.physical} WHERE {later} UNION ALL "
            f"SELECT {names} FROM {table.history} WHERE {later} AND _end > {self.moment})"
        )

    def _rows(self, sql: str) -> Iterator[Row]:
        yield from self.connection.sqlite.execute(sql)


class Source:
    """What the worker of a task reads from."""

    def __init__(self, store: Store, account: int) -> None:
        self._store = store
        self._account = account
        self._connection = store.connect(None)
        self._catalog = Catalog(self._connection, store)
        self._commits = -1

    @contextmanager
    def view(self) -> Iterator[tuple[View, bool]]:
        """The tables at a moment up to which everything is committed, and whether anything was since the last view."""
        before = self._count_commits()
        moment = self._store.lock.settled()
        self._connection.run("BEGIN")
        try:
            changed = self._count_commits() != self._commits
            self._commits = before
            yield View(self._connection, self._catalog, self._account, moment), changed
        finally:
            self._connection.run("ROLLBACK")

    def _count_commits(self) -> int:
        number: int = self._connection.value("PRAGMA data_version")
        return number

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _names(columns: Iterable[Column]) -> str:
    return ", ".join(column.physical for column in columns)
