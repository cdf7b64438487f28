"""The manager behind ``session.example`` and ``client.example``."""

from __future__ import annotations

from matrixone.managers import AsyncManager, Manager, awaitable
from matrixone_example.operations import CountRows, RenameTable


class ExampleManager(Manager):
    """One line on what the manager does."""

    def count(self, table: str) -> int:
        """The number of rows of a table.

        Args:
            table: ``table`` or ``database.table``.

        Raises:
            QueryError: There is no such table.
        """
        return self._session.run(CountRows(table)).value

    def rename(self, table: str, new_name: str) -> None:
        """Give a table another name (``ALTER TABLE ... RENAME TO``), in the session's transaction.

        Args:
            table: ``table`` or ``database.table``.
            new_name: The name alone.

        Raises:
            QueryError: There is no such table, or the name is taken.
            InvalidNameError: A name the server cannot store.
        """
        self._session.run(RenameTable(table, new_name))


class AsyncExampleManager(AsyncManager[ExampleManager]):
    """The asynchronous twin of :class:`ExampleManager`."""

    count = awaitable(ExampleManager.count)
    rename = awaitable(ExampleManager.rename)
