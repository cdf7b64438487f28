"""The query log of one client: listens to SQLAlchemy and emits one event a statement."""

from __future__ import annotations

import logging
import secrets
import time
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.engine import Engine

from matrixone.querylog.context import current_context
from matrixone.querylog.events import (
    Display,
    Execution,
    context_fields,
    error_fields,
    result_fields,
    statement_fields,
    target_fields,
)
from matrixone.querylog.mode import LogMode
from matrixone.querylog.output import Output
from matrixone.querylog.redaction import mask_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Connection
    from sqlalchemy.engine.interfaces import DBAPICursor, ExceptionContext

    from matrixone.querylog.context import StatementContext
    from matrixone.querylog.output import StructuredLogger

__all__ = ["QueryLog"]

_WARNINGS = frozenset({"not_undone", "implicit_commit", "transaction_lost", "after_commit_failed"})


class QueryLog:
    """Emits what a client sends to its server, values and secrets left out.

    Args:
        mode: How much of a statement is shown: off, simple, full or auto.
        slow_query_threshold: Seconds from which on a statement is slow and logged as a warning.
        max_sql_display_length: Longest text that mode auto shows whole.
        show_parameters: Show literals and parameters, except in statements that name a secret.
        logger: A standard or structlog logger instead of the standard logger ``matrixone.query``.

    Raises:
        ValueError: For an unknown mode or a negative number.
    """

    def __init__(
        self,
        mode: LogMode | str = LogMode.AUTO,
        slow_query_threshold: float = 1.0,
        max_sql_display_length: int = 500,
        show_parameters: bool = False,
        logger: logging.Logger | logging.LoggerAdapter[Any] | StructuredLogger | None = None,
    ) -> None:
        if slow_query_threshold < 0 or max_sql_display_length < 0:
            raise ValueError("slow_query_threshold and max_sql_display_length cannot be negative")
        self.mode = mode
        self.slow_query_threshold = slow_query_threshold
        self.max_sql_display_length = max_sql_display_length
        self.show_parameters = show_parameters
        self._output = Output(logger)
        self._running: WeakKeyDictionary[Connection, Execution] = WeakKeyDictionary()
        self._transactions: WeakKeyDictionary[Connection, str] = WeakKeyDictionary()

    @property
    def mode(self) -> LogMode:
        """How much of a statement is shown; may be set at any time."""
        return self._mode

    @mode.setter
    def mode(self, value: LogMode | str) -> None:
        self._mode = LogMode.of(value)

    def attach(self, target: Engine | Connection) -> None:
        """Listen to an engine or to one connection; the second time does nothing.

        Failures of a single connection are known to its user alone, who reports them by :meth:`failed`.
        """
        for name, listener in self._listeners(target):
            if not event.contains(target, name, listener):
                event.listen(target, name, listener)

    def detach(self, target: Engine | Connection) -> None:
        """Stop listening."""
        for name, listener in self._listeners(target):
            if event.contains(target, name, listener):
                event.remove(target, name, listener)

    def failed(self, connection: Connection, error: BaseException) -> None:
        """Report that the statement a connection was running raised; without effect if that was logged already.

        Args:
            connection: The connection that ran it.
            error: The driver's exception, or SQLAlchemy's around it.
        """
        execution = self._running.pop(connection, None)
        if execution is not None:
            duration = time.perf_counter() - execution.started
            self._emit_statement(connection, execution, logging.ERROR, duration, self._error(error))

    def event(self, name: str, **fields: Any) -> None:
        """Emit an event of a session, such as ``after_commit`` or ``undo``.

        Args:
            name: Name of the event.
            fields: More about it; ``operation`` names the manager operation it concerns.
        """
        level = logging.WARNING if name in _WARNINGS else logging.INFO
        if not self._shows(level):
            return
        if "operation" in fields:
            fields["matrixone.operation"] = fields.pop("operation")
        masked = {key: mask_secrets(value) if isinstance(value, str) else value for key, value in fields.items()}
        self._output.emit(level, name, context_fields(current_context(), None) | masked)

    def _listeners(self, target: Engine | Connection) -> Iterator[tuple[str, Callable[..., None]]]:
        yield "before_cursor_execute", self._on_execute
        yield "after_cursor_execute", self._on_executed
        yield "begin", self._on_begin
        yield "commit", self._on_commit
        yield "rollback", self._on_rollback
        if isinstance(target, Engine):
            yield "handle_error", self._on_error

    def _on_execute(
        self,
        connection: Connection,
        _cursor: DBAPICursor,
        statement: str,
        parameters: Any,
        _context: Any,
        executemany: bool,
    ) -> None:
        context = current_context()
        mode = context.log_mode or self._mode
        if mode is LogMode.OFF:
            # What is left of a failure nobody reported must not pass for this statement's.
            self._running.pop(connection, None)
            return
        self._running[connection] = Execution(statement, parameters, executemany, mode, context, time.perf_counter())

    def _on_executed(
        self,
        connection: Connection,
        cursor: DBAPICursor,
        _statement: str,
        _parameters: Any,
        _context: Any,
        _executemany: bool,
    ) -> None:
        execution = self._running.pop(connection, None)
        if execution is None:
            return
        duration = time.perf_counter() - execution.started
        level = logging.WARNING if duration >= self.slow_query_threshold else logging.INFO
        self._emit_statement(connection, execution, level, duration, result_fields(cursor))

    def _on_error(self, context: ExceptionContext) -> None:
        error = context.original_exception
        if context.connection is not None and context.statement is not None:
            if _is_question(context):
                self._running.pop(context.connection, None)
            self.failed(context.connection, error)
        elif not context.is_pre_ping and self._shows(logging.ERROR):
            name = "connect_failed" if context.connection is None else "transaction_failed"
            target = target_fields(context.engine) if context.engine is not None else {}
            self._output.emit(logging.ERROR, name, target | self._error(error))

    def _on_begin(self, connection: Connection) -> None:
        if not _in_autocommit(connection):
            self._transactions[connection] = secrets.token_hex(8)
            self._emit_boundary("begin", connection)

    def _on_commit(self, connection: Connection) -> None:
        self._on_end("commit", connection)

    def _on_rollback(self, connection: Connection) -> None:
        self._on_end("rollback", connection)

    def _on_end(self, name: str, connection: Connection) -> None:
        if not _in_autocommit(connection):
            self._emit_boundary(name, connection)
        self._transactions.pop(connection, None)

    def _emit_boundary(self, name: str, connection: Connection) -> None:
        if self._shows(logging.INFO):
            where = _where(connection, current_context(), self._transactions.get(connection))
            self._output.emit(logging.INFO, name, where)

    def _emit_statement(
        self, connection: Connection, execution: Execution, level: int, duration: float, outcome: dict[str, Any]
    ) -> None:
        if not self._output.wants(level):
            return
        fields = _where(connection, execution.context, self._transactions.get(connection))
        fields |= statement_fields(execution, Display(self.max_sql_display_length, self.show_parameters))
        fields |= outcome
        fields |= {"duration": round(duration, 6), "slow": duration >= self.slow_query_threshold}
        self._output.emit(level, "query", fields)

    def _error(self, error: BaseException) -> dict[str, Any]:
        return error_fields(getattr(error, "orig", None) or error, show_message=self.show_parameters)

    def _shows(self, level: int) -> bool:
        return (current_context().log_mode or self._mode) is not LogMode.OFF and self._output.wants(level)


def _where(connection: Connection, context: StatementContext, transaction_id: str | None) -> dict[str, Any]:
    return target_fields(connection.engine) | context_fields(context, transaction_id)


def _is_question(context: ExceptionContext) -> bool:
    """SQLAlchemy marks statements whose failure is an answer, such as that there is no table of a name."""
    running = context.execution_context
    return running is not None and bool(running.execution_options.get("skip_user_error_events"))


def _in_autocommit(connection: Connection) -> bool:
    """SQLAlchemy announces transactions on such a connection, too, but nothing begins or ends on the server."""
    return connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
