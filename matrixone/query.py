"""Queries of a session: the builder of :mod:`matrixone.query_builder` and what runs it, on both faces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import exc

from matrixone.dialect.explain import Explain
from matrixone.managers import awaitable
from matrixone.query_builder import QueryBuilder, is_mapped

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from sqlalchemy import Result, Select

T = TypeVar("T")

__all__ = ["AsyncMatrixOneQuery", "AsyncQuery", "MatrixOneQuery", "Query"]


class Query(QueryBuilder):
    """A query of a session, or of a client, which runs each on a connection of its own.

    The query of one mapped class returns its objects, attached to the session; any other returns rows.
    """

    def all(self) -> list[Any]:
        """All objects or rows."""
        return self._fetch(self._select())

    def first(self) -> Any | None:
        """The first object or row, or None."""
        rows = self._fetch(self._at_most(1))
        return rows[0] if rows else None

    def one(self) -> Any:
        """The only object or row.

        Raises:
            sqlalchemy.exc.NoResultFound: there is none.
            sqlalchemy.exc.MultipleResultsFound: there are more.
        """
        row = self._only("one")
        if row is None:
            raise exc.NoResultFound("No row was found for one()")
        return row

    def one_or_none(self) -> Any | None:
        """The only object or row, or None.

        Raises:
            sqlalchemy.exc.MultipleResultsFound: there are more.
        """
        return self._only("one_or_none")

    def scalar(self) -> Any | None:
        """The first column of the first row, or None."""
        return self._session.execute(self._at_most(1)).scalar()

    def count(self) -> int:
        """The number of objects or rows that :meth:`all` would return."""
        return int(self._session.execute(self._count()).scalar_one())

    def exists(self) -> bool:
        """Whether there is a row."""
        return self.select("1").first() is not None

    def execute(self) -> Result[Any]:
        """Run the SELECT, or the UPDATE after :meth:`update`; returns SQLAlchemy's result."""
        result: Result[Any] = self._session.execute(self._select() if self._values is None else self._update())
        return result

    def delete(self) -> Result[Any]:
        """Delete the rows found; the result has their number as ``rowcount``.

        Raises:
            sqlalchemy.exc.InvalidRequestError: the query is more than conditions on one class or table.
        """
        result: Result[Any] = self._session.execute(self._delete())
        return result

    def explain(self, verbose: bool = False) -> str:
        """The plan of the query. Sends ``EXPLAIN``."""
        return self._plan(Explain(self._select(), verbose=verbose))

    def explain_analyze(self, verbose: bool = False) -> str:
        """The plan of the query and what each step took; runs it. Sends ``EXPLAIN ANALYZE``."""
        return self._plan(Explain(self._select(), analyze=True, verbose=verbose))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.all())

    def _fetch(self, statement: Select[Any]) -> list[Any]:
        result = self._session.execute(statement)
        one_class = len(self._columns) == 1 and is_mapped(self._columns[0])
        return list(result.scalars().unique() if one_class else result)

    def _only(self, method: str) -> Any | None:
        rows = self._fetch(self._at_most(2))
        if len(rows) > 1:
            raise exc.MultipleResultsFound(f"Multiple rows were found for {method}()")
        return rows[0] if rows else None

    def _at_most(self, count: int) -> Select[Any]:
        limited = self._statement if self._statement._limit_clause is not None else self._statement.limit(count)
        return self._at_snapshot(limited)

    def _plan(self, explain: Explain) -> str:
        return "\n".join(self._session.execute(explain).scalars())


class AsyncQuery(QueryBuilder):
    """The twin of :class:`Query`: what runs the query is a coroutine, what builds it is the same.

    Its session is an asynchronous session or client, whose bridge runs the code of :class:`Query`.
    """

    all = awaitable(Query.all)
    first = awaitable(Query.first)
    one = awaitable(Query.one)
    one_or_none = awaitable(Query.one_or_none)
    scalar = awaitable(Query.scalar)
    count = awaitable(Query.count)
    exists = awaitable(Query.exists)
    execute = awaitable(Query.execute)
    delete = awaitable(Query.delete)
    explain = awaitable(Query.explain)
    explain_analyze = awaitable(Query.explain_analyze)

    async def __aiter__(self) -> AsyncIterator[Any]:
        for row in await self.all():
            yield row

    async def _call(self, method: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        result: T = await self._session._call(self._run, method, *args, **kwargs)
        return result

    def _run(self, session: Any, method: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        query = Query(session)
        vars(query).update({**vars(self), "_session": session})
        return method(query, *args, **kwargs)


MatrixOneQuery = Query
AsyncMatrixOneQuery = AsyncQuery
