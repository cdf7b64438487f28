"""The server's commands about its store. A rollback takes nothing of them back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import text

from matrixone import catalog
from matrixone.exceptions import MoCtlError
from matrixone.operations import InTransaction, Operation

if TYPE_CHECKING:
    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FlushTable(Operation[Answer]):
    """SELECT mo_ctl('dn', 'flush', ...)."""

    name: ClassVar = "moctl.flush_table"
    in_transaction: ClassVar = InTransaction.READS
    error: ClassVar = MoCtlError

    database: str
    table: str

    def statement(self) -> Executable:
        """``SELECT mo_ctl('dn', 'flush', 'database.table')``."""
        return _command("dn", "flush", f"{self.database.lower()}.{self.table.lower()}")

    def read(self, result: Result[Any]) -> Answer:
        """The answer."""
        return _answer(result)


@dataclass(frozen=True, slots=True)
class IncrementCheckpoint(Operation[Answer]):
    """SELECT mo_ctl('dn', 'checkpoint', '')."""

    name: ClassVar = "moctl.increment_checkpoint"
    in_transaction: ClassVar = InTransaction.READS
    error: ClassVar = MoCtlError

    def statement(self) -> Executable:
        """``SELECT mo_ctl('dn', 'checkpoint', '')``."""
        return _command("dn", "checkpoint")

    def read(self, result: Result[Any]) -> Answer:
        """The answer."""
        return _answer(result)


@dataclass(frozen=True, slots=True)
class GlobalCheckpoint(Operation[Answer]):
    """SELECT mo_ctl('dn', 'globalcheckpoint', '')."""

    name: ClassVar = "moctl.global_checkpoint"
    in_transaction: ClassVar = InTransaction.READS
    error: ClassVar = MoCtlError

    def statement(self) -> Executable:
        """``SELECT mo_ctl('dn', 'globalcheckpoint', '')``."""
        return _command("dn", "globalcheckpoint")

    def read(self, result: Result[Any]) -> Answer:
        """The answer."""
        return _answer(result)


@dataclass(frozen=True, slots=True)
class SyncCommit(Operation[Answer]):
    """SELECT mo_ctl('cn', 'synccommit', '')."""

    name: ClassVar = "moctl.sync_commit"
    in_transaction: ClassVar = InTransaction.READS
    error: ClassVar = MoCtlError

    def statement(self) -> Executable:
        """``SELECT mo_ctl('cn', 'synccommit', '')``."""
        return _command("cn", "synccommit")

    def read(self, result: Result[Any]) -> Answer:
        """The answer."""
        return _answer(result)


@dataclass(frozen=True, slots=True)
class FindTable(catalog.FindTable):
    """SELECT on the catalog: what a table is, None if there is none."""

    name: ClassVar = "moctl.table_kind"


def _command(service: str, command: str, argument: str = "") -> Executable:
    return text("SELECT mo_ctl(:service, :command, :argument)").bindparams(
        service=service, command=command, argument=argument
    )


def _answer(result: Result[Any]) -> Answer:
    told = str(result.scalar())
    try:
        answer: Answer = json.loads(told)
    except ValueError:
        raise MoCtlError(f"the server answered {told!r}") from None
    parts = answer.get("result")
    for part in parts if isinstance(parts, list) else ():
        if str(part.get("returnStr", "OK")).upper() != "OK":
            raise MoCtlError(f"{answer.get('method')}: {part['returnStr']}")
    return answer
