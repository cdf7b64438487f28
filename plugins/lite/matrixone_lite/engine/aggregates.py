"""COUNT, SUM, AVG, MIN, MAX, GROUP_CONCAT and ANY_VALUE: native where SQLite computes the same, Python elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import types
from matrixone_lite.engine.arithmetic import ratio_scale
from matrixone_lite.engine.bound import Bound
from matrixone_lite.engine.convert import CONTEXT, decimal_text
from matrixone_lite.engine.errors import ServerError, invalid_argument
from matrixone_lite.engine.storage import UserFunction
from matrixone_lite.engine.types import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.types import Value
    from matrixone_lite.sql import ast

_SMALL: Final = types.INTEGERS - {Kind.BIGINT, Kind.UBIGINT} | {Kind.YEAR}
_WHOLE_AVERAGE_SCALE: Final = 4


class _Total:
    """Sum or mean of exact numbers."""

    def __init__(self, scale: int, *, mean: bool) -> None:
        self._scale = scale
        self._mean = mean
        self._sum = Decimal(0)
        self._count = 0

    def step(self, value: Any) -> None:
        if value is not None:
            self._sum = CONTEXT.add(self._sum, Decimal(value))
            self._count += 1

    def inverse(self, value: Any) -> None:
        if value is not None:
            self._sum = CONTEXT.subtract(self._sum, Decimal(value))
            self._count -= 1

    def value(self) -> Value:
        if not self._count:
            return None
        return decimal_text(CONTEXT.divide(self._sum, self._count) if self._mean else self._sum, self._scale)

    final = value


class _Joined:
    """GROUP_CONCAT."""

    def __init__(self, separator: str) -> None:
        self._separator = separator
        self._parts: list[str] = []

    def step(self, value: Any) -> None:
        if value is not None:
            self._parts.append(value)

    def inverse(self, _value: Any) -> None:
        del self._parts[0]

    def value(self) -> Value:
        return self._separator.join(self._parts) if self._parts else None

    final = value


class _Single:
    """The only value of a scalar subquery."""

    def __init__(self) -> None:
        self._value: Any = None
        self._seen = False

    def step(self, value: Any) -> None:
        if self._seen:
            raise ServerError(1242, "Subquery returns more than 1 row")
        self._value, self._seen = value, True

    def inverse(self, _value: Any) -> None:
        self._value, self._seen = None, False

    def value(self) -> Value:
        result: Value = self._value
        return result

    final = value


SINGLE: Final = UserFunction("single_value", _Single, aggregate=True)
"""Passes one value through and refuses a second."""


@lru_cache(maxsize=256)
def _total(scale: int, mean: bool) -> UserFunction:
    return UserFunction(f"{'mean' if mean else 'total'}_{scale}", lambda: _Total(scale, mean=mean), aggregate=True)


@lru_cache(maxsize=256)
def _join(separator: str) -> UserFunction:
    return UserFunction(f"join_{separator.encode().hex()}", lambda: _Joined(separator), aggregate=True)


def _tuple_key(*values: Any) -> Value:
    return None if None in values else "\0".join(map(repr, values))


_TUPLE_KEY: Final = UserFunction("tuple_key", _tuple_key)

Order = Sequence[tuple[Bound, bool]]


def bind_built_in(binder: Binder, call: ast.Function, arguments: Sequence[Bound], order: Order) -> Bound:
    """Bind one of the aggregates every database has."""
    return _BUILT_IN[call.name](binder, call, arguments, order)


def _count(binder: Binder, call: ast.Function, arguments: Sequence[Bound], _order: Order) -> Bound:
    if not arguments:
        return Bound("count(*)", types.BIGINT)
    if call.distinct and len(arguments) > 1:
        key = binder.call(_TUPLE_KEY, types.TEXT, *(argument.sql for argument in arguments)).sql
    elif len(arguments) > 1:
        raise ServerError(1149, "SQL syntax error: Incorrect arguments to COUNT")
    else:
        key = arguments[0].sql
    return Bound(f"count({_distinct(call)}{key})", types.BIGINT)


def _distinct(call: ast.Function) -> str:
    return "DISTINCT " if call.distinct else ""


def _one_number(call: ast.Function, arguments: Sequence[Bound]) -> Bound:
    allowed = types.NUMBERS | {Kind.NULL}
    if len(arguments) != 1 or arguments[0].kind not in allowed:
        kinds = " ".join(argument.type.named for argument in arguments)
        raise invalid_argument(f"aggregate function {call.name}, bad value [{kinds}]")
    return arguments[0]


def _sum(binder: Binder, call: ast.Function, arguments: Sequence[Bound], _order: Order) -> Bound:
    number = _one_number(call, arguments)
    inner = _distinct(call) + number.sql
    if number.kind in types.FLOATS:
        return Bound(f"sum({inner})", types.DOUBLE)
    if number.kind in _SMALL:
        return Bound(f"sum({inner})", types.BIGINT)
    scale = number.type.scale if number.kind is Kind.DECIMAL else 0
    return binder.call(_total(scale, False), types.decimal(38, scale), inner)


def _avg(binder: Binder, call: ast.Function, arguments: Sequence[Bound], _order: Order) -> Bound:
    number = _one_number(call, arguments)
    inner = _distinct(call) + number.sql
    if number.kind in types.FLOATS | _SMALL:
        return Bound(f"avg({inner})", types.DOUBLE)
    scale = ratio_scale(number.type.scale) if number.kind is Kind.DECIMAL else _WHOLE_AVERAGE_SCALE
    return binder.call(_total(scale, True), types.decimal(38, scale), inner)


def _extreme(binder: Binder, call: ast.Function, arguments: Sequence[Bound], _order: Order) -> Bound:
    if len(arguments) != 1 or arguments[0].kind in types.VECTORS | {Kind.JSON}:
        kinds = " ".join(argument.type.named for argument in arguments)
        raise invalid_argument(f"aggregate function {call.name}, bad value [{kinds}]")
    return Bound(f"{call.name}({binder.order_key(arguments[0])})", arguments[0].type)


def _group_concat(binder: Binder, call: ast.Function, arguments: Sequence[Bound], order: Order) -> Bound:
    texts = [binder.convert(argument, types.TEXT).sql for argument in arguments]
    inner = _distinct(call) + (texts[0] if len(texts) == 1 else f"({' || '.join(texts)})")
    if order:
        inner += " ORDER BY " + ", ".join(
            _order_text(binder, key, texts, arguments, call) + " DESC" * descending for key, descending in order
        )
    return binder.call(_join("," if call.separator is None else call.separator), types.TEXT, inner)


def _order_text(
    binder: Binder, key: Bound, texts: Sequence[str], arguments: Sequence[Bound], call: ast.Function
) -> str:
    # after DISTINCT, SQLite sorts by the very expression that is aggregated
    if call.distinct and key.sql == arguments[0].sql:
        return texts[0]
    return binder.order_key(key)


def _any_value(_binder: Binder, _call: ast.Function, arguments: Sequence[Bound], _order: Order) -> Bound:
    return Bound(f"min({arguments[0].sql})", arguments[0].type)


_BUILT_IN: Final[dict[str, Callable[[Binder, ast.Function, Sequence[Bound], Order], Bound]]] = {
    "count": _count,
    "sum": _sum,
    "avg": _avg,
    "min": _extreme,
    "max": _extreme,
    "group_concat": _group_concat,
    "any_value": _any_value,
}
