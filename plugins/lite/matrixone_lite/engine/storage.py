"""SQLite through APSW: connections, the write lock, the clock and the counters all sessions share."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import apsw

from matrixone_lite.engine.errors import ServerError
from matrixone_lite.engine.flushes import Flushes
from matrixone_lite.engine.locks import RowLocks, timed_out

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence


Row = tuple[Any, ...]
"""A row of values as SQLite keeps them (:data:`~matrixone_lite.engine.types.Value`)."""

_VECTORS: Final = find_spec("sqlite_vec")
VECTORS_LOADABLE: Final = _VECTORS is not None
"""Whether connections have the functions of sqlite-vec."""

_PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 16777216; PRAGMA synchronous = OFF; "
    "PRAGMA temp_store = MEMORY; PRAGMA case_sensitive_like = ON"
)
_POLL: Final = 0.05


def compare_decimals(left: str, right: str) -> int:
    """Compare two stored decimals of one scale; negative, zero or positive as in C."""
    one, other = left[:1] == "-", right[:1] == "-"
    if one is not other:
        return -1 if one else 1
    first, second = left.partition(".")[0], right.partition(".")[0]
    longer = len(first) - len(second)
    order = longer or (left > right) - (left < right)
    return -order if one else order


class UserFunction:
    """A Python function SQL text can name.

    :param name: the name in SQL
    :param call: the function; an aggregate factory when ``aggregate``
    :param deterministic: lets SQLite evaluate it once for constant arguments
    :param context: pass the connection's context as first argument
    """

    __slots__ = ("aggregate", "call", "context", "deterministic", "name")

    def __init__(
        self,
        name: str,
        call: Callable[..., Any],
        *,
        deterministic: bool = True,
        context: bool = False,
        aggregate: bool = False,
    ) -> None:
        self.name = name
        self.call = call
        self.deterministic = deterministic
        self.context = context
        self.aggregate = aggregate


@dataclass(slots=True)
class _Computed:
    """A computed table of a connection, as APSW wants to see one."""

    name: str
    rows: Callable[[], Iterable[Row]]
    columns: Any
    column_access: Any
    primary_key: int | None = None

    def __call__(self, *_parameters: Any, **_named: Any) -> Iterable[Row]:
        return self.rows()


class Connection:
    """One session's SQLite connection.

    :param context: first argument of the user functions that want one
    """

    def __init__(self, path: Path, context: object) -> None:
        self._sqlite = apsw.Connection(str(path), statementcachesize=256)
        self._context = context
        self._known: set[str] = set()
        self._recorder: apsw.Session | None = None
        self._computed: dict[Hashable, _Computed] = {}
        self._sqlite.set_busy_timeout(5000)
        for _ in self._sqlite.execute(_PRAGMAS):
            pass
        self._sqlite.create_collation("decimal", compare_decimals)
        # The package is not imported: of it only the extension is wanted, and it would load numpy.
        if _VECTORS is not None and _VECTORS.origin is not None:
            self._load_extension(Path(_VECTORS.origin).with_name("vec0"))

    def _load_extension(self, path: Path) -> None:
        self._sqlite.enable_load_extension(True)
        self._sqlite.load_extension(str(path))
        self._sqlite.enable_load_extension(False)

    def register(self, functions: Iterable[UserFunction]) -> None:
        """Make user functions known, once each."""
        for function in functions:
            if function.name not in self._known:
                self._register(function)
                self._known.add(function.name)

    def _register(self, function: UserFunction) -> None:
        call = function.call
        if function.context:
            call = partial(call, self._context)
        if function.aggregate:
            self._sqlite.create_window_function(function.name, call)
        else:
            self._sqlite.create_scalar_function(function.name, call, deterministic=function.deterministic)

    def computed(self, key: Hashable, width: int, rows: Callable[[], Iterable[Row]]) -> str:
        """The name of a table, with columns ``c0``, ``c1``, …, that is computed anew by each reading statement.

        :param key: tells tables of different content apart
        :param width: number of columns, the same for one key
        :param rows: gives the rows
        """
        from apsw import ext

        known = self._computed.get(key)
        if known is None:
            columns = tuple(f"c{n}" for n in range(width))
            known = self._computed[key] = _Computed(
                f"x{len(self._computed)}", rows, columns, ext.VTColumnAccess.By_Index
            )
            ext.make_virtual_module(self._sqlite, known.name, known, eponymous_only=True)
        known.rows = rows
        return known.name

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Execute one statement and read all its rows.

        :raises ServerError: 1105 when interrupted, and whatever a user function raises
        """
        try:
            return self._sqlite.execute(sql, parameters).fetchall()
        except apsw.InterruptError:
            raise ServerError(1105, "context canceled") from None

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute one statement for each row of parameters."""
        try:
            for _ in self._sqlite.executemany(sql, rows):
                pass
        except apsw.InterruptError:
            raise ServerError(1105, "context canceled") from None

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """First cell of the result, None without rows."""
        rows = self.run(sql, parameters)
        return rows[0][0] if rows else None

    @property
    def in_transaction(self) -> bool:
        """Whether SQLite has a transaction open."""
        return self._sqlite.in_transaction

    @property
    def sqlite(self) -> apsw.Connection:
        """The connection itself."""
        return self._sqlite

    def record_changes(self) -> None:
        """Begin to record what changes in stored tables, for :meth:`changes_so_far`."""
        recorder = apsw.Session(self._sqlite, "main")
        recorder.attach()
        self._recorder = recorder

    def stop_recording(self) -> None:
        """Forget the recorded changes."""
        if self._recorder is not None:
            self._recorder.close()
            self._recorder = None

    def changes_so_far(self) -> bytes:
        """The changes since :meth:`record_changes`, as SQLite's session extension writes them."""
        return b"" if self._recorder is None else self._recorder.changeset()

    def interrupt(self) -> None:
        """Stop the running statement, from any thread."""
        self._sqlite.interrupt()

    def close(self) -> None:
        """Free everything; an open transaction is rolled back."""
        self._sqlite.close(True)


class Writer(Protocol):
    """A transaction, as the write lock sees it."""

    def park(self) -> bool:
        """Give the lock up between two statements; False when that is impossible now."""
        return False


class WriteLock:
    """The right to write, which one transaction has at a time."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._condition = threading.Condition()
        self._owner: Writer | None = None
        self._clock = clock
        self._since = 0
        self._waiting = 0

    def settled(self) -> int:
        """A moment up to which nothing will be written any more.

        Whoever opens SQLite's transaction afterwards sees everything that is dated up to it.
        """
        with self._condition:
            return self._clock() if self._owner is None else self._since

    def acquire(self, owner: Writer, timeout: float, cancelled: Callable[[], bool]) -> None:
        """Wait for the lock, after asking its owner to step aside; owning it already is fine.

        :param owner: whoever will release it
        :param timeout: seconds
        :param cancelled: asked now and then; True ends the waiting
        :raises ServerError: 1205 after ``timeout``, 1105 when cancelled
        """
        deadline = time.monotonic() + timeout
        while True:
            with self._condition:
                if self._owner is None:
                    self._owner, self._since = owner, self._clock()
                if self._owner is owner:
                    return
                other = self._owner
            if other.park():
                continue
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise timed_out()
            if cancelled():
                raise ServerError(1105, "context canceled")
            with self._condition:
                if self._owner is other:
                    self._waiting += 1
                    self._condition.wait(min(remaining, _POLL))
                    self._waiting -= 1

    def take_if_free(self, owner: Writer) -> bool:
        """Take the lock if nobody has it or waits for it."""
        with self._condition:
            if self._owner is not None or self._waiting:
                return False
            self._owner, self._since = owner, self._clock()
            return True

    def release(self, owner: Writer) -> None:
        """Give the lock back; nothing happens when ``owner`` does not have it."""
        with self._condition:
            if self._owner is owner:
                self._owner = None
                self._condition.notify_all()


def _claimed(directory: Path) -> apsw.Connection:
    """A lock on the directory: two servers would hand out the same numbers.

    :raises OSError: another server uses it
    """
    claim = apsw.Connection(str(directory / "matrixone-lite.lock"))
    try:
        claim.execute("BEGIN EXCLUSIVE")
    except apsw.BusyError:
        claim.close()
        raise OSError(f"{directory} is in use by another server") from None
    return claim


def _make(path: Path) -> None:
    """A new file, of a kind that gives free pages back."""
    file = apsw.Connection(str(path))
    file.execute("PRAGMA auto_vacuum = INCREMENTAL; VACUUM")
    file.close()


class Store:
    """The database file with what lives outside transactions.

    :param directory: where the file is kept; a temporary directory that :meth:`close` removes when None
    """

    def __init__(self, directory: Path | None) -> None:
        self._temporary = directory is None
        self.directory = Path(tempfile.mkdtemp(prefix="matrixone-lite-")) if directory is None else directory
        self.directory.mkdir(parents=True, exist_ok=True)
        self._claim = _claimed(self.directory)
        self.path = self.directory / "matrixone-lite.db"
        if not self.path.exists():
            _make(self.path)
        self.row_locks = RowLocks()
        self.counters = Counters()
        self._clock = threading.Lock()
        self._last = 0
        self.lock = WriteLock(self.now)
        self.flushes = Flushes(self.now())

    def now(self) -> int:
        """Nanoseconds since 1970, larger at each call."""
        with self._clock:
            self._last = max(self._last + 1, time.time_ns())
            return self._last

    def take_history_ids(self, count: int) -> int:
        """Reserve ``count`` numbers for rows of history tables; the first is one more than what is returned."""
        return self.counters.take("history", count, lambda: time.time_ns() // 1000) - 1

    def connect(self, context: object) -> Connection:
        """Open a connection."""
        return Connection(self.path, context)

    def close(self) -> None:
        """Give the directory free, and remove it if it is temporary."""
        self._claim.close()
        if self._temporary:
            shutil.rmtree(self.directory, ignore_errors=True)


class Counters:
    """Numbers that are handed out once and never given back, whatever becomes of the transaction."""

    def __init__(self) -> None:
        self._next: dict[str, int] = {}
        self._mutex = threading.Lock()

    def take(self, key: str, count: int, start: Callable[[], int]) -> int:
        """Reserve ``count`` numbers and return the first.

        :param key: name of the counter
        :param count: how many
        :param start: the first number of a counter not used yet
        """
        with self._mutex:
            first = self._next[key] if key in self._next else start()
            self._next[key] = first + count
            return first

    def raise_to(self, key: str, used: int, start: Callable[[], int]) -> None:
        """Never hand out ``used`` or less again."""
        with self._mutex:
            current = self._next[key] if key in self._next else start()
            self._next[key] = max(current, used + 1)

    def reset(self, key: str, first: int) -> None:
        """Continue with ``first``."""
        with self._mutex:
            self._next[key] = first
