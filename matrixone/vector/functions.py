"""The server's distance functions over columns and Python sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Double, Function, literal
from sqlalchemy.sql import roles

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute
    from sqlalchemy.sql._typing import _HasClauseElement

    from matrixone.vector.text import VectorLike

Vector: TypeAlias = "ColumnElement[Any] | InstrumentedAttribute[Any] | VectorLike | str"


def l2_distance(column: _HasClauseElement[Any] | ColumnElement[Any], other: Vector) -> ColumnElement[float]:
    """``l2_distance(column, other)``: Euclidean distance."""
    return _distance("l2_distance", column, other)


def l2_distance_sq(column: _HasClauseElement[Any] | ColumnElement[Any], other: Vector) -> ColumnElement[float]:
    """``l2_distance_sq(column, other)``: square of the Euclidean distance."""
    return _distance("l2_distance_sq", column, other)


def cosine_distance(column: _HasClauseElement[Any] | ColumnElement[Any], other: Vector) -> ColumnElement[float]:
    """``cosine_distance(column, other)``: 1 - cosine similarity."""
    return _distance("cosine_distance", column, other)


def cosine_similarity(column: _HasClauseElement[Any] | ColumnElement[Any], other: Vector) -> ColumnElement[float]:
    """``cosine_similarity(column, other)``: cosine of the angle between the two."""
    return _distance("cosine_similarity", column, other)


def inner_product(column: _HasClauseElement[Any] | ColumnElement[Any], other: Vector) -> ColumnElement[float]:
    """``inner_product(column, other)``: minus the dot product, as the server defines it."""
    return _distance("inner_product", column, other)


def _distance(name: str, column: Any, other: Any) -> ColumnElement[float]:
    # A value takes the type of the column, and with it the check of its dimension.
    is_expression = isinstance(other, roles.ExpressionElementRole) or hasattr(other, "__clause_element__")
    operand = other if is_expression else literal(other, type_=column.type)
    return Function(name, column, operand, type_=Double())
