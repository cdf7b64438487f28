"""The engine: one store and its sessions."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import apsw

from matrixone_lite.engine import accounts
from matrixone_lite.engine.catalog import SYS_ACCOUNT, SYSTEM_DATABASES, Catalog, Database
from matrixone_lite.engine.cdc.capture import Capture
from matrixone_lite.engine.fulltext.binding import Searches
from matrixone_lite.engine.named_locks import NamedLocks
from matrixone_lite.engine.purge import Purger
from matrixone_lite.engine.session import LiteSession
from matrixone_lite.engine.storage import Store
from matrixone_lite.engine.variables import Variables

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from matrixone_lite.engine.api import Principal


class LiteEngine:
    """An embedded database shared by its sessions.

    :param data: directory of the database; temporary when None
    :param password: password of ``root`` in account ``sys``, where the database is new
    :raises OSError: the directory is in use, damaged, or of another version
    """

    def __init__(self, data: str | os.PathLike[str] | None = None, password: str = "111") -> None:  # noqa: S107 - a fresh MatrixOne's own
        self.store = Store(None if data is None else Path(data))
        self.variables = Variables()
        self.searches = Searches()
        self.named_locks = NamedLocks()
        self._sessions: dict[int, LiteSession] = {}
        self._mutex = threading.Lock()
        self.capture = Capture(self.store)
        try:
            self._open(password)
        except BaseException as error:
            self.capture.close()
            self.store.close()
            if isinstance(error, (ValueError, apsw.Error)):
                raise OSError(f"{self.store.directory} is damaged: {error}") from error
            raise

    def _open(self, password: str) -> None:
        self._own = self.store.connect(None)
        try:
            self._catalog = self._open_catalog(password)
            self.capture.open()
            self.purger = Purger(self.store, self.capture.oldest)
        except BaseException:
            self._own.close()
            raise
        self.capture.start()
        self.purger.start()

    def _open_catalog(self, password: str) -> Catalog:
        Catalog.install(self._own)
        catalog = Catalog(self._own, self.store)
        self._own.run("BEGIN IMMEDIATE")
        accounts.install(catalog, password)
        install_system_databases(catalog, SYS_ACCOUNT)
        self._own.run("COMMIT")
        return catalog

    @contextmanager
    def committed(self) -> Iterator[Catalog]:
        """The catalog without what open transactions have changed, theirs who ask included."""
        with self._mutex:
            yield self._catalog

    def authenticate(self, login: str, scramble: bytes, response: bytes) -> Principal:
        """Check a login; see :meth:`matrixone_lite.engine.api.Engine.authenticate`."""
        with self._mutex:
            return accounts.authenticate(self._catalog, login, scramble, response)

    def connect(self, principal: Principal, database: str, connection_id: int) -> LiteSession:
        """Open a session; error 1049 when ``database`` is named and missing."""
        session = LiteSession(self, principal, "", connection_id)
        try:
            if database:
                session.use(database)
        except BaseException:
            session.close()
            raise
        with self._mutex:
            self._sessions[connection_id] = session
        return session

    def forget(self, session: LiteSession) -> None:
        """Take a closed session off the list, and its locks from it."""
        self.named_locks.release_all(session.connection_id)
        with self._mutex:
            if self._sessions.get(session.connection_id) is session:
                del self._sessions[session.connection_id]

    def session(self, connection_id: int) -> LiteSession | None:
        """The session with that connection number."""
        with self._mutex:
            return self._sessions.get(connection_id)

    def sessions_of(self, principal: Principal) -> list[LiteSession]:
        """The sessions an account sees: its own, or all for account sys."""
        with self._mutex:
            found = [session for _, session in sorted(self._sessions.items())]
        return [one for one in found if principal.account_id in {SYS_ACCOUNT, one.principal.account_id}]

    def close(self) -> None:
        """End all tasks, close all sessions and the store."""
        self.capture.close()
        with self._mutex:
            sessions = list(self._sessions.values())
        for session in sessions:
            session.close()
        self.purger.close()
        self._own.close()
        self.store.close()


def install_system_databases(catalog: Catalog, account: int) -> None:
    """Add the databases every account has; nothing happens where they exist."""
    for name in SYSTEM_DATABASES:
        if catalog.database(account, name) is None:
            catalog.add_database(Database(catalog.next_id(), account, name, 0))
