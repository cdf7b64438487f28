"""Change data capture at work: what arrives at the sink, whatever happens to the server, the sink and the tables."""

import contextlib
import socket
import subprocess
import sys
import threading
import time

import pymysql
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matrixone_cdc import CDCState, build_mysql_uri
from matrixone_lite import Server
from matrixone_lite.engine.cdc.streams import Stream
from matrixone_lite.sql import parse

from matrixone import Client
from matrixone.exceptions import CDCError, QueryError

HOST = "127.0.0.1"


def uri(port, password="111"):
    return build_mysql_uri(HOST, port, "root", password)


@pytest.fixture(scope="module")
def client(server):
    with Client(url=server.url) as client:
        yield client


@pytest.fixture
def databases(client):
    """The names of a source, covered by a recovery window, and of a sink."""
    client.execute("CREATE DATABASE src")
    client.execute("CREATE DATABASE dst")
    client.execute("CREATE PITR window FOR DATABASE src RANGE 1 'd'")
    yield "src", "dst"
    client.cdc.drop_all()
    client.execute("DROP PITR window")
    for database in ("src", "dst"):
        client.execute(f"DROP DATABASE IF EXISTS {database}")


@pytest.fixture
def copy(client, server, databases):
    """Begin to copy a database, or tables, and wait for the first copy."""

    def copy(mapping="src:dst", options=None, name="task", level=None):
        client.cdc.create(name, uri(server.port), "matrixone", uri(server.port), mapping, options, level=level)
        wait(client, name)

    return copy


def wait(client, name="task", timeout=60):
    return client.cdc.wait_until_caught_up(name, timeout=timeout, interval=0.02)


def until(client, condition, timeout=60):
    """Look until a condition on a fresh reading holds."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end
        threading.Event().wait(0.02)


def rows(client, table, columns="*"):
    return sorted(tuple(row) for row in client.execute(f"SELECT {columns} FROM {table}"))


def same(client, *tables):
    for table in tables:
        assert rows(client, f"dst.{table}") == rows(client, f"src.{table}")


# --- whatever is written ---------------------------------------------------------------------------------------------

keys, words = st.integers(1, 6), st.sampled_from(["NULL", "''", "'a'", "'it''s'", "'\\\\'", "'ü'"])
one = st.one_of(
    st.builds("REPLACE INTO live.t VALUES ({}, {})".format, keys, words),
    st.builds("INSERT IGNORE INTO live.t VALUES ({}, {})".format, keys, words),
    st.builds("UPDATE live.t SET name = {1} WHERE id = {0}".format, keys, words),
    st.builds("UPDATE live.t SET id = id + 7 WHERE id <= {}".format, keys),
    st.builds("DELETE FROM live.t WHERE id IN ({}, {})".format, keys, st.integers(7, 20)),
    st.builds("REPLACE INTO live.pair VALUES ({}, {}, {})".format, keys, words.filter("NULL".__ne__), keys),
    st.builds("UPDATE live.pair SET u = {} - u WHERE u < {}".format, st.integers(7, 9), keys),
    st.builds("DELETE FROM live.pair WHERE a = {}".format, keys),
)


@pytest.fixture(scope="module")
def busy(server, client):
    """A task that copies two tables while examples change them."""
    client.execute("CREATE DATABASE live")
    client.execute("CREATE PITR lively FOR DATABASE live RANGE 1 'd'")
    client.execute("CREATE TABLE live.t (id INT PRIMARY KEY, name VARCHAR(20))")
    client.execute("CREATE TABLE live.pair (a INT, b VARCHAR(5), u INT, UNIQUE KEY (u), PRIMARY KEY (a, b))")
    client.cdc.create("busy", uri(server.port), "matrixone", uri(server.port), "live:copied")
    yield client
    client.cdc.drop("busy", if_exists=True)
    client.execute("DROP PITR lively")
    client.execute("DROP DATABASE live")
    client.execute("DROP DATABASE copied")


@settings(max_examples=30, deadline=None)
@given(transactions=st.lists(st.tuples(st.lists(one, min_size=1, max_size=4), st.booleans()), max_size=5))
def test_the_sink_equals_the_source_whatever_is_written(busy, transactions):
    for statements, commits in transactions:
        with busy.session() as session:
            for statement in statements:
                with contextlib.suppress(QueryError):
                    session.execute(statement)
            if not commits:
                session.rollback()
    wait(busy, "busy")
    for table in ("t", "pair"):
        assert rows(busy, f"copied.{table}") == rows(busy, f"live.{table}")


def test_what_is_uncommitted_is_not_copied_and_not_forgotten(client, databases, copy, connect):
    client.execute("CREATE TABLE src.t (id INT PRIMARY KEY)")
    slow, defining, quick = connect(), connect(), connect()
    slow.run("begin", "insert into src.t values (1)")
    copy()
    quick.run("insert into src.t values (2)")
    wait(client)
    assert rows(client, "dst.t") == [(2,)]
    slow.run("insert into src.t values (3)", "commit")
    defining.run("begin", "create table src.made (id int primary key)", "insert into src.t values (4)")
    defining.run("insert into src.made values (1)", "commit")
    wait(client)
    same(client, "t", "made")


def test_large_rows_and_many_of_them(client, databases, copy):
    client.execute("CREATE TABLE src.t (id INT PRIMARY KEY, body TEXT, raw BLOB)")
    values = ", ".join(f"({n}, '{chr(39) * 2}\\\\{n}', x'00ff{n:04x}')" for n in range(1500))
    client.execute(f"INSERT INTO src.t VALUES {values}")
    copy(options={"MaxSqlLength": 1000})
    same(client, "t")
    client.execute("UPDATE src.t SET body = concat(body, 'x') WHERE id % 2 = 0")
    client.execute("DELETE FROM src.t WHERE id % 3 = 0")
    wait(client)
    same(client, "t")


@pytest.mark.parametrize("split", [True, False])
def test_a_row_longer_than_a_statement_may_be_is_an_error_of_its_table(client, databases, copy, split):
    client.execute("CREATE TABLE src.t (id INT PRIMARY KEY, body TEXT)")
    client.execute("INSERT INTO src.t VALUES (1, repeat('x', 500))")
    with pytest.raises(CDCError, match="single row too large"):
        copy(options={"MaxSqlLength": 100, "InitSnapshotSplitTxn": split})
    assert rows(client, "dst.t") == []


def test_years_cannot_be_copied(client, databases, copy):
    client.execute("CREATE TABLE src.t (id INT PRIMARY KEY, y YEAR)")
    client.execute("INSERT INTO src.t VALUES (1, NULL)")
    copy()
    same(client, "t")
    client.execute("INSERT INTO src.t VALUES (2, 2024)")
    with pytest.raises(CDCError, match="internal error: internal error: extractRowFromVector : unsupported type 55"):
        wait(client)


# --- tables that come, change and go ---------------------------------------------------------------------------------


def test_tables_that_come_and_go(client, databases, copy):
    client.execute("CREATE TABLE src.old (id INT PRIMARY KEY)")
    client.execute("INSERT INTO src.old VALUES (1)")
    copy()
    client.execute("CREATE TABLE src.new (id INT PRIMARY KEY)")
    client.execute("INSERT INTO src.new VALUES (1), (2)")
    wait(client)
    same(client, "old", "new")
    client.execute("DROP TABLE src.old")
    until(client, lambda: client.cdc.get("task").failing)
    (gone,) = [each for each in client.cdc.list_watermarks("task") if each.err_msg]
    assert (gone.table, gone.stopped) == ("old", False)
    assert "can not find table by id" in gone.err_msg
    assert rows(client, "dst.old") == [(1,)]
    assert client.cdc.get("task").state == CDCState.RUNNING


def test_a_table_that_takes_the_place_of_another_replaces_its_copy(client, databases, copy):
    client.execute("CREATE TABLE src.t (id INT PRIMARY KEY)")
    client.execute("INSERT INTO src.t VALUES (1), (2)")
    copy("src.t:dst.t")
    client.execute("DROP TABLE src.t")
    client.execute("CREATE TABLE src.t (id INT PRIMARY KEY)")
    client.execute("INSERT INTO src.t VALUES (3)")
    wait(client)
    same(client, "t")


def test_definitions_that_change_nothing_for_rows(client, databases, copy):
    client.execute("CREATE TABLE src.t (id INT PRIMARY KEY, a INT)")
    client.execute("INSERT INTO src.t VALUES (1, 1)")
    copy()
    client.execute("ALTER TABLE src.t ADD INDEX k (a)")
    client.execute("ALTER TABLE src.t COMMENT 'x'")
    client.execute("INSERT INTO src.t VALUES (2, 2)")
    wait(client)
    client.execute("ALTER TABLE src.t MODIFY COLUMN a BIGINT")
    client.execute("DELETE FROM src.t WHERE id = 1")
    client.execute("INSERT INTO src.t VALUES (3, 3)")
    wait(client)
    same(client, "t")


def test_a_table_whose_columns_change_fails_its_task_until_the_sink_fits(client, databases, copy):
    client.execute("CREATE TABLE src.t (id INT PRIMARY KEY)")
    copy()
    client.execute("ALTER TABLE src.t ADD COLUMN a INT")
    client.execute("INSERT INTO src.t VALUES (1, 1)")
    until(client, lambda: client.cdc.get("task").state == CDCState.FAILED)
    task = client.cdc.get("task")
    assert "permanent table error on src.t" in task.err_msg
    assert "Error 1136 (HY000): Column count doesn't match value count at row 1" in task.watermarks[0].err_msg
    with pytest.raises(CDCError, match="failed"):
        client.cdc.resume("task")
    client.execute("ALTER TABLE dst.t ADD COLUMN a INT")
    client.cdc.restart("task")
    wait(client)
    same(client, "t")
    assert not client.cdc.get("task").failing


# --- options ---------------------------------------------------------------------------------------------------------


def test_from_and_until_when(client, databases, copy):
    client.execute("CREATE TABLE src.t (id INT PRIMARY KEY)")
    client.execute("INSERT INTO src.t VALUES (1)")
    later = client.execute("SELECT CAST(DATE_ADD(UTC_TIMESTAMP(), INTERVAL 1 SECOND) AS CHAR)").scalar()
    until(client, lambda: str(client.execute("SELECT UTC_TIMESTAMP()").scalar()) >= later)
    client.execute("INSERT INTO src.t VALUES (2)")
    copy(options={"StartTs": f"{later.replace(' ', 'T')}+00:00", "EndTs": "2100-01-01T00:00:00Z"})
    assert rows(client, "dst.t") == [(2,)]
    client.cdc.drop("task")
    client.cdc.create("task", *_ends(client), "src:dst", {"EndTs": f"{later.replace(' ', 'T')}+00:00"})
    until(client, lambda: client.cdc.get("task").checkpoint is not None)
    assert str(client.cdc.get("task").checkpoint).startswith(later)


def _ends(client):
    port = client.engine.url.port
    return uri(port), "matrixone", uri(port)


def test_changes_only_and_not_of_every_table(client, databases, copy):
    for table in ("kept", "aside"):
        client.execute(f"CREATE TABLE src.{table} (id INT PRIMARY KEY)")
        client.execute(f"INSERT INTO src.{table} VALUES (1), (2)")
    copy(options={"NoFull": True, "Exclude": "aside$"})
    client.execute("INSERT INTO src.kept VALUES (3)")
    client.execute("DELETE FROM src.kept WHERE id = 1")
    wait(client)
    assert rows(client, "dst.kept") == [(3,)]
    assert [row[0] for row in client.execute("SHOW TABLES FROM dst")] == ["kept"]


def test_how_often(client, databases):
    client.execute("CREATE TABLE src.t (id INT PRIMARY KEY)")
    client.cdc.create("task", *_ends(client), "src:dst", {"Frequency": "15m"})
    until(client, lambda: client.cdc.get("task").checkpoint is not None)
    client.execute("INSERT INTO src.t VALUES (1)")
    with pytest.raises(TimeoutError):
        wait(client, timeout=0.5)
    assert rows(client, "dst.t") == []
    client.cdc.drop("task")


# --- life of a task --------------------------------------------------------------------------------------------------


def test_what_happens_while_a_task_is_paused_arrives_later(client, databases, copy):
    client.execute("CREATE TABLE src.t (id INT PRIMARY KEY, a INT)")
    client.execute("INSERT INTO src.t VALUES (1, 1), (2, 2), (3, 3)")
    copy()
    for end in (client.cdc.resume, client.cdc.restart):
        client.cdc.pause("task")
        assert not [each.name for each in threading.enumerate() if each.name == "matrixone-lite-cdc:task"]
        client.execute("UPDATE src.t SET a = a + 1 WHERE id = 1")
        client.execute("REPLACE INTO src.t VALUES (2, 20), (4, 4)")
        client.execute("DELETE FROM src.t WHERE id = 3")
        assert rows(client, "dst.t") != rows(client, "src.t")
        end("task")
        wait(client)
        same(client, "t")


def test_commands_that_do_not_fit_the_state(client, databases, copy):
    client.execute("CREATE TABLE src.t (id INT PRIMARY KEY)")
    copy()
    running = "Task task status can not be change, now it is Running"
    with pytest.raises(QueryError, match=running):
        client.execute("RESUME CDC TASK task")
    client.cdc.pause("task")
    for statement in ("PAUSE CDC TASK task", "PAUSE CDC ALL"):
        with pytest.raises(QueryError, match="now it is Paused"):
            client.execute(statement)
    client.execute("DROP CDC IF EXISTS TASK task")
    assert client.execute("SHOW CDC").all() == []


def test_two_tasks_copy_one_table(client, databases, copy):
    client.execute("CREATE DATABASE second")
    try:
        client.execute("CREATE TABLE src.t (id INT PRIMARY KEY)")
        copy(name="one")
        copy("src.t:second.u", name="two")
        client.execute("INSERT INTO src.t VALUES (1), (2)")
        client.cdc.pause("one")
        client.execute("INSERT INTO src.t VALUES (3)")
        wait(client, "two")
        assert rows(client, "second.u") == [(1,), (2,), (3,)]
        client.cdc.resume("one")
        wait(client, "one")
        same(client, "t")
    finally:
        client.cdc.drop_all()
        client.execute("DROP DATABASE second")


def test_the_password_is_shown_nowhere(client, server, databases):
    client.execute("CREATE TABLE src.t (id INT PRIMARY KEY)")
    client.execute("CREATE ACCOUNT acc ADMIN_NAME 'admin' IDENTIFIED BY 'hunter2'")
    try:
        sink = build_mysql_uri(HOST, server.port, "admin", "hunter2", account="acc")
        client.cdc.create("task", uri(server.port), "matrixone", sink, "src:dst")
        wait(client)
        seen = [*client.execute("SHOW CDC"), *client.execute("SELECT * FROM mo_catalog.mo_cdc_task")]
        assert "hunter2" not in repr(seen)
        statement = f"create cdc t 'mysql://u:hunter2@h:1' 'mysql' '{sink.reveal()}' 'a:b' {{'Level'='database'}}"
        assert "hunter2" not in repr(parse(statement))
    finally:
        client.cdc.drop_all()
        client.execute("DROP ACCOUNT acc")


def test_a_dropped_account_takes_its_tasks_along(client, server, databases):
    client.execute("CREATE ACCOUNT acc ADMIN_NAME 'admin' IDENTIFIED BY '111'")
    with Client(host=HOST, port=server.port, user="acc:admin", password="111", database="") as theirs:
        theirs.execute("CREATE PITR p FOR ACCOUNT RANGE 1 'd'")
        source = build_mysql_uri(HOST, server.port, "admin", "111", account="acc")
        theirs.cdc.create_account_task("theirs", source, "matrixone", uri(server.port))
        assert [task.task_name for task in theirs.cdc.list()] == ["theirs"]
    client.execute("DROP ACCOUNT acc")
    assert client.execute("SELECT COUNT(*) FROM mo_catalog.mo_cdc_task").scalar() == 0


# --- servers that end ------------------------------------------------------------------------------------------------


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def process(data, port):
    """A server in a process of its own, which is killed at the end."""
    command = [sys.executable, "-m", "matrixone_lite", "--data", str(data), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            process.stdout.readline()
            yield process
        finally:
            process.kill()


def write(port, numbers, known, enough):
    """Change rows until the server is gone."""
    with contextlib.suppress(pymysql.MySQLError, OSError):
        connection = pymysql.connect(host=HOST, port=port, user="root", password="111", autocommit=True)
        with connection, connection.cursor() as cursor:
            for number in numbers:
                cursor.execute(f"REPLACE INTO src.t VALUES ({number % 50}, {number})")
                cursor.execute(f"DELETE FROM src.t WHERE id = {(number * 7) % 50}")
                known.append(number)
                if len(known) >= 30:
                    enough.set()


def test_a_killed_server_goes_on_where_it_was(client, server, tmp_path, free_port):
    numbers = iter(range(1_000_000))
    for round_number in range(2):
        with process(tmp_path, free_port) as running, Client(url=f"matrixone://root:111@{HOST}:{free_port}/") as mine:
            if not round_number:
                mine.execute("CREATE DATABASE src")
                mine.execute("CREATE PITR window FOR DATABASE src RANGE 1 'd'")
                mine.execute("CREATE TABLE src.t (id INT PRIMARY KEY, a INT)")
                mine.cdc.create("task", uri(free_port), "matrixone", uri(server.port), "src:dst")
            known, enough = [], threading.Event()
            writer = threading.Thread(target=write, args=(free_port, numbers, known, enough))
            writer.start()
            enough.wait(60)
            running.kill()
            writer.join()
            assert known
    with process(tmp_path, free_port), Client(url=f"matrixone://root:111@{HOST}:{free_port}/") as mine:
        wait(mine)
        assert rows(client, "dst.t") == rows(mine, "src.t")
    client.execute("DROP DATABASE dst")


def test_a_sink_that_goes_and_comes_back(client, server, databases, tmp_path, free_port):
    client.execute("CREATE TABLE src.t (id INT PRIMARY KEY)")
    client.execute("INSERT INTO src.t VALUES (1)")
    with Server(tmp_path, port=free_port):
        client.cdc.create("task", uri(server.port), "matrixone", uri(free_port), "src:dst")
        wait(client)
    client.execute("INSERT INTO src.t VALUES (2)")
    until(client, lambda: [task.task_name for task in client.cdc.list_failing_tasks()] == ["task"])
    (watermark,) = client.cdc.list_watermarks("task")
    assert watermark.err_msg.startswith("R:1:")
    text = f"internal error: convert go error to mo error dial tcp {HOST}:{free_port}: connect: connection refused"
    assert watermark.err_msg.endswith(f"internal error: {text}")
    assert client.cdc.list_stuck_tasks() == []
    with Server(tmp_path, port=free_port) as sink, Client(url=sink.url) as theirs:
        until(client, lambda: not client.cdc.get("task").failing)
        wait(client)
        assert rows(theirs, "dst.t") == [(1,), (2,)]
        client.cdc.drop("task")


def test_a_sink_that_stays_away_fails_its_task(client, server, databases, tmp_path, free_port):
    client.execute("CREATE TABLE src.t (id INT PRIMARY KEY)")
    with Server(tmp_path, port=free_port):
        client.cdc.create("task", uri(server.port), "matrixone", uri(free_port), "src:dst")
        wait(client)
    client.execute("INSERT INTO src.t VALUES (1)")
    until(client, lambda: client.cdc.get("task").state == CDCState.FAILED)
    assert [task.task_name for task in client.cdc.list_stuck_tasks()] == ["task"]
    text = f":internal error: dial tcp {HOST}:{free_port}: connect: connection refused"
    assert client.cdc.list_watermarks("task")[0].err_msg.endswith(text)
    with Server(tmp_path, port=free_port) as sink, Client(url=sink.url) as theirs:
        client.cdc.restart("task")
        wait(client)
        assert rows(theirs, "dst.t") == [(1,)]
        client.cdc.drop("task")


def test_a_failed_task_can_be_paused(client, server, databases, tmp_path, free_port):
    client.execute("CREATE TABLE src.t (id INT PRIMARY KEY)")
    with Server(tmp_path, port=free_port):
        client.cdc.create("task", uri(server.port), "matrixone", uri(free_port), "src:dst")
        wait(client)
    client.execute("INSERT INTO src.t VALUES (1)")
    until(client, lambda: client.cdc.get("task").state == CDCState.FAILED)
    client.cdc.pause("task")
    assert client.cdc.get("task").state == CDCState.PAUSED
    with Server(tmp_path, port=free_port) as sink, Client(url=sink.url) as theirs:
        client.cdc.resume("task")
        wait(client)
        assert rows(theirs, "dst.t") == [(1,)]
        client.cdc.drop("task")


def test_a_defect_fails_the_task_and_is_told(client, databases, copy, monkeypatch, caplog):
    client.execute("CREATE TABLE src.t (id INT PRIMARY KEY)")
    copy()
    with monkeypatch.context() as broken:
        broken.setattr(Stream, "advance", lambda *_: {}["a defect"])
        until(client, lambda: client.cdc.get("task").state == CDCState.FAILED)
    assert "a defect" in client.cdc.get("task").err_msg
    assert any(record.exc_info and record.exc_info[0] is KeyError for record in caplog.records)
    client.execute("INSERT INTO src.t VALUES (1)")
    client.cdc.restart("task")
    wait(client)
    same(client, "t")


def test_a_closed_server_leaves_nothing_running(tmp_path):
    before = set(threading.enumerate())
    with Server(tmp_path) as server, Client(url=server.url) as client:
        client.execute("CREATE DATABASE src")
        client.execute("CREATE PITR window FOR DATABASE src RANGE 1 'd'")
        client.execute("CREATE TABLE src.t (id INT PRIMARY KEY)")
        for name in ("one", "two"):
            client.cdc.create(name, uri(server.port), "matrixone", uri(server.port), f"src:{name}")
        wait(client, "one")
        client.cdc.pause("two")
        port = server.port
    assert set(threading.enumerate()) <= before
    with Server(tmp_path, port=port) as server, Client(url=server.url) as client:
        assert [(task.task_name, task.state) for task in client.cdc.list()] == [
            ("one", CDCState.RUNNING),
            ("two", CDCState.PAUSED),
        ]
        client.execute("INSERT INTO src.t VALUES (1)")
        wait(client, "one")
        assert rows(client, "one.t") == [(1,)]
