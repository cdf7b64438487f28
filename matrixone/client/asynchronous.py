"""The asynchronous client: the synchronous one, over an asynchronous engine, run through the greenlet bridge."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import greenlet_spawn

from matrixone.attributes import AsyncManagerAttributes
from matrixone.client.sync import Client
from matrixone.exceptions import ConfigurationError
from matrixone.managers import awaitable, pause_in_greenlet
from matrixone.queries import AsyncQueries
from matrixone.session import AsyncSession

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from os import PathLike
    from types import TracebackType

    from sqlalchemy import MetaData
    from sqlalchemy.engine import Engine
    from sqlalchemy.schema import SchemaItem

    from matrixone.bulk import TableLike
    from matrixone.capabilities import Capabilities
    from matrixone.managers import ManagerSpec
    from matrixone.querylog import QueryLog
    from matrixone.tables import ColumnType

T = TypeVar("T")


class _SynchronousSide(Client):
    """What an asynchronous client runs its statements through, inside greenlets."""

    _driver = "aiomysql"
    _connects_at_construction = False

    def _new_engine(self, **pool_options: Any) -> Engine:
        return create_async_engine(**self._engine_arguments(), **pool_options).sync_engine


class AsyncClient(AsyncManagerAttributes, AsyncQueries):
    """:class:`Client` for asyncio, the same code; connect with ``await client.connect(...)`` or ``async with``.

    Args:
        **options: As for :class:`Client`; nothing is connected before :meth:`connect`.
    """

    def __init__(self, host: str | None = None, **options: Any) -> None:
        self._sync = _SynchronousSide(host, **options)
        self._sync._sleep = pause_in_greenlet
        self._engine: AsyncEngine | None = None

    @classmethod
    def lite(
        cls, data: str | PathLike[str] | None = None, *, sql: str | PathLike[str] | None = None, **options: Any
    ) -> Self:
        """See :meth:`Client.lite`; the server starts with :meth:`connect` or ``async with``."""
        client = cls(**options)
        client._sync = _SynchronousSide.lite(data, sql=sql, **options)
        client._sync._sleep = pause_in_greenlet
        return client

    @classmethod
    def from_engine(cls, engine: AsyncEngine, **options: Any) -> Self:
        """See :meth:`Client.from_engine`."""
        client = cls(**options)
        client._sync = _SynchronousSide.from_engine(engine.sync_engine, **options)
        client._sync._sleep = pause_in_greenlet
        client._engine = engine
        return client

    async def connect(self, **settings: Any) -> Self:
        """See :meth:`Client.connect`."""
        await self._call(Client.connect, **settings)
        return self

    disconnect = awaitable(Client.disconnect)
    version = awaitable(Client.version)
    git_version = awaitable(Client.git_version)
    get_secondary_index_tables = awaitable(Client.get_secondary_index_tables)
    get_secondary_index_table_by_name = awaitable(Client.get_secondary_index_table_by_name)
    get_table_indexes_detail = awaitable(Client.get_table_indexes_detail)
    verify_table_index_counts = awaitable(Client.verify_table_index_counts)
    execute = awaitable(Client.execute)
    run = awaitable(Client.run)
    insert = awaitable(Client.insert)
    batch_insert = awaitable(Client.batch_insert)
    get_backend_version = awaitable(Client.get_backend_version)
    set_backend_version = awaitable(Client.set_backend_version)
    is_development_version = awaitable(Client.is_development_version)
    is_feature_available = awaitable(Client.is_feature_available)
    get_feature_info = awaitable(Client.get_feature_info)
    check_version_compatibility = awaitable(Client.check_version_compatibility)
    get_version_hint = awaitable(Client.get_version_hint)

    @property
    def log(self) -> QueryLog:
        """The query log of the client."""
        return self._sync.log

    @property
    def is_lite(self) -> bool:
        """Whether the server is the embedded development server."""
        return self.connected() and self.capabilities.is_lite

    @property
    def capabilities(self) -> Capabilities:
        """See :attr:`Client.capabilities`.

        Raises:
            ConfigurationError: Not known yet: a client made by :meth:`from_engine` asks with its first coroutine.
        """
        if self._sync._capabilities is None and self.connected():
            raise ConfigurationError("the server was not asked for its version yet: await get_backend_version() first")
        return self._sync.capabilities

    def connected(self) -> bool:
        """See :meth:`Client.connected`."""
        return self._sync.connected()

    def get_login_info(self) -> dict[str, Any]:
        """See :meth:`Client.get_login_info`."""
        return self._sync.get_login_info()

    def get_sqlalchemy_engine(self) -> AsyncEngine:
        """The asynchronous engine.

        Raises:
            ConnectionError: Not connected.
        """
        engine = self._sync.get_sqlalchemy_engine()
        if self._engine is None or self._engine.sync_engine is not engine:
            self._engine = AsyncEngine(engine)
        return self._engine

    @property
    def engine(self) -> AsyncEngine:
        """See :meth:`get_sqlalchemy_engine`."""
        return self.get_sqlalchemy_engine()

    def session(self, **options: Any) -> AsyncSession:
        """A new session; use it in an ``async with`` block. See :meth:`Client.session`."""
        self._sync._check_connected()
        return AsyncSession(client=self, **options)

    transaction = session

    async def create_table(
        self, table_name_or_model: TableLike, columns: Mapping[str, ColumnType] | None = None, **kwargs: Any
    ) -> Self:
        """See :meth:`Client.create_table`."""
        await self._call(Client.create_table, table_name_or_model, columns, **kwargs)
        return self

    async def create_table_with_index(
        self,
        table_name: str,
        columns: Mapping[str, ColumnType],
        indexes: Sequence[Mapping[str, Any]] | None = None,
        **kwargs: Any,
    ) -> Self:
        """See :meth:`Client.create_table_with_index`."""
        await self._call(Client.create_table_with_index, table_name, columns, indexes, **kwargs)
        return self

    async def create_table_orm(self, table_name: str, *columns: SchemaItem, **kwargs: Any) -> Self:
        """See :meth:`Client.create_table_orm`."""
        await self._call(Client.create_table_orm, table_name, *columns, **kwargs)
        return self

    async def drop_table(self, table_name_or_model: TableLike) -> Self:
        """See :meth:`Client.drop_table`."""
        await self._call(Client.drop_table, table_name_or_model)
        return self

    async def create_all(self, base: type[Any] | MetaData) -> Self:
        """See :meth:`Client.create_all`."""
        await self._call(Client.create_all, base)
        return self

    async def drop_all(self, base: type[Any] | MetaData) -> Self:
        """See :meth:`Client.drop_all`."""
        await self._call(Client.drop_all, base)
        return self

    async def set_session_variables(self, **variables: str | int | None) -> Self:
        """See :meth:`Client.set_session_variables`."""
        await self._call(Client.set_session_variables, **variables)
        return self

    async def pause(self, seconds: float, /) -> None:
        """Wait while the event loop goes on."""
        await asyncio.sleep(seconds)

    async def __aenter__(self) -> Self:
        return self if self.connected() else await self.connect()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await asyncio.shield(asyncio.ensure_future(self._call(Client.disconnect)))

    def __repr__(self) -> str:
        return repr(self._sync).replace(type(self._sync).__name__, type(self).__name__, 1)

    async def _call(self, method: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        return await self._bridge(method, self._sync, *args, **kwargs)

    async def _bridge(self, function: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        return await greenlet_spawn(function, *args, **kwargs)

    def _make_manager(self, spec: ManagerSpec) -> Any:
        return spec.async_manager(self, manager=self._sync._named(spec.name))
