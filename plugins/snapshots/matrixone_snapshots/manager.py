"""The manager behind ``session.snapshots`` and ``client.snapshots``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from matrixone.exceptions import SnapshotError
from matrixone.managers import AsyncManager, Manager, awaitable
from matrixone.operations import CurrentDatabase
from matrixone.scope import Scope, SnapshotLevel
from matrixone.sql import object_name, split_name
from matrixone_snapshots.model import Snapshot
from matrixone_snapshots.operations import CreateSnapshot, DropSnapshot, ListSnapshots

if TYPE_CHECKING:
    import builtins

    from matrixone.operations import Outcome


class SnapshotManager(Manager):
    """Snapshots of a cluster, an account, a database or a table.

    Names are stored in lower case. The server makes and drops snapshots only outside transactions: a session with an
    open transaction does so after its commit.
    """

    def create(
        self,
        name: str,
        level: SnapshotLevel | str,
        database: str | None = None,
        table: str | None = None,
        description: str | None = None,
        *,
        account: str | None = None,
        if_not_exists: bool = False,
        database_name: str | None = None,
    ) -> Snapshot:
        """Keep the committed state of now (``CREATE SNAPSHOT``); dropped again if the session rolls back.

        Args:
            name: 1 to 64 characters without blanks.
            level: ``cluster``, ``account``, ``database`` or ``table``.
            database: At database and table level; the current one if left out.
            table: At table level, ``table`` or ``database.table``.
            description: Kept on the returned object only.
            account: Another account at account level, for the system account only.
            if_not_exists: Return the snapshot of that name, whatever it covers, if there is one.
            database_name: Another name of ``database``.

        Returns:
            The snapshot; ``pending`` if it is made after the session's commit.

        Raises:
            SnapshotError: The name is taken, the level or its names are wrong, or what it covers does not exist.
            InvalidNameError: A name the server cannot store.
            TransactionRefusedError: A transaction is open and the session was opened with ``on_refused="raise"``.
        """
        name = object_name(name)
        scope = Scope.within(
            self._session, level, account=account, database=database or database_name, table=table, error=SnapshotError
        )
        outcome = self._session.run(CreateSnapshot(name, scope, if_not_exists))
        if not outcome.pending:
            return replace(self.get(name), description=description, outcome=outcome)
        return Snapshot(
            name,
            scope.level,
            created_at=None,
            description=description,
            database=scope.database,
            table=scope.table,
            account=scope.account,
            outcome=outcome,
        )

    def list(
        self,
        level: SnapshotLevel | str | None = None,
        *,
        account: str | None = None,
        database: str | None = None,
        table: str | None = None,
    ) -> builtins.list[Snapshot]:
        """The snapshots of the account, oldest first; also inside transactions.

        Args:
            level: Only of that level.
            account: Only of that account.
            database: Only of that database, those of its tables included.
            table: Only of tables of that name.

        Raises:
            SnapshotError: An unknown level.
        """
        if level is not None:
            level = SnapshotLevel.named(level, SnapshotError)
        return self._session.run(ListSnapshots(None, level, account, database, table)).value

    def get(self, name: str) -> Snapshot:
        """The snapshot of that name.

        Raises:
            SnapshotError: There is none, or it waits for the session's commit.
        """
        found = self._find(name)
        if found is None:
            raise SnapshotError(f"snapshot {object_name(name)} does not exist")
        return found

    def exists(self, name: str) -> bool:
        """Whether there is a snapshot of that name; one that waits for the session's commit is none yet."""
        return self._find(name) is not None

    def delete(self, name: str, *, if_exists: bool = False) -> Outcome[None]:
        """Forget a snapshot (``DROP SNAPSHOT``); a rollback does not bring it back.

        Args:
            name: Its name.
            if_exists: Do nothing if there is none.

        Returns:
            What became of it; ``pending`` if it is dropped after the session's commit.

        Raises:
            SnapshotError: There is none.
            TransactionRefusedError: A transaction is open and the session was opened with ``on_refused="raise"``.
        """
        return self._session.run(DropSnapshot(object_name(name), if_exists))

    drop = delete

    def restore(
        self,
        name: str,
        *,
        database: str | None = None,
        table: str | None = None,
        to_account: str | None = None,
        wait_for_locks: bool = False,
    ) -> Any:
        """Go back to a snapshot: to all it covers, or to a part of that. Done by the manager ``restore``.

        Args:
            name: The snapshot.
            database: Only this database of it.
            table: Only this table of it, ``table`` or ``database.table``.
            to_account: Give the state of an account to this one; see ``restore.restore_tenant``.
            wait_for_locks: See ``restore.restore_database``.

        Returns:
            What ``restore`` answers.

        Raises:
            SnapshotError: There is no such snapshot.
            RestoreError: As for the methods of ``restore``.
        """
        snapshot = self.get(name)
        restore = cast("Any", self._session).restore
        if table is not None and database is None:
            *of_database, table = split_name(table)
            database = of_database[0] if of_database else None
        table = table or (snapshot.table if database is None else None)
        database = database or snapshot.database
        waiting = {"wait_for_locks": wait_for_locks}
        if table is not None:
            database = database or self._session.run(CurrentDatabase()).value
            return restore.restore_table(snapshot.name, None, database, table, to_account, **waiting)
        if database is not None:
            return restore.restore_database(snapshot.name, None, database, to_account, **waiting)
        if snapshot.level is SnapshotLevel.CLUSTER:
            return restore.restore_cluster(snapshot.name)
        return restore.restore_tenant(snapshot.name, snapshot.account, to_account, **waiting)

    def _find(self, name: str) -> Snapshot | None:
        found = self._session.run(ListSnapshots(snapshot=object_name(name))).value
        return found[0] if found else None


class AsyncSnapshotManager(AsyncManager[SnapshotManager]):
    """The asynchronous twin of :class:`SnapshotManager`."""

    create = awaitable(SnapshotManager.create)
    list = awaitable(SnapshotManager.list)
    get = awaitable(SnapshotManager.get)
    exists = awaitable(SnapshotManager.exists)
    delete = awaitable(SnapshotManager.delete)
    drop = awaitable(SnapshotManager.drop)
    restore = awaitable(SnapshotManager.restore)
