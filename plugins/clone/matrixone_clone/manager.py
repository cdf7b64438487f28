"""The manager behind ``session.clone`` and ``client.clone``."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from matrixone.exceptions import CloneError, ConfigurationError
from matrixone.managers import AsyncManager, Manager, awaitable
from matrixone.sql import object_name
from matrixone_clone.model import Clone, CloneWarning, Moment, qualified
from matrixone_clone.operations import CheckSource, CloneDatabase, CloneTable, ListSequences

if TYPE_CHECKING:
    from datetime import datetime


class CloneManager(Manager):
    """Copies of databases and tables, made in the session's transaction and rolled back with it."""

    def clone_database(
        self,
        target_db: str | None = None,
        source_db: str | None = None,
        snapshot_name: str | None = None,
        if_not_exists: bool = False,
        *,
        as_of: datetime | None = None,
        to_account: str | None = None,
        target_database: str | None = None,
        source_database: str | None = None,
    ) -> Clone:
        """Copy a database with its tables and views (``CREATE DATABASE ... CLONE``), but without its sequences.

        Only committed rows are copied: what the session's own transaction changed is not in the copy, and a table it
        created makes the copy fail. :meth:`clone_table` does copy what its transaction changed.

        Args:
            target_db: The copy.
            source_db: The database to copy.
            snapshot_name: Copy it as this snapshot keeps it; it may have been dropped since.
            if_not_exists: Do nothing if the target is there, whatever it holds.
            as_of: Copy it as it was then; a time with a zone, covered by a snapshot or a recovery window.
            to_account: Make the copy in another account; for the system account, from a snapshot only.
            target_database: Another name of ``target_db``.
            source_database: Another name of ``source_db``.

        Returns:
            The copy; ``existed`` if there was nothing to do.

        Raises:
            CloneError: The source or the snapshot does not exist, the target does, or the server cannot copy it.
            PendingOperationError: The snapshot is made after the session's commit.
            InvalidNameError: A name the server cannot store.

        Warns:
            CloneWarning: The source has sequences.
        """
        target = _one("target_db", target_db, target_database)
        source = _one("source_db", source_db, source_database)
        object_name(target)
        moment, account = _checked(snapshot_name, as_of, to_account)
        self._session.run(CheckSource(source, moment))
        sequences = self._session.run(ListSequences(source, moment)).value
        outcome = self._session.run(CloneDatabase(target, source, moment, account, if_not_exists))
        if sequences and not outcome.skipped:
            warnings.warn(
                f"the copy {target!r} of {source!r} lacks its sequences, which the server does not copy: "
                f"{', '.join(sequences)}",
                CloneWarning,
                stacklevel=2,
            )
        return Clone(target, source, moment.snapshot, as_of, account, outcome)

    def clone_table(
        self,
        target_table: str,
        source_table: str,
        snapshot_name: str | None = None,
        if_not_exists: bool = False,
        *,
        as_of: datetime | None = None,
        to_account: str | None = None,
        copy_grants: bool = False,
        target_db: str | None = None,
        source_db: str | None = None,
    ) -> Clone:
        """Copy a table with its rows and indexes (``CREATE TABLE ... CLONE``).

        Ids that the copy generates go on at 10001.

        Args:
            target_table: The copy, ``table`` or ``database.table``.
            source_table: The table to copy, ``table`` or ``database.table``.
            snapshot_name: Copy it as this snapshot keeps it; it may have been dropped since.
            if_not_exists: Do nothing if the target is there, whatever it holds.
            as_of: Copy it as it was then; a time with a zone, covered by a snapshot or a recovery window.
            to_account: Make the copy in another account, in a database that exists there; for the system account, from
                a snapshot only.
            copy_grants: Copy the privileges on the table, too.
            target_db: Database of ``target_table``, which is then a table's name alone.
            source_db: Database of ``source_table``, which is then a table's name alone.

        Returns:
            The copy; ``existed`` if there was nothing to do.

        Raises:
            CloneError: The source or the snapshot does not exist, the target does, or the source is no table.
            PendingOperationError: The snapshot is made after the session's commit.
            InvalidNameError: A name the server cannot store.
        """
        target, source = qualified(target_db, target_table).parts, qualified(source_db, source_table).parts
        moment, account = _checked(snapshot_name, as_of, to_account)
        if copy_grants and account is not None:
            raise CloneError("privileges cannot be copied to another account; nothing was sent")
        outcome = self._session.run(CloneTable(target, source, moment, account, copy_grants, if_not_exists))
        return Clone(".".join(target), ".".join(source), moment.snapshot, as_of, account, outcome)

    def clone_database_with_snapshot(
        self,
        target_db: str,
        source_db: str,
        snapshot_name: str,
        if_not_exists: bool = False,
        *,
        to_account: str | None = None,
    ) -> Clone:
        """Copy a database as a snapshot keeps it; see :meth:`clone_database`."""
        return self.clone_database(target_db, source_db, snapshot_name, if_not_exists, to_account=to_account)

    def clone_table_with_snapshot(
        self,
        target_table: str,
        source_table: str,
        snapshot_name: str,
        if_not_exists: bool = False,
        *,
        to_account: str | None = None,
    ) -> Clone:
        """Copy a table as a snapshot keeps it; see :meth:`clone_table`."""
        return self.clone_table(target_table, source_table, snapshot_name, if_not_exists, to_account=to_account)


class AsyncCloneManager(AsyncManager[CloneManager]):
    """The asynchronous twin of :class:`CloneManager`."""

    clone_database = awaitable(CloneManager.clone_database)
    clone_table = awaitable(CloneManager.clone_table)
    clone_database_with_snapshot = awaitable(CloneManager.clone_database_with_snapshot)
    clone_table_with_snapshot = awaitable(CloneManager.clone_table_with_snapshot)


def _checked(snapshot: str | None, as_of: datetime | None, account: str | None) -> tuple[Moment, str | None]:
    moment = Moment.of(snapshot, as_of)
    if account is None:
        return moment, None
    if moment.snapshot is None:
        raise CloneError("a copy in another account needs a snapshot of the source; nothing was sent")
    return moment, object_name(account)


def _one(parameter: str, name: str | None, alias: str | None) -> str:
    if (name is None) == (alias is None):
        raise ConfigurationError(f"{parameter} is needed, once")
    return name or alias or ""
