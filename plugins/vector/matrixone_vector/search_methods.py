"""Searching vectors, and writing them."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import and_

from matrixone.aliases import also_named
from matrixone.exceptions import ConfigurationError
from matrixone.managers import Manager
from matrixone.querylog import statement_context
from matrixone.tables import table_parts
from matrixone.text_clauses import TextCondition
from matrixone.vector import Distance, IVFRankMode
from matrixone.vector.indexes import at_least_one
from matrixone_vector.indexes import Recall
from matrixone_vector.model import DISTANCE, Searched
from matrixone_vector.operations import ReadColumns
from matrixone_vector.search import Search

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement

    from matrixone.bulk import TableLike
    from matrixone.vector.text import VectorLike

    Condition = str | ColumnElement[bool]
    Rows = list[dict[str, Any]]

_TIE = 1e-6

_tables = also_named(table_name="table_name_or_model", table="table_name_or_model")
_searches = also_named(
    table_name="table_name_or_model", table="table_name_or_model", where="where_clause", columns="select_columns"
)


class SearchMethods(Manager):
    """What the manager does with vectors."""

    @_searches
    def similarity_search(
        self,
        table_name_or_model: TableLike,
        vector_column: str,
        query_vector: VectorLike,
        limit: int = 10,
        select_columns: Sequence[str] | None = None,
        where_clause: Condition | None = None,
        distance_type: str = Distance.L2,
        log_mode: str | None = None,
        *,
        where_conditions: Sequence[Condition] = (),
        where_params: Sequence[Any] = (),
        offset: int = 0,
        rank_mode: str | None = None,
        snapshot: str | None = None,
        with_score: bool = False,
    ) -> Rows:
        """The rows nearest to a vector, the nearest first.

        Args:
            table_name_or_model: The table; of a mapped class, vectors come back as lists, else as the server's text.
            vector_column: The vector column.
            query_vector: The vector: list, tuple, numpy array.
            limit: How many rows.
            select_columns: Columns of the answer; all if left out.
            where_clause: A condition: text with ``?``, or a SQLAlchemy expression.
            distance_type: ``l2``, ``cosine`` or ``inner_product``.
            log_mode: ``off``, ``simple``, ``full`` or ``auto`` for this call only.
            where_conditions: Further conditions, all of which hold.
            where_params: Values of the ``?``, in their order.
            offset: How many of the nearest to leave out.
            rank_mode: When the condition is applied, see :class:`IVFRankMode`. Where there is one the search is exact
                unless said otherwise (``force``): the server's own way finds fewer rows than there are.
            snapshot: Search the past, exactly: an index knows the present only.
            with_score: Add ``score`` to the rows.

        Returns:
            A dictionary a row: the columns, and ``distance``, in all three measures the smaller the nearer (for
            ``inner_product`` it is minus the dot product). ``score`` is what the measure is called after: the Euclidean
            distance, the cosine of the angle, or the dot product. Rows without a vector are not among them.

        Raises:
            QueryError: No such table or column, a vector of another dimension, or a wrong number of ``where_params``.
            ConfigurationError: A column called ``distance``, or a ``rank_mode`` that uses an index with ``snapshot``.
            ValueError: The vector is empty or not finite, ``limit`` is below 1, or ``distance_type`` or ``rank_mode``
                is unknown.

        SELECT ... ORDER BY ... LIMIT.
        """
        at_least_one(limit=limit)
        if offset < 0:
            raise ValueError(f"offset is 0 or more, not {offset}")
        where = _condition(where_clause, where_conditions, where_params)
        mode = None if rank_mode is None else IVFRankMode(rank_mode)
        if snapshot is not None and mode not in (None, IVFRankMode.EXACT):
            raise ConfigurationError("a search of the past is exact: the index knows the present only")
        if mode is None and (where is not None or snapshot is not None):
            mode = IVFRankMode.EXACT
        exact = mode is IVFRankMode.EXACT
        searched = Searched.of(table_name_or_model, vector_column, select_columns)
        search = Search(
            searched,
            searched.query(query_vector),
            Distance(distance_type),
            limit if exact else limit + offset,
            offset if exact else 0,
            where=where,
            mode=mode,
            with_null=not exact,
            snapshot=snapshot,
            scored=with_score,
        )
        with statement_context(log_mode=log_mode):
            found = self._session.run(search).value
            if any(row[DISTANCE] is None for row in found):  # no index was used: rows without a vector came first
                found = self._session.run(dataclasses.replace(search, with_null=False)).value
        return found if exact else found[offset:]

    @_searches
    def search_with_rank(
        self,
        table_name_or_model: TableLike,
        vector_column: str,
        query_vector: VectorLike,
        limit: int = 10,
        select_columns: Sequence[str] | None = None,
        where_clause: Condition | None = None,
        distance_type: str = Distance.L2,
        rank_mode: str | None = None,
        log_mode: str | None = None,
        *,
        where_params: Sequence[Any] = (),
        offset: int = 0,
        with_score: bool = False,
    ) -> Rows:
        """The rows nearest to a vector, with the server's own handling of conditions unless ``rank_mode`` is given.

        Args:
            table_name_or_model: As for :meth:`similarity_search`.
            vector_column: As for :meth:`similarity_search`.
            query_vector: As for :meth:`similarity_search`.
            limit: As for :meth:`similarity_search`.
            select_columns: As for :meth:`similarity_search`.
            where_clause: As for :meth:`similarity_search`.
            distance_type: As for :meth:`similarity_search`.
            rank_mode: See :class:`IVFRankMode`; ``post`` if left out: with a condition there may be fewer rows than
                asked for, or none.
            log_mode: As for :meth:`similarity_search`.
            where_params: As for :meth:`similarity_search`.
            offset: As for :meth:`similarity_search`.
            with_score: As for :meth:`similarity_search`.

        Returns:
            As for :meth:`similarity_search`.

        Raises:
            QueryError: As for :meth:`similarity_search`.
            ConfigurationError: As for :meth:`similarity_search`.
            ValueError: As for :meth:`similarity_search`.

        SELECT ... ORDER BY ... LIMIT ... BY RANK.
        """
        return self.similarity_search(
            table_name_or_model,
            vector_column,
            query_vector,
            limit,
            select_columns,
            where_clause,
            distance_type,
            log_mode,
            where_params=where_params,
            offset=offset,
            rank_mode=rank_mode or IVFRankMode.POST,
            with_score=with_score,
        )

    @_searches
    def range_search(
        self,
        table_name_or_model: TableLike,
        vector_column: str,
        query_vector: VectorLike,
        max_distance: float,
        select_columns: Sequence[str] | None = None,
        where_clause: Condition | None = None,
        distance_type: str = Distance.L2,
        log_mode: str | None = None,
        *,
        where_conditions: Sequence[Condition] = (),
        where_params: Sequence[Any] = (),
        snapshot: str | None = None,
        with_score: bool = False,
    ) -> Rows:
        """All rows within a distance of a vector, the nearest first. No index serves it: every row is looked at.

        Args:
            table_name_or_model: As for :meth:`similarity_search`.
            vector_column: As for :meth:`similarity_search`.
            query_vector: As for :meth:`similarity_search`.
            max_distance: Largest distance; for ``inner_product`` minus the smallest dot product.
            select_columns: As for :meth:`similarity_search`.
            where_clause: As for :meth:`similarity_search`.
            distance_type: As for :meth:`similarity_search`.
            log_mode: As for :meth:`similarity_search`.
            where_conditions: As for :meth:`similarity_search`.
            where_params: As for :meth:`similarity_search`.
            snapshot: Search the past.
            with_score: As for :meth:`similarity_search`.

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
        searched = Searched.of(table_name_or_model, vector_column, select_columns)
        search = Search(
            searched,
            searched.query(query_vector),
            Distance(distance_type),
            within=max_distance,
            where=_condition(where_clause, where_conditions, where_params),
            snapshot=snapshot,
            scored=with_score,
        )
        with statement_context(log_mode=log_mode):
            return self._session.run(search).value

    @_tables
    def check_recall(
        self,
        table_name_or_model: TableLike,
        vector_column: str,
        query_vectors: Sequence[VectorLike],
        limit: int = 10,
        distance_type: str = Distance.L2,
    ) -> Recall:
        """How much of what an exact search finds is found through the index, with the ``probe_limit`` of the client.

        Args:
            table_name_or_model: The table; it needs a primary key.
            vector_column: The vector column.
            query_vectors: Vectors to search for.
            limit: How many rows to ask for.
            distance_type: As for :meth:`similarity_search`.

        Returns:
            The share for each vector, their mean, and the worst; 1 without an index.

        Raises:
            QueryError: As for :meth:`similarity_search`.
            ConfigurationError: No primary key.
            ValueError: No vectors, or as for :meth:`similarity_search`.

        Two SELECTs for each vector.
        """
        if not len(query_vectors):
            raise ValueError("at least one vector is needed")
        columns = self._session.run(ReadColumns(table_parts(table_name_or_model))).value
        key = [column.name for column in columns if column.is_key]
        if not key:
            raise ConfigurationError("the table has no primary key to tell its rows by")
        table = ".".join("`" + part.replace("`", "``") + "`" for part in table_parts(table_name_or_model))

        def search(vector: VectorLike, mode: IVFRankMode | None) -> dict[tuple[Any, ...], float]:
            found = self.similarity_search(
                table, vector_column, vector, limit, key, distance_type=distance_type, rank_mode=mode
            )
            return {tuple(row[name] for name in key): row[DISTANCE] for row in found}

        return Recall(
            tuple(_share(search(vector, IVFRankMode.EXACT), search(vector, None)) for vector in query_vectors), limit
        )

    @_tables
    def insert(self, table_name_or_model: TableLike, data: Mapping[str, Any]) -> Self:
        """Insert one row; vectors are lists, tuples or numpy arrays.

        Args:
            table_name_or_model: The table.
            data: Values by column name.

        Returns:
            The manager, for chaining.

        Raises:
            QueryError: The server refused.
            ValueError: A vector of a mapped class has another dimension.

        INSERT.
        """
        return self.batch_insert(table_name_or_model, [data])

    @_tables
    def batch_insert(self, table_name_or_model: TableLike, data_list: Sequence[Mapping[str, Any]]) -> Self:
        """Insert many rows with few statements.

        Args:
            table_name_or_model: The table.
            data_list: Dictionaries of values by column name; an empty list sends nothing.

        Returns:
            The manager, for chaining.

        Raises:
            QueryError: The server refused; on a client no row is stored then.
            ValueError: As for :meth:`insert`.

        INSERT.
        """
        self._session.batch_insert(table_name_or_model, data_list)
        return self


def _share(exact: dict[tuple[Any, ...], float], found: dict[tuple[Any, ...], float]) -> float:
    """The share of the exact answer; a row as far away as its last one is as good as that."""
    if not exact:
        return 1.0
    last = max(exact.values())
    good = sum(key in exact or distance <= last + abs(last) * _TIE for key, distance in found.items())
    return min(good / len(exact), 1.0)


def _condition(
    where: Condition | None, further: Sequence[Condition], params: Sequence[Any]
) -> ColumnElement[bool] | None:
    if isinstance(further, str):
        raise ConfigurationError(f"where_conditions are a list, not the text {further!r}")
    conditions = [condition for condition in (where, *further) if condition is not None]
    texts = [condition for condition in conditions if isinstance(condition, str)]
    if params and not texts:
        raise ConfigurationError("where_params belong to a condition that is text")
    expressions = [condition for condition in conditions if not isinstance(condition, str)]
    if texts:
        joined = texts[0] if len(texts) == 1 else " AND ".join(f"({text})" for text in texts)
        expressions.insert(0, TextCondition.of(joined, params))
    if not expressions:
        return None
    return expressions[0] if len(expressions) == 1 else and_(*expressions)
