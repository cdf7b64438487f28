"""Aggregates beyond sum and mean: deviations, medians, bits, estimates of counts."""

from __future__ import annotations

import operator
import statistics
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import types
from matrixone_lite.engine.functions.registry import Accept, aggregate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matrixone_lite.engine.types import Type


class _Collected:
    """Keeps the values of a group; ``summary`` makes the result of them.

    :cvar nothing: the result without values
    """

    nothing: Any = None

    def __init__(self, summary: Callable[[list[Any]], Any]) -> None:
        self._values: list[Any] = []
        self._summary = summary

    def step(self, value: Any) -> None:
        """Take a value in."""
        self._values.append(value)

    def inverse(self, _value: Any) -> None:
        """Take the oldest value out."""
        del self._values[0]

    def value(self) -> Any:
        """The result so far, that of nothing without values."""
        return self._summary(self._values) if self._values else self.nothing


def _collecting(
    *names: str,
    parameter: Accept,
    result: Type | Callable[[Sequence[Type]], Type],
    summary: Callable[[list[Any]], Any],
    without: Any = None,
) -> None:
    class Aggregate(_Collected):
        nothing = without

        def __init__(self) -> None:
            super().__init__(summary)

    aggregate(*names, parameters=[parameter], result=result)(Aggregate)


def _several(values: list[float], function: Callable[[list[float]], float]) -> float | None:
    return function(values) if len(values) > 1 else None


_collecting("variance", "var_pop", parameter=Accept.DOUBLE, result=types.DOUBLE, summary=statistics.pvariance)
_collecting("stddev", "std", "stddev_pop", parameter=Accept.DOUBLE, result=types.DOUBLE, summary=statistics.pstdev)
_collecting(
    "var_samp",
    "var_sample",
    parameter=Accept.DOUBLE,
    result=types.DOUBLE,
    summary=lambda values: _several(values, statistics.variance),
)
_collecting(
    "stddev_samp",
    "stddev_sample",
    parameter=Accept.DOUBLE,
    result=types.DOUBLE,
    summary=lambda values: _several(values, statistics.stdev),
)
_collecting("median", parameter=Accept.DOUBLE, result=types.DOUBLE, summary=statistics.median)


@aggregate("approx_count_distinct", "approx_count", parameters=[Accept.ANY], result=types.UBIGINT)
class ApproxCountDistinct:
    """How many different values; exact here."""

    def __init__(self) -> None:
        self._seen: Counter[Any] = Counter()

    def step(self, value: Any) -> None:
        """Take a value in."""
        self._seen[value] += 1

    def inverse(self, value: Any) -> None:
        """Take a value out."""
        self._seen[value] -= 1
        if not self._seen[value]:
            del self._seen[value]

    def value(self) -> int:
        """The count."""
        return len(self._seen)


_ALL_BITS: Final = (1 << 64) - 1


def _bits(name: str, combine: Callable[[int, int], int], start: int) -> None:
    def summary(values: list[int]) -> int:
        result = start
        for value in values:
            result = combine(result, value & _ALL_BITS)
        return result

    _collecting(name, parameter=Accept.INT, result=types.UBIGINT, summary=summary, without=start)


_bits("bit_and", operator.and_, _ALL_BITS)
_bits("bit_or", operator.or_, 0)
_bits("bit_xor", operator.xor, 0)
