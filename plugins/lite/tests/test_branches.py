"""Data branches, where the server of the tests is looked into; what both servers do is tested with matrixone-branch."""

import threading
from pathlib import Path

import pymysql
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_lite import Server
from matrixone_lite.engine.lineage import Branch, Lineage
from matrixone_lite.engine.purge import Purger
from matrixone_lite.engine.sql_literals import literal
from matrixone_lite.engine.storage import Store
from matrixone_lite.engine.types import DOUBLE, VARCHAR

DAY = 24 * 3600 * 1_000_000_000


def run(server, *statements):
    connection = pymysql.connect(host="127.0.0.1", port=server.port, user="root", password="111", autocommit=True)
    with connection, connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
        return [*cursor.fetchall()]


def test_branches_and_what_they_were_made_from_survive_the_server(tmp_path):
    with Server(tmp_path) as server:
        run(
            server,
            "create database d",
            "create table d.a (id int primary key, v int)",
            "insert into d.a values (1, 1), (2, 2)",
            "data branch create table d.b from d.a",
            "data branch create table d.c from d.b",
            "delete from d.c where id = 1",
            "update d.a set v = 20 where id = 2",
            "drop table d.b",
        )
    store = Store(tmp_path)
    purger = Purger(store)
    purger.sweep(store.now() + 40 * DAY)
    purger.close()
    store.close()
    with Server(tmp_path) as server:
        assert run(server, "data branch diff d.c against d.a") == [("c", "DELETE", 1, 1), ("a", "UPDATE", 2, 20)]
        run(server, "data branch delete table d.c")
        assert run(server, "select count(*) from mo_catalog.mo_snapshots") == [(0,)]
        assert run(server, "select count(*) from mo_catalog.mo_branch_metadata where table_deleted") == [(2,)]


def test_a_file_names_tables_and_snapshots_so_that_paths_are_safe(db, tmp_path):
    db.run("create table `a/../b` (id int primary key)", "data branch create table `é c` from `a/../b`")
    db.run("insert into `é c` values (1)")
    path = db.rows(f"data branch diff `é c` against `a/../b` output file '{tmp_path}'")[0][0]
    assert path.startswith(f"{tmp_path}/diff_é@20c_a@2F..@2Fb_")
    assert [file.name for file in tmp_path.iterdir()] == [path.rpartition("/")[2]]
    assert path.endswith(".csv")


def test_rows_of_an_empty_table_are_written_as_csv(db, tmp_path):
    db.run("create table a (id int primary key, t varchar(9))", "data branch create table b from a")
    db.run("insert into b values (1, 'a,b'), (2, null), (3, 'q\"')")
    path = db.rows(f"data branch diff b against a output file '{tmp_path}'")[0][0]
    assert Path(path).read_text("utf-8") == '1,"a,b"\n2,\\N\n3,"q"""\n'


def test_tables_of_one_name_are_mistaken_in_a_file(db, connect, tmp_path):
    db.run("create table t (id int primary key)", "insert into t values (1)")
    other = connect()
    other.run("drop database if exists t_other", "data branch create database t_other from t_db")
    db.run("insert into t values (7)")
    path = db.rows(f"data branch diff t_other.t against t output file '{tmp_path}'")[0][0]
    assert " values (7);" in Path(path).read_text("utf-8")
    other.run("drop database t_other")


def test_one_diff_sees_one_state(db, connect):
    """Rows move between two tables in transactions: at no moment do they differ by an odd number."""
    db.run("create table a (id int primary key)", "data branch create table b from a")
    stop = threading.Event()

    def write():
        writer = connect()
        writer.run("use t_db")
        number = 0
        while not stop.is_set():
            number += 1
            writer.run("begin", f"insert into a values ({number})", f"insert into b values ({number})", "commit")

    thread = threading.Thread(target=write)
    thread.start()
    try:
        found = [db.rows("data branch diff a against b output count") for _ in range(40)]
    finally:
        stop.set()
        thread.join()
    assert found == [[[0]]] * 40


def test_locks_of_transactions_are_listed(db, connect):
    db.run(
        "create table a (id int primary key, v int)", "create table b (id int)", "insert into a values (1, 1), (2, 2)"
    )
    mine = (
        "select count(*), count(distinct l.table_id) from mo_locks() l join mo_sessions() s on l.txn_id = s.txn_id "
        "where s.conn_id = connection_id() and l.lock_mode = 'Exclusive'"
    )
    assert db.rows(mine) == [[0, 0]]
    db.run("begin", "update a set v = 3", "insert into b values (1)")
    assert db.rows(mine) == [[3, 2]]
    watcher = connect()
    watched = (
        "select distinct t.relname from mo_locks() l join processlist() p on l.txn_id = p.txn_id "
        "join mo_catalog.mo_tables t on t.rel_id = l.table_id where p.conn_id <> connection_id() order by 1"
    )
    assert watcher.rows(watched) == [["a"], ["b"]]
    db.run("commit")
    assert watcher.rows(watched) == []
    assert db.rows("select count(*) from a where v = 3") == [[2]]


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0.0, "0"), (1.5, "1.5"), (-2.0, "-2"), (123456.0, "123456"), (1234567.0, "1.234567e+06"), (1e20, "1e+20"),
     (0.0001, "0.0001"), (0.00001234, "1.234e-05"), (-1e-7, "-1e-07"), (1e300, "1e+300")],
)  # fmt: skip
def test_numbers_are_written_as_the_server_does(number, shown):
    assert literal(number, DOUBLE, None) == shown


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_written_numbers_mean_the_same(number):
    assert float(literal(number, DOUBLE, None)) == number


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_written_texts_mean_the_same(scratch, text):
    assert scratch.rows(f"select {literal(text, VARCHAR, None)}") == [[text]]


@given(st.lists(st.integers(0, 30), max_size=12))
def test_two_tables_have_a_common_ancestor_or_none(parents):
    nodes = [(n + 1, 0) for n in range(len(parents))]
    branches = [
        Branch(node, (parent % (n + 1) - n % 2 * 100, 0), n, 0, "table", "", "", "", "")
        for n, (node, parent) in enumerate(zip(nodes, parents, strict=True))
    ]
    lineage = Lineage(branches)
    for one in nodes:
        for other in nodes:
            found = lineage.paths_from_common_ancestor(one, other)
            shared = set(lineage.path(one)) & set(lineage.path(other))
            assert (found is None) is (not shared)
            if found is not None:
                assert found[0][0] == found[1][0]
                assert (found[0][-1], found[1][-1]) == (one, other)
                assert set(found[0]) & set(found[1]) == {found[0][0]}
