"""The manager ``moctl``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matrixone.catalog import check_stored
from matrixone.exceptions import ConfigurationError, MoCtlError
from matrixone.managers import AsyncManager, Manager, awaitable
from matrixone.sql import checked_name
from matrixone_moctl.operations import FindTable, FlushTable, GlobalCheckpoint, IncrementCheckpoint, SyncCommit

if TYPE_CHECKING:
    from matrixone.operations import Operation


class MoCtlManager(Manager):
    """Control of the server, for the system account.

    What is done is done at once, inside a transaction or not; a rollback takes nothing of it back. Every method returns
    the server's answer: ``method`` and ``result``.
    """

    def flush_table(self, database: str, table: str) -> dict[str, Any]:
        """Write the committed rows of a table to the store; statistics and scans show them then.

        Its indexes are tables of their own, flushed by the names that ``metadata.indexes`` tells.

        Args:
            database: Database.
            table: Table.

        Raises:
            MoCtlError: There is no such table, it did not work, or the account is not the system account.
            ConfigurationError: A view or the like, or a name with a dot.

        SELECT mo_ctl().
        """
        for name in (database, table):
            if "." in checked_name(name):
                raise ConfigurationError(f"the server flushes no table with a dot in its name, such as {name!r}")
        find = FindTable(database, table)
        check_stored(find, self._session.run(find).value, MoCtlError)
        return self._run(FlushTable(database, table))

    def increment_checkpoint(self) -> dict[str, Any]:
        """Write a checkpoint of what changed since the last one.

        Raises:
            MoCtlError: It did not work, or the account is not the system account.

        SELECT mo_ctl().
        """
        return self._run(IncrementCheckpoint())

    def global_checkpoint(self) -> dict[str, Any]:
        """Write a checkpoint of everything.

        Raises:
            MoCtlError: It did not work, or the account is not the system account.

        SELECT mo_ctl().
        """
        return self._run(GlobalCheckpoint())

    def sync_commit(self) -> dict[str, Any]:
        """Let every node of the cluster see what has been committed until now.

        Raises:
            MoCtlError: It did not work, or the account is not the system account.

        SELECT mo_ctl().
        """
        return self._run(SyncCommit())

    def _run(self, operation: Operation[dict[str, Any]]) -> dict[str, Any]:
        return self._session.run(operation).value


class AsyncMoCtlManager(AsyncManager[MoCtlManager]):
    """:class:`MoCtlManager` for asyncio."""

    flush_table = awaitable(MoCtlManager.flush_table)
    increment_checkpoint = awaitable(MoCtlManager.increment_checkpoint)
    global_checkpoint = awaitable(MoCtlManager.global_checkpoint)
    sync_commit = awaitable(MoCtlManager.sync_commit)
