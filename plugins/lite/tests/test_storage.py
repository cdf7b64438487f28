"""What a data directory keeps, and what it forgets."""

import sqlite3
import threading

import pymysql
import pytest
from matrixone_lite import Server
from matrixone_lite.engine import purge
from matrixone_lite.engine.purge import Purger
from matrixone_lite.engine.snapshots import RECENT
from matrixone_lite.engine.storage import Store

DAY = 24 * 3600 * 1_000_000_000


def run(server, *statements):
    connection = pymysql.connect(host="127.0.0.1", port=server.port, user="root", password="111", autocommit=True)
    with connection, connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
        return cursor.fetchall()


def test_a_directory_keeps_everything(tmp_path):
    with Server(tmp_path) as server:
        run(
            server,
            "create database d",
            "create table d.t (id int auto_increment primary key, v vecf32(2), n decimal(5,2), check (n < 100))",
            "insert into d.t (v, n) values ('[1,2]', 1.5), (null, 2)",
            "create view d.v as select id from d.t where n > 1.5",
            "create snapshot s for account",
            "delete from d.t where id = 1",
        )
    with Server(tmp_path) as server:
        assert run(server, "select count(*) from d.t {snapshot = 's'}") == ((2,),)
        assert run(server, "select * from d.v") == ((2,),)
        run(server, "insert into d.t (n) values (3)")
        assert run(server, "select max(id) from d.t") == ((3,),)
        with pytest.raises(pymysql.MySQLError, match="Check constraint"):
            run(server, "insert into d.t (n) values (100)")


def test_a_directory_has_one_server_at_a_time(tmp_path):
    with Server(tmp_path), pytest.raises(OSError, match="in use by another server"):
        Server(tmp_path)
    Server(tmp_path).close()


def test_a_directory_of_another_version_is_refused(tmp_path):
    Server(tmp_path).close()
    with sqlite3.connect(tmp_path / "matrixone-lite.db") as file:
        file.execute("PRAGMA user_version = 999")
    file.close()
    with pytest.raises(OSError, match="format 999"):
        Server(tmp_path)


def test_a_temporary_directory_vanishes():
    server = Server()
    directory = server._engine.store.directory
    assert directory.exists()
    server.close()
    assert not directory.exists()


def stored_tables(connection):
    return {name for (name,) in connection.run("SELECT name FROM main.sqlite_master WHERE name GLOB 't[0-9]*'")}


@pytest.mark.parametrize("kept", [True, False])
def test_what_no_snapshot_reaches_is_forgotten(tmp_path, kept):
    with Server(tmp_path) as server:
        run(
            server,
            "create database d",
            "create table d.gone (a int)",
            "create table d.t (a int)",
            "insert into d.t values (1)",
        )
        if kept:
            run(server, "create snapshot s for account")
        run(server, "drop table d.gone", "update d.t set a = 2")
    store = Store(tmp_path)
    connection = store.connect(None)
    before = stored_tables(connection)
    purger = Purger(store)
    purger.sweep(store.now() + DAY)
    assert len(before - stored_tables(connection)) == (0 if kept else 1)
    purger.close()
    connection.close()
    store.close()
    with Server(tmp_path) as server:
        assert run(server, "select * from d.t") == ((2,),)
        if kept:
            assert run(server, "select count(*) from d.gone {snapshot = 's'}") == ((0,),)


def history(server):
    """How many rows are kept of the past."""
    engine = server._engine
    with engine.committed():
        names = [row[0] for row in engine._own.run("SELECT name FROM main.sqlite_master WHERE name GLOB 'h[0-9]*'")]
        return sum(engine._own.value(f"SELECT count(*) FROM main.{name}") for name in names)


def later(server, days):
    """Let the server free what it could so many days from now."""
    purger = server._engine.purger
    purger.sweep(server._engine.store.now() + days * DAY)


def test_what_was_deleted_wholesale_is_forgotten_beside_what_changed(tmp_path):
    with Server(tmp_path) as server:
        run(server, "create database d", "create table d.t (a int primary key, b int)", "insert into d.t values (1, 1)")
        run(server, "truncate table d.t", "insert into d.t values (1, 1)", "update d.t set b = 2")
        middle = server._engine.store.now()
        run(server, "delete from d.t", "insert into d.t values (1, 1)", "update d.t set b = 2")
        assert history(server) == 4
        server._engine.purger.sweep(middle + RECENT)
        assert history(server) == 2
        later(server, 1)
        assert history(server) == 0


def test_a_task_keeps_the_past_it_has_not_copied(tmp_path):
    with Server(tmp_path) as server:
        address = f"mysql://root:111@127.0.0.1:{server.port}"
        run(server, "create database d", "create table d.t (a int primary key, b int)")
        run(server, "create pitr p for database d range 1 'd'")
        run(server, f"create cdc c '{address}' 'matrixone' '{address}' 'd:e' {{'Level'='database'}}", "drop pitr p")
        server._engine.capture.close()
        run(server, "insert into d.t values (1, 1)", "update d.t set b = 2", "delete from d.t where a = 1")
        later(server, 1)
        assert history(server) == 2


def test_a_running_server_forgets_what_was(tmp_path):
    with Server(tmp_path) as server:
        run(server, "create database d", "create table d.t (a int primary key, b text)")
        run(server, "insert into d.t select result, repeat('x', 500) from generate_series(1, 3000) g")
        for round_ in range(4):
            run(server, f"update d.t set b = concat(b, '{round_}')")
        assert history(server) == 12000
        later(server, 0)
        assert history(server) == 12000
        full = server._engine.store.connect(None)
        pages = full.value("PRAGMA main.page_count")
        later(server, 1)
        assert history(server) == 0
        assert full.value("PRAGMA main.page_count") < pages / 2
        full.close()
        assert run(server, "select count(*), max(length(b)) from d.t") == ((3000, 504),)


def test_snapshots_keep_what_they_show_until_they_are_dropped(tmp_path):
    with Server(tmp_path) as server:
        run(server, "create database d", "create table d.t (a int)", "insert into d.t values (1)")
        run(server, "create snapshot s for account", "update d.t set a = 2")
        later(server, 300)
        assert run(server, "select a from d.t {snapshot = 's'}") == ((1,),)
        run(server, "drop snapshot s")
        later(server, 300)
        assert history(server) == 0


def test_recovery_windows_keep_what_they_reach(tmp_path):
    with Server(tmp_path) as server:
        run(server, "create database d", "create table d.t (a int)", "insert into d.t values (1)")
        run(server, "create pitr p for database d range 2 'd'", "update d.t set a = 2")
        later(server, 1)
        assert history(server) == 1
        later(server, 3)
        assert history(server) == 0


def test_a_purge_does_not_wait_for_a_writer(tmp_path):
    with Server(tmp_path) as server:
        run(server, "create database d", "create table d.t (a int)", "insert into d.t values (1)")
        run(server, "update d.t set a = 2")
        writer = pymysql.connect(host="127.0.0.1", port=server.port, user="root", password="111")
        with writer, writer.cursor() as cursor:
            cursor.execute("insert into d.t values (3)")
            later(server, 1)
            assert history(server) == 1
            writer.commit()
        later(server, 1)
        assert history(server) == 0
        assert run(server, "select a from d.t order by a") == ((2,), (3,))


def test_a_round_that_fails_is_told_and_the_next_one_goes_on(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(purge, "_PAUSE", 0.01)
    rounds = iter([OSError("no space left on device"), RuntimeError("a defect")])
    recovered = threading.Event()

    def needed():
        for failure in rounds:
            raise failure
        recovered.set()

    with Server(tmp_path) as server:
        purger = Purger(server._engine.store, needed)
        purger.start()
        assert recovered.wait(30)
        purger.close()
    assert [str(record.exc_info[1]) for record in caplog.records] == ["no space left on device", "a defect"]
