"""The listening socket, and one thread a connection."""

import contextlib
import itertools
import logging
import socket
import threading

from matrixone_lite.engine.api import Engine
from matrixone_lite.wire.connection import Connection

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
CLOSE_TIMEOUT = 5.0


class Listener:
    """Accepts connections on 127.0.0.1 from its construction on."""

    def __init__(self, engine: Engine, port: int, version: str) -> None:
        """Bind and start.

        Args:
            engine: what serves the connections.
            port: 0 takes a free one.
            version: what the server calls itself.

        Raises:
            OSError: the port cannot be bound.
        """
        self._engine = engine
        self._version = version
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._connections: dict[Connection, threading.Thread] = {}
        self._closed = False
        try:
            self._socket = socket.create_server((HOST, port))
        except OSError as reason:
            raise OSError(reason.errno, f"cannot listen on {HOST}:{port}: {reason.strerror}") from reason
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name=f"matrixone-lite:{self.port}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening, end every connection and wait for its thread; further calls do nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            connections = dict(self._connections)
        self._wake()
        self._thread.join(CLOSE_TIMEOUT)
        self._socket.close()
        for connection in connections:
            connection.disconnect()
        for thread in connections.values():
            if thread is not threading.current_thread():
                thread.join(CLOSE_TIMEOUT)

    def _wake(self) -> None:
        """Closing a socket does not wake the thread that accepts on it everywhere; a connection does."""
        with contextlib.suppress(OSError):
            socket.create_connection((HOST, self.port), timeout=1).close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                sock, _ = self._socket.accept()
            except OSError as reason:
                if not self._closed:
                    log.warning("no longer accepting connections: %s", reason)
                return
            self._start(sock)

    def _start(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(sock, next(self._ids), self._engine, self._version)
        thread = threading.Thread(target=self._run, args=(connection,), daemon=True)
        with self._lock:
            if self._closed:
                sock.close()
                return
            self._connections[connection] = thread
        thread.start()

    def _run(self, connection: Connection) -> None:
        try:
            connection.run()
        finally:
            with self._lock:
                self._connections.pop(connection, None)
