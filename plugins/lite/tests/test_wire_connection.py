# ruff: noqa: ARG002 - the engine of the test answers calls whose arguments it does not need
"""Connections over real sockets, with an engine that does what the text of a statement says."""

import contextlib
import socket
import struct
import threading
from dataclasses import dataclass, field

import pymysql
import pytest
from matrixone_lite.engine.api import Column, Done, FileRequest, Principal, Rows, ServerError
from matrixone_lite.wire.connections import Connections
from matrixone_lite.wire.constants import Command, FieldType
from matrixone_lite.wire.data import Reader, lenenc_bytes
from matrixone_lite.wire.listener import HOST, Listener
from pymysql.constants import CLIENT

BIG = 17 * 1024 * 1024


@dataclass
class EchoPrepared:
    param_count: int
    columns: list[Column]


@dataclass
class EchoSession:
    connection_id: int
    status: int = 2
    warnings: int = 0
    database: str = ""
    idle_timeout: float = 30.0
    received: bytes = b""
    sessions: dict = field(default_factory=dict)
    interrupted: threading.Event = field(default_factory=threading.Event)

    def execute(self, sql):
        statements = sql.split(";")
        for position, statement in enumerate(statements):
            more = position + 1 < len(statements)
            verb, _, rest = statement.strip().partition(" ")
            yield from getattr(self, f"do_{verb.lower()}", self.do_done)(rest, more)

    def do_done(self, rest, more):
        yield Done(3, 7, more=more)

    def do_begin(self, rest, more):
        self.status = 3
        yield Done(more=more)

    def do_echo(self, rest, more):
        text = rest.encode("utf-8", "surrogateescape")
        yield Rows([Column("echo", FieldType.VAR_STRING), Column("none", FieldType.LONG, 63)], [(text, None)] * 2, more)

    def do_select(self, rest, more):  # COM_FIELD_LIST, and the mysql client when it starts
        yield Rows([Column("a", FieldType.LONG, 63), Column(rest, FieldType.VAR_STRING)], [], more)

    def do_repeat(self, rest, more):
        yield Rows([Column("x", FieldType.VAR_STRING)], [(b"x" * int(rest),)], more)

    def do_fail(self, rest, more):
        raise ServerError(1062, rest, "23000")

    def do_fail_rows(self, rest, more):
        def rows():
            yield (b"1",)
            raise ServerError(20101, rest)

        yield Rows([Column("a", FieldType.LONG, 63)], rows(), more)

    def do_crash(self, rest, more):
        raise ZeroDivisionError(rest)
        yield

    def do_load(self, rest, more):
        request = FileRequest(rest)
        yield request
        content = b"".join(request.content)
        yield Done(len(content), more=more)

    def do_reject(self, rest, more):
        yield FileRequest(rest)
        raise ServerError(20301, "not this file")

    def do_wait(self, rest, more):
        self.interrupted.wait(30)
        raise ServerError(1105, "context canceled")

    def do_kill(self, rest, more):
        self.sessions[int(rest)].disconnect()
        yield Done(more=more)

    def prepare(self, sql):
        if sql == "bad":
            raise ServerError(1064, "bad")
        return EchoPrepared(sql.count("?"), [Column("v", FieldType.VAR_STRING)])

    def execute_prepared(self, prepared, arguments):
        yield Rows(prepared.columns, [(repr(argument).encode(),) for argument in arguments])

    def close_prepared(self, prepared):
        pass

    def use(self, database):
        if database == "missing":
            raise ServerError(1049, "Unknown database missing")
        self.database = database

    def on_kill(self, disconnect):
        self.disconnect = disconnect

    def interrupt(self, *, for_good=False):
        self.interrupted.set()

    def close(self):
        self.sessions.pop(self.connection_id, None)


class EchoEngine:
    def __init__(self):
        self.sessions = {}
        self.logins = []

    def authenticate(self, login, scramble, response):
        self.logins.append((login, len(response)))
        if login == "nobody":
            raise ServerError(1045, "Access denied", "28000")
        return Principal(0, "sys", 0, login, 0, "moadmin")

    def connect(self, principal, database, connection_id):
        session = EchoSession(connection_id, sessions=self.sessions)
        session.use(database)
        self.sessions[connection_id] = session
        return session


@pytest.fixture
def engine():
    return EchoEngine()


@contextlib.contextmanager
def listening(engine, port=0):
    connections = Connections(engine, "8.0.30-echo")
    listener = Listener(connections.serve, port)
    try:
        yield listener.port
    finally:
        listener.close()
        connections.close()


@pytest.fixture
def port(engine):
    with listening(engine) as port:
        yield port


@pytest.fixture
def connect(port):
    with contextlib.ExitStack() as stack:

        def connect(**options):
            connection = pymysql.connect(host=HOST, port=port, user="u", password="p", **options)
            stack.callback(lambda: connection.open and connection.close())
            return connection

        yield connect


def run(connection, sql):
    cursor = connection.cursor()
    cursor.execute(sql)
    return cursor


# ------------------------------------------------------------------ with a driver
def test_login_names_the_version_and_the_database(connect, engine):
    connection = connect(database="d")
    assert connection.server_version == "8.0.30-echo"
    assert engine.logins == [("u", 20)]
    assert [session.database for session in engine.sessions.values()] == ["d"]


@pytest.mark.parametrize(("options", "code"), [({"user": "nobody"}, 1045), ({"database": "missing"}, 1049)])
def test_a_refused_login(port, options, code):
    with pytest.raises(pymysql.OperationalError) as caught:
        pymysql.connect(**{"host": HOST, "port": port, "user": "u", **options})
    assert caught.value.args[0] == code


def test_a_client_that_asks_for_tls_is_told_there_is_none(port):
    with pytest.raises(pymysql.OperationalError) as caught:
        pymysql.connect(host=HOST, port=port, user="u", ssl={"check_hostname": False})
    assert caught.value.args[0] == 2026


def test_rows_and_results_without_rows(connect):
    connection = connect()
    cursor = run(connection, "echo été")
    assert cursor.fetchall() == (("été", None),) * 2
    assert [column[:2] for column in cursor.description] == [("echo", 253), ("none", 3)]
    cursor = run(connection, "insert")
    assert (cursor.rowcount, cursor.lastrowid) == (3, 7)


def test_bytes_that_are_no_text_reach_the_engine_and_come_back(connect):
    connection = connect(use_unicode=False)
    cursor = connection.cursor()
    cursor.execute(b"echo \xff\xfe")
    assert cursor.fetchone()[0] == b"\xff\xfe"


def test_status_follows_the_session(connect):
    connection = connect()
    assert connection.server_status == 2
    run(connection, "begin")
    assert connection.server_status == 3
    connection.ping(reconnect=False)
    assert connection.server_status == 3


@pytest.mark.parametrize("flag", [0, CLIENT.MULTI_STATEMENTS])
def test_several_results_with_and_without_the_flag(connect, flag):
    cursor = run(connect(client_flag=flag), "echo a; insert; echo b")
    assert cursor.fetchone()[0] == "a"
    assert cursor.nextset()
    assert cursor.rowcount == 3
    assert cursor.nextset()
    assert cursor.fetchone()[0] == "b"
    assert not cursor.nextset()


def test_an_error_ends_several_results_and_keeps_the_connection(connect):
    connection = connect()
    cursor = run(connection, "echo a; fail twice; echo b")
    with pytest.raises(pymysql.IntegrityError) as caught:
        cursor.nextset()
    assert caught.value.args == (1062, "twice")
    assert run(connection, "echo c").fetchone()[0] == "c"


def test_an_error_among_rows(connect):
    connection = connect()
    with pytest.raises(pymysql.OperationalError, match="late"):
        run(connection, "fail_rows late")
    assert run(connection, "echo c").fetchone()[0] == "c"


def test_a_defect_of_the_engine_is_an_error_of_the_statement(connect, caplog):
    connection = connect()
    with pytest.raises(pymysql.OperationalError, match="panic ZeroDivisionError: oops"):
        run(connection, "crash oops")
    assert "ZeroDivisionError" in caplog.text
    assert run(connection, "echo c").fetchone()[0] == "c"


def test_packets_above_sixteen_megabytes_both_ways(connect):
    connection = connect(max_allowed_packet=64 << 20)
    assert run(connection, f"repeat {BIG}").fetchone()[0] == "x" * BIG
    assert run(connection, "echo " + "y" * BIG).fetchone()[0] == "y" * BIG


def test_a_packet_above_the_limit_is_refused_and_ends_the_connection(port):
    with raw_login(port) as client:
        client.sendall(b"\xff\xff\xff\x00" + b"\x03" * 0xFFFFFF)
        for number in range(1, 5):
            client.sendall(b"\xff\xff\xff" + bytes((number,)) + bytes(0xFFFFFF))
        client.sendall(b"\0\0\0\x05")
        packet = read_packet(client)
        assert packet[0] == 0xFF
        assert struct.unpack("<H", packet[1:3])[0] == 13125
        assert client.recv(1) == b""


def test_a_local_file_is_fetched(connect, tmp_path):
    file = tmp_path / "f"
    file.write_bytes(b"z" * 100_000)
    cursor = run(connect(local_infile=True), f"load {file}; echo after")
    assert cursor.rowcount == 100_000
    assert cursor.nextset()
    assert cursor.fetchone()[0] == "after"


def test_a_local_file_the_statement_does_not_want_is_read_to_its_end(connect, tmp_path):
    file = tmp_path / "f"
    file.write_bytes(b"z" * 100_000)
    connection = connect(local_infile=True)
    with pytest.raises(pymysql.OperationalError, match="not this file"):
        run(connection, f"reject {file}")
    assert run(connection, "echo c").fetchone()[0] == "c"


def test_select_db(connect, engine):
    connection = connect()
    connection.select_db("d2")
    assert next(iter(engine.sessions.values())).database == "d2"
    with pytest.raises(pymysql.OperationalError, match="Unknown database"):
        connection.select_db("missing")


@pytest.mark.parametrize(("code", "name"), [(0x1F, "0x1f"), (0x11, "0x11"), (0x1C, "0x1c")])
def test_unsupported_commands_are_named(connect, code, name):
    connection = connect()
    connection._execute_command(code, b"")
    with pytest.raises(pymysql.OperationalError) as caught:
        connection._read_ok_packet()
    assert caught.value.args == (20101, f"internal error: unsupported command. {name}")
    connection.ping(reconnect=False)


def test_kill_ends_the_other_connection(connect):
    victim, killer = connect(), connect()
    number = victim.thread_id()
    run(killer, f"kill {number}")
    with pytest.raises(pymysql.OperationalError) as caught:
        run(victim, "echo a")
    assert caught.value.args[0] in {2006, 2013}


def test_close_ends_connections_whatever_they_do(engine):
    with listening(engine) as port:
        connections = [pymysql.connect(host=HOST, port=port, user="u") for _ in range(3)]
        connections[0]._execute_command(Command.QUERY, "wait")
    assert engine.sessions == {}
    for connection in connections[1:]:
        with pytest.raises(pymysql.OperationalError):
            run(connection, "echo a")
    connections[0]._force_close()
    with listening(engine, port) as again:
        assert again == port


def test_an_idle_connection_is_closed(connect, engine):
    connection = connect()
    next(iter(engine.sessions.values())).idle_timeout = 0.05
    connection.ping(reconnect=False)
    assert connection._sock.recv(1) == b""


def test_a_taken_port_is_named(engine, port):
    with pytest.raises(OSError, match=rf"cannot listen on 127\.0\.0\.1:{port}"):
        Listener(Connections(engine, "x").serve, port)


# ------------------------------------------------------------------ without a driver
PROTOCOL_41, SECURE, PLUGIN_AUTH, DEPRECATE_EOF = 1 << 9, 1 << 15, 1 << 19, 1 << 24


def read_exactly(client, size):
    data = b""
    while len(data) < size:
        piece = client.recv(size - len(data))
        assert piece, "the connection has ended"
        data += piece
    return data


def read_packet(client):
    header = read_exactly(client, 4)
    return read_exactly(client, int.from_bytes(header[:3], "little"))


def send_packet(client, payload, number=0):
    client.sendall(len(payload).to_bytes(3, "little") + bytes((number,)) + payload)


@contextlib.contextmanager
def raw_login(port, flags=DEPRECATE_EOF, plugin=b""):
    with socket.create_connection((HOST, port), timeout=10) as client:
        read_packet(client)
        flags |= PROTOCOL_41 | SECURE | (PLUGIN_AUTH if plugin else 0)
        login = flags.to_bytes(4, "little") + bytes(4) + b"\x21" + bytes(23) + b"u\0\x00"
        send_packet(client, login + (plugin + b"\0" if plugin else b""), 1)
        if plugin:
            assert read_packet(client).startswith(b"\xfemysql_native_password\0")
            send_packet(client, b"x" * 20, 3)
        assert read_packet(client)[0] == 0
        yield client


@pytest.mark.parametrize("flags", [0, DEPRECATE_EOF])
def test_both_forms_of_a_result_set(port, flags):
    with raw_login(port, flags) as client:
        send_packet(client, bytes((Command.QUERY,)) + b"echo a")
        packets = [read_packet(client) for _ in range(6 if flags else 7)]
    kinds = [packet[:1] for packet in packets]
    row, eof = b"\x01", b"\xfe"
    assert kinds == (
        [b"\x02", b"\x03", b"\x03", row, row, eof] if flags else [b"\x02", b"\x03", b"\x03", eof, row, row, eof]
    )


def test_another_authentication_method_is_switched(port, engine):
    with raw_login(port, plugin=b"caching_sha2_password"):
        assert engine.logins == [("u", 20)]


def test_prepared_statements(port):
    with raw_login(port) as client:
        send_packet(client, bytes((Command.STMT_PREPARE,)) + b"select ?, ?, ?, ?")
        answer = Reader(read_packet(client))
        answer.take(1)
        number = answer.take(4)
        assert (answer.integer(2), answer.integer(2)) == (1, 4)
        for _ in range(5):
            read_packet(client)
        send_packet(client, bytes((Command.STMT_SEND_LONG_DATA,)) + number + b"\x01\x00" + b"long ")
        send_packet(client, bytes((Command.STMT_SEND_LONG_DATA,)) + number + b"\x01\x00" + b"data")
        types = bytes((FieldType.LONG, 0, FieldType.BLOB, 0, FieldType.VAR_STRING, 0, FieldType.DOUBLE, 0))
        values = struct.pack("<i", -5) + struct.pack("<d", 0.5)
        head = bytes((Command.STMT_EXECUTE,)) + number + bytes((0, 1, 0, 0, 0, 0b0100))
        assert execute(client, head + b"\x01" + types + values) == ["-5", "b'long data'", "None", "0.5"]
        text = struct.pack("<i", 6) + lenenc_bytes(b"b") + struct.pack("<d", 1)
        assert execute(client, head + b"\x00" + text) == ["6", "b'b'", "None", "1.0"]
        send_packet(client, bytes((Command.STMT_RESET,)) + number)
        assert read_packet(client)[0] == 0
        send_packet(client, bytes((Command.STMT_CLOSE,)) + number)
        send_packet(client, head)
        assert struct.unpack("<H", read_packet(client)[1:3])[0] == 20400


def execute(client, packet):
    send_packet(client, packet)
    assert read_packet(client) == b"\x01"
    read_packet(client)
    rows = []
    while (row := read_packet(client))[:1] == b"\x00":
        reader = Reader(row)
        reader.take(2)
        rows.append(reader.lenenc_bytes().decode())
    return rows


def test_field_list_and_set_option(port):
    with raw_login(port) as client:
        send_packet(client, bytes((Command.FIELD_LIST,)) + b"t\0%")
        assert read_packet(client).startswith(b"\x03def")
        assert read_packet(client).endswith(b"\xfb")
        assert read_packet(client)[:1] == b"\xfe"
        send_packet(client, bytes((Command.SET_OPTION,)) + b"\0\0")
        assert read_packet(client)[:1] == b"\xfe"


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x05\0\0\0\x03ab",  # cut off
        b"\x01\0\0\x07\x03",  # misnumbered
        b"\x02\0\0\0\x17\x01",  # an execute without a statement number
        b"\x02\0\0\0\x04t",  # a field list without an end
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_garbage_ends_only_its_own_connection(port, connect, garbage):
    other = connect()
    with raw_login(port) as client:
        client.sendall(garbage)
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""
    assert run(other, "echo still").fetchone()[0] == "still"


@pytest.mark.parametrize("garbage", [b"", b"\x01", b"\x00\x00\x00\x01", b"\x04\0\0\x01\0\0\0\0", b"\xff" * 100])
def test_garbage_instead_of_a_login(port, connect, garbage):
    with socket.create_connection((HOST, port), timeout=10) as client:
        read_packet(client)
        client.sendall(garbage)
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b""
    assert run(connect(), "echo still").fetchone()[0] == "still"


def test_quit_ends_the_connection(port):
    with raw_login(port) as client:
        send_packet(client, bytes((Command.QUIT,)))
        assert client.recv(1) == b""
