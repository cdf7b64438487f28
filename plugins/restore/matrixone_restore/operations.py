"""The statements that restore."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from matrixone.exceptions import RestoreError
from matrixone.operations import InTransaction, Operation
from matrixone.sql import EMPTY, SQL, Identifier, Literal

if TYPE_CHECKING:
    from sqlalchemy.sql import Executable

    from matrixone.operations import Resource


@dataclass(frozen=True, slots=True)
class RestoreCluster(Operation[None]):
    """Restore the whole cluster from a snapshot of it.

    Args:
        snapshot: The snapshot.
    """

    name: ClassVar = "restore.restore_cluster"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "restore"
    error: ClassVar = RestoreError

    snapshot: str

    def statement(self) -> Executable:
        """RESTORE CLUSTER {SNAPSHOT = snapshot}."""
        return SQL("RESTORE CLUSTER{hint}").format(hint=_hint(self.snapshot))

    def needs(self) -> tuple[Resource, ...]:
        """The snapshot."""
        return (("snapshot", self.snapshot),)


@dataclass(frozen=True, slots=True)
class RestoreAccount(Operation[None]):
    """Restore an account from a snapshot of it or of the cluster.

    Args:
        snapshot: The snapshot.
        account: The account.
        to_account: The account that gets the state instead.
    """

    name: ClassVar = "restore.restore_tenant"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "restore"
    error: ClassVar = RestoreError

    snapshot: str
    account: str
    to_account: str | None = None

    def statement(self) -> Executable:
        """RESTORE ACCOUNT account {SNAPSHOT = snapshot} [TO ACCOUNT to_account]."""
        target = EMPTY
        if self.to_account is not None:
            target = SQL(" TO ACCOUNT {account}").format(account=Identifier(self.to_account))
        return SQL("RESTORE ACCOUNT {account}{hint}{target}").format(
            account=Identifier(self.account), hint=_hint(self.snapshot), target=target
        )

    def needs(self) -> tuple[Resource, ...]:
        """The snapshot."""
        return (("snapshot", self.snapshot),)


@dataclass(frozen=True, slots=True)
class RestoreDatabase(Operation[None]):
    """Restore a database of the own account from a snapshot.

    The server accepts TO ACCOUNT here, ignores it and overwrites the caller's own database; it is never sent.

    Args:
        snapshot: The snapshot.
        database: The database.
    """

    name: ClassVar = "restore.restore_database"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "restore"
    error: ClassVar = RestoreError

    snapshot: str
    database: str

    def statement(self) -> Executable:
        """RESTORE DATABASE database {SNAPSHOT = snapshot}."""
        return SQL("RESTORE DATABASE {name}{hint}").format(name=Identifier(self.database), hint=_hint(self.snapshot))

    def needs(self) -> tuple[Resource, ...]:
        """The snapshot."""
        return (("snapshot", self.snapshot),)


@dataclass(frozen=True, slots=True)
class RestoreTable(Operation[None]):
    """Restore a table of the own account from a snapshot; as for databases, never to another account.

    Args:
        snapshot: The snapshot.
        database: The database.
        table: The table.
    """

    name: ClassVar = "restore.restore_table"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "restore"
    error: ClassVar = RestoreError

    snapshot: str
    database: str
    table: str

    def statement(self) -> Executable:
        """RESTORE TABLE database.table {SNAPSHOT = snapshot}."""
        return SQL("RESTORE TABLE {name}{hint}").format(
            name=Identifier(self.database, self.table), hint=_hint(self.snapshot)
        )

    def needs(self) -> tuple[Resource, ...]:
        """The snapshot."""
        return (("snapshot", self.snapshot),)


@dataclass(frozen=True, slots=True)
class RestoreAccountFromPitr(Operation[None]):
    """Restore an account to a moment in a recovery window.

    Args:
        pitr: The recovery window.
        time: The moment, as the server's clock showed it.
        account: Another account; ``None`` is the caller's own.
    """

    name: ClassVar = "restore.restore_account_from_pitr"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "pitr"
    error: ClassVar = RestoreError

    pitr: str
    time: str
    account: str | None = None

    def statement(self) -> Executable:
        """RESTORE [ACCOUNT account] FROM PITR pitr 'time'."""
        account = EMPTY
        if self.account is not None:
            account = SQL(" ACCOUNT {account}").format(account=Identifier(self.account))
        return SQL("RESTORE{account} FROM PITR {pitr} {time}").format(
            account=account, pitr=Identifier(self.pitr), time=Literal(self.time)
        )


@dataclass(frozen=True, slots=True)
class RestoreDatabaseFromPitr(Operation[None]):
    """Restore a database to a moment in a recovery window.

    Args:
        pitr: The recovery window.
        time: The moment, as the server's clock showed it.
        database: The database.
    """

    name: ClassVar = "restore.restore_database_from_pitr"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "pitr"
    error: ClassVar = RestoreError

    pitr: str
    time: str
    database: str

    def statement(self) -> Executable:
        """RESTORE DATABASE database FROM PITR pitr 'time'."""
        return SQL("RESTORE DATABASE {database} FROM PITR {pitr} {time}").format(
            database=Identifier(self.database), pitr=Identifier(self.pitr), time=Literal(self.time)
        )


@dataclass(frozen=True, slots=True)
class RestoreTableFromPitr(Operation[None]):
    """Restore a table to a moment in a recovery window.

    Args:
        pitr: The recovery window.
        time: The moment, as the server's clock showed it.
        database: The database.
        table: The table.
    """

    name: ClassVar = "restore.restore_table_from_pitr"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "pitr"
    error: ClassVar = RestoreError

    pitr: str
    time: str
    database: str
    table: str

    def statement(self) -> Executable:
        """RESTORE DATABASE database TABLE table FROM PITR pitr 'time'."""
        return SQL("RESTORE DATABASE {database} TABLE {table} FROM PITR {pitr} {time}").format(
            database=Identifier(self.database),
            table=Identifier(self.table),
            pitr=Identifier(self.pitr),
            time=Literal(self.time),
        )


def _hint(snapshot: str) -> SQL:
    return SQL(" {{SNAPSHOT = {snapshot}}}").format(snapshot=Literal(snapshot))
