"""Transactions of one session: what joins them, what is refused in them, what commits them.

A transaction takes SQLite's only write lock with its first write. Reads before that see the latest commit each. Every
writing statement runs in a savepoint of its own; the last one stays open because ROLLBACK TO undoes it. Between its
statements a transaction may be parked, see :mod:`matrixone_lite.engine.locks`.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, TypeVar

import apsw

from matrixone_lite.engine.errors import ServerError, internal, unsupported
from matrixone_lite.engine.locks import ConflictError, keys_of
from matrixone_lite.engine.stamping import stamp
from matrixone_lite.sql import ast
from matrixone_lite.sql.transaction_kind import TransactionKind, Treatment

if TYPE_CHECKING:
    from collections.abc import Callable

    from matrixone_lite.engine.locks import Key
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
    ast.CreateCdc,
    ast.ControlCdc,
    ast.DiffBranch,
)
_CHANGES_ROWS_ONLY: Final = (ast.Insert, ast.Update, ast.Delete, ast.LoadData, ast.Query)


class Transactions:
    """The transaction state of a session.

    :param lock_timeout: gives the seconds to wait for a lock
    :param cancelled: asked while waiting; True ends it
    """

    def __init__(
        self, store: Store, connection: Connection, lock_timeout: Callable[[], float], cancelled: Callable[[], bool]
    ) -> None:
        self._store = store
        self._connection = connection
        self._lock_timeout = lock_timeout
        self._cancelled = cancelled
        self._busy = threading.RLock()
        self._explicit = False
        self._open = False
        self._savepoint = False
        self._last_wrote = False
        self._parked: bytes | None = None
        self._was_parked = False
        self.moments: set[int] = set()
        self.first_write: int | None = None
        self._bound = False
        self.replaced_tables: set[str] = set()
        self.autocommit = True

    @property
    def is_open(self) -> bool:
        """Whether a transaction is open, written in or not."""
        return self._open

    def run(self, statement: ast.Statement, action: Callable[[], T]) -> T:
        """Run a statement as its kind and the state of the session demand.

        :raises ServerError: 20101 when the statement is refused here, else what ``action`` raises
        """
        with self._busy:
            return self._run(statement, action)

    def _run(self, statement: ast.Statement, action: Callable[[], T]) -> T:
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
                self._bound = self._bound or (writes and not isinstance(statement, _CHANGES_ROWS_ONLY))
                return self._joined(action, writes=writes)
            case _:
                result = self._on_its_own(action, writes=writes)
                self._open = self._open or treatment is Treatment.OWN_OPEN
                return result

    def _treatment(self, kind: TransactionKind) -> Treatment:
        if self._explicit:
            return kind.after_begin
        if not self.autocommit:
            return kind.later_without_autocommit if self._open else kind.first_without_autocommit
        return Treatment.NOTHING if kind.after_begin is Treatment.NOTHING else Treatment.JOIN

    def _setting(self, action: Callable[[], T]) -> T:
        """Run SET, which commits when it succeeds and rolls everything back when it fails."""
        try:
            result = action()
        except BaseException:
            self.rollback()
            raise
        self.commit()
        return result

    def begin(self) -> None:
        """Open a transaction; one that is open is committed."""
        self.commit()
        self._explicit = self._open = True

    def commit(self) -> None:
        """Make the transaction's changes permanent and close it."""
        if self._parked is not None:
            self.write()
        if self._was_parked:
            stamp(self._connection, self.moments, self._store.now())
        self._close("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction and close it."""
        with self._busy:
            self._parked = None
            self._close("ROLLBACK")

    def undo_last_statement(self) -> None:
        """What ROLLBACK TO does: take back the last statement, if it wrote."""
        if self._savepoint and self._last_wrote:
            self._connection.run("ROLLBACK TO statement")
            self._last_wrote = False

    def last_committed(self) -> int | None:
        """A moment at which everything is committed that is now, and nothing of the open transaction is there.

        None without a transaction of several statements: then that is now.

        :raises ServerError: 20105 when others have committed since the transaction first wrote
        """
        if self._was_parked:
            raise unsupported("looking past the changes of a transaction that others have interrupted")
        return self.first_write if self._open else None

    def bind_to_sqlite(self) -> None:
        """Note that the transaction has changed what cannot be parked: temporary tables."""
        self._bound = True

    def lock_rows(self, keys: set[Key]) -> None:
        """Lock rows without changing them (FOR UPDATE)."""
        self._store.row_locks.check(self, keys, set())
        if self._open:
            self._store.row_locks.hold(self, keys)

    def locked(self, *, asked_by_other: bool) -> set[Key]:
        """The rows and keys the transaction has changed or locked.

        :param asked_by_other: by the thread of another session, which parks the transaction to look at its changes
        """
        if asked_by_other:
            self.park()
        elif self._connection.in_transaction:
            return keys_of(self._connection.changes_so_far(), self._connection) | self._store.row_locks.held_by(self)
        return set(self._store.row_locks.held_by(self))

    def write(self) -> None:
        """Get into SQLite as its only writer, with the transaction's changes so far."""
        if self._connection.in_transaction:
            return
        self._store.lock.acquire(self, self._lock_timeout(), self._cancelled)
        self._connection.run("BEGIN IMMEDIATE")
        if self.first_write is None:
            self.first_write = self._store.now()
        if self._open or self._store.row_locks.others(self):
            self._connection.record_changes()
        if self._parked is not None:
            apsw.Changeset.apply(self._parked, self._connection.sqlite)
            self._parked = None

    def park(self) -> bool:
        """Step out of SQLite, keeping the changed rows locked; called by another session's thread.

        :return: False while a statement runs, or where SQLite holds more than changed rows
        """
        if not self._busy.acquire(blocking=False):
            return False
        try:
            if not self._open or self._bound:
                return False
            self._park()
            return True
        finally:
            self._busy.release()

    def _park(self) -> None:
        if self._connection.in_transaction:
            self._parked = self._connection.changes_so_far()
            self._was_parked = True
            self._store.row_locks.hold(self, keys_of(self._parked, self._connection))
            self._leave("ROLLBACK")

    def _leave(self, how: str) -> None:
        self._savepoint = self._last_wrote = False
        self._connection.stop_recording()
        try:
            if self._connection.in_transaction:
                self._connection.run(how)
        finally:
            self._store.lock.release(self)

    def _close(self, how: str) -> None:
        self._explicit = self._open = self._bound = self._was_parked = False
        self.moments.clear()
        self.first_write = None
        self.replaced_tables.clear()
        try:
            self._leave(how)
        finally:
            self._store.row_locks.release(self)

    def _check_locks(self) -> None:
        """Raise :class:`ConflictError` if the last statement touched what others have locked."""
        locks = self._store.row_locks
        if locks.others(self) and self._connection.in_transaction:
            keys = keys_of(self._connection.changes_so_far(), self._connection)
            locks.check(self, keys, self.replaced_tables)

    def _wait(self, conflict: ConflictError) -> None:
        self._store.row_locks.wait(self, conflict.holder, self._lock_timeout(), self._cancelled)

    def _alone(self, action: Callable[[], T], *, writes: bool) -> T:
        """Run a statement that commits at once."""
        while True:
            try:
                if writes:
                    self.write()
                result = action()
                self._check_locks()
            except ConflictError as conflict:
                self._end("ROLLBACK")
                self._wait(conflict)
            except BaseException:
                self._end("ROLLBACK")
                raise
            else:
                self._end("COMMIT")
                return result

    def _end(self, how: str) -> None:
        # an action may have opened a transaction: EXECUTE of BEGIN
        if not self._open:
            self._close(how)

    def _joined(self, action: Callable[[], T], *, writes: bool) -> T:
        """Run a statement inside the open transaction."""
        try:
            while True:
                try:
                    return self._in_savepoint(action) if writes else self._reading(action)
                except ConflictError as conflict:
                    if not self._bound:
                        self._park()
                    self._wait(conflict)
        except ServerError as error:
            if error.errno in _ENDS_TRANSACTION:
                self.rollback()
            raise

    def _reading(self, action: Callable[[], T]) -> T:
        self._last_wrote = False
        if self._parked is not None:
            self.write()
        return action()

    def _in_savepoint(self, action: Callable[[], T]) -> T:
        self._last_wrote = False
        self.write()
        if self._savepoint:
            self._connection.run("RELEASE statement")
        self._connection.run("SAVEPOINT statement")
        self._savepoint = True
        try:
            result = action()
            self._check_locks()
        except BaseException:
            if self._connection.in_transaction:
                self._connection.run("ROLLBACK TO statement")
            else:
                # SQLite gives up the transaction when a write is interrupted
                self.rollback()
            raise
        self._last_wrote = True
        return result

    def _on_its_own(self, action: Callable[[], T], *, writes: bool) -> T:
        """Run and commit a statement beside the open transaction, whose changes are set aside meanwhile."""
        self._park()
        was_open, was_explicit, parked = self._open, self._explicit, self._parked
        self._open = self._explicit = False
        self._parked = None
        beside = Transactions(self._store, self._connection, self._lock_timeout, self._cancelled)
        try:
            return beside._alone(action, writes=writes)
        finally:
            self._open, self._explicit, self._parked = was_open, was_explicit, parked
