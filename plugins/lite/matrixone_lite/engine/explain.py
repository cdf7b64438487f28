"""EXPLAIN: how SQLite would run a statement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matrixone_lite.engine.dispatch import handles, table_of
from matrixone_lite.engine.errors import unsupported
from matrixone_lite.engine.insert import check_insert
from matrixone_lite.engine.types import VARCHAR
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from matrixone_lite.engine.api import Rows
    from matrixone_lite.engine.session import LiteSession

_CHANGES = (ast.Insert, ast.Update, ast.Delete)
_FALSE = ast.Literal(ast.LiteralKind.BOOLEAN, False, "false")
_NO_ROWS = ast.Limit(ast.Literal(ast.LiteralKind.INTEGER, 0, "0"))


@handles(ast.Explain)
def explain(session: LiteSession, statement: ast.Explain) -> Rows:
    """EXPLAIN [ANALYZE | VERBOSE] of a query or a change of rows; ANALYZE runs it."""
    inner = statement.statement
    if isinstance(inner, _CHANGES):
        if "analyze" in statement.options:
            session.dispatch(inner)
        else:
            _check(session, inner)
        lines = [f"{type(inner).__name__} rows"]
    elif isinstance(inner, ast.Query) and not isinstance(inner, ast.Show):
        plan = session.plan(inner)
        if "analyze" in statement.options:
            plan.fetch(session)
        session.connection.register(plan.functions)
        steps = session.connection.run(f"EXPLAIN QUERY PLAN {plan.sql}", plan.values(session))
        lines = ["Project", *(f"  ->  {step[3]}" for step in steps)]
    else:
        raise unsupported(f"EXPLAIN of {type(inner).__name__}")
    return table_of([("TP QUERY PLAN", VARCHAR)], [[line] for line in lines])


def _check(session: LiteSession, change: ast.Insert | ast.Update | ast.Delete) -> None:
    """Raise what the change would before it looks at a row."""
    match change:
        case ast.Insert(query=None):
            check_insert(session, change)
        case ast.Insert(query=ast.Select() | ast.SetOperation() | ast.NestedQuery() as query):
            session.dispatch(replace(change, query=replace(query, limit=_NO_ROWS), returning=()))
        case ast.Update(where=where) | ast.Delete(where=where):
            nowhere = _FALSE if where is None else ast.Binary("and", where, _FALSE)
            session.dispatch(replace(change, where=nowhere, returning=()))
