"""Counts, sizes and what the planner knows of a table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import text

from matrixone.operations import InTransaction, Operation
from matrixone.sql import SQL, Identifier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable


@dataclass(frozen=True, slots=True)
class ColumnStats:
    """What the planner knows of a column.

    Args:
        type: The server's word for the type.
        distinct: Estimated number of different values.
        minimum: Least value, as the number the planner reckons with.
        maximum: Greatest value, likewise.
        nulls: How many are NULL.
        size: Bytes.
    """

    type: str
    distinct: float
    minimum: float
    maximum: float
    nulls: int
    size: int


@dataclass(frozen=True, slots=True)
class TableStats:
    """What the planner knows of a table; it follows changes after a while.

    Args:
        table: ``database.table``.
        rows: Rows.
        blocks: Blocks in which they are stored.
        objects: Objects in which the blocks are.
        sampling_ratio: Share of the objects that was looked at.
        columns: Statistics by column.
    """

    table: str
    rows: int
    blocks: int
    objects: int
    sampling_ratio: float
    columns: Mapping[str, ColumnStats]


@dataclass(frozen=True, slots=True)
class ReadStatistics(Operation[TableStats]):
    """SELECT on table_stats(): for tables only, that of a view ends the whole server."""

    name: ClassVar = "metadata.table_stats"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "table_stats"

    database: str
    table: str

    def statement(self) -> Executable:
        """``SELECT`` on ``table_stats()``."""
        return text(
            "SELECT table_name, table_cnt, block_number, accurate_object_number, sampling_ratio, data_type_map, "
            "ndv_map, min_val_map, max_val_map, null_cnt_map, size_map FROM table_stats(:name) g"
        ).bindparams(name=f"{self.database.lower()}.{self.table.lower()}")

    def read(self, result: Result[Any]) -> TableStats:
        """The statistics."""
        row: Any = result.one_or_none()
        if row is None:
            return TableStats(f"{self.database.lower()}.{self.table.lower()}", 0, 0, 0, 0.0, {})
        table, rows, blocks, objects, ratio, *maps = row
        types, *numbers = (json.loads(each) if each else {} for each in maps)
        columns = {
            name: ColumnStats(kind, *(values.get(name, 0) for values in numbers)) for name, kind in types.items()
        }
        return TableStats(table, int(rows), int(blocks), int(objects), float(ratio), columns)


@dataclass(frozen=True, slots=True)
class CountRows(Operation[int]):
    """SELECT COUNT(*)."""

    name: ClassVar = "metadata.row_count"
    in_transaction: ClassVar = InTransaction.READS

    table: tuple[str, ...]

    def statement(self) -> Executable:
        """``SELECT COUNT(*)``."""
        return SQL("SELECT COUNT(*) FROM {table}").format(table=Identifier(*self.table))

    def read(self, result: Result[Any]) -> int:
        """The number."""
        return int(result.scalar_one())


@dataclass(frozen=True, slots=True)
class StoredRows(Operation[int]):
    """SELECT mo_table_rows()."""

    name: ClassVar = "metadata.stored_rows"
    in_transaction: ClassVar = InTransaction.READS

    database: str
    table: str

    def statement(self) -> Executable:
        """``SELECT mo_table_rows()``."""
        return _function("mo_table_rows", self.database, self.table)

    def read(self, result: Result[Any]) -> int:
        """The number."""
        return int(result.scalar_one())


@dataclass(frozen=True, slots=True)
class StoredSize(Operation[int]):
    """SELECT mo_table_size()."""

    name: ClassVar = "metadata.table_size"
    in_transaction: ClassVar = InTransaction.READS

    database: str
    table: str

    def statement(self) -> Executable:
        """``SELECT mo_table_size()``."""
        return _function("mo_table_size", self.database, self.table)

    def read(self, result: Result[Any]) -> int:
        """Bytes."""
        return int(result.scalar_one())


def _function(name: str, database: str, table: str) -> Executable:
    return text(f"SELECT {name}(:database, :table)").bindparams(database=database.lower(), table=table.lower())
