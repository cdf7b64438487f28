"""Rows as statements for the sink."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import definition
from matrixone_lite.engine.cdc.sink import text_literal
from matrixone_lite.engine.errors import internal
from matrixone_lite.engine.printer import quoted
from matrixone_lite.engine.render import renderer
from matrixone_lite.engine.types import FLOATS, INTEGERS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from matrixone_lite.engine.catalog import Column, Table
    from matrixone_lite.engine.storage import Row
    from matrixone_lite.engine.types import Type, Value

_LONGEST: Final = 1 << 20
_YEAR: Final = 55
"""The number of a type the server cannot copy."""
_MOST_TERMS: Final = 64
"""Of an OR: parsers go down one level for each."""


def literal(type_: Type) -> Callable[[Value], str]:
    """What writes values of a type into a statement."""
    show = renderer(type_)

    def write(value: Value) -> str:
        if value is None:
            return "NULL"
        if type_.kind is Kind.YEAR:
            raise internal(f"extractRowFromVector : unsupported type {_YEAR}")
        if type_.kind is Kind.BOOL:
            return "true" if value else "false"
        if type_.kind in FLOATS:
            return repr(float(value))
        if isinstance(value, bytes) and type_.kind in {Kind.BINARY, Kind.VARBINARY, Kind.BLOB}:
            return f"x'{value.hex()}'"
        if type_.kind is Kind.BIT:
            return str(int(value))
        shown = show(value) or b""
        return shown.decode() if type_.kind in INTEGERS else _text(shown)

    return write


def _text(shown: bytes) -> str:
    try:
        return text_literal(shown.decode())
    except UnicodeDecodeError:
        return f"x'{shown.hex()}'"


class TableWriter:
    """The statements that bring a sink table up to date.

    :param table: the table of the source
    :param place: database and name at the sink
    :param length: bytes of a statement
    """

    def __init__(self, table: Table, place: tuple[str, str], length: int) -> None:
        self.table = table
        self._database, self._name = place
        self._length = length
        self._literals = [literal(column.type) for column in table.columns]
        key = () if table.primary_key is None else table.primary_key.columns
        self.key: tuple[Column, ...] = tuple(table.by_name[name.lower()] for name in key)

    @property
    def definition(self) -> str:
        """What the table is defined as, at the sink."""
        copy = self.table.with_changes(name=self._name)
        return definition.create_table(copy, lambda _: None).replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1)

    def preparation(self, *, anew: bool) -> list[str]:
        """The statements that make the table where it is missing.

        :param anew: drop the one that is there
        """
        return [
            f"CREATE DATABASE IF NOT EXISTS {quoted(self._database)}",
            f"USE {quoted(self._database)}",
            *([f"DROP TABLE IF EXISTS {quoted(self._name)}"] if anew else []),
            self.definition,
        ]

    @property
    def _place(self) -> str:
        return f"{quoted(self._database)}.{quoted(self._name)}"

    def puts(self, rows: Iterable[Row]) -> Iterator[str]:
        """Statements that insert rows, or replace those of the same keys."""
        tuples = (
            "(" + ",".join(write(value) for write, value in zip(self._literals, row, strict=True)) + ")" for row in rows
        )
        return self._packed(f"REPLACE INTO {self._place} VALUES ", tuples, ",", "")

    def removals(self, keys: Iterable[Row]) -> Iterator[str]:
        """Statements that delete the rows of keys."""
        start = f"DELETE FROM {self._place} WHERE "
        if len(self.key) == 1:
            write = literal(self.key[0].type)
            ended = (write(key[0]) for key in keys)
            return self._packed(f"{start}{quoted(self.key[0].name)} IN (", ended, ",", ")")
        return self._packed(start, (f"({_equal(self.key, key)})" for key in keys), " OR ", "", _MOST_TERMS)

    def single_removals(self, rows: Iterable[Row]) -> Iterator[str]:
        """Statements that delete one equal row for each row of a table without a key."""
        for row in rows:
            yield f"DELETE FROM {self._place} WHERE {_equal(self.table.columns, row)} LIMIT 1"

    def _packed(self, start: str, parts: Iterable[str], between: str, end: str, most: int = 1 << 30) -> Iterator[str]:
        """Statements of as many parts as their length allows."""
        allowed, packed, size = self._length - len(start) - len(end), list[str](), 0
        for part in parts:
            needed = len(part.encode()) + len(between)
            if needed > allowed:
                sizes = f"row={needed} bytes, max={self._length} bytes"
                raise internal(f"single row too large for max SQL size: {sizes}")
            if packed and (size + needed > min(allowed, _LONGEST) or len(packed) >= most):
                yield start + between.join(packed) + end
                packed, size = [], 0
            packed.append(part)
            size += needed
        if packed:
            yield start + between.join(packed) + end


def _equal(columns: Sequence[Column], values: Sequence[Value]) -> str:
    return " AND ".join(
        f"{quoted(column.name)} IS NULL" if value is None else f"{quoted(column.name)} = {literal(column.type)(value)}"
        for column, value in zip(columns, values, strict=True)
    )
