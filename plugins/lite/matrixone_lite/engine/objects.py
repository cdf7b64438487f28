"""Stored tables as the objects of an object store: what a flush has written, and what of it was deleted since.

There is one object a table. It has the rows that were there at a flush, those deleted later included, as long as
history keeps them; flushing again adds rows to it. A second one, of tombstones, stands for the deleted rows.
"""

from __future__ import annotations

import json
import uuid
import zlib
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import columnar
from matrixone_lite.engine.types import DOUBLE, FLOATS, INTEGERS, VECTORS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from matrixone_lite.engine.catalog import Table
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Type, Value

BLOCK: Final = 8192
"""Rows of a block."""

_OVERHEAD: Final = 38
"""Bytes of a column in a block besides its values."""

_BOUND: Final = 30
"""Bytes of a bound that are kept."""

_LONG: Final = 8
_WITHOUT_BOUNDS: Final = VECTORS | {Kind.JSON}


@dataclass(frozen=True, slots=True)
class Stored:
    """Rows of a table, as SQLite tables give them.

    :param sql: a table expression
    :param flushed: when the last of them was flushed, in nanoseconds
    """

    sql: str
    flushed: int


def data(session: LiteSession, table: Table) -> Stored:
    """The rows of a table's object."""
    flushes = session.store.flushes.of(table.storage)
    listed = ", ".join(["_id", "_ts", *(column.physical for column in table.columns)])
    held = f"SELECT 1 FROM json_each('{json.dumps(flushes)}') WHERE value >= _ts AND value < _end"
    old = f"SELECT {listed} FROM {table.history} WHERE EXISTS ({held})"
    live = f"SELECT {listed} FROM {table.physical} WHERE _ts <= {flushes[-1]}"
    return Stored(f"({live} UNION ALL {old})", flushes[-1])


def tombstones(session: LiteSession, table: Table) -> int:
    """How many rows of a table's object have been deleted before the last flush."""
    flushes = session.store.flushes.of(table.storage)
    ends = session.connection.run(f"SELECT _ts, _end FROM {table.history} WHERE _end <= {flushes[-1]}")
    return sum(bisect_right(flushes, end - 1) > bisect_right(flushes, ts - 1) for ts, end in ends)


def object_name(table_id: int, part: str) -> str:
    """The name of the object of a table or of one of its indexes."""
    return f"{uuid.uuid5(uuid.NAMESPACE_OID, f'{table_id}-{part}')}_00000"


class ColumnObject:
    """A column of an object.

    :param values: of all rows, as SQLite keeps them
    """

    def __init__(self, name: str, type_: Type, values: Sequence[Value]) -> None:
        self.name = name
        self.type = type_
        self.rows = len(values)
        self._present: list[Any] = [value for value in values if value is not None]

    @property
    def nulls(self) -> int:
        """Values that are NULL."""
        return self.rows - len(self._present)

    @cached_property
    def size(self) -> int:
        """Bytes without compression."""
        if not self.rows:
            return 0
        size = columnar.width(self.type) * self.rows + _OVERHEAD * -(-self.rows // BLOCK)
        if self.type.kind in columnar.VARIABLE:
            size += sum(columnar.beyond(columnar.content(value)) for value in self._present)
        return size

    @cached_property
    def compressed_size(self) -> int:
        """Bytes with compression."""
        if not self.rows:
            return 0
        packed = zlib.compress(b"".join(columnar.raw(value, self.type) for value in self._present), 1)
        return min(self.size, len(packed) + _OVERHEAD)

    @cached_property
    def distinct(self) -> int:
        """Different values."""
        return len(set(self._present))

    @cached_property
    def bounds(self) -> tuple[Any, Any] | None:
        """The least and the greatest value; None where there is no order or no value."""
        if not self._present or self.type.kind in _WITHOUT_BOUNDS:
            return None
        ordered: Callable[[Any], Any] = self._order
        return min(self._present, key=ordered), max(self._present, key=ordered)

    def _order(self, value: Any) -> Any:
        number = columnar.number(value, self.type)
        return columnar.content(value) if number is None else number

    def bound_bytes(self) -> tuple[bytes, bytes] | None:
        """The bounds as they are kept; of a longer text the end of the greatest is rounded up."""
        if self.bounds is None:
            return None
        least, greatest = (columnar.raw(bound, self.type) for bound in self.bounds)
        if self.type.kind not in columnar.VARIABLE:
            return least, greatest
        cut = greatest[:_BOUND]
        if len(greatest) > _BOUND and cut[-1] < 255:  # noqa: PLR2004 - the last byte there is
            cut = cut[:-1] + bytes([cut[-1] + 1])
        return least[:_BOUND], cut

    def total_bytes(self) -> bytes | None:
        """The sum of the values; empty where there is none, None without values."""
        kind = self.type.kind
        if not self._present or kind in VECTORS:
            return None
        numbers: Any = (columnar.number(value, self.type) for value in self._present)
        if kind in FLOATS:
            return columnar.raw(sum(numbers), DOUBLE)
        if kind not in INTEGERS | {Kind.BIT} and (kind is not Kind.DECIMAL or columnar.width(self.type) > _LONG):
            return b""
        return (int(sum(numbers)) % (1 << 64)).to_bytes(_LONG, "little")


def columns_of(session: LiteSession, table: Table, source: str) -> Iterator[ColumnObject]:
    """The columns of a table.

    :param source: a SQLite table expression with its rows
    """
    for column in table.columns:
        values = session.connection.run(f"SELECT {column.physical} FROM {source}")
        yield ColumnObject(column.name.lower(), column.type, [value for (value,) in values])
