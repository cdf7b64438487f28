"""The statements about snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import column, func, select, table

from matrixone.exceptions import SnapshotError
from matrixone.operations import InTransaction, Operation
from matrixone.scope import SnapshotLevel
from matrixone.sql import SQL, Identifier
from matrixone_snapshots.model import Snapshot, moment

if TYPE_CHECKING:
    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone.exceptions import QueryError
    from matrixone.operations import Resource
    from matrixone.scope import Scope

_SNAPSHOTS = table(
    "mo_snapshots",
    *map(column, ("sname", "level", "ts", "database_name", "table_name", "account_name", "kind")),
    schema="mo_catalog",
)


@dataclass(frozen=True, slots=True)
class CreateSnapshot(Operation[None]):
    """Keep the committed state of now.

    Args:
        snapshot: Its name.
        scope: What it covers.
        if_not_exists: Leave a snapshot of that name as it is. The words IF NOT EXISTS are not sent: the server would
            not say whether it made the snapshot, and a rollback must drop no snapshot of others.
    """

    name: ClassVar = "snapshots.create"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "snapshots"
    error: ClassVar = SnapshotError

    snapshot: str
    scope: Scope
    if_not_exists: bool = False

    def statement(self) -> Executable:
        """CREATE SNAPSHOT name FOR scope."""
        return SQL("CREATE SNAPSHOT {name} FOR {scope}").format(name=Identifier(self.snapshot), scope=self.scope.sql())

    def undo(self) -> DropSnapshot:
        """Drop it."""
        return DropSnapshot(self.snapshot, if_exists=True)

    def creates(self) -> tuple[Resource, ...]:
        """The snapshot."""
        return (("snapshot", self.snapshot),)

    def satisfied_by(self, error: QueryError) -> bool:
        """A snapshot of that name is there."""
        return self.if_not_exists and f"snapshot {self.snapshot} already exists" in str(error)


@dataclass(frozen=True, slots=True)
class DropSnapshot(Operation[None]):
    """Forget a kept state.

    Args:
        snapshot: Its name.
        if_exists: Do nothing if there is none.
    """

    name: ClassVar = "snapshots.delete"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "snapshots"
    error: ClassVar = SnapshotError

    snapshot: str
    if_exists: bool = False

    def statement(self) -> Executable:
        """DROP SNAPSHOT [IF EXISTS] name."""
        return SQL("DROP SNAPSHOT IF EXISTS {name}" if self.if_exists else "DROP SNAPSHOT {name}").format(
            name=Identifier(self.snapshot)
        )


@dataclass(frozen=True, slots=True)
class ListSnapshots(Operation[list[Snapshot]]):
    """Find snapshots of the account in the catalog; SHOW SNAPSHOTS is refused inside transactions.

    Args:
        snapshot: Only the one of that name.
        level: Only of that level.
        account: Only of that account.
        database: Only of that database, those of its tables included.
        table: Only of tables of that name.
    """

    name: ClassVar = "snapshots.list"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "snapshots"

    snapshot: str | None = None
    level: SnapshotLevel | None = None
    account: str | None = None
    database: str | None = None
    table: str | None = None

    def statement(self) -> Executable:
        """SELECT ... FROM mo_catalog.mo_snapshots, those that data branches keep for themselves left out."""
        columns = _SNAPSHOTS.c
        names = {
            columns.sname: self.snapshot,
            columns.account_name: self.account,
            columns.database_name: self.database,
            columns.table_name: self.table,
        }
        conditions = [func.lower(each) == name.lower() for each, name in names.items() if name is not None]
        if self.level is not None:
            conditions.append(columns.level == self.level.value)
        return (
            select(*(each for each in columns if each is not columns.kind))
            .where(columns.kind == "user", *conditions)
            .order_by(columns.ts, columns.sname)
        )

    def read(self, result: Result[Any]) -> list[Snapshot]:
        """The snapshots, oldest first."""
        return [
            Snapshot(
                name=row.sname,
                level=SnapshotLevel(row.level),
                created_at=moment(row.ts),
                database=row.database_name or None,
                table=row.table_name or None,
                account=row.account_name or None,
                ts=row.ts,
            )
            for row in result
        ]
