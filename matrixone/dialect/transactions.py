"""What the dialect sends to open and close a transaction.

The driver stays in autocommit mode for its whole life and every transaction is opened by ``BEGIN``. Under
``autocommit=0`` the server commits clones and data branches on its own and refuses other statements; after ``BEGIN``
they take part in the transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NoReturn

from sqlalchemy import exc
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql

from matrixone.dialect.streams import abandon_stream
from matrixone.driver import send

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection
    from sqlalchemy.engine.interfaces import DBAPIConnection, IsolationLevel, PoolProxiedConnection

_IN_TRANSACTION = 1  # SERVER_STATUS_IN_TRANS
_AUTOCOMMIT = 2  # SERVER_STATUS_AUTOCOMMIT

_NO_SAVEPOINTS = (
    "MatrixOne has no savepoints: it accepts SAVEPOINT without effect, and ROLLBACK TO fails and undoes "
    "the last statement, even one before the savepoint"
)


class TransactionDialect(MySQLDialect_pymysql):
    """BEGIN, COMMIT, ROLLBACK, isolation levels and the refusal of savepoints."""

    supports_statement_cache = True

    def connect(self, *args: Any, **options: Any) -> DBAPIConnection:
        """Connect with the driver in autocommit mode, whatever the caller's options say."""
        return super().connect(*args, **{**options, "autocommit": True})

    def on_connect(self) -> Callable[[DBAPIConnection], None]:
        """Put connections made by a ``creator`` function into autocommit mode; sends nothing if they are in it."""

        def autocommit(connection: Any) -> None:
            connection.autocommit(True)

        return autocommit

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        """Send ``BEGIN``, or nothing at isolation level AUTOCOMMIT."""
        if not self._is_autocommit(dbapi_connection):
            send(dbapi_connection, "BEGIN")

    def do_commit(self, dbapi_connection: PoolProxiedConnection) -> None:
        """Send ``COMMIT``, or nothing at isolation level AUTOCOMMIT unless the caller sent a ``BEGIN`` of his own."""
        driver_connection = self._driver_connection(dbapi_connection)
        abandon_stream(driver_connection, self.loaded_dbapi)
        status = driver_connection.server_status
        if status & _IN_TRANSACTION or not self._is_autocommit(dbapi_connection):
            dbapi_connection.commit()

    def do_rollback(self, dbapi_connection: PoolProxiedConnection) -> None:
        """Send ``ROLLBACK`` unless the server reported that no transaction is open.

        The report is the status of the last OK packet. An error packet carries none, so after an error the status is
        that of before: it may still say "open" when the server has closed the transaction, never the reverse, because
        with autocommit on a transaction is only opened by a statement that is answered with an OK packet.
        """
        driver_connection = self._driver_connection(dbapi_connection)
        abandon_stream(driver_connection, self.loaded_dbapi)
        status = driver_connection.server_status
        if status & _IN_TRANSACTION or not status & _AUTOCOMMIT:
            dbapi_connection.rollback()
        if not status & _AUTOCOMMIT:
            send(dbapi_connection, "SET autocommit = 1")

    def do_savepoint(self, connection: Connection, name: str) -> NoReturn:  # noqa: ARG002
        """Raise, before anything is sent."""
        _refuse(f"SAVEPOINT {name}")

    def do_rollback_to_savepoint(self, connection: Connection, name: str) -> NoReturn:  # noqa: ARG002
        """Raise, before anything is sent."""
        _refuse(f"ROLLBACK TO SAVEPOINT {name}")

    def do_release_savepoint(self, connection: Connection, name: str) -> NoReturn:  # noqa: ARG002
        """Raise, before anything is sent."""
        _refuse(f"RELEASE SAVEPOINT {name}")

    def get_isolation_level_values(self, dbapi_conn: DBAPIConnection) -> tuple[IsolationLevel, ...]:  # noqa: ARG002
        """The two that exist; the server accepts any other name and goes on as before."""
        return ("AUTOCOMMIT", "READ COMMITTED")

    def get_default_isolation_level(self, dbapi_conn: DBAPIConnection) -> Literal["READ COMMITTED"]:  # noqa: ARG002
        """READ COMMITTED, known without asking."""
        return "READ COMMITTED"

    def set_isolation_level(self, dbapi_connection: DBAPIConnection, level: IsolationLevel) -> None:
        """Remember the level on the driver's connection; a SET would commit an open transaction."""
        self._driver_connection(dbapi_connection).matrixone_isolation_level = level

    def get_isolation_level(self, dbapi_connection: DBAPIConnection) -> IsolationLevel:
        """The level set on this connection; the server always answers ``REPEATABLE-READ`` when asked."""
        driver_connection = self._driver_connection(dbapi_connection)
        level: IsolationLevel = getattr(driver_connection, "matrixone_isolation_level", "READ COMMITTED")
        return level

    def detect_autocommit_setting(self, dbapi_conn: DBAPIConnection) -> bool:
        """Whether the connection is at isolation level AUTOCOMMIT."""
        return self._is_autocommit(dbapi_conn)

    def _is_autocommit(self, connection: Any) -> bool:
        return self.get_isolation_level(connection) == "AUTOCOMMIT"

    def _driver_connection(self, connection: Any) -> Any:
        """The driver's own object behind SQLAlchemy's pool proxy and asyncio adapter."""
        return self.get_driver_connection(getattr(connection, "dbapi_connection", connection))


def _refuse(statement: str) -> NoReturn:
    raise exc.NotSupportedError(statement, None, NotImplementedError(_NO_SAVEPOINTS))
