"""Keeps what a session believes about its transaction equal to what the server does.

The guard listens to one connection for as long as one transaction lasts. It asks the server rather than trusting a
table: the status bits of each answer say whether a transaction is open, and after a failed statement, whose error
packet has no such bits, a ping brings them before anything else is sent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from matrixone.dialect.streams import abandon_stream, open_stream
from matrixone.driver import send
from matrixone.exceptions import (
    ConfigurationError,
    ImplicitCommitError,
    NestedTransactionError,
    TransactionError,
    TransactionLostError,
)
from matrixone.params import has_several_statements
from matrixone.querylog.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection, Engine

IN_TRANSACTION = 1

SKIP = r"(?:\s|--[^\n]*(?:\n|$)|\#[^\n]*(?:\n|$)|/\*.*?\*/)*+"
"""Pattern of blanks and comments, for DOTALL."""
_COMMITTING = re.compile(
    SKIP + r"(?:SET(?!\s+(?:TRANSACTION|SESSION\s+TRANSACTION|(?:SECONDARY\s+|DEFAULT\s+)?ROLE|PASSWORD)\b)\b|BEGIN\b"
    r"|START\s+TRANSACTION\b|COMMIT\b|ROLLBACK\b|LOCK\s+TABLES?\b|UNLOCK\s+TABLES?\b)",
    re.IGNORECASE | re.DOTALL,
)
_SAVEPOINT = re.compile(SKIP + r"(?:SAVEPOINT|RELEASE\s+SAVEPOINT|ROLLBACK\s+TO)\b", re.IGNORECASE | re.DOTALL)
_VARIABLE = re.compile(SKIP + r"SET\b", re.IGNORECASE | re.DOTALL)
_DEMARCATION = re.compile(SKIP + r"(?:BEGIN|START|COMMIT|ROLLBACK)\b", re.IGNORECASE | re.DOTALL)
_AUTOCOMMIT = re.compile(r"SET\b[^;]*\bautocommit\s*:?=", re.IGNORECASE)
_COMMITTING_HEADS = frozenset("sbcrlu-#/ \t\r\n(")  # first characters worth a look with the expressions above


class TransactionGuard:
    """Watches one transaction on one connection.

    Args:
        connection: The connection, its transaction begun.
        explicit: ``BEGIN`` was sent; otherwise autocommit=0 opens the transaction with its first statement.
        allow_implicit_commit: Statements that commit the open transaction may be sent.
        report: Called with the name of an event and its fields.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        explicit: bool,
        fresh: bool,
        allow_implicit_commit: bool,
        report: Callable[..., None],
    ) -> None:
        self.explicit = explicit
        self.lost: TransactionLostError | None = None
        self.connection = connection
        self._allow_implicit_commit = allow_implicit_commit
        self._report = report
        self._open = explicit or self._is_open()
        self._fresh = fresh or not self._open
        self._reopening = False
        self._unanswered: str | None = None
        self._listeners = (("before_cursor_execute", self._before), ("after_cursor_execute", self._after))
        for name, listener in self._listeners:
            event.listen(connection, name, listener)

    def release(self) -> None:
        """Stop watching: the transaction is over."""
        if not self.connection.closed:
            for name, listener in self._listeners:
                event.remove(self.connection, name, listener)

    def confirm(self) -> None:
        """See that the transaction is still open; asks the server if its last answer was an error.

        Raises:
            TransactionLostError: It is not.
        """
        what = "the last statement"
        if self._unanswered is not None and self.lost is None:
            what = f"the failure of {summarize(self._unanswered)}"
            self._unanswered = None
            if self._reopening and self._fresh:
                self._reopen()
            else:
                self._reopening = False
                self._refresh_status()
        self._check(what)

    def abandon_stream(self) -> None:
        """End a result that is still being read, as the end of the transaction does."""
        if not self.connection.closed and not self.connection.invalidated:
            driver_connection = self.connection.connection.driver_connection
            abandon_stream(driver_connection, self.connection.dialect.loaded_dbapi)

    def before_rollback(self) -> None:
        """End a result that is still being read; let go of a connection that broke, which cannot be rolled back."""
        self.abandon_stream()
        if self._unanswered is not None and self.lost is None:
            self._unanswered = None
            self._refresh_status()

    def lose(self, reason: str, cause: BaseException | None = None) -> None:
        """Take note that the server has ended the transaction."""
        if self.lost is None:
            self.lost = TransactionLostError(
                f"the server ended the transaction: {reason}; roll back and run the unit of work again"
            )
            self.lost.__cause__ = cause
            self._report("transaction_lost", reason=reason)

    def _before(
        self, _connection: Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool
    ) -> None:
        if self._is_streaming():
            raise TransactionError(
                "a streamed result on this connection is open and would lose its rows; read it to its end or close it"
            )
        self.confirm()
        if statement[:1].lower() in _COMMITTING_HEADS:
            self._refuse_if_committing(statement)
        self._unanswered = statement

    def _after(
        self, _connection: Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool
    ) -> None:
        # The rows of a stream may end in an error, which brings no status.
        self._unanswered = statement if self._is_streaming() else None
        if self._reopening:
            self._reopen()
        else:
            self._fresh = False
            self._check(summarize(statement))

    def _refuse_if_committing(self, statement: str) -> None:
        if _SAVEPOINT.match(statement):
            raise NestedTransactionError(NO_SAVEPOINTS)
        if not _COMMITTING.match(statement):
            return
        if _DEMARCATION.match(statement) and not self._allow_implicit_commit:
            raise ImplicitCommitError(
                f"{summarize(statement)} would end the session's transaction behind its back; use the session's own "
                "begin(), commit() and rollback()"
            )
        if _VARIABLE.match(statement) and self._fresh and not has_several_statements(statement):
            self._reopening = True
        elif self._allow_implicit_commit:
            self._reopening = True
            self._report("implicit_commit", statement=summarize(statement))
        else:
            raise ImplicitCommitError(
                f"{summarize(statement)} would commit the open transaction; run it before the first statement of the "
                "transaction, after commit(), or open the session with allow_implicit_commit=True"
            )

    def _reopen(self) -> None:
        """Begin anew after a statement that ended the transaction, so that what follows is in one again."""
        self._reopening = False
        self._open, self._fresh = self.explicit, True
        if self.explicit:
            send(self.connection.connection, "BEGIN")

    def _refresh_status(self) -> None:
        if self.connection.invalidated:
            self.lose("the connection is gone")
            return
        driver_connection: Any = self.connection.connection.dbapi_connection
        dialect = self.connection.dialect
        try:
            driver_connection.ping(reconnect=False)
        except dialect.loaded_dbapi.Error as error:
            self.lose("the connection is gone", error)
            self.connection.invalidate(error)

    def _check(self, what: str) -> None:
        if self.lost is None:
            was_open, self._open = self._open, self._is_open()
            if was_open and not self._open:
                self.lose(f"it was no longer open after {what}")
        if self.lost is not None:
            raise self.lost

    def _is_open(self) -> bool:
        return bool(server_status(self.connection) & IN_TRANSACTION)

    def _is_streaming(self) -> bool:
        return open_stream(self.connection.connection.driver_connection) is not None


NO_SAVEPOINTS = (
    "nested transactions do not work on this server: SAVEPOINT is accepted and ignored, ROLLBACK TO fails and undoes "
    "the last statement; use one session for each unit of work"
)


def refuse_autocommit_switch(engine: Engine) -> None:
    """Refuse ``SET autocommit``: statements of their own would be lost at the connection's return to the pool."""

    def refuse(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement[:3].upper() == "SET" and _AUTOCOMMIT.match(statement):
            raise ConfigurationError(
                "autocommit is not yours to set: sessions begin and commit, single statements of a client commit alone"
            )

    event.listen(engine, "before_cursor_execute", refuse)


def server_status(connection: Connection) -> int:
    """Status bits of the server's last answer on this connection."""
    driver_connection: Any = connection.connection.driver_connection
    return int(driver_connection.server_status)
