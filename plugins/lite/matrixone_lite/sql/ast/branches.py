"""DATA BRANCH: branches of tables and databases, what differs between them, and merging."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from matrixone_lite.sql.ast.nodes import Node, Statement
from matrixone_lite.sql.transaction_kind import TransactionKind

if TYPE_CHECKING:
    from matrixone_lite.sql.ast.nodes import Expr, Query
    from matrixone_lite.sql.ast.queries import Name, TimeTravel


class BranchStatement(Statement):
    """Base of the statements about branches that make or drop tables."""

    __slots__ = ()
    transaction_kind: ClassVar[TransactionKind] = TransactionKind.COPY


@dataclass(frozen=True, slots=True)
class BranchTable(Node):
    """A table of DATA BRANCH, maybe at a past time."""

    name: Name
    hint: TimeTravel | None = None


@dataclass(frozen=True, slots=True)
class CreateBranch(BranchStatement):
    """``DATA BRANCH CREATE TABLE | DATABASE name FROM source``; for a database the names are unqualified."""

    kind: str
    name: Name
    source: BranchTable
    to_account: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteBranch(BranchStatement):
    """``DATA BRANCH DELETE TABLE | DATABASE name``."""

    kind: str
    name: Name


@dataclass(frozen=True, slots=True)
class DiffBranch(Statement):
    """``DATA BRANCH DIFF left AGAINST right``; output is rows, file, count or summary, directory that of a file."""

    left: BranchTable
    right: BranchTable
    columns: tuple[str, ...] = ()
    output: str = "rows"
    limit: int | None = None
    directory: str = ""


@dataclass(frozen=True, slots=True)
class DiffBranchInto(BranchStatement):
    """``DATA BRANCH DIFF … OUTPUT AS table``."""

    diff: DiffBranch
    table: BranchTable


@dataclass(frozen=True, slots=True)
class MergeBranch(Statement):
    """``DATA BRANCH MERGE source INTO target [WHEN CONFLICT fail | skip | accept]``."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.BRANCH_MERGE
    source: BranchTable
    target: BranchTable
    on_conflict: str = "fail"


@dataclass(frozen=True, slots=True)
class PickBranch(Statement):
    """``DATA BRANCH PICK source INTO target KEYS (…) | BETWEEN SNAPSHOT a AND b``."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.BRANCH_PICK
    source: BranchTable
    target: BranchTable
    keys: tuple[Expr, ...] = ()
    query: Query | None = None
    snapshots: tuple[str, str] | None = None
    on_conflict: str = "fail"
