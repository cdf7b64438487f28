"""The statements that make, change and drop tasks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from matrixone.exceptions import CDCError
from matrixone.operations import InTransaction, Operation
from matrixone.sql import SQL, Identifier, Literal, joined

if TYPE_CHECKING:
    from sqlalchemy.sql import Executable

    from matrixone.exceptions import QueryError
    from matrixone.operations import Resource
    from matrixone.secret import Secret
    from matrixone_cdc.model import CDCSinkType
    from matrixone_cdc.options import Options

_BUSY = re.compile(r"status can not be change, now it is (?:Created|\w+Requested)")


def is_busy(error: QueryError) -> bool:
    """Whether the server refused a command because an earlier one has not taken effect."""
    return _BUSY.search(str(error)) is not None


@dataclass(frozen=True, slots=True)
class CreateTask(Operation[None]):
    """Copy tables as they change from now on.

    Args:
        task: Its name.
        source_uri: Where it reads.
        sink_type: Kind of the sink.
        sink_uri: Where it writes.
        tables: What is copied where.
        options: Level and further options.
        if_not_exists: Leave a task of that name as it is. The words are not sent: the server ignores them.
    """

    name: ClassVar = "cdc.create"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "cdc"
    error: ClassVar = CDCError

    task: str
    source_uri: Secret
    sink_type: CDCSinkType
    sink_uri: Secret
    tables: str
    options: Options
    if_not_exists: bool = False

    def statement(self) -> Executable:
        """CREATE CDC name 'source' 'type' 'sink' 'tables' {'Level' = 'level', ...}."""
        options = [SQL("{key} = {value}").format(key=Literal(key), value=Literal(value)) for key, value in self.options]
        return SQL("CREATE CDC {task} {source} {sink_type} {sink} {tables} {{{options}}}").format(
            task=Identifier(self.task),
            source=self.source_uri,
            sink_type=Literal(self.sink_type.value),
            sink=self.sink_uri,
            tables=Literal(self.tables),
            options=joined(options),
        )

    def undo(self) -> DropTask:
        """Drop it."""
        return DropTask(self.task, if_exists=True)

    def creates(self) -> tuple[Resource, ...]:
        """The task."""
        return (("cdc task", self.task),)

    def satisfied_by(self, error: QueryError) -> bool:
        """A task of that name is there."""
        return self.if_not_exists and "for key '(account_id,task_name)'" in str(error)


@dataclass(frozen=True, slots=True)
class DropTask(Operation[None]):
    """End a task; what it copied stays.

    Args:
        task: Its name.
        if_exists: Do nothing if there is none.
    """

    name: ClassVar = "cdc.drop"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "cdc"
    error: ClassVar = CDCError

    task: str
    if_exists: bool = False

    def statement(self) -> Executable:
        """DROP CDC TASK name."""
        return SQL("DROP CDC TASK {task}").format(task=Identifier(self.task))

    def satisfied_by(self, error: QueryError) -> bool:
        """There is no task of that name."""
        return self.if_exists and "no cdc task found" in str(error)


@dataclass(frozen=True, slots=True)
class DropAllTasks(Operation[None]):
    """End every task of the account."""

    name: ClassVar = "cdc.drop_all"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "cdc"
    error: ClassVar = CDCError

    def statement(self) -> Executable:
        """DROP CDC ALL."""
        return SQL("DROP CDC ALL")


@dataclass(frozen=True, slots=True)
class PauseTask(Operation[None]):
    """Stop copying until the task is resumed.

    Args:
        task: Its name.
    """

    name: ClassVar = "cdc.pause"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "cdc"
    error: ClassVar = CDCError

    task: str

    def statement(self) -> Executable:
        """PAUSE CDC TASK name."""
        return SQL("PAUSE CDC TASK {task}").format(task=Identifier(self.task))

    def satisfied_by(self, error: QueryError) -> bool:
        """It is paused."""
        return "now it is Paused" in str(error)


@dataclass(frozen=True, slots=True)
class PauseAllTasks(Operation[None]):
    """Stop every task of the account until it is resumed."""

    name: ClassVar = "cdc.pause_all"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "cdc"
    error: ClassVar = CDCError

    def statement(self) -> Executable:
        """PAUSE CDC ALL."""
        return SQL("PAUSE CDC ALL")


@dataclass(frozen=True, slots=True)
class ResumeTask(Operation[None]):
    """Go on copying where the task was paused.

    Args:
        task: Its name.
    """

    name: ClassVar = "cdc.resume"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "cdc"
    error: ClassVar = CDCError

    task: str

    def statement(self) -> Executable:
        """RESUME CDC TASK name."""
        return SQL("RESUME CDC TASK {task}").format(task=Identifier(self.task))

    def satisfied_by(self, error: QueryError) -> bool:
        """It runs."""
        return "now it is Running" in str(error)


@dataclass(frozen=True, slots=True)
class RestartTask(Operation[None]):
    """Begin again, whether the task runs, is paused or failed.

    Args:
        task: Its name.
    """

    name: ClassVar = "cdc.restart"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "cdc"
    error: ClassVar = CDCError

    task: str

    def statement(self) -> Executable:
        """RESUME CDC TASK name 'restart'."""
        return SQL("RESUME CDC TASK {task} 'restart'").format(task=Identifier(self.task))
