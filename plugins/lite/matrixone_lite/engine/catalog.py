"""The catalog: accounts, databases and tables as rows that say from when to when they were valid.

Nothing is overwritten: a change ends the validity of one row and adds another, so the catalog can be read as of any
moment. Its tables live in the same SQLite file as the data, hence DDL rolls back with its transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import archive
from matrixone_lite.engine.errors import unknown_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from matrixone_lite.engine.storage import Connection, Store
    from matrixone_lite.engine.types import Type
    from matrixone_lite.sql import ast

SYSTEM_DATABASES: Final = (
    "mo_catalog",
    "information_schema",
    "mysql",
    "system",
    "system_metrics",
    "mo_task",
    "mo_debug",
)
SYS_ACCOUNT: Final = 0
FORMAT: Final = 2
"""Of the file; to be raised when what is stored changes its shape."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS m_version (version INTEGER);
INSERT INTO m_version SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM m_version);
CREATE TABLE IF NOT EXISTS m_databases (
  id INTEGER, account INTEGER, name TEXT, created INTEGER, dropped INTEGER, definition TEXT);
CREATE INDEX IF NOT EXISTS m_databases_name ON m_databases (account, name);
CREATE TABLE IF NOT EXISTS m_tables (
  id INTEGER, database INTEGER, name TEXT, created INTEGER, dropped INTEGER, definition TEXT);
CREATE INDEX IF NOT EXISTS m_tables_name ON m_tables (database, name);
CREATE INDEX IF NOT EXISTS m_tables_id ON m_tables (id);
CREATE TABLE IF NOT EXISTS m_objects (
  kind TEXT, account INTEGER, name TEXT, created INTEGER, dropped INTEGER, definition TEXT);
CREATE INDEX IF NOT EXISTS m_objects_name ON m_objects (kind, account, name);
"""
_TEMPORARY_SCHEMA: Final = """
CREATE TEMP TABLE m_temporary (database INTEGER, name TEXT, definition TEXT)
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    ``number`` names it in SQLite and never changes; ``default``, ``on_update`` and ``generated`` are syntax trees.
    """

    number: int
    name: str
    type: Type
    nullable: bool = True
    default: ast.Expr | None = None
    on_update: ast.Expr | None = None
    auto_increment: bool = False
    comment: str = ""
    generated: ast.Expr | None = None
    stored: bool = False

    @property
    def physical(self) -> str:
        """Its name in SQLite."""
        return f"c{self.number}"


@dataclass(frozen=True, slots=True)
class Index:
    """An index; ``kind`` is primary, unique, plain, fulltext, ivfflat or hnsw, ``options`` those written."""

    name: str
    kind: str
    columns: tuple[str, ...]
    options: tuple[tuple[str, Any], ...] = ()
    visible: bool = True
    comment: str = ""
    parser: str | None = None

    @property
    def unique(self) -> bool:
        """Whether it refuses duplicates."""
        return self.kind in {"primary", "unique"}

    @property
    def label(self) -> str:
        """Its key as error 1062 shows it: the column, or the columns in parentheses."""
        return self.columns[0] if len(self.columns) == 1 else f"({','.join(self.columns)})"


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A reference to the columns ``referenced`` of the table with id ``parent``, 0 while that table is missing."""

    name: str
    columns: tuple[str, ...]
    parent: int
    referenced: tuple[str, ...]
    on_delete: str = "restrict"
    on_update: str = "restrict"
    parent_name: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A CHECK constraint."""

    name: str
    expr: ast.Expr


@dataclass(frozen=True)
class Table:
    """A table, view, sequence or external table.

    :param id: identity, kept by ALTER
    :param storage: number of the SQLite table that has the rows, changed by ALTER and TRUNCATE
    :param kind: table, view, sequence or external
    :param attributes: what only some kinds have: view text and query, options of external tables, cluster by, …
    :param generation: raised when all rows go at once, after which the server does not know a branch any more
    """

    id: int
    database: int
    name: str
    storage: int = 0
    kind: str = "table"
    columns: tuple[Column, ...] = ()
    indexes: tuple[Index, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[Check, ...] = ()
    comment: str = ""
    temporary: bool = False
    created: int = 0
    attributes: dict[str, Any] = field(default_factory=dict)
    generation: int = 0

    @cached_property
    def physical(self) -> str:
        """Name of the SQLite table."""
        return f"temp.t{self.storage}" if self.temporary else f"main.t{self.storage}"

    @cached_property
    def history(self) -> str:
        """Name of the SQLite table of replaced and deleted rows."""
        return f"main.h{self.storage}"

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by lower-cased name."""
        return {column.name.lower(): column for column in self.columns}

    @cached_property
    def primary_key(self) -> Index | None:
        """The primary key, if any."""
        return next((index for index in self.indexes if index.kind == "primary"), None)

    @cached_property
    def unique_indexes(self) -> tuple[Index, ...]:
        """The primary key and the unique indexes."""
        return tuple(index for index in self.indexes if index.unique)

    @cached_property
    def auto_increment(self) -> Column | None:
        """The AUTO_INCREMENT column, if any."""
        return next((column for column in self.columns if column.auto_increment), None)

    def with_changes(self, **changes: Any) -> Table:
        """A copy with other field values."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Database:
    """A database; ``publisher`` is (account id, publication name) for a subscription."""

    id: int
    account: int
    name: str
    created: int = 0
    publisher: tuple[int, str] | None = None

    @property
    def system(self) -> bool:
        """Whether the server made it."""
        return self.name in SYSTEM_DATABASES


class Catalog:
    """The catalog as one session's connection sees it, its own uncommitted changes included."""

    def __init__(self, connection: Connection, store: Store) -> None:
        self._connection = connection
        self._store = store
        self._cached_version = -1
        self._tables: dict[tuple[int, str], Table | None] = {}
        self._databases: dict[tuple[int, str], Database | None] = {}
        self._children: dict[int, list[tuple[Table, ForeignKey]]] | None = None
        self.on_replaced: Callable[[Table], None] = lambda _table: None
        connection.run(_TEMPORARY_SCHEMA)

    @staticmethod
    def install(connection: Connection) -> None:
        """Create the catalog's own tables.

        :raises OSError: the file was written by another version
        """
        written = connection.value("PRAGMA user_version")
        if written not in {0, FORMAT}:
            raise OSError(f"the database has format {written}, this server reads format {FORMAT}")
        connection.run(f"PRAGMA user_version = {FORMAT}")
        for statement in _SCHEMA.split(";\n"):
            if statement.strip():
                connection.run(statement)

    def version(self) -> int:
        """A number that no other state of the catalog has."""
        version: int = self._connection.value("SELECT version FROM m_version")
        if version != self._cached_version:
            self._forget()
            self._cached_version = version
        return version

    def _forget(self) -> None:
        self._tables.clear()
        self._databases.clear()
        self._children = None

    def touch(self) -> None:
        """Give the catalog a new version."""
        self._connection.run("UPDATE m_version SET version = ?", (self._store.now(),))
        self._forget()

    def next_id(self) -> int:
        """A number no database, table or storage has."""
        return self._store.counters.take("object", 1, self._first_id)

    def _first_id(self) -> int:
        largest = self._connection.value(
            "SELECT max(id) FROM (SELECT id FROM m_databases UNION ALL SELECT id FROM m_tables UNION ALL "
            "SELECT CAST(substr(name, 2) AS INTEGER) FROM sqlite_master WHERE name GLOB 't[0-9]*')"
        )
        return max(largest or 0, 1000) + 1

    def databases(self, account: int, at: int | None = None) -> list[Database]:
        """All databases of an account in order of name."""
        rows = self._connection.run(
            f"SELECT definition FROM m_databases WHERE account = ? AND {_valid(at)} ORDER BY name", (account,)
        )
        return [archive.load(definition) for (definition,) in rows]

    def database(self, account: int, name: str, at: int | None = None) -> Database | None:
        """The database of that name, in any case."""
        name = name.lower()
        if at is None:
            self.version()
            key = (account, name)
            if key not in self._databases:
                self._databases[key] = self._read_database(account, name, None)
            return self._databases[key]
        return self._read_database(account, name, at)

    def _read_database(self, account: int, name: str, at: int | None) -> Database | None:
        found = self._connection.value(
            f"SELECT definition FROM m_databases WHERE account = ? AND name = ? AND {_valid(at)}", (account, name)
        )
        return None if found is None else archive.load(found)

    def require_database(self, account: int, name: str, at: int | None = None) -> Database:
        """The database of that name; error 1049 when there is none."""
        found = self.database(account, name, at)
        if found is None:
            raise unknown_database(name)
        return found

    def add_database(self, database: Database) -> None:
        """Add a database, valid from ``database.created``."""
        row = (database.id, database.account, database.name, database.created, None, archive.dump(database))
        self._connection.run("INSERT INTO m_databases VALUES (?, ?, ?, ?, ?, ?)", row)
        self.touch()

    def drop_database(self, database: Database) -> None:
        """End the validity of a database; its tables must be gone."""
        self._connection.run(
            "UPDATE m_databases SET dropped = ? WHERE id = ? AND dropped IS NULL", (self._store.now(), database.id)
        )
        self.touch()

    def tables(self, database: int, at: int | None = None) -> list[Table]:
        """All tables, views, sequences of a database in order of name; temporary tables apart."""
        rows = self._connection.run(
            f"SELECT definition FROM m_tables WHERE database = ? AND {_valid(at)} ORDER BY name", (database,)
        )
        return [archive.load(definition) for (definition,) in rows]

    def table(self, database: int, name: str, at: int | None = None) -> Table | None:
        """The table, view or sequence of that name, in any case; a temporary table hides a permanent one."""
        name = name.lower()
        if at is not None:
            return self._read_table(database, name, at)
        self.version()
        key = (database, name)
        if key not in self._tables:
            temporary = self._connection.value(
                "SELECT definition FROM temp.m_temporary WHERE database = ? AND name = ?", key
            )
            self._tables[key] = self._read_table(database, name, None) if temporary is None else archive.load(temporary)
        return self._tables[key]

    def permanent_table(self, database: int, name: str) -> Table | None:
        """Like :meth:`table`, without temporary ones."""
        return self._read_table(database, name.lower(), None)

    def _read_table(self, database: int, name: str, at: int | None) -> Table | None:
        found = self._connection.value(
            f"SELECT definition FROM m_tables WHERE database = ? AND name = ? AND {_valid(at)}", (database, name)
        )
        return None if found is None else archive.load(found)

    def table_by_id(self, identity: int, at: int | None = None) -> Table | None:
        """The permanent table with that id."""
        found = self._connection.value(f"SELECT definition FROM m_tables WHERE id = ? AND {_valid(at)}", (identity,))
        return None if found is None else archive.load(found)

    def versions(self, table: Table, since: int) -> list[Table]:
        """What a permanent table was at a moment and has been since, one version for each of its storages."""
        rows = self._connection.run(
            "SELECT definition FROM m_tables WHERE id = ? AND (dropped IS NULL OR dropped > ?)", (table.id, since)
        )
        found: list[Table] = [archive.load(definition) for (definition,) in rows]
        return list({version.storage: version for version in found}.values())

    def lives(self, identity: int) -> list[tuple[int, int | None, Table]]:
        """From when to when a permanent table had which definition, in order; None is up to now."""
        rows = self._connection.run(
            "SELECT created, dropped, definition FROM m_tables WHERE id = ? ORDER BY created", (identity,)
        )
        return [(created, dropped, archive.load(definition)) for created, dropped, definition in rows]

    def database_by_id(self, identity: int, at: int | None = None) -> Database | None:
        """The database with that id."""
        found = self._connection.value(f"SELECT definition FROM m_databases WHERE id = ? AND {_valid(at)}", (identity,))
        return None if found is None else archive.load(found)

    def add_table(self, table: Table) -> None:
        """Add a table from now on."""
        if table.temporary:
            self._connection.run(
                "INSERT INTO temp.m_temporary VALUES (?, ?, ?)", (table.database, table.name, archive.dump(table))
            )
        else:
            row = (table.id, table.database, table.name, self._store.now(), None, archive.dump(table))
            self._connection.run("INSERT INTO m_tables VALUES (?, ?, ?, ?, ?, ?)", row)
        self.touch()

    def drop_table(self, table: Table) -> None:
        """End the validity of a table; its rows stay for time travel."""
        if table.temporary:
            self._connection.run(
                "DELETE FROM temp.m_temporary WHERE database = ? AND name = ?", (table.database, table.name)
            )
        else:
            self.on_replaced(table)
            self._connection.run(
                "UPDATE m_tables SET dropped = ? WHERE id = ? AND dropped IS NULL", (self._store.now(), table.id)
            )
        self.touch()

    def replace_table(self, table: Table) -> None:
        """Replace the table that has the same id (of a temporary one: the same name)."""
        self.drop_table(table)
        self.add_table(table)

    def current_tables(self) -> list[Table]:
        """All permanent tables, views and sequences of all accounts."""
        rows = self._connection.run("SELECT definition FROM m_tables WHERE dropped IS NULL")
        return [archive.load(definition) for (definition,) in rows]

    def storages(self) -> set[int]:
        """The numbers of the SQLite tables of all tables there are or ever were."""
        rows = self._connection.run("SELECT definition FROM m_tables")
        return {archive.load(definition).storage for (definition,) in rows}

    def children(self, table: Table) -> list[tuple[Table, ForeignKey]]:
        """The tables whose foreign keys point at ``table``."""
        self.version()
        if self._children is None:
            self._children = {}
            for child in self.current_tables():
                for key in child.foreign_keys:
                    self._children.setdefault(key.parent, []).append((child, key))
        return self._children.get(table.id, [])

    def objects(self, kind: str, account: int | None, at: int | None = None) -> list[Any]:
        """Objects of other kinds (account, user, snapshot, stage, …) in order of name; of all accounts when None."""
        where = "" if account is None else f"AND account = {account}"
        rows = self._connection.run(
            f"SELECT definition FROM m_objects WHERE kind = ? {where} AND {_valid(at)} ORDER BY name", (kind,)
        )
        return [archive.load(definition) for (definition,) in rows]

    def object(self, kind: str, account: int, name: str, at: int | None = None) -> Any:
        """The object of that kind and name, or None."""
        found = self._connection.value(
            f"SELECT definition FROM m_objects WHERE kind = ? AND account = ? AND name = ? AND {_valid(at)}",
            (kind, account, name),
        )
        return None if found is None else archive.load(found)

    def put_object(self, kind: str, account: int, name: str, value: Any) -> None:
        """Add an object, or replace the one of that name."""
        self.drop_object(kind, account, name)
        row = (kind, account, name, self._store.now(), None, archive.dump(value))
        self._connection.run("INSERT INTO m_objects VALUES (?, ?, ?, ?, ?, ?)", row)
        self.touch()

    def drop_object(self, kind: str, account: int, name: str) -> None:
        """End the validity of an object; nothing happens when there is none."""
        where = "kind = ? AND account = ? AND name = ? AND dropped IS NULL"
        self._connection.run(
            f"UPDATE m_objects SET dropped = ? WHERE {where}", (self._store.now(), kind, account, name)
        )
        self.touch()


def _valid(at: int | None) -> str:
    return "dropped IS NULL" if at is None else f"created <= {at} AND (dropped IS NULL OR dropped > {at})"
