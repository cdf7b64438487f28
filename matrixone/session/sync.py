"""The session: has a SQLAlchemy session, with the server's rules about transactions and the managers on top."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar, overload

from sqlalchemy.orm import Session as SQLAlchemySession
from sqlalchemy.orm import scoped_session

from matrixone import bulk, tables
from matrixone.attributes import ManagerAttributes
from matrixone.capabilities import ReadCapabilities
from matrixone.exceptions import (
    ConfigurationError,
    ConnectionError,  # noqa: A004 - the name the specification gives it
    MatrixOneError,
    NestedTransactionError,
    SessionClosedError,
)
from matrixone.params import statement as string_statement
from matrixone.proxies import SessionProxies
from matrixone.queries import Queries
from matrixone.querylog import statement_context
from matrixone.session.log import SessionLog
from matrixone.transaction import NO_SAVEPOINTS
from matrixone.translation import translating
from matrixone.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import TypeAlias, TypeVarTuple

    from sqlalchemy.engine import Connection, CursorResult, Engine, Result, ScalarResult
    from sqlalchemy.schema import SchemaItem
    from sqlalchemy.sql import Executable
    from sqlalchemy.sql.dml import UpdateBase
    from sqlalchemy.sql.selectable import TypedReturnsRows

    from matrixone.capabilities import Capabilities
    from matrixone.client import Client
    from matrixone.managers import ManagerSpec
    from matrixone.operations import Operation, Outcome
    from matrixone.results import ResultSet
    from matrixone.unit_of_work import OnRefused

    AnyRow: TypeAlias = tuple[Any, ...]
    Ts = TypeVarTuple("Ts")

T = TypeVar("T")


class Session(SessionProxies, ManagerAttributes, Queries):
    """One unit of work after the other, each in one transaction of the server.

    As a context manager it commits on normal exit, rolls back when an exception leaves the block, and closes.

    Args:
        bind: Engine or connection; the client's engine if left out.
        client: The client whose managers, settings and log the session uses.
        wrap_session: An existing SQLAlchemy session to work through instead of a new one; both handles stay usable and
            show the same transaction. Of a ``scoped_session``, the session of the current scope.
        on_refused: What to do with an operation the server refuses inside a transaction when one is open:
            ``"after_commit"`` runs it right after the commit, ``"raise"`` raises before anything is sent.
        allow_implicit_commit: Let statements through that commit the open transaction, such as SET.
        **kwargs: Arguments of :class:`sqlalchemy.orm.Session`. ``expire_on_commit`` is False unless given.

    Raises:
        ConfigurationError: ``wrap_session`` together with arguments for a new session.
        ConnectionError: The client is not connected.
    """

    def __init__(
        self,
        bind: Engine | Connection | None = None,
        client: Client | None = None,
        wrap_session: SQLAlchemySession | scoped_session[Any] | None = None,
        *,
        on_refused: OnRefused = "after_commit",
        allow_implicit_commit: bool = False,
        **kwargs: Any,
    ) -> None:
        if on_refused not in ("after_commit", "raise"):
            raise ConfigurationError(f"on_refused is 'after_commit' or 'raise', not {on_refused!r}")
        self._client = client
        self._capabilities: Capabilities | None = None
        self._closed = False
        self._sa = self._checked_wrap(wrap_session, bind, kwargs) or self._new(bind, kwargs)
        self._sleep: Callable[[float], None] = time.sleep
        self._log = SessionLog(client)
        self._unit_of_work = UnitOfWork.of(
            self._sa,
            on_refused=on_refused,
            allow_implicit_commit=allow_implicit_commit,
            log=self._log,
        )

    # -- statements -----------------------------------------------------------------------------------------------

    @overload
    def execute(
        self, sql_or_stmt: str, params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> CursorResult[*AnyRow]: ...
    @overload
    def execute(
        self, sql_or_stmt: TypedReturnsRows[*Ts], params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> Result[*Ts]: ...
    @overload
    def execute(
        self, sql_or_stmt: UpdateBase, params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> CursorResult[*AnyRow]: ...
    @overload
    def execute(
        self, sql_or_stmt: str | Executable, params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> Result[*AnyRow]: ...
    def execute(self, sql_or_stmt: Any, params: Any = None, *, log_mode: str | None = None, **kwargs: Any) -> Any:
        """Run a statement in the session's transaction.

        Args:
            sql_or_stmt: String SQL, each ``?`` a placeholder, or a SQLAlchemy statement.
            params: For string SQL a tuple or list of values; for a statement a dictionary or a list of dictionaries.
            log_mode: ``off``, ``simple``, ``full`` or ``auto`` for this call only.
            **kwargs: Arguments of :meth:`sqlalchemy.orm.Session.execute`.

        Returns:
            SQLAlchemy's result.

        Raises:
            QueryError: The server refused, or the values do not fit the placeholders (nothing is sent then).
            ImplicitCommitError: The statement would commit the open transaction.
            TransactionLostError: The server has ended the transaction; roll back first.
            SessionClosedError: The session was closed.
            ConnectionError: The client was disconnected.
        """
        return self._statement("execute", sql_or_stmt, params, log_mode, kwargs)

    @overload
    def scalars(
        self,
        sql_or_stmt: TypedReturnsRows[T, *Ts],
        params: Any = None,
        *,
        log_mode: str | None = None,
        **kwargs: Any,
    ) -> ScalarResult[T]: ...
    @overload
    def scalars(
        self, sql_or_stmt: str | Executable, params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> ScalarResult[Any]: ...
    def scalars(
        self, sql_or_stmt: Any, params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> ScalarResult[Any]:
        """The first column of each row; arguments and errors as for :meth:`execute`."""
        result: ScalarResult[Any] = self._statement("scalars", sql_or_stmt, params, log_mode, kwargs)
        return result

    @overload
    def scalar(
        self,
        sql_or_stmt: TypedReturnsRows[T, *Ts],
        params: Any = None,
        *,
        log_mode: str | None = None,
        **kwargs: Any,
    ) -> T | None: ...
    @overload
    def scalar(
        self, sql_or_stmt: str | Executable, params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> Any: ...
    def scalar(self, sql_or_stmt: Any, params: Any = None, *, log_mode: str | None = None, **kwargs: Any) -> Any:
        """The first column of the first row, or None; arguments and errors as for :meth:`execute`."""
        return self._statement("scalar", sql_or_stmt, params, log_mode, kwargs)

    def stream(
        self, sql_or_stmt: str | Executable, params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> Result[Any]:
        """Run a statement and fetch its rows as they are asked for, ``yield_per`` of ``execution_options`` at a time.

        The connection is busy until the result is read to its end or closed: another statement before that is a
        ``TransactionError``, and reading on after the transaction has ended raises.
        """
        options = {"stream_results": True, **kwargs.pop("execution_options", {})}
        return self.execute(sql_or_stmt, params, log_mode=log_mode, execution_options=options, **kwargs)

    def stream_scalars(
        self, sql_or_stmt: str | Executable, params: Any = None, *, log_mode: str | None = None, **kwargs: Any
    ) -> ScalarResult[Any]:
        """The first column of each row, fetched as they are asked for; see :meth:`stream`."""
        return self.stream(sql_or_stmt, params, log_mode=log_mode, **kwargs).scalars()

    def run(self, operation: Operation[T], /) -> Outcome[T]:
        """Run an operation as the server's transaction rules allow: now, in the transaction, or after the commit.

        Args:
            operation: A statement of the server, usually made by a manager.

        Returns:
            Its outcome; ``pending`` until it has run.

        Raises:
            TransactionRefusedError: It cannot run in the open transaction and the session was opened with
                ``on_refused="raise"``.
            VersionError: The server is too old for it; nothing was sent.
        """
        with self._door():
            for feature in operation.features():
                self.capabilities.require(feature)
            self._autoflush()
            return self._unit_of_work.run(operation)

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do, by its version; those of the client, asked for once.

        Raises:
            SessionClosedError: The session was closed.
            ConnectionError: The client was disconnected.

        SELECT version().
        """
        known = self._client if self._client is not None else self
        with self._door():
            if known._capabilities is None:
                known._capabilities = self._unit_of_work.run(ReadCapabilities()).value
            return known._capabilities

    def insert(self, table_name: bulk.TableLike, data: Mapping[str, Any]) -> ResultSet:
        """Insert one row.

        Args:
            table_name: ``table``, ``database.table``, or a mapped class.
            data: Values by column name.

        Returns:
            ``affected_rows`` and, where the server generated a key, ``lastrowid``.
        """
        return self.batch_insert(table_name, [data])

    def batch_insert(self, table_name: bulk.TableLike, data_list: Sequence[Mapping[str, Any]]) -> ResultSet:
        """Insert many rows with few statements; a column that a row does not name gets its default.

        Args:
            table_name: ``table``, ``database.table``, or a mapped class.
            data_list: Dictionaries of values by column name; an empty list sends nothing.

        Returns:
            ``affected_rows`` is the number of rows inserted.
        """
        with self._door():
            self._autoflush()
            return bulk.batch_insert(self._sa, table_name, data_list)

    def set_session_variables(self, **variables: str | int | None) -> Self:
        """Set session variables on all connections of the client; this session has them from its next transaction on.

        Args:
            **variables: As for :meth:`Client.set_session_variables <matrixone.client.Client.set_session_variables>`.

        Returns:
            The session, for chaining.

        Raises:
            QueryError: The server does not know the variable, or not the value; nothing is changed.
            ConfigurationError: The session's connections are not those of its client.

        The open transaction goes on as it is: SET would commit it.
        """
        client = self._client
        if client is None or self._sa.bind is None or self._sa.bind.engine.pool is not client.engine.pool:
            raise ConfigurationError("the session has connections of its own: set variables where their engine is made")
        client.set_session_variables(**variables)
        return self

    # -- tables ---------------------------------------------------------------------------------------------------

    def create_table(
        self, table_name: bulk.TableLike, columns: Mapping[str, tables.ColumnType] | None = None, **kwargs: Any
    ) -> Self:
        """Create a table in the transaction.

        Args:
            table_name: ``table`` or ``database.table`` with ``columns``; or a mapped class or table, with its indexes.
            columns: Server type texts or SQLAlchemy types by column name.
            **kwargs: ``primary_key``, ``if_not_exists``, ``comment``.

        Returns:
            The session, for chaining.

        Raises:
            ConfigurationError: A type text that is none, an unknown key column.
            InvalidNameError: A name the server cannot store.
        """
        if not isinstance(table_name, str):
            if columns is not None or kwargs:
                raise ConfigurationError("a mapped class has its columns already")
            return self._create(tables.table_of(table_name))
        with self._door():
            self._sa.execute(tables.create_table(table_name, columns or {}, **kwargs))
        return self

    def create_table_with_index(
        self,
        table_name: str,
        columns: Mapping[str, tables.ColumnType],
        indexes: Sequence[Mapping[str, Any]] | None = None,
        **kwargs: Any,
    ) -> Self:
        """Create a table and its vector indexes, both or neither.

        Args:
            table_name: ``table`` or ``database.table``.
            columns: As for :meth:`create_table`.
            indexes: Dictionaries with ``name``, ``column``, ``type`` (``ivfflat`` or ``hnsw``) and ``params``.
            **kwargs: As for :meth:`create_table`.

        Returns:
            The session, for chaining.
        """
        statements = tables.vector_indexes(table_name, indexes or ())
        tables.check_indexes([statement.element for statement in statements], self._sa.get_bind().dialect)
        self.create_table(table_name, columns, **kwargs)
        try:
            for statement in statements:
                self.execute(statement)
        except MatrixOneError:
            self.drop_table(table_name)
            raise
        return self

    def create_table_orm(self, table_name: str, *columns: SchemaItem, **kwargs: Any) -> Self:
        """Create a table from SQLAlchemy columns, constraints and indexes, vector indexes included.

        Args:
            table_name: ``table`` or ``database.table``.
            *columns: Columns, constraints and indexes.
            **kwargs: Arguments of :class:`sqlalchemy.schema.Table`. ``enable_ivf`` and ``enable_hnsw`` are accepted:
                both are always on.

        Returns:
            The session, for chaining.
        """
        for switch in ("enable_ivf", "enable_hnsw"):
            kwargs.pop(switch, None)
        return self._create(tables.orm_table(table_name, columns, **kwargs))

    def drop_table(self, table_name: bulk.TableLike) -> Self:
        """Drop a table if it exists; returns the session, for chaining."""
        name = table_name if isinstance(table_name, str) else tables.table_of(table_name).fullname
        with self._door():
            self._sa.execute(tables.drop_table(name))
        return self

    def _create(self, table: Any) -> Self:
        with self._door():
            connection = self._sa.connection()
            tables.check_indexes(table.indexes, connection.dialect)
            table.create(connection)
        return self

    # -- the transaction ------------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Flush and commit, then run what waited for the commit.

        Raises:
            TransactionLostError: The server has ended the transaction; nothing was committed.
            AfterCommitError: Committed, but an operation that waited for the commit failed.
        """
        with self._door():
            self._sa.commit()

    def rollback(self) -> None:
        """Roll back, undo what ran at once outside the transaction, and forget what waits for the commit."""
        self._check_not_closed()
        with translating(), self._context():
            self._unit_of_work.before_rollback()
            self._sa.rollback()
            self._unit_of_work.rolled_back()

    def close(self) -> None:
        """Release the connection; what was not committed is rolled back. May be called again."""
        self._closed = True
        with translating(), self._context():
            self._unit_of_work.before_rollback()
            self._sa.close()
            self._unit_of_work.rolled_back()

    def reset(self) -> None:
        """Roll back and forget all objects; the session stays usable."""
        self.rollback()
        self._sa.reset()

    def begin_nested(self) -> NoReturn:
        """Not available on this server.

        Raises:
            NestedTransactionError: Always, with the reason.
        """
        raise NestedTransactionError(NO_SAVEPOINTS)

    @contextmanager
    def unit_of_work(self) -> Iterator[Self]:
        """A block for managers whose statements belong together: the session's transaction, which stays open."""
        yield self

    def pause(self, seconds: float, /) -> None:
        """Wait; on the asynchronous face the event loop goes on."""
        self._sleep(seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self._abandon()
            return
        try:
            if not self._closed:
                self.commit()
        except BaseException:
            self._abandon()
            raise
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'closed' if self._closed else 'of ' + repr(self._client)}>"

    # -- inner parts ----------------------------------------------------------------------------------------------

    def _abandon(self) -> None:
        """Roll back and close; that the connection is broken does not hide the error that is under way."""
        try:
            if not self._closed:
                self.rollback()
        except MatrixOneError as error:
            self._log.event("rollback_failed", reason=str(error))
        finally:
            self.close()

    def _statement(
        self, method: str, sql_or_stmt: Any, params: Any, log_mode: str | None, kwargs: dict[str, Any]
    ) -> Any:
        with self._door(log_mode):
            if isinstance(sql_or_stmt, str):
                sql_or_stmt, params = string_statement(sql_or_stmt, params), None
                self._autoflush()
            elif isinstance(params, tuple):
                params = list(params) or None
            return getattr(self._sa, method)(sql_or_stmt, params, **kwargs)

    def _autoflush(self) -> None:
        """Send pending changes first, where SQLAlchemy would not: it cannot know what the statement reads."""
        if self._sa.autoflush:
            self._sa.flush()

    def _through_door(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        with self._door():
            return getattr(self._sa, name)(*args, **kwargs)

    @contextmanager
    def _door(self, log_mode: str | None = None) -> Iterator[None]:
        """Every way to the server leads through here."""
        self._check_usable()
        try:
            with translating(), self._context(log_mode):
                yield
        except MatrixOneError as error:
            self._unit_of_work.failed(error)
            raise

    def _context(self, log_mode: str | None = None) -> Any:
        return statement_context(log_mode=log_mode, session_id=self._log.session_id)

    def _check_usable(self) -> None:
        self._check_not_closed()
        if self._client is not None:
            self._client._check_connected()

    def _check_not_closed(self) -> None:
        if self._closed:
            raise SessionClosedError("this session is closed; nothing was sent. Ask the client for a new session")

    def _make_manager(self, spec: ManagerSpec) -> Any:
        if self._client is None:
            raise ConnectionError(f"the manager {spec.name!r} needs a client: Session(client=..., wrap_session=...)")
        return spec.manager(self)

    def _new(self, bind: Engine | Connection | None, kwargs: dict[str, Any]) -> SQLAlchemySession:
        if bind is None and self._client is not None:
            bind = self._client.get_sqlalchemy_engine()
        return SQLAlchemySession(bind, **{"expire_on_commit": False, **kwargs})

    @staticmethod
    def _checked_wrap(wrapped: Any, bind: object, kwargs: dict[str, Any]) -> SQLAlchemySession | None:
        if wrapped is None:
            return None
        if isinstance(wrapped, scoped_session):
            wrapped = wrapped()
        if bind is not None or kwargs:
            raise ConfigurationError("wrap_session brings its own bind and settings; give no others")
        if not isinstance(wrapped, SQLAlchemySession):
            raise ConfigurationError(f"wrap_session is a sqlalchemy.orm.Session, not {type(wrapped).__name__}")
        return wrapped
