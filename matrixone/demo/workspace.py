"""A server for the demo, and a database of its own there that is gone afterwards."""

from __future__ import annotations

import secrets
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matrixone.client import Client
from matrixone.exceptions import ConfigurationError
from matrixone.sql import SQL, Identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Workspace", "open_workspace"]


@dataclass(frozen=True, slots=True)
class Workspace:
    """A client, the database it works in, and the names the demo may take besides."""

    client: Client
    database: str

    @property
    def copy(self) -> str:
        """Name of the clone of the database."""
        return f"{self.database}_copy"

    @property
    def snapshot(self) -> str:
        """Name of the snapshot."""
        return f"{self.database}_before"


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
    with ExitStack() as stack:
        address = url or stack.enter_context(_embedded_server())
        administrator = stack.enter_context(Client(url=address, sql_log_mode="simple"))
        administrator.execute(SQL("CREATE DATABASE {name}").format(name=Identifier(database)))
        client = Client(url=address, database=database, sql_log_mode="simple")
        workspace = Workspace(stack.enter_context(client), database)
        stack.callback(_drop, administrator, workspace)
        yield workspace


def _drop(administrator: Client, workspace: Workspace) -> None:
    snapshot = Identifier(workspace.snapshot)
    administrator.execute(SQL("DROP SNAPSHOT IF EXISTS {name}").format(name=snapshot))
    for database in (workspace.copy, workspace.database):
        administrator.execute(SQL("DROP DATABASE IF EXISTS {name}").format(name=Identifier(database)))


@contextmanager
def _embedded_server() -> Iterator[str]:
    try:
        from matrixone_lite import Server
    except ImportError as error:
        raise ConfigurationError("no --url given and no embedded server: pip install 'matrixone[lite]'") from error
    with Server() as server:
        yield server.url
