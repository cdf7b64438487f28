"""The embedded server of a client: in its process, without a port, for as long as the client is connected."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from matrixone.connect import ConnectionSettings
from matrixone.exceptions import (
    ConfigurationError,
    ConnectionError,  # noqa: A004 - the name the specification gives it
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from sqlalchemy.engine import Engine

    from matrixone.lite import Embedded

HOST = "embedded"
"""What takes the place of a host name in messages and in the login information."""
_NOT_THERE = ("host", "port", "url", "ssl_mode", "ssl_ca", "ssl_cert", "ssl_key")


class EmbeddedServer:
    """Starts with the client's connection, ends with it, and gives its engine sockets.

    Args:
        data: Directory of the database; without one it is temporary.
        sql: Statements to run first, or the file (a path object) that holds them.
    """

    def __init__(self, data: str | PathLike[str] | None, sql: str | PathLike[str] | None) -> None:
        self._data = data
        self._sql = sql
        self._embedded: Embedded | None = None

    @staticmethod
    def settings(options: Mapping[str, Any]) -> dict[str, Any]:
        """The client's settings for these options.

        Raises:
            ConfigurationError: An option of servers that have an address.
        """
        if named := sorted(options.keys() & set(_NOT_THERE)):
            raise ConfigurationError(f"an embedded server has no {', '.join(named)}: it is reached without a port")
        return {**options, "host": HOST, "ssl_mode": "disabled"}

    def start(self, settings: ConnectionSettings) -> None:
        """Start, with the database the client begins in.

        Raises:
            ConnectionError: The directory cannot be used, or a statement of ``sql`` fails.
            ModuleNotFoundError: The extra ``lite`` is not installed.
        """
        from matrixone.lite import Embedded, ServerError

        as_root = settings.login_parts()["user"] == "root"
        password = (settings if as_root else ConnectionSettings()).password
        try:
            self._embedded = Embedded(self._data, password, sql=self._script(settings))
        except (OSError, ServerError) as error:
            raise settings.failure(error) from error

    def follow(self, engine: Engine) -> None:
        """Make the connections of an engine those of the server."""
        event.listen(engine, "do_connect", self._connect)

    def close(self) -> None:
        """End, with all connections."""
        embedded, self._embedded = self._embedded, None
        if embedded is not None:
            embedded.close()

    def _script(self, settings: ConnectionSettings) -> str:
        text = self._sql if self._sql is None or isinstance(self._sql, str) else Path(self._sql).read_text("utf-8")
        first = ""
        if settings.database is not None and settings.login_parts()["account"] == "sys":
            name = f"`{settings.database.replace('`', '``')}`"
            first = f"CREATE DATABASE IF NOT EXISTS {name}; USE {name}; "
        return first + (text or "")

    def _connect(self, dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> Any:
        if self._embedded is None:
            raise ConnectionError("the embedded server has ended with its client")
        sock = self._embedded.socket()
        if dialect.is_async:
            from matrixone.dialect.over_socket import connect_over

            return dialect.connect(*arguments, async_creator_fn=partial(connect_over, sock), **options)
        connection = dialect.connect(*arguments, defer_connect=True, **options)
        connection.connect(sock)
        return connection
