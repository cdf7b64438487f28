"""The part of the manager that looks and changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from matrixone.exceptions import CDCError, ConfigurationError
from matrixone.managers import Manager
from matrixone.sql import object_name
from matrixone_cdc.model import CDCState
from matrixone_cdc.reading import ListTasks, ShowTasks

if TYPE_CHECKING:
    import builtins
    from collections.abc import Mapping

    from matrixone_cdc.model import CDCTaskInfo, CDCWatermarkInfo

_LATE = timedelta(minutes=10)


class TaskInspector(Manager):
    """Tasks, how far they have come, and what is wrong with them; every look is one query."""

    def list(self, task_name: str | None = None) -> builtins.list[CDCTaskInfo]:
        """The tasks of the account, by name, or the one of that name; also inside transactions."""
        return self._tasks(None if task_name is None else object_name(task_name))

    def show_all(self) -> builtins.list[CDCTaskInfo]:
        """The tasks of the account, by name."""
        return self._tasks()

    def get(self, task_name: str) -> CDCTaskInfo:
        """The task of that name.

        Raises:
            CDCError: There is none, or it waits for the session's commit.
        """
        return self._get(task_name)

    def show_task(self, task_name: str) -> CDCTaskInfo:
        """The task of that name; see :meth:`get`."""
        return self._get(task_name)

    def exists(self, task_name: str) -> bool:
        """Whether there is a task of that name; one that waits for the session's commit is none yet."""
        return bool(self._tasks(object_name(task_name)))

    def list_watermarks(self, task_name: str | None = None) -> builtins.list[CDCWatermarkInfo]:
        """How far tasks have come with each table, or the one of that name; by task, database and table."""
        return [watermark for task in self.list(task_name) for watermark in task.watermarks]

    def list_failing_tasks(self) -> builtins.list[CDCTaskInfo]:
        """Tasks that failed or have a table with an error, also when their state says that they run."""
        return [task for task in self._tasks(failing=True) if task.failing]

    def list_stuck_tasks(self) -> builtins.list[CDCTaskInfo]:
        """Tasks that are not paused, but have given up a table and will not go on with it unless restarted."""
        return [task for task in self._tasks(failing=True) if task.stuck]

    def list_late_table_watermarks(
        self,
        *,
        task_name: str | None = None,
        default_threshold: timedelta = _LATE,
        thresholds: Mapping[str, timedelta] | None = None,
    ) -> builtins.list[CDCWatermarkInfo]:
        """Tables that running tasks are behind with, by the clock of the server.

        Args:
            task_name: Only of that task.
            default_threshold: Which lag is late.
            thresholds: Other ones for some tables, by ``database.table``.

        Raises:
            ConfigurationError: A threshold is for something else than ``database.table``.
        """
        limits = thresholds or {}
        if wrong := [table for table in limits if "." not in table]:
            raise ConfigurationError(f"a threshold is for 'database.table', not for {wrong[0]!r}")
        name = None if task_name is None else object_name(task_name)
        return [
            each
            for task in self._tasks(name, running=True)
            if task.state == CDCState.RUNNING
            for each in task.watermarks
            if each.lag is not None and each.lag > limits.get(f"{each.database}.{each.table}", default_threshold)
        ]

    def _get(self, task_name: str, *, required: bool = False) -> CDCTaskInfo:
        name = object_name(task_name)
        found = self._tasks(name, required=required)
        if not found:
            raise CDCError(f"there is no cdc task {name}")
        return found[0]

    def _tasks(self, name: str | None = None, **only: bool) -> builtins.list[CDCTaskInfo]:
        outcome = self._session.run(ListTasks(name, **only))
        return self._session.run(ShowTasks(name)).value if outcome.skipped else outcome.value
