"""UPDATE and DELETE of the first rows in an order, which SQLAlchemy has no words for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import column
from sqlalchemy.orm.interfaces import UserDefinedOption
from sqlalchemy.sql.cache_key import HasCacheKey
from sqlalchemy.sql.elements import _label_reference, _textual_label_reference
from sqlalchemy.sql.visitors import InternalTraversal, replacement_traverse

from matrixone.dialect.only_matrixone import OnlyMatrixOne

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Delete, Update

ChangeT = TypeVar("ChangeT", "Update", "Delete")


class FirstRows(HasCacheKey, UserDefinedOption):
    """The option by which a statement carries its order and limit, so that both are part of its cache key."""

    propagate_to_loaders = False
    _traverse_internals = [  # noqa: RUF012 - the form of SQLAlchemy's cache key
        ("order_by", InternalTraversal.dp_clauseelement_tuple),
        ("limit", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, order_by: tuple[ColumnElement[Any], ...], limit: ColumnElement[Any] | None) -> None:
        super().__init__()
        self.order_by = order_by
        self.limit = limit


def first_rows(statement: ChangeT, order_by: Sequence[ColumnElement[Any]], limit: ColumnElement[Any] | None) -> ChangeT:
    """Change the rows in an order, and only the first of them.

    Args:
        statement: an UPDATE or DELETE of one table.
        order_by: the sort keys.
        limit: how many rows; None for all.

    Returns:
        The statement with ``ORDER BY ... LIMIT ...``; it compiles for this dialect only.
    """
    keys = tuple(replacement_traverse(key, {}, _without_label) for key in order_by)
    return statement.options(FirstRows(keys, limit)).prefix_with(OnlyMatrixOne())


def first_rows_of(statement: Any) -> FirstRows | None:
    """The order and limit that an UPDATE or DELETE carries."""
    return next((option for option in statement._with_options if isinstance(option, FirstRows)), None)


def _without_label(element: Any, **_kw: Any) -> Any:
    """What a label refers to: the statement has no columns of a SELECT with such names."""
    if isinstance(element, _textual_label_reference):
        return column(element.element)
    return element.element if isinstance(element, _label_reference) else None
