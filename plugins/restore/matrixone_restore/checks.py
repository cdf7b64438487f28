"""What is looked at before a restore: it cannot be undone, and the server does not say what it takes away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any, ClassVar

from matrixone.exceptions import RestoreError
from matrixone.operations import InTransaction, Operation
from matrixone.sql import EMPTY, SQL, Literal
from matrixone_restore.model import CatalogObject, KeptState

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone.exceptions import QueryError
    from matrixone.operations import Resource

_NOT_SUPPORTED = 20105
_HIDDEN = ("__mo_", "%!%")
_SYSTEM = SQL("('mo_catalog', 'mo_task', 'information_schema', 'mysql', 'system', 'system_metrics')")
_OWN_NAME = SQL("current_account_name()")
OWN_ACCOUNT = SQL("current_account_id()")


def account_number(account: str) -> SQL:
    """The number of another account, which the account ``sys`` may ask for."""
    return SQL("(SELECT account_id FROM mo_catalog.mo_account WHERE account_name = {account})").format(
        account=Literal(account)
    )


def as_kept(nanoseconds: int) -> SQL:
    """The hint that reads the catalog of every account as it was when a snapshot was taken."""
    return SQL(" {{MO_TS = {time}}}").format(time=Literal(nanoseconds))


def as_of(time: datetime) -> SQL:
    """The hint that reads the catalog as it was at a moment; times are UTC there."""
    return SQL(" {{TIMESTAMP = {time}}}").format(time=Literal(f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"))


@dataclass(frozen=True, slots=True)
class FindSnapshot(Operation[KeptState]):
    """Find what a snapshot covers.

    Args:
        snapshot: Its name.
    """

    name: ClassVar = "restore.find_snapshot"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "restore"
    error: ClassVar = RestoreError

    snapshot: str

    def statement(self) -> Executable:
        """SELECT ... FROM mo_catalog.mo_snapshots WHERE sname = snapshot."""
        return SQL(
            "SELECT level, account_name, database_name, table_name, obj_id, ts, current_account_name() "
            "FROM mo_catalog.mo_snapshots WHERE sname = {snapshot}"
        ).format(snapshot=Literal(self.snapshot))

    def read(self, result: Result[Any]) -> KeptState:
        """The snapshot.

        Raises:
            RestoreError: There is none.
        """
        row = result.one_or_none()
        if row is None:
            raise RestoreError(f"snapshot {self.snapshot} does not exist; nothing was restored")
        level, account, database, table, number, ts, own = tuple[Any, ...](row)
        return KeptState(
            self.snapshot,
            level,
            account or "",
            database or "",
            table or "",
            number if level == "account" else None,
            ts,
            own,
        )

    def needs(self) -> tuple[Resource, ...]:
        """The snapshot."""
        return (("snapshot", self.snapshot),)


@dataclass(frozen=True, slots=True)
class FindAccount(Operation[str]):
    """Find the caller's account."""

    name: ClassVar = "restore.find_account"
    in_transaction: ClassVar = InTransaction.READS
    error: ClassVar = RestoreError

    def statement(self) -> Executable:
        """SELECT current_account_name()."""
        return SQL("SELECT current_account_name()")

    def read(self, result: Result[Any]) -> str:
        """Its name."""
        return str(result.scalar_one())


@dataclass(frozen=True, slots=True)
class FindChildren(Operation[list[str]]):
    """Find the tables with a foreign key to a table, itself included: RESTORE TABLE does nothing to such a table.

    Args:
        database: Its database.
        table: The table.
    """

    name: ClassVar = "restore.find_children"
    in_transaction: ClassVar = InTransaction.READS
    error: ClassVar = RestoreError

    database: str
    table: str

    def statement(self) -> Executable:
        """SELECT db_name, table_name FROM mo_catalog.mo_foreign_keys WHERE ..."""
        return SQL(
            "SELECT DISTINCT db_name, table_name FROM mo_catalog.mo_foreign_keys "
            "WHERE LOWER(refer_db_name) = {database} AND LOWER(refer_table_name) = {table} ORDER BY 1, 2"
        ).format(database=Literal(self.database.lower()), table=Literal(self.table.lower()))

    def read(self, result: Result[Any]) -> list[str]:
        """Their names."""
        return [".".join(map(str, row)) for row in result]


@dataclass(frozen=True, slots=True)
class ListObjects(Operation[list[CatalogObject]]):
    """List databases and what is in them, now or in the past; hidden tables and the server's own are left out.

    Args:
        owner: Number of the account.
        database: Only this database.
        moment: A hint, or nothing for now.
    """

    name: ClassVar = "restore.list_objects"
    in_transaction: ClassVar = InTransaction.READS
    error: ClassVar = RestoreError

    owner: SQL
    database: str | None = None
    moment: SQL = EMPTY

    def statement(self) -> Executable:
        """SELECT ... FROM mo_catalog.mo_database, mo_catalog.mo_tables, now or [{hint}]."""
        return SQL(
            "SELECT datname, '', 'd' FROM mo_catalog.mo_database{moment} WHERE account_id = {owner}{databases} "
            "UNION ALL SELECT reldatabase, relname, relkind FROM mo_catalog.mo_tables{moment} "
            "WHERE account_id = {owner} AND relkind IN ('r', 'v', 'S', 'e'){tables}"
        ).format(
            moment=self.moment,
            owner=self.owner,
            databases=self._only(SQL("datname")),
            tables=self._only(SQL("reldatabase")),
        )

    def read(self, result: Result[Any]) -> list[CatalogObject]:
        """The objects."""
        found = [CatalogObject(*map(str, row)) for row in result]
        return [each for each in found if not each.name.startswith(_HIDDEN)]

    def _only(self, column: SQL) -> SQL:
        if self.database is None:
            return SQL(" AND {column} NOT IN {names}").format(column=column, names=_SYSTEM)
        return SQL(" AND LOWER({column}) = {name}").format(column=column, name=Literal(self.database.lower()))


@dataclass(frozen=True, slots=True)
class FindWriters(Operation[list[int]]):
    """Find the connections whose transactions a restore would wait for, however long they take.

    The server holds locks on rows of a table under the table's number, and locks on the table itself under its name in
    the catalog, in hexadecimal.

    Args:
        owner: Number of the account.
        account: Its name; the own one if left out.
        database: Only locks in this database.
        table: Only locks on this table.
    """

    name: ClassVar = "restore.find_writers"
    in_transaction: ClassVar = InTransaction.READS
    error: ClassVar = RestoreError

    owner: SQL
    account: str | None = None
    database: str | None = None
    table: str | None = None

    def statement(self) -> Executable:
        """SELECT conn_id FROM mo_locks() JOIN processlist() ... WHERE ..."""
        return SQL(
            "SELECT DISTINCT p.conn_id FROM mo_locks() l JOIN processlist() p ON l.txn_id = p.txn_id "
            "WHERE p.account = {account} AND p.conn_id <> connection_id() AND (l.lock_content LIKE {names} "
            "OR l.table_id IN (SELECT CAST(rel_id AS CHAR) FROM mo_catalog.mo_tables "
            "WHERE account_id = {owner}{tables})) ORDER BY 1"
        ).format(
            account=_OWN_NAME if self.account is None else Literal(self.account),
            names=Literal(f"%{self._name_in_locks()}%"),
            owner=self.owner,
            tables=self._only(),
        )

    def read(self, result: Result[Any]) -> list[int]:
        """Numbers of the connections."""
        return [int(number) for number in result.scalars()]

    def satisfied_by(self, error: QueryError) -> bool:
        """The server cannot list its locks."""
        return error.errno == _NOT_SUPPORTED

    def _name_in_locks(self) -> str:
        parts = (self.database or "", self.table or "")
        return "".join(f"4601{part.lower().encode().hex()}00ff" for part in parts if part)

    def _only(self) -> SQL:
        if self.database is None:
            return SQL(" AND reldatabase NOT IN {names}").format(names=_SYSTEM)
        database = SQL(" AND LOWER(reldatabase) = {name}").format(name=Literal(self.database.lower()))
        if self.table is None:
            return database
        return SQL("{database} AND LOWER(relname) = {name}").format(database=database, name=Literal(self.table.lower()))


@dataclass(frozen=True, slots=True)
class ServerTime(Operation[str]):
    """Find what the server's own clock showed at a moment: FROM PITR takes that, whatever zone the session has.

    Args:
        time: The moment, with its zone.
    """

    name: ClassVar = "restore.server_time"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "pitr"
    error: ClassVar = RestoreError

    time: datetime

    def statement(self) -> Executable:
        """SELECT @@time_zone, FROM_UNIXTIME(time), CONVERT_TZ(time, '+00:00', @@system_time_zone)."""
        utc = self.time.astimezone(UTC)
        return SQL(
            "SELECT @@time_zone, @@system_time_zone, FROM_UNIXTIME({seconds}), "
            "CONVERT_TZ({text}, '+00:00', @@system_time_zone)"
        ).format(
            seconds=Literal(int(utc.replace(microsecond=0).timestamp())),
            text=Literal(f"{utc:%Y-%m-%d %H:%M:%S}"),
        )

    def read(self, result: Result[Any]) -> str:
        """The time without its zone, to the microsecond.

        Raises:
            RestoreError: The zone of the session is not the server's, and the server does not know its own by name.
        """
        session_zone, zone, in_session, in_system = tuple[Any, ...](result.one())
        local = in_session if str(session_zone).upper() == "SYSTEM" else in_system
        if local is None:
            raise RestoreError(
                f"the server cannot convert times to its own zone {zone!r}; SET time_zone = 'SYSTEM' first"
            )
        return f"{str(local)[:19]}.{self.time.microsecond:06d}"
