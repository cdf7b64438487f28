"""SET of user and system variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import types
from matrixone_lite.engine.api import Done, Rows
from matrixone_lite.engine.dispatch import handler_of, handles
from matrixone_lite.engine.variables import time_zone
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from matrixone_lite.engine.api import Column
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Type, Value

_BOOL: Final = 1
_INTEGERS: Final = {2, 3, 8, 9, 13}
_FLOATS: Final = {4, 5}
_DECIMAL: Final = 0
_BINARY: Final = 63


@handles(ast.SetVariables)
def set_variables(session: LiteSession, statement: ast.SetVariables) -> Done:
    """SET, one assignment after the other."""
    for assignment in statement.assignments:
        if assignment.scope == "user":
            value = ast.Literal(ast.LiteralKind.NULL, None, "null") if assignment.value is None else assignment.value
            session.user_variables[assignment.name] = evaluate(session, value)
        else:
            _set_system_variable(session, assignment)
    return Done()


@handles(ast.SetTransaction)
def set_transaction(_session: LiteSession, _statement: ast.SetTransaction) -> Done:
    """SET TRANSACTION: the server accepts it and does nothing."""
    return Done()


def _set_system_variable(session: LiteSession, assignment: ast.VariableAssignment) -> None:
    variables = session.variables
    scope = "global" if assignment.scope in {"global", "persist"} else "session"
    if assignment.value is None:
        variables.reset(assignment.name, scope)
    else:
        value, _ = evaluate(session, assignment.value)
        variables.assign(assignment.name, value, scope)
    if assignment.name == "time_zone" and scope == "session":
        session.context.zone = time_zone(variables.text("time_zone"))


def evaluate(session: LiteSession, expr: ast.Expr) -> tuple[Value, Type]:
    """The value of an expression that names no column, with the type a user variable keeps of it."""
    query = ast.Select((ast.SelectItem(expr, "value"),))
    result = handler_of(query)(session, query)
    if not isinstance(result, Rows):
        raise TypeError(result)
    rows = list(result.rows)
    return _kept(rows[0][0] if rows else None, result.columns[0])


def _kept(cell: bytes | None, column: Column) -> tuple[Value, Type]:
    """A cell as a user variable keeps it; switches become the texts true and false."""
    code = column.type_code
    if cell is None:
        return None, types.NULL
    if code == _BOOL:
        return {b"1": "true", b"0": "false"}.get(cell, cell.decode()), types.VARCHAR
    if code in _INTEGERS:
        return int(cell), types.BIGINT
    if code in _FLOATS:
        return float(cell), types.DOUBLE
    text = cell.decode("utf-8", "replace")
    if code == _DECIMAL:
        return text, types.decimal(38, len(text.partition(".")[2]))
    return (cell, types.BLOB) if column.charset == _BINARY and not _is_text(cell) else (text, types.VARCHAR)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
