"""Waiting for tasks: until when, and for which tables."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from matrixone.exceptions import CDCError, CDCTimeoutError
from matrixone.querylog.redaction import mask_secrets
from matrixone_cdc.model import EVERY, MOVING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from matrixone.managers import ManagerSession
    from matrixone_cdc.model import CDCTableMapping, CDCTaskInfo
    from matrixone_cdc.reading import SourceTable


class Deadline:
    """A number of seconds from now, spent in pauses.

    Args:
        session: What pauses, without blocking an event loop.
        timeout: Seconds, or None for ever.
        interval: Seconds of a pause.
    """

    def __init__(self, session: ManagerSession, timeout: float | None, interval: float = 0.5) -> None:
        self._session = session
        self._end = None if timeout is None else time.monotonic() + timeout
        self._timeout = timeout
        self._interval = interval

    def wait(self, why: str) -> None:
        """Pause once.

        Args:
            why: What is waited for, for the error.

        Raises:
            CDCTimeoutError: The time is over.
        """
        left = self._interval if self._end is None else self._end - time.monotonic()
        if left <= 0:
            raise CDCTimeoutError(f"{why} (after {self._timeout} seconds)")
        self._session.pause(min(self._interval, left))


def tables_behind(task: CDCTaskInfo, until: datetime, expected: Iterable[SourceTable]) -> tuple[int, tuple[str, ...]]:
    """How many tables a task copies, and which of them have not come to a moment.

    Args:
        task: The task.
        until: The moment.
        expected: Tables that may not have a watermark yet; what the task leaves out is ignored.
    """
    arrived = {
        (each.database, each.table): each.watermark is not None and each.watermark >= until and not each.err_msg
        for each in task.watermarks
    }
    left = excluded(task.filters)
    tables = arrived.keys() | {table for table in expected if "." not in table[1] and not left(table)}
    return len(tables), tuple(sorted(".".join(table) for table in tables if not arrived.get(table, False)))


def left_out(
    tables: Iterable[SourceTable], mappings: Iterable[CDCTableMapping], exclude: str | None
) -> list[SourceTable]:
    """Those of some tables that a task was asked to copy."""
    left = excluded(exclude)
    return sorted(
        (database, table)
        for database, table in tables
        if not left((database, table))
        and any(each.source_database in {database, EVERY} and each.source_table in {table, EVERY} for each in mappings)
    )


def excluded(pattern: str | None) -> Callable[[SourceTable], bool]:
    """Whether a table is excluded; where the server's regular expressions are more than Python's, none is."""
    try:
        found = re.compile(pattern) if pattern else None
    except re.error:
        found = None
    return lambda table: found is not None and found.search(".".join(table)) is not None


def refuse_standstill(task: CDCTaskInfo) -> None:
    """See that waiting for a task has an end.

    Raises:
        CDCError: It does not run, or has given up a table.
    """
    if task.stuck or (task.state not in MOVING and not task.changing):
        raise CDCError(f"cdc task {task.task_name} does not go on: it is {task.state}{reasons(task)}")


def reasons(task: CDCTaskInfo) -> str:
    """What the server says is wrong with a task, to be put at the end of a message."""
    found = [f"{each.database}.{each.table}: {each.err_msg}" for each in task.watermarks if each.err_msg]
    return mask_secrets("".join(f"; {reason}" for reason in ([task.err_msg] if task.err_msg else []) + found))
