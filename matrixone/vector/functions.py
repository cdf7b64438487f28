"""The server's distance functions over columns and Python sequences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Double, Function, String, TypeDecorator, literal
from sqlalchemy.exc import ArgumentError
from sqlalchemy.sql import roles
from sqlalchemy.types import NullType, UserDefinedType

from matrixone.vector.distance import Distance

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute
    from sqlalchemy.sql._typing import _HasClauseElement
    from sqlalchemy.types import TypeEngine

    from matrixone.vector.text import VectorLike

    _Column: TypeAlias = _HasClauseElement[Any] | ColumnElement[Any]

Vector: TypeAlias = "ColumnElement[Any] | InstrumentedAttribute[Any] | VectorLike | str"


def l2_distance(column: _Column, other: Vector) -> ColumnElement[float]:
    """``l2_distance(column, other)``: Euclidean distance."""
    return _distance("l2_distance", column, other)


def l2_distance_sq(column: _Column, other: Vector) -> ColumnElement[float]:
    """``l2_distance_sq(column, other)``: square of the Euclidean distance."""
    return _distance("l2_distance_sq", column, other)


def cosine_distance(column: _Column, other: Vector) -> ColumnElement[float]:
    """``cosine_distance(column, other)``: 1 - cosine similarity."""
    return _distance("cosine_distance", column, other)


def cosine_similarity(column: _Column, other: Vector) -> ColumnElement[float]:
    """``cosine_similarity(column, other)``: cosine of the angle between the two."""
    return _distance("cosine_similarity", column, other)


def inner_product(column: _Column, other: Vector) -> ColumnElement[float]:
    """``inner_product(column, other)``: minus the dot product, as the server defines it."""
    return _distance("inner_product", column, other)


negative_inner_product = inner_product


def most_similar(column: _Column, query_vector: Vector, distance_type: str = Distance.L2) -> ColumnElement[float]:
    """A sort key: ``order_by(most_similar(Doc.v, query)).limit(5)`` are the five most similar, the first of them first.

    Args:
        column: the vector column.
        query_vector: the vector to compare with.
        distance_type: ``l2``, ``cosine`` or ``inner_product``.

    Raises:
        ValueError: no such ``distance_type``.
    """
    return _distance(Distance(distance_type).function, column, query_vector)


def within_distance(
    column: _Column, query_vector: Vector, max_distance: float, distance_type: str = Distance.L2
) -> ColumnElement[bool]:
    """A condition: at most this far away. No index serves it; every row is looked at.

    Args:
        column: the vector column.
        query_vector: the vector to compare with.
        max_distance: the largest distance; for ``inner_product`` minus the smallest dot product.
        distance_type: ``l2``, ``cosine`` or ``inner_product``.

    Raises:
        ValueError: no such ``distance_type``, or ``max_distance`` is not finite.
    """
    if not math.isfinite(max_distance):
        raise ValueError(f"max_distance is a finite number, not {max_distance}")
    return most_similar(column, query_vector, distance_type) <= max_distance


def _distance(name: str, column: Any, other: Any) -> ColumnElement[float]:
    is_expression = isinstance(other, roles.ExpressionElementRole) or hasattr(other, "__clause_element__")
    dimensions = [_dimension(each) for each in ((column, other) if is_expression else (column,))]
    if len({*dimensions} - {None}) > 1:
        raise ArgumentError(
            f"there is no distance between vectors of {dimensions[0]} and of {dimensions[1]} dimensions"
        )
    # A value takes the type of the column, and with it the check of its dimension.
    operand = other if is_expression else literal(other, type_=_value_type(column))
    return Function(name, column, operand, type_=Double())


def _dimension(operand: Any) -> int | None:
    """The dimension of a vector, if it is known; the server reads texts as vectors, too."""
    kind = operand.type
    if not isinstance(kind, (UserDefinedType, TypeDecorator, NullType, String)):
        raise ArgumentError(f"{operand} is no vector, but {kind}")
    dimension: int | None = getattr(kind, "dimension", None)
    return dimension


def _value_type(column: Any) -> TypeEngine[Any]:
    from matrixone.vector.types import Vectorf64, VectorType

    kind: TypeEngine[Any] = column.type
    return kind if isinstance(kind, (VectorType, TypeDecorator)) else Vectorf64()
