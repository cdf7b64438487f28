"""The statements that copy, and those that look first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from matrixone.exceptions import CloneError
from matrixone.operations import InTransaction, Operation
from matrixone.sql import EMPTY, SQL, Identifier, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone.exceptions import QueryError
    from matrixone.operations import Resource
    from matrixone_clone.model import Moment

_DATABASE_EXISTS = 1007
_TABLE_EXISTS = 1050


@dataclass(frozen=True, slots=True)
class CloneDatabase(Operation[None]):
    """Copy a database with its tables and views.

    Args:
        target: The copy.
        source: What to copy.
        moment: When to copy from.
        account: Whose the copy is, if not the caller's.
        if_not_exists: Do nothing if the target is there. The words IF NOT EXISTS are not sent, the server ignores them.
    """

    name: ClassVar = "clone.clone_database"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_feature: ClassVar = "clone"
    needs_begin: ClassVar = True
    error: ClassVar = CloneError

    target: str
    source: str
    moment: Moment
    account: str | None = None
    if_not_exists: bool = False

    def statement(self) -> Executable:
        """CREATE DATABASE target CLONE source [{hint}] [TO ACCOUNT account]."""
        return SQL("CREATE DATABASE {target} CLONE {source}{hint}{account}").format(
            target=Identifier(self.target),
            source=Identifier(self.source),
            hint=self.moment.sql(),
            account=_to_account(self.account),
        )

    def needs(self) -> tuple[Resource, ...]:
        """The snapshot."""
        return self.moment.needs()

    def satisfied_by(self, error: QueryError) -> bool:
        """The target is there."""
        return self.if_not_exists and error.errno == _DATABASE_EXISTS


@dataclass(frozen=True, slots=True)
class CloneTable(Operation[None]):
    """Copy a table with its rows and indexes.

    Args:
        target: Name of the copy, or database and name.
        source: Name of what to copy, or database and name.
        moment: When to copy from.
        account: Whose the copy is, if not the caller's.
        copy_grants: Copy the privileges on the table, too.
        if_not_exists: Do nothing if the target is there. The words IF NOT EXISTS are not sent: the server would insert
            the rows of the source into an existing table, past its keys.
    """

    name: ClassVar = "clone.clone_table"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_feature: ClassVar = "clone"
    needs_begin: ClassVar = True
    error: ClassVar = CloneError

    target: tuple[str, ...]
    source: tuple[str, ...]
    moment: Moment
    account: str | None = None
    copy_grants: bool = False
    if_not_exists: bool = False

    def features(self) -> Iterator[str]:
        """Clones, and those that take privileges along."""
        yield from Operation.features(self)
        if self.copy_grants:
            yield "clone_grants"

    def statement(self) -> Executable:
        """CREATE TABLE target CLONE source [{hint}] [COPY GRANTS] [TO ACCOUNT account]."""
        return SQL("CREATE TABLE {target} CLONE {source}{hint}{grants}{account}").format(
            target=Identifier(*self.target),
            source=Identifier(*self.source),
            hint=self.moment.sql(),
            grants=SQL(" COPY GRANTS") if self.copy_grants else EMPTY,
            account=_to_account(self.account),
        )

    def needs(self) -> tuple[Resource, ...]:
        """The snapshot."""
        return self.moment.needs()

    def satisfied_by(self, error: QueryError) -> bool:
        """The target is there."""
        return self.if_not_exists and error.errno == _TABLE_EXISTS


@dataclass(frozen=True, slots=True)
class CheckSource(Operation[None]):
    """See that a database exists at the moment it is copied from: of a missing one the server makes an empty copy.

    Args:
        source: The database.
        moment: When it is copied from.
    """

    name: ClassVar = "clone.clone_database"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "clone"
    error: ClassVar = CloneError

    source: str
    moment: Moment

    def statement(self) -> Executable:
        """SHOW TABLES FROM source [{hint}], which finds the database as CLONE does: an error if it is missing."""
        return SQL("SHOW TABLES FROM {source}{hint}").format(source=Identifier(self.source), hint=self.moment.sql())

    def needs(self) -> tuple[Resource, ...]:
        """The snapshot."""
        return self.moment.needs()


@dataclass(frozen=True, slots=True)
class ListSequences(Operation[list[str]]):
    """Find the sequences of a database, which a copy of it lacks.

    Args:
        source: The database.
        moment: When it is copied from.
    """

    name: ClassVar = "clone.clone_database"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "clone"
    error: ClassVar = CloneError

    source: str
    moment: Moment

    def statement(self) -> Executable:
        """SELECT relname FROM mo_catalog.mo_tables [{hint}] ...; SHOW SEQUENCES takes no hint."""
        return SQL(
            "SELECT relname FROM mo_catalog.mo_tables{hint} "
            "WHERE relkind = 'S' AND LOWER(reldatabase) = {source} AND account_id = {account} ORDER BY relname"
        ).format(hint=self.moment.sql(), source=Literal(self.source.lower()), account=self._account())

    def read(self, result: Result[Any]) -> list[str]:
        """Their names."""
        return list(result.scalars())

    def needs(self) -> tuple[Resource, ...]:
        """The snapshot."""
        return self.moment.needs()

    def _account(self) -> SQL:
        """The account the server looks in: a snapshot of another account leads there."""
        if self.moment.snapshot is None:
            return SQL("current_account_id()")
        return SQL(
            "COALESCE((SELECT obj_id FROM mo_catalog.mo_snapshots WHERE sname = {snapshot} AND level = 'account'), "
            "current_account_id())"
        ).format(snapshot=Literal(self.moment.snapshot))


def _to_account(account: str | None) -> SQL:
    return EMPTY if account is None else SQL(" TO ACCOUNT {account}").format(account=Identifier(account))
