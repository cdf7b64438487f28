"""The objects in which a table is stored, as ``metadata_scan`` shows them."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from sqlalchemy import text

from matrixone.operations import InTransaction, Operation
from matrixone.results import ResultSet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable


class MetadataColumn(enum.StrEnum):
    """The columns of a scan."""

    COL_NAME = "col_name"
    OBJECT_NAME = "object_name"
    IS_HIDDEN = "is_hidden"
    OBJ_LOC = "obj_loc"
    CREATE_TS = "create_ts"
    DELETE_TS = "delete_ts"
    ROWS_CNT = "rows_cnt"
    NULL_CNT = "null_cnt"
    COMPRESS_SIZE = "compress_size"
    ORIGIN_SIZE = "origin_size"
    MIN = "min"
    MAX = "max"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class MetadataRow:
    """A column in an object of a table.

    Args:
        col_name: The column.
        object_name: Name of the object.
        is_hidden: Whether the column is one of the server's own.
        obj_loc: Where the object is.
        create_ts: When it was written.
        delete_ts: When it was replaced; None while it is in use.
        rows_cnt: Rows, those deleted later included.
        null_cnt: How many of them are NULL.
        compress_size: Bytes in the store.
        origin_size: Bytes before compression.
        min: Least value, as the store has it; None if it was not asked for.
        max: Greatest value.
        sum: Sum.
    """

    col_name: str
    object_name: str
    is_hidden: bool
    obj_loc: str
    create_ts: dt.datetime | None
    delete_ts: dt.datetime | None
    rows_cnt: int
    null_cnt: int
    compress_size: int
    origin_size: int
    min: bytes | None = None
    max: bytes | None = None
    sum: bytes | None = None

    @classmethod
    def from_sqlalchemy_row(cls, row: Any) -> Self:
        """A row of a scan."""
        values = {name.value: row._mapping[name.value] for name in MetadataColumn}
        values["is_hidden"] = values["is_hidden"] in (1, True, "1", "true")
        for name in ("create_ts", "delete_ts"):
            values[name] = _moment(values[name])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class ScanObjects(Operation[ResultSet]):
    """SELECT on metadata_scan(), a row for each object and column; shows what has been flushed.

    Args:
        database: Database.
        table: Table.
        index: An index instead of the table itself.
        tombstone: The deleted rows instead of the rows.
        distinct: One row an object.
    """

    name: ClassVar = "metadata.scan"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "metadata_scan"

    database: str
    table: str
    index: str | None = None
    tombstone: bool = False
    distinct: bool = False

    def statement(self) -> Executable:
        """``SELECT`` on ``metadata_scan()``."""
        columns = ", ".join(f"`{name}`" for name in MetadataColumn)
        return text(f"SELECT {columns} FROM metadata_scan(:scanned, '*') g").bindparams(scanned=self.scanned)  # noqa: S608

    @property
    def scanned(self) -> str:
        """What is scanned: ``database.table[.?index][.#]``."""
        index = [] if self.index is None else [f"?{self.index.lower()}"]
        return ".".join([self.database.lower(), self.table.lower(), *index, *(["#"] if self.tombstone else [])])

    def read(self, result: Result[Any]) -> ResultSet:
        """The rows, as they are."""
        found = ResultSet.of(result)
        if not self.distinct:
            return found
        objects: dict[str, Any] = {}
        for row in found.rows:
            objects.setdefault(row._mapping["object_name"], row)
        return ResultSet(found.columns, list(objects.values()))


def summary(objects: Sequence[MetadataRow]) -> dict[str, Any]:
    """How many objects there are, and what is in them together."""
    return {
        "total_objects": len(objects),
        "original_size": readable_size(sum(each.origin_size for each in objects)),
        "compress_size": readable_size(sum(each.compress_size for each in objects)),
        "row_cnt": sum(each.rows_cnt for each in objects),
        "null_cnt": sum(each.null_cnt for each in objects),
    }


def details(each: MetadataRow) -> dict[str, Any]:
    """One object."""
    return {
        "object_name": each.object_name,
        "create_ts": each.create_ts,
        "delete_ts": each.delete_ts,
        "row_cnt": each.rows_cnt,
        "null_cnt": each.null_cnt,
        "original_size": readable_size(each.origin_size),
        "compress_size": readable_size(each.compress_size),
    }


def readable_size(count: int) -> str:
    """Bytes for people: ``0 B``, ``1.5 MB``."""
    size, unit = float(count), "B"
    for larger in ("KB", "MB", "GB", "TB"):
        if size < 1024:  # noqa: PLR2004 - bytes in a kilobyte
            break
        size, unit = size / 1024, larger
    return f"{count} B" if unit == "B" else f"{size:.1f} {unit}"


def _moment(stamp: str | None) -> dt.datetime | None:
    """``1795350317656142030-0``: nanoseconds since 1970, and a counter."""
    nanoseconds = int((stamp or "0").partition("-")[0])
    if not nanoseconds:
        return None
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return dt.datetime.fromtimestamp(seconds, dt.UTC).replace(microsecond=rest // 1000)
