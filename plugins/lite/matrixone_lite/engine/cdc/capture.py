"""The tasks of a server: their states, and the workers that carry them out."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.cdc.tasks import (
    FAILED,
    PAUSED,
    PAUSING,
    RESTARTING,
    RUNNING,
    Ledger,
    Runner,
    Watermark,
)
from matrixone_lite.engine.cdc.worker import Worker
from matrixone_lite.engine.errors import ServerError, internal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matrixone_lite.engine.cdc.tasks import (
        TableKey,
        Task,
    )
    from matrixone_lite.engine.storage import Store

_REQUESTS: Final = {
    "pause": (Runner.PauseRequested, PAUSING),
    "resume": (Runner.ResumeRequested, RUNNING),
    "restart": (Runner.RestartRequested, RESTARTING),
}
_NEEDED: Final = {"pause": Runner.Running, "resume": Runner.Paused}


class Capture:
    """All tasks; statements, workers and listings meet here.

    A statement only notes what is wanted. The worker of the task, in a thread of its own, does it and says so.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ledger = Ledger(store.directory)
        self._mutex = threading.Lock()
        self._tasks: dict[str, Task] = {}
        self._marks: dict[str, dict[TableKey, Watermark]] = {}
        self._workers: dict[str, Worker] = {}
        self._closed = False

    # ------------------------------------------------------------------ life of the server
    def open(self) -> None:
        """Read what was kept."""
        tasks, self._marks = self._ledger.load()
        self._tasks = {task.id: task for task in tasks}

    def start(self) -> None:
        """Go on with the tasks that are neither paused nor failed."""
        with self._mutex:
            for task in list(self._tasks.values()):
                if task.runner in {Runner.PauseRequested, Runner.Paused} and task.state != FAILED:
                    self._put(replace(task, runner=Runner.Paused, state=PAUSED))
                elif task.state != FAILED:
                    self._begin(task)

    def oldest(self) -> int | None:
        """The moment since which a task still needs old rows; None without tasks."""
        with self._mutex:
            moments = [task.created for task in self._tasks.values() if not self._marks[task.id]]
            for task in self._tasks.values():
                moments += [mark.moment or task.created for mark in self._marks[task.id].values()]
        return min(moments, default=None)

    def close(self) -> None:
        """End every worker and wait for its thread."""
        with self._mutex:
            self._closed = True
            workers = list(self._workers.values())
        for worker in workers:
            worker.stop()
        for worker in workers:
            worker.join()
        self._ledger.close()

    # ------------------------------------------------------------------ statements
    def create(self, task: Task) -> None:
        """Begin a task; error 1105 when the account has one of that name."""
        with self._mutex:
            if self._named(task.account, task.name):
                entry = f"Duplicate entry '({task.account},{task.name})' for key '(account_id,task_name)'"
                raise ServerError(1105, f"Error 1062 (HY000): {entry}")
            self._marks[task.id] = {}
            self._put(task)
            self._begin(task)

    def drop(self, account: int, name: str | None, *, if_exists: bool) -> None:
        """End a task, or all of an account, and forget how far they have come."""
        with self._mutex:
            found = self._wanted(account, name, if_exists=if_exists)
            for task in found:
                del self._tasks[task.id], self._marks[task.id]
                if task.id in self._workers:
                    self._workers[task.id].stop()
            if found:
                self._ledger.forget(*(task.id for task in found))

    def request(self, action: str, account: int, name: str | None) -> None:
        """Have tasks pause, resume or restart soon.

        :raises ServerError: 20101 when one is in another state than the action needs; then none is changed
        """
        runner, state = _REQUESTS[action]
        with self._mutex:
            found = self._wanted(account, name, if_exists=False)
            for task in found:
                if action in _NEEDED and task.runner is not _NEEDED[action]:
                    raise internal(f"Task {task.name} status can not be change, now it is {task.runner.name}")
            for task in found:
                self._put(replace(task, runner=runner, state=state))
                self._carry_out(task)

    def _wanted(self, account: int, name: str | None, *, if_exists: bool) -> list[Task]:
        found = self._named(account, name)
        if not found and name is not None and not if_exists:
            raise internal(f"no cdc task found, accountId: {account}, taskName: {name}")
        return found

    def _named(self, account: int, name: str | None) -> list[Task]:
        return [task for task in self._tasks.values() if task.account == account and name in {None, task.name}]

    def _carry_out(self, task: Task) -> None:
        worker = self._workers.get(task.id)
        if worker is not None:
            worker.stop()
        else:
            self._settle(task.id)

    # ------------------------------------------------------------------ workers
    def _begin(self, task: Task) -> None:
        if not self._closed:
            self._workers[task.id] = worker = Worker(self, self._store, task)
            worker.start()

    def _settle(self, identity: str) -> None:
        """Do what was asked of a task that has no worker now."""
        task = self._tasks.get(identity)
        if task is not None and task.runner is Runner.PauseRequested:
            self._put(replace(task, runner=Runner.Paused, state=PAUSED))
        if task is None or task.runner not in {Runner.ResumeRequested, Runner.RestartRequested}:
            return
        # a table that was given up gets another chance
        self._marks[identity] = {key: replace(mark, trouble=None) for key, mark in self._marks[identity].items()}
        self._ledger.keep_watermarks(identity, self._marks[identity].items())
        self._begin(task)

    def began(self, identity: str) -> None:
        """Note that a worker has begun."""
        with self._mutex:
            task = self._tasks.get(identity)
            if task is not None and task.runner in {
                Runner.Created,
                Runner.Running,
                Runner.ResumeRequested,
                Runner.RestartRequested,
            }:
                self._put(replace(task, runner=Runner.Running, state=RUNNING, error=""))

    def ended(self, identity: str) -> None:
        """Note that a worker has ended, and do what was asked for meanwhile."""
        with self._mutex:
            del self._workers[identity]
            if not self._closed:
                self._settle(identity)

    def failed(self, identity: str, error: str) -> None:
        """Note that a task has failed; its worker ends."""
        with self._mutex:
            task = self._tasks.get(identity)
            if task is not None and task.state == RUNNING:
                self._put(replace(task, state=FAILED, error=error))

    def _put(self, task: Task) -> None:
        self._tasks[task.id] = task
        self._ledger.keep(task)

    # ------------------------------------------------------------------ watermarks
    def mark(self, identity: str, key: TableKey, first: int) -> Watermark:
        """How far a task has come with a table; ``first`` where it has not begun."""
        with self._mutex:
            marks = self._marks.get(identity, {})
            if key not in marks:
                marks[key] = Watermark(first)
                if identity in self._marks:
                    self._ledger.keep_watermarks(identity, [(key, marks[key])])
            return marks[key]

    def note(self, identity: str, marks: dict[TableKey, Watermark], *, keep: Iterable[TableKey]) -> None:
        """Note how far a task has come.

        :param keep: tables of which that outlasts the server
        """
        with self._mutex:
            if identity in self._tasks:
                self._marks[identity].update(marks)
                kept = [(key, marks[key]) for key in keep]
                if kept:
                    self._ledger.keep_watermarks(identity, kept)

    # ------------------------------------------------------------------ listings
    def tasks(self, account: int | None = None) -> list[Task]:
        """The tasks of an account, or all, in the order they were made."""
        with self._mutex:
            found = [task for task in self._tasks.values() if account in {None, task.account}]
        return sorted(found, key=lambda task: task.created)

    def watermarks(self, identity: str) -> list[tuple[TableKey, Watermark]]:
        """How far a task has come, by table."""
        with self._mutex:
            return sorted(self._marks.get(identity, {}).items(), key=lambda item: item[0])

    def runners(self) -> list[tuple[Task, Runner]]:
        """What the server works on, dropped tasks that have not ended yet included."""
        with self._mutex:
            dropped = [worker.task for key, worker in self._workers.items() if key not in self._tasks]
            return [
                *((task, task.runner) for task in self._tasks.values()),
                *((task, Runner.CancelRequested) for task in dropped),
            ]
