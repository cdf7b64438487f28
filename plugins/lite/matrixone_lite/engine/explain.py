"""EXPLAIN: how SQLite would run a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matrixone_lite.engine.dispatch import handles, table_of
from matrixone_lite.engine.errors import unsupported
from matrixone_lite.engine.types import VARCHAR
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from matrixone_lite.engine.api import Rows
    from matrixone_lite.engine.session import LiteSession

_CHANGES = (ast.Insert, ast.Update, ast.Delete)


@handles(ast.Explain)
def explain(session: LiteSession, statement: ast.Explain) -> Rows:
    """EXPLAIN [ANALYZE | VERBOSE] of a query or a change of rows; ANALYZE runs it."""
    inner = statement.statement
    if isinstance(inner, _CHANGES):
        if "analyze" in statement.options:
            session.dispatch(inner)
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
