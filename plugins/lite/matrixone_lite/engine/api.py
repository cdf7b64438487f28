"""What the wire needs from the engine: results, sessions and the engine itself, as protocols.

``matrixone_lite.engine.session`` implements them. Nothing here knows packets, nothing there knows sockets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from matrixone_lite.engine.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = [
    "Column",
    "Done",
    "Engine",
    "FileRequest",
    "Prepared",
    "Principal",
    "Result",
    "Rows",
    "ServerError",
    "Session",
]

STATUS_IN_TRANSACTION = 1
STATUS_AUTOCOMMIT = 2

Cell = bytes | None
Argument = None | int | float | str | bytes
"""A value of a binary-protocol parameter; temporal values and decimals arrive as text."""


@dataclass(frozen=True, slots=True)
class Column:
    """Description of one result column, as the protocol sends it."""

    name: str
    type_code: int
    charset: int = 33
    length: int = 0
    flags: int = 0
    decimals: int = 0
    database: str = ""
    table: str = ""
    org_table: str = ""
    org_name: str = ""


@dataclass(slots=True)
class Rows:
    """A result set; ``rows`` may be lazy and may raise :class:`ServerError` while it is read.

    ``more`` says whether another result of the same request follows.
    """

    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    more: bool = False


@dataclass(slots=True)
class Done:
    """A statement that ended without a result set."""

    affected_rows: int = 0
    last_insert_id: int = 0
    info: str = ""
    more: bool = False


@dataclass(slots=True)
class FileRequest:
    """The engine asks the client for a local file; the wire sets ``content`` before it asks for the next result."""

    path: str
    content: Iterable[bytes] = field(default_factory=tuple)

    def feed(self, chunks: Iterable[bytes]) -> None:
        """Hand over the file's bytes, in pieces of any size.

        :param chunks: the pieces, in order; read once, before the next result is produced
        """
        self.content = chunks


Result = Rows | Done | FileRequest


@dataclass(frozen=True, slots=True)
class Principal:
    """Who has logged in."""

    account_id: int
    account: str
    user_id: int
    user: str
    role_id: int
    role: str


class Prepared(Protocol):
    """A statement of the binary protocol."""

    @property
    def param_count(self) -> int:
        """Number of ``?`` marks."""
        ...

    @property
    def columns(self) -> Sequence[Column]:
        """Result columns, empty when the statement returns none."""
        ...


class Session(Protocol):
    """One connection's state."""

    @property
    def status(self) -> int:
        """SERVER_STATUS bits (AUTOCOMMIT 2, IN_TRANS 1) after the last statement."""
        ...

    @property
    def warnings(self) -> int:
        """Number of warnings of the last statement."""
        ...

    @property
    def database(self) -> str:
        """Current database, empty when there is none."""
        ...

    def execute(self, sql: str) -> Iterator[Result]:
        """Run one or several statements.

        :param sql: text of a COM_QUERY
        :return: one result a statement, lazily; ``Rows.rows`` must be read (or closed) before the next one
        :raises ServerError: when a statement fails; the following ones are not run
        """
        ...

    def prepare(self, sql: str) -> Prepared:
        """Prepare one statement for :meth:`execute_prepared` (COM_STMT_PREPARE)."""
        ...

    def execute_prepared(self, prepared: Any, arguments: Sequence[Argument]) -> Iterator[Result]:
        """Run a prepared statement, as :meth:`prepare` returned it, with values for its marks."""
        ...

    def close_prepared(self, prepared: Any) -> None:
        """Forget a prepared statement."""
        ...

    def use(self, database: str) -> None:
        """Change the current database (COM_INIT_DB); error 1049 when there is none of that name."""
        ...

    def reset(self) -> None:
        """Roll back, drop temporary tables, variables and prepared statements (COM_RESET_CONNECTION)."""
        ...

    @property
    def idle_timeout(self) -> float:
        """Seconds (``wait_timeout``) without a command after which the wire closes the connection."""
        ...

    def on_kill(self, disconnect: Callable[[], None]) -> None:
        """Name what ends the connection when another session kills it (KILL id)."""
        ...

    def interrupt(self, *, for_good: bool = False) -> None:
        """Stop the running statement, from any thread; it fails with 1105 ``context canceled``.

        :param for_good: no later statement runs either, not even one that is about to begin
        """
        ...

    def close(self) -> None:
        """Roll back and free everything; idempotent."""
        ...


class Engine(Protocol):
    """One embedded database, shared by its sessions."""

    def authenticate(self, login: str, scramble: bytes, response: bytes) -> Principal:
        """Check a mysql_native_password login.

        :param login: ``user``, ``account:user`` or ``account#user``, each optionally followed by a role
        :param scramble: the 20 random bytes sent to the client
        :param response: the client's answer, empty for an empty password
        :raises ServerError: 1045 or 20101 as the server words them
        """
        ...

    def connect(self, principal: Principal, database: str, connection_id: int) -> Session:
        """Open a session; error 1049 when ``database`` is named and missing."""
        ...

    def close(self) -> None:
        """Close the store and remove it when it is temporary."""
        ...
