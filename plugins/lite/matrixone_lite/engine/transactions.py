"""Transactions of one session: what joins them, what is refused in them, what commits them.

SQLite has one writer at a time, so a transaction takes the store's write lock with its first write and keeps it. Reads
before that see the latest commit each. Every writing statement runs in a savepoint of its own; the last one stays open
because ROLLBACK TO undoes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

import apsw

from matrixone_lite.engine.errors import ServerError, internal
from matrixone_lite.sql import ast
from matrixone_lite.sql.transaction_kind import TransactionKind, Treatment

if TYPE_CHECKING:
    from matrixone_lite.engine.storage import Connection, Store

T = TypeVar("T")
_ENDS_TRANSACTION: Final = {1205, 20701}
_READING: Final = (
    ast.Query,
    ast.Use,
    ast.Describe,
    ast.Explain,
    ast.Kill,
    ast.SetTransaction,
    ast.AnalyzeTable,
    ast.Empty,
    ast.LockTables,
)


class Transactions:
    """The transaction state of a session."""

    def __init__(self, store: Store, connection: Connection, lock_timeout: Callable[[], float], cancelled: Callable[[], bool]) -> None:
        self._store = store
        self._connection = connection
        self._lock_timeout = lock_timeout
        self._cancelled = cancelled
        self._explicit = False
        self._open = False
        self._savepoint = False
        self._last_wrote = False
        self.autocommit = True

    @property
    def is_open(self) -> bool:
        """Whether a transaction is open, written in or not."""
        return self._open

    def run(self, statement: ast.Statement, action: Callable[[], T]) -> T:
        """Run a statement as its kind and the state of the session demand.

        :raises ServerError: 20101 when the statement is refused here, else what ``action`` raises
        """
        kind = type(statement).transaction_kind
        if kind is TransactionKind.BEGIN:
            return action()
        if isinstance(statement, ast.SetVariables):
            return self._setting(action)
        treatment = self._treatment(kind)
        if treatment.name.startswith("REFUSED"):
            raise internal(treatment.value)
        writes = not isinstance(statement, _READING) or getattr(statement, "locking", None) == "update"
        match treatment:
            case Treatment.NOTHING:
                return action()
            case Treatment.COMMITS:
                self.commit()
                return self._alone(action, writes=writes)
            case Treatment.JOIN if not self._open and self.autocommit:
                return self._alone(action, writes=writes)
            case Treatment.JOIN:
                self._open = True
                return self._joined(action, writes=writes)
            case _:
                result = self._on_its_own(action, writes=writes)
                self._open = self._open or treatment is Treatment.OWN_OPEN
                return result

    def _setting(self, action: Callable[[], T]) -> T:
        """Run SET, which commits when it succeeds and rolls everything back when it fails."""
        try:
            result = action()
        except BaseException:
            self.rollback()
            raise
        self.commit()
        return result

    def _treatment(self, kind: TransactionKind) -> Treatment:
        if self._explicit:
            return kind.after_begin
        if not self.autocommit:
            return kind.later_without_autocommit if self._open else kind.first_without_autocommit
        alone = kind.after_begin
        return alone if alone is Treatment.NOTHING else Treatment.JOIN

    def begin(self) -> None:
        """Open a transaction; one that is open is committed."""
        self.commit()
        self._explicit = self._open = True

    def commit(self) -> None:
        """Make the transaction's changes permanent and close it."""
        self._close("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction and close it."""
        self._close("ROLLBACK")

    def undo_last_statement(self) -> None:
        """What ROLLBACK TO does: take back the last statement, if it wrote."""
        if self._savepoint and self._last_wrote:
            self._connection.run("ROLLBACK TO statement")
            self._last_wrote = False

    def write(self) -> None:
        """Take the write lock for the rest of the transaction, if a statement turns out to write only while it runs."""
        if not self._connection.in_transaction:
            self._store.lock.acquire(self, self._lock_timeout(), self._cancelled)
            self._connection.run("BEGIN IMMEDIATE")
            if self._open:
                self._connection.record_changes()

    def _close(self, how: str) -> None:
        self._explicit = self._open = self._savepoint = False
        self._connection.stop_recording()
        try:
            if self._connection.in_transaction:
                self._connection.run(how)
        finally:
            self._store.lock.release(self)

    def _alone(self, action: Callable[[], T], *, writes: bool) -> T:
        """Run a statement that commits at once."""
        try:
            if writes:
                self.write()
            result = action()
        except BaseException:
            self._end("ROLLBACK")
            raise
        self._end("COMMIT")
        return result

    def _end(self, how: str) -> None:
        if not self._open:
            self._close(how)

    def _joined(self, action: Callable[[], T], *, writes: bool) -> T:
        """Run a statement inside the open transaction."""
        try:
            with self._statement(writes=writes):
                return action()
        except ServerError as error:
            if error.errno in _ENDS_TRANSACTION:
                self.rollback()
            raise

    @contextmanager
    def _statement(self, *, writes: bool) -> Iterator[None]:
        self._last_wrote = False
        if not writes:
            yield
            return
        self.write()
        if self._savepoint:
            self._connection.run("RELEASE statement")
        self._connection.run("SAVEPOINT statement")
        self._savepoint = True
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self._connection.run("ROLLBACK TO statement")
            else:
                # SQLite gives up the transaction when a write is interrupted
                self.rollback()
            raise
        self._last_wrote = True

    def _on_its_own(self, action: Callable[[], T], *, writes: bool) -> T:
        """Run and commit a statement beside the open transaction, whose changes are set aside meanwhile."""
        was_open, was_explicit = self._open, self._explicit
        changes = self._set_aside()
        self._open = self._explicit = False
        try:
            return self._alone(action, writes=writes)
        finally:
            self._open, self._explicit = was_open, was_explicit
            if changes is not None:
                self.write()
                apsw.Changeset.apply(changes, self._connection.sqlite)

    def _set_aside(self) -> bytes | None:
        if not self._connection.in_transaction:
            return None
        changes = self._connection.changes_so_far()
        self._close("ROLLBACK")
        return changes
