"""Statements that define databases, tables, indexes, views and sequences."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, ClassVar

from matrixone_lite.sql.ast.nodes import Node, Statement
from matrixone_lite.sql.transaction_kind import TransactionKind

if TYPE_CHECKING:
    from matrixone_lite.sql.ast.nodes import Expr, Query
    from matrixone_lite.sql.ast.queries import FileFormat, Name, TimeTravel
    from matrixone_lite.sql.ast.types import DataType


@dataclass(frozen=True, slots=True)
class Generated(Node):
    """``[GENERATED ALWAYS] AS (expr) [STORED | VIRTUAL]``."""

    expr: Expr
    stored: bool = False


@dataclass(frozen=True, slots=True)
class ForeignKey(Node):
    """``FOREIGN KEY (columns) REFERENCES table (referenced)``; actions in lower case, None if unsaid."""

    name: str | None
    columns: tuple[str, ...]
    table: Name
    referenced: tuple[str, ...]
    on_delete: str | None = None
    on_update: str | None = None


@dataclass(frozen=True, slots=True)
class Check(Node):
    """``[CONSTRAINT name] CHECK (expr)``."""

    name: str | None
    expr: Expr
    enforced: bool = True


class IndexKind(Enum):
    """What an index or key guarantees."""

    PRIMARY = auto()
    UNIQUE = auto()
    PLAIN = auto()
    FULLTEXT = auto()


@dataclass(frozen=True, slots=True)
class IndexColumn(Node):
    """A part of an index; ``expr`` instead of ``name`` for an expression."""

    name: str | None
    length: int | None = None
    descending: bool = False
    expr: Expr | None = None


@dataclass(frozen=True, slots=True)
class Index(Node):
    """A key or index of any kind.

    ``using`` is the lower-cased algorithm (ivfflat, hnsw, btree, …) and ``parser`` that of FULLTEXT. ``options`` holds
    the rest in the order written, keys lower-cased: lists, op_type, quantization, m, ef_construction, ef_search,
    max_index_capacity, kmeans_train_percent, kmeans_max_iteration, include (tuple of names), async (True),
    auto_update, day, hour, comment, visible (bool).
    """

    kind: IndexKind
    columns: tuple[IndexColumn, ...]
    name: str | None = None
    using: str | None = None
    parser: str | None = None
    options: tuple[tuple[str, str | int | bool | tuple[str, ...]], ...] = ()
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class ColumnDefinition(Node):
    """A column of CREATE or ALTER TABLE; ``nullable`` is None if unsaid."""

    name: str
    type: DataType
    nullable: bool | None = None
    default: Expr | None = None
    on_update: Expr | None = None
    auto_increment: bool = False
    primary_key: bool = False
    unique: bool = False
    comment: str | None = None
    generated: Generated | None = None
    checks: tuple[Check, ...] = ()
    references: ForeignKey | None = None


TableOption = tuple[str, str | int | bool]
"""Key in lower case (comment, auto_increment, engine, charset, collate, …) and value."""


@dataclass(frozen=True, slots=True)
class Partition(Node):
    """``PARTITION name VALUES …``: the bound of a range, none for MAXVALUE, or the members of a list."""

    name: str
    values: tuple[Expr, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Partitioning(Node):
    """``PARTITION BY``; method is ``[linear] key | hash`` or ``range | list [columns]``, head all before the list."""

    method: str
    exprs: tuple[Expr, ...]
    count: int | None
    partitions: tuple[Partition, ...]
    head: str

    @property
    def text(self) -> str:
        """The whole clause."""
        listed = ", ".join(partition.text for partition in self.partitions)
        return f"{self.head} ({listed})" if self.by_values or self.partitions else self.head

    @property
    def by_values(self) -> bool:
        """Whether it is one by range or list, where the values say which partition a row is in."""
        return self.method.startswith(("range", "list"))


@dataclass(frozen=True, slots=True)
class CreateTable(Statement):
    """CREATE TABLE, also AS SELECT (``query``) and temporary ones; columns may be empty."""

    name: Name
    columns: tuple[ColumnDefinition, ...] = ()
    indexes: tuple[Index, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[Check, ...] = ()
    options: tuple[TableOption, ...] = ()
    if_not_exists: bool = False
    temporary: bool = False
    query: Query | None = None
    partitioning: Partitioning | None = None
    cluster_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CreateExternalTable(Statement):
    """CREATE EXTERNAL TABLE; ``options`` as those of LoadData."""

    name: Name
    columns: tuple[ColumnDefinition, ...]
    options: tuple[tuple[str, str], ...]
    file_format: FileFormat
    ignore_lines: int = 0
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class CreateTableLike(Statement):
    """``CREATE [TEMPORARY] TABLE name LIKE other``."""

    name: Name
    like: Name
    if_not_exists: bool = False
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class CloneTable(Statement):
    """``CREATE TABLE name CLONE source``."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.COPY
    name: Name
    source: Name
    hint: TimeTravel | None = None
    to_account: str | None = None
    if_not_exists: bool = False
    copy_grants: bool = False
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class CloneDatabase(Statement):
    """``CREATE DATABASE name CLONE source``."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.COPY
    name: str
    source: str
    hint: TimeTravel | None = None
    to_account: str | None = None
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class DropTable(Statement):
    """DROP TABLE."""

    names: tuple[Name, ...]
    if_exists: bool = False
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class TruncateTable(Statement):
    """TRUNCATE [TABLE]."""

    name: Name


@dataclass(frozen=True, slots=True)
class RenameTable(Statement):
    """``RENAME TABLE a TO b, …``."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.RENAME_TABLE
    renames: tuple[tuple[Name, Name], ...]


class AlterAction(Node):
    """One action of ALTER TABLE."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class AddColumn(AlterAction):
    """``ADD [COLUMN]``; several columns in parentheses arrive as several actions."""

    column: ColumnDefinition
    first: bool = False
    after: str | None = None


@dataclass(frozen=True, slots=True)
class DropColumn(AlterAction):
    """``DROP [COLUMN]``."""

    name: str


@dataclass(frozen=True, slots=True)
class ChangeColumn(AlterAction):
    """MODIFY (``name`` equals the column's own) and CHANGE."""

    name: str
    column: ColumnDefinition
    first: bool = False
    after: str | None = None


@dataclass(frozen=True, slots=True)
class RenameColumn(AlterAction):
    """``RENAME COLUMN a TO b``."""

    name: str
    to: str


@dataclass(frozen=True, slots=True)
class AlterDefault(AlterAction):
    """``ALTER [COLUMN] c SET DEFAULT value | DROP DEFAULT`` (None)."""

    name: str
    default: Expr | None


@dataclass(frozen=True, slots=True)
class AddIndex(AlterAction):
    """ADD INDEX, UNIQUE, FULLTEXT, PRIMARY KEY."""

    index: Index


@dataclass(frozen=True, slots=True)
class DropConstraint(AlterAction):
    """DROP of a key; kind is index, primary key (then without name), foreign key or constraint."""

    kind: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class AddForeignKey(AlterAction):
    """ADD FOREIGN KEY."""

    foreign_key: ForeignKey


@dataclass(frozen=True, slots=True)
class AddCheck(AlterAction):
    """ADD CHECK."""

    check: Check


@dataclass(frozen=True, slots=True)
class RenameTo(AlterAction):
    """``RENAME [TO | AS] name``."""

    name: Name


@dataclass(frozen=True, slots=True)
class SetTableOptions(AlterAction):
    """COMMENT = '…' and other table options."""

    options: tuple[TableOption, ...]


@dataclass(frozen=True, slots=True)
class AlterIndexVisibility(AlterAction):
    """``ALTER INDEX name VISIBLE | INVISIBLE``."""

    name: str
    visible: bool


@dataclass(frozen=True, slots=True)
class Reindex(AlterAction):
    """``ALTER REINDEX name IVFFLAT LISTS=n``."""

    name: str
    using: str
    options: tuple[tuple[str, int | bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Repartition(AlterAction):
    """``PARTITION BY …``; only recognised."""

    text: str


@dataclass(frozen=True, slots=True)
class AddPartitions(AlterAction):
    """``ADD PARTITION (PARTITION name VALUES …, …)``."""

    partitions: tuple[Partition, ...]


@dataclass(frozen=True, slots=True)
class DropPartitions(AlterAction):
    """``DROP PARTITION name, …``."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TruncatePartitions(AlterAction):
    """``TRUNCATE PARTITION name, … | ALL``; no names mean all."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlterIndexOptions(AlterAction):
    """``ALTER INDEX name IVFFLAT AUTO_UPDATE = TRUE DAY = n HOUR = n``."""

    name: str
    using: str
    options: tuple[tuple[str, int | bool], ...] = ()


@dataclass(frozen=True, slots=True)
class AcceptedAction(AlterAction):
    """An action the server accepts and that changes nothing: ALTER CHECK, CONVERT TO, DISABLE KEYS, ORDER BY."""

    text: str


@dataclass(frozen=True, slots=True)
class AlterTable(Statement):
    """ALTER TABLE."""

    name: Name
    actions: tuple[AlterAction, ...]


@dataclass(frozen=True, slots=True)
class CreateIndex(Statement):
    """``CREATE [UNIQUE | FULLTEXT] INDEX``."""

    table: Name
    index: Index


@dataclass(frozen=True, slots=True)
class DropIndex(Statement):
    """``DROP INDEX name ON table``."""

    name: str
    table: Name


@dataclass(frozen=True, slots=True)
class CreateDatabase(Statement):
    """CREATE DATABASE or SCHEMA; options are charset and collate."""

    name: str
    if_not_exists: bool = False
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SubscribeDatabase(Statement):
    """``CREATE DATABASE name FROM account PUBLICATION publication``."""

    name: str
    account: str
    publication: str
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class DropDatabase(Statement):
    """DROP DATABASE or SCHEMA."""

    name: str
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class AlterDatabase(Statement):
    """``ALTER DATABASE name SET …``; only recognised."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.UNCLASSIFIED
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class CreateView(Statement):
    """CREATE [OR REPLACE] VIEW; ``definition`` is the text of the query, ``text`` that of the statement."""

    name: Name
    columns: tuple[str, ...]
    query: Query
    definition: str
    text: str
    or_replace: bool = False
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class AlterView(Statement):
    """ALTER VIEW."""

    name: Name
    columns: tuple[str, ...]
    query: Query
    definition: str
    text: str
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class DropView(Statement):
    """DROP VIEW."""

    names: tuple[Name, ...]
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class CreateSequence(Statement):
    """CREATE SEQUENCE; None means unsaid."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.SEQUENCE
    name: Name
    if_not_exists: bool = False
    type: DataType | None = None
    increment: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    start: int | None = None
    cycle: bool | None = None


@dataclass(frozen=True, slots=True)
class AlterSequence(Statement):
    """ALTER SEQUENCE; None means unchanged."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.ALTER_SEQUENCE
    name: Name
    if_exists: bool = False
    type: DataType | None = None
    increment: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    start: int | None = None
    cycle: bool | None = None


@dataclass(frozen=True, slots=True)
class DropSequence(Statement):
    """DROP SEQUENCE."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.SEQUENCE
    names: tuple[Name, ...]
    if_exists: bool = False
