"""One client connection: login, then commands until it leaves."""

from __future__ import annotations

import contextlib
import logging
import socket
from typing import TYPE_CHECKING

from matrixone_lite.engine.api import Done, FileRequest, Rows, ServerError
from matrixone_lite.wire import messages
from matrixone_lite.wire.constants import Capability, Command, Status
from matrixone_lite.wire.data import MalformedPacketError, Reader
from matrixone_lite.wire.handshake import (
    PLUGIN,
    asks_for_tls,
    greeting,
    new_scramble,
    parse_login,
    switch_request,
)
from matrixone_lite.wire.packets import PacketStream, PacketTooLargeError
from matrixone_lite.wire.statements import PreparedStatements

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    from matrixone_lite.engine.api import Engine, Result, Session
    from matrixone_lite.wire.handshake import Login
    from matrixone_lite.wire.statements import RowWriter

log = logging.getLogger(__name__)

BUFFER_SIZE = 1 << 16
LOGIN_TIMEOUT = 10.0
LOGIN_PACKET_LIMIT = 1 << 16


class Connection:
    """Speaks the protocol over one socket; :meth:`run` returns when the connection has ended.

    Args:
        sock: The socket, which this closes.
        connection_id: What ``connection_id()`` answers.
        engine: What the client talks to.
        version: What the server calls itself.
        tls: Makes the connection secret if the client asks for it; None offers no TLS.
    """

    def __init__(
        self,
        sock: socket.socket,
        connection_id: int,
        engine: Engine,
        version: str,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._socket = sock
        self._tls = tls
        # A buffer would swallow the beginning of TLS, which follows a login's first packet at once.
        self._stream = sock.makefile("rwb", buffering=BUFFER_SIZE if tls is None else 0)
        self._packets = PacketStream(self._stream)
        self._id = connection_id
        self._engine = engine
        self._version = version
        self._capabilities = Capability(0)
        self._session: Session | None = None

    def run(self) -> None:
        """Serve the client until it quits, vanishes, breaks the protocol or is disconnected."""
        try:
            self._socket.settimeout(LOGIN_TIMEOUT)
            session = self._login()
            if session is not None:
                self._serve(session)
        except (
            OSError,
            ValueError,
            MalformedPacketError,
            PacketTooLargeError,
        ) as reason:  # ValueError: the stream was closed meanwhile
            log.debug("connection %d ended: %s", self._id, reason)
        except Exception:
            log.exception("connection %d", self._id)
        finally:
            self._close()

    def disconnect(self) -> None:
        """End the connection, from any thread: its statement is interrupted, its transaction rolled back."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if self._session is not None:
            self._session.interrupt(for_good=True)

    # ------------------------------------------------------------------ login
    def _login(self) -> Session | None:
        scramble = new_scramble()
        self._send(greeting(self._version, self._id, scramble, tls=self._tls is not None))
        self._packets.limit, limit = LOGIN_PACKET_LIMIT, self._packets.limit
        payload = self._packets.read()
        if payload is not None and self._tls is not None:
            payload = self._behind_tls(payload, self._tls)
        if payload is None:
            return None
        login = parse_login(payload)
        response = self._auth_response(login, scramble)
        self._packets.limit = limit
        self._capabilities = login.capabilities
        try:
            principal = self._engine.authenticate(login.user, scramble, response)
            session = self._engine.connect(principal, login.database, self._id)
        except ServerError as failure:
            self._send(messages.error(failure))
            return None
        self._session = session
        session.on_kill(self.disconnect)
        self._send(messages.ok(session.status))
        return session

    def _behind_tls(self, payload: bytes, tls: ssl.SSLContext) -> bytes | None:
        """The login, read over TLS if that is what the first packet asks for."""
        asked = asks_for_tls(payload)
        if asked:
            # known before the handshake, so that disconnect() ends one that never comes to its end
            self._socket = secured = tls.wrap_socket(self._socket, server_side=True, do_handshake_on_connect=False)
            secured.do_handshake()
        self._stream.close()
        self._stream = self._socket.makefile("rwb", buffering=BUFFER_SIZE)
        self._packets.continue_over(self._stream)
        return self._packets.read() if asked else payload

    def _auth_response(self, login: Login, scramble: bytes) -> bytes:
        if not login.plugin or login.plugin == PLUGIN:
            return login.auth_response
        self._send(switch_request(scramble))
        answer = self._packets.read()
        if answer is None:
            raise MalformedPacketError("no answer to the request for another authentication method")
        return answer

    # ------------------------------------------------------------------ commands
    def _serve(self, session: Session) -> None:
        commands: dict[int, Callable[[bytes], None]] = {
            Command.INIT_DB: self._init_db,
            Command.QUERY: self._query,
            Command.FIELD_LIST: self._field_list,
            Command.PING: self._ping,
            Command.SET_OPTION: self._set_option,
        }
        prepared = PreparedStatements(session)
        quiet: dict[int, Callable[[bytes], None]] = {  # commands without an answer
            Command.STMT_SEND_LONG_DATA: prepared.append_long_data,
            Command.STMT_CLOSE: prepared.close,
        }
        commands |= {
            Command.STMT_PREPARE: lambda body: self._prepare(prepared, body),
            Command.STMT_EXECUTE: lambda body: self._results(*prepared.execute(body)),
            Command.STMT_RESET: lambda body: self._reset_statement(prepared, body),
        }
        while True:
            self._packets.restart()
            self._socket.settimeout(session.idle_timeout)
            payload = self._next_command()
            if not payload or payload[0] == Command.QUIT:
                return
            code, body = payload[0], payload[1:]
            if code in quiet:
                quiet[code](body)
                continue
            self._socket.settimeout(None)
            self._answer(commands.get(code) or _unsupported(code), body)
            self._packets.flush()

    def _next_command(self) -> bytes | None:
        try:
            return self._packets.read()
        except PacketTooLargeError:
            failure = ServerError(13125, "Got a packet bigger than 'max_allowed_packet' bytes")
            self._send(messages.error(failure))
            return None

    def _answer(self, command: Callable[[bytes], None], body: bytes) -> None:
        try:
            command(body)
        except ServerError as failure:
            self._packets.write(messages.error(failure))
        except (OSError, MalformedPacketError):
            raise
        except Exception as failure:
            # A defect of this program: say so as the server words its own, and keep the connection.
            log.exception("connection %d", self._id)
            reason = f"internal error: panic {type(failure).__name__}: {failure}"
            self._packets.write(messages.error(ServerError(20101, reason)))

    def _ping(self, _: bytes) -> None:
        self._packets.write(messages.ok(self._status()))

    def _init_db(self, body: bytes) -> None:
        self._current.use(_text(body))
        self._packets.write(messages.ok(self._status()))

    def _set_option(self, _: bytes) -> None:
        # Several statements run with and without the option, so there is nothing to switch.
        self._packets.write(messages.end_of_rows(self._capabilities, self._status()))

    def _field_list(self, body: bytes) -> None:
        table = _text(Reader(body).until_null()).replace("`", "``")
        for result in self._current.execute(f"select * from `{table}` limit 0"):
            if isinstance(result, Rows):
                for column in result.columns:
                    self._packets.write(messages.field_definition(column))
        self._packets.write(messages.end_of_rows(self._capabilities, self._status()))

    def _query(self, body: bytes) -> None:
        self._results(self._current.execute(_text(body)), lambda _: messages.text_row)

    def _prepare(self, prepared: PreparedStatements, body: bytes) -> None:
        for packet in prepared.prepare(_text(body), self._capabilities, self._status()):
            self._packets.write(packet)

    def _reset_statement(self, prepared: PreparedStatements, body: bytes) -> None:
        prepared.reset(body)
        self._packets.write(messages.ok(self._status()))

    # ------------------------------------------------------------------ results
    def _results(self, results: Iterator[Result], writer: RowWriter) -> None:
        for result in results:
            match result:
                case Rows():
                    self._rows(result, writer)
                case FileRequest():
                    self._receive_file(result, results, writer)
                    return
                case Done():
                    self._done(result)

    def _done(self, done: Done) -> None:
        session = self._current
        status = self._status(more=done.more)
        warnings = session.warnings
        self._packets.write(messages.ok(status, done.affected_rows, done.last_insert_id, warnings, done.info))

    def _rows(self, result: Rows, writer: RowWriter) -> None:
        write, to_bytes = self._packets.write, writer(result.columns)
        write(messages.column_count(len(result.columns)))
        for packet in messages.column_definitions(result.columns, self._capabilities, self._status(more=result.more)):
            write(packet)
        for row in result.rows:
            write(to_bytes(row))
        write(messages.end_of_rows(self._capabilities, self._status(more=result.more), self._current.warnings))

    def _receive_file(self, request: FileRequest, results: Iterator[Result], writer: RowWriter) -> None:
        """Ask for a file; whatever becomes of the statement, the client sends all of it before it listens again."""
        self._send(messages.local_infile(request.path))
        content = self._file_content()
        request.feed(content)
        try:
            following = next(results, None)
        finally:
            for _ in content:
                pass
        if following is not None:
            self._results(_chain(following, results), writer)

    def _file_content(self) -> Iterator[bytes]:
        while chunk := self._packets.read():
            yield chunk

    # ------------------------------------------------------------------ helpers
    @property
    def _current(self) -> Session:
        if self._session is None:
            raise MalformedPacketError("a command before the login")
        return self._session

    def _status(self, *, more: bool = False) -> int:
        return self._current.status | (Status.MORE_RESULTS if more else 0)

    def _send(self, payload: bytes) -> None:
        self._packets.write(payload)
        self._packets.flush()

    def _close(self) -> None:
        try:
            if self._session is not None:
                self._session.close()
        finally:
            with contextlib.suppress(OSError, ValueError):
                self._stream.close()
            self._socket.close()


def _unsupported(code: int) -> Callable[[bytes], None]:
    def refuse(_: bytes) -> None:
        raise ServerError(20101, f"internal error: unsupported command. {code:#x}")

    return refuse


def _text(data: bytes) -> str:
    """SQL as text; bytes that are no UTF-8 (of binary literals) survive as surrogates."""
    return data.decode("utf-8", "surrogateescape")


def _chain(first: Result, rest: Iterator[Result]) -> Iterator[Result]:
    yield first
    yield from rest
