"""The manager behind ``session.restore`` and ``client.restore``."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from matrixone.exceptions import RestoreError
from matrixone.managers import AsyncManager, Manager, awaitable
from matrixone.scope import Scope, SnapshotLevel
from matrixone.sql import SQL, Literal, object_name
from matrixone_restore.checks import (
    OWN_ACCOUNT,
    FindAccount,
    FindChildren,
    FindSnapshot,
    FindWriters,
    ListObjects,
    ServerTime,
    account_number,
    as_kept,
    as_of,
)
from matrixone_restore.model import Restore, RestoreWarning, lost
from matrixone_restore.operations import (
    RestoreAccount,
    RestoreAccountFromPitr,
    RestoreCluster,
    RestoreDatabase,
    RestoreDatabaseFromPitr,
    RestoreTable,
    RestoreTableFromPitr,
)

if TYPE_CHECKING:
    from datetime import datetime

    from matrixone_restore.model import KeptState

_SYS = "sys"


class RestoreManager(Manager):
    """Going back to the past; it cannot be undone.

    The server restores only outside transactions: a session with an open transaction does so after its commit. Before
    anything is restored, the catalog is asked what would be lost, and who is still writing.
    """

    def restore_cluster(self, snapshot_name: str) -> Restore:
        """Restore every account from a snapshot of the cluster (``RESTORE CLUSTER``), for the system account only.

        Args:
            snapshot_name: The snapshot.

        Raises:
            RestoreError: The snapshot does not exist or covers less.
            PendingOperationError: The snapshot is made after the session's commit.
        """
        scope = Scope.of(SnapshotLevel.CLUSTER)
        snapshot = self._snapshot(snapshot_name, scope)
        outcome = self._session.run(RestoreCluster(snapshot.name))
        return Restore(scope, snapshot.name, None, None, None, (), outcome)

    def restore_tenant(
        self, snapshot_name: str, account_name: str, to_account: str | None = None, *, wait_for_locks: bool = False
    ) -> Restore:
        """Restore an account (``RESTORE ACCOUNT``): databases, users, roles, stages and functions.

        Whatever the account got later vanishes, publications of the restored databases included. Connections of the
        account should be renewed.

        Args:
            snapshot_name: A snapshot of the account or the cluster.
            account_name: The account; one that was dropped is made again.
            to_account: Let this account have the state instead; it loses its own.
            wait_for_locks: See :meth:`restore_database`.

        Returns:
            The restore; ``pending`` if it runs after the session's commit.

        Raises:
            RestoreError: The snapshot or an account does not exist, the snapshot covers something else, or somebody is
                writing.
            PendingOperationError: The snapshot is made after the session's commit.

        Warns:
            RestoreWarning: Something is lost.
        """
        scope = Scope.of(SnapshotLevel.ACCOUNT, account=account_name)
        to_account = None if to_account is None else object_name(to_account)
        snapshot = self._snapshot(snapshot_name, scope)
        account = scope.account or snapshot.own
        loser = self._number(to_account or account, snapshot.own)
        source = loser if to_account is None else self._number(account, snapshot.own)
        if snapshot.account_id is not None:  # the account may have been dropped and made again since
            source = SQL("{number}").format(number=Literal(snapshot.account_id))
        self._refuse_writers(wait_for_locks, loser, account=to_account or account)
        gone = self._warn(scope, loser, source, as_kept(snapshot.ts))
        outcome = self._session.run(RestoreAccount(snapshot.name, account, to_account))
        return Restore(scope, snapshot.name, None, None, to_account, gone, outcome)

    restore_account = restore_tenant

    def restore_database(
        self,
        snapshot_name: str,
        account_name: str | None,
        database_name: str,
        to_account: str | None = None,
        *,
        wait_for_locks: bool = False,
    ) -> Restore:
        """Restore a database (``RESTORE DATABASE``), dropped or not; newer tables in it vanish.

        Args:
            snapshot_name: A snapshot of the database or of the account.
            account_name: The caller's own account, or None.
            database_name: The database.
            to_account: Refused: the server would overwrite the caller's own database.
            wait_for_locks: Wait, without a limit, for transactions that are writing there, instead of refusing.

        Returns:
            The restore; ``pending`` if it runs after the session's commit.

        Raises:
            RestoreError: The snapshot does not exist or covers something else, another account is named, or somebody is
                writing.
            PendingOperationError: The snapshot is made after the session's commit.

        Warns:
            RestoreWarning: Something is lost.
        """
        _refuse_other_account("database", to_account)
        scope = Scope.of(SnapshotLevel.DATABASE, database=database_name)
        snapshot = self._snapshot(snapshot_name, scope)
        _refuse_account_of_others("database", account_name, snapshot.own)
        self._refuse_writers(wait_for_locks, OWN_ACCOUNT, database=database_name)
        gone = self._warn(scope, OWN_ACCOUNT, OWN_ACCOUNT, as_kept(snapshot.ts))
        outcome = self._session.run(RestoreDatabase(snapshot.name, database_name))
        return Restore(scope, snapshot.name, None, None, None, gone, outcome)

    def restore_table(
        self,
        snapshot_name: str,
        account_name: str | None,
        database_name: str,
        table_name: str,
        to_account: str | None = None,
        *,
        wait_for_locks: bool = False,
    ) -> Restore:
        """Restore a table (``RESTORE TABLE``), dropped or not.

        Args:
            snapshot_name: A snapshot of the table, its database or the account.
            account_name: The caller's own account, or None.
            database_name: Its database.
            table_name: The table.
            to_account: Refused: the server would overwrite the caller's own table.
            wait_for_locks: See :meth:`restore_database`.

        Returns:
            The restore; ``pending`` if it runs after the session's commit.

        Raises:
            RestoreError: The snapshot does not exist or covers something else, another account is named, a foreign key
                refers to the table (the server would do nothing), or somebody is writing.
            PendingOperationError: The snapshot is made after the session's commit.
        """
        _refuse_other_account("table", to_account)
        scope = Scope.of(SnapshotLevel.TABLE, database=database_name, table=table_name)
        snapshot = self._snapshot(snapshot_name, scope)
        _refuse_account_of_others("table", account_name, snapshot.own)
        self._refuse_parent(database_name, table_name)
        self._refuse_writers(wait_for_locks, OWN_ACCOUNT, database=database_name, table=table_name)
        outcome = self._session.run(RestoreTable(snapshot.name, database_name, table_name))
        return Restore(scope, snapshot.name, None, None, None, (), outcome)

    def restore_account_from_pitr(
        self, pitr_name: str, time: datetime, account_name: str | None = None, *, wait_for_locks: bool = False
    ) -> Restore:
        """Restore an account to a moment (``RESTORE ACCOUNT ... FROM PITR``); see :meth:`restore_tenant`.

        Args:
            pitr_name: A recovery window of the account or the cluster.
            time: The moment, with its zone.
            account_name: The account; the own one if left out. The system account has to name it.
            wait_for_locks: See :meth:`restore_database`.

        Raises:
            RestoreError: The window does not exist, covers something else or not that moment, or somebody is writing.

        Warns:
            RestoreWarning: Something is lost.
        """
        pitr, scope = object_name(pitr_name), Scope.of(SnapshotLevel.ACCOUNT, account=account_name)
        text, own = self._server_time(time), self._session.run(FindAccount()).value
        if scope.account is None and own == _SYS:
            raise RestoreError("the system account has to name the account to restore; nothing was sent")
        account = scope.account or own
        number = self._number(account, own)
        self._refuse_writers(wait_for_locks, number, account=account)
        gone = self._warn(scope, number, number, as_of(time))
        named = account if own == _SYS else None
        outcome = self._session.run(RestoreAccountFromPitr(pitr, text, named))
        return Restore(scope, None, pitr, time, None, gone, outcome)

    def restore_database_from_pitr(
        self, pitr_name: str, time: datetime, database_name: str, *, wait_for_locks: bool = False
    ) -> Restore:
        """Restore a database to a moment (``RESTORE DATABASE ... FROM PITR``); see :meth:`restore_database`.

        Args:
            pitr_name: A recovery window of the database, the account or the cluster.
            time: The moment, with its zone.
            database_name: The database.
            wait_for_locks: See :meth:`restore_database`.

        Raises:
            RestoreError: The window does not exist, covers something else or not that moment, or somebody is writing.

        Warns:
            RestoreWarning: Something is lost.
        """
        pitr, scope = object_name(pitr_name), Scope.of(SnapshotLevel.DATABASE, database=database_name)
        text = self._server_time(time)
        self._refuse_writers(wait_for_locks, OWN_ACCOUNT, database=database_name)
        gone = self._warn(scope, OWN_ACCOUNT, OWN_ACCOUNT, as_of(time))
        outcome = self._session.run(RestoreDatabaseFromPitr(pitr, text, database_name))
        return Restore(scope, None, pitr, time, None, gone, outcome)

    def restore_table_from_pitr(
        self, pitr_name: str, time: datetime, database_name: str, table_name: str, *, wait_for_locks: bool = False
    ) -> Restore:
        """Restore a table to a moment (``RESTORE DATABASE ... TABLE ... FROM PITR``); see :meth:`restore_table`.

        Args:
            pitr_name: A recovery window of the table, its database, the account or the cluster.
            time: The moment, with its zone.
            database_name: Its database.
            table_name: The table.
            wait_for_locks: See :meth:`restore_database`.

        Raises:
            RestoreError: The window does not exist, covers something else or not that moment, a foreign key refers to
                the table, or somebody is writing.
        """
        pitr = object_name(pitr_name)
        scope = Scope.of(SnapshotLevel.TABLE, database=database_name, table=table_name)
        text = self._server_time(time)
        self._refuse_parent(database_name, table_name)
        self._refuse_writers(wait_for_locks, OWN_ACCOUNT, database=database_name, table=table_name)
        outcome = self._session.run(RestoreTableFromPitr(pitr, text, database_name, table_name))
        return Restore(scope, None, pitr, time, None, (), outcome)

    # -- what is looked at first ----------------------------------------------------------------------------------

    def _snapshot(self, name: str, scope: Scope) -> KeptState:
        snapshot = self._session.run(FindSnapshot(object_name(name))).value
        obstacle = snapshot.obstacle(scope)
        if obstacle is not None:
            raise RestoreError(
                f"the {scope.level} cannot be restored from snapshot {snapshot.name}: {obstacle}; nothing was sent"
            )
        return snapshot

    def _server_time(self, time: datetime) -> str:
        if time.tzinfo is None:
            raise RestoreError("the time to restore to needs a time zone; nothing was sent")
        return self._session.run(ServerTime(time)).value

    def _refuse_parent(self, database: str, table: str) -> None:
        children = self._session.run(FindChildren(database, table)).value
        if children:
            raise RestoreError(
                f"foreign keys of {', '.join(children)} refer to {database}.{table}: the server would say it restored "
                "the table and do nothing; restore the database, or clone the table from the snapshot and rename it"
            )

    def _refuse_writers(
        self,
        wait: bool,
        owner: SQL,
        *,
        account: str | None = None,
        database: str | None = None,
        table: str | None = None,
    ) -> None:
        if wait:
            return
        outcome = self._session.run(FindWriters(owner, account, database, table))
        if not outcome.skipped and outcome.value:
            what = ".".join(filter(None, (database, table))) or f"account {account}"
            raise RestoreError(
                f"connections {', '.join(map(str, outcome.value))} have uncommitted changes in {what}, and a restore "
                "would wait for them without a limit; end their transactions, or pass wait_for_locks=True"
            )

    def _warn(self, scope: Scope, loser: SQL, source: SQL, moment: SQL) -> tuple[str, ...]:
        now = self._session.run(ListObjects(loser, scope.database)).value
        then = self._session.run(ListObjects(source, scope.database, moment)).value
        gone = lost(now, then)
        if gone:
            warnings.warn(f"the restore loses {', '.join(gone)}", RestoreWarning, stacklevel=3)
        return gone

    def _number(self, account: str, own: str) -> SQL:
        if account == own:
            return OWN_ACCOUNT
        if own != _SYS:
            raise RestoreError(f"only the system account restores other accounts, not {own}; nothing was sent")
        return account_number(account)


def _refuse_other_account(what: str, to_account: str | None) -> None:
    if to_account is not None:
        raise RestoreError(
            f"the server ignores TO ACCOUNT for a {what} and would overwrite your own; to copy it to account "
            f"{to_account} use clone.clone_{what}(..., to_account={to_account!r}); nothing was sent"
        )


def _refuse_account_of_others(what: str, account: str | None, own: str) -> None:
    if account is not None and object_name(account) != own:
        raise RestoreError(
            f"a {what} is restored inside its own account only: log in to account {account}, or restore the whole "
            "account; nothing was sent"
        )


class AsyncRestoreManager(AsyncManager[RestoreManager]):
    """The asynchronous twin of :class:`RestoreManager`."""

    restore_cluster = awaitable(RestoreManager.restore_cluster)
    restore_tenant = awaitable(RestoreManager.restore_tenant)
    restore_account = awaitable(RestoreManager.restore_account)
    restore_database = awaitable(RestoreManager.restore_database)
    restore_table = awaitable(RestoreManager.restore_table)
    restore_account_from_pitr = awaitable(RestoreManager.restore_account_from_pitr)
    restore_database_from_pitr = awaitable(RestoreManager.restore_database_from_pitr)
    restore_table_from_pitr = awaitable(RestoreManager.restore_table_from_pitr)
