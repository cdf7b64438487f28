"""Creating, rebuilding and looking at vector indexes."""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING, Any, Literal, Self

from matrixone.aliases import also_named
from matrixone.catalog import qualified
from matrixone.exceptions import ConfigurationError, QueryError
from matrixone.managers import Manager
from matrixone.operations import CurrentDatabase
from matrixone.tables import table_parts
from matrixone.vector import Quantization, VectorOpType
from matrixone.vector.indexes import at_least_one
from matrixone_vector.indexes import HnswOptions, IvfOptions, IvfStats, VectorIndexWarning
from matrixone_vector.operations import (
    CountClusters,
    CountVectors,
    CreateHnsw,
    CreateIvf,
    DropIndex,
    ForeignKeys,
    ListIndexes,
    ReadColumns,
    Reindex,
)

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Mapping, Sequence

    from matrixone.bulk import TableLike
    from matrixone_vector.indexes import VectorIndexInfo

_tables = also_named(table_name="table_name_or_model", table="table_name_or_model")


class IndexMethods(Manager):
    """What the manager does with indexes."""

    @_tables
    def create(
        self,
        table_name_or_model: TableLike,
        name: str,
        column: str,
        algorithm: Literal["ivf", "ivfflat", "hnsw"] = "ivf",
        config: Mapping[str, Any] | None = None,
    ) -> Self:
        """Create an index: :meth:`create_ivf` or :meth:`create_hnsw`.

        Args:
            table_name_or_model: The table.
            name: Name of the index.
            column: The vector column.
            algorithm: ``ivf`` or ``hnsw``.
            config: Further arguments of the one or the other.

        Returns:
            The manager, for chaining.

        Raises:
            ValueError: Another algorithm.
            TypeError: An unknown option in ``config``.
        """
        if algorithm not in ("ivf", "ivfflat", "hnsw"):
            raise ValueError(f"algorithm is 'ivf' or 'hnsw', not {algorithm!r}")
        method = self.create_hnsw if algorithm == "hnsw" else self.create_ivf
        return method(table_name_or_model, name, column, **(config or {}))

    @_tables
    def create_ivf(
        self,
        table_name_or_model: TableLike,
        name: str,
        column: str,
        lists: int = 100,
        op_type: str | None = None,
        *,
        include: Sequence[str] = (),
        quantization: str | None = None,
        kmeans_train_percent: int | None = None,
        kmeans_max_iteration: int | None = None,
        auto_update_days: int | None = None,
        auto_update_hour: int = 0,
        asynchronous: bool = False,
        comment: str | None = None,
    ) -> Self:
        """Create an IVF-Flat index: kept up to date in the transaction of each write.

        Args:
            table_name_or_model: The table; any primary key, or none.
            name: Name of the index.
            column: The vector column.
            lists: Number of clusters.
            op_type: The distance it serves: ``vector_l2_ops`` (if left out), ``vector_cosine_ops`` or
                ``vector_ip_ops``.
            include: Columns kept in the index, for searches with ``rank_mode="include"``; not the primary key.
            quantization: ``float32``, ``float16``, ``bf16``, or with ``vector_l2_ops`` ``int8`` or ``uint8``.
            kmeans_train_percent: Share of the rows that the clusters are made from.
            kmeans_max_iteration: How often the clusters are improved at most.
            auto_update_days: Let the server rebuild the index every so many days.
            auto_update_hour: The hour of the day for it.
            asynchronous: Build the index, and keep it up to date, in the background; see
                :meth:`wait_until_built`.
            comment: A comment.

        Returns:
            The manager, for chaining.

        Raises:
            QueryError: No such table or column, the name is taken, the column has such an index, or the table refers to
                another by a foreign key: no row could be inserted any more.
            ValueError: A number out of its range, an unknown ``quantization``, or another ``op_type``: the server takes
                more, but no query uses them.
            InvalidNameError: A name with an apostrophe or a backslash.
            ConfigurationError: A comment with an apostrophe or a backslash.

        ALTER TABLE ... ADD INDEX. On few rows the clusters are poor; :meth:`reindex` when there are more. Warns with
        :class:`VectorIndexWarning` if ``asynchronous``.
        """
        options = IvfOptions(
            lists=lists,
            op_type=VectorOpType(op_type or VectorOpType.VECTOR_L2_OPS),
            include=_column_names(include),
            quantization=None if quantization is None else Quantization(quantization),
            kmeans_train_percent=kmeans_train_percent,
            kmeans_max_iteration=kmeans_max_iteration,
            asynchronous=asynchronous,
            auto_update=None if auto_update_days is None else (auto_update_days, auto_update_hour),
            comment=comment,
        )
        table = table_parts(table_name_or_model)
        create = CreateIvf(table, name, column, options)
        with self._session.unit_of_work() as session:
            if referred := session.run(ForeignKeys(*qualified(session, table))).value:
                raise QueryError(
                    f"{'.'.join(table)} refers to {', '.join(referred)} by a foreign key: with an IVF-Flat index every "
                    "INSERT would fail in a panic of the server"
                )
            session.run(create)
        if asynchronous:
            warnings.warn(
                f"{name} is built in the background: searches before wait_until_built() would make later ones miss "
                "rows for good, until reindex()",
                VectorIndexWarning,
                stacklevel=3,
            )
        return self

    @_tables
    def create_hnsw(
        self,
        table_name_or_model: TableLike,
        name: str,
        column: str,
        m: int = 16,
        ef_construction: int = 200,
        ef_search: int = 50,
        op_type: str | None = None,
        *,
        max_index_capacity: int | None = None,
        asynchronous: bool = False,
        comment: str | None = None,
    ) -> Self:
        """Create an HNSW index: new rows are found after some seconds.

        Args:
            table_name_or_model: The table; its primary key is a single BIGINT.
            name: Name of the index.
            column: The vector column, of 32 or 64 bits.
            m: Neighbours of each node.
            ef_construction: Candidates looked at while building.
            ef_search: Candidates looked at while searching.
            op_type: As for :meth:`create_ivf`.
            max_index_capacity: Rows in one part of the index.
            asynchronous: Build it in the background, too.
            comment: A comment.

        Returns:
            The manager, for chaining.

        Raises:
            QueryError: As for :meth:`create_ivf`; also another primary key, or ``experimental_hnsw_index`` is off,
                which clients turn on for their connections.
            ValueError: As for :meth:`create_ivf`.
            InvalidNameError: As for :meth:`create_ivf`.
            ConfigurationError: As for :meth:`create_ivf`.

        ALTER TABLE ... ADD INDEX.
        """
        options = HnswOptions(
            m=m,
            ef_construction=ef_construction,
            ef_search=ef_search,
            op_type=VectorOpType(op_type or VectorOpType.VECTOR_L2_OPS),
            max_index_capacity=max_index_capacity,
            asynchronous=asynchronous,
            comment=comment,
        )
        self._session.run(CreateHnsw(table_parts(table_name_or_model), name, column, options))
        return self

    @_tables
    def drop(self, table_name_or_model: TableLike, name: str) -> Self:
        """Drop an index.

        Args:
            table_name_or_model: The table.
            name: Name of the index.

        Returns:
            The manager, for chaining.

        Raises:
            QueryError: There is no such table or index.

        ALTER TABLE ... DROP INDEX.
        """
        self._session.run(DropIndex(table_parts(table_name_or_model), name))
        return self

    @_tables
    def reindex(
        self, table_name_or_model: TableLike, name: str, lists: int | None = None, *, force_sync: bool = False
    ) -> Self:
        """Build an index anew, from the rows there are now.

        Args:
            table_name_or_model: The table.
            name: Name of the index.
            lists: New number of clusters of an IVF-Flat index.
            force_sync: Wait for an index that is built in the background.

        Returns:
            The manager, for chaining.

        Raises:
            QueryError: There is no such table or vector index.
            ValueError: ``lists`` is below 1, or given for an HNSW index.

        ALTER TABLE ... ALTER REINDEX.
        """
        at_least_one(lists=lists)
        with self._session.unit_of_work() as session:
            table = qualified(session, table_parts(table_name_or_model))
            index = _found(session.run(ListIndexes(*table)).value, name, ".".join(table))
            if lists is not None and index.algorithm != "ivfflat":
                raise ValueError(f"{name} is an {index.algorithm} index, which has no lists")
            session.run(Reindex(table, index.name, index.algorithm, lists, force_sync))
        return self

    @_tables
    def rebuild(self, name: str, table_name_or_model: TableLike | None = None, lists: int | None = None) -> Self:
        """Build an index anew, found by its name alone if no other table of the database has one of that name.

        Args:
            name: Name of the index.
            table_name_or_model: The table.
            lists: As for :meth:`reindex`.

        Returns:
            The manager, for chaining.

        Raises:
            QueryError: There is no such index, or there are several.
            ValueError: As for :meth:`reindex`.

        ALTER TABLE ... ALTER REINDEX.
        """
        index = self.get(name, table_name_or_model)
        return self.reindex(_written(index.database, index.table), index.name, lists)

    @_tables
    def list(self, table_name_or_model: TableLike | None = None) -> builtins.list[VectorIndexInfo]:
        """The vector indexes of a table.

        Args:
            table_name_or_model: The table; if left out, all of the current database.

        Returns:
            The indexes, by table and name; none for a table that does not exist.
        """
        if table_name_or_model is None:
            return self._session.run(ListIndexes(self._session.run(CurrentDatabase()).value)).value
        return self._session.run(ListIndexes(*qualified(self._session, table_parts(table_name_or_model)))).value

    @_tables
    def get(self, name: str, table_name_or_model: TableLike | None = None) -> VectorIndexInfo:
        """One vector index.

        Args:
            name: Its name, in any case.
            table_name_or_model: Its table; if left out, any of the current database.

        Raises:
            QueryError: There is no such index, or there are several.
        """
        where = "the current database" if table_name_or_model is None else ".".join(table_parts(table_name_or_model))
        return _found(self.list(table_name_or_model), name, where)

    @_tables
    def wait_until_built(
        self,
        table_name_or_model: TableLike,
        name: str,
        timeout: float = 120,
        *,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Self:
        """Wait until an IVF-Flat index that is built in the background has all the rows there are now.

        Args:
            table_name_or_model: The table.
            name: Name of the index.
            timeout: Seconds to wait at most.
            on_progress: Called with the number of rows that are indexed, and of those to be.

        Returns:
            The manager, for chaining.

        Raises:
            TimeoutError: It is not built yet.
            QueryError: There is no such table or index, or it is no IVF-Flat index.

        SELECT on the hidden table of the index, never a search of it: that would spoil the index.
        """
        until = time.monotonic() + timeout
        index = self.get(name, table_name_or_model)
        entries = _hidden(index, "entries")
        wanted = self._session.run(CountVectors((index.database, index.table), index.column)).value
        while True:
            indexed = sum(self._session.run(CountClusters(index.database, entries)).value["centroid_count"])
            if on_progress is not None:
                on_progress(min(indexed, wanted), wanted)
            if indexed >= wanted:
                return self
            if time.monotonic() >= until:
                raise TimeoutError(f"{name} has {indexed} of {wanted} rows after {timeout} seconds")
            self._session.pause(1)

    @_tables
    def get_ivf_stats(
        self, table_name_or_model: TableLike, column_name: str | None = None, database: str | None = None
    ) -> IvfStats:
        """How the rows of an IVF-Flat index are spread over its clusters.

        Args:
            table_name_or_model: The table.
            column_name: The vector column; may be left out if there is one.
            database: The database, if the table's name does not have it; the current one if left out.

        Returns:
            ``index_tables``: the hidden tables by their purpose; ``distribution``: three lists that belong together,
            rows, identifier and version of each cluster; ``database``, ``table_name`` and ``column_name``.

        Raises:
            QueryError: No such table, no vector column, several of them and none named, or no IVF-Flat index on it.

        SELECT on a hidden table of the index.
        """
        parts = table_parts(table_name_or_model)
        if database is not None and len(parts) == 1:
            parts = (database, *parts)
        schema, table = qualified(self._session, parts)
        vectors = [column.name for column in self._session.run(ReadColumns((schema, table))).value if column.is_vector]
        if column_name is None:
            if not vectors:
                raise QueryError(f"No vector columns found in table {schema}.{table}")
            if len(vectors) > 1:
                raise QueryError(f"Multiple vector columns found in table {schema}.{table}: {', '.join(vectors)}")
            (column_name,) = vectors
        for index in self._session.run(ListIndexes(schema, table)).value:
            if index.algorithm == "ivfflat" and index.column.lower() == column_name.lower():
                counted = self._session.run(CountClusters(index.database, _hidden(index, "entries"))).value
                return IvfStats(
                    index_tables=dict(index.hidden_tables),
                    distribution=counted,
                    database=schema,
                    table_name=table,
                    column_name=column_name,
                )
        raise QueryError(f"No IVF index found on column {column_name!r} of table {schema}.{table}")


def _found(indexes: list[VectorIndexInfo], name: str, where: str) -> VectorIndexInfo:
    found = [index for index in indexes if index.name.lower() == name.lower()]
    if len(found) == 1:
        return found[0]
    if found:
        tables = ", ".join(index.table for index in found)
        raise QueryError(f"there are several vector indexes {name!r} in {where}, of {tables}; name the table")
    known = ", ".join(index.name for index in indexes) or "none"
    raise QueryError(f"there is no vector index {name!r} in {where}; there are: {known}")


def _hidden(index: VectorIndexInfo, purpose: str) -> str:
    if purpose not in index.hidden_tables:
        raise QueryError(f"{index.name} is an {index.algorithm} index, which has no clusters")
    return index.hidden_tables[purpose]


def _written(*parts: str) -> str:
    """A name as callers write it."""
    return ".".join("`" + part.replace("`", "``") + "`" for part in parts)


def _column_names(names: Sequence[str]) -> tuple[str, ...]:
    if isinstance(names, str):
        raise ConfigurationError(f"columns are a list of names, not the text {names!r}")
    return tuple(names)
