"""The statements that read recovery windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import column, func, select, table

from matrixone.exceptions import PitrError
from matrixone.operations import InTransaction, Operation
from matrixone.scope import SnapshotLevel
from matrixone.sql import SQL
from matrixone_pitr.model import Pitr, RangeUnit, RecoveryWindow, moment, windows

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone.exceptions import QueryError
    from matrixone.scope import Scope

_NO_TABLE = 1064
_OF_THE_SERVER = "sys_mo_catalog_pitr"
_PITRS = table(
    "mo_pitr",
    *map(
        column,
        (
            "pitr_name",
            "create_time",
            "modified_time",
            "level",
            "account_name",
            "database_name",
            "table_name",
            "pitr_length",
            "pitr_unit",
            "pitr_status",
            "create_account",
        ),
    ),
    schema="mo_catalog",
)


@dataclass(frozen=True, slots=True)
class ListPitrs(Operation[list[Pitr]]):
    """Find the windows of the account ``sys`` in the catalog; other accounts have no such table."""

    name: ClassVar = "pitr.list"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "pitr"

    def statement(self) -> Executable:
        """SELECT ... FROM mo_catalog.mo_pitr; SHOW PITR outside the account sys."""
        columns = _PITRS.c
        return (
            select(*(each for each in columns if each is not columns.create_account))
            .where(columns.create_account == func.current_account_id(), columns.pitr_name != _OF_THE_SERVER)
            .order_by(columns.create_time, columns.pitr_name)
        )

    def read(self, result: Result[Any]) -> list[Pitr]:
        """The windows, oldest first."""
        return [
            Pitr(
                row.pitr_name,
                moment(row.create_time),
                moment(row.modified_time),
                SnapshotLevel(row.level),
                row.account_name or None,
                row.database_name or None,
                row.table_name or None,
                row.pitr_length,
                RangeUnit(row.pitr_unit),
                active=bool(row.pitr_status),
            )
            for row in result
        ]

    def satisfied_by(self, error: QueryError) -> bool:
        """The account has no catalog of windows."""
        return error.errno == _NO_TABLE and "mo_pitr" in str(error)


@dataclass(frozen=True, slots=True)
class ReadOffset(Operation[timedelta]):
    """How far the zone that SHOW PITR writes times in is from UTC."""

    name: ClassVar = "pitr.read_offset"
    in_transaction: ClassVar = InTransaction.ASIDE

    def statement(self) -> Executable:
        """SELECT NOW(), UTC_TIMESTAMP()."""
        return select(func.now(), func.utc_timestamp())

    def read(self, result: Result[Any]) -> timedelta:
        """The difference, to the minute."""
        local, utc = tuple[Any, ...](result.one())
        return timedelta(minutes=round((local - utc) / timedelta(minutes=1)))


@dataclass(frozen=True, slots=True)
class ShowPitrs(Operation[list[Pitr]]):
    """Find the windows of an account that has no catalog of them.

    Args:
        offset: How far the times are from UTC.
    """

    name: ClassVar = "pitr.show"
    in_transaction: ClassVar = InTransaction.ASIDE
    needs_feature: ClassVar = "pitr"
    error: ClassVar = PitrError

    offset: timedelta

    def statement(self) -> Executable:
        """SHOW PITR."""
        return SQL("SHOW PITR")

    def read(self, result: Result[Any]) -> list[Pitr]:
        """The windows, oldest first."""
        found = [self._pitr(*tuple[Any, ...](row)) for row in result]
        return sorted(found, key=lambda pitr: (pitr.created_time, pitr.name))

    def _pitr(self, name: str, created: datetime, modified: datetime, level: str, *covers_and_range: Any) -> Pitr:
        *covers, value, unit = covers_and_range
        account, database, table = (None if name == "*" else name for name in covers)
        times = self._utc(created), self._utc(modified)
        return Pitr(name, *times, SnapshotLevel(level), account, database, table, int(value), RangeUnit(unit))

    def _utc(self, time: datetime) -> datetime:
        return (time - self.offset).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ShowRecoveryWindow(Operation[list[RecoveryWindow]]):
    """Find the moments that tables can be restored to.

    Args:
        scope: Of which tables.
    """

    name: ClassVar = "pitr.recovery_window"
    in_transaction: ClassVar = InTransaction.ASIDE
    needs_feature: ClassVar = "pitr"
    error: ClassVar = PitrError

    scope: Scope

    def statement(self) -> Executable:
        """SHOW RECOVERY_WINDOW FOR scope."""
        return SQL("SHOW RECOVERY_WINDOW FOR {scope}").format(scope=self.scope.sql())

    def read(self, result: Result[Any]) -> list[RecoveryWindow]:
        """One a table."""
        return [_recovery_window(*tuple[Any, ...](row)) for row in result]


def _recovery_window(level: str, account: str, database: str, table: str, text: str) -> RecoveryWindow:
    return RecoveryWindow(SnapshotLevel(level), account or None, database or None, table or None, windows(text))
