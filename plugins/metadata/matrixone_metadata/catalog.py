"""What the catalog knows of tables, their columns and their indexes."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import text

from matrixone import catalog
from matrixone.operations import InTransaction, Operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable


class TableKind(enum.StrEnum):
    """What a name in a database stands for."""

    TABLE = "r"
    VIEW = "v"
    EXTERNAL = "e"
    SEQUENCE = "S"
    CLUSTER = "cluster"
    TEMPORARY = "temporary_table"


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table, or something used like one.

    Args:
        name: Name, in lower case.
        kind: What it is.
        comment: Comment, empty if there is none.
    """

    name: str
    kind: TableKind
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """A column of a table.

    Args:
        name: Name, as it was written.
        type: The server's text of the type, such as ``VARCHAR(20)``.
        nullable: Whether it can be NULL.
        default: The default as SQL, None if there is none or it is NULL.
        primary_key: Whether it is part of the primary key.
        auto_increment: Whether the server numbers it.
        comment: Comment, empty if there is none.
    """

    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    primary_key: bool = False
    auto_increment: bool = False
    comment: str = ""


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """An index, and the hidden tables that hold it.

    Args:
        name: Name; ``PRIMARY`` for the primary key, which is part of the table itself.
        type: ``PRIMARY``, ``UNIQUE``, ``MULTIPLE`` or ``FULLTEXT``.
        columns: Its columns, in order.
        algorithm: ``ivfflat``, ``hnsw`` or ``fulltext``; None for an ordinary index.
        options: Options of the algorithm, as text.
        visible: Whether queries use it.
        comment: Comment, empty if there is none.
        hidden_tables: Names by purpose: ``index``, or ``metadata``, ``centroids``, ``entries`` and the like.
    """

    name: str
    type: str
    columns: tuple[str, ...]
    algorithm: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    visible: bool = True
    comment: str = ""
    hidden_tables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListTables(Operation[list[TableInfo]]):
    """SELECT on the catalog: never all columns of ``mo_tables``, one of them breaks the connection."""

    name: ClassVar = "metadata.tables"
    in_transaction: ClassVar = InTransaction.READS

    database: str

    def statement(self) -> Executable:
        """``SELECT`` on ``mo_catalog.mo_tables``."""
        return text(
            "SELECT relname, relkind, rel_comment FROM mo_catalog.mo_tables WHERE account_id = current_account_id() "
            "AND reldatabase = :database ORDER BY relname"
        ).bindparams(database=self.database.lower())

    def read(self, result: Result[Any]) -> list[TableInfo]:
        """The tables, by name, without the parts of other tables."""
        rows: list[Any] = list(result)
        kinds = set(TableKind)
        return [TableInfo(name, TableKind(kind), comment or "") for name, kind, comment in rows if kind in kinds]


@dataclass(frozen=True, slots=True)
class FindTable(catalog.FindTable):
    """SELECT on the catalog: what a table is, None if there is none."""

    name: ClassVar = "metadata.table_kind"


@dataclass(frozen=True, slots=True)
class ListColumns(Operation[list[ColumnInfo]]):
    """SELECT on the information schema, which knows no primary key of several columns."""

    name: ClassVar = "metadata.columns"
    in_transaction: ClassVar = InTransaction.READS

    database: str
    table: str

    def statement(self) -> Executable:
        """``SELECT`` on ``information_schema.columns``."""
        return text(
            "SELECT column_name, column_type, is_nullable, column_default, extra, column_comment "
            "FROM information_schema.columns WHERE table_schema = :database AND table_name = :table "
            "ORDER BY ordinal_position"
        ).bindparams(database=self.database.lower(), table=self.table.lower())

    def read(self, result: Result[Any]) -> list[ColumnInfo]:
        """The columns, in order, without the server's own."""
        rows: list[Any] = list(result)
        return [
            ColumnInfo(name, kind, nullable == "YES", default, False, "auto_increment" in extra, comment or "")
            for name, kind, nullable, default, extra, comment in rows
            if not name.startswith("__mo_")
        ]


@dataclass(frozen=True, slots=True)
class ListIndexes(Operation[list[IndexInfo]]):
    """SELECT on the catalog, which has a row for each column and hidden table of an index."""

    name: ClassVar = "metadata.indexes"
    in_transaction: ClassVar = InTransaction.READS

    database: str
    table: str

    def statement(self) -> Executable:
        """``SELECT`` on ``mo_catalog.mo_indexes``."""
        return text(
            "SELECT i.name, i.type, i.column_name, i.algo, i.algo_params, i.is_visible, i.comment, i.algo_table_type, "
            "i.index_table_name FROM mo_catalog.mo_indexes i JOIN mo_catalog.mo_tables t ON t.rel_id = i.table_id "
            "WHERE t.account_id = current_account_id() AND t.reldatabase = :database AND t.relname = :table "
            "ORDER BY i.name, i.algo_table_type, i.ordinal_position"
        ).bindparams(database=self.database.lower(), table=self.table.lower())

    def read(self, result: Result[Any]) -> list[IndexInfo]:
        """The indexes, by name."""
        rows: list[Any] = list(result)
        found: dict[str, IndexInfo] = {}
        for name, kind, column, algorithm, params, visible, comment, purpose, hidden in rows:
            options = json.loads(params) if params else {}
            index = found.get(name) or IndexInfo(
                name, kind, (), algorithm or None, options, bool(visible), comment or ""
            )
            if column not in index.columns and not column.startswith("__mo_alias_"):
                index = replace(index, columns=(*index.columns, column))
            if hidden:
                index = replace(index, hidden_tables={**index.hidden_tables, purpose or "index": hidden})
            found[name] = index
        return list(found.values())
