"""Handlers of the statements that steer a session: transactions, variables, prepared statements, USE, KILL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matrixone_lite.engine import types
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.binder import Binder
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import ServerError, internal, invalid_input
from matrixone_lite.engine.export import export
from matrixone_lite.engine.plans import make_plan
from matrixone_lite.engine.scope import Scope
from matrixone_lite.engine.select import Output
from matrixone_lite.sql import ast
from matrixone_lite.sql.transaction_kind import TransactionKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from matrixone_lite.engine.api import Rows
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Type, Value

_SYNTAX_ERROR = "SQL parser error: You have an error"
_TRANSACTION_CONTROL = (ast.Begin, ast.Commit, ast.Rollback)
_NOT_PREPARED = {TransactionKind.UNCLASSIFIED, TransactionKind.ADMINISTRATIVE}


@handles(ast.Select, ast.SetOperation, ast.NestedQuery, ast.Values)
def query(session: LiteSession, statement: ast.Query) -> Rows | Done:
    """Run a query."""
    plan = session.plan(statement)
    target: ast.OutFile | None = getattr(statement, "into", None)
    if target is not None:
        return export(session, plan, target)
    return plan.rows(session)


@handles(ast.Begin)
def begin(session: LiteSession, _statement: ast.Begin) -> Done:
    """BEGIN."""
    session.transactions.begin()
    return Done()


@handles(ast.Commit)
def commit(session: LiteSession, _statement: ast.Commit) -> Done:
    """COMMIT."""
    session.transactions.commit()
    return Done()


@handles(ast.Rollback)
def rollback(session: LiteSession, _statement: ast.Rollback) -> Done:
    """ROLLBACK."""
    session.transactions.rollback()
    return Done()


@handles(ast.Savepoint, ast.ReleaseSavepoint, ast.SetTransaction, ast.Empty, ast.LockTables, ast.UnlockTables)
def accept(_session: LiteSession, _statement: ast.Statement) -> Done:
    """Statements the server accepts without effect; LOCK TABLES has committed already."""
    return Done()


@handles(ast.RollbackTo)
def rollback_to(session: LiteSession, _statement: ast.RollbackTo) -> Done:
    """ROLLBACK TO: takes back the last statement and fails, as in the server."""
    session.transactions.undo_last_statement()
    raise internal("savepoint has not been implemented yet. please rollback the transaction.")


@handles(ast.Use)
def use(session: LiteSession, statement: ast.Use) -> Done:
    """USE."""
    session.use(statement.database)
    return Done()


def evaluate(session: LiteSession, expr: ast.Expr) -> tuple[Value, Type]:
    """The value and type of an expression without a table."""
    binder = Binder(session)
    bound = binder.bind(expr, Scope())
    plan = make_plan(binder, f"SELECT {bound.sql}", [Output("", bound)])
    return plan.fetch(session)[0][0], bound.type


@handles(ast.SetVariables)
def set_variables(session: LiteSession, statement: ast.SetVariables) -> Done:
    """SET."""
    for assignment in statement.assignments:
        if assignment.scope == "user":
            value, type_ = (None, types.NULL) if assignment.value is None else evaluate(session, assignment.value)
            session.user_variables[assignment.name.lower()] = (value, type_)
        elif assignment.value is None:
            session.variables.reset(assignment.name, assignment.scope)
        else:
            session.variables.assign(assignment.name, _setting(session, assignment.value), assignment.scope)
    session.variables_changed()
    return Done()


def _setting(session: LiteSession, expr: ast.Expr) -> Any:
    if isinstance(expr, ast.Column) and expr.table is None:
        return expr.name
    return evaluate(session, expr)[0]


@handles(ast.Prepare)
def prepare(session: LiteSession, statement: ast.Prepare) -> Done:
    """PREPARE."""
    session.named_statements.pop(statement.name.lower(), None)
    text = statement.text
    if isinstance(text, ast.UserVariable):
        text = str(session.user_variable(text.name)[0] or "")
    try:
        prepared = session.prepare(text)
    except ServerError as error:
        if error.message.startswith(_SYNTAX_ERROR):
            raise ServerError(1105, error.message.removeprefix("SQL parser error: ")) from None
        raise
    if isinstance(prepared.statement, _TRANSACTION_CONTROL):
        raise invalid_input("cannot prepare TCL and DCL statement")
    if type(prepared.statement).transaction_kind in _NOT_PREPARED or isinstance(prepared.statement, ast.Use):
        raise internal(f"statement: '{text}'")
    session.named_statements[statement.name.lower()] = prepared
    return Done()


@handles(ast.Execute)
def execute(session: LiteSession, statement: ast.Execute) -> Any:
    """EXECUTE."""
    prepared = session.named_statements.get(statement.name.lower())
    if prepared is None:
        raise ServerError(20400, f"invalid state prepared statement '{statement.name}' does not exist")
    if len(statement.arguments) != prepared.param_count:
        raise ServerError(20301, "invalid input: Incorrect arguments to EXECUTE")
    session.arguments = [session.user_variable(variable.name) for variable in statement.arguments]
    run: Callable[[], Any] = lambda: session.dispatch(prepared.statement)  # noqa: E731 - annotated, unlike a def in this place
    return session.transactions.run(prepared.statement, run)


@handles(ast.Deallocate)
def deallocate(session: LiteSession, statement: ast.Deallocate) -> Done:
    """DEALLOCATE PREPARE."""
    if session.named_statements.pop(statement.name.lower(), None) is None:
        raise ServerError(1243, f"Unknown prepared statement handler ({statement.name}) given to DEALLOCATE PREPARE")
    return Done()


@handles(ast.Kill)
def kill(session: LiteSession, statement: ast.Kill) -> Done:
    """KILL."""
    target = session.engine.session(statement.connection_id)
    if target is None:
        raise internal(f"Unknown connection id {statement.connection_id}")
    if statement.query:
        target.interrupt()
    else:
        target.disconnect()
    return Done()
