"""The server's statements about vector indexes, and searches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import select, text

from matrixone.operations import InTransaction, Operation
from matrixone.sql import EMPTY, SQL, Identifier, Literal
from matrixone.vector import VectorOpType
from matrixone_vector.model import DISTANCE, Distance

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone_vector.model import RankMode, Searched

Table = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CreateIvf(Operation[None]):
    """ALTER TABLE ... ADD INDEX ... USING IVFFLAT: CREATE INDEX would miss rows that others write meanwhile."""

    name: ClassVar = "vector_ops.create_ivf"
    in_transaction: ClassVar = InTransaction.JOINS

    table: Table
    index: str
    column: str
    lists: int
    op_type: VectorOpType = VectorOpType.VECTOR_L2_OPS

    def statement(self) -> Executable:
        """``ALTER TABLE ... ADD INDEX``."""
        return SQL(
            "ALTER TABLE {table} ADD INDEX {index} USING IVFFLAT ({column}) LISTS {lists} OP_TYPE {op_type}"
        ).format(
            table=Identifier(*self.table),
            index=Identifier(self.index),
            column=Identifier(self.column),
            lists=Literal(self.lists),
            op_type=Literal(self.op_type.value),
        )


@dataclass(frozen=True, slots=True)
class CreateHnsw(Operation[None]):
    """ALTER TABLE ... ADD INDEX ... USING HNSW."""

    name: ClassVar = "vector_ops.create_hnsw"
    in_transaction: ClassVar = InTransaction.JOINS

    table: Table
    index: str
    column: str
    m: int
    ef_construction: int
    ef_search: int
    op_type: VectorOpType = VectorOpType.VECTOR_L2_OPS

    def statement(self) -> Executable:
        """``ALTER TABLE ... ADD INDEX``."""
        options = "M {m} EF_CONSTRUCTION {ef_construction} EF_SEARCH {ef_search} OP_TYPE {op_type}"
        return SQL(f"ALTER TABLE {{table}} ADD INDEX {{index}} USING HNSW ({{column}}) {options}").format(
            table=Identifier(*self.table),
            index=Identifier(self.index),
            column=Identifier(self.column),
            m=Literal(self.m),
            ef_construction=Literal(self.ef_construction),
            ef_search=Literal(self.ef_search),
            op_type=Literal(self.op_type.value),
        )


@dataclass(frozen=True, slots=True)
class DropIndex(Operation[None]):
    """ALTER TABLE ... DROP INDEX: DROP INDEX would make the commit of an open writer fail."""

    name: ClassVar = "vector_ops.drop"
    in_transaction: ClassVar = InTransaction.JOINS

    table: Table
    index: str

    def statement(self) -> Executable:
        """``ALTER TABLE ... DROP INDEX``."""
        return SQL("ALTER TABLE {table} DROP INDEX {index}").format(
            table=Identifier(*self.table), index=Identifier(self.index)
        )


@dataclass(frozen=True, slots=True)
class Reindex(Operation[None]):
    """ALTER TABLE ... ALTER REINDEX of an IVF-Flat index."""

    name: ClassVar = "vector_ops.reindex"
    in_transaction: ClassVar = InTransaction.JOINS

    table: Table
    index: str
    lists: int | None = None

    def statement(self) -> Executable:
        """``ALTER TABLE ... ALTER REINDEX``."""
        lists = EMPTY if self.lists is None else SQL(" LISTS = {lists}").format(lists=Literal(self.lists))
        return SQL("ALTER TABLE {table} ALTER REINDEX {index} IVFFLAT{lists}").format(
            table=Identifier(*self.table), index=Identifier(self.index), lists=lists
        )


@dataclass(frozen=True, slots=True)
class Search(Operation[list[dict[str, Any]]]):
    """SELECT in order of distance.

    Args:
        searched: Table, vector column and columns of the answer.
        query: Text of the vector to compare with.
        distance: How distance is measured.
        limit: Rows of the answer, None for all.
        offset: Rows to leave out first.
        within: Largest distance of the answer.
        where: A condition on the rows.
        mode: When the condition is applied, None for the server's default.
        with_null: Leave it to the server what becomes of rows without a vector.
    """

    name: ClassVar = "vector_ops.search"
    in_transaction: ClassVar = InTransaction.READS

    searched: Searched = field(compare=False)
    query: str
    distance: Distance = Distance.L2
    limit: int | None = None
    offset: int = 0
    within: float | None = None
    where: ColumnElement[bool] | None = field(default=None, compare=False)
    mode: RankMode | None = None
    with_null: bool = True

    def statement(self) -> Executable:
        """``SELECT ... ORDER BY distance``: in the only form an index serves."""
        distance = self.distance.of(self.searched.vector, self.query)
        labelled = distance.label(DISTANCE)
        statement = select(*self.searched.columns, labelled).select_from(self.searched.table).order_by(labelled)
        if not self.with_null:
            statement = statement.where(self.searched.vector.is_not(None))
        if self.within is not None:
            statement = statement.where(distance <= self.within)
        if self.where is not None:
            statement = statement.where(self.where)
        if self.limit is not None:
            statement = statement.limit(self.limit)
        if self.offset:
            statement = statement.offset(self.offset)
        return (
            statement if self.mode is None else statement.suffix_with(text(f"BY RANK WITH OPTION 'mode={self.mode}'"))
        )

    def read(self, result: Result[Any]) -> list[dict[str, Any]]:
        """A dictionary a row."""
        return [dict(row) for row in result.mappings()]
