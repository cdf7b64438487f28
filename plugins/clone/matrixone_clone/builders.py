"""CLONE as statements that are put together step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from matrixone.builders import StatementBuilder
from matrixone.exceptions import CloneError
from matrixone.sql import checked_name, object_name
from matrixone.tables import table_parts
from matrixone_clone import operations
from matrixone_clone.model import Moment

if TYPE_CHECKING:
    from typing import Self

    from matrixone.bulk import TableLike


class _Clone(StatementBuilder):
    _source: Any = None
    _moment = Moment()
    _account: str | None = None

    def to_account(self, account: str) -> Self:
        """Make the copy for another account; the source is then read from a snapshot."""
        return self._with(account=object_name(account))

    def if_not_exists(self) -> NoReturn:
        """Not to be had: the server ignores the words for databases, and fills existing tables a second time.

        Raises:
            CloneError: Always; it says what decides it instead.
        """
        raise CloneError(
            "the server does not do what IF NOT EXISTS says when it clones; the manager's "
            "clone_database(..., if_not_exists=True) and clone_table(..., if_not_exists=True) decide it themselves"
        )

    def _from(self, source: Any, snapshot: str | None) -> Self:
        return self._with(source=source, moment=Moment.of(snapshot, None))


class CloneTable(_Clone):
    """``CREATE TABLE target CLONE source``; see :func:`clone_table`."""

    def __init__(self, target_table: TableLike) -> None:
        self._target = table_parts(target_table)

    def from_table(self, source: TableLike, snapshot: str | None = None) -> Self:
        """The table to copy, now or as a snapshot keeps it."""
        return self._from(table_parts(source), snapshot)

    def operation(self) -> operations.CloneTable:
        """The operation of the manager."""
        if self._source is None:
            raise ValueError("clone_table() needs a source: from_table(...)")
        return operations.CloneTable(self._target, self._source, self._moment, self._account)


class CloneDatabase(_Clone):
    """``CREATE DATABASE target CLONE source``; see :func:`clone_database`."""

    def __init__(self, target_db: str) -> None:
        self._target = checked_name(target_db)

    def from_database(self, source: str, snapshot: str | None = None) -> Self:
        """The database to copy, now or as a snapshot keeps it. Of a missing one the server makes an empty copy."""
        return self._from(checked_name(source), snapshot)

    def operation(self) -> operations.CloneDatabase:
        """The operation of the manager."""
        if self._source is None:
            raise ValueError("clone_database() needs a source: from_database(...)")
        return operations.CloneDatabase(self._target, self._source, self._moment, self._account)


def clone_table(target_table: TableLike) -> CloneTable:
    """A statement that copies a table: ``clone_table("copy").from_table("original", snapshot="daily")``.

    Args:
        target_table: The copy: ``table``, ``database.table``, or a mapped class.

    Raises:
        InvalidNameError: A name the server cannot store; also a ValueError.
    """
    return CloneTable(target_table)


def clone_database(target_db: str) -> CloneDatabase:
    """A statement that copies a database: ``clone_database("copy").from_database("original")``.

    Args:
        target_db: The copy.

    Raises:
        InvalidNameError: A name the server cannot store; also a ValueError.
    """
    return CloneDatabase(target_db)
