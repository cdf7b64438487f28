"""The statements that make and delete branches, and those that look first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from matrixone.exceptions import BranchError
from matrixone.operations import InTransaction, Operation
from matrixone.sql import EMPTY, SQL, Identifier, Literal
from matrixone_branch.model import hint, lacks_privilege, needed

if TYPE_CHECKING:
    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone.exceptions import QueryError
    from matrixone.operations import Resource
    from matrixone_branch.model import Side


@dataclass(frozen=True, slots=True)
class CreateTableBranch(Operation[None]):
    """Make a branch of a table.

    Args:
        target: Name of the branch, preceded by its database where that is not the current one.
        source: The table.
        account: Whose the branch is, if not the caller's.
    """

    name: ClassVar = "branch.create_table_branch"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_feature: ClassVar = "data_branch"
    needs_begin: ClassVar = True
    error: ClassVar = BranchError

    target: tuple[str, ...]
    source: Side
    account: str | None = None

    def statement(self) -> Executable:
        """DATA BRANCH CREATE TABLE target FROM source [{SNAPSHOT = name}] [TO ACCOUNT account]."""
        return SQL("DATA BRANCH CREATE TABLE {target} FROM {source}{account}").format(
            target=Identifier(*self.target), source=self.source.sql(), account=_to_account(self.account)
        )

    def needs(self) -> tuple[Resource, ...]:
        """The snapshot."""
        return self.source.needs()


@dataclass(frozen=True, slots=True)
class CreateDatabaseBranch(Operation[None]):
    """Make a branch of every table of a database.

    Args:
        target: The branch.
        source: The database.
        snapshot: Take it as this snapshot keeps it.
        account: Whose the branch is, if not the caller's.
    """

    name: ClassVar = "branch.create_database_branch"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_feature: ClassVar = "data_branch"
    needs_begin: ClassVar = True
    error: ClassVar = BranchError

    target: str
    source: str
    snapshot: str | None = None
    account: str | None = None

    def statement(self) -> Executable:
        """DATA BRANCH CREATE DATABASE target FROM source [{SNAPSHOT = name}] [TO ACCOUNT account]."""
        return SQL("DATA BRANCH CREATE DATABASE {target} FROM {source}{hint}{account}").format(
            target=Identifier(self.target),
            source=Identifier(self.source),
            hint=hint(self.snapshot),
            account=_to_account(self.account),
        )

    def needs(self) -> tuple[Resource, ...]:
        """The snapshot."""
        return needed(self.snapshot)


@dataclass(frozen=True, slots=True)
class CheckSource(Operation[None]):
    """See that a database exists: of a missing one the server makes an empty branch.

    Args:
        source: The database.
        snapshot: The snapshot it is taken from.
    """

    name: ClassVar = "branch.create_database_branch"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "data_branch"
    error: ClassVar = BranchError

    source: str
    snapshot: str | None = None

    def statement(self) -> Executable:
        """SHOW TABLES FROM source [{SNAPSHOT = name}]: an error if it is missing."""
        return SQL("SHOW TABLES FROM {source}{hint}").format(source=Identifier(self.source), hint=hint(self.snapshot))

    def needs(self) -> tuple[Resource, ...]:
        """The snapshot."""
        return needed(self.snapshot)


@dataclass(frozen=True, slots=True)
class ListSequences(Operation[list[str]]):
    """Find the sequences of a database, which its branches lack.

    Args:
        source: The database.
        snapshot: The snapshot it is taken from.
    """

    name: ClassVar = "branch.create_database_branch"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "data_branch"
    error: ClassVar = BranchError

    source: str
    snapshot: str | None = None

    def statement(self) -> Executable:
        """SELECT relname FROM mo_catalog.mo_tables [{SNAPSHOT = name}] ...; SHOW SEQUENCES takes no hint."""
        return SQL(
            "SELECT relname FROM mo_catalog.mo_tables{hint} WHERE relkind = 'S' "
            "AND LOWER(reldatabase) = {source} AND account_id = current_account_id() ORDER BY relname"
        ).format(hint=hint(self.snapshot), source=Literal(self.source.lower()))

    def read(self, result: Result[Any]) -> list[str]:
        """Their names."""
        return list(result.scalars())

    def needs(self) -> tuple[Resource, ...]:
        """The snapshot."""
        return needed(self.snapshot)

    def satisfied_by(self, error: QueryError) -> bool:
        """The caller may not ask."""
        return lacks_privilege(error)


@dataclass(frozen=True, slots=True)
class DeleteTableBranch(Operation[None]):
    """Drop a branch of a table; what is no branch the server refuses to drop this way.

    Args:
        table: Name of the branch, preceded by its database where that is not the current one.
    """

    name: ClassVar = "branch.delete_table_branch"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_feature: ClassVar = "data_branch"
    needs_begin: ClassVar = True
    error: ClassVar = BranchError

    table: tuple[str, ...]

    def statement(self) -> Executable:
        """DATA BRANCH DELETE TABLE table."""
        return SQL("DATA BRANCH DELETE TABLE {table}").format(table=Identifier(*self.table))


@dataclass(frozen=True, slots=True)
class DeleteDatabaseBranch(Operation[None]):
    """Drop a branch of a database with all its tables.

    Args:
        database: The branch.
    """

    name: ClassVar = "branch.delete_database_branch"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_feature: ClassVar = "data_branch"
    needs_begin: ClassVar = True
    error: ClassVar = BranchError

    database: str

    def statement(self) -> Executable:
        """DATA BRANCH DELETE DATABASE database."""
        return SQL("DATA BRANCH DELETE DATABASE {database}").format(database=Identifier(self.database))


def _to_account(account: str | None) -> SQL:
    return EMPTY if account is None else SQL(" TO ACCOUNT {account}").format(account=Identifier(account))
