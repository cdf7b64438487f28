"""What several managers ask the catalog: a manager's own class gives the question its name and its errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import text

from matrixone.exceptions import ConfigurationError, ProgrammingError
from matrixone.operations import CurrentDatabase, InTransaction, Operation

if TYPE_CHECKING:
    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone.exceptions import QueryError
    from matrixone.managers import ManagerSession

_STORED = ("r", "cluster", "partition")
_OF_INDEXES = "__mo_index_"


@dataclass(frozen=True, slots=True)
class FindTable(Operation[str | None]):
    """What a table is, None if there is none."""

    in_transaction: ClassVar = InTransaction.READS

    database: str
    table: str

    def statement(self) -> Executable:
        """``SELECT`` on ``mo_catalog.mo_tables``."""
        return text(
            "SELECT relkind FROM mo_catalog.mo_tables WHERE account_id = current_account_id() "
            "AND reldatabase = :database AND relname = :table"
        ).bindparams(database=self.database.lower(), table=self.table.lower())

    def read(self, result: Result[Any]) -> str | None:
        """The server's word for it."""
        kind: str | None = result.scalar()
        return kind


@dataclass(frozen=True, slots=True)
class ForeignKeys(Operation[list[str]]):
    """The other tables that a table refers to."""

    in_transaction: ClassVar = InTransaction.READS

    database: str
    table: str

    def statement(self) -> Executable:
        """``SELECT`` on ``mo_catalog.mo_foreign_keys``."""
        return text(
            "SELECT DISTINCT refer_db_name, refer_table_name FROM mo_catalog.mo_foreign_keys "
            "WHERE db_name = :database AND table_name = :table ORDER BY refer_db_name, refer_table_name"
        ).bindparams(database=self.database.lower(), table=self.table.lower())

    def read(self, result: Result[Any]) -> list[str]:
        """Their names."""
        own = (self.database.lower(), self.table.lower())
        found = [(str(row.refer_db_name), str(row.refer_table_name)) for row in result]
        return [f"{database}.{table}" for database, table in found if (database, table) != own]


def qualified(session: ManagerSession, table: tuple[str, ...]) -> tuple[str, str]:
    """Database and table: the catalog knows tables by both.

    Args:
        session: Asked for its database where none is named.
        table: The table's name, preceded by its database where that is given.

    Raises:
        QueryError: No database is named, and none is selected.
    """
    *database, name = table
    return (database[0] if database else session.run(CurrentDatabase()).value), name


def check_stored(find: FindTable, kind: str | None, error: type[QueryError] = ProgrammingError) -> None:
    """See that a name is that of a table with rows of its own: asked about those of a view the server ends.

    Args:
        find: The question that was asked.
        kind: Its answer.
        error: What to raise if there is no such table.

    Raises:
        ConfigurationError: A view or the like.
    """
    if kind is None:
        raise no_such_table(find.database, find.table, error)
    if kind not in _STORED and not find.table.startswith(_OF_INDEXES):
        raise ConfigurationError(f"{find.database}.{find.table} is not a table that is stored, but of kind {kind!r}")


def no_such_table(database: str, table: str, error: type[QueryError] = ProgrammingError) -> QueryError:
    """The error the server answers with where it looks for the table itself."""
    return error(f"no such table {database}.{table}", errno=1146)
