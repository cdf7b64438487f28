"""A snapshot has what was committed before it, whatever else goes on."""

import pytest


@pytest.fixture
def pair(db, connect):
    db.run("create table t (id int primary key, a int)", "insert into t values (1, 1), (2, 2)")
    yield db, connect(database="t_db")
    db.run("drop snapshot if exists s")


def test_a_snapshot_has_nothing_of_a_transaction_that_commits_later(pair):
    writer, other = pair
    writer.run("begin", "insert into t values (3, 3)", "update t set a = 10 where id = 1", "delete from t where id = 2")
    other.run("create snapshot s for database t_db")
    writer.run("update t set a = 11 where id = 1", "update t set a = 30 where id = 3", "commit")
    assert other.rows("select * from t order by id") == [[1, 11], [3, 30]]
    assert other.rows("select * from t {snapshot = 's'} order by id") == [[1, 1], [2, 2]]


def test_a_snapshot_after_the_commit_has_all_of_it(pair):
    writer, other = pair
    writer.run("begin", "update t set a = 10 where id = 1")
    other.run("update t set a = 20 where id = 2")
    writer.run("update t set a = 11 where id = 1", "commit")
    other.run("create snapshot s for table t_db t", "delete from t")
    assert other.rows("select * from t {snapshot = 's'} order by id") == [[1, 11], [2, 20]]


def test_snapshots_before_and_after_every_change(pair):
    db, _ = pair
    changes = [
        "insert into t values (3, 3)",
        "update t set a = a + 1",
        "update t set a = a",
        "delete from t where id = 1",
        "replace into t values (2, 9)",
    ]
    states = []
    for n, change in enumerate(changes):
        db.run(f"create snapshot s{n} for account")
        states.append(db.rows("select * from t order by id"))
        db.run(change)
    for n, state in enumerate(states):
        assert db.rows(f"select * from t {{snapshot = 's{n}'}} order by id") == state
        db.run(f"drop snapshot s{n}")


def test_a_rolled_back_transaction_leaves_no_trace_in_the_past(pair):
    writer, other = pair
    writer.run("begin", "delete from t")
    other.run("create snapshot s for database t_db")
    writer.run("rollback", "insert into t values (4, 4)")
    assert other.rows("select * from t {snapshot = 's'} order by id") == [[1, 1], [2, 2]]
    assert other.rows("select count(*) from t") == [[3]]


def test_an_update_that_changes_nothing_leaves_one_row_in_the_past(pair):
    writer, _ = pair
    writer.run("create snapshot s for database t_db", "update t set a = 1 where id = 1")
    assert writer.rows("select * from t {snapshot = 's'} order by id") == [[1, 1], [2, 2]]
