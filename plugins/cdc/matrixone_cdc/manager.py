"""The manager behind ``session.cdc`` and ``client.cdc``."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from matrixone.exceptions import CDCError, ConfigurationError
from matrixone.managers import AsyncManager, awaitable
from matrixone.sql import object_name
from matrixone_cdc.addresses import build_mysql_uri, checked_uri, same_place
from matrixone_cdc.inspection import TaskInspector
from matrixone_cdc.mappings import checked_level, checked_sink_type, refuse_copies_onto_themselves, table_mappings
from matrixone_cdc.model import (
    EVERY,
    MOVING,
    CDCLevel,
    CDCProgress,
    CDCState,
    CDCTaskInfo,
    CDCWarning,
)
from matrixone_cdc.operations import (
    CreateTask,
    DropAllTasks,
    DropTask,
    PauseAllTasks,
    PauseTask,
    RestartTask,
    ResumeTask,
    is_busy,
)
from matrixone_cdc.options import checked_options
from matrixone_cdc.reading import TablesOf, TablesWithForeignKeys, UnfinishedRunners
from matrixone_cdc.waiting import Deadline, left_out, reasons, refuse_standstill, tables_behind

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from matrixone.operations import Operation, Outcome
    from matrixone.secret import Secret
    from matrixone_cdc.mappings import TableMappings
    from matrixone_cdc.model import CDCSinkType, CDCTableMapping, CDCWatermarkInfo
    from matrixone_cdc.reading import SourceTable


class CDCManager(TaskInspector):
    """Tasks of the server that copy tables to another server, or another database, as they change.

    Names are stored in lower case. The server makes, changes and drops tasks only outside transactions: a session with
    an open transaction does so after its commit, and then nothing is waited for. A recovery window (PITR) of two hours
    or more must cover what is copied.
    """

    build_mysql_uri = staticmethod(build_mysql_uri)

    def create(
        self,
        task_name: str,
        source_uri: str | Secret,
        sink_type: CDCSinkType | str,
        sink_uri: str | Secret,
        table_mapping: TableMappings,
        options: Mapping[str, Any] | None = None,
        *,
        level: CDCLevel | str | None = None,
        if_not_exists: bool = False,
    ) -> CDCTaskInfo:
        """Copy tables from now on (``CREATE CDC``); dropped again if the session rolls back.

        Args:
            task_name: 1 to 64 characters without blanks and quotation marks.
            source_uri: Where the server reads, see :func:`~matrixone_cdc.build_mysql_uri`; it dials the address itself.
            sink_type: ``matrixone`` or ``mysql``.
            sink_uri: Where the server writes.
            table_mapping: What is copied where: ``"db.t:sink.t2, ..."``, ``"db:sink"`` or ``"*"``; a dictionary of
                source to sink; or a list of such texts and of tuples of two to four names.
            options: ``NoFull``, ``Exclude`` (a regular expression found in ``database.table``), ``StartTs``, ``EndTs``
                (cut to seconds), ``Frequency``, ``MaxSqlLength``, ``SendSqlTimeout``, ``InitSnapshotSplitTxn``, with
                values of Python or as the server writes them.
            level: That of ``table_mapping`` if left out; ``cluster`` with ``"*"``.
            if_not_exists: Return the task of that name, whatever it copies, if there is one.

        Returns:
            The task; ``pending`` if it is made after the session's commit.

        Raises:
            CDCError: The name is taken, an address cannot be reached, no recovery window covers the tables, a table has
                foreign keys, or a table would be copied onto itself.
            ConfigurationError: An address, option, level or mapping the server would refuse or ignore.
            InvalidNameError: A name the server cannot store.
            TransactionRefusedError: A transaction is open and the session was opened with ``on_refused="raise"``.

        Warns:
            CDCWarning: Tables with foreign keys are left out of a database or account.
        """
        name, given = object_name(task_name), dict(options or {})
        mappings = table_mappings(table_mapping)
        level = checked_level(given.pop("Level", level), mappings)
        checked = (("Level", level.value), *checked_options(given))
        source, sink = checked_uri(source_uri, "the source"), checked_uri(sink_uri, "the sink")
        kind = checked_sink_type(sink_type)
        if same_place(source, sink):
            refuse_copies_onto_themselves(mappings)
        self._check_foreign_keys(mappings, dict(checked).get("Exclude"))
        tables = ",".join(map(str, mappings))
        outcome = self._session.run(CreateTask(name, source, kind, sink, tables, checked, if_not_exists))
        if not outcome.pending:
            return replace(self.get(name), outcome=outcome)
        return CDCTaskInfo(None, name, source, sink, kind, mappings, None, None, "", None, outcome=outcome)

    def create_account_task(
        self,
        task_name: str,
        source_uri: str | Secret,
        sink_type: CDCSinkType | str,
        sink_uri: str | Secret,
        options: Mapping[str, Any] | None = None,
        *,
        if_not_exists: bool = False,
    ) -> CDCTaskInfo:
        """Copy every database of the account, under its own name; see :meth:`create`."""
        return self.create(task_name, source_uri, sink_type, sink_uri, EVERY, options, if_not_exists=if_not_exists)

    def create_database_task(
        self,
        task_name: str,
        source_uri: str | Secret,
        sink_type: CDCSinkType | str,
        sink_uri: str | Secret,
        source_database: str,
        sink_database: str | None = None,
        options: Mapping[str, Any] | None = None,
        *,
        if_not_exists: bool = False,
    ) -> CDCTaskInfo:
        """Copy every table of a database, also those made later; see :meth:`create`.

        Args:
            task_name: As for :meth:`create`.
            source_uri: As for :meth:`create`.
            sink_type: As for :meth:`create`.
            sink_uri: As for :meth:`create`.
            source_database: Database copied from.
            sink_database: Database copied to, ``source_database`` if left out.
            options: As for :meth:`create`.
            if_not_exists: As for :meth:`create`.
        """
        mapping = {f"`{_escaped(source_database)}`": f"`{_escaped(sink_database or source_database)}`"}
        return self.create(
            task_name,
            source_uri,
            sink_type,
            sink_uri,
            mapping,
            options,
            level=CDCLevel.DATABASE,
            if_not_exists=if_not_exists,
        )

    def create_table_task(
        self,
        task_name: str,
        source_uri: str | Secret,
        sink_type: CDCSinkType | str,
        sink_uri: str | Secret,
        table_mappings: TableMappings,
        options: Mapping[str, Any] | None = None,
        *,
        if_not_exists: bool = False,
    ) -> CDCTaskInfo:
        """Copy tables; see :meth:`create`.

        Args:
            task_name: As for :meth:`create`.
            source_uri: As for :meth:`create`.
            sink_type: As for :meth:`create`.
            sink_uri: As for :meth:`create`.
            table_mappings: ``"db.t:sink.t2, ..."``, a dictionary, or a list of texts and of tuples ``(source, sink)``,
                ``(db, table)``, ``(db, table, sink_db)`` and ``(db, table, sink_db, sink_table)``.
            options: As for :meth:`create`.
            if_not_exists: As for :meth:`create`.
        """
        return self.create(
            task_name,
            source_uri,
            sink_type,
            sink_uri,
            table_mappings,
            options,
            level=CDCLevel.TABLE,
            if_not_exists=if_not_exists,
        )

    def drop(self, task_name: str, *, if_exists: bool = False, timeout: float | None = 60) -> Outcome[None]:
        """End a task (``DROP CDC``) and wait until nothing is copied any more; a rollback does not bring it back.

        Outside the account ``sys`` the server does not say when that is.

        Args:
            task_name: Its name.
            if_exists: Do nothing if there is none.
            timeout: Seconds to wait at most.

        Returns:
            What became of it; ``pending`` if it is dropped after the session's commit.

        Raises:
            CDCError: There is none.
            CDCTimeoutError: It was dropped, but was not seen to end in time.
            TransactionRefusedError: A transaction is open and the session was opened with ``on_refused="raise"``.
        """
        name, deadline = object_name(task_name), Deadline(self._session, timeout)
        tasks = self._tasks(name)
        outcome = self._send(DropTask(name, if_exists), deadline)
        self._wait_for_end(tasks, outcome, deadline)
        return outcome

    def drop_all(self, *, timeout: float | None = 60) -> Outcome[None]:
        """End every task of the account (``DROP CDC ALL``); see :meth:`drop`."""
        deadline = Deadline(self._session, timeout)
        tasks = self._tasks()
        outcome = self._send(DropAllTasks(), deadline)
        self._wait_for_end(tasks, outcome, deadline)
        return outcome

    def pause(self, task_name: str, *, timeout: float | None = 60) -> Outcome[None]:
        """Stop copying (``PAUSE CDC``) and wait until it has stopped; a rollback does not take it back.

        Args:
            task_name: Its name; one that is paused stays so.
            timeout: Seconds to wait at most, also for an earlier command to take effect.

        Returns:
            What became of it; ``pending`` if it is paused after the session's commit.

        Raises:
            CDCError: There is none, or it failed.
            CDCTimeoutError: It did not stop in time.
            TransactionRefusedError: A transaction is open and the session was opened with ``on_refused="raise"``.
        """
        return self._command(PauseTask(object_name(task_name)), CDCState.PAUSED, timeout)

    def pause_all(self, *, timeout: float | None = 60) -> Outcome[None]:
        """Stop every task of the account (``PAUSE CDC ALL``); see :meth:`pause`."""
        deadline = Deadline(self._session, timeout)
        outcome = self._send(PauseAllTasks(), deadline)
        while not outcome.pending and any(task.changing or task.state in MOVING for task in self._tasks()):
            deadline.wait("the tasks of the account do not pause")
        return outcome

    def resume(self, task_name: str, *, timeout: float | None = 60) -> Outcome[None]:
        """Go on copying where a task was paused (``RESUME CDC``), and wait until it runs.

        Args:
            task_name: Its name; one that runs goes on.
            timeout: Seconds to wait at most, also for an earlier command to take effect.

        Returns:
            What became of it; ``pending`` if it is resumed after the session's commit.

        Raises:
            CDCError: There is none, or it failed: restart it.
            CDCTimeoutError: It did not run in time.
            TransactionRefusedError: A transaction is open and the session was opened with ``on_refused="raise"``.
        """
        return self._command(ResumeTask(object_name(task_name)), CDCState.RUNNING, timeout)

    def restart(self, task_name: str, *, timeout: float | None = 60) -> Outcome[None]:
        """Begin a task anew (``RESUME CDC ... 'restart'``), also one that failed, and wait until it runs.

        Args and errors as for :meth:`resume`.
        """
        return self._command(RestartTask(object_name(task_name)), CDCState.RUNNING, timeout)

    def wait_until_caught_up(
        self,
        task_name: str,
        *,
        until: datetime | None = None,
        timeout: float | None = 300,
        interval: float = 1,
        progress: Callable[[CDCProgress], None] | None = None,
    ) -> builtins.list[CDCWatermarkInfo]:
        """Wait until everything committed up to now has been copied.

        What the session itself has not committed is not copied. Outside the account ``sys`` the server does not say
        which tables a task has: there, those count that it has begun with.

        Args:
            task_name: Its name.
            until: Up to then instead, with its zone.
            timeout: Seconds to wait at most.
            interval: Seconds between two looks; the server notes the progress of a task every three.
            progress: Called at each look.

        Returns:
            How far it has come with each table.

        Raises:
            CDCError: There is no such task, it does not run, or it has given up a table.
            CDCTimeoutError: It took longer.
            ConfigurationError: ``until`` has no zone.
            PendingOperationError: The task is made only after the session's commit.
        """
        if until is not None and until.tzinfo is None:
            raise ConfigurationError("until needs a zone, such as datetime.now(timezone.utc)")
        name, deadline = object_name(task_name), Deadline(self._session, timeout, interval)
        while True:
            task = self._get(name, required=True)
            until = until or task.read_at
            assert until is not None  # noqa: S101 - a task that was read says when
            total, behind = tables_behind(task, until, self._tables_of(task))
            now = CDCProgress(task, until, total, behind)
            if progress is not None:
                progress(now)
            if now.finished:
                return [*task.watermarks]
            refuse_standstill(task)
            deadline.wait(f"cdc task {name} has not come to {until}: it waits for {', '.join(behind) or 'any table'}")

    def _command(
        self, operation: PauseTask | ResumeTask | RestartTask, state: CDCState, timeout: float | None
    ) -> Outcome[None]:
        deadline = Deadline(self._session, timeout)
        outcome = self._send(operation, deadline)
        while not outcome.pending:
            task = self._get(operation.task)
            if task.state == state and not task.changing:
                break
            if task.state == CDCState.FAILED and not task.changing:
                raise CDCError(f"cdc task {task.task_name} failed; restart() begins it anew{reasons(task)}")
            deadline.wait(f"cdc task {task.task_name} is {task.state}, not {state}")
        return outcome

    def _send(self, operation: Operation[None], deadline: Deadline) -> Outcome[None]:
        while True:
            try:
                return self._session.run(operation)
            except CDCError as error:
                if not is_busy(error):
                    raise
                deadline.wait(f"{operation.name} has to wait for an earlier command: {error}")

    def _wait_for_end(self, tasks: builtins.list[CDCTaskInfo], outcome: Outcome[None], deadline: Deadline) -> None:
        ids = tuple(task.task_id for task in tasks if task.task_id is not None)
        while ids and not outcome.pending:
            running = self._session.run(UnfinishedRunners(ids))
            if running.skipped or not running.value:
                break
            deadline.wait(f"dropped, but the server still works on {running.value} of {len(ids)} cdc tasks")

    def _check_foreign_keys(self, mappings: tuple[CDCTableMapping, ...], exclude: str | None) -> None:
        linked = self._session.run(TablesWithForeignKeys()).value
        skipped = [f"{database}.{table}" for database, table in left_out(linked, mappings, exclude)]
        if not skipped:
            return
        message = f"the server copies no table that has a foreign key: {', '.join(skipped)}"
        if mappings[0].level is CDCLevel.TABLE:
            raise CDCError(f"{message}; nothing was sent")
        warnings.warn(message, CDCWarning, stacklevel=4)

    def _tables_of(self, task: CDCTaskInfo) -> frozenset[SourceTable]:
        wide = [each for each in task.table_mapping or () if each.source_table == EVERY]
        if not wide:
            return frozenset()
        databases = [each.source_database for each in wide if each.source_database != EVERY]
        linked = self._session.run(TablesWithForeignKeys()).value
        return self._session.run(TablesOf(tuple(databases))).value - linked


def _escaped(name: str) -> str:
    return name.replace("`", "``")


class AsyncCDCManager(AsyncManager[CDCManager]):
    """The asynchronous twin of :class:`CDCManager`."""

    build_mysql_uri = staticmethod(build_mysql_uri)

    create = awaitable(CDCManager.create)
    create_account_task = awaitable(CDCManager.create_account_task)
    create_database_task = awaitable(CDCManager.create_database_task)
    create_table_task = awaitable(CDCManager.create_table_task)
    drop = awaitable(CDCManager.drop)
    drop_all = awaitable(CDCManager.drop_all)
    pause = awaitable(CDCManager.pause)
    pause_all = awaitable(CDCManager.pause_all)
    resume = awaitable(CDCManager.resume)
    restart = awaitable(CDCManager.restart)
    list = awaitable(CDCManager.list)
    show_all = awaitable(CDCManager.show_all)
    get = awaitable(CDCManager.get)
    show_task = awaitable(CDCManager.show_task)
    exists = awaitable(CDCManager.exists)
    list_watermarks = awaitable(CDCManager.list_watermarks)
    list_failing_tasks = awaitable(CDCManager.list_failing_tasks)
    list_stuck_tasks = awaitable(CDCManager.list_stuck_tasks)
    list_late_table_watermarks = awaitable(CDCManager.list_late_table_watermarks)
    wait_until_caught_up = awaitable(CDCManager.wait_until_caught_up)
