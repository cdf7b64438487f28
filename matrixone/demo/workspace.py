"""A server for the demo, and a database of its own there that is gone afterwards."""

from __future__ import annotations

import secrets
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matrixone.client import Client
from matrixone.exceptions import ConfigurationError, MatrixOneError
from matrixone.sql import SQL, Identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Workspace", "open_workspace"]


@dataclass(frozen=True, slots=True)
class Workspace:
    """A client, the database it works in, and the names of what else the demo may create."""

    client: Client
    database: str
    copy: str
    snapshot: str


@contextmanager
def open_workspace(url: str | None = None) -> Iterator[Workspace]:
    """Create a database and drop it at the end, together with the snapshot and the clone.

    Args:
        url: Address of a server; an embedded development server is started if it is left out.

    Raises:
        ConnectionError: The server cannot be reached.
        ConfigurationError: The embedded server is not installed.
    """
    database = f"matrixone_demo_{secrets.token_hex(4)}"
    copy, snapshot = f"{database}_copy", f"{database}_before"
    with ExitStack() as stack:
        address = url or stack.enter_context(_embedded_server())
        administrator = stack.enter_context(Client(url=address))
        stack.enter_context(_dropping(administrator, snapshot, (copy, database)))
        administrator.execute(SQL("CREATE DATABASE {name}").format(name=Identifier(database)))
        client = stack.enter_context(Client(url=address, database=database))
        yield Workspace(client, database, copy, snapshot)


@contextmanager
def _dropping(client: Client, snapshot: str, databases: Iterable[str]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        # What failed first is what the caller has to know.
        with suppress(MatrixOneError):
            _drop(client, snapshot, databases)
        raise
    _drop(client, snapshot, databases)


def _drop(client: Client, snapshot: str, databases: Iterable[str]) -> None:
    client.execute(SQL("DROP SNAPSHOT IF EXISTS {name}").format(name=Identifier(snapshot)))
    for database in databases:
        client.execute(SQL("DROP DATABASE IF EXISTS {name}").format(name=Identifier(database)))


@contextmanager
def _embedded_server() -> Iterator[str]:
    try:
        from matrixone.lite import Server
    except ModuleNotFoundError as error:
        if error.name != "matrixone.lite":
            raise
        raise ConfigurationError("no --url given and no embedded server: pip install 'matrixone[lite]'") from error
    with Server() as server:
        yield server.url
