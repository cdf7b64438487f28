"""The manager behind ``session.branch`` and ``client.branch``."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select

from matrixone.aliases import also_named
from matrixone.exceptions import BranchError, ConfigurationError
from matrixone.managers import AsyncManager, awaitable
from matrixone.query_builder import QueryBuilder
from matrixone.sql import object_name
from matrixone.tables import table_parts
from matrixone_branch.branches import (
    CheckSource,
    CreateDatabaseBranch,
    CreateTableBranch,
    DeleteDatabaseBranch,
    DeleteTableBranch,
    ListSequences,
)
from matrixone_branch.comparing import DiffMethods
from matrixone_branch.merges import (
    CountLocked,
    FindKeys,
    FindUncommitted,
    MergeTable,
    PickRows,
    ReadPrimaryKey,
    key_query,
    keys_of,
    missing_keys,
)
from matrixone_branch.model import (
    Branch,
    BranchWarning,
    Merge,
    MergeConflictStrategy,
    Pick,
    Side,
    strategy,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.sql import ClauseElement

    from matrixone.bulk import TableLike
    from matrixone_branch.merges import Key, KeyQuery


class BranchManager(DiffMethods):
    """Branches: copies that can be compared with what they were made from, and merged back.

    They are made, deleted and merged in the session's transaction and rolled back with it. A branch can be compared and
    merged only after the commit of the transaction that made it.
    """

    def create(
        self,
        target: TableLike,
        source: TableLike,
        snapshot: str | None = None,
        database: bool = False,
        *,
        to_account: str | None = None,
    ) -> Branch:
        """Make a branch of a table or a database (``DATA BRANCH CREATE``).

        Args:
            target: The branch.
            source: What to make it from.
            snapshot: Take the source as this snapshot keeps it.
            database: Both are databases.
            to_account: Make it in another account; for the system account, from a snapshot only.

        Returns:
            The branch.

        Raises:
            BranchError: The source or the snapshot does not exist, the target does, or the source is no table.
            PendingOperationError: The snapshot is made only after the session's commit.
            ConfigurationError: A database is named by something other than a text.
            InvalidNameError: A name the server cannot store.

        Warns:
            BranchWarning: The database has sequences, which its branches lack.
        """
        if not database:
            return self.create_table_branch(target, source, snapshot, to_account=to_account)
        return self.create_database_branch(_database(target), _database(source), snapshot, to_account=to_account)

    def create_table_branch(
        self,
        target_table: TableLike,
        source_table: TableLike,
        snapshot_name: str | None = None,
        *,
        to_account: str | None = None,
    ) -> Branch:
        """Make a branch of a table (``DATA BRANCH CREATE TABLE``); see :meth:`create`.

        It holds what the session's own transaction changed in the source, too.
        """
        target, source = table_parts(target_table), Side.of(source_table, snapshot_name)
        account = _account(to_account, source.snapshot)
        outcome = self._session.run(CreateTableBranch(target, source, account))
        return Branch(".".join(target), str(source), source.snapshot, account, outcome)

    def create_database_branch(
        self,
        target_database: str,
        source_database: str,
        snapshot_name: str | None = None,
        *,
        to_account: str | None = None,
    ) -> Branch:
        """Make a branch of every table of a database (``DATA BRANCH CREATE DATABASE``); see :meth:`create`.

        It holds committed rows only, and fails while the session's own transaction has made a table in the source.
        """
        object_name(target_database)
        snapshot = None if snapshot_name is None else object_name(snapshot_name)
        account = _account(to_account, snapshot)
        self._session.run(CheckSource(source_database, snapshot))
        listed = self._session.run(ListSequences(source_database, snapshot))
        sequences = [] if listed.skipped else listed.value
        outcome = self._session.run(CreateDatabaseBranch(target_database, source_database, snapshot, account))
        if sequences:
            warnings.warn(
                f"the branch {target_database!r} of {source_database!r} lacks its sequences, which the server does not "
                f"copy: {', '.join(sequences)}",
                BranchWarning,
                stacklevel=2,
            )
        return Branch(target_database, source_database, snapshot, account, outcome)

    def delete(self, name: TableLike, database: bool = False) -> None:
        """Drop a branch (``DATA BRANCH DELETE``).

        Args:
            name: The branch.
            database: It is a database.

        Raises:
            BranchError: There is none of that name, or it is no branch. Also a branch of an empty database: the server
                does not remember it, drop it as any database.
            ConfigurationError: A database is named by something other than a text.
        """
        if database:
            self.delete_database_branch(_database(name))
        else:
            self.delete_table_branch(name)

    def delete_table_branch(self, table: TableLike) -> None:
        """Drop a branch of a table (``DATA BRANCH DELETE TABLE``); see :meth:`delete`."""
        self._session.run(DeleteTableBranch(table_parts(table)))

    def delete_database_branch(self, database: str) -> None:
        """Drop a branch of a database with all its tables (``DATA BRANCH DELETE DATABASE``); see :meth:`delete`."""
        self._session.run(DeleteDatabaseBranch(database))

    def merge(
        self,
        source: TableLike,
        target: TableLike,
        on_conflict: MergeConflictStrategy | str = MergeConflictStrategy.SKIP,
    ) -> Merge:
        """Bring all changes of a table to another one (``DATA BRANCH MERGE``).

        The merge is part of the session's transaction, but looks at committed rows only. It is therefore refused while
        that transaction has changed rows of one of the tables, or of any for a user who may not read the catalog. In
        tables without a primary key changes are not noticed.

        Args:
            source: The table with the changes; a branch of ``target``, or a table with the same columns.
            target: The table that gets them.
            on_conflict: What happens to rows that both changed: ``fail`` merges nothing, ``skip`` leaves them as
                ``target`` has them, ``accept`` makes them as ``source`` has them. Rows that were updated or deleted are
                in conflict when the same branch is merged again.

        Returns:
            The merge. The server does not say how many rows it changed.

        Raises:
            BranchError: Rows are in conflict, a table does not exist, is no table, was made or changed in this
                transaction, or their columns differ.
            ConfigurationError: There is no such strategy.
        """
        from_table, into, policy = table_parts(source), table_parts(target), strategy(on_conflict)
        self._check(from_table, into)
        self._refuse_uncommitted(from_table, into)
        outcome = self._explained(MergeTable(from_table, into, policy))
        return Merge(".".join(from_table), ".".join(into), policy, outcome)

    @also_named(conflict_strategy="on_conflict")
    def merge_table(
        self,
        source_table: TableLike,
        target_table: TableLike,
        on_conflict: MergeConflictStrategy | str = MergeConflictStrategy.SKIP,
    ) -> Merge:
        """Bring all changes of a table to another one; see :meth:`merge`. ``conflict_strategy`` is ``on_conflict``."""
        return self.merge(source_table, target_table, on_conflict)

    def pick(
        self,
        source: TableLike,
        target: TableLike,
        keys: Iterable[Any] | KeyQuery | None = None,
        *,
        between: tuple[str, str] | None = None,
        on_conflict: MergeConflictStrategy | str = MergeConflictStrategy.FAIL,
    ) -> Pick:
        """Bring changes of some rows of a table to another one (``DATA BRANCH PICK``).

        The server refuses this in a transaction: in a session that has one open it waits for the commit, and what it
        did a rollback does not undo.

        Args:
            source: The table with the changes.
            target: The table that gets them.
            keys: Primary keys of the rows, a tuple each if the key has several columns; or a SQLAlchemy select of them,
                or a query of a session. A row that ``source`` deleted is deleted in ``target``.
            between: Two snapshots, the earlier one first: only changes that were made between them.
            on_conflict: As for :meth:`merge`; here ``fail``, if left out.

        Returns:
            What was picked; ``missing`` names keys of no row.

        Raises:
            BranchError: Rows are in conflict, a table does not exist or has no primary key, a snapshot does not exist.
            ConfigurationError: Neither keys nor snapshots, or no such strategy.
            TransactionRefusedError: A transaction is open, and the session does not put statements off.

        Warns:
            BranchWarning: Neither table has a row with a key; the server does nothing for it, without a word.
        """
        if keys is None and between is None:
            raise ConfigurationError("pick() needs keys or two snapshots")
        from_table, into, policy = table_parts(source), table_parts(target), strategy(on_conflict)
        snapshots = None if between is None else (object_name(between[0]), object_name(between[1]))
        self._check(from_table, into)
        wanted, missing = self._looked_up(keys, from_table, into)
        outcome = self._session.run(PickRows(from_table, into, wanted, snapshots, policy))
        if missing:
            shown = ", ".join(repr(key) for key in missing)
            warnings.warn(
                f"nothing was picked for keys that neither {source!r} nor {target!r} has: {shown}",
                BranchWarning,
                stacklevel=2,
            )
        return Pick(".".join(from_table), ".".join(into), policy, missing, outcome)

    def _refuse_uncommitted(self, *tables: tuple[str, ...]) -> None:
        found = self._session.run(FindUncommitted(tables))
        if found.pending:
            return
        if not found.skipped:
            changed = ", ".join(found.value)
        else:
            changed = "a table that the user may not ask for" if self._session.run(CountLocked()).value else ""
        if changed:
            raise BranchError(
                f"this transaction has changed or locked rows of {changed}, which a merge would not see and overwrite: "
                "commit first; nothing was sent"
            )

    def _looked_up(
        self, keys: Iterable[Any] | KeyQuery | None, source: tuple[str, ...], target: tuple[str, ...]
    ) -> tuple[tuple[Key, ...] | ClauseElement | None, tuple[Any, ...]]:
        """The keys to send, and those that no row has."""
        if keys is None:
            return None, ()
        if isinstance(keys, (Select, QueryBuilder)):
            return key_query(keys), ()
        columns = self._session.run(ReadPrimaryKey(source)).value
        if not columns:
            raise BranchError(f"{'.'.join(source)} has no primary key; nothing was sent")
        wanted = keys_of(keys, columns)
        missing = missing_keys(wanted, self._session.run(FindKeys((source, target), columns, wanted)).value)
        return wanted, tuple(key[0] if len(key) == 1 else key for key in missing)


class AsyncBranchManager(AsyncManager[BranchManager]):
    """The asynchronous twin of :class:`BranchManager`."""

    create = awaitable(BranchManager.create)
    create_table_branch = awaitable(BranchManager.create_table_branch)
    create_database_branch = awaitable(BranchManager.create_database_branch)
    delete = awaitable(BranchManager.delete)
    delete_table_branch = awaitable(BranchManager.delete_table_branch)
    delete_database_branch = awaitable(BranchManager.delete_database_branch)
    diff = awaitable(BranchManager.diff)
    diff_table = awaitable(BranchManager.diff_table)
    diff_to_table = awaitable(BranchManager.diff_to_table)
    diff_to_file = awaitable(BranchManager.diff_to_file)
    merge = awaitable(BranchManager.merge)
    merge_table = awaitable(BranchManager.merge_table)
    pick = awaitable(BranchManager.pick)


def _database(name: TableLike) -> str:
    if not isinstance(name, str):
        raise ConfigurationError(f"a database is named by a text, not by {name!r}")
    return name


def _account(account: str | None, snapshot: str | None) -> str | None:
    if account is None:
        return None
    if snapshot is None:
        raise BranchError("a branch in another account needs a snapshot of the source; nothing was sent")
    return object_name(account)
