"""Distances, norms and other functions of vectors.

Distances of VECF32 run in sqlite-vec where its extension is loaded, in Python elsewhere; both give the single
precision the server gives.
"""

from __future__ import annotations

import base64
import binascii
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import calls, types, vectors
from matrixone_lite.engine.bound import Bound
from matrixone_lite.engine.errors import internal, invalid_argument, invalid_input
from matrixone_lite.engine.functions.registry import SPECIALS, Accept, scalar, special
from matrixone_lite.engine.storage import VECTORS_LOADABLE, UserFunction
from matrixone_lite.engine.types import Kind, Type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.types import Value
    from matrixone_lite.sql import ast

_UNKNOWN_LENGTH: Final = 65535
_OF_ANGLES: Final = {"cosine_distance", "cosine_similarity"}
_NATIVE: Final = {"l2_distance": "vec_distance_l2", "cosine_distance": "vec_distance_cosine"}
_TINY: Final = 1e-6
"""Smaller distances are computed in Python, where the rounding of single precision does not show."""


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return math.fsum(map(_multiply, one, other))


def _multiply(one: float, other: float) -> float:
    return one * other


def _l2(one: Sequence[float], other: Sequence[float]) -> float:
    return math.dist(one, other)


def _l2_squared(one: Sequence[float], other: Sequence[float]) -> float:
    return math.fsum((first - second) ** 2 for first, second in zip(one, other, strict=True))


def _similarity(one: Sequence[float], other: Sequence[float]) -> float:
    lengths = math.hypot(*one) * math.hypot(*other)
    if not lengths:
        return 0.0
    return max(-1.0, min(1.0, _dot(one, other) / lengths))


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return 1.0 - _similarity(one, other)


def _negated_product(one: Sequence[float], other: Sequence[float]) -> float:
    return -_dot(one, other)


_DISTANCES: Final[dict[str, Callable[[Sequence[float], Sequence[float]], float]]] = {
    "l2_distance": _l2,
    "l2_distance_sq": _l2_squared,
    "cosine_distance": _cosine,
    "cosine_similarity": _similarity,
    "inner_product": _negated_product,
}


def _distance_function(name: str, kind: Kind, constants: bool) -> UserFunction:
    measure = _DISTANCES[name]

    def distance(left: Any, right: Any) -> Value:
        if left is None or right is None:
            return None
        one, other = vectors.unpack(left, kind), vectors.unpack(right, kind)
        if len(one) != len(other):
            if constants and name != "inner_product":
                sizes = f"({len(one)}, {len(other)})"
                raise invalid_input(f"vector ops between different dimensions {sizes} is not permitted.")
            raise internal(f"vector dimension {'mismatch' if name in _OF_ANGLES else 'not matched'}")
        result = measure(one, other)
        return result if kind is Kind.VECF64 else vectors.single(result)

    return UserFunction(f"{name}_{kind.name}_{constants}", distance)


def _mismatch(name: str, arguments: Sequence[Bound]) -> Exception:
    kinds = " ".join(argument.type.named for argument in arguments)
    return invalid_argument(f"function {name}, bad value [{kinds}]")


def _vectors(binder: Binder, name: str, arguments: Sequence[Bound]) -> list[Bound]:
    for argument in arguments:
        if argument.kind not in types.VECTORS | types.STRINGS | types.BYTES | {Kind.NULL}:
            raise _mismatch(name, arguments)
    converted = [calls.accept(binder, argument, Accept.VECTOR, arguments) for argument in arguments]
    wide = Kind.VECF64 if any(one.kind is Kind.VECF64 for one in converted) else None
    if wide is None:
        return converted
    return [
        one if one.kind in {wide, Kind.NULL} else binder.convert(one, Type(wide, _UNKNOWN_LENGTH)) for one in converted
    ]


def _distance(name: str) -> None:
    @special(name, least=2, most=2)
    def bind(binder: Binder, arguments: Sequence[Bound], _call: ast.Function) -> Bound:
        left, right = _vectors(binder, name, arguments)
        kind = left.kind if left.kind in types.VECTORS else right.kind
        if kind not in types.VECTORS:
            return Bound("NULL", types.DOUBLE)
        constants = left.literal and right.literal
        function = _distance_function(name, kind, constants)
        called = binder.call(function, types.DOUBLE, left.sql, right.sql)
        native = _NATIVE.get(name)
        if native is None or kind is not Kind.VECF32 or not VECTORS_LOADABLE:
            return called
        # computed once a row: NULL, as of a tiny one, leads to the function in Python
        quick = f"nullif(max({native}({left.sql}, {right.sql}), {_TINY}), {_TINY})"
        same = f"length({left.sql}) = length({right.sql})"
        return Bound(f"coalesce(CASE WHEN {same} THEN {quick} END, {called.sql})", types.DOUBLE)


for _name in _DISTANCES:
    _distance(_name)


# --- functions of one vector ------------------------------------------------------------------------------------------


def _of_one(name: str, result: Type | None, make: Callable[[Kind], Callable[[Any], Value]]) -> None:
    @special(name, least=1, most=1)
    def bind(binder: Binder, arguments: Sequence[Bound], _call: ast.Function) -> Bound:
        (vector,) = _vectors(binder, name, arguments)
        kind = vector.kind if vector.kind in types.VECTORS else Kind.VECF32
        call = make(kind)

        def of_vector(blob: Any) -> Value:
            return None if blob is None else call(blob)

        function = UserFunction(f"{name}_{kind.name}", of_vector)
        return binder.call(function, result or replace(vector.type, kind=kind), vector.sql)


def _number(compute: Callable[[Sequence[float]], float]) -> Callable[[Kind], Callable[[Any], Value]]:
    def make(kind: Kind) -> Callable[[Any], Value]:
        def of_blob(blob: Any) -> Value:
            result = compute(vectors.unpack(blob, kind))
            return result if kind is Kind.VECF64 else vectors.single(result)

        return of_blob

    return make


def _elements(compute: Callable[[Sequence[float]], Sequence[float]]) -> Callable[[Kind], Callable[[Any], Value]]:
    def make(kind: Kind) -> Callable[[Any], Value]:
        return lambda blob: vectors.pack(compute(vectors.unpack(blob, kind)), kind)

    return make


def _normalized(numbers: Sequence[float]) -> Sequence[float]:
    length = math.hypot(*numbers)
    return [number / length for number in numbers] if length else numbers


def _roots(numbers: Sequence[float]) -> Sequence[float]:
    try:
        return [math.sqrt(number) for number in numbers]
    except ValueError:
        raise internal("Sqrt of negative number") from None


_of_one("l1_norm", types.DOUBLE, _number(lambda numbers: math.fsum(map(abs, numbers))))
_of_one("l2_norm", types.DOUBLE, _number(lambda numbers: math.hypot(*numbers)))
_of_one("summation", types.DOUBLE, _number(math.fsum))
_of_one("normalize_l2", None, _elements(_normalized))
_of_one("vector_abs", None, _elements(lambda numbers: [abs(number) for number in numbers]))
_of_one("vector_sqrt", None, _elements(_roots))
_of_one("vector_dims", types.BIGINT, lambda kind: lambda blob: vectors.dimensions(blob, kind))


def _also_for_vectors(name: str) -> None:
    """Let the number function ``name`` take vectors as well."""

    @special(name, least=0)
    def bind(binder: Binder, arguments: Sequence[Bound], call: ast.Function) -> Bound:
        if len(arguments) == 1 and arguments[0].kind in types.VECTORS:
            return SPECIALS[f"vector_{name}"][2](binder, arguments, call)
        return calls.apply_scalar(binder, name, arguments)


_also_for_vectors("abs")
_also_for_vectors("sqrt")


@special("subvector", least=2, most=3)
def subvector(binder: Binder, arguments: Sequence[Bound], _call: ast.Function) -> Bound:
    """Elements from a place counted from 1, or from the end when negative."""
    (vector,) = _vectors(binder, "subvector", arguments[:1])
    kind = vector.kind if vector.kind in types.VECTORS else Kind.VECF32

    def part(blob: Any, start: Any, count: Any = None) -> Value:
        if blob is None or start is None:
            return None
        numbers = vectors.unpack(blob, kind)
        first = start - 1 if start > 0 else len(numbers) + start
        if start == 0 or first < 0:
            return None
        chosen = numbers[first:] if count is None else numbers[first : first + max(count, 0)]
        return vectors.pack(list(chosen), kind) if chosen else None

    bounds = [calls.accept(binder, argument, Accept.INT).sql for argument in arguments[1:]]
    return binder.call(UserFunction(f"subvector_{kind.name}", part), Type(kind, _UNKNOWN_LENGTH), vector.sql, *bounds)


@scalar("vecf32_from_base64", parameters=[Accept.TEXT], result=Type(Kind.VECF32, _UNKNOWN_LENGTH))
def vecf32_from_base64(text: str) -> bytes:
    """A vector from its little-endian bytes in base 64."""
    return _decoded(text)


@scalar("vecf64_from_base64", parameters=[Accept.TEXT], result=Type(Kind.VECF64, _UNKNOWN_LENGTH))
def vecf64_from_base64(text: str) -> bytes:
    """A vector from its little-endian bytes in base 64."""
    return _decoded(text)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise internal(f"malformed vector input: {text}") from None
