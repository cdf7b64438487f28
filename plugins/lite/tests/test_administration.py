"""Accounts, publications, stages and sequences through statements."""

import pytest


@pytest.fixture
def account(connect):
    """Connects to an account of the test's own."""
    root = connect()
    root.run("drop account if exists t_acc", "create account t_acc admin_name 'admin' identified by '1'")
    yield lambda: connect(user="t_acc:admin", password="1")
    connect().run("drop account if exists t_acc")


def test_accounts_see_nothing_of_each_other(db, account):
    other = account()
    db.run("create table t (a int)")
    assert other.rows("show databases") == [
        ["information_schema"],
        ["mo_catalog"],
        ["mysql"],
        ["system"],
        ["system_metrics"],
    ]
    assert other.error("use t_db") == (1049, "Unknown database t_db")
    assert other.error("select * from mo_catalog.mo_account") == (
        1064,
        'SQL parser error: table "mo_account" does not exist',
    )
    assert other.error("create account x admin_name 'a' identified by 'b'")[1].endswith(
        "do not have privilege to execute the statement"
    )
    other.run("create database t_db", "create table t_db.mine (a int)")
    assert db.rows("show tables") == [["t"]]
    assert db.rows("show accounts like 't_acc'")[0][5] == 6


def test_dropping_an_account_drops_its_databases(connect, account):
    account().run("create database own", "create table own.t (a int)")
    root = connect()
    root.run("drop account t_acc", "create account t_acc admin_name 'admin' identified by '1'")
    assert ["own"] not in account().rows("show databases")


def test_subscriptions_are_listed_once_they_are_committed(db, account):
    subscriber = account()
    db.run("create publication t_open database t_db account t_acc")
    subscriber.run("begin", "create database t_sub from sys publication t_open")
    assert subscriber.rows("show subscriptions") == []
    assert subscriber.rows("show subscriptions all")[0][6] is None
    assert db.rows("select sub_name from mo_catalog.mo_subs") == []
    subscriber.run("commit")
    assert subscriber.rows("show subscriptions")[0][6] == "t_sub"
    subscriber.run("begin", "drop database t_sub")
    assert subscriber.rows("show subscriptions")[0][6] == "t_sub"
    subscriber.run("commit")
    db.run("drop publication t_open")


def test_publication_and_subscription(db, account):
    db.run("create table t (id int primary key)", "insert into t values (1)", "create table hidden (a int)")
    db.run("create publication t_pub database t_db table t account t_acc comment 'c'")
    subscriber = account()
    assert subscriber.rows("show subscriptions all")[0][:5] == ["t_pub", "sys", "t_db", "t", "c"]
    subscriber.run("create database sub from sys publication t_pub", "use sub")
    assert subscriber.rows("show tables") == [["t"]]
    assert subscriber.rows("select * from t") == [[1]]
    db.run("insert into t values (2)")
    assert subscriber.rows("select count(*) from sub.t") == [[2]]
    assert subscriber.error("select * from hidden")[0] == 1064
    assert subscriber.error("insert into t values (3)") == (
        20101,
        "internal error: cannot insert/update/delete from public table",
    )
    assert subscriber.error("create table x (a int)") == (
        20101,
        "internal error: cannot create table in subscription database",
    )
    assert subscriber.error("create index ix on t (id)")[1].endswith("cannot create index in subscription database")
    assert db.rows("show publications like 't_pub'")[0][3:5] == ["t_acc", "t_acc"]
    assert db.error("drop database t_db")[1].endswith("can not drop database 't_db' which is publishing")
    db.run("use t_db", "drop publication t_pub")
    assert subscriber.error("select * from t") == (20101, "internal error: there is no publication t_pub")
    assert subscriber.error("use sub") == (20101, "internal error: there is no publication t_pub")
    subscriber.run("drop database sub")


def test_stages_are_refused_in_a_transaction(db):
    db.run("begin", "create table t (a int)")
    error = (20101, "internal error: unclassified statement appears in uncommitted transaction")
    assert db.error("create stage t_stage url = 'file:///tmp/'") == error
    assert db.error("show stages") == error
    db.run("commit")
    db.run("create stage t_stage url = 's3://bucket/' credentials = {'AWS_KEY_ID' = 'k', 'AWS_SECRET_KEY' = 's'}")
    assert db.rows("show stages like 't_stage'") == [["t_stage", "s3://bucket/", "in_use", ""]]
    db.run("alter stage t_stage set enable = false")
    assert db.rows("select stage_status, stage_credentials from mo_catalog.mo_stages") == [
        ["disabled", "AWS_KEY_ID=k,AWS_SECRET_KEY=s"]
    ]
    db.run("drop stage t_stage")


def test_sequences(db):
    db.run("create sequence s increment by 5 start with 10")
    assert db.rows("select nextval('s'), nextval('s'), currval('s'), lastval()") == [["10", "15", "15", "15"]]
    db.run("begin")
    assert db.rows("select nextval('s')") == [["20"]]
    db.run("rollback")
    assert db.rows("select nextval('s')") == [["20"]]
    assert db.rows("select setval('s', 100)") == [["100"]]
    assert db.rows("select nextval('s')") == [["105"]]
    assert db.rows("show sequences") == [["s", "BIGINT"]]
    db.run("create sequence small as smallint maxvalue 2 cycle")
    assert [db.rows("select nextval('small')")[0][0] for _ in range(4)] == ["1", "2", "1", "2"]
    db.run("create table t (id bigint)", "insert into t values (nextval('s')), (nextval('s'))")
    assert db.rows("select id from t order by id") == [[110], [115]]
    assert db.error("drop table s") == (20101, "internal error: Should use 'drop sequence' to drop a sequence")
    db.run("drop sequence s")
    assert db.error("select nextval('s')") == (1146, "no such table t_db.s")


def test_a_sequence_without_cycle_ends(db):
    db.run("create sequence s minvalue 0 maxvalue 1")
    assert [db.rows("select nextval('s')")[0][0] for _ in range(2)] == ["0", "1"]
    assert db.error("select nextval('s')") == (20101, "internal error: Reached maximum value of sequence s")
