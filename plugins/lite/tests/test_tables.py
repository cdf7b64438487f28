"""CREATE, ALTER and DROP."""

from datetime import date

import pytest


def shown(connection, name):
    return connection.rows(f"show create table {name}")[0][1]


def test_alter_in_copy_mode(db):
    db.run(
        "create table t (id int primary key, a int, b varchar(10))",
        "insert into t values (1, 1, 'one'), (2, null, 'two')",
    )
    db.run("alter table t add column c int not null default 7, add column d date first, add column e int after a")
    db.run("alter table t modify column b varchar(30) not null", "alter table t change column a alpha bigint default 3")
    db.run(
        "alter table t rename column alpha to beta",
        "alter table t alter column beta set default 9",
        "alter table t drop column d",
    )
    assert db.rows("select * from t order by id") == [[1, 1, None, "one", 7], [2, None, None, "two", 7]]
    assert shown(db, "t").splitlines()[1:-1] == [
        "  `id` int NOT NULL,",
        "  `beta` bigint DEFAULT 9,",
        "  `e` int DEFAULT NULL,",
        "  `b` varchar(30) NOT NULL,",
        "  `c` int NOT NULL DEFAULT 7,",
        "  PRIMARY KEY (`id`)",
    ]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("add column a int", (1060, "Duplicate column name 'a'")),
        ("drop column nosuch", (1091, "Can't DROP 'nosuch'; check that column/key exists")),
        ("modify column b int", (20203, "invalid argument cast to int, bad value x")),
        ("add primary key (a)", (1068, "Multiple primary key defined")),
        ("add unique uq (a)", (1062, "Duplicate entry '1' for key 'a'")),
        (
            "add column e int, add index ix (e)",
            (20301, "invalid input: unsupported alter option in copy mode: add index ix (e)"),
        ),
        ("drop index nosuch", (20101, "internal error: Can't DROP 'nosuch'; check that column/key exists")),
        (
            "auto_increment = 100",
            (20301, "invalid input: unsupported alter option in inplace mode: auto_increment = 100"),
        ),
    ],
)
def test_a_refused_alter_changes_nothing(db, change, error):
    db.run("create table t (id int primary key, a int, b varchar(5))", "insert into t values (1, 1, 'x'), (2, 1, 'y')")
    before = shown(db, "t")
    assert db.error(f"alter table t {change}") == error
    assert shown(db, "t") == before
    assert db.rows("select * from t order by id") == [[1, 1, "x"], [2, 1, "y"]]


def test_indexes_come_and_go(db):
    db.run(
        "create table t (a int, b varchar(5), v vecf32(2))",
        "create unique index uq on t (a)",
        "alter table t add index ix (b), add key vx using ivfflat (v)",
    )
    db.run("insert into t values (1, 'x', '[1,2]')")
    assert db.error("insert into t (a) values (1)")[0] == 1062
    assert db.error("create index ix on t (a)") == (1061, "duplicate key name 'ix'")
    db.run("drop index uq on t", "alter table t drop index ix", "insert into t (a) values (1)")
    assert shown(db, "t").splitlines()[-2] == "  KEY `vx` USING ivfflat (`v`) lists = 1  op_type 'vector_l2_ops' "


def test_a_vector_index_leaves_null_out_of_searches(db):
    db.run(
        "create table t (id int primary key, v vecf32(2))", "insert into t values (1, null), (2, '[5,5]'), (3, '[1,1]')"
    )
    search = "select id from t order by l2_distance(v, '[0,0]') limit 3"
    assert db.rows(search) == [[1], [3], [2]]
    db.run("create index ix using ivfflat on t (v) lists = 1 op_type 'vector_l2_ops'")
    assert db.rows(search) == [[3], [2]]
    assert db.rows(f"{search} by rank with option 'mode=force'") == [[1], [3], [2]]
    assert db.error("update t set id = 9 where id = 2")[0] == 20313


def test_create_variants(db):
    db.run("create table t (a int primary key, b varchar(5) default 'q', key ix (b))", "insert into t values (1, 'x')")
    db.run("create table l like t", "create table s as select a, b, a * 2 as c from t")
    assert shown(db, "l") == shown(db, "t").replace("`t`", "`l`")
    assert db.rows("select * from s") == [[1, "x", 2]]
    assert db.error("create table t (x int)") == (1050, "table t already exists")
    db.run("create table if not exists t (x int)", "drop table t, l, s", "drop table if exists t")
    assert db.error("drop table t") == (1146, "no such table t_db.t")


def test_a_temporary_table_hides_another(db):
    db.run("create table t (a int)", "create temporary table t (b int)", "insert into t values (5)")
    assert db.names("select * from t") == ["b"]
    db.run("drop table t")
    assert db.names("select * from t") == ["a"]


def test_truncate_starts_again(db):
    db.run(
        "create table t (id int auto_increment primary key, a int)",
        "insert into t (a) values (1), (2)",
        "truncate table t",
    )
    db.run("insert into t (a) values (3)")
    assert db.rows("select * from t") == [[1, 3]]


def test_databases(db, connect):
    db.run("create database t_other", "create table t_other.x (a int)")
    assert db.error("create database t_other") == (1007, "database t_other already exists")
    db.run("use t_other", "drop database t_other")
    assert db.rows("select database()") == [[""]]
    assert db.error("select * from x")[0] == 1046
    assert db.error("drop database t_other") == (1008, "Can't drop database 't_other'; database doesn't exist")


def test_statements_see_what_other_sessions_have_defined(db, connect):
    other = connect(database="t_db")
    db.run("create table t (a int)", "insert into t values (1)")
    assert other.rows("select * from t") == [[1]]
    db.run("alter table t add column b int default 2")
    assert other.rows("select * from t") == [[1, 2]]
    db.run("rename table t to u")
    assert other.error("select * from t")[0] == 1064
    assert other.rows("select b from u") == [[2]]


@pytest.mark.parametrize(
    "sql",
    [
        "insert into mo_catalog.mo_user (user_name) values ('x')",
        "replace into mo_catalog.mo_user (user_name) values ('x')",
        "delete from mo_catalog.mo_snapshots where sname = 'x'",
        "update mo_catalog.mo_tables set relname = 'x' where relname = 'y'",
        "update mo_catalog.mo_tables t set t.relname = 'x'",
    ],
)
def test_the_tables_of_the_catalog_are_not_changed_by_hand(db, sql):
    assert db.error(sql) == (20101, "internal error: do not have privilege to execute the statement")


def test_the_views_of_the_catalog_are_no_targets(db):
    error = (20301, "invalid input: cannot insert/update/delete from view")
    assert db.error("delete from information_schema.tables where 1 = 0") == error
    assert db.error("insert into mo_catalog.nosuch values (1)") == (1146, "no such table mo_catalog.nosuch")


def test_upper_keeps_the_length_of_its_column(db):
    db.run("create table n (a varchar(10))", "create view v as select upper(a) as u, lower(a) as l from n")
    assert [row[1] for row in db.rows("desc v")] == ["VARCHAR(10)", "VARCHAR(65535)"]


def test_the_date_of_a_log_file(db):
    assert db.rows("select mo_log_date('s3:/a/2024/1/2/f'), mo_log_date('x'), mo_log_date('2024/13/1/x')") == [
        [date(2024, 1, 2), None, None]
    ]
