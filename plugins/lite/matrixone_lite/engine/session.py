"""A session: statements in, results out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import apsw

from matrixone_lite.engine import handlers, namespace, types
from matrixone_lite.engine.api import STATUS_AUTOCOMMIT, STATUS_IN_TRANSACTION, Done
from matrixone_lite.engine.catalog import Catalog
from matrixone_lite.engine.context import Context
from matrixone_lite.engine.dispatch import handler_of
from matrixone_lite.engine.errors import ServerError, internal, invalid_input, nested_too_deeply
from matrixone_lite.engine.plans import compile_query
from matrixone_lite.engine.privileges import check_privilege
from matrixone_lite.engine.publications import published
from matrixone_lite.engine.shapes import Shapes
from matrixone_lite.engine.snapshots import moment_of
from matrixone_lite.engine.system import SYSTEM_TABLES
from matrixone_lite.engine.temporal import zone_named
from matrixone_lite.engine.transactions import Transactions
from matrixone_lite.engine.variables import Variables
from matrixone_lite.engine.walk import walk
from matrixone_lite.sql import ast, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matrixone_lite.engine.api import Argument, Column, FileRequest, Principal, Result, Rows
    from matrixone_lite.engine.catalog import Table
    from matrixone_lite.engine.engine import LiteEngine
    from matrixone_lite.engine.plans import Plan
    from matrixone_lite.engine.system import SystemTable
    from matrixone_lite.engine.types import Type, Value

_PLANS: Final = 256
_ROW_COUNT_OF_QUERY: Final = -1
__all__ = ["LiteSession", "PreparedStatement", "handlers"]


@dataclass(slots=True)
class PreparedStatement:
    """A statement with marks for values."""

    statement: ast.Statement
    param_count: int
    columns: Sequence[Column] = field(default_factory=tuple)


class LiteSession:
    """One connection's state; the engine's implementation of :class:`~matrixone_lite.engine.api.Session`."""

    def __init__(self, engine: LiteEngine, principal: Principal, database: str, connection_id: int) -> None:
        self.engine = engine
        self.store = engine.store
        self.principal = principal
        self.connection_id = connection_id
        self.context = Context(principal, connection_id, session=self)
        self.connection = engine.store.connect(self.context)
        self.catalog = Catalog(self.connection, self.store)
        self.variables = Variables(engine.variables)
        self.user_variables: dict[str, tuple[Value, Type]] = {}
        self.named_statements: dict[str, PreparedStatement] = {}
        self.sequence_values: dict[int, int] = {}
        self.last_sequence_value: int | None = None
        self.allowed: set[tuple[str, str, str]] = set()
        self.search_results: dict[int, dict[int, float]] = {}
        self.arguments: Sequence[tuple[Value, Type]] = ()
        self.last_error: ServerError | None = None
        self.statement = ""
        self.transactions = Transactions(
            self.store, self.connection, lambda: self.variables.number("lock_wait_timeout"), self.was_interrupted
        )
        self.catalog.on_replaced = lambda table: self.transactions.replaced_tables.add(f"t{table.storage}")
        self._plans: dict[int, tuple[ast.Query, tuple[Any, ...], Plan]] = {}
        self._shapes = Shapes()
        self._interrupted = threading.Event()
        self._ended = threading.Event()
        self._disconnect: Callable[[], None] = lambda: None
        self._closed = False
        self._chosen: str | None = None
        self.in_utc = True
        self.pipes_concatenate = False
        self._ansi_quotes = False
        self.full_group_by = True
        self._forbids_division = True
        self.strict_division = False
        self.follows_rules = True
        if database:
            self.use(database)

    # ------------------------------------------------------------------ state
    @property
    def status(self) -> int:
        """SERVER_STATUS bits after the last statement."""
        transactions = self.transactions
        return STATUS_AUTOCOMMIT * transactions.autocommit | STATUS_IN_TRANSACTION * transactions.is_open

    @property
    def warnings(self) -> int:
        """Always 0: the server counts none."""
        return 0

    @property
    def database(self) -> str:
        """Current database, empty when there is none."""
        return self.context.database

    @property
    def chosen_database(self) -> str:
        """The current database, also while a view in another one is being looked into."""
        return self.database if self._chosen is None else self._chosen

    @property
    def idle_timeout(self) -> float:
        """Seconds without a command after which the connection is closed."""
        return self.variables.number("wait_timeout")

    def on_kill(self, disconnect: Callable[[], None]) -> None:
        """Name what ends the connection when it is killed."""
        self._disconnect = disconnect

    def disconnect(self) -> None:
        """End the connection, from any thread."""
        self.interrupt(for_good=True)
        self._disconnect()

    def use(self, database: str) -> None:
        """Change the current database; error 1049 when there is none of that name, 20101 when it shows nothing more."""
        found = self.catalog.require_database(self.principal.account_id, database)
        if found.publisher is not None:
            published(self.catalog, self.principal, found.publisher)
        self.context.database = found.name

    def interrupt(self, *, for_good: bool = False) -> None:
        """Stop the running statement, from any thread; see :meth:`matrixone_lite.engine.api.Session.interrupt`."""
        self._interrupted.set()
        if for_good:
            self._ended.set()
        if not self._closed:
            self.connection.interrupt()

    def was_interrupted(self) -> bool:
        """Whether :meth:`interrupt` was called since the statement began, or for good."""
        return self._interrupted.is_set() or self._ended.is_set()

    def reset(self) -> None:
        """Roll back and forget everything but who is logged in."""
        self.transactions.rollback()
        self.user_variables.clear()
        self.named_statements.clear()

    def close(self) -> None:
        """Roll back and free everything; idempotent."""
        if not self._closed:
            self._closed = True
            self.engine.forget(self)
            try:
                self.transactions.rollback()
            finally:
                self.connection.close()

    def variables_changed(self) -> None:
        """Take over the settings the engine acts on."""
        self.context.zone = zone_named(self.variables.text("time_zone"))
        self.in_utc = self.context.zone is UTC
        modes = self.variables.text("sql_mode").upper().split(",")
        self.pipes_concatenate = "PIPES_AS_CONCAT" in modes
        self._ansi_quotes = "ANSI_QUOTES" in modes or "ANSI" in modes
        self.full_group_by = "ONLY_FULL_GROUP_BY" in modes
        self._forbids_division = "ERROR_FOR_DIVISION_BY_ZERO" in modes and any(mode[:6] == "STRICT" for mode in modes)
        self.transactions.autocommit = bool(self.variables.number("autocommit"))
        self._plans.clear()
        self._shapes = Shapes()

    # ------------------------------------------------------------------ names
    def variable_text(self, name: str, scope: str | None) -> str:
        """What ``@@name`` prints."""
        return self.variables.text(name, scope)

    def user_variable(self, name: str) -> tuple[Value, Type]:
        """Value and type of ``@name``; error 20101 when it was never set."""
        found = self.user_variables.get(name.lower())
        if found is None:
            raise internal(f"the user variable {name} does not exist")
        return found

    def moment(self, hint: ast.TimeTravel) -> int | None:
        """The moment a time-travel hint means."""
        return moment_of(self, hint)

    def find_table(self, name: ast.Name, at: int | None = None) -> tuple[str, Table | SystemTable] | None:
        """Database and table of a name; None when the table is missing, an error when the database is."""
        database = namespace.current_database(self, name.database, at)
        system = SYSTEM_TABLES.get((database.name, name.name.lower()))
        if system is not None and system.shown_to(self.principal.account_id):
            return database.name, system
        table = namespace.find_table(self, database, name.name, at)
        return None if table is None else (database.name, table)

    @contextmanager
    def inside(self, database: str) -> Iterator[None]:
        """Make another database the current one for a while."""
        outer, self.context.database = self.context.database, database
        chosen, self._chosen = self._chosen, outer if self._chosen is None else self._chosen
        try:
            yield
        finally:
            self.context.database, self._chosen = outer, chosen

    @property
    def statement_text(self) -> str:
        """The text of the running statement; empty when it came along with others."""
        text = self.statement.strip().rstrip("; \n")
        return "" if ";" in text else text

    def row_count_of(self, table: Table) -> int:
        """Number of rows of a stored table; 0 of others, which are not counted."""
        if table.kind != "table":
            return 0
        count: int = self.connection.value(f"SELECT count(*) FROM {table.physical}")
        return count

    # ------------------------------------------------------------------ statements
    def execute(self, sql: str) -> Iterator[Result]:
        """Run one or several statements; see :meth:`matrixone_lite.engine.api.Session.execute`."""
        self.statement = sql
        self._begin()
        shaped = None if self.pipes_concatenate else self._shapes.find(sql, ansi_quotes=self._ansi_quotes)
        if shaped is not None:
            statement, self.arguments = shaped
            try:
                yield from self._run(statement)
            finally:
                self.statement = ""
            return
        try:
            statements = parse(sql, ansi_quotes=self._ansi_quotes, pipes_concatenate=self.pipes_concatenate)
        except ServerError as error:
            self.last_error = error
            self.statement = ""
            raise
        self.arguments = ()
        try:
            for position, statement in enumerate(statements):
                yield from self._run(statement, more=position + 1 < len(statements))
        finally:
            self.statement = ""

    def _run(self, statement: ast.Statement, *, more: bool = False) -> Iterator[Result]:
        try:
            answer = self.transactions.run(_what_runs(statement), lambda: self.dispatch(statement))
            if isinstance(answer, Iterator):
                yield from self._with_file(statement, answer, more=more)
                return
        except ServerError as error:
            self.last_error = error
            raise
        except RecursionError:
            self.last_error = nested_too_deeply()
            raise self.last_error from None
        except OSError as error:
            if error.filename is None:  # not of a file: the client is gone
                raise
            self.last_error = internal(f"stat {error.filename}: {(error.strerror or '').lower()}")
            raise self.last_error from error
        except apsw.Error as error:
            # what SQLite refuses should have been refused before
            self.last_error = internal(f"panic {type(error).__name__}: {error}")
            raise self.last_error from error
        self.last_error = None if not isinstance(statement, ast.Show) else self.last_error
        answer.more = more
        self._count(answer)
        yield answer

    def _with_file(
        self, statement: ast.Statement, answer: Iterator[FileRequest | Done], *, more: bool
    ) -> Iterator[Result]:
        yield next(answer)
        result = self.transactions.run(statement, lambda: next(answer))
        if isinstance(result, Done):
            result.more = more
            self._count(result)
        yield result

    def _count(self, answer: Rows | Done) -> None:
        if isinstance(answer, Done):
            self.context.row_count = answer.affected_rows
        else:
            # the rows of RETURNING are a list already
            self.context.row_count = len(answer.rows) if isinstance(answer.rows, list) else _ROW_COUNT_OF_QUERY

    def dispatch(self, statement: ast.Statement) -> Any:
        """Run a statement inside the transaction as it is."""
        check_privilege(self, statement)
        self.context.moment = datetime.now(UTC)
        self.search_results.clear()
        self.strict_division = self._forbids_division and _changes_rows(statement)
        return handler_of(statement)(self, statement)

    def plan(self, query: ast.Query) -> Plan:
        """The plan of a query, bound again only when something it depends on has changed."""
        key = (self.catalog.version(), self.context.database, tuple(type_ for _, type_ in self.arguments))
        known = self._plans.get(id(query))
        if known is not None and known[1] == key:
            return known[2]
        plan = compile_query(self, query)
        if plan.reusable:
            if len(self._plans) >= _PLANS:
                self._plans.clear()
            self._plans[id(query)] = (query, key, plan)
        return plan

    # ------------------------------------------------------------------ prepared statements
    def prepare(self, sql: str) -> PreparedStatement:
        """Prepare one statement.

        :raises ServerError: 20301 for several statements, 20101 where the statement may not be prepared
        """
        statements = parse(sql, ansi_quotes=self._ansi_quotes, pipes_concatenate=self.pipes_concatenate)
        if len(statements) != 1:
            raise invalid_input("prepared statement must contain exactly one statement")
        statement = statements[0]
        count = sum(isinstance(node, ast.Parameter) for node in walk(statement, into_queries=True))
        columns: Sequence[Column] = ()
        if isinstance(statement, ast.Query) and not isinstance(statement, ast.Show):
            self.arguments = [(None, types.NULL)] * count
            columns = compile_query(self, statement).columns
        return PreparedStatement(statement, count, columns)

    def execute_prepared(self, prepared: PreparedStatement, arguments: Sequence[Argument]) -> Iterator[Result]:
        """Run a prepared statement with values for its marks."""
        self._begin()
        if len(arguments) != prepared.param_count:
            raise ServerError(20301, "invalid input: Incorrect arguments to EXECUTE")
        self.arguments = [(value, _type_of(value)) for value in arguments]
        yield from self._run(prepared.statement)

    def _begin(self) -> None:
        """Forget that the statement before was interrupted; error 1105 when none is to run any more."""
        self._interrupted.clear()
        if self._ended.is_set():
            raise ServerError(1105, "context canceled")

    def close_prepared(self, prepared: PreparedStatement) -> None:
        """Forget a prepared statement; nothing is kept for one."""


def _what_runs(statement: ast.Statement) -> ast.Statement:
    """The statement itself, or the change of rows that EXPLAIN ANALYZE runs."""
    if isinstance(statement, ast.Explain) and "analyze" in statement.options:
        return statement.statement
    return statement


def _changes_rows(statement: ast.Statement) -> bool:
    return isinstance(statement, ast.Insert | ast.Update | ast.Delete) and not getattr(
        statement, "ignore", False
    )  # DELETE has none


def _type_of(value: Argument) -> Type:
    match value:
        case None:
            return types.NULL
        case int():
            return types.literal_integer(value)
        case float():
            return types.DOUBLE
        case _:
            return types.VARCHAR
