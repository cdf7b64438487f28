"""What a snapshot, a restore or a recovery window covers: the cluster, an account, a database or a table."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matrixone.exceptions import ConfigurationError
from matrixone.operations import CurrentDatabase
from matrixone.sql import SQL, Identifier, checked_name, object_name, split_name

if TYPE_CHECKING:
    from matrixone.managers import ManagerSession


class SnapshotLevel(enum.StrEnum):
    """How much is covered."""

    CLUSTER = "cluster"
    ACCOUNT = "account"
    DATABASE = "database"
    TABLE = "table"

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def named(cls, level: SnapshotLevel | str, error: type[Exception] = ConfigurationError) -> SnapshotLevel:
        """A level by its name, in any case.

        Args:
            level: The level or its name.
            error: What to raise if there is none of that name.
        """
        try:
            return cls(str(level).lower())
        except ValueError:
            raise error(f"unknown level {level!r}; there are {', '.join(cls)}") from None


@dataclass(frozen=True, slots=True)
class Scope:
    """An object of the server together with its level.

    Args:
        level: How much is covered.
        account: Account, at account level; ``None`` is the caller's own.
        database: Database, at database and table level.
        table: Table, at table level.
    """

    level: SnapshotLevel
    account: str | None = None
    database: str | None = None
    table: str | None = None

    @classmethod
    def of(
        cls,
        level: SnapshotLevel | str,
        *,
        account: str | None = None,
        database: str | None = None,
        table: str | None = None,
    ) -> Scope:
        """A checked scope.

        Args:
            level: A level or its name.
            account: Only at account level.
            database: Needed at database and table level; may be part of the table's name instead.
            table: Needed at table level, ``table`` or ``database.table``.

        Raises:
            ConfigurationError: Unknown level, or a name is missing or superfluous.
            InvalidNameError: A name the server cannot store.
        """
        level = SnapshotLevel.named(level)
        if table is not None and database is None and len(parts := split_name(table)) == 2:  # noqa: PLR2004 - db.table
            database, table = parts
        names = {"account": account, "database": database, "table": table}
        allowed = {SnapshotLevel.ACCOUNT: {"account"}, SnapshotLevel.DATABASE: {"database"}}.get(level, set())
        if level is SnapshotLevel.TABLE:
            allowed = {"database", "table"}
        for name, value in names.items():
            if value is not None and name not in allowed:
                raise ConfigurationError(f"a {name} has no meaning at {level} level")
            if value is None and name in allowed and name != "account":
                raise ConfigurationError(f"a {name} is needed at {level} level")
        return cls(
            level,
            None if account is None else object_name(account),
            None if database is None else checked_name(database),
            None if table is None else checked_name(table),
        )

    @classmethod
    def within(
        cls,
        session: ManagerSession,
        level: SnapshotLevel | str,
        *,
        account: str | None = None,
        database: str | None = None,
        table: str | None = None,
        error: type[Exception],
    ) -> Scope:
        """A checked scope; a database that is not named is the current one of the session.

        Args:
            session: Asked for its database where that is needed.
            level: As for :meth:`of`.
            account: As for :meth:`of`.
            database: As for :meth:`of`.
            table: As for :meth:`of`.
            error: What to raise where :meth:`of` raises ConfigurationError.

        Raises:
            InvalidNameError: A name the server cannot store.
        """
        level = SnapshotLevel.named(level, error)
        unnamed = level is SnapshotLevel.DATABASE or (table is not None and len(split_name(table)) == 1)
        if unnamed and database is None and level in (SnapshotLevel.DATABASE, SnapshotLevel.TABLE):
            database = session.run(CurrentDatabase()).value
        try:
            return cls.of(level, account=account, database=database, table=table)
        except ConfigurationError as wrong:
            raise error(str(wrong)) from wrong

    def sql(self) -> SQL:
        """The scope as statements name it; database and table are separate words, a dot is a syntax error."""
        if self.database is not None and self.table is not None:
            return SQL("TABLE {database} {table}").format(
                database=Identifier(self.database), table=Identifier(self.table)
            )
        if self.database is not None:
            return SQL("DATABASE {database}").format(database=Identifier(self.database))
        if self.account is not None:
            return SQL("ACCOUNT {account}").format(account=Identifier(self.account))
        return SQL("CLUSTER") if self.level is SnapshotLevel.CLUSTER else SQL("ACCOUNT")
