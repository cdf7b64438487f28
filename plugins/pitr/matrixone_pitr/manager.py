"""The manager behind ``session.pitr`` and ``client.pitr``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from matrixone.exceptions import PitrError
from matrixone.managers import AsyncManager, Manager, awaitable
from matrixone.operations import CurrentDatabase
from matrixone.scope import Scope, SnapshotLevel
from matrixone.sql import object_name
from matrixone_pitr.model import Pitr, Range, RangeUnit
from matrixone_pitr.operations import AlterPitr, CreatePitr, DropPitr
from matrixone_pitr.reading import ListPitrs, ReadOffset, ShowPitrs, ShowRecoveryWindow

if TYPE_CHECKING:
    import builtins
    from datetime import datetime

    from matrixone.attributes import ManagerAttributes
    from matrixone.operations import Outcome
    from matrixone_pitr.model import RecoveryWindow

Level = SnapshotLevel | str
Unit = RangeUnit | str


class PitrManager(Manager):
    """Recovery windows: what they cover can be restored to any moment since they were made, as far back as they reach.

    Names are stored in lower case. The server makes, alters and drops windows only outside transactions: a session with
    an open transaction does so after its commit. Each object has at most one window.
    """

    def create(
        self,
        name: str,
        level: Level,
        *,
        account_name: str | None = None,
        database_name: str | None = None,
        table_name: str | None = None,
        range_value: int = 1,
        range_unit: Unit = RangeUnit.DAY,
        if_not_exists: bool = False,
    ) -> Pitr:
        """Keep the past from now on (``CREATE PITR``); dropped again if the session rolls back.

        Args:
            name: 1 to 64 characters without blanks.
            level: ``cluster``, ``account``, ``database`` or ``table``.
            account_name: Another account at account level, for the system account only.
            database_name: At database and table level; the current one if left out.
            table_name: At table level, ``table`` or ``database.table``.
            range_value: How many units it reaches back, 1 to 100.
            range_unit: ``h``, ``d``, ``mo`` or ``y``.
            if_not_exists: Return the window of that name, whatever it covers, if there is one.

        Returns:
            The window; ``pending`` if it is made after the session's commit.

        Raises:
            PitrError: The name is taken, what it covers does not exist or has a window, or the range, the level or its
                names are wrong.
            InvalidNameError: A name the server cannot store.
            TransactionRefusedError: A transaction is open and the session was opened with ``on_refused="raise"``.
        """
        name, window = object_name(name), Range.of(range_value, range_unit)
        scope = Scope.within(
            self._session, level, account=account_name, database=database_name, table=table_name, error=PitrError
        )
        outcome = self._session.run(CreatePitr(name, scope, window, if_not_exists))
        if not outcome.pending:
            return replace(self.get(name), outcome=outcome)
        names = (scope.account, scope.database, scope.table)
        return Pitr(name, None, None, scope.level, *names, window.value, window.unit, outcome=outcome)

    def create_cluster_pitr(self, name: str, range_value: int = 1, range_unit: Unit = RangeUnit.DAY) -> Pitr:
        """A window of the whole cluster, for the system account only; see :meth:`create`."""
        return self.create(name, SnapshotLevel.CLUSTER, range_value=range_value, range_unit=range_unit)

    def create_account_pitr(
        self, name: str, account_name: str | None = None, range_value: int = 1, range_unit: Unit = RangeUnit.DAY
    ) -> Pitr:
        """A window of an account, the own one if none is named; see :meth:`create`."""
        level = SnapshotLevel.ACCOUNT
        return self.create(name, level, account_name=account_name, range_value=range_value, range_unit=range_unit)

    def create_database_pitr(
        self, name: str, database_name: str, range_value: int = 1, range_unit: Unit = RangeUnit.DAY
    ) -> Pitr:
        """A window of a database; see :meth:`create`."""
        level = SnapshotLevel.DATABASE
        return self.create(name, level, database_name=database_name, range_value=range_value, range_unit=range_unit)

    def create_table_pitr(
        self,
        name: str,
        database_name: str,
        table_name: str,
        range_value: int = 1,
        range_unit: Unit = RangeUnit.DAY,
    ) -> Pitr:
        """A window of a table; see :meth:`create`."""
        return self.create(
            name,
            SnapshotLevel.TABLE,
            database_name=database_name,
            table_name=table_name,
            range_value=range_value,
            range_unit=range_unit,
        )

    def list(
        self,
        level: Level | None = None,
        account_name: str | None = None,
        database_name: str | None = None,
        table_name: str | None = None,
    ) -> builtins.list[Pitr]:
        """The windows of the account, oldest first; also inside transactions.

        Args:
            level: Only of that level.
            account_name: Only of that account.
            database_name: Only of that database, those of its tables included.
            table_name: Only of tables of that name.

        Raises:
            PitrError: An unknown level.
        """
        wanted = {
            "level": None if level is None else SnapshotLevel.named(level, PitrError).value,
            "account_name": account_name,
            "database_name": database_name,
            "table_name": table_name,
        }
        filters = {name: value.lower() for name, value in wanted.items() if value is not None}
        return [
            pitr
            for pitr in self._all()
            if all((getattr(pitr, name) or "").lower() == value for name, value in filters.items())
        ]

    def get(self, name: str) -> Pitr:
        """The window of that name.

        Raises:
            PitrError: There is none, or it waits for the session's commit.
        """
        found = self._find(name)
        if found is None:
            raise PitrError(f"pitr {object_name(name)} does not exist")
        return found

    def exists(self, name: str) -> bool:
        """Whether there is a window of that name; one that waits for the session's commit is none yet."""
        return self._find(name) is not None

    def alter(self, name: str, range_value: int, range_unit: Unit) -> Pitr:
        """Let a window reach farther back, or less far (``ALTER PITR``); a rollback does not take it back.

        Args:
            name: Its name.
            range_value: How many units it reaches back, 1 to 100.
            range_unit: ``h``, ``d``, ``mo`` or ``y``.

        Returns:
            The window as it is then; ``pending`` if it is altered after the session's commit.

        Raises:
            PitrError: There is none, or the range is wrong.
            TransactionRefusedError: A transaction is open and the session was opened with ``on_refused="raise"``.
        """
        name, window = object_name(name), Range.of(range_value, range_unit)
        outcome = self._session.run(AlterPitr(name, window))
        if not outcome.pending:
            return replace(self.get(name), outcome=outcome)
        return replace(self.get(name), range_value=window.value, range_unit=window.unit, outcome=outcome)

    def delete(self, name: str, *, if_exists: bool = False) -> Outcome[None]:
        """Forget a window (``DROP PITR``); a rollback does not bring it back.

        Args:
            name: Its name.
            if_exists: Do nothing if there is none.

        Returns:
            What became of it; ``pending`` if it is dropped after the session's commit.

        Raises:
            PitrError: There is none.
            TransactionRefusedError: A transaction is open and the session was opened with ``on_refused="raise"``.
        """
        return self._session.run(DropPitr(object_name(name), if_exists))

    drop = delete
    drop_cluster_pitr = delete

    def recovery_window(
        self,
        level: Level = SnapshotLevel.DATABASE,
        *,
        account_name: str | None = None,
        database_name: str | None = None,
        table_name: str | None = None,
    ) -> builtins.list[RecoveryWindow]:
        """The moments that tables can be restored to, one entry a table (``SHOW RECOVERY_WINDOW``).

        Snapshots are moments of this kind, too. The server is asked beside an open transaction.

        Args:
            level: ``account``, ``database`` or ``table``.
            account_name: Another account at account level, for the system account only.
            database_name: At database and table level; the current one if left out.
            table_name: At table level, ``table`` or ``database.table``.

        Returns:
            Nothing for an object that does not exist.

        Raises:
            PitrError: The level or its names are wrong.
        """
        if SnapshotLevel.named(level, PitrError) is SnapshotLevel.CLUSTER:
            raise PitrError(
                "the server lists recovery windows of an account, a database or a table, not of the cluster"
            )
        scope = Scope.within(
            self._session, level, account=account_name, database=database_name, table=table_name, error=PitrError
        )
        return self._session.run(ShowRecoveryWindow(scope)).value

    def restore_to_time(
        self, time: datetime, name: str | None = None, *, wait_for_locks: bool = False
    ) -> Outcome[None]:
        """Restore what a window covers to a moment (``RESTORE ... FROM PITR``); it cannot be undone.

        The manager ``restore`` does it, and needs to be installed; its methods restore parts, and say what is lost.

        Args:
            time: The moment, with its zone.
            name: The window; that of the current database if left out.
            wait_for_locks: Wait, without a limit, for transactions that are writing there, instead of refusing.

        Returns:
            What became of it; ``pending`` if it runs after the session's commit.

        Raises:
            PitrError: There is no such window, or it covers the cluster.
            RestoreError: The moment is not in the window, or the restore would do harm.
            PluginError: There is no manager ``restore``.
        """
        pitr = self._of_current_database() if name is None else self.get(name)
        restore = cast("ManagerAttributes", self._session).restore
        if pitr.table_name and pitr.database_name:
            return restore.restore_table_from_pitr(
                pitr.name, time, pitr.database_name, pitr.table_name, wait_for_locks=wait_for_locks
            ).outcome
        if pitr.database_name:
            return restore.restore_database_from_pitr(
                pitr.name, time, pitr.database_name, wait_for_locks=wait_for_locks
            ).outcome
        if pitr.account_name:
            return restore.restore_account_from_pitr(
                pitr.name, time, pitr.account_name, wait_for_locks=wait_for_locks
            ).outcome
        raise PitrError(f"pitr {pitr.name} covers the cluster; restore an account, a database or a table from it")

    def _all(self) -> builtins.list[Pitr]:
        outcome = self._session.run(ListPitrs())
        if not outcome.skipped:
            return outcome.value
        return self._session.run(ShowPitrs(self._session.run(ReadOffset()).value)).value

    def _find(self, name: str) -> Pitr | None:
        name = object_name(name)
        return next((pitr for pitr in self._all() if pitr.name == name), None)

    def _of_current_database(self) -> Pitr:
        database = self._session.run(CurrentDatabase()).value
        found = self.list(SnapshotLevel.DATABASE, database_name=database)
        active = [pitr for pitr in found if pitr.active is not False]
        if not active:
            raise PitrError(f"database {database} has no pitr")
        return active[0]


class AsyncPitrManager(AsyncManager[PitrManager]):
    """The asynchronous twin of :class:`PitrManager`."""

    create = awaitable(PitrManager.create)
    create_cluster_pitr = awaitable(PitrManager.create_cluster_pitr)
    create_account_pitr = awaitable(PitrManager.create_account_pitr)
    create_database_pitr = awaitable(PitrManager.create_database_pitr)
    create_table_pitr = awaitable(PitrManager.create_table_pitr)
    list = awaitable(PitrManager.list)
    get = awaitable(PitrManager.get)
    exists = awaitable(PitrManager.exists)
    alter = awaitable(PitrManager.alter)
    delete = awaitable(PitrManager.delete)
    drop = awaitable(PitrManager.drop)
    drop_cluster_pitr = awaitable(PitrManager.drop_cluster_pitr)
    recovery_window = awaitable(PitrManager.recovery_window)
    restore_to_time = awaitable(PitrManager.restore_to_time)
