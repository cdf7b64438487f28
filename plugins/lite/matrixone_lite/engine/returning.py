"""RETURNING."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matrixone_lite.engine.api import Rows
from matrixone_lite.engine.binder import Binder
from matrixone_lite.engine.errors import not_supported
from matrixone_lite.engine.functions.registry import is_aggregate
from matrixone_lite.engine.plans import make_plan
from matrixone_lite.engine.scope import Scope, Source
from matrixone_lite.engine.select import bind_items
from matrixone_lite.engine.sources import stored_columns
from matrixone_lite.engine.walk import walk
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.catalog import Table
    from matrixone_lite.engine.select import Output
    from matrixone_lite.engine.session import LiteSession

_VOLATILE = {"now", "current_timestamp", "sysdate", "uuid", "rand", "last_insert_id", "connection_id", "row_count"}


def check_returning(table: Table, statement: ast.Insert | ast.Update | ast.Delete) -> None:
    """Refuse RETURNING where the server does, with error 20105."""
    reason = _refusal(table, statement)
    if reason is not None:
        raise not_supported(f"DML RETURNING does not support {reason}")


def _refusal(table: Table, statement: ast.Insert | ast.Update | ast.Delete) -> str | None:
    if isinstance(statement, ast.Insert) and (reason := _refused_insert(statement)):
        return reason
    if statement.with_ is not None:
        return "WITH DML"
    if table.temporary:
        return "temporary table"
    nodes = (node for item in statement.returning for node in walk(item.expr, into_queries=True))
    return next((reason for node in nodes if (reason := _refused_node(node))), None)


def _refused_insert(statement: ast.Insert) -> str | None:
    if statement.replace:
        return "REPLACE"
    if statement.ignore:
        return "INSERT IGNORE"
    return "INSERT ON DUPLICATE KEY UPDATE" if statement.on_duplicate else None


def _refused_node(node: ast.Node) -> str | None:
    if isinstance(node, ast.Function) and (is_aggregate(node.name) or node.name in _VOLATILE):
        return f"{'aggregate' if is_aggregate(node.name) else 'volatile function'} in RETURNING expression"
    if isinstance(node, ast.Subquery | ast.Exists | ast.InQuery):
        return "subquery in RETURNING expression"
    return "non-target source" if isinstance(node, ast.Column) and node.database is not None else None


def returned(
    session: LiteSession,
    table: Table,
    database: str,
    items: Sequence[ast.SelectItem],
    ids: Sequence[int],
    alias: str = "",
) -> Rows:
    """The RETURNING rows of the stored rows with these ids, in their order."""
    binder = Binder(session)
    scope = Scope()
    name = (alias or table.name).lower()
    scope.add(Source(name, stored_columns(binder, table, "q1", name, database), "q1", table))
    outputs: list[Output] = bind_items(binder, items, scope)
    listed = ", ".join(output.bound.sql for output in outputs)
    sql = f"SELECT {listed} FROM {table.physical} AS q1 WHERE q1._id = {binder.parameters.add_own(None)}"
    plan = make_plan(binder, sql, outputs)
    session.connection.register(plan.functions)
    values = list(plan.values(session))
    rows = []
    for identity in ids:
        values[-1] = identity
        found = session.connection.run(plan.sql, values)[0]
        rows.append([render(value) for render, value in zip(plan.renderers, found, strict=True)])
    return Rows(plan.columns, rows)
