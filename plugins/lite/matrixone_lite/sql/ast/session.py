"""Statements about the session: transactions, variables, prepared statements, SHOW and the like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from matrixone_lite.sql.ast.nodes import Node, Query, Statement
from matrixone_lite.sql.transaction_kind import TransactionKind

if TYPE_CHECKING:
    from matrixone_lite.sql.ast.expressions import UserVariable
    from matrixone_lite.sql.ast.nodes import Expr
    from matrixone_lite.sql.ast.queries import Name, TimeTravel


@dataclass(frozen=True, slots=True)
class Empty(Statement):
    """Nothing but blanks and comments."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.UNCLASSIFIED


@dataclass(frozen=True, slots=True)
class Begin(Statement):
    """BEGIN, START TRANSACTION with any characteristics."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.BEGIN


@dataclass(frozen=True, slots=True)
class Commit(Statement):
    """COMMIT."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.ANYWHERE


@dataclass(frozen=True, slots=True)
class Rollback(Statement):
    """ROLLBACK of the whole transaction."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.ANYWHERE


@dataclass(frozen=True, slots=True)
class Savepoint(Statement):
    """``SAVEPOINT name``: accepted, does nothing."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.ANYWHERE
    name: str


@dataclass(frozen=True, slots=True)
class ReleaseSavepoint(Statement):
    """``RELEASE SAVEPOINT name``: accepted, does nothing."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.ANYWHERE
    name: str


@dataclass(frozen=True, slots=True)
class RollbackTo(Statement):
    """``ROLLBACK TO [SAVEPOINT] name``: always fails."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.ANYWHERE
    name: str


@dataclass(frozen=True, slots=True)
class LockTables(Statement):
    """LOCK TABLES; each table with its mode, read or write."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.COMMITS
    tables: tuple[tuple[Name, str], ...]


@dataclass(frozen=True, slots=True)
class UnlockTables(Statement):
    """UNLOCK TABLES."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.ANYWHERE


@dataclass(frozen=True, slots=True)
class VariableAssignment(Node):
    """One ``name = value`` of SET; scope is user (``@x``), session or global; value None is DEFAULT."""

    scope: str
    name: str
    value: Expr | None


@dataclass(frozen=True, slots=True)
class SetVariables(Statement):
    """SET of user and system variables; names in lower case.

    SET NAMES and SET CHARACTER SET arrive as the variables ``names`` and ``charset``.
    """

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.COMMITS
    assignments: tuple[VariableAssignment, ...]


@dataclass(frozen=True, slots=True)
class SetTransaction(Statement):
    """``SET [SESSION | GLOBAL] TRANSACTION …``: accepted, no effect."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.UNCLASSIFIED
    text: str


@dataclass(frozen=True, slots=True)
class Use(Statement):
    """``USE database``."""

    database: str


@dataclass(frozen=True, slots=True)
class Prepare(Statement):
    """``PREPARE name FROM 'text' | @variable``; ``text`` may hold the statement itself, unquoted."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.ANYWHERE
    name: str
    text: str | UserVariable


@dataclass(frozen=True, slots=True)
class Execute(Statement):
    """``EXECUTE name [USING @a, …]``."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.ANYWHERE
    name: str
    arguments: tuple[UserVariable, ...] = ()


@dataclass(frozen=True, slots=True)
class Deallocate(Statement):
    """``DEALLOCATE | DROP PREPARE name``."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.ANYWHERE
    name: str


@dataclass(frozen=True, slots=True)
class Kill(Statement):
    """``KILL [QUERY | CONNECTION] id``."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.UNCLASSIFIED
    connection_id: int
    query: bool = False


@dataclass(frozen=True, slots=True)
class Explain(Statement):
    """EXPLAIN of a statement; ``options`` are the lower-cased words before it (analyze, verbose, …)."""

    statement: Statement
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExplainPhysicalPlan(Statement):
    """EXPLAIN PHYPLAN."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.UNCLASSIFIED
    statement: Statement


@dataclass(frozen=True, slots=True)
class AnalyzeTable(Statement):
    """``ANALYZE TABLE name [(columns)]``."""

    name: Name
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Describe(Statement):
    """``DESC table [column]``."""

    table: Name
    column: str | None = None


class Show(Query):
    """Base of all SHOW statements."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ShowDatabases(Show):
    """SHOW DATABASES | SCHEMAS."""

    like: Expr | None = None
    where: Expr | None = None
    hint: TimeTravel | None = None


@dataclass(frozen=True, slots=True)
class ShowTables(Show):
    """SHOW [FULL] TABLES."""

    database: str | None = None
    like: Expr | None = None
    where: Expr | None = None
    full: bool = False
    hint: TimeTravel | None = None


@dataclass(frozen=True, slots=True)
class ShowTableStatus(Show):
    """SHOW TABLE STATUS."""

    database: str | None = None
    like: Expr | None = None
    where: Expr | None = None


@dataclass(frozen=True, slots=True)
class ShowColumns(Show):
    """SHOW [FULL] COLUMNS | FIELDS."""

    table: Name
    full: bool = False
    like: Expr | None = None
    where: Expr | None = None


@dataclass(frozen=True, slots=True)
class ShowIndex(Show):
    """SHOW INDEX | INDEXES | KEYS."""

    table: Name
    where: Expr | None = None


@dataclass(frozen=True, slots=True)
class ShowCreate(Show):
    """``SHOW CREATE what name``; what is table, view, database or publication."""

    what: str
    name: Name
    hint: TimeTravel | None = None


@dataclass(frozen=True, slots=True)
class ShowVariables(Show):
    """SHOW [GLOBAL | SESSION] VARIABLES."""

    scope: str | None = None
    like: Expr | None = None
    where: Expr | None = None


@dataclass(frozen=True, slots=True)
class ShowMeasure(Show):
    """``SHOW what FROM name``.

    ``what`` is table_number (of a database), column_number, table_values or table_size (of a table).
    """

    what: str
    name: Name | None = None


@dataclass(frozen=True, slots=True)
class ShowGrants(Show):
    """SHOW GRANTS [FOR user@host | FOR ROLE role]."""

    user: str | None = None
    role: str | None = None
    host: str | None = None


@dataclass(frozen=True, slots=True)
class ShowList(Show):
    """A plain list with an optional filter.

    ``what`` in lower case: accounts, publications, subscriptions, sequences, processlist, warnings, errors, collation,
    charset, engines, privileges, plugins, triggers, events, procedure status, function status, locks, status, ...;
    ``all`` is SHOW SUBSCRIPTIONS ALL, ``full`` SHOW FULL PROCESSLIST.
    """

    what: str
    like: Expr | None = None
    where: Expr | None = None
    database: str | None = None
    all: bool = False
    full: bool = False


@dataclass(frozen=True, slots=True)
class ShowAdministrative(Show):
    """A list that is refused inside a transaction.

    ``what`` in lower case: snapshots, pitr, stages, roles, rules, tasks; ``name`` is the object asked for.
    """

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.UNCLASSIFIED
    what: str
    like: Expr | None = None
    where: Expr | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ShowCdc(Show):
    """``SHOW CDC [ALL | TASK name]``; all tasks without a name."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.UNCLASSIFIED
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ShowRecoveryWindow(Show):
    """``SHOW RECOVERY_WINDOW FOR ACCOUNT [a] | DATABASE d | TABLE d t``."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.UNCLASSIFIED
    level: str
    database: str | None = None
    table: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class ShowPublicationCoverage(Show):
    """``SHOW PUBLICATION COVERAGE name``."""

    name: str


@dataclass(frozen=True, slots=True)
class Call(Statement):
    """``CALL procedure(args)``."""

    name: Name
    args: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused(Statement):
    """A statement the real server understands and refuses, with its error."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.ANYWHERE
    errno: int
    message: str


@dataclass(frozen=True, slots=True)
class Unsupported(Statement):
    """A statement the real server accepts and this one refuses by name."""

    transaction_kind: ClassVar[TransactionKind] = TransactionKind.ANYWHERE
    feature: str
