"""Errors of the SDK, each also the SQLAlchemy error it stands for.

What the server answers is classified by number and text, because drivers raise ``OperationalError`` for every number
above 20000. Messages are cut at the first line (a server panic carries a stack trace) and never contain parameters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import exc as sa_exc

from matrixone.querylog.redaction import mask_secrets
from matrixone.querylog.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone.operations import Operation


class MatrixOneError(Exception):
    """Base of every error raised by the SDK.

    Attributes:
        errno: Number given by the server or the driver, ``None`` when the SDK raised it itself.
        sqlstate: SQLSTATE that came with the number.
        sql: Summary of the statement (operation and table), never its values.
        orig: The driver's own exception.
    """

    errno: int | None = None
    sqlstate: str | None = None
    sql: str | None = None
    orig: Any = None


class ConfigurationError(MatrixOneError, sa_exc.ArgumentError):
    """An argument or a combination of arguments that cannot work."""


class InvalidNameError(MatrixOneError, ValueError):
    """A name the server would refuse, or store as something else."""


class PluginError(MatrixOneError):
    """A manager plugin is missing, broken, or offered twice."""


class SessionClosedError(MatrixOneError, sa_exc.InvalidRequestError):
    """The session was closed; ask the client for a new one."""


class ConnectionError(MatrixOneError, sa_exc.OperationalError):  # noqa: A001 - the name the specification gives it
    """No usable connection: not connected, refused, wrong password, unknown database.

    Attributes:
        host: Host that was dialled.
        port: Port that was dialled.
        database: Database that was asked for.
    """

    def __init__(
        self,
        message: str,
        *,
        host: str | None = None,
        port: int | None = None,
        database: str | None = None,
        errno: int | None = None,
        sqlstate: str | None = None,
        orig: BaseException | None = None,
    ) -> None:
        _init_statement_error(self, message, errno=errno, sqlstate=sqlstate, sql=None, orig=orig)
        self.host = host
        self.port = port
        self.database = database

    def __str__(self) -> str:
        return self._message()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


class AuthenticationError(ConnectionError):
    """The server knows no such user, role or account, or the password is wrong."""


class PoolTimeoutError(ConnectionError, sa_exc.TimeoutError):
    """All connections of the pool were in use for longer than ``pool_timeout``."""


class QueryError(MatrixOneError, sa_exc.DBAPIError):
    """A statement failed, or could not be sent."""

    def __init__(
        self,
        message: str,
        *,
        errno: int | None = None,
        sqlstate: str | None = None,
        sql: str | None = None,
        orig: BaseException | None = None,
        connection_invalidated: bool = False,
    ) -> None:
        _init_statement_error(self, message, errno=errno, sqlstate=sqlstate, sql=sql, orig=orig)
        self.connection_invalidated = connection_invalidated

    @property
    def retryable(self) -> bool:
        """Running the whole unit of work again may succeed."""
        return self.errno in RETRYABLE

    @property
    def transaction_lost(self) -> bool:
        """The server has rolled back and closed the transaction."""
        return self.errno in TRANSACTION_LOST or self.connection_invalidated

    def recast(self, cls: type[QueryError]) -> QueryError:
        """The same answer of the server as an error of another class."""
        return cls(
            self._message(),
            errno=self.errno,
            sqlstate=self.sqlstate,
            sql=self.sql,
            orig=self.orig,
            connection_invalidated=self.connection_invalidated,
        )

    def __str__(self) -> str:
        number = f"({self.errno}) " if self.errno is not None else ""
        return f"{number}{self._message()}" + (f" [{self.sql}]" if self.sql else "")

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


class IntegrityError(QueryError, sa_exc.IntegrityError):
    """A key, a NOT NULL, a CHECK or a foreign key was violated."""


class ProgrammingError(QueryError, sa_exc.ProgrammingError):
    """The statement is wrong: syntax, a missing or existing object, a missing privilege."""


class DataError(QueryError, sa_exc.DataError):
    """A value does not fit its column or function."""


class OperationalError(QueryError, sa_exc.OperationalError):
    """The server could not do it now: locks, lost connections, shutdown."""


class QueryCanceledError(OperationalError):
    """The statement was killed; the transaction stays open with its earlier rows."""


class NotSupportedError(QueryError, sa_exc.NotSupportedError):
    """The server, or this version of it, does not have the feature."""


class VersionError(NotSupportedError):
    """The server is too old for what was asked; nothing was sent.

    Attributes:
        feature: Name of what it lacks.
        required: First version that has it.
        found: The server's version; ``()`` if it is no MatrixOne.
    """

    def __init__(
        self,
        message: str,
        *,
        feature: str | None = None,
        required: tuple[int, ...] = (),
        found: tuple[int, ...] = (),
    ) -> None:
        super().__init__(message)
        self.feature = feature
        self.required = required
        self.found = found


class InternalError(QueryError, sa_exc.InternalError):
    """The server failed in itself."""


class SnapshotError(QueryError):
    """A snapshot is missing, exists already, or cannot be made."""


class CloneError(QueryError):
    """A clone is impossible or would not be what was asked for."""


class RestoreError(QueryError):
    """A restore is impossible or would do harm."""


class PitrError(QueryError):
    """A point-in-time recovery window is missing, exists already, or is invalid."""


class PubSubError(QueryError):
    """A publication or subscription is missing, exists already, or is not allowed."""


class AccountError(QueryError):
    """An account, user, role or grant is missing, exists already, or is invalid."""


class StageError(QueryError):
    """A stage is missing, exists already, or is invalid."""


class FulltextError(QueryError):
    """A full-text index is missing or cannot be made."""


class MoCtlError(QueryError):
    """The server did not do what it was told to."""


class CDCError(QueryError):
    """A change data capture task is missing, exists already, is not allowed, or does not go on."""


class CDCTimeoutError(CDCError, TimeoutError):
    """A change data capture task did not come to where it was waited for in time."""


class LoadError(QueryError):
    """Data could not be loaded; nothing of it was."""


class ExportError(QueryError):
    """Rows could not be written to a file, or the file exists."""


class BranchError(QueryError):
    """A branch is missing or exists already, or changes of two tables are in conflict."""


class TransactionError(MatrixOneError, sa_exc.InvalidRequestError):
    """Something that cannot be done in the transaction as it is."""


class ImplicitCommitError(TransactionError):
    """The statement would commit the open transaction behind the caller's back."""


class NestedTransactionError(TransactionError):
    """Savepoints do not work on this server: ROLLBACK TO fails and undoes the last statement."""


class TransactionLostError(TransactionError):
    """The server has already ended the transaction; roll back and run the unit of work again."""


class PendingOperationError(TransactionError):
    """The statement needs an object whose creation waits for the session's commit."""


class TransactionRefusedError(TransactionError, OperationalError):
    """The server takes this statement only outside transactions."""

    def __init__(self, message: str, **details: Any) -> None:
        OperationalError.__init__(self, message, **details)


class AfterCommitError(TransactionError):
    """The transaction is committed, but an operation that waited for the commit failed.

    Attributes:
        ran: Operations that ran after the commit.
        failed: The operation that failed; ``__cause__`` says why.
        not_run: Operations that were behind it and were not tried.
    """

    def __init__(
        self, message: str, *, ran: Sequence[Operation[Any]], failed: Operation[Any], not_run: Sequence[Operation[Any]]
    ) -> None:
        super().__init__(message)
        self.ran = tuple(ran)
        self.failed = failed
        self.not_run = tuple(not_run)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


class RollbackWarning(UserWarning):
    """Something a session did outside its transaction stays although the session rolled back."""


TRANSACTION_LOST = frozenset({1205, 20502, 20504, 20505, 20634, 20638, 20701, 20702, 20703, 20704, 20706, 20709})
"""Numbers after which the server has rolled back the whole transaction and left it."""

RETRYABLE = frozenset({1205, 20601, 20619, 20622, 20628, 20629, 20631, 20634, 20701, 20702, 20703, 20704, 20706, 20709})
"""Numbers after which the whole unit of work may be run again (20638, "commit unknown", is not among them)."""

_CLASSES: dict[int, type[QueryError]] = {
    **dict.fromkeys((1022, 1048, 1062, 1216, 1217, 1451, 1452, 3819), IntegrityError),
    **dict.fromkeys(
        (
            *(1007, 1008, 1046, 1049, 1050, 1051, 1054, 1060, 1061, 1064, 1068, 1091, 1093, 1136, 1146, 1149),
            *(1242, 1243, 1248, 1356, 1829, 4028),
        ),
        ProgrammingError,
    ),
    **dict.fromkeys((1264, 1365, 1366, 1406, 1426, 1690, 20203), DataError),
    **dict.fromkeys((20102, 20313), NotSupportedError),
}
_STANDING_FOR: tuple[tuple[type[sa_exc.DBAPIError], type[QueryError]], ...] = (
    (sa_exc.IntegrityError, IntegrityError),
    (sa_exc.ProgrammingError, ProgrammingError),
    (sa_exc.DataError, DataError),
    (sa_exc.NotSupportedError, NotSupportedError),
    (sa_exc.InternalError, InternalError),
    (sa_exc.OperationalError, OperationalError),
)
_TEXTS: tuple[tuple[re.Pattern[str], type[QueryError]], ...] = tuple(
    (re.compile(pattern), cls)
    for pattern, cls in (
        # What the texts repeat of a value comes after their first words, and must not decide.
        (
            (
                r"^(internal error: )?(malformed vector|vector dimension|error while casting|convert to "
                r"|the input value |Data too long|Can't cast|invalid UUID|parsing time|division by zero)"
            ),
            DataError,
        ),
        (
            (
                r"appears in uncommitted transaction|unsupported in transactions|not supported in transactions"
                r"|Only CREATE of DDL is supported|not supported inside an explicit transaction"
            ),
            TransactionRefusedError,
        ),
        (r"foreign key constraint|Duplicate entry ", IntegrityError),
        (r"^context canceled", QueryCanceledError),
        (
            (
                r"^invalid input: (missing FROM-clause|ambiguous column|table \S+ specified more than once"
                r"|insert values does not match|subquery returns more|cannot insert|more than one primary key)"
            ),
            ProgrammingError,
        ),
        (
            (
                r"privilege|(not|n't|does't) exist|not found|already (exists|has)| exists$|no such"
                r"|(^|: )there is no |SQL syntax|Can't DROP"
            ),
            ProgrammingError,
        ),
        (r"^(internal error: )?panic", InternalError),
        (r"[Nn]ot (yet )?(supported?|enabled|been implemented)|is not support |[Uu]nsupported", NotSupportedError),
        (r"^invalid input", DataError),
    )
)
_AUTHENTICATION = re.compile(
    r"Access denied|there is no (user|tenant|role)|suspended|user is locked|check password failed"
)
_ADMINISTRATIVE = range(20000, 30000)
_NOT_SUPPORTED = 20105


def translate(error: sa_exc.StatementError) -> QueryError:
    """Turn SQLAlchemy's wrapper of a driver error into the SDK's error.

    Args:
        error: As raised by SQLAlchemy; errors of the SDK are returned unchanged. The driver's error, which tracebacks
            show as the cause, loses the secrets the server repeats.

    Returns:
        An error that is also an instance of the SQLAlchemy class that fits the server's answer.
    """
    if isinstance(error, QueryError):
        return error
    number, message, sqlstate = server_answer(error.orig)
    cls = _class_of(number, message, error) if isinstance(error, sa_exc.DBAPIError) else QueryError
    if error.orig is not None:
        error.orig.args = tuple(mask_secrets(part) if isinstance(part, str) else part for part in error.orig.args)
    if cls is TransactionRefusedError:
        message += "; the session's managers wait for its commit with such statements, client.execute() runs them alone"
    return cls(
        mask_secrets(message),
        errno=number,
        sqlstate=sqlstate,
        sql=summarize(error.statement) if error.statement else None,
        orig=error.orig,
        connection_invalidated=getattr(error, "connection_invalidated", False),
    )


def server_answer(error: BaseException | None) -> tuple[int | None, str, str | None]:
    """Number, first line of the message, and SQLSTATE of a driver's exception."""
    args: tuple[Any, ...] = getattr(error, "args", ())
    if len(args) > 1 and isinstance(args[0], int):
        return args[0], first_line(args[1]), getattr(error, "sqlstate", None)
    return None, first_line(error), None


def first_line(text: object) -> str:
    """The first line of a message: what follows is the server's stack trace."""
    return str(text).split("\n", 1)[0].strip()


def is_authentication_failure(number: int | None, message: str) -> bool:
    """Whether a failed connect was refused for who the caller is."""
    return number == 1045 or bool(_AUTHENTICATION.search(message))  # noqa: PLR2004 - MySQL's "access denied"


def _class_of(number: int | None, message: str, error: sa_exc.DBAPIError) -> type[QueryError]:
    if number in _CLASSES:
        return _CLASSES[number]
    if number in TRANSACTION_LOST:
        return OperationalError
    if number is None or number in _ADMINISTRATIVE or number == 1105:  # noqa: PLR2004 - a plain internal error text
        for pattern, cls in _TEXTS:
            if pattern.search(message):
                return cls
    return NotSupportedError if number == _NOT_SUPPORTED else _standing_for(error)


def _standing_for(error: sa_exc.DBAPIError) -> type[QueryError]:
    for theirs, ours in _STANDING_FOR:
        if isinstance(error, theirs):
            return ours
    return QueryError


def _init_statement_error(
    error: sa_exc.StatementError,
    message: str,
    *,
    errno: int | None,
    sqlstate: str | None,
    sql: str | None,
    orig: BaseException | None,
) -> None:
    sa_exc.StatementError.__init__(error, message, sql, None, orig, hide_parameters=True)
    error.errno = errno  # type: ignore[attr-defined]
    error.sqlstate = sqlstate  # type: ignore[attr-defined]
    error.sql = sql  # type: ignore[attr-defined]


def _rebuild(cls: type[MatrixOneError], args: tuple[Any, ...], state: dict[str, Any]) -> MatrixOneError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error
