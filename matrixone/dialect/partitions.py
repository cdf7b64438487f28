"""How a table is split into partitions: the value of its option ``matrixone_partition_by``.

Names are quoted and values written by the dialect. A row that fits no partition is refused by the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.exc import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class _MaxValue:
    def __repr__(self) -> str:
        return "MAXVALUE"


MAXVALUE: Final = _MaxValue()
"""Above every value: the bound of a last partition by range."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Use :meth:`hash`, :meth:`key`, :meth:`range` or :meth:`list`; ``Table(..., matrixone_partition_by=...)``."""

    method: str
    columns: tuple[str, ...]
    number: int | None = None
    parts: tuple[tuple[str, tuple[Any, ...]], ...] = ()

    @classmethod
    def hash(cls, column: str, number: int) -> Partition:
        """This many partitions, by the number in a column.

        Raises:
            ArgumentError: fewer than one partition.
        """
        return cls("HASH", (column,), _at_least_one(number))

    @classmethod
    def key(cls, columns: str | Sequence[str], number: int) -> Partition:
        """This many partitions, by the server's hash of columns of any type.

        Raises:
            ArgumentError: fewer than one partition, or no column: the server panics.
        """
        return cls("KEY", _names(columns), _at_least_one(number))

    @classmethod
    def range(cls, column: str, less_than: Mapping[str, Any]) -> Partition:
        """Partitions by ascending bounds.

        Args:
            column: the only column; the server takes no more.
            less_than: name of each partition, and the value its rows are below; the last may be :data:`MAXVALUE`.

        Raises:
            ArgumentError: no partition.
        """
        return cls("RANGE COLUMNS", (column,), None, _parts({name: (bound,) for name, bound in less_than.items()}))

    @classmethod
    def list(cls, column: str, values_in: Mapping[str, Sequence[Any]]) -> Partition:
        """Partitions by lists of values.

        Args:
            column: the column.
            values_in: name of each partition, and the values of its rows.

        Raises:
            ArgumentError: no partition.
        """
        return cls("LIST COLUMNS", (column,), None, _parts(values_in))

    def sql(self, quote: Callable[[str], str], literal: Callable[[Any], str]) -> str:
        """The clause, its names and values written by these functions."""
        text = f"{self.method} ({', '.join(map(quote, self.columns))})"
        if self.number is not None:
            return f"{text} PARTITIONS {self.number}"
        word = "LESS THAN" if self.method.startswith("RANGE") else "IN"
        parts = (
            f"PARTITION {quote(name)} VALUES {word} ({', '.join(_written(value, literal) for value in values)})"
            for name, values in self.parts
        )
        return f"{text} ({', '.join(parts)})"


def _written(value: Any, literal: Callable[[Any], str]) -> str:
    return repr(value) if value is MAXVALUE else literal(value)


def _names(columns: str | Sequence[str]) -> tuple[str, ...]:
    names = (columns,) if isinstance(columns, str) else tuple(columns)
    if not names:
        raise ArgumentError("a table is partitioned by a column")
    return names


def _at_least_one(number: int) -> int:
    if number < 1:
        raise ArgumentError(f"there are 1 or more partitions, not {number}")
    return number


def _parts(given: Mapping[str, Sequence[Any]]) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    parts = tuple((name, tuple(values)) for name, values in given.items())
    if not parts or not all(values for _, values in parts):
        raise ArgumentError("there are one or more partitions, each with a value")
    return parts
