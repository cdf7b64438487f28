"""The server's statements about vector indexes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import text

from matrixone import catalog, indexes
from matrixone.exceptions import ConfigurationError, InvalidNameError
from matrixone.operations import InTransaction, Operation
from matrixone.sql import EMPTY, SQL, Identifier, Literal, shown_table
from matrixone_vector.indexes import Distribution, HnswOptions, IvfOptions, VectorIndexInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

Table = tuple[str, ...]
_UNESCAPED = frozenset("'\\")

_INDEXES = (
    "SELECT t.reldatabase, t.relname, i.name, i.algo, i.column_name, i.algo_params, i.comment, i.is_visible, "
    "i.algo_table_type, i.index_table_name "
    "FROM mo_catalog.mo_indexes i JOIN mo_catalog.mo_tables t ON t.rel_id = i.table_id "
    "WHERE i.algo IN ('ivfflat', 'hnsw') AND t.reldatabase = :database AND t.account_id = current_account_id()"
)


@dataclass(frozen=True, slots=True)
class CreateIvf(Operation[None]):
    """ALTER TABLE ... ADD INDEX ... USING IVFFLAT: CREATE INDEX would miss rows that others write meanwhile."""

    name: ClassVar = "vector_ops.create_ivf"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_feature: ClassVar = "ivf_index"

    table: Table
    index: str
    column: str
    options: IvfOptions = field(default_factory=IvfOptions)

    def __post_init__(self) -> None:
        _check_quotes(self)

    def features(self) -> Iterator[str]:
        """The index, and options of it."""
        yield from Operation.features(self)
        options = self.options
        if options.asynchronous:
            yield "async_index"
        plain = IvfOptions(options.lists, options.op_type, asynchronous=options.asynchronous, comment=options.comment)
        if options != plain:
            yield "vector_index_options"

    def statement(self) -> Executable:
        """``ALTER TABLE ... ADD INDEX``."""
        return _add_index("IVFFLAT", self)


@dataclass(frozen=True, slots=True)
class CreateHnsw(Operation[None]):
    """ALTER TABLE ... ADD INDEX ... USING HNSW."""

    name: ClassVar = "vector_ops.create_hnsw"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_feature: ClassVar = "hnsw_index"

    table: Table
    index: str
    column: str
    options: HnswOptions = field(default_factory=HnswOptions)

    def __post_init__(self) -> None:
        _check_quotes(self)

    def features(self) -> Iterator[str]:
        """The index, and options of it."""
        yield from Operation.features(self)
        if self.options.asynchronous:
            yield "async_index"
        if self.options.max_index_capacity is not None:
            yield "vector_index_options"

    def statement(self) -> Executable:
        """``ALTER TABLE ... ADD INDEX``."""
        return _add_index("HNSW", self)


@dataclass(frozen=True, slots=True)
class DropIndex(indexes.DropIndex):
    """ALTER TABLE ... DROP INDEX."""

    name: ClassVar = "vector_ops.drop"
    needs_feature: ClassVar = "ivf_index"


@dataclass(frozen=True, slots=True)
class Reindex(Operation[None]):
    """ALTER TABLE ... ALTER REINDEX."""

    name: ClassVar = "vector_ops.reindex"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_feature: ClassVar = "vector_reindex"

    table: Table
    index: str
    algorithm: str = "ivfflat"
    lists: int | None = None
    force_sync: bool = False

    def features(self) -> Iterator[str]:
        """The statement, and its option."""
        yield from Operation.features(self)
        if self.force_sync:
            yield "vector_index_options"

    def statement(self) -> Executable:
        """``ALTER TABLE ... ALTER REINDEX``."""
        lists = EMPTY if self.lists is None else SQL(" LISTS = {lists}").format(lists=Literal(self.lists))
        return SQL("ALTER TABLE {table} ALTER REINDEX {index} {algorithm}{lists}{force_sync}").format(
            table=Identifier(*self.table),
            index=Identifier(self.index),
            algorithm=SQL("HNSW" if self.algorithm == "hnsw" else "IVFFLAT"),
            lists=lists,
            force_sync=SQL(" FORCE_SYNC") if self.force_sync else EMPTY,
        )


@dataclass(frozen=True, slots=True)
class ListIndexes(Operation[list[VectorIndexInfo]]):
    """SELECT on the catalog: the vector indexes of a table, or of a database."""

    name: ClassVar = "vector_ops.list"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "ivf_index"

    database: str
    table: str | None = None

    def statement(self) -> Executable:
        """``SELECT`` on ``mo_catalog.mo_indexes``."""
        order = " ORDER BY t.relname, i.name, i.algo_table_type"
        database = self.database.lower()
        if self.table is None:
            return text(_INDEXES + order).bindparams(database=database)
        return text(f"{_INDEXES} AND t.relname = :table{order}").bindparams(database=database, table=self.table.lower())

    def read(self, result: Result[Any]) -> list[VectorIndexInfo]:
        """The indexes, by table and name; the catalog has a row for each table an index consists of."""
        rows: dict[tuple[str, str], list[Any]] = {}
        for row in result:
            rows.setdefault((row.relname, row.name), []).append(row)
        return [
            VectorIndexInfo.of(parts[0], {part.algo_table_type: part.index_table_name for part in parts})
            for parts in rows.values()
        ]


@dataclass(frozen=True, slots=True)
class Column:
    """What is to be known of a column of a table.

    Args:
        name: Its name.
        is_vector: It holds vectors.
        is_key: It is part of the primary key.
    """

    name: str
    is_vector: bool
    is_key: bool


@dataclass(frozen=True, slots=True)
class ReadColumns(Operation[list[Column]]):
    """SHOW COLUMNS."""

    name: ClassVar = "vector_ops.columns"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "ivf_index"

    table: Table

    def statement(self) -> Executable:
        """``SHOW COLUMNS``."""
        return SQL("SHOW COLUMNS FROM {table}").format(table=shown_table(*self.table))

    def read(self, result: Result[Any]) -> list[Column]:
        """The columns in their order."""
        return [
            Column(str(row["Field"]), str(row["Type"]).upper().startswith("VEC"), row["Key"] == "PRI")
            for row in result.mappings()
        ]


@dataclass(frozen=True, slots=True)
class ForeignKeys(catalog.ForeignKeys):
    """SELECT on the catalog: the other tables that a table refers to."""

    name: ClassVar = "vector_ops.create_ivf"
    needs_feature: ClassVar = "ivf_index"


@dataclass(frozen=True, slots=True)
class CountClusters(Operation[Distribution]):
    """SELECT on a hidden table of an IVF-Flat index: the rows of each cluster."""

    name: ClassVar = "vector_ops.get_ivf_stats"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "ivf_index"

    database: str
    entries: str

    def statement(self) -> Executable:
        """``SELECT ... GROUP BY``."""
        return SQL(
            "SELECT COUNT(*), __mo_index_centroid_fk_id, __mo_index_centroid_fk_version FROM {entries} "
            "GROUP BY __mo_index_centroid_fk_id, __mo_index_centroid_fk_version ORDER BY 3, 2"
        ).format(entries=Identifier(self.database, self.entries))

    def read(self, result: Result[Any]) -> Distribution:
        """The three columns."""
        rows: list[Any] = [tuple(map(int, row)) for row in result]
        return Distribution(
            centroid_count=[row[0] for row in rows],
            centroid_id=[row[1] for row in rows],
            centroid_version=[row[2] for row in rows],
        )


@dataclass(frozen=True, slots=True)
class CountVectors(Operation[int]):
    """SELECT: how many rows of a table have a vector."""

    name: ClassVar = "vector_ops.wait_until_built"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "ivf_index"

    table: Table
    column: str

    def statement(self) -> Executable:
        """``SELECT COUNT``."""
        return SQL("SELECT COUNT({column}) FROM {table}").format(
            column=Identifier(self.column), table=Identifier(*self.table)
        )

    def read(self, result: Result[Any]) -> int:
        """The number."""
        return int(result.scalar_one())


def _check_quotes(create: CreateIvf | CreateHnsw) -> None:
    """Refuse what the server writes into statements of its own without escaping it.

    Raises:
        InvalidNameError: A name with an apostrophe or a backslash.
        ConfigurationError: A comment with one.
    """
    for name in (*create.table, create.index, create.column):
        if _UNESCAPED.intersection(name):
            raise InvalidNameError(f"the server cannot index {name!r}: a name with an apostrophe or a backslash")
    if _UNESCAPED.intersection(create.options.comment or ""):
        raise ConfigurationError("the comment of an index has no apostrophe and no backslash")


def _add_index(algorithm: str, create: CreateIvf | CreateHnsw) -> SQL:
    return SQL(f"ALTER TABLE {{table}} ADD INDEX {{index}} USING {algorithm} ({{column}}){{options}}").format(
        table=Identifier(*create.table),
        index=Identifier(create.index),
        column=Identifier(create.column),
        options=create.options.sql(),
    )
