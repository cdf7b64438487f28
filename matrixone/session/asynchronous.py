"""The asynchronous session: the synchronous one, run through SQLAlchemy's greenlet bridge one call at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar, overload

from sqlalchemy.ext.asyncio import AsyncResult, async_scoped_session
from sqlalchemy.ext.asyncio import AsyncSession as SQLAlchemyAsyncSession
from sqlalchemy.ext.asyncio.exc import AsyncMethodRequired
from sqlalchemy.util import greenlet_spawn

from matrixone.attributes import AsyncManagerAttributes
from matrixone.exceptions import ConfigurationError
from matrixone.managers import pause_in_greenlet
from matrixone.proxies import AsyncSessionProxies
from matrixone.queries import AsyncQueries
from matrixone.session.sync import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType
    from typing import TypeAlias, TypeVarTuple

    from sqlalchemy.engine import CursorResult, Result, ScalarResult
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncScalarResult
    from sqlalchemy.schema import SchemaItem
    from sqlalchemy.sql import Executable
    from sqlalchemy.sql.dml import UpdateBase
    from sqlalchemy.sql.selectable import TypedReturnsRows

    from matrixone import bulk, tables
    from matrixone.capabilities import Capabilities
    from matrixone.client import AsyncClient
    from matrixone.managers import ManagerSpec
    from matrixone.operations import Operation, Outcome
    from matrixone.results import ResultSet
    from matrixone.unit_of_work import OnRefused

    AnyRow: TypeAlias = tuple[Any, ...]
    Ts = TypeVarTuple("Ts")

T = TypeVar("T")


class AsyncSession(AsyncSessionProxies, AsyncManagerAttributes, AsyncQueries):
    """:class:`Session` for asyncio, the same code; several tasks may use one session, statements run in call order.

    Args:
        bind: Asynchronous engine or connection; the client's engine if left out.
        client: The asynchronous client whose managers, settings and log the session uses.
        wrap_session: An existing SQLAlchemy asynchronous session to work through instead of a new one. Of an
            ``async_scoped_session``, the session of the current scope.
        on_refused: As for :class:`Session`.
        allow_implicit_commit: As for :class:`Session`.
        **kwargs: Arguments of :class:`sqlalchemy.ext.asyncio.AsyncSession`.
    """

    def __init__(
        self,
        bind: AsyncEngine | AsyncConnection | None = None,
        client: AsyncClient | None = None,
        wrap_session: SQLAlchemyAsyncSession | async_scoped_session[Any] | None = None,
        *,
        on_refused: OnRefused = "after_commit",
        allow_implicit_commit: bool = False,
        **kwargs: Any,
    ) -> None:
        if isinstance(wrap_session, async_scoped_session):
            wrap_session = wrap_session()
        if wrap_session is None:
            if bind is None and client is not None:
                bind = client.get_sqlalchemy_engine()
            wrap_session = SQLAlchemyAsyncSession(bind, **{"expire_on_commit": False, **kwargs})
        elif bind is not None or kwargs:
            raise ConfigurationError("wrap_session brings its own bind and settings; give no others")
        elif not isinstance(wrap_session, SQLAlchemyAsyncSession):
            raise ConfigurationError(
                f"wrap_session is a sqlalchemy.ext.asyncio.AsyncSession, not {type(wrap_session).__name__}"
            )
        self._sa = wrap_session
        self._client = client
        self._lock = asyncio.Lock()
        self._session = Session(
            client=None if client is None else client._sync,
            wrap_session=wrap_session.sync_session,
            on_refused=on_refused,
            allow_implicit_commit=allow_implicit_commit,
        )
        self._session._sleep = pause_in_greenlet

    @overload
    async def execute(
        self, sql_or_stmt: str, params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> CursorResult[*AnyRow]: ...
    @overload
    async def execute(
        self, sql_or_stmt: TypedReturnsRows[*Ts], params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> Result[*Ts]: ...
    @overload
    async def execute(
        self, sql_or_stmt: UpdateBase, params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> CursorResult[*AnyRow]: ...
    @overload
    async def execute(
        self, sql_or_stmt: str | Executable, params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> Result[*AnyRow]: ...
    async def execute(self, sql_or_stmt: Any, params: Any = None, *, log_mode: str | None = None, **kwargs: Any) -> Any:
        """See :meth:`Session.execute`; the result holds all rows."""
        return await self._call(
            Session.execute, sql_or_stmt, params, log_mode=log_mode, **_all_rows(sql_or_stmt, kwargs)
        )

    @overload
    async def scalars(
        self,
        sql_or_stmt: TypedReturnsRows[T, *Ts],
        params: Any = None,
        *,
        log_mode: str | None = None,
        **kwargs: Any,
    ) -> ScalarResult[T]: ...
    @overload
    async def scalars(
        self, sql_or_stmt: str | Executable, params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> ScalarResult[Any]: ...
    async def scalars(
        self, sql_or_stmt: Any, params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> ScalarResult[Any]:
        """See :meth:`Session.scalars`."""
        return await self._call(
            Session.scalars, sql_or_stmt, params, log_mode=log_mode, **_all_rows(sql_or_stmt, kwargs)
        )

    @overload
    async def scalar(
        self,
        sql_or_stmt: TypedReturnsRows[T, *Ts],
        params: Any = None,
        *,
        log_mode: str | None = None,
        **kwargs: Any,
    ) -> T | None: ...
    @overload
    async def scalar(
        self, sql_or_stmt: str | Executable, params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> Any: ...
    async def scalar(self, sql_or_stmt: Any, params: Any = None, *, log_mode: str | None = None, **kwargs: Any) -> Any:
        """See :meth:`Session.scalar`."""
        return await self._call(
            Session.scalar, sql_or_stmt, params, log_mode=log_mode, **_all_rows(sql_or_stmt, kwargs)
        )

    async def stream(
        self, sql_or_stmt: str | Executable, params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> AsyncResult[Any]:
        """See :meth:`Session.stream`."""
        return AsyncResult(await self._call(Session.stream, sql_or_stmt, params, log_mode=log_mode, **kwargs))

    async def stream_scalars(
        self, sql_or_stmt: str | Executable, params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> AsyncScalarResult[Any]:
        """The first column of each row, fetched as they are asked for; see :meth:`stream`."""
        return (await self.stream(sql_or_stmt, params, log_mode=log_mode, **kwargs)).scalars()

    async def run(self, operation: Operation[T], /) -> Outcome[T]:
        """See :meth:`Session.run`."""
        return await self._call(Session.run, operation)

    @property
    def capabilities(self) -> Capabilities:
        """See :attr:`Session.capabilities`.

        Raises:
            ConfigurationError: Not known yet, in a session without a client; a coroutine has to ask first.
        """
        self._check_usable()
        if self._client is not None:
            return self._client.capabilities
        if self._session._capabilities is None:
            raise ConfigurationError(
                "the server was not asked for its version yet: await run_sync(lambda session: session.capabilities)"
            )
        return self._session._capabilities

    async def run_sync(self, function: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        """Call ``function(session, ...)`` with the synchronous :class:`Session`, through the bridge."""
        return await self._bridge(function, self._session, *args, **kwargs)

    async def insert(self, table_name_or_model: bulk.TableLike, data: Mapping[str, Any]) -> ResultSet:
        """See :meth:`Session.insert`."""
        return await self._call(Session.insert, table_name_or_model, data)

    async def batch_insert(
        self, table_name_or_model: bulk.TableLike, data_list: Sequence[Mapping[str, Any]]
    ) -> ResultSet:
        """See :meth:`Session.batch_insert`."""
        return await self._call(Session.batch_insert, table_name_or_model, data_list)

    async def set_session_variables(self, **variables: str | int | None) -> Self:
        """See :meth:`Session.set_session_variables`."""
        await self._call(Session.set_session_variables, **variables)
        return self

    async def create_table(
        self, table_name: bulk.TableLike, columns: Mapping[str, tables.ColumnType] | None = None, **kwargs: Any
    ) -> Self:
        """See :meth:`Session.create_table`."""
        await self._call(Session.create_table, table_name, columns, **kwargs)
        return self

    async def create_table_with_index(
        self,
        table_name: str,
        columns: Mapping[str, tables.ColumnType],
        indexes: Sequence[Mapping[str, Any]] | None = None,
        **kwargs: Any,
    ) -> Self:
        """See :meth:`Session.create_table_with_index`."""
        await self._call(Session.create_table_with_index, table_name, columns, indexes, **kwargs)
        return self

    async def create_table_orm(self, table_name: str, *columns: SchemaItem, **kwargs: Any) -> Self:
        """See :meth:`Session.create_table_orm`."""
        await self._call(Session.create_table_orm, table_name, *columns, **kwargs)
        return self

    async def drop_table(self, table_name: bulk.TableLike) -> Self:
        """See :meth:`Session.drop_table`."""
        await self._call(Session.drop_table, table_name)
        return self

    async def connection(self, **kwargs: Any) -> AsyncConnection:
        """The connection of the session's transaction, which begins if none is open."""
        await self._call_door("connection", **kwargs)
        return await self._sa.connection(**kwargs)

    async def commit(self) -> None:
        """See :meth:`Session.commit`."""
        await self._call(Session.commit)

    async def rollback(self) -> None:
        """See :meth:`Session.rollback`."""
        await self._call(Session.rollback)

    async def close(self) -> None:
        """See :meth:`Session.close`."""
        await self._call(Session.close)

    aclose = close

    async def reset(self) -> None:
        """See :meth:`Session.reset`."""
        await self._call(Session.reset)

    def begin_nested(self) -> NoReturn:
        """See :meth:`Session.begin_nested`."""
        self._session.begin_nested()

    async def pause(self, seconds: float, /) -> None:
        """Wait while the event loop goes on."""
        await asyncio.sleep(seconds)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        ending = asyncio.ensure_future(self._call(Session.__exit__, kind, error, traceback))
        await asyncio.shield(ending)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'closed' if self._session._closed else 'of ' + repr(self._client)}>"

    async def _call(self, method: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        return await self._bridge(method, self._session, *args, **kwargs)

    def _check_usable(self) -> None:
        self._session._check_usable()

    async def _call_door(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        return await self._call(Session._through_door, name, *args, **kwargs)

    async def _bridge(self, function: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        """Run synchronous code in a greenlet, one call at a time, in the order of the calls."""
        async with self._lock:
            return await greenlet_spawn(function, *args, **kwargs)

    def _make_manager(self, spec: ManagerSpec) -> Any:
        return spec.async_manager(self, manager=self._session._named(spec.name))


def _all_rows(statement: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Keywords by which a result holds all of its rows.

    Raises:
        sqlalchemy.ext.asyncio.AsyncMethodRequired: The statement is to be streamed.
    """
    options = {**getattr(statement, "_execution_options", {}), **kwargs.get("execution_options", {})}
    if options.get("yield_per") or options.get("stream_results"):
        raise AsyncMethodRequired("the result would hold all rows; await stream(...) to fetch them as they are read")
    return _with_option(kwargs, "prebuffer_rows")


def _with_option(kwargs: dict[str, Any], name: str) -> dict[str, Any]:
    return {**kwargs, "execution_options": {**kwargs.get("execution_options", {}), name: True}}
