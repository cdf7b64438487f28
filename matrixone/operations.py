"""Statements as values: what is sent, how it is read, what a transaction makes of it, how it is undone."""

from __future__ import annotations

import contextlib
import enum
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from sqlalchemy import text

from matrixone.exceptions import PendingOperationError, QueryError, TransactionRefusedError
from matrixone.querylog import statement_context
from matrixone.translation import translating

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Resource = tuple[str, str]
"""Kind and name of an object of the server, such as ``("snapshot", "daily")``."""


class InTransaction(enum.Enum):
    """What the server does with a statement while a transaction is open."""

    READS = "reads"
    """Joins the open transaction, needs none of its own."""
    JOINS = "joins"
    """Runs in the session's transaction and is rolled back with it."""
    REFUSED = "refused"
    """Is rejected; runs outside transactions only, and then at once and for good."""
    COMMITS = "commits"
    """Commits what came before."""
    ASIDE = "aside"
    """Is a read that is rejected; runs on a connection of its own and sees what is committed."""


class Operation(ABC, Generic[T_co]):
    """One statement of the server.

    Subclasses are frozen dataclasses. The class attributes say how the statement behaves; the instance holds its
    arguments.

    Attributes:
        name: Manager and method, as it appears in logs and documentation (``"snapshots.create"``).
        in_transaction: What the server does with it while a transaction is open.
        error: Class of the errors the server answers with, a subclass of QueryError.
        needs_begin: With autocommit=0 and no explicit BEGIN the server runs it in a transaction of its own; such a
            session runs it after its commit instead.
        needs_feature: Name in :data:`matrixone.features.FEATURES`: a server too old for it is never sent the statement.
    """

    name: ClassVar[str]
    in_transaction: ClassVar[InTransaction]
    error: ClassVar[type[QueryError] | None] = None
    needs_begin: ClassVar[bool] = False
    needs_feature: ClassVar[str | None] = None

    __slots__ = ()

    @abstractmethod
    def statement(self) -> Executable:
        """The statement, compiled later by the dialect of the connection."""

    def read(self, result: Result[Any]) -> T_co:
        """What the statement answers, as a value."""
        result.close()
        return None  # type: ignore[return-value]  # operations that answer nothing are Operation[None]

    def undo(self) -> Operation[Any] | None:
        """The operation that takes back this one, if there is one."""
        return None

    def creates(self) -> Iterable[Resource]:
        """Objects that exist after this operation."""
        return ()

    def needs(self) -> Iterable[Resource]:
        """Objects that must exist before this operation."""
        return ()

    def features(self) -> Iterable[str]:
        """Features of the server that it needs; more than ``needs_feature`` where that depends on the arguments."""
        return () if self.needs_feature is None else (self.needs_feature,)

    def satisfied_by(self, error: QueryError) -> bool:  # noqa: ARG002 - for subclasses
        """Whether this error of the server means that there is nothing left to do, as with IF NOT EXISTS."""
        return False


@contextlib.contextmanager
def running(outcome: Outcome[Any]) -> Iterator[None]:
    """The block sends the operation: statements are logged under its name, errors are of its class."""
    operation = outcome.operation
    with statement_context(operation=operation.name):
        try:
            with translating():
                yield
        except QueryError as error:
            if operation.satisfied_by(error):
                outcome.skip()
                return
            if operation.error is None or isinstance(error, (operation.error, TransactionRefusedError)):
                raise
            raise error.recast(operation.error) from error.__cause__


class Outcome(Generic[T]):
    """What became of an operation: its value, or the fact that it waits for the session's commit."""

    __slots__ = ("_value", "operation", "state")

    def __init__(self, operation: Operation[T]) -> None:
        self.operation = operation
        self.state = "pending"

    @property
    def pending(self) -> bool:
        """The operation has not run: it waits for the session's commit."""
        return self.state == "pending"

    @property
    def skipped(self) -> bool:
        """The server answered that there was nothing left to do (:meth:`Operation.satisfied_by`)."""
        return self.state == "skipped"

    @property
    def value(self) -> T:
        """What the operation answered.

        Raises:
            PendingOperationError: It has not run, or never will because the session rolled back.
        """
        if self.state != "done":
            raise PendingOperationError(f"{self.operation.name} is {self.state}: it runs after the session's commit")
        return self._value

    def done(self, value: T) -> Outcome[T]:
        """Take note of the answer."""
        self._value = value
        self.state = "done"
        return self

    def skip(self) -> None:
        """Take note that there was nothing left to do."""
        self.state = "skipped"

    def discarded(self) -> None:
        """Take note that it will never run."""
        self.state = "discarded"

    def __repr__(self) -> str:
        return f"<Outcome of {self.operation.name}: {self.state}>"


@dataclass(frozen=True, slots=True)
class CurrentDatabase(Operation[str]):
    """The database that names without a database belong to.

    Raises:
        QueryError: None is selected.
    """

    name: ClassVar = "current_database"
    in_transaction: ClassVar = InTransaction.READS

    def statement(self) -> Executable:
        """SELECT DATABASE()."""
        return text("SELECT DATABASE()")

    def read(self, result: Result[Any]) -> str:
        """The name of the database."""
        database = result.scalar()
        if not database:
            raise QueryError("no database is selected and none was named", errno=1046)
        return str(database)
