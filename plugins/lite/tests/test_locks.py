"""Transactions side by side: who waits for whom, and who sees what."""

import threading

import pymysql
import pytest


@pytest.fixture
def pair(db, connect):
    db.run("create table t (id int primary key, a int unique)", "insert into t values (1, 1), (2, 2)")
    return db, connect(database="t_db")


class Background:
    """A statement running in a thread."""

    def __init__(self, connection, sql):
        self.error = None
        self._thread = threading.Thread(target=self._run, args=(connection, sql))
        self._thread.start()

    def _run(self, connection, sql):
        try:
            connection.run(sql)
        except pymysql.MySQLError as error:
            self.error = error

    def waits(self):
        """Whether it has not ended after a moment."""
        self._thread.join(0.3)
        return self._thread.is_alive()

    def end(self):
        """Its error number, None if it succeeded."""
        self._thread.join(20)
        assert not self._thread.is_alive()
        return self.error.args[0] if self.error else None


def rows(connection):
    return connection.rows("select * from t order by id")


def test_writers_of_different_rows_do_not_meet(pair):
    one, other = pair
    one.run("begin", "update t set a = 10 where id = 1")
    other.run("begin", "update t set a = 20 where id = 2", "insert into t values (3, 3)")
    assert rows(one) == [[1, 10], [2, 2]]
    assert rows(other) == [[1, 1], [2, 20], [3, 3]]
    one.run("commit")
    assert rows(other) == [[1, 10], [2, 20], [3, 3]]
    other.run("rollback")
    assert rows(one) == [[1, 10], [2, 2]]


def test_a_writer_of_the_same_row_waits_and_sees_the_new_value(pair):
    one, other = pair
    one.run("begin", "update t set a = 5 where id = 1")
    update = Background(other, "update t set a = a * 10 where id = 1")
    assert update.waits()
    one.run("commit")
    assert update.end() is None
    assert rows(one) == [[1, 50], [2, 2]]


@pytest.mark.parametrize(("ending", "error"), [("commit", 1062), ("rollback", None)])
def test_a_second_insert_of_a_key_waits_for_the_first(pair, ending, error):
    one, other = pair
    one.run("begin", "insert into t values (3, 3)")
    insert = Background(other, "insert into t values (4, 3)")
    assert insert.waits()
    one.run(ending)
    assert insert.end() == error


def test_rows_selected_for_update_are_locked(pair):
    one, other = pair
    one.run("begin")
    one.rows("select * from t where id = 1 for update")
    other.run("update t set a = 20 where id = 2")
    assert other.rows("select a from t where id = 1") == [[1]]
    update = Background(other, "update t set a = 10 where id = 1")
    assert update.waits()
    one.run("rollback")
    assert update.end() is None


def test_a_lock_timeout_ends_the_whole_transaction(pair):
    one, other = pair
    one.run("begin", "update t set a = 5 where id = 1")
    other.run("set lock_wait_timeout = 1", "begin", "update t set a = 22 where id = 2")
    text = "Lock wait timeout exceeded; try restarting transaction"
    assert other.error("update t set a = 6 where id = 1") == (1205, text)
    other.run("insert into t values (9, 9)", "rollback")
    one.run("rollback")
    assert rows(one) == [[1, 1], [2, 2], [9, 9]]


def test_two_that_wait_for_each_other_are_a_deadlock(pair):
    one, other = pair
    one.run("begin", "update t set a = 10 where id = 1")
    other.run("begin", "update t set a = 20 where id = 2")
    update = Background(other, "update t set a = 11 where id = 1")
    assert update.waits()
    assert one.error("update t set a = 21 where id = 2") == (20701, "deadlock detected")
    assert update.end() is None
    other.run("commit")
    assert rows(one) == [[1, 11], [2, 20]]


def test_dropping_a_table_waits_for_its_writers(pair):
    one, other = pair
    one.run("begin", "update t set a = 5 where id = 1")
    drop = Background(other, "drop table t")
    assert drop.waits()
    one.run("commit")
    assert drop.end() is None


def test_a_writer_waits_for_ddl_in_a_transaction(pair):
    one, other = pair
    one.run("begin", "create table u (x int)")
    insert = Background(other, "insert into t values (3, 3)")
    assert insert.waits()
    one.run("commit")
    assert insert.end() is None


def test_kill_query_ends_a_wait_and_keeps_the_transaction(pair, connect):
    one, other = pair
    one.run("begin", "update t set a = 5 where id = 1")
    other.run("begin", "insert into t values (3, 3)")
    number = other.rows("select connection_id()")[0][0]
    update = Background(other, "update t set a = 6 where id = 1")
    assert update.waits()
    connect().run(f"kill query {number}")
    assert update.end() == 1105
    other.run("commit")
    one.run("rollback")
    assert rows(one) == [[1, 1], [2, 2], [3, 3]]


def test_kill_query_ends_a_sleep(pair, connect):
    _, other = pair
    number = other.rows("select connection_id()")[0][0]
    sleep = Background(other, "select sleep(30)")
    assert sleep.waits()
    connect().run(f"kill query {number}")
    assert sleep.end() == 1105


def test_many_writers_lose_no_update(pair, connect):
    def add():
        connection = connect(database="t_db")
        for _ in range(20):
            connection.run("begin", "update t set a = a + 1 where id = 2", "commit")

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pair[0].rows("select a from t where id = 2") == [[82]]
