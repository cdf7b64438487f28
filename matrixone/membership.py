"""``IN`` over whatever stands for several values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, FromClause, SelectBase, exc, false

from matrixone.text_clauses import bound, text_sort_key, with_named_arguments

if TYPE_CHECKING:
    from sqlalchemy.sql.operators import ColumnOperators


def logical_in(column: Any, values: Any) -> ColumnElement[bool]:
    """The condition that a column has one of some values.

    Args:
        column: A column or expression; or its name as text, such as ``"u.city"``.
        values: A list, tuple or set of values, each bound; a query or SELECT of one column; or one expression. An empty
            list matches no row.

    Raises:
        sqlalchemy.exc.ArgumentError: The values are of another kind, such as a string.
    """
    tested: ColumnOperators = text_sort_key(column) if isinstance(column, str) else column
    rows = values.__clause_element__() if hasattr(values, "__clause_element__") else values
    found: Any
    if isinstance(rows, SelectBase):
        found = tested.in_(rows)
    elif isinstance(rows, ColumnElement):
        found = tested.in_([with_named_arguments(rows)])
    elif isinstance(rows, FromClause):
        found = tested.in_(rows.select())
    else:
        found = _in_list(column, tested, rows)
    return found  # type: ignore[no-any-return]


def _in_list(column: Any, tested: ColumnOperators, values: Any) -> Any:
    listed = values.tolist() if hasattr(values, "tolist") else values
    if isinstance(listed, str | bytes | dict) or not hasattr(listed, "__iter__"):
        raise exc.ArgumentError(f"values of IN are a list, a query or an expression, not {values!r}")
    found = [bound(value) for value in listed] if isinstance(column, str) else list(listed)
    return tested.in_(found) if found else false()
