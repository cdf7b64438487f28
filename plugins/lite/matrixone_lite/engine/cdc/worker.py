"""The thread of a task: it looks for tables, and brings the sink up to date with each, round by round."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Final

import apsw

from matrixone_lite.engine import regexps
from matrixone_lite.engine.cdc.options import pace_of
from matrixone_lite.engine.cdc.sink import Sink, SinkError
from matrixone_lite.engine.cdc.source import Source
from matrixone_lite.engine.cdc.streams import Stream
from matrixone_lite.engine.errors import ServerError

if TYPE_CHECKING:
    from matrixone_lite.engine.cdc.capture import Capture
    from matrixone_lite.engine.cdc.source import View
    from matrixone_lite.engine.cdc.tasks import TableKey, Task, Watermark
    from matrixone_lite.engine.storage import Store

log = logging.getLogger(__name__)

_ROUND: Final = 0.1
"""Seconds between two looks for changes."""
_SCAN: Final = 1.0
"""Seconds between two looks for tables."""
_KEEPS: Final = 3.0
"""Seconds after which progress without changes is kept."""
_FIRST_DELAY: Final = 0.1
_ATTEMPTS: Final = 3
"""Further attempts after an error that may pass, each after twice the time."""
_DIALS: Final = 3
"""Attempts to begin with a table, the seconds between two, and those before it is begun with anew."""
_DIAL_DELAY: Final = 1.0
_BREAK: Final = 5.0
_SECOND: Final = 1_000_000_000


class Worker(threading.Thread):
    """Carries out one task until it is stopped or the task fails."""

    def __init__(self, capture: Capture, store: Store, task: Task) -> None:
        super().__init__(name=f"matrixone-lite-cdc:{task.name}", daemon=True)
        self.task = task
        self._capture = capture
        self._store = store
        self._pace = pace_of(task)
        self._exclude = regexps.compiled(task.exclude) if task.exclude else None
        self._start, self._end = nanoseconds(task.start), nanoseconds(task.end)
        self._sink = Sink(task.sink, self._pace.timeout)
        self._streams: dict[TableKey, Stream] = {}
        self._done = threading.Event()
        self._next_scan = self._kept = 0.0
        self._versions: list[int] = []

    def stop(self) -> None:
        """Have the thread end soon, whatever it waits for."""
        self._done.set()
        self._sink.abort()

    def run(self) -> None:
        """Work; what cannot be gone on with is an error of the task."""
        try:
            self._capture.began(self.task.id)
            self._work()
        except (ServerError, SinkError, apsw.Error, ValueError) as error:
            self._capture.failed(self.task.id, f"internal error: {error}")
        except Exception as error:
            # a defect of this program: nobody would notice a task that only stands still
            log.exception("task %s", self.task.name)
            self._capture.failed(self.task.id, f"internal error: panic {type(error).__name__}: {error}")
        finally:
            self._sink.close()
            self._capture.ended(self.task.id)

    def _work(self) -> None:
        try:
            with closing(Source(self._store, self.task.account)) as source:
                while not self._done.is_set():
                    with source.view() as (view, changed):
                        self._round(view, changed=changed)
                    self._done.wait(_ROUND)
        finally:
            self._keep_all()

    def _round(self, view: View, *, changed: bool) -> None:
        now = time.monotonic()
        if now >= self._next_scan:
            self._scan(view)
            self._next_scan = now + _SCAN
        for key, stream in self._streams.items():
            stream.stale |= changed
            if stream.due <= now and not stream.mark.given_up and not self._done.is_set():
                self._advance(key, stream, view)
        if now >= self._kept + _KEEPS:
            self._keep_all()
            self._kept = now

    # ------------------------------------------------------------------ tables
    def _scan(self, view: View) -> None:
        """Begin with tables that are new, leave those that are gone, and fail where one is given up."""
        # what was defined after the moment of the view is seen the next time
        version = view.catalog.version()
        self._versions = [*self._versions[-1:], version]
        if self._versions != [version, version]:
            self._find_tables(view)
        for (database, table), stream in self._streams.items():
            if stream.mark.given_up:
                self._capture.failed(
                    self.task.id,
                    f"internal error: CDC task {self.task.name} has permanent table error on {database}.{table}; "
                    "check mo_catalog.mo_cdc_watermark.err_msg for details",
                )
                self._done.set()

    def _find_tables(self, view: View) -> None:
        found = {}
        for key, _ in view.tables():
            place = self._place(key)
            if place is not None:
                found[key] = place
        for key in self._streams.keys() - found.keys():
            self._leave(key, self._streams.pop(key), view)
        for key in sorted(found.keys() - self._streams.keys()):
            first = view.moment if self.task.no_full else self._start
            mark = self._capture.mark(self.task.id, key, first)
            self._streams[key] = Stream(key, found[key], mark, self._pace)

    def _leave(self, key: TableKey, stream: Stream, view: View) -> None:
        """Keep how far a table has come, and that it was dropped if it was."""
        known, mark = stream.table, stream.mark
        if known is not None and view.catalog.table_by_id(known.id, view.moment) is None:
            text = f"internal error: can not find table by id {known.id}: accountId: {self.task.account}"
            mark = mark.failed(text, passing=True)
        self._note(key, mark, keep=True)

    def _place(self, key: TableKey) -> tuple[str, str] | None:
        if self._exclude is not None and self._exclude.search(".".join(key)):
            return None
        if any("." in name for name in key):
            return None
        return next((place for each in self.task.mappings if (place := each.target(*key)) is not None), None)

    # ------------------------------------------------------------------ progress
    def _advance(self, key: TableKey, stream: Stream, view: View) -> None:
        try:
            moved = stream.advance(view, self._sink, self.task, self._end)
        except (SinkError, ServerError, apsw.Error) as error:
            if not self._done.is_set():
                self._fail(key, stream, error)
            return
        stream.attempts = 0
        stream.due = time.monotonic() + self._pace.seconds
        self._note(key, stream.mark, keep=moved)

    def _fail(self, key: TableKey, stream: Stream, error: Exception) -> None:
        """Try again soon; then note the error and begin with the table anew, which must succeed."""
        passing, starting, now = isinstance(error, SinkError) and error.passing, stream.table is None, time.monotonic()
        stream.attempts += 1
        if passing and stream.attempts < (_DIALS if starting else _ATTEMPTS + 1):
            stream.due = now + (_DIAL_DELAY if starting else _FIRST_DELAY * 2**stream.attempts)
            return
        stream.stop()
        stream.due = now + _BREAK
        stream.mark = stream.mark.failed(_worded(error, starting=starting), passing=passing and not starting)
        self._note(key, stream.mark, keep=True)

    def _note(self, key: TableKey, mark: Watermark, *, keep: bool) -> None:
        self._capture.note(self.task.id, {key: mark}, keep=[key] if keep else [])

    def _keep_all(self) -> None:
        self._capture.note(
            self.task.id, {key: stream.mark for key, stream in self._streams.items()}, keep=self._streams.keys()
        )


def _worded(error: Exception, *, starting: bool) -> str:
    if isinstance(error, ServerError):
        return error.message
    return str(error) if starting else f"internal error: convert go error to mo error {error}"


def nanoseconds(time: str) -> int:
    """Nanoseconds since 1970 to a time in RFC 3339, 0 for an empty one."""
    return int(datetime.fromisoformat(time).timestamp()) * _SECOND if time else 0
