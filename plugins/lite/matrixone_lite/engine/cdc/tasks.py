"""Tasks, how far they have come with each table, and the file that keeps both."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import apsw

from matrixone_lite.engine import archive

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from matrixone_lite.engine.cdc.addresses import Address
    from matrixone_lite.engine.cdc.mappings import Mapping

RUNNING: Final = "running"
PAUSING: Final = "pausing"
PAUSED: Final = "paused"
RESTARTING: Final = "restarting"
FAILED: Final = "failed"

LONGEST_ERROR: Final = 256
MOST_ATTEMPTS: Final = 3
"""After so many errors that may pass, one is taken as one that does not."""

TableKey = tuple[str, str]
"""Database and name of a table."""


class Runner(IntEnum):
    """What the server does with a task, as ``mo_task.sys_daemon_task`` numbers it; the names are those of errors."""

    Created = 0
    Running = 1
    Paused = 3
    ResumeRequested = 6
    PauseRequested = 7
    CancelRequested = 8
    RestartRequested = 9


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it was asked for, and what has become of it.

    :param source: where it reads, as the catalog keeps it
    :param start: from when on it copies, RFC 3339 or empty; ``end`` likewise
    :param extra: further options as JSON
    :param created: nanoseconds since 1970
    """

    id: str
    account: int
    account_name: str
    user: str
    name: str
    source: str
    sink: Address
    sink_type: str
    mappings: tuple[Mapping, ...]
    exclude: str
    start: str
    end: str
    no_full: bool
    config_file: str
    extra: str
    created: int
    state: str = RUNNING
    runner: Runner = Runner.Created
    error: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What keeps a table from being copied.

    :param first: second since 1970 when it began, ``last`` when it was seen last
    """

    text: str
    passing: bool
    count: int
    first: int
    last: int

    @property
    def message(self) -> str:
        """How the catalog shows it."""
        head = f"R:{self.count}:{self.first}:{self.last}" if self.passing else f"N:{self.first}"
        return f"{head}:{self.text}"[:LONGEST_ERROR]


@dataclass(frozen=True, slots=True)
class Watermark:
    """Everything committed up to ``moment`` (nanoseconds since 1970) has been copied."""

    moment: int = 0
    trouble: Trouble | None = None

    @property
    def error(self) -> str:
        """What the catalog shows."""
        return "" if self.trouble is None else self.trouble.message

    @property
    def given_up(self) -> bool:
        """The table is not copied any more."""
        return self.trouble is not None and not self.trouble.passing

    def failed(self, text: str, *, passing: bool) -> Watermark:
        """The watermark after one more error."""
        now, old = int(time.time()), self.trouble
        same = old is not None and old.passing is passing
        count, first = (old.count + 1, old.first) if old is not None and same else (1, now)
        text = f"internal error: {text}"
        if passing and count > MOST_ATTEMPTS:
            passing, text = False, f"max retry exceeded ({count}): {text}"
        return replace(self, trouble=Trouble(text, passing, count, first, now))


class Ledger:
    """The file of tasks and watermarks.

    It is apart from the data, so that noting progress waits for nobody's transaction. It is made with the first task.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / "matrixone-lite-cdc.db"
        self._file: apsw.Connection | None = None
        self._mutex = threading.Lock()

    def load(self) -> tuple[list[Task], dict[str, dict[TableKey, Watermark]]]:
        """What was kept."""
        if not self._path.exists():
            return [], {}
        file = self._open()
        tasks: list[Task] = [archive.load(kept) for (kept,) in file.execute("SELECT definition FROM tasks")]
        marks: dict[str, dict[TableKey, Watermark]] = {task.id: {} for task in tasks}
        for task, database, name, kept in file.execute("SELECT task, database, name, definition FROM watermarks"):
            if task in marks:
                marks[str(task)][str(database), str(name)] = archive.load(kept)
        return tasks, marks

    def _open(self) -> apsw.Connection:
        if self._file is None:
            self._path.touch(mode=0o600)  # it holds passwords
            file = self._file = apsw.Connection(str(self._path))
            file.execute(
                "PRAGMA synchronous = OFF;"
                "CREATE TABLE IF NOT EXISTS tasks (id TEXT PRIMARY KEY, definition TEXT);"
                "CREATE TABLE IF NOT EXISTS watermarks"
                " (task TEXT, database TEXT, name TEXT, definition TEXT, PRIMARY KEY (task, database, name));"
            )
        return self._file

    def keep(self, *tasks: Task) -> None:
        """Keep tasks, in place of what was kept of them."""
        with self._mutex, self._open() as file:
            file.executemany("REPLACE INTO tasks VALUES (?, ?)", [(task.id, archive.dump(task)) for task in tasks])

    def keep_watermarks(self, task: str, marks: Iterable[tuple[TableKey, Watermark]]) -> None:
        """Keep watermarks of a task."""
        rows = [(task, *key, archive.dump(mark)) for key, mark in marks]
        with self._mutex, self._open() as file:
            file.executemany("REPLACE INTO watermarks VALUES (?, ?, ?, ?)", rows)

    def forget(self, *tasks: str) -> None:
        """Forget tasks and their watermarks."""
        ids = [(task,) for task in tasks]
        with self._mutex, self._open() as file:
            file.executemany("DELETE FROM tasks WHERE id = ?", ids)
            file.executemany("DELETE FROM watermarks WHERE task = ?", ids)

    def close(self) -> None:
        """Close the file."""
        with self._mutex:
            if self._file is not None:
                self._file.close()
                self._file = None
