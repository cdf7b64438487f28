"""The embedded server: an embedded database behind a listening socket."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from matrixone_lite.embedded import PASSWORD, USER, Embedded
from matrixone_lite.wire.listener import HOST, Listener

if TYPE_CHECKING:
    from os import PathLike

    from matrixone_lite.embedded import TLS, Script


class Server(Embedded):
    """A development server on 127.0.0.1 that answers as MatrixOne does.

    It listens from its construction on and may be used as a context manager. Any number of servers may live in one
    process.

    Args:
        data: Directory of the database; without one it is temporary and vanishes with the server.
        port: 0 takes a free one.
        password: Password of ``root`` in account ``sys``, where the database is new.
        sql: Statements to run first, as ``root``: a text, or a path object of a file.
        tls: What clients who ask for TLS get: a context, or the files of a certificate and its key.

    Raises:
        OSError: The port, the directory, a certificate or the file of statements cannot be used.
        ServerError: A statement of ``sql`` fails.
    """

    def __init__(
        self,
        data: str | PathLike[str] | None = None,
        port: int = 0,
        password: str = PASSWORD,
        *,
        sql: Script | None = None,
        tls: TLS | None = None,
    ) -> None:
        super().__init__(data, password, sql=sql, tls=tls)
        try:
            self._listener = Listener(self._connections.serve, port)
        except BaseException:
            self._engine.close()
            raise
        self._engine.variables.preset("port", self.port)

    @property
    def port(self) -> int:
        """The TCP port."""
        return self._listener.port

    @property
    def url(self) -> str:
        """What a client connects with, password included."""
        return f"matrixone://{USER}:{quote(self._password, safe='')}@{HOST}:{self.port}/"

    def close(self) -> None:
        """End all connections and free the port and the files; further calls do nothing."""
        self._listener.close()
        super().close()

    def __repr__(self) -> str:
        return f"<Server {HOST}:{self.port}>"
