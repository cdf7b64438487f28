"""What joins a transaction, what is refused in it, what ends it."""

import pytest
from pymysql.constants import SERVER_STATUS


@pytest.fixture
def table(db):
    db.run("create table t (id int primary key, a int)")
    return db


def ids(connection):
    return [row[0] for row in connection.rows("select id from t order by id")]


def in_transaction(connection):
    connection.driver.ping(reconnect=False)
    return bool(connection.driver.server_status & SERVER_STATUS.SERVER_STATUS_IN_TRANS)


def test_status_bits_follow_the_transaction(table):
    assert not in_transaction(table)
    table.run("begin")
    assert in_transaction(table)
    table.run("commit")
    assert not in_transaction(table)
    table.run("set autocommit = 0")
    assert not in_transaction(table)
    table.rows("select 1")
    assert in_transaction(table)
    assert not table.driver.server_status & SERVER_STATUS.SERVER_STATUS_AUTOCOMMIT


def test_a_failing_statement_is_undone_alone(table):
    table.run("begin", "insert into t values (1, 1)")
    assert table.error("insert into t values (2, 2), (1, 1)") == (1062, "Duplicate entry '1' for key 'id'")
    assert table.error("insert into nosuch values (1)")[0] == 1146
    table.run("insert into t values (3, 3)", "commit")
    assert ids(table) == [1, 3]


@pytest.mark.parametrize("statement", ["set @x = 1", "set names utf8mb4", "begin", "lock tables t write"])
def test_statements_that_commit(table, statement):
    table.run("begin", "insert into t values (1, 1)", statement, "rollback")
    assert ids(table) == [1]


def test_a_failing_set_rolls_back_and_closes(table):
    table.run("begin", "insert into t values (1, 1)")
    assert table.error("set nosuchvariable = 1")[0] == 20101
    assert not in_transaction(table)
    assert ids(table) == []


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("create snapshot s for account", "unclassified statement appears in uncommitted transaction"),
        ("create stage s url = 'file:///tmp/'", "unclassified statement appears in uncommitted transaction"),
        ("create user u identified by '1'", "administrative command is unsupported in transactions"),
        ("rename table t to u", "Only CREATE of DDL is supported in transactions"),
    ],
)
def test_refused_statements_leave_the_transaction_alone(table, statement, reason):
    table.run("begin", "insert into t values (1, 1)")
    assert table.error(statement) == (20101, f"internal error: {reason}")
    table.run("insert into t values (2, 2)", "commit")
    assert ids(table) == [1, 2]


def test_rollback_to_fails_and_undoes_the_last_statement(table):
    table.run("begin", "insert into t values (1, 1)", "savepoint s", "insert into t values (2, 2)")
    assert table.error("rollback to savepoint s")[0] == 20101
    assert ids(table) == [1]
    table.run("commit")
    assert ids(table) == [1]


def test_ddl_rolls_back(table):
    table.run(
        "insert into t values (1, 1)", "begin", "alter table t add column b int default 5", "create table u (x int)"
    )
    assert table.rows("select * from t") == [[1, 1, 5]]
    table.run("truncate table t", "drop table t", "rollback")
    assert table.rows("select * from t") == [[1, 1]]
    assert table.rows("show tables") == [["t"]]


def test_temporary_tables_roll_back_and_end_with_the_session(table, connect):
    table.run("create temporary table tmp (a int)", "begin", "insert into tmp values (1)", "rollback")
    assert table.rows("select count(*) from tmp") == [[0]]
    assert connect(database="t_db").error("select * from tmp")[0] == 1064


def test_without_autocommit_a_clone_runs_on_its_own(table, connect):
    table.run("insert into t values (1, 1)")
    other = connect(database="t_db", autocommit=False)
    other.run("insert into t values (2, 2)", "create table c clone t")
    assert ids(other) == [1, 2]
    other.run("rollback")
    assert table.rows("select id from c") == [[1]]
    assert ids(table) == [1]


def test_a_lost_connection_rolls_back(table, connect):
    other = connect(database="t_db")
    other.run("begin", "insert into t values (1, 1)")
    other.close()
    table.run("insert into t values (1, 2)")
    assert table.rows("select a from t") == [[2]]
