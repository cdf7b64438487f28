"""The listening socket."""

import contextlib
import logging
import socket
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
CLOSE_TIMEOUT = 5.0
PAUSE = 0.1
"""Seconds until the next attempt after one that failed."""


class Listener:
    """Accepts connections on 127.0.0.1 from its construction on.

    Args:
        serve: What is done with the socket of each.
        port: 0 takes a free one.

    Raises:
        OSError: The port cannot be bound.
    """

    def __init__(self, serve: Callable[[socket.socket], None], port: int) -> None:
        self._serve = serve
        self._closed = threading.Event()
        try:
            self._socket = socket.create_server((HOST, port))
        except OSError as reason:
            raise OSError(reason.errno, f"cannot listen on {HOST}:{port}: {reason.strerror}") from reason
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name=f"matrixone-lite:{self.port}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening; further calls do nothing."""
        if self._closed.is_set():
            return
        self._closed.set()
        # Closing a socket does not wake the thread that accepts on it everywhere; a connection does.
        with contextlib.suppress(OSError):
            socket.create_connection((HOST, self.port), timeout=1).close()
        self._thread.join(CLOSE_TIMEOUT)
        self._socket.close()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                sock, _ = self._socket.accept()
            except OSError as reason:
                # too many open files, a client that has left already: others may come
                log.warning("a connection was not accepted: %s", reason)
                self._closed.wait(PAUSE)
                continue
            try:
                if not self._closed.is_set():
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._serve(sock)
                    continue
            except (OSError, RuntimeError) as reason:  # RuntimeError: no more threads
                log.warning("a connection was not served: %s", reason)
            sock.close()
