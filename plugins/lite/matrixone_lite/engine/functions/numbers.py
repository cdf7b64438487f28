"""Numbers."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import calls, types
from matrixone_lite.engine.convert import CONTEXT, decimal_text
from matrixone_lite.engine.errors import ServerError
from matrixone_lite.engine.functions.registry import Accept, scalar, special
from matrixone_lite.engine.storage import UserFunction
from matrixone_lite.engine.types import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.bound import Bound
    from matrixone_lite.engine.types import Type
    from matrixone_lite.sql import ast

_INT: Final = Accept.INT
_DOUBLE: Final = Accept.DOUBLE


def _out_of_range(expression: str) -> ServerError:
    return ServerError(1690, f"data out of range: data type float64, DOUBLE value is out of range in '{expression}'")


def _wide(argument_types: Sequence[Type]) -> Type:
    """BIGINT, unsigned for an unsigned argument."""
    return types.UBIGINT if argument_types[0].kind in types.UNSIGNED | {Kind.BIT} else types.BIGINT


def _same(argument_types: Sequence[Type]) -> Type:
    return argument_types[0]


# the decorator next to the function registers first: text counts as an integer
@scalar("abs", parameters=[_DOUBLE], result=types.DOUBLE)
@scalar("abs", parameters=[Accept.DECIMAL], result=_same)
@scalar("abs", parameters=[_INT], result=_wide)
def absolute(number: Any) -> Any:
    """Without its sign."""
    return number.copy_abs() if isinstance(number, Decimal) else abs(number)


@scalar("sign", parameters=[_DOUBLE], result=types.BIGINT)
def sign(number: float) -> int:
    """-1, 0 or 1."""
    return (number > 0) - (number < 0)


# --- rounding ---------------------------------------------------------------------------------------------------------


def _whole(rounding: str, number: Decimal) -> Decimal:
    return number.to_integral_value(rounding, context=CONTEXT)


def _rounder(name: str, rounding: str, function: Callable[[float], int], *names: str) -> None:
    @scalar(name, *names, parameters=[_INT], result=_wide)
    def of_integer(number: int) -> int:
        return number

    @scalar(name, *names, parameters=[Accept.DECIMAL], result=lambda given: replace(given[0], scale=0))
    def of_decimal(number: Decimal) -> Decimal:
        return _whole(rounding, number)

    @scalar(name, *names, parameters=[_DOUBLE], result=types.DOUBLE)
    def of_double(number: float) -> float:
        return float(function(number)) if math.isfinite(number) else number


_rounder("floor", ROUND_FLOOR, math.floor)
_rounder("ceil", ROUND_CEILING, math.ceil, "ceiling")


def _to_digits(number: Decimal, digits: int, rounding: str) -> Decimal:
    if digits >= 0:
        return number.quantize(Decimal(1).scaleb(-digits), rounding, context=CONTEXT)
    return number.scaleb(digits).to_integral_value(rounding).scaleb(-digits)


_WHOLE_DOUBLES: Final = 1 << 53
"""From here on a DOUBLE has no fraction."""
_DOUBLE_DIGITS: Final = 20


def _cut(number: float, digits: int, rounding: str) -> float:
    if abs(number) >= _WHOLE_DOUBLES or digits >= _DOUBLE_DIGITS:
        return number
    return float(_to_digits(Decimal(repr(number)), digits, rounding))


def _cutter(name: str, rounding: str) -> None:
    def cut(kind: Kind, scale: int) -> Callable[[Any, Any], Any]:
        def of_number(number: Any, digits: Any) -> Any:
            if number is None or digits is None:
                return None
            if kind is Kind.DECIMAL:
                return decimal_text(_to_digits(Decimal(number), int(digits), rounding), scale)
            if kind is Kind.DOUBLE:
                return float(round(number, int(digits))) if name == "round" else _cut(number, int(digits), rounding)
            return types.integer_kind(int(_to_digits(Decimal(int(number)), int(digits), rounding)), kind)

        return of_number

    @special(name, least=1, most=2)
    def bind(binder: Binder, arguments: Sequence[Bound], _call: ast.Function) -> Bound:
        number = arguments[0]
        digits = arguments[1] if len(arguments) > 1 else binder.integer(0)
        if number.kind is Kind.DECIMAL:
            result = number.type
            if name == "round" and digits.literal and digits.text.lstrip("-").isdecimal():
                result = replace(result, scale=min(result.scale, max(int(digits.text), 0)))
        elif number.kind in types.FLOATS:
            result = types.DOUBLE
        else:
            number = calls.accept(binder, number, _INT)
            result = _wide([number.type])
        function = UserFunction(f"{name}_{result.kind.name}_{result.scale}", cut(result.kind, result.scale))
        return binder.call(function, result, number.sql, calls.accept(binder, digits, _INT).sql)


_cutter("round", ROUND_HALF_UP)
_cutter("truncate", ROUND_DOWN)


@special("mod", least=2, most=2)
def mod(binder: Binder, arguments: Sequence[Bound], _call: ast.Function) -> Bound:
    """The operator ``%`` as a function."""
    return binder.arithmetic("%", arguments[0], arguments[1])


# --- powers and logarithms --------------------------------------------------------------------------------------------


@scalar("pow", "power", parameters=[_DOUBLE, _DOUBLE], result=types.DOUBLE)
def power(base: float, exponent: float) -> float | None:
    """``base`` to the power of ``exponent``."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        raise _out_of_range(f"pow({base:g},{exponent:g})") from None
    except ValueError:
        return None


@scalar("exp", parameters=[_DOUBLE], result=types.DOUBLE)
def exp(number: float) -> float:
    """E to that power."""
    try:
        return math.exp(number)
    except OverflowError:
        raise _out_of_range(f"exp({number:g})") from None


def _real(*names: str, call: Callable[[float], float]) -> None:
    @scalar(*names, parameters=[_DOUBLE], result=types.DOUBLE)
    def of_double(number: float) -> float | None:
        try:
            return call(number)
        except (ValueError, ZeroDivisionError):
            return None


_real("sqrt", call=math.sqrt)
_real("ln", "log", call=math.log)
_real("log2", call=math.log2)
_real("log10", call=math.log10)
_real("sin", call=math.sin)
_real("cos", call=math.cos)
_real("tan", call=math.tan)
_real("asin", call=math.asin)
_real("acos", call=math.acos)
_real("atan", call=math.atan)
_real("sinh", call=math.sinh)
_real("cosh", call=math.cosh)
_real("tanh", call=math.tanh)
_real("cot", call=lambda number: math.cos(number) / math.sin(number))
_real("degrees", call=math.degrees)
_real("radians", call=math.radians)


@scalar("log", parameters=[_DOUBLE, _DOUBLE], result=types.DOUBLE)
def log(base: float, number: float) -> float | None:
    """Logarithm to a base."""
    try:
        return math.log(number) / math.log(base)
    except (ValueError, ZeroDivisionError):
        return None


@scalar("atan2", "atan", parameters=[_DOUBLE, _DOUBLE], result=types.DOUBLE)
def atan2(y: float, x: float) -> float:
    """Angle of a point."""
    return math.atan2(y, x)


@scalar("pi", result=types.DOUBLE)
def pi() -> float:
    """Half of the circumference of the unit circle."""
    return math.pi


@scalar("rand", result=types.DOUBLE, deterministic=False)
def rand() -> float:
    """A random number below 1."""
    return random.random()  # noqa: S311 - RAND is no source of secrets


@scalar("bit_count", parameters=[_INT], result=types.BIGINT)
def bit_count(number: int) -> int:
    """Bits that are set."""
    return (number % (1 << 64)).bit_count()
