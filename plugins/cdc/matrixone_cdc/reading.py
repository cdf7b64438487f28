"""The statements that read tasks, how far they have come, and what they could copy."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import bindparam, column, func, select, table, text

from matrixone.exceptions import CDCError
from matrixone.operations import InTransaction, Operation
from matrixone.sql import SQL, Identifier
from matrixone_cdc.model import CDCTaskInfo
from matrixone_cdc.parsing import shown_task, stored_task

if TYPE_CHECKING:
    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone.exceptions import QueryError
    from matrixone.operations import Resource

SourceTable = tuple[str, str]
"""Database and name of a table."""

_MISSING = {1049, 1064, 1146}
_ENDED = {3, 5}
_SYSTEM = ("information_schema", "mo_catalog", "mo_debug", "mo_task", "mysql", "system", "system_metrics")
_TASKS = """
SELECT t.task_id, t.task_name, t.source_uri, t.sink_uri, t.sink_type, t.tables, t.state, t.err_msg, t.no_full,
    t.filters, t.start_ts, t.end_ts, t.additional_config, r.task_status AS runner,
    w.db_name, w.table_name, w.watermark, w.err_msg AS table_err_msg, UTC_TIMESTAMP(6) AS read_at
FROM mo_catalog.mo_cdc_task t
LEFT JOIN mo_task.sys_daemon_task r ON r.task_metadata_id = CAST(t.task_id AS CHAR)
LEFT JOIN mo_catalog.mo_cdc_watermark w ON w.account_id = t.account_id AND w.task_id = t.task_id
WHERE t.account_id = CURRENT_ACCOUNT_ID()"""
_NAMED = "t.task_name = :task"
_FAILING = """(t.state = 'failed' OR t.err_msg <> '' OR t.task_id IN
    (SELECT f.task_id FROM mo_catalog.mo_cdc_watermark f WHERE f.account_id = t.account_id AND f.err_msg <> ''))"""
_RUNNING = "t.state = 'running'"
_TABLES = table("mo_tables", *map(column, ("account_id", "reldatabase", "relname", "relkind")), schema="mo_catalog")
_ORDER = " ORDER BY t.task_name, w.db_name, w.table_name"


@dataclass(frozen=True, slots=True)
class ListTasks(Operation[list[CDCTaskInfo]]):
    """Find the tasks of the account ``sys`` and their watermarks in the catalog, all in one query.

    Args:
        task: Only the one of that name.
        failing: Only those with an error.
        running: Only those whose state says so.
        required: The task is needed, not merely looked for.
    """

    name: ClassVar = "cdc.list"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "cdc"
    error: ClassVar = CDCError

    task: str | None = None
    failing: bool = False
    running: bool = False
    required: bool = False

    def statement(self) -> Executable:
        """SELECT ... FROM mo_catalog.mo_cdc_task, mo_cdc_watermark; SHOW CDC outside the account sys."""
        wanted = ((self.task is not None, _NAMED), (self.failing, _FAILING), (self.running, _RUNNING))
        conditions = "".join(f" AND {condition}" for applies, condition in wanted if applies)
        query = text(_TASKS + conditions + _ORDER)
        return query if self.task is None else query.bindparams(task=self.task)

    def read(self, result: Result[Any]) -> list[CDCTaskInfo]:
        """The tasks, by name."""
        return [stored_task(list(rows)) for _, rows in groupby(result, lambda row: row.task_id)]

    def needs(self) -> tuple[Resource, ...]:
        """The task, if it is required."""
        return (("cdc task", self.task),) if self.required and self.task is not None else ()

    def satisfied_by(self, error: QueryError) -> bool:
        """The account has no catalog of tasks."""
        return error.errno in _MISSING and any(name in str(error) for name in ("mo_cdc_", "mo_task"))


@dataclass(frozen=True, slots=True)
class ShowTasks(Operation[list[CDCTaskInfo]]):
    """Find the tasks of an account that has no catalog of them.

    Args:
        task: Only the one of that name.
    """

    name: ClassVar = "cdc.show_all"
    in_transaction: ClassVar = InTransaction.ASIDE
    needs_feature: ClassVar = "cdc"
    error: ClassVar = CDCError

    task: str | None = None

    def statement(self) -> Executable:
        """SHOW CDC ALL, or SHOW CDC TASK name."""
        return SQL("SHOW CDC ALL") if self.task is None else SQL("SHOW CDC TASK {t}").format(t=Identifier(self.task))

    def read(self, result: Result[Any]) -> list[CDCTaskInfo]:
        """The tasks, by name."""
        return sorted((shown_task(row) for row in result), key=lambda task: task.task_name)


@dataclass(frozen=True, slots=True)
class UnfinishedRunners(Operation[int]):
    """How many of some tasks the server still works on; it goes on for a moment when they are dropped.

    Args:
        task_ids: The tasks.
    """

    name: ClassVar = "cdc.drop"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "cdc"
    error: ClassVar = CDCError

    task_ids: tuple[str, ...]

    def statement(self) -> Executable:
        """SELECT COUNT(*) FROM mo_task.sys_daemon_task."""
        return text(
            "SELECT COUNT(*) FROM mo_task.sys_daemon_task WHERE task_metadata_id IN :ids AND task_status NOT IN :ended"
        ).bindparams(
            bindparam("ids", self.task_ids, expanding=True), bindparam("ended", sorted(_ENDED), expanding=True)
        )

    def read(self, result: Result[Any]) -> int:
        """Their number."""
        return int(result.scalar_one())

    def satisfied_by(self, error: QueryError) -> bool:
        """The account cannot see what the server works on."""
        return error.errno in _MISSING and "mo_task" in str(error)


@dataclass(frozen=True, slots=True)
class TablesWithForeignKeys(Operation[frozenset[SourceTable]]):
    """Find the tables that have foreign keys: the server copies none of them, and does not say so."""

    name: ClassVar = "cdc.create"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "cdc"
    error: ClassVar = CDCError

    def statement(self) -> Executable:
        """SELECT ... FROM mo_catalog.mo_foreign_keys."""
        return text("SELECT db_name, table_name FROM mo_catalog.mo_foreign_keys")

    def read(self, result: Result[Any]) -> frozenset[SourceTable]:
        """The tables."""
        return frozenset((row.db_name, row.table_name) for row in result)


@dataclass(frozen=True, slots=True)
class TablesOf(Operation[frozenset[SourceTable]]):
    """Find the tables of databases.

    Args:
        databases: Of these; of all of the account but the server's own, if there are none.
    """

    name: ClassVar = "cdc.wait_until_caught_up"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "cdc"
    error: ClassVar = CDCError

    databases: tuple[str, ...] = ()

    def statement(self) -> Executable:
        """SELECT ... FROM mo_catalog.mo_tables."""
        database, columns = _TABLES.c.reldatabase, _TABLES.c
        return select(database, columns.relname).where(
            columns.account_id == func.current_account_id(),
            columns.relkind == "r",
            database.in_(self.databases) if self.databases else database.not_in(_SYSTEM),
        )

    def read(self, result: Result[Any]) -> frozenset[SourceTable]:
        """The tables."""
        return frozenset((row.reldatabase, row.relname) for row in result)
