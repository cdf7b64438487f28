"""The statements that bring changes from one table to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Select

from matrixone.exceptions import BranchError
from matrixone.operations import InTransaction, Operation
from matrixone.params import driver_value, statement
from matrixone.query_builder import QueryBuilder
from matrixone.sql import EMPTY, SQL, Identifier, joined
from matrixone_branch.model import is_one_of, lacks_privilege, needed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.engine import Result
    from sqlalchemy.sql import ClauseElement, Executable
    from sqlalchemy.sql.compiler import SQLCompiler

    from matrixone.exceptions import QueryError
    from matrixone.operations import Resource
    from matrixone_branch.model import MergeConflictStrategy

Key = tuple[Any, ...]
"""The values of a primary key, in its order."""

KeyQuery = Select[Any] | QueryBuilder
"""A query whose columns are those of the primary key."""


@dataclass(frozen=True, slots=True)
class MergeTable(Operation[None]):
    """Bring all changes of a table to another one.

    Args:
        source: The table with the changes.
        target: The table that gets them.
        on_conflict: What happens to rows that both changed.
    """

    name: ClassVar = "branch.merge"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_feature: ClassVar = "data_branch"
    needs_begin: ClassVar = True
    error: ClassVar = BranchError

    source: tuple[str, ...]
    target: tuple[str, ...]
    on_conflict: MergeConflictStrategy

    def statement(self) -> Executable:
        """DATA BRANCH MERGE source INTO target WHEN CONFLICT FAIL | SKIP | ACCEPT."""
        return SQL("DATA BRANCH MERGE {source} INTO {target}{conflict}").format(
            source=Identifier(*self.source), target=Identifier(*self.target), conflict=_when(self.on_conflict)
        )


@dataclass(frozen=True, slots=True)
class FindUncommitted(Operation[list[str]]):
    """Find the tables whose rows the transaction has changed or locked: a merge would not see that, and overwrite it.

    It runs when and where a merge does: after the commit, where the merge waits for it.

    Args:
        tables: Their names.
    """

    name: ClassVar = "branch.merge"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_feature: ClassVar = "data_branch"
    needs_begin: ClassVar = True
    error: ClassVar = BranchError

    tables: tuple[tuple[str, ...], ...]

    def statement(self) -> Executable:
        """SELECT ... FROM mo_locks() JOIN mo_sessions() JOIN mo_catalog.mo_tables ..."""
        return SQL(
            "SELECT DISTINCT t.relname FROM mo_locks() l JOIN mo_sessions() s ON l.txn_id = s.txn_id "
            "JOIN mo_catalog.mo_tables t ON l.table_id = t.rel_id WHERE s.conn_id = CONNECTION_ID() "
            "AND l.lock_mode = 'Exclusive' AND t.account_id = CURRENT_ACCOUNT_ID() AND ({tables}) ORDER BY t.relname"
        ).format(tables=is_one_of(self.tables, "t.reldatabase", "t.relname"))

    def read(self, result: Result[Any]) -> list[str]:
        """Their names."""
        return list(result.scalars())

    def satisfied_by(self, error: QueryError) -> bool:
        """The caller may not ask for the names of locked tables; :class:`CountLocked` asks for less."""
        return lacks_privilege(error)


@dataclass(frozen=True, slots=True)
class CountLocked(Operation[int]):
    """Count the tables in which the transaction has changed or locked rows.

    It runs when and where a merge does.
    """

    name: ClassVar = "branch.merge"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_feature: ClassVar = "data_branch"
    needs_begin: ClassVar = True
    error: ClassVar = BranchError

    def statement(self) -> Executable:
        """SELECT COUNT(DISTINCT table_id) FROM mo_locks() JOIN mo_sessions() ..."""
        return SQL(
            "SELECT COUNT(DISTINCT l.table_id) FROM mo_locks() l JOIN mo_sessions() s ON l.txn_id = s.txn_id "
            "WHERE s.conn_id = CONNECTION_ID() AND l.lock_mode = 'Exclusive'"
        )

    def read(self, result: Result[Any]) -> int:
        """The number."""
        return int(result.scalar_one())


@dataclass(frozen=True, slots=True)
class PickRows(Operation[None]):
    """Bring changes of some rows of a table to another one.

    Args:
        source: The table with the changes.
        target: The table that gets them.
        keys: Primary keys of the rows, or a query for them; None for all.
        between: Only changes made between these snapshots.
        on_conflict: What happens to rows that both changed.
    """

    name: ClassVar = "branch.pick"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "branch_pick"
    error: ClassVar = BranchError

    source: tuple[str, ...]
    target: tuple[str, ...]
    keys: tuple[Key, ...] | ClauseElement | None
    between: tuple[str, str] | None
    on_conflict: MergeConflictStrategy

    def statement(self) -> Executable:
        """DATA BRANCH PICK source INTO target [BETWEEN SNAPSHOT a AND b] [KEYS (...)] WHEN CONFLICT ..."""
        return SQL("DATA BRANCH PICK {source} INTO {target}{between}{keys}{conflict}").format(
            source=Identifier(*self.source),
            target=Identifier(*self.target),
            between=_between(self.between),
            keys=EMPTY if self.keys is None else SQL(" KEYS ({keys})").format(keys=_Clause(_key_clause(self.keys))),
            conflict=_when(self.on_conflict),
        )

    def needs(self) -> tuple[Resource, ...]:
        """The snapshots."""
        return needed(*self.between or ())


@dataclass(frozen=True, slots=True)
class ReadPrimaryKey(Operation[tuple[str, ...]]):
    """Ask for the primary key of a table.

    Args:
        table: The table.
    """

    name: ClassVar = "branch.pick"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "branch_pick"
    error: ClassVar = BranchError

    table: tuple[str, ...]

    def statement(self) -> Executable:
        """SHOW INDEX FROM table."""
        return SQL("SHOW INDEX FROM {table}").format(table=Identifier(*self.table))

    def read(self, result: Result[Any]) -> tuple[str, ...]:
        """Its columns in their order; empty if there is none."""
        rows = [row for row in result.mappings() if row["Key_name"] == "PRIMARY"]
        return tuple(str(row["Column_name"]) for row in sorted(rows, key=lambda row: int(row["Seq_in_index"])))


@dataclass(frozen=True, slots=True)
class FindKeys(Operation[set[Key]]):
    """Look for rows in two tables.

    Args:
        tables: The tables.
        columns: Their primary key.
        keys: The keys to look for.
    """

    name: ClassVar = "branch.pick"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "branch_pick"
    error: ClassVar = BranchError

    tables: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]
    keys: tuple[Key, ...]

    def statement(self) -> Executable:
        """SELECT key FROM source WHERE (key) IN (...) UNION SELECT key FROM target WHERE (key) IN (...)."""
        columns = joined([Identifier(column) for column in self.columns])
        keys = _Clause(_key_clause(self.keys))
        selects = [
            SQL("SELECT {columns} FROM {table} WHERE ({columns}) IN ({keys})").format(
                columns=columns, table=Identifier(*table), keys=keys
            )
            for table in self.tables
        ]
        return SQL("{selects}").format(selects=joined(selects, " UNION "))

    def read(self, result: Result[Any]) -> set[Key]:
        """The keys that are there."""
        return {tuple(row) for row in result}


def keys_of(keys: Iterable[Any], columns: Sequence[str]) -> tuple[Key, ...]:
    """Primary keys as the driver takes them.

    Args:
        keys: A value for each row, or a tuple of values.
        columns: The primary key.

    Raises:
        BranchError: None is given, the primary key has another number of columns, or a value cannot be a key.
    """
    if isinstance(keys, (str, bytes)):
        raise BranchError(f"keys are a list or a query, not {keys!r}; nothing was sent")
    found = tuple(_key(key) for key in keys)
    if not found:
        raise BranchError("no keys were given; nothing was sent")
    for key in found:
        if len(key) != len(columns):
            raise BranchError(
                f"the primary key is ({', '.join(columns)}), which {key!r} does not fit; nothing was sent"
            )
    return found


def missing_keys(keys: Iterable[Key], found: set[Key]) -> tuple[Key, ...]:
    """The keys that were not found; a key may have been given as the text of its value."""
    there = found | {_as_text(key) for key in found}
    return tuple(key for key in keys if key not in there and _as_text(key) not in there)


def key_query(query: KeyQuery) -> ClauseElement:
    """The query for keys as a SQLAlchemy statement."""
    return query._select() if isinstance(query, QueryBuilder) else query


def _key(key: Any) -> Key:
    try:
        values = tuple(map(driver_value, key if isinstance(key, tuple) else (key,)))
    except (TypeError, ValueError) as error:
        raise BranchError(f"{key!r} cannot be a key: {error}; nothing was sent") from error
    if None in values:
        raise BranchError("NULL is part of no primary key; nothing was sent")
    return values


def _as_text(key: Key) -> Key:
    return tuple(map(str, key))


def _key_clause(keys: tuple[Key, ...] | ClauseElement) -> ClauseElement:
    if not isinstance(keys, tuple):
        return keys
    marks = ", ".join("?" if len(key) == 1 else f"({', '.join('?' * len(key))})" for key in keys)
    return statement(marks, [value for key in keys for value in key])


def _between(snapshots: tuple[str, str] | None) -> SQL:
    if snapshots is None:
        return EMPTY
    first, last = map(Identifier, snapshots)
    return SQL(" BETWEEN SNAPSHOT {first} AND {last}").format(first=first, last=last)


def _when(on_conflict: MergeConflictStrategy) -> SQL:
    return SQL(f" WHEN CONFLICT {on_conflict.upper()}")


class _Clause:
    """A SQLAlchemy element inside a statement, its values bound."""

    def __init__(self, element: ClauseElement) -> None:
        self.element = element

    def render(self, compiler: SQLCompiler) -> str:
        # As an inner statement a query does not lay claim to the columns of the result.
        compiler.stack.append({"correlate_froms": set(), "asfrom_froms": set(), "selectable": self.element})  # type: ignore[typeddict-item]
        try:
            text: str = compiler.process(self.element)
        finally:
            compiler.stack.pop()
        return text
