"""The manager ``vector_ops``."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, Self, get_args

from matrixone.exceptions import ConfigurationError
from matrixone.managers import AsyncManager, Manager, awaitable, chaining
from matrixone.text_clauses import TextCondition
from matrixone.vector import VectorOpType
from matrixone_vector.model import DISTANCE, Distance, RankMode, Searched, table_parts
from matrixone_vector.operations import CreateHnsw, CreateIvf, DropIndex, Reindex, Search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from matrixone.bulk import TableLike
    from matrixone.vector.text import VectorLike


class VectorManager(Manager):
    """Vector indexes and searches, all of it in the session's transaction.

    Tables are named (``table``, ``database.table``) or given as mapped classes. What changes an index returns the
    manager.
    """

    # -- indexes --------------------------------------------------------------------------------------------------

    def create_ivf(
        self,
        table_or_model: TableLike,
        name: str,
        column: str,
        lists: int = 100,
        op_type: str = VectorOpType.VECTOR_L2_OPS,
    ) -> Self:
        """Create an IVF-Flat index: kept up to date in the transaction of each write.

        Args:
            table_or_model: The table; any primary key, or none.
            name: Name of the index.
            column: The vector column.
            lists: Number of clusters.
            op_type: The distance it serves: ``vector_l2_ops``, ``vector_cosine_ops`` or ``vector_ip_ops``.

        Returns:
            The manager, for chaining.

        Raises:
            QueryError: No such table or column, the name is taken, or the column has such an index.
            ValueError: A number below 1, or another ``op_type``: the server takes more, but no query uses them.

        ALTER TABLE ... ADD INDEX. On few rows the clusters are poor; :meth:`reindex` when there are more.
        """
        _at_least_one(lists=lists)
        self._session.run(CreateIvf(table_parts(table_or_model), name, column, lists, VectorOpType(op_type)))
        return self

    def create_hnsw(
        self,
        table_or_model: TableLike,
        name: str,
        column: str,
        m: int = 16,
        ef_construction: int = 200,
        ef_search: int = 50,
        op_type: str = VectorOpType.VECTOR_L2_OPS,
    ) -> Self:
        """Create an HNSW index: new rows are found after some seconds.

        Args:
            table_or_model: The table; its primary key is a single BIGINT.
            name: Name of the index.
            column: The vector column, of 32 or 64 bits.
            m: Neighbours of each node.
            ef_construction: Candidates looked at while building.
            ef_search: Candidates looked at while searching.
            op_type: As for :meth:`create_ivf`.

        Returns:
            The manager, for chaining.

        Raises:
            QueryError: As for :meth:`create_ivf`; also another primary key, or ``experimental_hnsw_index`` is off,
                which clients turn on for their connections.
            ValueError: As for :meth:`create_ivf`.

        ALTER TABLE ... ADD INDEX.
        """
        _at_least_one(m=m, ef_construction=ef_construction, ef_search=ef_search)
        table, kind = table_parts(table_or_model), VectorOpType(op_type)
        self._session.run(CreateHnsw(table, name, column, m, ef_construction, ef_search, kind))
        return self

    def drop(self, table_or_model: TableLike, name: str) -> Self:
        """Drop an index.

        Args:
            table_or_model: The table.
            name: Name of the index.

        Returns:
            The manager, for chaining.

        Raises:
            QueryError: There is no such table or index.

        ALTER TABLE ... DROP INDEX.
        """
        self._session.run(DropIndex(table_parts(table_or_model), name))
        return self

    def reindex(self, table_or_model: TableLike, name: str, lists: int | None = None) -> Self:
        """Build an IVF-Flat index anew, from the rows there are now.

        Args:
            table_or_model: The table.
            name: Name of the index.
            lists: New number of clusters.

        Returns:
            The manager, for chaining.

        Raises:
            QueryError: There is no such table or index.
            ValueError: ``lists`` is below 1.

        ALTER TABLE ... ALTER REINDEX.
        """
        _at_least_one(lists=1 if lists is None else lists)
        self._session.run(Reindex(table_parts(table_or_model), name, lists))
        return self

    # -- searches -------------------------------------------------------------------------------------------------

    def similarity_search(
        self,
        table_or_model: TableLike,
        vector_column: str,
        query_vector: VectorLike,
        limit: int = 10,
        *,
        offset: int = 0,
        select_columns: Sequence[str] | None = None,
        where: str | ColumnElement[bool] | None = None,
        where_params: Sequence[Any] = (),
        distance_type: str = Distance.L2,
        rank_mode: RankMode | None = None,
    ) -> list[dict[str, Any]]:
        """The rows nearest to a vector, the nearest first.

        Args:
            table_or_model: The table; of a mapped class, vectors come back as lists, else as the server's text.
            vector_column: The vector column.
            query_vector: The vector: list, tuple, numpy array.
            limit: How many rows.
            offset: How many of the nearest to leave out.
            select_columns: Columns of the answer; all if left out.
            where: A condition: text with ``?``, or a SQLAlchemy expression.
            where_params: Values of the ``?``.
            distance_type: ``l2``, ``cosine`` or ``inner_product``.
            rank_mode: When the condition is applied. Where there is one the search is exact unless said otherwise
                (``force``): the server's own way finds fewer rows than there are, and ``pre`` finds rows that the
                condition ``key <> ?`` excludes.

        Returns:
            A dictionary a row: the columns, and ``distance``, in all three measures the smaller the nearer (for
            ``inner_product`` it is minus the dot product). Rows without a vector are not among them.

        Raises:
            QueryError: No such table or column, a vector of another dimension, or a wrong number of ``where_params``.
            ConfigurationError: A column called ``distance``, or an unknown ``rank_mode``.
            ValueError: The vector is empty or not finite, ``limit`` is below 1, or ``distance_type`` is unknown.

        SELECT ... ORDER BY ... LIMIT.
        """
        _at_least_one(limit=limit)
        if offset < 0:
            raise ValueError(f"offset is 0 or more, not {offset}")
        if rank_mode is not None and rank_mode not in get_args(RankMode):
            raise ConfigurationError(f"rank_mode is one of {', '.join(get_args(RankMode))}, not {rank_mode!r}")
        searched = Searched.of(table_or_model, vector_column, select_columns)
        search = Search(
            searched,
            searched.query(query_vector),
            Distance(distance_type),
            limit,
            offset,
            where=_condition(where, where_params),
            mode=rank_mode or (None if where is None else "force"),
        )
        found = self._session.run(search).value
        if any(row[DISTANCE] is None for row in found):  # no index was used: rows without a vector came first
            found = self._session.run(dataclasses.replace(search, with_null=False)).value
        return found

    def range_search(
        self,
        table_or_model: TableLike,
        vector_column: str,
        query_vector: VectorLike,
        max_distance: float,
        *,
        select_columns: Sequence[str] | None = None,
        where: str | ColumnElement[bool] | None = None,
        where_params: Sequence[Any] = (),
        distance_type: str = Distance.L2,
    ) -> list[dict[str, Any]]:
        """All rows within a distance of a vector, the nearest first. No index serves it: every row is looked at.

        Args:
            table_or_model: As for :meth:`similarity_search`.
            vector_column: As for :meth:`similarity_search`.
            query_vector: As for :meth:`similarity_search`.
            max_distance: Largest distance; for ``inner_product`` minus the smallest dot product.
            select_columns: As for :meth:`similarity_search`.
            where: As for :meth:`similarity_search`.
            where_params: As for :meth:`similarity_search`.
            distance_type: As for :meth:`similarity_search`.

        Returns:
            As for :meth:`similarity_search`.

        Raises:
            QueryError: As for :meth:`similarity_search`.
            ConfigurationError: As for :meth:`similarity_search`.
            ValueError: As for :meth:`similarity_search`; or ``max_distance`` is not finite.

        SELECT ... WHERE ... ORDER BY.
        """
        if not math.isfinite(max_distance):
            raise ValueError(f"max_distance is a finite number, not {max_distance}")
        searched = Searched.of(table_or_model, vector_column, select_columns)
        query, distance = searched.query(query_vector), Distance(distance_type)
        condition = _condition(where, where_params)
        return self._session.run(Search(searched, query, distance, within=max_distance, where=condition)).value


class AsyncVectorManager(AsyncManager[VectorManager]):
    """:class:`VectorManager` for asyncio."""

    create_ivf = chaining(VectorManager.create_ivf)
    create_hnsw = chaining(VectorManager.create_hnsw)
    drop = chaining(VectorManager.drop)
    reindex = chaining(VectorManager.reindex)
    similarity_search = awaitable(VectorManager.similarity_search)
    range_search = awaitable(VectorManager.range_search)


def _at_least_one(**numbers: int) -> None:
    for name, number in numbers.items():
        if number < 1:
            raise ValueError(f"{name} is 1 or more, not {number}")


def _condition(where: str | ColumnElement[bool] | None, params: Sequence[Any]) -> ColumnElement[bool] | None:
    if isinstance(where, str):
        return TextCondition.of(where, params)
    if params:
        raise ConfigurationError("where_params belong to a condition that is text")
    return where
