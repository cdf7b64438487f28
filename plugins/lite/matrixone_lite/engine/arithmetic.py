"""What the arithmetic operators do, by the types of their operands."""

from __future__ import annotations

import math
import operator
from decimal import Decimal, DivisionByZero, InvalidOperation
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import types, vectors
from matrixone_lite.engine.convert import CONTEXT, decimal_text
from matrixone_lite.engine.errors import ServerError, internal, invalid_argument
from matrixone_lite.engine.render import double_text
from matrixone_lite.engine.storage import UserFunction
from matrixone_lite.engine.types import RANGES, Kind, Type

if TYPE_CHECKING:
    from collections.abc import Callable

    from matrixone_lite.engine.types import Value

_EXACT: Final[dict[str, Callable[[Any, Any], Any]]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
_NAMES: Final = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "modulo", "div": "quotient"}
_EXTRA_DECIMALS: Final = 6
_MOST_DECIMALS: Final = 12
"""Of products and quotients, unless an operand has more."""
_DIVISION_BY_ZERO: Final = "division by zero"


def _integer(symbol: str, kind: Kind) -> Callable[[Any, Any], Value]:
    compute = _EXACT[symbol]
    name, low, high = RANGES[kind]

    def apply(left: Any, right: Any) -> Value:
        if left is None or right is None:
            return None
        if left.__class__ is str or right.__class__ is str:
            left, right = int(left), int(right)
        result: int = compute(left, right)
        if low <= result <= high:
            return result if result < 1 << 63 else f"{result:020d}"
        raise ServerError(1690, f"data out of range: data type {name}, ({left} {symbol} {right})")

    return apply


def _floating(symbol: str) -> Callable[[Any, Any], Value]:
    compute = _EXACT[symbol]

    def apply(left: Any, right: Any) -> Value:
        if left is None or right is None:
            return None
        result: float = compute(left, right)
        if math.isinf(result) and not math.isinf(left) and not math.isinf(right):
            shown = f"{_short(left)} {symbol} {_short(right)}"
            raise ServerError(
                1690, f"data out of range: data type float64, DOUBLE value is out of range in '({shown})'"
            )
        return result

    return apply


def _short(number: float) -> str:
    return format(number, "g") if "e" in repr(number) else double_text(number)


def _decimal(symbol: str, type_: Type) -> Callable[[Any, Any], Value]:
    methods = {
        "+": CONTEXT.add,
        "-": CONTEXT.subtract,
        "*": CONTEXT.multiply,
        "/": CONTEXT.divide,
        "%": CONTEXT.remainder,
    }
    compute, scale = methods[symbol], type_.scale
    limit = Decimal(10) ** (65 if type_.length > 38 else 38)  # noqa: PLR2004 - digits of the server's 128-bit decimals

    def apply(left: Any, right: Any) -> Value:
        if left is None or right is None:
            return None
        try:
            result = compute(Decimal(left), Decimal(right))
        except (DivisionByZero, InvalidOperation):
            return None
        if abs(result) >= limit:
            word = {"+": "Add", "-": "Sub", "*": "Mul"}.get(symbol, "Div")
            text = f"invalid input: Decimal128 {word} overflow: {left}{symbol}{right}"
            raise ServerError(1690, f"data out of range: data type DECIMAL, {text}")
        return decimal_text(result, scale)

    return apply


def _vector(symbol: str, kind: Kind) -> Callable[[Any, Any], Value]:
    compute = {**_EXACT, "/": operator.truediv}[symbol]

    def apply(left: Any, right: Any) -> Value:
        if left is None or right is None:
            return None
        one = vectors.unpack(left, kind) if isinstance(left, bytes) else None
        other = vectors.unpack(right, kind) if isinstance(right, bytes) else None
        size = len(one if one is not None else other or ())
        one = [left] * size if one is None else one
        other = [right] * size if other is None else other
        if len(one) != len(other):
            raise internal("vector dimension not matched")
        try:
            return vectors.pack([compute(a, b) for a, b in zip(one, other, strict=True)], kind)
        except ZeroDivisionError:
            raise ServerError(1365, _DIVISION_BY_ZERO) from None

    return apply


def _quotient(left: Any, right: Any) -> Value:
    if left is None or right is None or not float(right):
        return None
    return int(CONTEXT.divide(Decimal(str(left)), Decimal(str(right))))


def _strict(apply: Callable[[Any, Any], Value]) -> Callable[[Any, Any], Value]:
    def checked(left: Any, right: Any) -> Value:
        if right is not None and left is not None and not float(right):
            raise ServerError(1365, _DIVISION_BY_ZERO)
        return apply(left, right)

    return checked


def _float_ratio(left: Any, right: Any) -> Value:
    return None if left is None or right is None or not right else left / right


def _float_remainder(left: Any, right: Any) -> Value:
    return None if left is None or right is None or not right else math.fmod(left, right)


def _integer_remainder(left: Any, right: Any) -> Value:
    if left is None or right is None or not int(right):
        return None
    left, right = int(left), int(right)
    return int(math.copysign(abs(left) % abs(right), left))


@cache
def negation(kind: Kind) -> UserFunction:
    """The minus before a signed integer, which leaves the smallest one as it is."""
    _, smallest, _ = RANGES[kind]

    def negate(number: int | None) -> int | None:
        return number if number is None or number == smallest else -number

    return UserFunction(f"negate_{kind.name.lower()}", negate)


@lru_cache(maxsize=512)
def function(symbol: str, type_: Type, strict: bool = False) -> UserFunction:
    """The user function of an operator whose operands have been converted to what ``type_`` needs.

    :param strict: division by zero raises 1365 instead of giving NULL
    """
    kind = type_.kind
    if kind in types.VECTORS:
        call = _vector(symbol, kind)
    elif symbol == "div":
        call = _quotient
    elif kind is Kind.DECIMAL:
        call = _decimal(symbol, type_)
    elif symbol == "/":
        call = _float_ratio
    elif symbol == "%":
        call = _integer_remainder if kind in types.INTEGERS else _float_remainder
    else:
        call = _integer(symbol, kind) if kind in types.INTEGERS else _floating(symbol)
    if strict and symbol in {"/", "%", "div"}:
        call = _strict(call)
    suffix = f"{kind.name.lower()}_{type_.scale}_{type_.length > 38}_{strict}"  # noqa: PLR2004 - see _decimal
    return UserFunction(f"{_NAMES[symbol]}_{suffix}", call)


def result_type(symbol: str, left: Type, right: Type) -> Type:
    """The type of ``left symbol right`` for numbers or vectors.

    :raises ServerError: 20203 where the server has no such operator
    """
    if left.kind in types.VECTORS or right.kind in types.VECTORS:
        return left if left.kind in types.VECTORS else right
    if symbol in {"/", "div"} and (left.kind, right.kind) in _REFUSED | (_UNDIVIDED if symbol == "/" else set()):
        raise invalid_argument(f"operator {symbol}, bad value [{left.named} {right.named}]")
    if symbol == "div":
        return types.BIGINT
    if {left.kind, right.kind} & types.FLOATS:
        return types.FLOAT if left.kind is right.kind is Kind.FLOAT else types.DOUBLE
    if Kind.DECIMAL in {left.kind, right.kind}:
        return _decimal_type(symbol, types.as_decimal(left), types.as_decimal(right))
    left, right = _whole(left), _whole(right)
    if {left.kind, right.kind} == {Kind.BIGINT, Kind.UBIGINT}:
        return types.decimal(38, _EXTRA_DECIMALS if symbol == "/" else 0)
    return types.DOUBLE if symbol == "/" else Type(_INTEGERS[left.kind][list(_INTEGERS).index(right.kind)])


_REFUSED: Final = {(Kind.FLOAT, Kind.DOUBLE), (Kind.DOUBLE, Kind.FLOAT)}
_UNDIVIDED: Final = {(Kind.BIGINT, kind) for kind in (Kind.UTINYINT, Kind.USMALLINT, Kind.UINT)}

_T, _S, _I, _B = Kind.TINYINT, Kind.SMALLINT, Kind.INT, Kind.BIGINT
_UT, _US, _UI, _UB = Kind.UTINYINT, Kind.USMALLINT, Kind.UINT, Kind.UBIGINT
_INTEGERS: Final = {
    _T: (_T, _S, _I, _B, _S, _I, _B, _UB),
    _S: (_S, _S, _I, _B, _I, _I, _I, _UB),
    _I: (_I, _I, _I, _B, _B, _B, _B, _UB),
    _B: (_B, _B, _B, _B, _B, _B, _B, _B),
    _UT: (_S, _I, _B, _B, _UT, _US, _UI, _UB),
    _US: (_S, _I, _B, _B, _US, _US, _UI, _UB),
    _UI: (_S, _I, _B, _B, _UI, _UI, _UI, _UB),
    _UB: (_UB, _UB, _UB, _UB, _UB, _UB, _UB, _UB),
}
"""What the server makes of two integers, measured: the left ones by row, the right ones in the same order."""


def _whole(type_: Type) -> Type:
    if type_.kind in types.INTEGERS:
        return type_
    return types.BIGINT


def ratio_scale(scale: int) -> int:
    """Decimals of a quotient or mean of numbers with so many."""
    return max(scale, min(scale + _EXTRA_DECIMALS, _MOST_DECIMALS))


def _decimal_type(symbol: str, left: Type, right: Type) -> Type:
    most = max(left.scale, right.scale)
    if symbol == "*":
        scale = max(most, min(left.scale + right.scale, _MOST_DECIMALS))
        return types.decimal(left.length + right.length, scale)
    if symbol == "/":
        scale = ratio_scale(left.scale)
        return types.decimal(max(38, left.length + scale), scale)
    whole = max(left.length - left.scale, right.length - right.scale)
    return types.decimal(max(whole + most + 1, 38), most)
