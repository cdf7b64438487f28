"""An engine inside a process, reached over pairs of sockets: what a server is without its port."""

from __future__ import annotations

import socket
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Self

from matrixone_lite.engine.api import Principal, Rows
from matrixone_lite.engine.engine import LiteEngine
from matrixone_lite.version import VERSION
from matrixone_lite.wire.connections import Connections

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

    TLS = ssl.SSLContext | tuple[str | PathLike[str], str | PathLike[str]]
    """A context of a server, or the files of a certificate chain and its key (PEM)."""

USER = "root"
SYS_ROOT = Principal(account_id=0, account="sys", user_id=0, user=USER, role_id=0, role="moadmin")
PASSWORD = "111"  # noqa: S105 - the well-known first password of a fresh MatrixOne

Script = str | PathLike[str]
"""Statements as text, or the file (a path object) that holds them."""


class Embedded:
    """An embedded database and its connections; it may be used as a context manager.

    Args:
        data: Directory of the database; without one it is temporary and vanishes with this.
        password: Password of ``root`` in account ``sys``, where the database is new.
        sql: Statements to run first, as ``root``.
        tls: What clients who ask for TLS get; without it no TLS is offered.

    Raises:
        OSError: The directory, a certificate or the file of statements cannot be used.
        ServerError: A statement of ``sql`` fails.
    """

    def __init__(
        self,
        data: str | PathLike[str] | None = None,
        password: str = PASSWORD,
        *,
        sql: Script | None = None,
        tls: TLS | None = None,
    ) -> None:
        context = None if tls is None else _context(tls)
        statements = sql if sql is None or isinstance(sql, str) else Path(fspath(sql)).read_text(encoding="utf-8")
        self._password = password
        self._engine = LiteEngine(data, password=password)
        self._connections = Connections(self._engine, VERSION, context)
        if statements is not None:
            try:
                self.execute(statements)
            except BaseException:
                self._engine.close()
                raise

    def socket(self) -> socket.socket:
        """The client's end of a new connection, which has yet to read the greeting."""
        ours, theirs = socket.socketpair()
        self._connections.serve(ours)
        return theirs

    def execute(self, sql: str) -> None:
        """Run statements as ``root``, without a connection; their rows are thrown away.

        Raises:
            ServerError: A statement fails; the following ones are not run.
        """
        session = self._engine.connect(SYS_ROOT, "", connection_id=0)
        try:
            for result in session.execute(sql):
                if isinstance(result, Rows):
                    for _ in result.rows:
                        pass
        finally:
            session.close()

    def close(self) -> None:
        """End all connections and free the files; further calls do nothing."""
        self._connections.close()
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _context(tls: TLS) -> ssl.SSLContext:
    if not isinstance(tls, tuple):
        return tls
    import ssl

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*tls)
    return context
