"""What a session owes the server: statements that joined, operations that wait for the commit, undo for a rollback."""

from __future__ import annotations

import warnings
import weakref
from collections import deque
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import Connection

from matrixone.connect import DIALECTS
from matrixone.exceptions import (
    AfterCommitError,
    ConfigurationError,
    ImplicitCommitError,
    PendingOperationError,
    RollbackWarning,
    TransactionRefusedError,
)
from matrixone.operations import InTransaction, Outcome, running
from matrixone.transaction import TransactionGuard

if TYPE_CHECKING:
    from sqlalchemy.orm import Session as SQLAlchemySession
    from sqlalchemy.orm import SessionTransaction

    from matrixone.operations import Operation
    from matrixone.session.log import SessionLog

T = TypeVar("T")
OnRefused = Literal["after_commit", "raise"]


class UnitOfWork:
    """The transaction policy of one session, driven by the events of its SQLAlchemy session.

    Args:
        session: The SQLAlchemy session; listened to, never altered.
        on_refused: What to do with an operation the server refuses in the open transaction: run it after the commit, or
            raise.
        allow_implicit_commit: Let statements through that commit the open transaction.
        log: Where events of the session are reported.
    """

    def __init__(
        self,
        session: SQLAlchemySession,
        *,
        on_refused: OnRefused,
        allow_implicit_commit: bool,
        log: SessionLog,
    ) -> None:
        self._session = session
        self._on_refused = on_refused
        self._allow_implicit_commit = allow_implicit_commit
        self._log = log
        self._guards: list[TransactionGuard] = []
        self._waiting: deque[Outcome[Any]] = deque()
        self._ran_at_once: list[Operation[Any]] = []
        self._committed = False
        self._joined = False
        self._in_foreign_transaction = _in_foreign_transaction(session)
        self._listen()

    @classmethod
    def of(
        cls, session: SQLAlchemySession, *, on_refused: OnRefused, allow_implicit_commit: bool, log: SessionLog
    ) -> UnitOfWork:
        """The policy of a session: the one it has, if it was wrapped before.

        Raises:
            ConfigurationError: It was wrapped before, with other options.
        """
        reference = _units.get(session)
        unit = reference() if reference is not None else None
        if unit is None:
            unit = cls(session, on_refused=on_refused, allow_implicit_commit=allow_implicit_commit, log=log)
            _units[session] = weakref.ref(unit)
        elif (unit._on_refused, unit._allow_implicit_commit) != (on_refused, allow_implicit_commit):
            raise ConfigurationError(
                f"the session is wrapped already, with on_refused={unit._on_refused!r} and "
                f"allow_implicit_commit={unit._allow_implicit_commit}; wrap it with the same"
            )
        unit._log = log
        return unit

    @property
    def is_open(self) -> bool:
        """A transaction is open on the server."""
        return bool(self._guards) or _in_foreign_transaction(self._session)

    def run(self, operation: Operation[T]) -> Outcome[T]:
        """Run an operation now, in the transaction, or after the commit, as the server allows.

        Raises:
            TransactionRefusedError: It cannot run in the open transaction and ``on_refused`` is ``"raise"``.
            ImplicitCommitError: It would commit the open transaction.
            PendingOperationError: It needs something that is to be created after the commit.
        """
        self._refuse_if_pending(operation)
        kind = operation.in_transaction
        if kind is InTransaction.ASIDE or (kind is InTransaction.READS and not self.is_open):
            return self._run_outside(operation)
        if kind is InTransaction.COMMITS and self.is_open and not self._allow_implicit_commit:
            raise ImplicitCommitError(f"{operation.name} would commit the open transaction; run it after commit()")
        if kind is InTransaction.REFUSED or (operation.needs_begin and self._began_implicitly()):
            return self._run_at_once_or_after_commit(operation)
        outcome = Outcome(operation)
        with running(outcome):
            outcome.done(operation.read(self._session.execute(operation.statement())))
        return outcome

    def failed(self, error: BaseException) -> None:
        """Take note of an error that ends the whole transaction."""
        for guard in self._guards:
            self._log.failed(guard.connection, error)
            if getattr(error, "transaction_lost", False):
                guard.lose(str(error), error)

    def confirm(self) -> None:
        """See that the transaction is still what the session believes."""
        for guard in self._guards:
            guard.confirm()

    def before_rollback(self) -> None:
        """End results that are still being read, and let go of connections that broke."""
        for guard in self._guards:
            guard.before_rollback()

    def rolled_back(self) -> None:
        """Undo what ran at once, forget what waits. Does nothing the second time."""
        self._discard_waiting()
        stays = []
        while self._ran_at_once:
            operation = self._ran_at_once[-1]
            if reason := self._undo(operation):
                stays.append((operation, reason))
            self._ran_at_once.pop()  # an interruption leaves it for close()
        for operation, reason in stays:
            self._warn(operation, reason)

    def committed(self) -> None:
        """Run what waited for the commit, in order.

        Raises:
            AfterCommitError: One of them failed; those behind it were not tried.
        """
        self._ran_at_once.clear()
        ran: list[Operation[Any]] = []
        while self._waiting:
            outcome = self._waiting.popleft()
            try:
                self._log.event("after_commit", operation=outcome.operation.name)
                self._run_outside(outcome.operation, outcome)
            except BaseException as error:
                failure = self._after_commit_error(outcome, ran, error)
                if isinstance(error, Exception):
                    raise failure from error
                raise
            ran.append(outcome.operation)

    def _after_commit_error(
        self, failed: Outcome[Any], ran: list[Operation[Any]], cause: BaseException
    ) -> AfterCommitError:
        not_run = [outcome.operation for outcome in self._waiting]
        failed.discarded()
        self._discard_waiting()
        self._log.event("after_commit_failed", operation=failed.operation.name, not_tried=_names(not_run))
        return AfterCommitError(
            f"the transaction is committed, but {failed.operation.name} after it failed: {cause} "
            f"(ran after the commit: {_names(ran)}; not tried: {_names(not_run)})",
            ran=ran,
            failed=failed.operation,
            not_run=not_run,
        )

    def _discard_waiting(self) -> None:
        while self._waiting:
            self._waiting.popleft().discarded()

    def _run_at_once_or_after_commit(self, operation: Operation[T]) -> Outcome[T]:
        if not self.is_open:
            outcome = self._run_outside(operation)
            if not outcome.skipped:
                self._ran_at_once.append(operation)
            return outcome
        if self._on_refused == "raise" or self._joined or not self._guards:
            raise TransactionRefusedError(
                f"{operation.name} cannot run inside a transaction; nothing was sent",
            )
        waiting = Outcome(operation)
        self._waiting.append(waiting)
        return waiting

    def _run_outside(self, operation: Operation[T], outcome: Outcome[T] | None = None) -> Outcome[T]:
        engine = self._session.get_bind().engine
        outcome = outcome or Outcome(operation)
        with (
            running(outcome),
            engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            outcome.done(operation.read(connection.execute(operation.statement())))
        return outcome

    def _undo(self, operation: Operation[Any]) -> str | None:
        """Take back an operation; the reason if that is impossible."""
        undo = operation.undo()
        if undo is None:
            return "it cannot be undone"
        self._log.event("undo", operation=undo.name)
        try:
            self._run_outside(undo)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others are undone, too
            return str(error) or repr(error)
        return None

    def _warn(self, operation: Operation[Any], reason: str) -> None:
        self._log.event("not_undone", operation=operation.name, reason=reason)
        warnings.warn(
            f"the session rolled back, but {operation!r} had run outside its transaction and stays: {reason}",
            RollbackWarning,
            stacklevel=2,
        )

    def _refuse_if_pending(self, operation: Operation[Any]) -> None:
        if not self._waiting or operation.in_transaction is InTransaction.REFUSED:
            return
        needed = set(operation.needs())
        for outcome in self._waiting:
            for kind, name in needed.intersection(outcome.operation.creates()):
                raise PendingOperationError(
                    f"{operation.name} needs {kind} {name!r}, which {outcome.operation.name} creates only after the "
                    "session's commit"
                )

    def _began_implicitly(self) -> bool:
        return any(not guard.explicit for guard in self._guards)

    def _listen(self) -> None:
        for name, listener in (
            ("after_transaction_create", self._on_create),
            ("after_begin", self._on_begin),
            ("before_commit", self._on_before_commit),
            ("after_commit", self._on_commit),
            ("after_transaction_end", self._on_end),
        ):
            event.listen(self._session, name, listener)
        transaction = self._session.get_transaction()
        if transaction is not None:
            for connection, _, ours, _ in set(transaction._connections.values()):
                self._joined |= not ours
                self._guard(connection, began_before=True)

    def _on_create(self, session: SQLAlchemySession, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            self._in_foreign_transaction = _in_foreign_transaction(session)

    def _on_begin(self, _session: SQLAlchemySession, transaction: SessionTransaction, connection: Connection) -> None:
        _, _, ours, _ = transaction._connections[connection]
        self._joined |= not ours  # the session's commit does not end the transaction of its connection
        foreign = self._in_foreign_transaction and connection is self._session.bind
        self._guard(connection, began_before=foreign or not ours)

    def _guard(self, connection: Connection, *, began_before: bool) -> None:
        if connection.dialect.name not in DIALECTS:
            return  # a session may have tables in databases of other kinds
        self._log.began(connection)
        if _is_autocommit(connection):
            return
        ours = connection.dialect.name == "matrixone"
        if not ours and not began_before:
            connection.exec_driver_sql("BEGIN")
        self._guards.append(
            TransactionGuard(
                connection,
                explicit=ours or not began_before,
                fresh=not began_before,
                allow_implicit_commit=self._allow_implicit_commit,
                report=self._log.event,
            )
        )

    def _on_before_commit(self, _session: SQLAlchemySession) -> None:
        for guard in self._guards:
            guard.abandon_stream()
        self.confirm()

    def _on_commit(self, _session: SQLAlchemySession) -> None:
        self._committed = True

    def _on_end(self, _session: SQLAlchemySession, transaction: SessionTransaction) -> None:
        if transaction.parent is not None:
            return
        for guard in self._guards:
            guard.release()
        self._guards.clear()
        self._joined = False
        committed, self._committed = self._committed, False
        if committed:
            self.committed()
        else:
            self.rolled_back()


_units: weakref.WeakKeyDictionary[SQLAlchemySession, weakref.ref[UnitOfWork]] = weakref.WeakKeyDictionary()
"""Of each session that has one; its listeners keep it alive."""


def _is_autocommit(connection: Connection) -> bool:
    """Whether SQLAlchemy was asked for AUTOCOMMIT; the server's status bit of it lags behind on new connections."""
    level = connection.get_execution_options().get("isolation_level")
    return (level or connection.dialect._on_connect_isolation_level) == "AUTOCOMMIT"


def _in_foreign_transaction(session: SQLAlchemySession) -> bool:
    """The session was bound to a connection on which somebody else has begun."""
    bind = session.bind
    return isinstance(bind, Connection) and bind.in_transaction()


def _names(operations: list[Operation[Any]]) -> str:
    return ", ".join(operation.name for operation in operations) or "none"
