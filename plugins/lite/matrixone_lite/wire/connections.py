"""The connections of an engine, one thread each."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING

from matrixone_lite.wire.connection import Connection

if TYPE_CHECKING:
    import socket
    import ssl

    from matrixone_lite.engine.api import Engine

CLOSE_TIMEOUT = 5.0


class Connections:
    """Serves sockets until they or this end.

    Args:
        engine: What the clients talk to.
        version: What the server calls itself.
        tls: Makes connections secret where a client asks for it; None offers no TLS.
    """

    def __init__(self, engine: Engine, version: str, tls: ssl.SSLContext | None = None) -> None:
        self._engine = engine
        self._version = version
        self._tls = tls
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._threads: dict[Connection, threading.Thread] = {}
        self._closed = False

    def serve(self, sock: socket.socket) -> None:
        """Serve a socket in a thread of its own; it is closed where everything has ended already."""
        connection = Connection(sock, next(self._ids), self._engine, self._version, self._tls)
        thread = threading.Thread(target=self._run, args=(connection,), name="matrixone-lite", daemon=True)
        with self._lock:
            if self._closed:
                sock.close()
                return
            # started under the lock, so that close() only sees threads it can wait for
            thread.start()
            self._threads[connection] = thread

    def close(self) -> None:
        """End every connection and wait for its thread; further calls do nothing."""
        with self._lock:
            self._closed = True
            threads = dict(self._threads)
        for connection in threads:
            connection.disconnect()
        for thread in threads.values():
            if thread is not threading.current_thread():
                thread.join(CLOSE_TIMEOUT)

    def _run(self, connection: Connection) -> None:
        try:
            connection.run()
        finally:
            with self._lock:
                self._threads.pop(connection, None)
