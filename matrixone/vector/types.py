"""SQL types of vectors: ``Column("embedding", Vectorf32(384))``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import exc
from sqlalchemy.types import UserDefinedType

from matrixone.vector import functions
from matrixone.vector.text import from_text, to_text

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Dialect

    from matrixone.vector.functions import Vector

MAX_DIMENSION = 65535


class VectorType(UserDefinedType[list[float]]):
    """Base of the vector types: a sequence of numbers goes in, a list of floats comes out.

    Args:
        dimension: number of elements, 1 to 65535. A column needs it; an expression may leave it open.
    """

    # The Python value is a list.
    hashable = False

    sql_name: ClassVar[str]

    def __init__(self, dimension: int | None = None) -> None:
        if dimension is not None and not 1 <= dimension <= MAX_DIMENSION:
            raise ValueError(f"the dimension of a vector is 1 to {MAX_DIMENSION}, not {dimension}")
        self.dimension = dimension

    def get_col_spec(self, **_: Any) -> str:
        """The type in DDL.

        Raises:
            CompileError: no dimension was given; the server would take 65535.
        """
        if self.dimension is None:
            raise exc.CompileError(f"a column of type {self.sql_name} needs a dimension")
        return f"{self.sql_name}({self.dimension})"

    @property
    def python_type(self) -> type[list[float]]:
        """What a result holds."""
        return list

    def bind_processor(self, dialect: Dialect) -> Any:  # noqa: ARG002
        """Write the value as text, refusing a wrong dimension, NaN and infinities before anything is sent."""
        return self._to_text

    def literal_processor(self, dialect: Dialect) -> Any:  # noqa: ARG002
        """Write the value as a literal: digits only, nothing to escape."""
        return lambda value: f"'{self._to_text(value)}'"

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002
        """Read the server's text."""
        return lambda value: None if value is None else from_text(value)

    def _to_text(self, value: Any) -> str | None:
        if value is None:
            return None
        text = to_text(from_text(value) if isinstance(value, str) else value)
        if self.dimension is not None and (given := text.count(",") + 1) != self.dimension:
            raise ValueError(f"expected a vector of {self.dimension} dimensions, not {given}")
        return text

    class Comparator(UserDefinedType.Comparator[Any]):
        """Distances to another vector: a column, an expression, or a Python sequence."""

        def l2_distance(self, other: Vector) -> ColumnElement[float]:
            """Euclidean distance; served by an index of ``vector_l2_ops``."""
            return functions.l2_distance(self.expr, other)

        def l2_distance_sq(self, other: Vector) -> ColumnElement[float]:
            """Square of the Euclidean distance; served by an index of ``vector_l2_ops``."""
            return functions.l2_distance_sq(self.expr, other)

        def cosine_distance(self, other: Vector) -> ColumnElement[float]:
            """1 - cosine similarity; served by an index of ``vector_cosine_ops``."""
            return functions.cosine_distance(self.expr, other)

        def cosine_similarity(self, other: Vector) -> ColumnElement[float]:
            """Cosine of the angle, largest for the most similar; never served by an index."""
            return functions.cosine_similarity(self.expr, other)

        def inner_product(self, other: Vector) -> ColumnElement[float]:
            """**Minus** the dot product, so that ascending order starts with the most similar."""
            return functions.inner_product(self.expr, other)

    comparator_factory = Comparator


class Vectorf32(VectorType):
    """``vecf32(n)``: elements of 32 bits."""

    cache_ok = True
    sql_name = "vecf32"


class Vectorf64(VectorType):
    """``vecf64(n)``: elements of 64 bits."""

    cache_ok = True
    sql_name = "vecf64"


class Vectorbf16(VectorType):
    """``vecbf16(n)``: elements of 16 bits with the range of 32."""

    cache_ok = True
    sql_name = "vecbf16"


class Vectorf16(VectorType):
    """``vecf16(n)``: elements of 16 bits."""

    cache_ok = True
    sql_name = "vecf16"


class Vectorint8(VectorType):
    """``vecint8(n)``: whole numbers from -128 to 127."""

    cache_ok = True
    sql_name = "vecint8"


class Vectoruint8(VectorType):
    """``vecuint8(n)``: whole numbers from 0 to 255."""

    cache_ok = True
    sql_name = "vecuint8"
