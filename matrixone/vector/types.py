"""SQL types of vectors: ``Column("embedding", Vectorf32(384))``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar, overload

from sqlalchemy import exc
from sqlalchemy.types import UserDefinedType

from matrixone.vector import elements, functions
from matrixone.vector.distance import Distance
from matrixone.vector.text import ArrayLike, from_text, to_floats, written

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement, Dialect

    from matrixone.vector.elements import Elements
    from matrixone.vector.functions import Vector

MAX_DIMENSION = 65535

V = TypeVar("V")


class VectorType(UserDefinedType[V]):
    """Base of the vector types: a sequence of numbers goes in, a list or a numpy array comes out.

    A value is checked before it is sent: its dimension, that its numbers are finite, and that they fit the type.

    Args:
        dimension: number of elements, 1 to 65535. A column needs it; an expression may leave it open.
        as_numpy: results hold numpy arrays, of the numpy type that comes nearest, instead of lists.
    """

    # The Python value is a list.
    hashable = False

    sql_name: ClassVar[str]
    elements: ClassVar[Elements]

    @overload
    def __init__(
        self: VectorType[list[float]], dimension: int | None = None, as_numpy: Literal[False] = False
    ) -> None: ...
    @overload
    def __init__(self: VectorType[NDArray[Any]], dimension: int | None, as_numpy: Literal[True]) -> None: ...
    @overload
    def __init__(self: VectorType[NDArray[Any]], *, as_numpy: Literal[True]) -> None: ...
    @overload
    def __init__(self: VectorType[Any], dimension: int | None = None, as_numpy: bool = False) -> None: ...
    def __init__(self, dimension: Any = None, as_numpy: bool = False) -> None:  # part of the cache key by position
        if dimension is not None and not (isinstance(dimension, int) and 1 <= dimension <= MAX_DIMENSION):
            raise ValueError(f"the dimension of a vector is 1 to {MAX_DIMENSION}, not {dimension!r}")
        self.dimension: int | None = dimension
        self.as_numpy = as_numpy

    def get_col_spec(self, **_: Any) -> str:
        """The type in DDL.

        Raises:
            CompileError: no dimension was given; the server would take 65535.
        """
        if self.dimension is None:
            raise exc.CompileError(f"a column of type {self.sql_name} needs a dimension")
        return str(self)

    def __str__(self) -> str:
        return self.sql_name if self.dimension is None else f"{self.sql_name}({self.dimension})"

    @property
    def python_type(self) -> type[Any]:
        """What a result holds."""
        if not self.as_numpy:
            return list
        import numpy as np

        return np.ndarray

    def bind_processor(self, dialect: Dialect) -> Any:  # noqa: ARG002
        """Write the value as text, refusing what the type cannot hold before anything is sent."""
        return self._to_text

    def literal_processor(self, dialect: Dialect) -> Any:  # noqa: ARG002
        """Write the value as a literal: digits only, nothing to escape."""
        return lambda value: f"'{self._to_text(value)}'"

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002
        """Read the server's text."""
        number = self.elements.number
        if not self.as_numpy:
            return lambda value: None if value is None else from_text(value, number)
        import numpy as np

        dtype = np.dtype(self.elements.dtype)
        return lambda value: None if value is None else np.array(from_text(value, number), dtype=dtype)

    def compare_values(self, x: Any, y: Any) -> bool:
        """Whether two vectors are equal; arrays are compared as a whole."""
        return bool(_plain(x) == _plain(y))

    def _to_text(self, value: Any) -> str | None:
        if value is None:
            return None
        floats = from_text(value) if isinstance(value, str) else to_floats(value)
        if not floats:
            raise ValueError(f"{self}: a vector has at least one dimension")
        if self.dimension is not None and len(floats) != self.dimension:
            raise ValueError(f"{self}: expected a vector of {self.dimension} dimensions, not {len(floats)}")
        self.elements.check(floats, str(self))
        return written(floats, value) if self.elements.number is float else f"[{','.join(f'{n:.0f}' for n in floats)}]"

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

        negative_inner_product = inner_product

        def within_distance(
            self, other: Vector, max_distance: float, distance_type: str = Distance.L2
        ) -> ColumnElement[bool]:
            """Whether the distance is at most this; see :func:`matrixone.vector.within_distance`."""
            return functions.within_distance(self.expr, other, max_distance, distance_type)

        def most_similar(self, other: Vector, distance_type: str = Distance.L2) -> ColumnElement[float]:
            """A sort key that starts with the most similar; see :func:`matrixone.vector.most_similar`."""
            return functions.most_similar(self.expr, other, distance_type)

    comparator_factory = Comparator


class Vectorf32(VectorType[V]):
    """``vecf32(n)``: elements of 32 bits."""

    cache_ok = True
    sql_name = "vecf32"
    elements = elements.F32


class Vectorf64(VectorType[V]):
    """``vecf64(n)``: elements of 64 bits."""

    cache_ok = True
    sql_name = "vecf64"
    elements = elements.F64


class Vectorbf16(VectorType[V]):
    """``vecbf16(n)``: elements of 16 bits with the range of 32; numpy arrays of them are of ``float32``."""

    cache_ok = True
    sql_name = "vecbf16"
    elements = elements.BF16


class Vectorf16(VectorType[V]):
    """``vecf16(n)``: elements of 16 bits, up to 65504."""

    cache_ok = True
    sql_name = "vecf16"
    elements = elements.F16


class Vectorint8(VectorType[V]):
    """``vecint8(n)``: whole numbers from -128 to 127."""

    cache_ok = True
    sql_name = "vecint8"
    elements = elements.INT8


class Vectoruint8(VectorType[V]):
    """``vecuint8(n)``: whole numbers from 0 to 255."""

    cache_ok = True
    sql_name = "vecuint8"
    elements = elements.UINT8


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, ArrayLike) else value
