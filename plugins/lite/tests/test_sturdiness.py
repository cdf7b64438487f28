"""Killed servers, rude clients, many connections, closing at a bad moment."""

import contextlib
import itertools
import socket
import struct
import subprocess
import sys
import tempfile
import threading

import pymysql
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matrixone_lite import Server
from sqlalchemy.engine import make_url

HOST = "127.0.0.1"
ROWS_OF_A_TRANSACTION = 3


@pytest.fixture(scope="module")
def server():
    with Server() as server:
        yield server


def connect(port, **options):
    return pymysql.connect(
        **{"host": HOST, "port": port, "user": "root", "password": "111", "autocommit": True, "ssl_disabled": True}
        | options
    )


def query(connection, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


# --- killed ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def process(data, before=""):
    """A server in a process of its own, and its port; it is killed if it still runs.

    :param before: what a shell does first
    """
    command = [sys.executable, "-m", "matrixone_lite", "--data", str(data)]
    if before:
        command = ["sh", "-c", f'{before} && exec "$@"', "sh", *command]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process, make_url(process.stdout.readline().split()[-1]).port
        finally:
            process.kill()


def write(port, numbers, enough, acknowledged):
    """Commit transactions of some rows until the server is gone; names the commits that were answered."""
    with contextlib.suppress(pymysql.MySQLError, OSError), connect(port, database="kept") as connection:
        for number in numbers:
            query(connection, "begin")
            for row in range(ROWS_OF_A_TRANSACTION):
                query(connection, f"insert into t values ({number}, {row})")
            query(connection, "commit")
            acknowledged.append(number)
            if len(acknowledged) >= 20:
                enough.set()


def test_a_killed_server_has_kept_what_was_committed_and_nothing_else(tmp_path):
    numbers, known = itertools.count(), set()
    for round_number in range(3):
        with process(tmp_path) as (server, port):
            if not round_number:
                with connect(port) as connection:
                    query(connection, "create database kept")
                    query(connection, "create table kept.t (a int, b int, primary key (a, b))")
            idle = connect(port, database="kept")
            query(idle, "begin")
            query(idle, f"insert into t values ({-1 - round_number}, 0)")
            query(idle, f"create table uncommitted{round_number} (a int)")
            query(idle, "rollback")
            query(idle, "begin")
            query(idle, f"insert into t values ({-1 - round_number}, 0)")
            enough, acknowledged = threading.Event(), []
            writer = threading.Thread(target=write, args=(port, numbers, enough, acknowledged))
            writer.start()
            assert enough.wait(30)
            server.kill()
            writer.join()
            idle._force_close()
        known |= set(acknowledged)
        with process(tmp_path) as (_, port), connect(port, database="kept") as connection:
            found = query(connection, "select a, count(*) from t group by a")
            assert query(connection, "show tables") == (("t",),)
        assert {count for _, count in found} == {ROWS_OF_A_TRANSACTION}
        assert {number for number, _ in found} >= known
        answered_too_late = {number for number, _ in found} - known
        assert len(answered_too_late) <= 1
        assert not any(number < 0 for number in answered_too_late)
        known |= answered_too_late


# --- rude clients ----------------------------------------------------------------------------------------------------


def greeted(port):
    """A connection that has read the greeting."""
    client = socket.create_connection((HOST, port), timeout=20)
    size = int.from_bytes(client.recv(4, socket.MSG_WAITALL)[:3], "little")
    client.recv(size, socket.MSG_WAITALL)
    return client


def packet(payload, number=0):
    return struct.pack("<I", len(payload) | number << 24) + payload


FLAGS = (1 << 9 | 1 << 15 | 1 << 3).to_bytes(4, "little")
LOGIN = packet(FLAGS + bytes(4) + b"\x21" + bytes(23) + b"root\0" + b"\x14" + b"x" * 20 + b"mo_catalog\0", 1)


def ends(client):
    """Whether the server closes the connection, whatever it has said before."""
    client.shutdown(socket.SHUT_WR)
    with contextlib.suppress(ConnectionError):
        while client.recv(4096):
            pass
    return True


def alive(server):
    with connect(server.port) as connection:
        return query(connection, "select 1") == ((1,),)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(LOGIN)), st.binary(max_size=30))
def test_a_login_that_is_cut_off_or_continues_with_garbage(server, length, garbage):
    with greeted(server.port) as client:
        client.sendall(LOGIN[:length] + garbage)
        assert ends(client)
    assert alive(server)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 0x20), st.binary(max_size=20)), max_size=5), st.binary(max_size=6))
def test_commands_of_any_bytes(server, commands, rest):
    with connect(server.port) as connection:
        client = connection._sock
        with contextlib.suppress(ConnectionError):
            client.sendall(b"".join(packet(bytes((code,)) + body) for code, body in commands) + rest)
        assert ends(client)
        connection._force_close()
    assert alive(server)


def test_a_client_that_leaves_amid_a_result(server):
    big = "select a.result, b.result, repeat('x', 100) from generate_series(1, 1000) a, generate_series(1, 300) b"
    for _ in range(3):
        connection = connect(server.port)
        number = connection.thread_id()
        connection._execute_command(3, big)
        connection._sock.recv(10)
        connection._force_close()
        with connect(server.port) as other:
            with contextlib.suppress(pymysql.MySQLError):  # it may have noticed already
                query(other, f"kill {number}")
            assert query(other, "select 1") == ((1,),)


def test_a_client_that_leaves_amid_a_transaction_leaves_nothing(server):
    with connect(server.port) as other:
        query(other, "create database left_behind")
        query(other, "create table left_behind.t (a int primary key)")
        for _ in range(3):
            connection = connect(server.port, autocommit=False)
            query(connection, "insert into left_behind.t values (1)")
            connection._force_close()
            query(other, "insert into left_behind.t values (1)")
            query(other, "delete from left_behind.t where a = 1")
        query(other, "drop database left_behind")


# --- many ------------------------------------------------------------------------------------------------------------


def test_many_connections(server):
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(connect(server.port)) for _ in range(200)]
        query(idle[0], "create database many")
        query(idle[0], "create table many.t (a int primary key, b int)")
        query(idle[0], "create table many.sums (a int primary key, n int)")
        query(idle[0], "insert into many.sums values (1, 0)")
        failures = []

        def work(worker):
            try:
                with connect(server.port, database="many") as connection:
                    for number in range(10):
                        query(connection, f"insert into t values ({worker * 100 + number}, {worker})")
                        query(connection, "update sums set n = n + 1 where a = 1")
                        assert query(connection, f"select count(*) from t where b = {worker}") == ((number + 1,),)
            except (pymysql.MySQLError, AssertionError) as failure:
                failures.append(failure)

        workers = [threading.Thread(target=work, args=(n,)) for n in range(32)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert failures == []
        assert query(idle[-1], "select count(*), max(n) from many.t, many.sums") == ((320, 320),)
        assert [query(connection, "select 1") for connection in idle] == [((1,),)] * 200
        query(idle[0], "drop database many")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no open files")
def test_more_connections_than_open_files(tmp_path):
    with process(tmp_path, "ulimit -n 60") as (_, port):
        with contextlib.ExitStack() as stack:
            for _ in range(100):
                stack.enter_context(socket.create_connection((HOST, port), timeout=20))
        with connect(port) as connection:
            assert query(connection, "select 1") == ((1,),)


def test_several_servers_share_nothing(tmp_path):
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(Server(tmp_path / str(n))) for n in range(5)]
        connections = [stack.enter_context(connect(server.port)) for server in servers]
        for n, connection in enumerate(connections):
            query(connection, "create database d")
            query(connection, f"create table d.t{n} (a int auto_increment primary key)")
            query(connection, f"insert into d.t{n} values ()")
        for n, connection in enumerate(connections):
            assert query(connection, "show tables from d") == ((f"t{n}",),)
            assert query(connection, f"select a from d.t{n}") == ((1,),)
        with pytest.raises(OSError, match="in use by another server"):
            Server(tmp_path / "0")


def test_closing_while_statements_run(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = threading.active_count()
    server = Server()
    running = [connect(server.port) for _ in range(4)]
    for connection in running[:2]:
        connection._execute_command(3, "select sleep(60)")
    query(running[2], "begin")
    query(running[2], "create database unfinished")
    server.close()
    for connection in running:
        connection._force_close()
    assert threading.active_count() == before
    assert not list(tmp_path.iterdir())
    Server(port=server.port).close()
