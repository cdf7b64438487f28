"""Choices between values: IF, COALESCE, GREATEST and their like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import calls, common_types, comparison, types
from matrixone_lite.engine.bound import Bound
from matrixone_lite.engine.errors import invalid_argument
from matrixone_lite.engine.functions.registry import Accept, special
from matrixone_lite.engine.storage import UserFunction
from matrixone_lite.engine.types import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.types import Type
    from matrixone_lite.sql import ast


def _agreed(found: Type | None, name: str, arguments: Sequence[Bound]) -> Type:
    """The common type of arguments; error 20203 where there is none."""
    if found is None:
        kinds = " ".join(argument.type.named for argument in arguments)
        raise invalid_argument(f"{name}, bad value [{kinds}]")
    return types.VARCHAR if found.kind is Kind.NULL else found


def _common(arguments: Sequence[Bound]) -> Type:
    return _agreed(types.common([argument.type for argument in arguments]), "", arguments)


@special("if", least=3, most=3)
def if_(binder: Binder, arguments: Sequence[Bound], _call: ast.Function) -> Bound:
    """``IF(condition, then, otherwise)``."""
    condition, *branches = arguments
    result = _agreed(common_types.choice(branch.type for branch in branches), "function if", arguments)
    then, otherwise = (binder.convert(branch, result).sql for branch in branches)
    return Bound(f"(CASE WHEN {binder.truth(condition)} THEN {then} ELSE {otherwise} END)", result)


@special("ifnull", least=2, most=2)
def ifnull(binder: Binder, arguments: Sequence[Bound], _call: ast.Function) -> Bound:
    """The second argument where the first is NULL."""
    first, second = arguments
    result = common_types.of_case([second.type], first.type)
    converted, other = binder.convert(first, result).sql, binder.convert(second, result).sql
    # what is not NULL may become so when it is converted
    text = f"(CASE WHEN {first.sql} IS NULL THEN {other} ELSE {converted} END)"
    return Bound(text if converted != first.sql else f"coalesce({converted}, {other})", result)


@special("coalesce", least=1)
def coalesce(binder: Binder, arguments: Sequence[Bound], _call: ast.Function) -> Bound:
    """The first argument that is not NULL."""
    result = _agreed(common_types.merger(argument.type for argument in arguments), "function coalesce", arguments)
    values = [binder.convert(argument, result).sql for argument in arguments]
    return Bound(f"coalesce({', '.join([*values, 'NULL'])})", result)


@special("nullif", least=2, most=2)
def nullif(binder: Binder, arguments: Sequence[Bound], _call: ast.Function) -> Bound:
    """NULL when both are equal, else the first."""
    first, second = arguments
    equal = comparison.compare(binder, "=", first, second).sql
    return Bound(f"(CASE WHEN {equal} THEN NULL ELSE {first.sql} END)", first.type)


@special("isnull", least=1, most=1)
def isnull(_binder: Binder, arguments: Sequence[Bound], _call: ast.Function) -> Bound:
    """Whether it is NULL."""
    return Bound(f"({arguments[0].sql} IS NULL)", types.BOOL)


def _extreme(name: str, native: str) -> None:
    @special(name, least=1)
    def bind(binder: Binder, arguments: Sequence[Bound], _call: ast.Function) -> Bound:
        result = _common(arguments)
        converted = [binder.convert(argument, result) for argument in arguments]
        if len(converted) == 1:
            return converted[0]
        first = binder.order_key(converted[0])
        return Bound(f"{native}({', '.join([first, *(bound.sql for bound in converted[1:])])})", result)


_extreme("greatest", "max")
_extreme("least", "min")


def _interval(number: float | None, *bounds: float | None) -> int:
    if number is None:
        return -1
    return sum(1 for bound in bounds if bound is not None and bound <= number)


_INTERVAL: Final = UserFunction("interval_of", _interval)


@special("interval", least=2)
def interval(binder: Binder, arguments: Sequence[Bound], _call: ast.Function) -> Bound:
    """How many of the bounds are not above the first argument."""
    numbers = [calls.accept(binder, argument, Accept.DOUBLE).sql for argument in arguments]
    return binder.call(_INTERVAL, types.BIGINT, *numbers)
