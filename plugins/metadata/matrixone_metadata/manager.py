"""The manager ``metadata``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, overload

from matrixone.catalog import check_stored, no_such_table, qualified
from matrixone.exceptions import ConfigurationError
from matrixone.managers import AsyncManager, Manager, awaitable
from matrixone.operations import CurrentDatabase
from matrixone.sql import checked_name
from matrixone.tables import table_parts
from matrixone_metadata.catalog import FindTable, ListColumns, ListIndexes, ListTables
from matrixone_metadata.objects import MetadataColumn, MetadataRow, ScanObjects, details, summary
from matrixone_metadata.statistics import CountRows, ReadStatistics, StoredRows, StoredSize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone.bulk import TableLike
    from matrixone.results import ResultSet
    from matrixone_metadata.catalog import ColumnInfo, IndexInfo, TableInfo
    from matrixone_metadata.statistics import TableStats

TOMBSTONE = "tombstone"


class MetadataManager(Manager):
    """What tables consist of. Everything is read, in the session's transaction if one is open.

    Where a method takes one table it is named (``table``, ``database.table``) or given as a mapped class.
    """

    # -- the catalog ----------------------------------------------------------------------------------------------

    def tables(self, database: str | None = None) -> list[TableInfo]:
        """The tables, views, external tables and sequences of a database, by name.

        Args:
            database: The database; the current one if left out.

        Returns:
            One each; none for a database that does not exist.
        """
        if database is None:
            database = self._session.run(CurrentDatabase()).value
        return self._session.run(ListTables(checked_name(database))).value

    def columns(self, table_name_or_model: TableLike) -> list[ColumnInfo]:
        """The columns of a table or view, in order.

        Raises:
            QueryError: There is no such table.

        SELECT on information_schema.columns and mo_catalog.mo_indexes.
        """
        database, table = self._named(table_name_or_model)
        if not (found := self._session.run(ListColumns(database, table)).value):
            raise no_such_table(database, table)
        indexes = self._session.run(ListIndexes(database, table)).value
        key = {name for index in indexes if index.type == "PRIMARY" for name in index.columns}
        return [replace(column, primary_key=column.name in key) for column in found]

    def indexes(self, table_name_or_model: TableLike) -> list[IndexInfo]:
        """The indexes of a table, by name, with the hidden tables that hold them.

        Raises:
            QueryError: There is no such table.

        SELECT on mo_catalog.mo_indexes.
        """
        database, table = self._named(table_name_or_model)
        found = self._session.run(ListIndexes(database, table)).value
        if not found and self._session.run(FindTable(database, table)).value is None:
            raise no_such_table(database, table)
        return found

    # -- counts and sizes -----------------------------------------------------------------------------------------

    def row_count(self, table_name_or_model: TableLike, *, exact: bool = True) -> int:
        """The number of rows.

        Args:
            table_name_or_model: The table, or a view.
            exact: Count them. If not: what the server last noted, at once, but it may be minutes old, and 0 for a
                new table.

        Raises:
            QueryError: There is no such table.
            ConfigurationError: Something else than a table where it is not to be exact.

        SELECT COUNT(*), or mo_table_rows().
        """
        if exact:
            return self._session.run(CountRows(table_parts(table_name_or_model))).value
        return self._session.run(StoredRows(*self._stored(*self._named(table_name_or_model)))).value

    def table_size(self, table_name_or_model: TableLike) -> int:
        """The bytes of a table, as the server last noted: it may be minutes old, and 0 for a new table.

        Raises:
            QueryError: There is no such table.
            ConfigurationError: Something else than a table.

        SELECT mo_table_size().
        """
        return self._session.run(StoredSize(*self._stored(*self._named(table_name_or_model)))).value

    def table_stats(self, table_name_or_model: TableLike) -> TableStats:
        """What the planner knows of a table and its columns.

        Raises:
            QueryError: There is no such table.
            ConfigurationError: Something else than a table: for a view the server would end.

        SELECT on table_stats().
        """
        return self._session.run(ReadStatistics(*self._stored(*self._named(table_name_or_model)))).value

    # -- objects --------------------------------------------------------------------------------------------------

    @overload
    def scan(
        self,
        dbname: str,
        tablename: str,
        is_tombstone: bool | None = None,
        indexname: str | None = None,
        columns: None = None,
        distinct_object_name: bool | None = None,
    ) -> ResultSet: ...

    @overload
    def scan(
        self,
        dbname: str,
        tablename: str,
        is_tombstone: bool | None = None,
        indexname: str | None = None,
        *,
        columns: Literal["*"],
        distinct_object_name: bool | None = None,
    ) -> list[MetadataRow]: ...

    @overload
    def scan(
        self,
        dbname: str,
        tablename: str,
        is_tombstone: bool | None = None,
        indexname: str | None = None,
        *,
        columns: Sequence[str],
        distinct_object_name: bool | None = None,
    ) -> list[dict[str, Any]] | list[MetadataRow]: ...

    def scan(
        self,
        dbname: str,
        tablename: str,
        is_tombstone: bool | None = None,
        indexname: str | None = None,
        columns: Sequence[str] | None = None,
        distinct_object_name: bool | None = None,
    ) -> ResultSet | list[MetadataRow] | list[dict[str, Any]]:
        """The objects in which a table is stored, column by column; shows what has been flushed.

        Args:
            dbname: Database.
            tablename: Table.
            is_tombstone: The deleted rows instead of the rows.
            indexname: An index instead of the table itself.
            columns: Names of the values wanted, or :class:`MetadataColumn`; ``"*"`` or an empty list for all.
            distinct_object_name: One row an object.

        Returns:
            Without ``columns`` the server's rows; for all of them a :class:`MetadataRow` each, for some a dictionary
            each.

        Raises:
            QueryError: There is no such table or index.
            ConfigurationError: A view or the like, a name with a dot, or an unknown column.

        SELECT on metadata_scan().
        """
        wanted = None if columns is None else _wanted(columns)
        names = [dbname, tablename, *([] if indexname is None else [indexname])]
        if any("." in name or name[:1] in ("?", "#") for name in map(checked_name, names)):
            raise ConfigurationError(f"the server scans nothing with a dot in its name, or ? or # before it: {names}")
        database, table = self._stored(dbname, tablename)
        scan = ScanObjects(database, table, indexname, bool(is_tombstone), bool(distinct_object_name))
        found = self._session.run(scan).value
        if wanted is None:
            return found
        rows = [MetadataRow.from_sqlalchemy_row(row) for row in found.rows]
        return [{name.value: getattr(row, name) for name in wanted} for row in rows] if wanted else rows

    def objects(
        self, dbname: str, tablename: str, is_tombstone: bool | None = None, indexname: str | None = None
    ) -> list[MetadataRow]:
        """The objects in which a table is stored, each once; arguments and errors as for :meth:`scan`."""
        return self.scan(dbname, tablename, is_tombstone, indexname, columns="*", distinct_object_name=True)

    def get_table_brief_stats(
        self,
        dbname: str,
        tablename: str,
        is_tombstone: bool | None = None,
        indexname: str | None = None,
        include_tombstone: bool = False,
        include_indexes: Sequence[str] | None = None,
    ) -> dict[str, dict[str, Any]]:
        """How many objects a table has, and what is in them together; shows what has been flushed.

        Args:
            dbname: Database.
            tablename: Table.
            is_tombstone: The deleted rows instead of the rows.
            indexname: An index instead of the table itself.
            include_tombstone: The deleted rows as well, as ``"tombstone"``.
            include_indexes: Indexes as well, by their names.

        Returns:
            By name of the part: ``total_objects``, ``row_cnt``, ``null_cnt``, and ``original_size`` and
            ``compress_size`` as text (``1.5 MB``). Parts without objects are left out.

        Raises:
            QueryError: There is no such table or index.
            ConfigurationError: A view or the like, or a name with a dot.

        SELECT on metadata_scan(), one for each part.
        """
        parts = self._scan_parts(dbname, tablename, is_tombstone, indexname, include_tombstone, include_indexes)
        return {name: summary(found) for name, found in parts.items()}

    def get_table_detail_stats(
        self,
        dbname: str,
        tablename: str,
        is_tombstone: bool | None = None,
        indexname: str | None = None,
        include_tombstone: bool = False,
        include_indexes: Sequence[str] | None = None,
    ) -> dict[str, list[dict[str, Any]]]:
        """The objects of a table one by one; arguments and errors as for :meth:`get_table_brief_stats`.

        Returns:
            By name of the part a dictionary an object: ``object_name``, ``create_ts``, ``delete_ts``, ``row_cnt``,
            ``null_cnt``, ``original_size``, ``compress_size``.
        """
        parts = self._scan_parts(dbname, tablename, is_tombstone, indexname, include_tombstone, include_indexes)
        return {name: [details(each) for each in found] for name, found in parts.items()}

    def get_table_stats(
        self,
        dbname: str,
        tablename: str,
        include_indexes: Sequence[str] | None = None,
        include_tombstone: bool = False,
    ) -> dict[str, Any]:
        """A table in figures; arguments and errors as for :meth:`get_table_brief_stats`.

        Returns:
            ``total_rows`` (deleted ones included) and ``total_size`` (bytes before compression) of the table's objects,
            ``compression_ratio``, and as in :meth:`get_table_brief_stats` ``table``, ``tombstone`` and ``indexes``:
            None and empty where there are no objects.
        """
        parts = self._scan_parts(dbname, tablename, None, None, include_tombstone, include_indexes)
        found = parts.get(tablename, [])
        size, compressed = sum(each.origin_size for each in found), sum(each.compress_size for each in found)
        indexes = {name: summary(parts[name]) for name in include_indexes or () if name in parts}
        return {
            "total_rows": sum(each.rows_cnt for each in found),
            "total_size": size,
            "compression_ratio": size / compressed if compressed else None,
            "table": summary(found) if found else None,
            TOMBSTONE: summary(parts[TOMBSTONE]) if TOMBSTONE in parts else None,
            "indexes": indexes,
        }

    def _scan_parts(
        self,
        dbname: str,
        tablename: str,
        is_tombstone: bool | None,
        indexname: str | None,
        include_tombstone: bool,
        include_indexes: Sequence[str] | None,
    ) -> dict[str, list[MetadataRow]]:
        if isinstance(include_indexes, str):
            raise ConfigurationError("include_indexes is a list of names")
        parts: dict[str, tuple[bool | None, str | None]] = {
            TOMBSTONE if is_tombstone else indexname or tablename: (is_tombstone, indexname)
        }
        if include_tombstone:
            parts.setdefault(TOMBSTONE, (True, None))
        for name in include_indexes or ():
            parts.setdefault(name, (False, name))
        found = {name: self.objects(dbname, tablename, *which) for name, which in parts.items()}
        return {name: objects for name, objects in found.items() if objects}

    # -- names ----------------------------------------------------------------------------------------------------

    def _named(self, table_name_or_model: TableLike) -> tuple[str, str]:
        return qualified(self._session, table_parts(table_name_or_model))

    def _stored(self, database: str, table: str) -> tuple[str, str]:
        """The names themselves, if they are those of a table that is stored."""
        find = FindTable(checked_name(database), checked_name(table))
        check_stored(find, self._session.run(find).value)
        return database, table


class AsyncMetadataManager(AsyncManager[MetadataManager]):
    """:class:`MetadataManager` for asyncio."""

    tables = awaitable(MetadataManager.tables)
    columns = awaitable(MetadataManager.columns)
    indexes = awaitable(MetadataManager.indexes)
    row_count = awaitable(MetadataManager.row_count)
    table_size = awaitable(MetadataManager.table_size)
    table_stats = awaitable(MetadataManager.table_stats)
    scan = awaitable(MetadataManager.scan)
    objects = awaitable(MetadataManager.objects)
    get_table_brief_stats = awaitable(MetadataManager.get_table_brief_stats)
    get_table_detail_stats = awaitable(MetadataManager.get_table_detail_stats)
    get_table_stats = awaitable(MetadataManager.get_table_stats)


def _wanted(columns: Sequence[str]) -> tuple[MetadataColumn, ...]:
    """The columns; none of them stands for all."""
    if columns == "*" or not columns:
        return ()
    try:
        return tuple(map(MetadataColumn, [columns] if isinstance(columns, str) else columns))
    except ValueError as error:
        raise ConfigurationError(f"{error}; there are {', '.join(MetadataColumn)}") from None
