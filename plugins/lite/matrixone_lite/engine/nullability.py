"""Whether the server takes a column of a query for one that can be NULL: so do tables and views made from queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.walk import children
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from matrixone_lite.engine.scope import Scope

_ALWAYS: Final = {"nullif", "greatest", "least", "str_to_date", "lag", "lead", "first_value", "last_value", "nth_value"}
"""Functions that can give NULL whatever they are given."""
_FIRST_FOUND: Final = {"coalesce", "ifnull"}
_NEVER: Final = {"count", "row_number", "rank", "dense_rank", "ntile", "percent_rank", "cume_dist", "isnull"}
_OPAQUE: Final = (
    ast.UserVariable,
    ast.SystemVariable,
    ast.InList,
    ast.Quantified,
    ast.Subquery,
    ast.Match,
    ast.Default,
)


def nullable(expr: ast.Node, scope: Scope) -> bool:
    """Whether a value computed from the columns of a scope can be NULL: if one of its parts can, but for a few."""
    match expr:
        case ast.Column():
            return _column_nullable(expr, scope)
        case ast.Literal(value=value):
            return value is None
        case ast.Is() | ast.Exists() | ast.Binary(operator="<=>"):
            return False
        case ast.Function(name=name, args=args):
            if name in _ALWAYS or name in _NEVER:
                return name in _ALWAYS
            combine = all if name in _FIRST_FOUND else any
            return combine(nullable(part, scope) for part in args)
        case ast.Case(otherwise=None):
            return True
        case ast.InQuery(operand=operand):
            return nullable(operand, scope)
        case _ if isinstance(expr, _OPAQUE):
            return True
    return any(nullable(part, scope) for part in children(expr))


def _column_nullable(column: ast.Column, scope: Scope | None) -> bool:
    while scope is not None:
        found = scope.find(column)
        if found is not None:
            return found.origin is None or found.origin.column.nullable
        scope = scope.parent
    return True
