"""Operands of the arithmetic operators, brought to the types they count as."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matrixone_lite.engine import arithmetic, types
from matrixone_lite.engine.bound import Bound
from matrixone_lite.engine.convert import Mode
from matrixone_lite.engine.errors import invalid_argument
from matrixone_lite.engine.types import Kind, Type

if TYPE_CHECKING:
    from matrixone_lite.engine.binder import Binder


def compute(binder: Binder, symbol: str, left: Bound, right: Bound) -> Bound:
    """``left symbol right``; error 20203 where the server has no such operator."""
    for one, other in ((left, right), (right, left)):
        if one.kind is Kind.BOOL and other.kind not in types.INTEGERS | {Kind.BIT}:
            raise invalid_argument(f"operator {symbol}, bad value [{left.type.named} {right.type.named}]")
    if left.kind is right.kind is Kind.VARCHAR:
        if symbol != "+":
            raise invalid_argument(f"operator {symbol}, bad value [{left.type.named} {right.type.named}]")
        return Bound(f"({left.sql} || {right.sql})", types.VARCHAR)
    if symbol == "/" and Kind.FLOAT in {left.kind, right.kind} and {left.kind, right.kind} & types.STRINGS:
        left, right = (replace(one, type=types.DOUBLE) if one.kind is Kind.FLOAT else one for one in (left, right))
    left, right = _numeric(binder, left, right), _numeric(binder, right, left)
    result = arithmetic.result_type(symbol, left.type, right.type)
    wide = types.DOUBLE if result.kind is Kind.FLOAT else result
    function = arithmetic.function(symbol, wide, binder.strict_division)
    computed = binder.call(function, wide, _fit(binder, left, wide), _fit(binder, right, wide))
    return computed if wide is result else binder.convert(computed, result)


def _numeric(binder: Binder, bound: Bound, other: Bound) -> Bound:
    """``bound`` as the number (or vector) it counts as beside ``other``."""
    if bound.kind in types.NUMBERS or bound.kind in types.VECTORS:
        return bound
    if bound.kind is Kind.NULL:
        return Bound(
            bound.sql, other.type if other.kind in types.NUMBERS or other.kind in types.VECTORS else types.BIGINT
        )
    if bound.kind is Kind.BOOL:
        return Bound(bound.sql, other.type if other.kind in types.INTEGERS else types.UBIGINT)
    if bound.kind in {Kind.ENUM, Kind.SET}:
        return Bound(bound.sql, types.BIGINT)
    if bound.kind in types.STRINGS | {Kind.JSON} | types.BYTES:
        alike = other.kind in types.VECTORS | types.FLOATS | types.INTEGERS
        target = types.DOUBLE if other.kind is Kind.DECIMAL else other.type if alike else types.BIGINT
        return binder.convert(bound, target, Mode.COMPARE)
    if bound.kind in types.TEMPORAL:
        return binder.convert(bound, types.BIGINT, Mode.COMPARE)
    raise invalid_argument(f"operator +, bad value [{bound.type.named} {other.type.named}]")


def _fit(binder: Binder, bound: Bound, result: Type) -> str:
    if result.kind in types.VECTORS:
        if bound.kind not in types.VECTORS:
            return bound.sql
        return binder.convert(bound, Type(result.kind, bound.type.length)).sql
    if bound.kind in {Kind.DECIMAL, Kind.UBIGINT} and result.kind in types.FLOATS:
        return f"CAST({bound.sql} AS REAL)"
    return bound.sql
