"""The dialect itself: what the server can do, and where to look for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event, exc, schema, sql
from sqlalchemy.dialects.mysql.mysqldb import MySQLExecutionContext_mysqldb
from sqlalchemy.engine import default

from matrixone.dialect.compiler import MatrixOneCompiler
from matrixone.dialect.ddl import MatrixOneDDLCompiler
from matrixone.dialect.names import MatrixOneIdentifierPreparer
from matrixone.dialect.reflection import ReflectionDialect
from matrixone.dialect.streams import break_stream
from matrixone.dialect.transactions import TransactionDialect
from matrixone.dialect.types import column_types, reflected_types
from matrixone.dialect.version import is_lite, matrixone_version, mysql_version
from matrixone.features import FEATURES

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection
    from sqlalchemy.engine.interfaces import (
        DBAPIConnection,
        DBAPICursor,
        DBAPIModule,
        ExceptionContext,
        PoolProxiedConnection,
    )

_PACKET_TOO_BIG = 13125  # the server closes the connection after this one


class MatrixOneExecutionContext(MySQLExecutionContext_mysqldb):
    """Differs from MySQL in that ``nextval()`` answers with text, and in where a generated key comes from."""

    def get_lastrowid(self) -> int:
        """The generated key; the server's answer to an INSERT that returned it does not repeat it."""
        if self.isinsert and self._is_implicit_returning:
            match self.inserted_primary_key_rows:
                case [[int(key)]]:
                    return key
        return super().get_lastrowid()

    def fire_sequence(self, seq: schema.Sequence, type_: Any) -> int:
        """Run ``SELECT nextval('name')``."""
        compiled = seq.next_value().select().compile(dialect=self.dialect)
        return int(self._execute_scalar(compiled.string, type_))


class MatrixOneDialect(ReflectionDialect, TransactionDialect):
    """SQLAlchemy dialect of MatrixOne, without a choice of driver.

    Attributes:
        matrixone_version: version of MatrixOne, such as ``(4, 2, 0)``; ``()`` before the first connection.
        server_version_info: the MySQL version the server is compatible with, such as ``(8, 0, 30)``.
        is_lite: whether the server is the embedded development server.
    """

    name = "matrixone"
    supports_statement_cache = True

    statement_compiler = MatrixOneCompiler
    ddl_compiler = MatrixOneDDLCompiler
    preparer = MatrixOneIdentifierPreparer  # type: ignore[assignment]  # its constructor is MySQL's, not the default's
    execution_ctx_cls = MatrixOneExecutionContext
    ischema_names = reflected_types
    colspecs = column_types

    construct_arguments = [  # noqa: RUF012 - read by SQLAlchemy, never written
        (schema.Table, {"*": None}),
        (sql.Update, {"limit": None}),
        (sql.Delete, {"limit": None}),
        (schema.PrimaryKeyConstraint, {"using": None}),
        (
            schema.Index,
            {"using": None, "with": None, "prefix": None, "with_parser": None, "length": None, "comment": None},
        ),
    ]

    # The server calls itself MySQL 8.0.30 but does not know the row alias ``AS new``.
    _requires_alias_for_on_duplicate_key = False
    _support_default_function = False  # get_column_default_string() writes the brackets
    _support_float_cast = True
    _needs_correct_for_88718_96365 = False
    use_mysql_for_share = True
    supports_for_update_of = False

    supports_sequences = True
    # AUTO_INCREMENT serves where a sequence is only a suggestion: nextval() locks it until the transaction ends.
    sequences_optional = True

    insert_returning = True
    update_returning = True
    # Asked for by the ORM on its own for DELETE; the server refuses it on tables with foreign keys. An explicit
    # ``.returning()`` is rendered regardless.
    delete_returning = False
    # The last insert id is wrong for tables with a full-text index or without a key.
    favor_returning_over_lastrowid = True

    matrixone_version: tuple[int, ...] = ()
    is_lite = False

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        event.listen(self, "handle_error", _drop_connection_out_of_step)
        event.listen(self, "handle_error", _break_stream_of_lost_connection)

    def initialize(self, connection: Connection) -> None:
        """Learn version and database of the first connection: two statements."""
        self._connection_charset = self._detect_charset(connection)
        default.DefaultDialect.initialize(self, connection)

    def _get_server_version_info(self, connection: Connection) -> tuple[int, ...]:
        text = str(connection.exec_driver_sql("SELECT version()").scalar())
        self.matrixone_version = matrixone_version(text)
        self.is_lite = is_lite(text)
        self.insert_returning = self.update_returning = self.matrixone_version >= FEATURES["returning"].since
        return mysql_version(text)

    def _get_default_schema_name(self, connection: Connection) -> str:
        # Without a database the server answers ''.
        return connection.exec_driver_sql("SELECT database()").scalar() or None  # type: ignore[return-value]

    def is_disconnect(
        self,
        e: DBAPIModule.Error,
        connection: PoolProxiedConnection | DBAPIConnection | None,
        cursor: DBAPICursor | None,
    ) -> bool:
        """Whether the connection is gone after this error."""
        return super().is_disconnect(e, connection, cursor) or e.args[:1] == (_PACKET_TOO_BIG,)


def _drop_connection_out_of_step(context: ExceptionContext) -> exc.DataError | None:
    """Say which reply is not text, and treat the connection as lost: the driver stops in the middle of it."""
    error = context.original_exception
    if not isinstance(error, UnicodeDecodeError):
        return None
    context.is_disconnect = True
    driver: Any = context.dialect.loaded_dbapi
    reason = driver.DataError(
        f"a text column holds bytes that are no text ({error.reason}), as `constraint` of mo_catalog.mo_tables does: "
        "name the columns to read, without it, or read its hex(); the connection is out of step and was dropped"
    )
    return exc.DataError(context.statement, None, reason, connection_invalidated=True)


def _break_stream_of_lost_connection(context: ExceptionContext) -> None:
    """Take the result that was being read from a lost connection for what it is: broken, not at its end."""
    connection = context.connection
    if context.is_disconnect and connection is not None and not connection.closed and not connection.invalidated:
        break_stream(connection.connection.driver_connection, context.original_exception)
