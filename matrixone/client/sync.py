"""The client: one engine, sessions from it, and single statements on connections of their own."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, TypeVar

from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session as SQLAlchemySession
from sqlalchemy.pool import NullPool

from matrixone.attributes import ManagerAttributes
from matrixone.cancellation import kill_abandoned_statements
from matrixone.capabilities import Capabilities
from matrixone.client.embedded import EmbeddedServer
from matrixone.client.indexes import IndexMethods
from matrixone.client.versions import VersionMethods
from matrixone.connect import DIALECTS, ConnectionSettings, settings_of
from matrixone.database import CurrentDatabase
from matrixone.driver import send
from matrixone.exceptions import ConfigurationError, ConnectionError  # noqa: A004 - the name the specification gives it
from matrixone.operations import Outcome, running
from matrixone.params import statement as string_statement
from matrixone.queries import Queries
from matrixone.querylog import QueryLog, statement_context
from matrixone.results import ResultSet
from matrixone.session import Session
from matrixone.transaction import refuse_autocommit_switch
from matrixone.translation import translate_errors_of, translating
from matrixone.variables import SessionVariables, set_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from os import PathLike
    from types import TracebackType

    from sqlalchemy import MetaData
    from sqlalchemy.engine import Connection, Engine
    from sqlalchemy.pool import ConnectionPoolEntry
    from sqlalchemy.schema import SchemaItem
    from sqlalchemy.sql import Executable

    from matrixone.bulk import TableLike
    from matrixone.managers import ManagerSpec
    from matrixone.operations import Operation
    from matrixone.tables import ColumnType

T = TypeVar("T")


class Client(VersionMethods, IndexMethods, ManagerAttributes, Queries):
    """A server, reached through one pool of connections.

    ``Client(host=...)`` and ``Client(url=...)`` connect while constructing; ``Client()`` waits for :meth:`connect`.
    Used as a context manager, it disconnects at the end.

    Args:
        url: ``matrixone://user:password@host:port/database``; the other arguments take precedence.
        sql_log_mode: ``off``, ``simple``, ``full`` or ``auto``: how much of each statement is logged.
        slow_query_threshold: Seconds from which on a statement is logged as slow.
        max_sql_display_length: Characters up to which ``auto`` logs the whole text.
        logger: Where the query log goes; the standard logger ``matrixone.query`` if left out.
        pool_size: Connections kept open.
        max_overflow: Further connections under load.
        pool_timeout: Seconds to wait for a free connection.
        pool_recycle: Seconds after which a connection is renewed.
        **settings: Other fields of :class:`~matrixone.connect.ConnectionSettings`, such as ``account`` or ``ssl_mode``.

    Raises:
        ConnectionError: The server cannot be reached, or does not let the caller in.
        ConfigurationError: A setting that cannot work.
    """

    _driver = "pymysql"
    _connects_at_construction = True

    def __init__(
        self,
        host: str | None = None,
        port: int | None = None,
        user: str | None = None,
        password: str | None = None,
        database: str | None = None,
        *,
        url: str | None = None,
        sql_log_mode: str = "auto",
        slow_query_threshold: float = 1.0,
        max_sql_display_length: int = 500,
        logger: Any = None,
        pool_size: int = 10,
        max_overflow: int = 20,
        pool_timeout: float = 30,
        pool_recycle: float = 3600,
        **settings: Any,
    ) -> None:
        named = {"host": host, "port": port, "user": user, "password": password, "database": database, **settings}
        self._settings = ConnectionSettings(**{**settings_of(url), **_given(named)} if url else _given(named))
        self._pool_options = {
            "pool_size": pool_size,
            "max_overflow": max_overflow,
            "pool_timeout": pool_timeout,
            "pool_recycle": pool_recycle,
            "pool_use_lifo": True,  # a sequential program gets its last connection again
        }
        self.log = QueryLog(
            mode=sql_log_mode,
            slow_query_threshold=slow_query_threshold,
            max_sql_display_length=max_sql_display_length,
            logger=logger,
        )
        self._engine: Engine | None = None
        self._owns_engine = True
        self._server: EmbeddedServer | None = None
        self._capabilities: Capabilities | None = None
        self._database = CurrentDatabase(self._settings.database)
        self._variables = SessionVariables()
        self._sleep: Callable[[float], None] = time.sleep
        if self._connects_at_construction and (host is not None or url is not None):
            self.connect()

    # -- the connection -------------------------------------------------------------------------------------------

    def connect(self, **settings: Any) -> Self:
        """Open the pool and prove that the server answers.

        Args:
            **settings: Fields of :class:`~matrixone.connect.ConnectionSettings`; they replace those of the constructor.

        Returns:
            The client.

        Raises:
            ConnectionError: Already connected, the server cannot be reached, or it does not let the caller in.
        """
        if self._engine is not None:
            raise ConnectionError(
                f"already connected to {self._settings.host}:{self._settings.port}; disconnect() first",
                host=self._settings.host,
                port=self._settings.port,
            )
        if self._server is not None:
            settings = self._server.settings(settings)
        self._settings = replace(self._settings, **settings)
        self._database = CurrentDatabase(self._settings.database)
        self._variables = SessionVariables()
        with ExitStack() as undo:
            if self._server is not None:
                self._server.start(self._settings)
                undo.callback(self._server.close)
            engine = self._create_engine(**self._pool_options)
            undo.callback(engine.dispose)
            self._prepare(engine)
            self._capabilities = self._ask(engine)
            undo.pop_all()
        self._engine = engine
        return self

    def disconnect(self) -> None:
        """Close the pool; sessions of the client can no longer be used. May be called again."""
        engine, self._engine = self._engine, None
        if engine is not None and self._owns_engine:
            event.listen(engine.pool, "checkin", _close_returned)
            engine.dispose()
            if self._server is not None:
                self._server.close()

    def connected(self) -> bool:
        """Whether :meth:`connect` succeeded and :meth:`disconnect` has not been called."""
        return self._engine is not None

    @classmethod
    def lite(
        cls, data: str | PathLike[str] | None = None, *, sql: str | PathLike[str] | None = None, **options: Any
    ) -> Self:
        """A client with an embedded server of its own: in this process, without a port, gone when it disconnects.

        Args:
            data: Directory of the database; without one it is temporary.
            sql: Statements to run first, as ``root`` in the client's database, or the file (a path object) that holds
                them.
            **options: As for the constructor, but for addresses and TLS; ``database`` is made if it is missing.

        Raises:
            ConfigurationError: An option of servers that have an address.
            ConnectionError: The directory is in use, or a statement of ``sql`` fails.
            ModuleNotFoundError: The extra ``lite`` is not installed.
        """
        EmbeddedServer.settings(options)
        client = cls(**options)
        client._server = EmbeddedServer(data, sql)
        return client.connect() if cls._connects_at_construction else client

    @classmethod
    def from_engine(cls, engine: Engine, **options: Any) -> Self:
        """A client over an engine of the caller, who keeps owning it.

        Args:
            engine: An engine of a ``matrixone://`` or MySQL driver; it is not altered.
            **options: ``sql_log_mode``, ``slow_query_threshold``, ``max_sql_display_length``, ``logger``.

        Raises:
            ConnectionError: Another kind of database.
        """
        if engine.dialect.name not in DIALECTS:
            raise ConnectionError(f"a client works over MatrixOne and MySQL drivers, not {engine.dialect.name!r}")
        client = cls(**options)
        client._settings = replace(client._settings, **settings_of(engine.url.set(query={})))
        client._engine = engine
        client._owns_engine = False
        return client

    def get_sqlalchemy_engine(self) -> Engine:
        """The engine.

        Raises:
            ConnectionError: Not connected.
        """
        self._check_connected()
        assert self._engine is not None  # noqa: S101 - what the line above checks, for type checkers
        return self._engine

    @property
    def engine(self) -> Engine:
        """See :meth:`get_sqlalchemy_engine`."""
        return self.get_sqlalchemy_engine()

    @property
    def is_lite(self) -> bool:
        """Whether the server is the embedded development server."""
        return self.connected() and self.capabilities.is_lite

    def version(self) -> str:
        """The server's version text."""
        return str(self.execute("SELECT version()").scalar())

    def get_login_info(self) -> dict[str, Any]:
        """Account, user, role, host, port and database of the connection; never the password."""
        settings = self._settings
        return {
            **settings.login_parts(),
            "host": settings.host,
            "port": settings.port,
            "database": self._database.name,
        }

    def set_session_variables(self, **variables: str | int | None) -> Self:
        """Set session variables on all connections, those in use included: each gets them before its next transaction.

        Args:
            **variables: Values by name; None is the server's own value.

        Returns:
            The client, for chaining.

        Raises:
            QueryError: The server does not know the variable, or not the value; nothing is changed.
            ConfigurationError: The engine is the caller's, who sets its variables.
            ConnectionError: Not connected.

        SET, at once on one connection and on each other one when it is taken from the pool.
        """
        if not self._owns_engine:
            raise ConfigurationError("the engine is the caller's: set session variables where it is made")
        statement, values = set_statement(variables)
        with self._one_shot() as session:
            connection = session.connection()
            try:
                connection.exec_driver_sql(statement, values)
            except SQLAlchemyError:
                connection.invalidate()  # some of them may be set
                raise
        self._variables.change(variables)
        return self

    # -- sessions and statements ----------------------------------------------------------------------------------

    def session(self, **options: Any) -> Session:
        """A new session; use it in a ``with`` block.

        Args:
            **options: Arguments of :class:`~matrixone.session.Session`.

        Raises:
            ConnectionError: Not connected.
        """
        self._check_connected()
        return Session(client=self, **options)

    transaction = session

    def execute(self, sql_or_stmt: str | Executable, params: Any = None, *, log_mode: str | None = None) -> ResultSet:
        """Run one statement on a connection of its own, committed at once.

        Args:
            sql_or_stmt: String SQL (``?`` with a tuple or list, ``:name`` with a dictionary) or a SQLAlchemy statement.
            params: The values.
            log_mode: ``off``, ``simple``, ``full`` or ``auto`` for this call only.

        Returns:
            All rows, in memory.

        Raises:
            QueryError: The server refused, or the values do not fit the placeholders (nothing is sent then).
        """
        with self._one_shot(log_mode) as session:
            statement: Any = sql_or_stmt
            if isinstance(sql_or_stmt, str) and isinstance(params, dict):
                statement = text(sql_or_stmt)
            elif isinstance(sql_or_stmt, str):
                statement, params = string_statement(sql_or_stmt, params), None
            return ResultSet.of(session.execute(statement, params))

    def run(self, operation: Operation[T], /) -> Outcome[T]:
        """Run an operation on a connection of its own, outside transactions.

        Raises:
            VersionError: The server is too old for it; nothing was sent.
        """
        for feature in operation.features():
            self.capabilities.require(feature)
        outcome = Outcome(operation)
        with running(outcome), self._one_shot() as session:
            outcome.done(operation.read(session.execute(operation.statement())))
        return outcome

    def insert(self, table_name_or_model: TableLike, data: Mapping[str, Any]) -> ResultSet:
        """Insert one row; see :meth:`Session.insert <matrixone.session.Session.insert>`."""
        return self.batch_insert(table_name_or_model, [data])

    def batch_insert(self, table_name_or_model: TableLike, data_list: Sequence[Mapping[str, Any]]) -> ResultSet:
        """Insert many rows in one transaction, all or none."""
        with self.session() as session:
            return session.batch_insert(table_name_or_model, data_list)

    def create_table(
        self, table_name_or_model: TableLike, columns: Mapping[str, ColumnType] | None = None, **kwargs: Any
    ) -> Self:
        """Create a table with its indexes, all or nothing; returns the client, for chaining."""
        with self.session() as session:
            session.create_table(table_name_or_model, columns, **kwargs)
        return self

    def create_table_with_index(
        self,
        table_name: str,
        columns: Mapping[str, ColumnType],
        indexes: Sequence[Mapping[str, Any]] | None = None,
        **kwargs: Any,
    ) -> Self:
        """Create a table and its vector indexes, both or neither; returns the client, for chaining."""
        with self.session() as session:
            session.create_table_with_index(table_name, columns, indexes, **kwargs)
        return self

    def create_table_orm(self, table_name: str, *columns: SchemaItem, **kwargs: Any) -> Self:
        """Create a table from SQLAlchemy columns and indexes; returns the client, for chaining."""
        with self.session() as session:
            session.create_table_orm(table_name, *columns, **kwargs)
        return self

    def drop_table(self, table_name_or_model: TableLike) -> Self:
        """Drop a table if it exists; returns the client, for chaining."""
        with self.session() as session:
            session.drop_table(table_name_or_model)
        return self

    def create_all(self, base: type[Any] | MetaData) -> Self:
        """Create the tables of a declarative base or a MetaData that do not exist yet, in one transaction."""
        with self.session() as session:
            _metadata(base).create_all(session.connection())
        return self

    def drop_all(self, base: type[Any] | MetaData) -> Self:
        """Drop the tables of a declarative base or a MetaData that exist, in one transaction."""
        with self.session() as session:
            _metadata(base).drop_all(session.connection())
        return self

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """A session for managers whose statements belong together; committed at the end of the block."""
        with self.session() as session:
            yield session

    def pause(self, seconds: float, /) -> None:
        """Wait; on the asynchronous face the event loop goes on."""
        self._sleep(seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.disconnect()

    def __repr__(self) -> str:
        settings = self._settings
        state = "connected" if self.connected() else "not connected"
        return f"<{type(self).__name__} {settings.login}@{settings.host}:{settings.port} {state}>"

    # -- inner parts ----------------------------------------------------------------------------------------------

    def _create_engine(self, **pool_options: Any) -> Engine:
        engine = self._new_engine(**pool_options)
        if self._server is not None:
            self._server.follow(engine)
        return engine

    def _new_engine(self, **pool_options: Any) -> Engine:
        return create_engine(**self._engine_arguments(), **pool_options)

    def _ask(self, engine: Engine) -> Capabilities:
        try:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                return Capabilities(str(connection.scalar(text("SELECT version()"))))
        except (SQLAlchemyError, OSError) as error:
            failure = error if type(error) is ConnectionError else self._settings.failure(error)
            raise failure from (getattr(error, "orig", None) or error)

    def _engine_arguments(self) -> dict[str, Any]:
        return {
            "url": self._settings.url(self._driver),
            "connect_args": self._settings.connect_args(self._driver),
            "hide_parameters": True,
        }

    def _prepare(self, engine: Engine) -> None:
        translate_errors_of(engine)
        refuse_autocommit_switch(engine)
        kill_abandoned_statements(engine, lambda: self._create_engine(poolclass=NullPool), self.log)
        self.log.attach(engine)
        self._database.follow(engine)
        self._variables.follow(engine)
        event.listen(engine, "connect", self._on_connect)

    def _on_connect(self, dbapi_connection: Any, record: Any) -> None:
        self._settings.check_tls(record.driver_connection)
        send(dbapi_connection, *set_statement(self._settings.variables))

    def _check_connected(self) -> None:
        if self._engine is None:
            raise ConnectionError("the client is not connected: call connect() first; nothing was sent")

    def _owns(self, connection: Connection) -> bool:
        """The query log listens to the engine of this connection already."""
        return self._owns_engine and self._engine is not None and connection.engine.pool is self._engine.pool

    @contextmanager
    def _one_shot(self, log_mode: str | None = None) -> Iterator[SQLAlchemySession]:
        engine = self.get_sqlalchemy_engine().execution_options(isolation_level="AUTOCOMMIT")
        with (
            translating(),
            statement_context(log_mode=log_mode),
            SQLAlchemySession(engine, expire_on_commit=False) as session,
        ):
            connection = session.connection()
            if not self._owns_engine:
                self.log.attach(connection)
            try:
                yield session
            except DBAPIError as error:
                self.log.failed(connection, error)
                raise
            session.commit()

    def _make_manager(self, spec: ManagerSpec) -> Any:
        return spec.manager(self)


def _close_returned(_dbapi_connection: Any, record: ConnectionPoolEntry) -> None:
    """Close a connection that a session gives back after the pool was closed."""
    record.invalidate()


def _given(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _metadata(base: Any) -> MetaData:
    metadata: MetaData = getattr(base, "metadata", base)
    return metadata
