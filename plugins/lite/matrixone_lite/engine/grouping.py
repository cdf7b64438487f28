"""ROLLUP, CUBE and GROUPING SETS as a union of plainly grouped queries."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from matrixone_lite.engine.walk import transform
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Sequence

_NULL = ast.Literal(ast.LiteralKind.NULL, None, "null")


def expand_grouping(query: ast.Select) -> ast.Query:
    """The same query without the modifier of its GROUP BY."""
    group_by = query.group_by
    if group_by is None:
        return query
    keys = list(group_by.keys) or list(dict.fromkeys(expr for group in group_by.sets for expr in group))
    members = [_member(query, keys, group) for group in _sets(group_by, keys)]
    result: ast.Query = members[0]
    for member in members[1:]:
        result = ast.SetOperation("grouping sets", True, result, member)
    if isinstance(result, ast.SetOperation):
        return replace(result, order_by=query.order_by, limit=query.limit)
    return ast.NestedQuery(result, query.order_by, query.limit)


def _sets(group_by: ast.GroupBy, keys: Sequence[ast.Expr]) -> list[tuple[ast.Expr, ...]]:
    if group_by.modifier == "rollup":
        return [tuple(keys[:count]) for count in range(len(keys), -1, -1)]
    if group_by.modifier == "cube":
        return [group for count in range(len(keys), -1, -1) for group in combinations(keys, count)]
    return list(group_by.sets)


def _member(query: ast.Select, keys: Sequence[ast.Expr], group: tuple[ast.Expr, ...]) -> ast.Select:
    absent = [key for key in keys if key not in group]

    def blank(node: ast.Node) -> ast.Node | None:
        if isinstance(node, ast.Function) and node.name == "grouping":
            bits = "".join(str(int(arg in absent)) for arg in node.args)
            return ast.Literal(ast.LiteralKind.INTEGER, int(bits, 2), bits)
        if (
            isinstance(node, ast.Function)
            and node.window is None
            and not node.distinct
            and node.name in _KEEPS_ARGUMENTS
        ):
            return node
        return _NULL if node in absent else None

    items = tuple(_named(item, transform(item.expr, blank)) for item in query.items)
    having = None if query.having is None else transform(query.having, blank)
    return replace(
        query,
        items=items,
        group_by=ast.GroupBy(group) if group else None,
        having=having,  # type: ignore[arg-type]  # an expression stays one
        order_by=(),
        limit=None,
    )


_KEEPS_ARGUMENTS = {"count", "sum", "avg", "min", "max", "group_concat"}


def _named(item: ast.SelectItem, expr: ast.Node) -> ast.SelectItem:
    from matrixone_lite.sql.naming import column_name

    return ast.SelectItem(expr, item.alias or column_name(item.expr))  # type: ignore[arg-type]  # an expression stays one
