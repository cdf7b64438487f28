"""What a client says about the hidden tables behind the indexes of a table; the manager ``metadata`` finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matrixone.sql import SQL, Identifier, joined, split_name

if TYPE_CHECKING:
    from matrixone_metadata import IndexInfo, MetadataManager

    from matrixone.sql import Composable


class IndexMethods:
    """Names and contents of the tables that hold the indexes. They need the plugin ``matrixone-metadata``."""

    if TYPE_CHECKING:

        @property
        def metadata(self) -> MetadataManager:
            """The manager."""
            ...

        def execute(self, sql_or_stmt: Any, params: Any = None) -> Any:
            """Run a statement."""

    def get_secondary_index_tables(self, table_name: str, database_name: str | None = None) -> list[str]:
        """Names of the hidden tables of all indexes.

        Args:
            table_name: ``table`` or ``database.table``.
            database_name: The database, where ``table_name`` does not name it.

        Raises:
            QueryError: There is no such table.
        """
        found = self._indexes(table_name, database_name)
        return [table for index in found for table in index.hidden_tables.values()]

    def get_secondary_index_table_by_name(
        self, table_name: str, index_name: str, database_name: str | None = None
    ) -> str | None:
        """Name of the hidden table of an index, the first of several; None if there is no such index.

        Args:
            table_name: ``table`` or ``database.table``.
            index_name: Name of the index.
            database_name: The database, where ``table_name`` does not name it.

        Raises:
            QueryError: There is no such table.
        """
        named = [index for index in self._indexes(table_name, database_name) if index.name == index_name]
        return next((table for index in named for table in index.hidden_tables.values()), None)

    def get_table_indexes_detail(self, table_name: str, database_name: str | None = None) -> list[dict[str, Any]]:
        """The indexes, an entry for each hidden table.

        Args:
            table_name: ``table`` or ``database.table``.
            database_name: The database, where ``table_name`` does not name it.

        Returns:
            Dictionaries of ``index_name``, ``index_type``, ``algo``, ``algo_table_type``, ``physical_table_name``,
            ``columns`` and ``algo_params``.

        Raises:
            QueryError: There is no such table.
        """
        return [
            {
                "index_name": index.name,
                "index_type": index.type,
                "algo": index.algorithm,
                "algo_table_type": None if purpose == "index" else purpose,
                "physical_table_name": table,
                "columns": list(index.columns),
                "algo_params": dict(index.options),
            }
            for index in self._indexes(table_name, database_name)
            for purpose, table in index.hidden_tables.items()
        ]

    def verify_table_index_counts(self, table_name: str) -> int:
        """See that no ordinary or unique index misses rows, as one does that was built while others wrote.

        Vector and full-text indexes are not looked at: their entries are not those of the rows one to one.

        Args:
            table_name: ``table`` or ``database.table``.

        Returns:
            The number of rows.

        Raises:
            ValueError: An index has another number of entries; the message has the numbers.
            QueryError: There is no such table.

        SELECT COUNT(*) of the table and of the hidden tables, in one statement.
        """
        database, table = split_name(table_name)[:-1], Identifier(*split_name(table_name))
        ordinary = [each for each in self._indexes(table_name, None) if each.algorithm is None and each.hidden_tables]
        counts = [_count(table)]
        for index in ordinary:
            counts += (_count(Identifier(*database, index.hidden_tables["index"])), _count(table, _indexed(index)))
        rows, *pairs = self.execute(SQL("SELECT {counts}").format(counts=joined(counts))).one()
        found = zip(ordinary, pairs[::2], pairs[1::2], strict=True)
        if wrong := [f"{index.name} has {entries} instead of {due}" for index, entries, due in found if entries != due]:
            raise ValueError(f"{table_name} has {rows} rows, but the index {'; the index '.join(wrong)}")
        return int(rows)

    def _indexes(self, table_name: str, database_name: str | None) -> list[IndexInfo]:
        parts = split_name(table_name)
        named = parts if database_name is None else (database_name, *parts)
        return self.metadata.indexes(".".join(f"`{part.replace('`', '``')}`" for part in named))


def _indexed(index: IndexInfo) -> Composable | None:
    """The rows an index has entries of: a unique one leaves out those with a NULL."""
    if index.type != "UNIQUE":
        return None
    return joined([SQL("{name} IS NOT NULL").format(name=Identifier(name)) for name in index.columns], " AND ")


def _count(table: Identifier, condition: Composable | None = None) -> Composable:
    if condition is None:
        return SQL("(SELECT COUNT(*) FROM {table})").format(table=table)
    return SQL("(SELECT COUNT(*) FROM {table} WHERE {condition})").format(table=table, condition=condition)
