"""Locks that programs name (GET_LOCK), which have nothing to do with those of transactions."""

from __future__ import annotations

import threading


class NamedLocks:
    """Who holds which lock of a server, and how many times. A name means the same in either case of its letters."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[int, int]] = {}
        self._mutex = threading.Lock()

    def take(self, name: str, connection: int) -> bool:
        """Take a lock that is free or the connection's own, once more; whether it did."""
        with self._mutex:
            owner, times = self._held.get(name.lower(), (connection, 0))
            if owner != connection:
                return False
            self._held[name.lower()] = (connection, times + 1)
            return True

    def release(self, name: str, connection: int) -> bool | None:
        """Give a lock back once; False for another's, None where nobody has it."""
        with self._mutex:
            owner, times = self._held.get(name.lower(), (None, 0))
            if owner != connection:
                return None if owner is None else False
            if times > 1:
                self._held[name.lower()] = (connection, times - 1)
            else:
                del self._held[name.lower()]
            return True

    def release_all(self, connection: int) -> int:
        """Give everything back; how many times something was held."""
        with self._mutex:
            own = {name: times for name, (owner, times) in self._held.items() if owner == connection}
            for name in own:
                del self._held[name]
            return sum(own.values())

    def owner(self, name: str) -> int | None:
        """The connection that holds a lock."""
        with self._mutex:
            return self._held.get(name.lower(), (None, 0))[0]
