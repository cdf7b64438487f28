"""The rows in which two tables differ, and their order."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from matrixone_lite.engine.render import text
from matrixone_lite.engine.types import FLOATS, INTEGERS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from matrixone_lite.engine.changes import Values
    from matrixone_lite.engine.comparing import Comparison, Key
    from matrixone_lite.engine.types import Type, Value

_NUMBERS: Final = INTEGERS | FLOATS | {Kind.BOOL, Kind.BIT, Kind.YEAR, Kind.ENUM, Kind.SET}


class Difference(NamedTuple):
    """A row that was changed on one side (0 left, 1 right)."""

    side: int
    flag: str
    row: Values


def differences(comparison: Comparison) -> list[Difference]:
    """What was changed on either side and is not the same on the other."""
    left, right = comparison.changes
    found = []
    for side, (own, other) in enumerate(((left, right), (right, left))):
        for key, old in own.old.items():
            new = own.new.get(key)
            alike = key in other.old and (new is None) is (key not in other.new)
            if not alike or (new is not None and not comparison.same(new, other.new[key])):
                found.append(Difference(side, "DELETE" if new is None else "UPDATE", new or old))
    found += [Difference(0, "INSERT", row) for row in added(comparison, 0)]
    found += [Difference(1, "INSERT", row) for row in added(comparison, 1)]
    return found


def added(comparison: Comparison, side: int) -> Iterator[Values]:
    """Rows that were added on one side and are not equal on the other."""
    own, other = comparison.changes[side].added, comparison.changes[1 - side].added
    if comparison.pairing.keys:
        yield from (row for key, row in own.items() if key not in other or not comparison.same(row, other[key]))
        return
    there = Counter(map(tuple, other.values()))
    for row in own.values():
        if there[tuple(row)]:
            there[tuple(row)] -= 1
        else:
            yield row


def ordered(comparison: Comparison, found: Iterable[Difference]) -> list[Difference]:
    """Differences in order of the primary key, or of all columns without one."""
    columns = comparison.left.table.columns
    positions = comparison.pairing.keys or range(len(columns))
    types = [(n, columns[n].type) for n in positions]
    return sorted(found, key=lambda difference: [_order(difference.row[n], type_) for n, type_ in types])


def _order(value: Value, type_: Type) -> tuple[Any, ...]:
    """What sorts values as the server does: decimals and times by their text."""
    if value is None:
        return (0,)
    if type_.kind in _NUMBERS:
        return 1, isinstance(value, str), value
    shown = text(value, type_)
    return 1, shown.encode() if isinstance(shown, str) else shown


def key_order(comparison: Comparison, key: Key) -> list[tuple[Any, ...]]:
    """What sorts keys as the server does."""
    columns, positions = comparison.left.table.columns, comparison.pairing.keys
    return [_order(part, columns[n].type) for part, n in zip(key, positions, strict=False)] or [key]
