"""What a session tells the query log of its client."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from matrixone.querylog import statement_context

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from matrixone.client import Client

_numbers = itertools.count(1)


class SessionLog:
    """Reports of one session; silent without a client.

    Args:
        client: The client whose log is written.
    """

    def __init__(self, client: Client | None) -> None:
        self._client = client
        self.session_id = f"s{next(_numbers)}"

    def event(self, name: str, **fields: Any) -> None:
        """Something happened that is not a statement."""
        if self._client is not None:
            with statement_context(session_id=self.session_id):
                self._client.log.event(name, **fields)

    def began(self, connection: Connection) -> None:
        """A transaction began; the log listens to connections of engines that are not the client's."""
        if self._client is not None and not self._client._owns(connection):
            self._client.log.attach(connection)

    def failed(self, connection: Connection, error: BaseException) -> None:
        """A statement failed."""
        if self._client is not None:
            self._client.log.failed(connection, error)
