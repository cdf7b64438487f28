"""Queries and what stands in FROM."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from matrixone_lite.sql.ast.nodes import Node, Query, TableRef

if TYPE_CHECKING:
    from matrixone_lite.sql.ast.expressions import OrderItem, Row
    from matrixone_lite.sql.ast.nodes import Expr


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A possibly qualified name of a table, view, sequence or function, in the case it was written in."""

    name: str
    database: str | None = None


class HintKind(Enum):
    """The forms of a time-travel hint."""

    SNAPSHOT = "snapshot"
    TIMESTAMP = "timestamp"
    MO_TS = "mo_ts"
    AS_OF = "as of timestamp"


@dataclass(frozen=True, slots=True)
class TimeTravel(Node):
    """``{SNAPSHOT = 's'}``, ``{TIMESTAMP = '…'}``, ``{MO_TS = ns}``, ``{AS OF TIMESTAMP '…'}``."""

    kind: HintKind
    value: str | int


@dataclass(frozen=True, slots=True)
class Table(TableRef):
    """A named table, view or common table expression."""

    name: Name
    alias: str | None = None
    hint: TimeTravel | None = None
    index_hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DerivedTable(TableRef):
    """``(query) [AS] alias [(columns)]``."""

    query: Query
    alias: str | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableFunction(TableRef):
    """``name(args) [AS] alias [(columns)]``; name in lower case."""

    name: str
    args: tuple[Expr, ...]
    alias: str | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Join(TableRef):
    """Two table references.

    ``kind`` is inner, left, right, full, cross, cross apply or outer apply; a comma is cross.
    """

    kind: str
    left: TableRef
    right: TableRef
    condition: Expr | None = None
    using: tuple[str, ...] = ()
    natural: bool = False
    comma: bool = False


@dataclass(frozen=True, slots=True)
class SelectItem(Node):
    """An output column of SELECT or RETURNING."""

    expr: Expr
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class CommonTable(Node):
    """One table of WITH."""

    name: str
    columns: tuple[str, ...]
    query: Query


@dataclass(frozen=True, slots=True)
class With(Node):
    """``WITH [RECURSIVE] tables``."""

    tables: tuple[CommonTable, ...]
    recursive: bool = False


@dataclass(frozen=True, slots=True)
class Limit(Node):
    """``LIMIT count [OFFSET offset] [BY RANK WITH OPTION 'mode=pre', …]``."""

    count: Expr
    offset: Expr | None = None
    rank_options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupBy(Node):
    """Grouping keys; ``modifier`` is None, rollup, cube or sets (then ``sets`` holds the GROUPING SETS)."""

    keys: tuple[Expr, ...]
    modifier: str | None = None
    sets: tuple[tuple[Expr, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class FileFormat(Node):
    """FIELDS and LINES of LOAD DATA and INTO OUTFILE; None means the default."""

    terminated: str | None = None
    enclosed: str | None = None
    optionally: bool = False
    escaped: str | None = None
    line_starting: str | None = None
    line_terminated: str | None = None


@dataclass(frozen=True, slots=True)
class OutFile(Node):
    """``INTO OUTFILE``."""

    path: str
    file_format: FileFormat
    format: str | None = None
    split_size: str | None = None
    header: bool = True
    max_file_size: int | None = None
    force_quote: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Select(Query):
    """SELECT; ``locking`` is None, ``update`` or ``share``."""

    items: tuple[SelectItem, ...]
    source: TableRef | None = None
    where: Expr | None = None
    group_by: GroupBy | None = None
    having: Expr | None = None
    order_by: tuple[OrderItem, ...] = ()
    limit: Limit | None = None
    distinct: bool = False
    locking: str | None = None
    with_: With | None = None
    into: OutFile | None = None


@dataclass(frozen=True, slots=True)
class SetOperation(Query):
    """Two queries; operator is union, intersect, except, minus, or grouping sets for the parts of one query."""

    operator: str
    all: bool
    left: Query
    right: Query
    order_by: tuple[OrderItem, ...] = ()
    limit: Limit | None = None
    with_: With | None = None
    into: OutFile | None = None


@dataclass(frozen=True, slots=True)
class Values(Query):
    """``VALUES ROW(…), …``."""

    rows: tuple[Row, ...]
    order_by: tuple[OrderItem, ...] = ()
    limit: Limit | None = None
    with_: With | None = None
    into: OutFile | None = None


@dataclass(frozen=True, slots=True)
class NestedQuery(Query):
    """``(query) [ORDER BY …] [LIMIT …]``."""

    query: Query
    order_by: tuple[OrderItem, ...] = ()
    limit: Limit | None = None
    with_: With | None = None
    into: OutFile | None = None
