"""Row locks between transactions.

SQLite knows one writer at a time, MatrixOne locks rows. So a transaction that has written but runs no statement right
now can be *parked*: its changes are taken out of SQLite as a changeset, which frees SQLite for another writer, and the
rows and unique keys in the changeset stay locked here until the transaction ends. A writer that touches a locked row
takes its statement back and waits for the other's end, unless the two wait for each other.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

import apsw

from matrixone_lite.engine.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from matrixone_lite.engine.storage import Connection

Key = tuple[Any, ...]
"""A locked thing: (SQLite table, row id) or (SQLite table, index, values)."""

_POLL: Final = 0.05


def timed_out() -> ServerError:
    """Error 1205."""
    return ServerError(1205, "Lock wait timeout exceeded; try restarting transaction")


class ConflictError(Exception):
    """A statement touched what another transaction has locked.

    :param holder: that transaction
    """

    def __init__(self, holder: object) -> None:
        super().__init__(holder)
        self.holder = holder


class RowLocks:
    """Who has locked what, and who waits for whom."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._held: dict[object, set[Key]] = {}
        self._waiting: dict[object, object] = {}

    def hold(self, owner: object, keys: Iterable[Key]) -> None:
        """Lock keys until :meth:`release`."""
        with self._condition:
            self._held.setdefault(owner, set()).update(keys)

    def release(self, owner: object) -> None:
        """Free everything ``owner`` has locked."""
        with self._condition:
            if self._held.pop(owner, None) is not None:
                self._condition.notify_all()

    def held_by(self, owner: object) -> frozenset[Key]:
        """What ``owner`` has locked."""
        with self._condition:
            return frozenset(self._held.get(owner, ()))

    def others(self, owner: object) -> bool:
        """Whether anybody else has locked anything."""
        held = self._held
        return len(held) > (owner in held)

    def check(self, owner: object, keys: set[Key], tables: set[str]) -> None:
        """Raise :class:`ConflictError` if others have locked one of ``keys``, or anything in one of ``tables``."""
        with self._condition:
            for other, held in self._held.items():
                if other is not owner and (keys & held or any(key[0] in tables for key in held)):
                    raise ConflictError(other)

    def wait(self, owner: object, holder: object, timeout: float, cancelled: Callable[[], bool]) -> None:
        """Wait until ``holder`` has released its locks.

        :raises ServerError: 1205 after ``timeout`` seconds, 20701 when the two wait for each other, 1105 when cancelled
        """
        deadline = time.monotonic() + timeout
        with self._condition:
            self._waiting[owner] = holder
            try:
                if self._is_deadlock(owner):
                    raise ServerError(20701, "deadlock detected")
                while holder in self._held:
                    remaining = deadline - time.monotonic()
                    if remaining <= 0:
                        raise timed_out()
                    if cancelled():
                        raise ServerError(1105, "context canceled")
                    self._condition.wait(min(remaining, _POLL))
            finally:
                del self._waiting[owner]

    def _is_deadlock(self, owner: object) -> bool:
        holder = self._waiting[owner]
        while holder in self._waiting:
            holder = self._waiting[holder]
            if holder is owner:
                return True
        return False


def keys_of(changes: bytes, connection: Connection) -> set[Key]:
    """The rows and unique keys a changeset touches."""
    keys: set[Key] = set()
    if not changes:
        return keys
    indexes: dict[str, list[tuple[str, list[int]]]] = {}
    for change in apsw.Changeset.iter(changes):
        table = change.name
        if not table.startswith("t"):
            continue
        if table not in indexes:
            indexes[table] = _unique_indexes(connection, table)
        row: Any = change.old or change.new
        keys.add((table, row[0]))
        for values in (change.old, change.new):
            if values is None:
                continue
            for index, positions in indexes[table]:
                key = tuple(values[position] for position in positions)
                if apsw.no_change not in key and None not in key:
                    keys.add((table, index, *key))
    return keys


def _unique_indexes(connection: Connection, table: str) -> list[tuple[str, list[int]]]:
    found = []
    for row in connection.run(f"PRAGMA main.index_list({table})"):
        if row[2]:
            positions = [part[1] for part in connection.run(f'PRAGMA main.index_info("{row[1]}")')]
            found.append((row[1], positions))
    return found
