"""When stored tables were flushed, as far as this process remembers."""

from __future__ import annotations

import threading


class Flushes:
    """When which table was flushed; the server's start counts for all of them.

    :param started: nanoseconds since 1970
    """

    def __init__(self, started: int) -> None:
        self._all = [started]
        self._own: dict[int, list[int]] = {}
        self._mutex = threading.Lock()

    def note(self, moment: int, storage: int | None = None) -> None:
        """Remember a flush of one table, or of all."""
        with self._mutex:
            (self._all if storage is None else self._own.setdefault(storage, [])).append(moment)

    def of(self, storage: int) -> list[int]:
        """The flushes that concern a table, oldest first."""
        with self._mutex:
            return sorted([*self._all, *self._own.get(storage, [])])
