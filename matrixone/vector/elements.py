"""What the elements of each vector type are, and which numbers fit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Elements:
    """The elements of a vector type.

    Args:
        least: The smallest number.
        greatest: The largest number. What lies above would be stored as an infinity, or refused by the server.
        dtype: Name of the numpy type that holds them.
        number: What an element is in Python.
    """

    least: float
    greatest: float
    dtype: str
    number: Callable[[str], float] = float

    def check(self, values: list[float], type_name: str) -> None:
        """See that all numbers fit.

        Raises:
            ValueError: One does not; it names the type and the position, counted from 1.
        """
        # A sum is finite only if there is no NaN, which min() and max() may pass over.
        if math.isfinite(sum(values)) and self._fit(values):
            return
        for position, value in enumerate(values, 1):
            if not math.isfinite(value) or not self._fit([value]):
                raise ValueError(f"{type_name}: element {position} is {value!r}, not {self._description()}")

    def _fit(self, values: list[float]) -> bool:
        in_range = self.least <= min(values) and max(values) <= self.greatest
        return in_range and (self.number is float or all(map(float.is_integer, values)))

    def _description(self) -> str:
        kind = "a finite number" if self.number is float else "a whole number"
        limits = "" if self.dtype == "float64" else f" between {self.least:.8g} and {self.greatest:.8g}"
        return kind + limits


def _floats(greatest: float, dtype: str) -> Elements:
    return Elements(-greatest, greatest, dtype)


# Of numbers with a fraction the largest that is rounded to a finite one.
F64 = _floats(1.7976931348623157e308, "float64")
F32 = _floats(3.4028235677973362e38, "float32")
BF16 = _floats(3.3961775292304957e38, "float32")
F16 = _floats(math.nextafter(65520.0, 0.0), "float16")
INT8 = Elements(-128, 127, "int8", int)
UINT8 = Elements(0, 255, "uint8", int)
