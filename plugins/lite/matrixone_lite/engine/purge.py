"""Forgetting rows and tables that no time travel reaches any more, in the background."""

from __future__ import annotations

import logging
import threading
from functools import partial
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.catalog import Catalog
from matrixone_lite.engine.lineage import kept
from matrixone_lite.engine.snapshots import RECENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matrixone_lite.engine.storage import Connection, Store

log = logging.getLogger(__name__)

_PAUSE: Final = 30.0
"""Seconds between two rounds."""

_BREATH: Final = 0.005
"""Seconds between two pieces of work, so that others get their turn."""

_PATIENCE: Final = 1000
_ROWS: Final = 500
"""Rows that are deleted at once: others must not wait long for their turn to write."""

_OLDEST_FIRST: Final = (("_h > 0", "_h"), ("_h < 0", "_h DESC"))
"""Rows of a history that were changed or deleted, and those that were deleted wholesale."""

_PAGES: Final = 200
"""Free pages of the file that are given back at once."""


class Purger:
    """Frees what is no longer needed while others pause.

    It works in small transactions, takes its turn only when nobody writes, and has a connection of its own.

    :param needed: gives the moment since which everything is needed for other reasons than time travel, if there is one
    """

    def __init__(self, store: Store, needed: Callable[[], int | None] = lambda: None) -> None:
        self._store = store
        self._needed = needed
        self._connection = store.connect(None)
        self._catalog = Catalog(self._connection, store)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="matrixone-lite-purge", daemon=True)

    def start(self) -> None:
        """Begin with the first round."""
        self._thread.start()

    def close(self) -> None:
        """Stop as soon as possible."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        self._connection.close()

    def park(self) -> bool:
        """A purge is too short to be interrupted; see :class:`matrixone_lite.engine.storage.Writer`."""
        return False

    def _run(self) -> None:
        while True:
            try:
                self.sweep(self._store.now(), _PATIENCE)
            except Exception:
                # a full disk, or a defect of this program: what was not freed now is freed in a later round
                log.exception("what is no longer needed could not be freed")
            if self._stopped.wait(_PAUSE):
                return

    def sweep(self, now: int, patience: int = 0) -> None:
        """Free what can be freed.

        :param now: nanoseconds since 1970
        :param patience: how often to stand back when others write
        """
        limit = min(horizon(self._catalog, now), self._needed() or now)
        works: Sequence[Callable[[], bool]] = (
            partial(_forget_names, self._connection, limit),
            self._drop_table,
            partial(self._delete_rows, limit),
            self._shrink,
        )
        for work in works:
            more: bool | None = True
            while more is not False and not self._stopped.is_set():
                more = self._in_turn(work)
                if more is None:
                    patience -= 1
                    if patience < 0 or self._stopped.wait(_BREATH):
                        return
                elif more:
                    self._stopped.wait(_BREATH)
        self._connection.run("PRAGMA main.wal_checkpoint(PASSIVE)")

    def _in_turn(self, work: Callable[[], bool]) -> bool | None:
        """Do a piece of work in a transaction of its own; whether there is more of it, None when others write."""
        if not self._store.lock.take_if_free(self):
            return None
        try:
            self._connection.run("BEGIN IMMEDIATE")
            try:
                more = work()
            except BaseException:
                self._connection.run("ROLLBACK")
                raise
            self._connection.run("COMMIT")
            return more
        finally:
            self._store.lock.release(self)

    def _drop_table(self) -> bool:
        """Drop a SQLite table that no table of the catalog is kept in."""
        needed = {f"{letter}{storage}" for storage in self._catalog.storages() for letter in "th"}
        for name in _stored(self._connection):
            if name not in needed:
                self._connection.run(f"DROP TABLE main.{name}")
                return True
        return False

    def _delete_rows(self, limit: int) -> bool:
        """Delete the oldest rows of one history; rows are in order of their end, but for a few."""
        for name in _stored(self._connection):
            if not name.startswith("h"):
                continue
            for numbers, order in _OLDEST_FIRST:
                oldest = self._connection.value(
                    f"SELECT _end FROM main.{name} WHERE {numbers} ORDER BY {order} LIMIT 1"
                )
                if oldest is not None and oldest < limit:
                    old = f"{numbers} AND _end < ? ORDER BY {order} LIMIT {_ROWS}"
                    chosen = f"SELECT _h FROM main.{name} WHERE {old}"
                    self._connection.run(f"DELETE FROM main.{name} WHERE _h IN ({chosen})", (limit,))
                    return True
        return False

    def _shrink(self) -> bool:
        """Give free pages back, where there are many."""
        if self._connection.value("PRAGMA main.freelist_count") <= _PAGES:
            return False
        self._connection.run(f"PRAGMA main.incremental_vacuum({_PAGES})")
        return bool(self._connection.value("PRAGMA main.auto_vacuum"))


def horizon(catalog: Catalog, now: int) -> int:
    """The earliest moment that is looked at: recent ones, those since a snapshot or a branch, or within a PITR."""
    snapshots: list[int] = [snapshot.ts for snapshot in catalog.objects("snapshot", None)]
    recovery: list[int] = [max(pitr.first(now), pitr.created) for pitr in catalog.objects("pitr", None)]
    branches = [branch.moment for branch in kept(catalog)]
    return min([now - RECENT, *snapshots, *recovery, *branches])


def _forget_names(connection: Connection, limit: int) -> bool:
    for kind in ("databases", "tables", "objects"):
        connection.run(f"DELETE FROM m_{kind} WHERE dropped < ?", (limit,))
    return False


def _stored(connection: Connection) -> list[str]:
    rows = connection.run("SELECT name FROM main.sqlite_master WHERE type = 'table' AND name GLOB '[th][0-9]*'")
    return [name for (name,) in rows]
