"""The server a task writes to, over the MySQL protocol."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine.errors import ServerError, unsupported

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matrixone_lite.engine.cdc.addresses import Address

_DIALS_WITHIN: Final = 5.0
_LOST: Final = {2003, 2006, 2013, 2014}
_PASSING: Final = {*_LOST, 1205, 1213, 1317, 20701}
"""Errors that may be gone with the next attempt: a lost connection, locks, a statement that was killed."""
_LONGEST_TIMEOUT: Final = 31_536_000


class SinkError(Exception):
    """The sink refused a statement, or could not be reached.

    :param text: as the server's own client words it
    :param passing: another attempt may succeed
    """

    def __init__(self, text: str, *, passing: bool) -> None:
        super().__init__(text)
        self.passing = passing


class Sink:
    """A connection that opens itself when it is needed.

    :param timeout: seconds a statement may take
    """

    def __init__(self, address: Address, timeout: float) -> None:
        self._address = address
        self._timeout = max(0.001, min(timeout, _LONGEST_TIMEOUT))
        self._driver: Any = None
        self._socket: socket.socket | None = None
        self._aborted = threading.Event()

    def open(self) -> None:
        """Connect; nothing happens where that is done.

        :raises SinkError: the sink cannot be reached or refuses the login
        :raises ServerError: 20105 without PyMySQL
        """
        if self._driver is not None:
            return
        pymysql = _driver()
        try:
            self._socket = socket.create_connection((self._address.host, self._address.port), _DIALS_WITHIN)
        except OSError as error:
            place = f"{self._address.host}:{self._address.port}"
            raise SinkError(f"dial tcp {place}: connect: {_reason(error)}", passing=True) from None
        if self._aborted.is_set():
            self.close()
            raise SinkError("context canceled", passing=True)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        driver = pymysql.Connection(
            user=self._address.user,
            password=self._address.password,
            host=self._address.host,
            port=self._address.port,
            charset="utf8mb4",
            autocommit=True,
            init_command="SET time_zone = '+00:00'",
            read_timeout=self._timeout,
            write_timeout=self._timeout,
            defer_connect=True,
        )
        try:
            driver.connect(self._socket)
        except pymysql.MySQLError as error:
            self.close()
            raise _worded(error) from None
        except RuntimeError as error:  # a login that takes the package cryptography
            self.close()
            raise SinkError(str(error), passing=False) from None
        self._driver = driver

    def run(self, statements: Iterable[str], *, together: bool = False) -> None:
        """Run statements, connecting first where that is needed.

        :param together: in one transaction
        :raises SinkError: one fails; the connection is given up, and an open transaction with it
        """
        pymysql = _driver()
        self.open()
        try:
            if together:
                self._driver.begin()
            for statement in statements:
                self._driver.query(statement)
            if together:
                self._driver.commit()
        except (pymysql.MySQLError, OSError) as error:
            self.close()
            raise _worded(error) from None
        except BaseException:
            self.close()
            raise

    def abort(self) -> None:
        """Make the running statement fail, and all later ones, from any thread."""
        self._aborted.set()
        sock = self._socket
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Leave; what is not committed is rolled back by the sink."""
        driver, self._driver = self._driver, None
        if driver is not None:
            with contextlib.suppress(Exception):
                driver.close()
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def text_literal(text: str) -> str:
    """A string for a statement."""
    from pymysql.converters import escape_string

    return f"'{escape_string(text)}'"


def _driver() -> Any:
    try:
        import pymysql
    except ImportError:
        raise unsupported("change data capture without the package PyMySQL") from None
    return pymysql


def _reason(error: OSError) -> str:
    return "i/o timeout" if isinstance(error, TimeoutError) else (error.strerror or str(error)).lower()


def _worded(error: Exception) -> SinkError:
    """An error of the driver in the words of the server's client."""
    number, text = [*error.args, "", ""][:2] if error.args and isinstance(error.args[0], int) else (2013, str(error))
    if number in _LOST or not number:
        return SinkError("invalid connection", passing=True)
    state = ServerError(number, str(text)).sqlstate
    return SinkError(f"Error {number} ({state}): {text}", passing=number in _PASSING)
