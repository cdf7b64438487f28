"""What a task, the tables it copies and their watermarks are to a program."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from matrixone.operations import Outcome
    from matrixone.secret import Secret

EVERY = "*"
_STOPPED = "N:"


class CDCWarning(UserWarning):
    """A task leaves out tables of what it was asked to copy."""


class CDCLevel(enum.StrEnum):
    """How much a task copies."""

    CLUSTER = "cluster"
    """Every account; MatrixOne 4.2.0 refuses it."""
    ACCOUNT = "account"
    DATABASE = "database"
    TABLE = "table"


class CDCSinkType(enum.StrEnum):
    """What a task copies to."""

    MYSQL = "mysql"
    MATRIXONE = "matrixone"


class CDCState(enum.StrEnum):
    """What the server says of a task. A task that runs may still have tables that stand still."""

    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    RESTARTING = "restarting"
    FAILED = "failed"


MOVING = {CDCState.RUNNING, CDCState.PAUSING, CDCState.RESTARTING}


@dataclass(frozen=True, slots=True)
class CDCTableMapping:
    """What is copied where; ``*`` stands for every table or database, under its own name.

    Args:
        source_database: Database copied from, in lower case.
        source_table: Table copied from, in lower case.
        sink_database: Database copied to; the server makes it where it is missing.
        sink_table: Table copied to; the server makes it where it is missing.
    """

    source_database: str
    source_table: str
    sink_database: str
    sink_table: str

    @property
    def level(self) -> CDCLevel:
        """The level of a task that copies this."""
        if self.source_database == EVERY:
            return CDCLevel.ACCOUNT
        return CDCLevel.DATABASE if self.source_table == EVERY else CDCLevel.TABLE

    def __str__(self) -> str:
        if self.level is CDCLevel.ACCOUNT:
            return EVERY
        if self.level is CDCLevel.DATABASE:
            return f"{self.source_database}:{self.sink_database}"
        return f"{self.source_database}.{self.source_table}:{self.sink_database}.{self.sink_table}"


@dataclass(frozen=True, slots=True)
class CDCWatermarkInfo:
    """How far a task has come with one table.

    Args:
        task_id: The task.
        task_name: Its name.
        database: Database of the source.
        table: Table of the source.
        watermark: Everything committed up to then has been copied; None if copying has not begun.
        err_msg: What keeps it from going on, as the server words it; empty if nothing does.
        lag: How far it was behind the server's clock when it was read; since the task was made if it has not begun.
    """

    task_id: str
    task_name: str
    database: str
    table: str
    watermark: datetime | None
    err_msg: str
    lag: timedelta | None = field(default=None, compare=False)

    @property
    def stopped(self) -> bool:
        """The server has given this table up; other errors it tries to get over."""
        return self.err_msg.startswith(_STOPPED)


@dataclass(frozen=True, slots=True)
class CDCTaskInfo:
    """A task that copies tables as they change.

    In accounts other than ``sys`` the server tells less: what is None there says so.

    Args:
        task_id: Given by the server; None if the task was not made yet when this object was.
        task_name: Name, in lower case.
        source_uri: Where it reads, as the server keeps it: without the password.
        sink_uri: Where it writes, likewise.
        sink_type: Kind of the sink; None outside ``sys``.
        table_mapping: What is copied where; None outside ``sys``.
        state: A :class:`CDCState`, or the word of a server that has further ones; None if it was not made yet.
        checkpoint: Everything committed up to then has been copied: the oldest watermark; None if a table has none.
        err_msg: Why the task failed, as far as the server says; empty if it did not.
        created_time: When it was made; None if it was not made yet.
        no_full: It copies changes only, not the rows that were there before; None outside ``sys``.
        filters: Regular expression of tables left out, matched against ``database.table``; None if there is none.
        additional_config: Further options, as the server keeps them; None outside ``sys``.
        start_time: From when on changes are copied, if that was given.
        end_time: Up to when changes are copied, if that was given.
        watermarks: How far it has come with each table, by database and table; tables named by ``table_mapping`` are
            there from the beginning, others once the server has found them.
        changing: A command has been given but has not taken effect; None outside ``sys``.
        read_at: The server's clock when this was read.
        outcome: What became of its creation, if this object comes from one.
    """

    task_id: str | None
    task_name: str
    source_uri: Secret
    sink_uri: Secret
    sink_type: CDCSinkType | None
    table_mapping: tuple[CDCTableMapping, ...] | None
    state: CDCState | str | None
    checkpoint: datetime | None
    err_msg: str
    created_time: datetime | None
    no_full: bool | None = None
    filters: str | None = None
    additional_config: Mapping[str, Any] | None = field(default=None, hash=False)
    start_time: datetime | None = None
    end_time: datetime | None = None
    watermarks: tuple[CDCWatermarkInfo, ...] = ()
    changing: bool | None = None
    read_at: datetime | None = field(default=None, compare=False)
    outcome: Outcome[None] | None = field(default=None, repr=False, compare=False)

    @property
    def pending(self) -> bool:
        """Its creation waits for the commit of the session that asked for it."""
        return self.outcome is not None and self.outcome.pending

    @property
    def failing(self) -> bool:
        """It failed, or a table of it has an error, whatever its state says."""
        return self.state == CDCState.FAILED or bool(self.err_msg) or any(each.err_msg for each in self.watermarks)

    @property
    def stuck(self) -> bool:
        """It is not paused, but will not go on with a table unless it is restarted."""
        return self.state in {CDCState.RUNNING, CDCState.FAILED} and any(each.stopped for each in self.watermarks)


@dataclass(frozen=True, slots=True)
class CDCProgress:
    """How far a task is on its way to a moment.

    Args:
        task: The task as it is now.
        until: The moment.
        total: How many tables it copies.
        behind: Those that have not come to the moment, as ``database.table``, sorted.
    """

    task: CDCTaskInfo
    until: datetime
    total: int
    behind: tuple[str, ...]

    @property
    def done(self) -> int:
        """How many tables have come to the moment."""
        return self.total - len(self.behind)

    @property
    def finished(self) -> bool:
        """Every table has, and there is one."""
        return self.total > 0 and not self.behind
