"""The embedded server: an engine behind a listening socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from matrixone_lite.engine.api import Principal, Rows
from matrixone_lite.engine.engine import LiteEngine
from matrixone_lite.version import VERSION
from matrixone_lite.wire.listener import HOST, Listener

if TYPE_CHECKING:
    import os
    from types import TracebackType

USER = "root"
SYS_ROOT = Principal(account_id=0, account="sys", user_id=0, user=USER, role_id=0, role="moadmin")
PASSWORD = "111"  # noqa: S105 - the well-known first password of a fresh MatrixOne


class Server:
    """A development server on 127.0.0.1 that answers as MatrixOne does.

    It listens from its construction on and may be used as a context manager. Any number of servers may live in one
    process.

    Args:
        data: directory of the database; without one it is temporary and vanishes with the server.
        port: 0 takes a free one.
        password: password of ``root`` in account ``sys``, where the database is new.

    Raises:
        OSError: the port or the directory cannot be used.
    """

    def __init__(self, data: str | os.PathLike[str] | None = None, port: int = 0, password: str = PASSWORD) -> None:
        self._password = password
        self._engine = LiteEngine(data, password=password)
        try:
            self._listener = Listener(self._engine, port, VERSION)
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

    def execute(self, sql: str) -> None:
        """Run statements as ``root``, without a connection; their rows are thrown away.

        Raises:
            ServerError: a statement fails; the following ones are not run.
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
        """End all connections and free the port and the files; further calls do nothing."""
        self._listener.close()
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Server {HOST}:{self.port}>"
