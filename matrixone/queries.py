"""Where queries begin: ``query()`` of sessions and clients, typed by what it is asked for, and ``explain()``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from matrixone.managers import awaitable

if TYPE_CHECKING:
    from typing import TypeAlias

    from sqlalchemy import Row
    from sqlalchemy.sql._typing import _TypedColumnClauseArgument as Column
    from sqlalchemy.sql.elements import SQLCoreOperations
    from sqlalchemy.sql.roles import TypedColumnsClauseRole

    from matrixone.plan import Plan
    from matrixone.query import AsyncQuery, Query

    E = TypeVar("E")
    Expression: TypeAlias = TypedColumnsClauseRole[E] | SQLCoreOperations[E]

T = TypeVar("T")
C1 = TypeVar("C1")
C2 = TypeVar("C2")
C3 = TypeVar("C3")
C4 = TypeVar("C4")
C5 = TypeVar("C5")
C6 = TypeVar("C6")


class Queries:
    """Base of synchronous sessions and clients."""

    @overload
    def query(self, c1: type[T], /, *, snapshot: str | None = None) -> Query[T]: ...
    @overload
    def query(self, c1: Expression[C1], /, *, snapshot: str | None = None) -> Query[Row[C1]]: ...
    @overload
    def query(self, c1: Column[C1], c2: Column[C2], /, *, snapshot: str | None = None) -> Query[Row[C1, C2]]: ...
    @overload
    def query(
        self, c1: Column[C1], c2: Column[C2], c3: Column[C3], /, *, snapshot: str | None = None
    ) -> Query[Row[C1, C2, C3]]: ...
    @overload
    def query(
        self, c1: Column[C1], c2: Column[C2], c3: Column[C3], c4: Column[C4], /, *, snapshot: str | None = None
    ) -> Query[Row[C1, C2, C3, C4]]: ...
    @overload
    def query(
        self,
        c1: Column[C1],
        c2: Column[C2],
        c3: Column[C3],
        c4: Column[C4],
        c5: Column[C5],
        /,
        *,
        snapshot: str | None = None,
    ) -> Query[Row[C1, C2, C3, C4, C5]]: ...
    @overload
    def query(
        self,
        c1: Column[C1],
        c2: Column[C2],
        c3: Column[C3],
        c4: Column[C4],
        c5: Column[C5],
        c6: Column[C6],
        /,
        *,
        snapshot: str | None = None,
    ) -> Query[Row[C1, C2, C3, C4, C5, C6]]: ...
    @overload
    def query(self, *columns: Any, snapshot: str | None = None) -> Query[Any]: ...
    def query(self, *columns: Any, snapshot: str | None = None) -> Query[Any]:
        """A query, which begins as a SELECT of what it is given; see :class:`~matrixone.query.Query`.

        Args:
            *columns: One mapped class, or columns and expressions, tables, subqueries and CTEs. Text is a column, too
                (``"users.name"``, ``"COUNT(*) AS n"``); a bare name, ``"users"`` or ``"users u"``, is a table.
            snapshot: Read the past as this snapshot keeps it.

        Returns:
            A builder, whose every call returns a new one. A client runs each query on a connection of its own.
        """
        from matrixone.query import Query

        return Query(self, *columns, snapshot=snapshot)

    def explain(self, sql_or_stmt: Any, params: Any = None, *, analyze: bool = False, verbose: bool = False) -> Plan:
        """The plan of a statement, and which kinds of index it uses.

        Args:
            sql_or_stmt: String SQL or a SQLAlchemy statement, as for ``execute``, or a query of :meth:`query`.
            params: The values, as for ``execute``.
            analyze: Run it, changes of rows included, and show what each step took.
            verbose: Show more of each step.

        Raises:
            QueryError: The server refused, or the values do not fit the placeholders (nothing is sent then).
            ConfigurationError: A name of a table instead of a statement.
            sqlalchemy.exc.ArgumentError: Neither text nor a statement; nothing is sent.

        EXPLAIN [ANALYZE] [VERBOSE]
        """
        from matrixone.plan import explain

        return explain(self, sql_or_stmt, params, analyze=analyze, verbose=verbose)


class AsyncQueries:
    """Base of asynchronous sessions and clients."""

    @overload
    def query(self, c1: type[T], /, *, snapshot: str | None = None) -> AsyncQuery[T]: ...
    @overload
    def query(self, c1: Expression[C1], /, *, snapshot: str | None = None) -> AsyncQuery[Row[C1]]: ...
    @overload
    def query(self, c1: Column[C1], c2: Column[C2], /, *, snapshot: str | None = None) -> AsyncQuery[Row[C1, C2]]: ...
    @overload
    def query(
        self, c1: Column[C1], c2: Column[C2], c3: Column[C3], /, *, snapshot: str | None = None
    ) -> AsyncQuery[Row[C1, C2, C3]]: ...
    @overload
    def query(
        self, c1: Column[C1], c2: Column[C2], c3: Column[C3], c4: Column[C4], /, *, snapshot: str | None = None
    ) -> AsyncQuery[Row[C1, C2, C3, C4]]: ...
    @overload
    def query(
        self,
        c1: Column[C1],
        c2: Column[C2],
        c3: Column[C3],
        c4: Column[C4],
        c5: Column[C5],
        /,
        *,
        snapshot: str | None = None,
    ) -> AsyncQuery[Row[C1, C2, C3, C4, C5]]: ...
    @overload
    def query(
        self,
        c1: Column[C1],
        c2: Column[C2],
        c3: Column[C3],
        c4: Column[C4],
        c5: Column[C5],
        c6: Column[C6],
        /,
        *,
        snapshot: str | None = None,
    ) -> AsyncQuery[Row[C1, C2, C3, C4, C5, C6]]: ...
    @overload
    def query(self, *columns: Any, snapshot: str | None = None) -> AsyncQuery[Any]: ...
    def query(self, *columns: Any, snapshot: str | None = None) -> AsyncQuery[Any]:
        """See :meth:`Queries.query`; what runs the query is a coroutine."""
        from matrixone.query import AsyncQuery

        return AsyncQuery(self, *columns, snapshot=snapshot)

    explain = awaitable(Queries.explain)
