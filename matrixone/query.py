"""Queries of a session: the builder of :mod:`matrixone.query_builder` and what runs it, on both faces."""

from __future__ import annotations

from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from sqlalchemy import BindParameter, Join, exc

from matrixone.dialect.explain import Explain
from matrixone.managers import async_iterable, awaitable
from matrixone.query_builder import QueryBuilder
from matrixone.query_changes import delete_of, forget_changed, update_of
from matrixone.query_columns import is_mapped
from matrixone.query_export import QueryExport
from matrixone.results import without_repeats
from matrixone.translation import translating_each

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
    from typing import TypeAlias

    from matrixone_export import Export
    from sqlalchemy import CursorResult, Delete, Row, ScalarResult, Select, Update
    from sqlalchemy.sql._typing import _TypedColumnClauseArgument as Column

    from matrixone.queries import Expression
    from matrixone.query_export import Path

    AnyResult: TypeAlias = CursorResult[*tuple[Any, ...]]
    C1 = TypeVar("C1")
    C2 = TypeVar("C2")
    C3 = TypeVar("C3")
    C4 = TypeVar("C4")

T = TypeVar("T")
R = TypeVar("R")

__all__ = ["AsyncMatrixOneQuery", "AsyncQuery", "BaseMatrixOneQuery", "MatrixOneQuery", "Query"]


class Query(QueryBuilder, QueryExport, Generic[T]):
    """A query of a session, or of a client, which runs each on a connection of its own.

    The query of one mapped class returns its objects, attached to the session; any other returns rows.
    """

    @overload
    def select(self, column: type[R], /) -> Query[R]: ...
    @overload
    def select(self, c1: Expression[C1], /) -> Query[Row[C1]]: ...
    @overload
    def select(self, c1: Column[C1], c2: Column[C2], /) -> Query[Row[C1, C2]]: ...
    @overload
    def select(self, c1: Column[C1], c2: Column[C2], c3: Column[C3], /) -> Query[Row[C1, C2, C3]]: ...
    @overload
    def select(
        self, c1: Column[C1], c2: Column[C2], c3: Column[C3], c4: Column[C4], /
    ) -> Query[Row[C1, C2, C3, C4]]: ...
    @overload
    def select(self, *columns: Any) -> Query[Any]: ...
    def select(self, *columns: Any) -> Any:
        """Return these columns instead, of the same tables."""
        return self._choosing(columns)

    def all(self) -> list[T]:
        """All objects or rows."""
        return self._fetch(self._select())

    def first(self) -> T | None:
        """The first object or row, or None."""
        rows = self._fetch(self._at_most(1))
        return rows[0] if rows else None

    def one(self) -> T:
        """The only object or row.

        Raises:
            sqlalchemy.exc.NoResultFound: there is none.
            sqlalchemy.exc.MultipleResultsFound: there are more.
        """
        row = self._only("one")
        if row is None:
            raise exc.NoResultFound("No row was found for one()")
        return row

    def one_or_none(self) -> T | None:
        """The only object or row, or None.

        Raises:
            sqlalchemy.exc.MultipleResultsFound: there are more.
        """
        return self._only("one_or_none")

    @overload
    def scalar(self: Query[Row[C1, *tuple[Any, ...]]]) -> C1 | None: ...
    @overload
    def scalar(self) -> T | None: ...
    def scalar(self) -> Any:
        """The first column of the first row, or None."""
        return self._session.execute(self._at_most(1)).scalar()

    @overload
    def scalars(self: Query[Row[C1, *tuple[Any, ...]]]) -> ScalarResult[C1]: ...
    @overload
    def scalars(self) -> ScalarResult[T]: ...
    def scalars(self) -> ScalarResult[Any]:
        """The first column of each row, or the objects."""
        result: ScalarResult[Any] = self._session.execute(self._select()).scalars()
        return result

    def count(self) -> int:
        """The number of rows. An object that a join finds several times, which :meth:`all` returns once, is several."""
        return int(self._session.execute(self._count()).scalar_one())

    def exists(self) -> bool:
        """Whether there is a row; an aggregate without groups has one, of no rows, too."""
        # Groups and their conditions may refer to the columns by name.
        is_plain = self._is_of_table_rows()
        asked = self._with(self._statement.order_by(None))._choosing(("1",)) if is_plain else self
        # To first(), an object that is None is no row.
        return bool(self._session.execute(asked._at_most(1)).fetchmany(1))

    def execute(self) -> AnyResult:
        """Run the SELECT, or the UPDATE after :meth:`update`; returns SQLAlchemy's result, on a client a ResultSet."""
        if self._values is not None:
            return self._change(update_of(self))
        result: AnyResult = self._session.execute(self._select())
        return result

    def delete(self) -> AnyResult:
        """Delete the rows found; the result has their number as ``rowcount``.

        Raises:
            sqlalchemy.exc.InvalidRequestError: the query is more than conditions, CTEs, an order and a limit on one
                class or table; nothing is sent.
        """
        return self._change(delete_of(self))

    def iterate(self, chunk_size: int | None = None) -> Generator[T, None, None]:
        """The objects or rows, fetched from the server as they are asked for; see :meth:`partitions`."""
        return _flat(self.partitions(chunk_size))

    def partitions(self, chunk_size: int | None = None) -> Generator[list[T], None, None]:
        """The objects or rows in lists, each fetched from the server when it is asked for.

        The session's connection is busy until the last row is read or the iterator is closed: another statement on it
        before that is a ``TransactionError``. A client's query has a connection of its own. A failure between two rows
        raises. An object that a join finds several times comes as often.

        Args:
            chunk_size: Rows a list; that of :meth:`yield_per`, or 1000, if left out.

        Raises:
            sqlalchemy.exc.ArgumentError: The size is not positive.
        """
        return self._partitions(self._checked_chunk(chunk_size), self._select())

    def explain(self, verbose: bool = False) -> str:
        """The plan of the query. Sends ``EXPLAIN``."""
        return self._plan(Explain(self._runnable(), verbose=verbose))

    def explain_analyze(self, verbose: bool = False) -> str:
        """The plan of the query and what each step took; runs it. Sends ``EXPLAIN ANALYZE``."""
        return self._plan(Explain(self._runnable(), analyze=True, verbose=verbose))

    def __iter__(self) -> Iterator[T]:
        return iter(self.all()) if self._chunk_size is None else self.iterate()

    def _fetch(self, statement: Select[Any]) -> list[T]:
        result = self._session.execute(statement)
        return list(result.scalars().unique() if self._is_of_one_class() else without_repeats(result))

    def _partitions(self, size: int, statement: Select[Any]) -> Generator[list[T], None, None]:
        with self._session.unit_of_work() as session:
            result = session.execute(statement, execution_options={"yield_per": size})
            with closing(result):
                rows = result.scalars() if self._is_of_one_class() else result
                yield from translating_each(list(part) for part in rows.partitions(size))

    def _is_of_one_class(self) -> bool:
        return len(self._columns) == 1 and is_mapped(self._columns[0])

    def _only(self, method: str) -> T | None:
        # With a limit, all rows might be those of one object, and the next object missed.
        repeats = self._is_of_one_class() and self._reads_several()
        rows = self._fetch(self._select() if repeats else self._at_most(2))
        if len(rows) > 1:
            raise exc.MultipleResultsFound(f"Multiple rows were found for {method}()")
        return rows[0] if rows else None

    def _reads_several(self) -> bool:
        """Whether there may be several rows of one object."""
        tables = self._select().get_final_froms()
        return len(tables) != 1 or isinstance(tables[0], Join)

    def _at_most(self, count: int) -> Select[Any]:
        limit = self._statement._limit_clause
        if isinstance(limit, BindParameter):
            count = min(count, int(limit.effective_value or 0))
        elif limit is not None:
            return self._select()
        return self.limit(count)._select()

    def _change(self, statement: Update | Delete) -> AnyResult:
        result: AnyResult = self._session.execute(statement)
        forget_changed(self._session, statement, self._entity)
        return result

    def _plan(self, explain: Explain) -> str:
        return "\n".join(self._session.execute(explain).scalars())


class AsyncQuery(QueryBuilder, Generic[T]):
    """The twin of :class:`Query`: what runs the query is a coroutine, what builds it is the same.

    Its session is an asynchronous session or client, whose bridge runs the code of :class:`Query`.
    """

    @overload
    def select(self, column: type[R], /) -> AsyncQuery[R]: ...
    @overload
    def select(self, c1: Expression[C1], /) -> AsyncQuery[Row[C1]]: ...
    @overload
    def select(self, c1: Column[C1], c2: Column[C2], /) -> AsyncQuery[Row[C1, C2]]: ...
    @overload
    def select(self, c1: Column[C1], c2: Column[C2], c3: Column[C3], /) -> AsyncQuery[Row[C1, C2, C3]]: ...
    @overload
    def select(
        self, c1: Column[C1], c2: Column[C2], c3: Column[C3], c4: Column[C4], /
    ) -> AsyncQuery[Row[C1, C2, C3, C4]]: ...
    @overload
    def select(self, *columns: Any) -> AsyncQuery[Any]: ...
    def select(self, *columns: Any) -> Any:
        """Return these columns instead, of the same tables."""
        return self._choosing(columns)

    async def all(self) -> list[T]:
        """See :meth:`Query.all`."""
        return await self._call(Query.all)

    async def first(self) -> T | None:
        """See :meth:`Query.first`."""
        return await self._call(Query.first)

    async def one(self) -> T:
        """See :meth:`Query.one`."""
        return await self._call(Query.one)

    async def one_or_none(self) -> T | None:
        """See :meth:`Query.one_or_none`."""
        return await self._call(Query.one_or_none)

    @overload
    async def scalar(self: AsyncQuery[Row[C1, *tuple[Any, ...]]]) -> C1 | None: ...
    @overload
    async def scalar(self) -> T | None: ...
    async def scalar(self) -> Any:
        """See :meth:`Query.scalar`."""
        return await self._call(Query.scalar)

    @overload
    async def scalars(self: AsyncQuery[Row[C1, *tuple[Any, ...]]]) -> ScalarResult[C1]: ...
    @overload
    async def scalars(self) -> ScalarResult[T]: ...
    async def scalars(self) -> ScalarResult[Any]:
        """See :meth:`Query.scalars`; the result holds all rows."""
        return await self._buffered()._call(Query.scalars)

    async def execute(self) -> AnyResult:
        """See :meth:`Query.execute`; the result holds all rows."""
        return await self._buffered()._call(Query.execute)

    def iterate(self, chunk_size: int | None = None) -> AsyncGenerator[T, None]:
        """See :meth:`Query.iterate`."""
        return _flat_async(self.partitions(chunk_size))

    def partitions(self, chunk_size: int | None = None) -> AsyncGenerator[list[T], None]:
        """See :meth:`Query.partitions`."""
        partitions: Callable[..., Any] = async_iterable(Query._partitions)
        parts: AsyncGenerator[list[T], None] = partitions(self, self._checked_chunk(chunk_size), self._select())
        return parts

    count = awaitable(Query.count)
    exists = awaitable(Query.exists)
    delete = awaitable(Query.delete)
    explain = awaitable(Query.explain)
    explain_analyze = awaitable(Query.explain_analyze)
    export_to_file = awaitable(Query.export_to_file)
    export_to_stage = awaitable(Query.export_to_stage)

    async def export_to(self, stage_or_filepath: Path, filename: str | None = None, **options: Any) -> Export:
        """See :meth:`Query.export_to`."""
        return await self._call(Query.export_to, stage_or_filepath, filename, **options)

    async def __aiter__(self) -> AsyncIterator[T]:
        if self._chunk_size is None:
            for row in await self.all():
                yield row
            return
        async with aclosing(self.iterate()) as rows:
            async for row in rows:
                yield row

    def _buffered(self) -> AsyncQuery[T]:
        return self._with(self._statement.execution_options(prebuffer_rows=True))

    async def _call(self, method: Callable[..., R], /, *args: Any, **kwargs: Any) -> R:
        result: R = await self._session._call(self._run, method, *args, **kwargs)
        return result

    def _run(self, session: Any, method: Callable[..., R], /, *args: Any, **kwargs: Any) -> R:
        query: Query[T] = Query.__new__(Query)
        vars(query).update({**vars(self), "_session": session})
        return method(query, *args, **kwargs)


def _flat(parts: Generator[list[T], None, None]) -> Generator[T, None, None]:
    with closing(parts):
        for part in parts:
            yield from part


async def _flat_async(parts: AsyncGenerator[list[T], None]) -> AsyncGenerator[T, None]:
    async with aclosing(parts):
        async for part in parts:
            for row in part:
                yield row


MatrixOneQuery = Query
AsyncMatrixOneQuery = AsyncQuery
BaseMatrixOneQuery = QueryBuilder
