"""SHOW, DESC, information_schema and mo_catalog: what a client learns about objects."""

import pytest


def test_a_table_in_its_definition(db):
    db.run(
        "create table parent (id int primary key, code varchar(10) not null unique, name varchar(20) comment 'the name') comment 'it''s'",
        """create table child (id bigint auto_increment primary key, parent_id int, qty int default 1,
           price decimal(8,2) not null default 0, made datetime(3) default current_timestamp(3), kind enum('a','b') default 'a',
           total int generated always as (qty * 2) stored, key ix_qty (qty, price) comment 'two', unique key uq (parent_id, qty),
           constraint fk foreign key (parent_id) references parent (id) on delete cascade, constraint ck check (qty > 0))""",
    )
    assert db.rows("show create table parent")[0][1] == (
        "CREATE TABLE `parent` (\n"
        "  `id` int NOT NULL,\n"
        "  `code` varchar(10) NOT NULL,\n"
        "  `name` varchar(20) DEFAULT NULL COMMENT 'the name',\n"
        "  PRIMARY KEY (`id`),\n"
        "  UNIQUE KEY `code` (`code`)\n"
        ") COMMENT='it''s'"
    )
    assert db.rows("show create table child")[0][1] == (
        "CREATE TABLE `child` (\n"
        "  `id` bigint NOT NULL AUTO_INCREMENT,\n"
        "  `parent_id` int DEFAULT NULL,\n"
        "  `qty` int DEFAULT 1,\n"
        "  `price` decimal(8,2) NOT NULL DEFAULT 0,\n"
        "  `made` datetime(3) DEFAULT current_timestamp(3),\n"
        "  `kind` enum('a','b') DEFAULT 'a',\n"
        "  `total` int GENERATED ALWAYS AS ((qty * 2)) STORED,\n"
        "  PRIMARY KEY (`id`),\n"
        "  UNIQUE KEY `uq` (`parent_id`,`qty`),\n"
        "  KEY `ix_qty` (`qty`,`price`) COMMENT 'two',\n"
        "  CONSTRAINT `fk` FOREIGN KEY (`parent_id`) REFERENCES `parent` (`id`) ON DELETE CASCADE ON UPDATE RESTRICT,\n"
        "  CONSTRAINT `ck` CHECK (`qty` > 0)\n"
        ")"
    )


def test_a_definition_can_be_run_again(db):
    db.run("create table t (id int primary key, v vecf32(3), body text, j json, key ix (id), fulltext ft (body))")
    db.run("create index ivf using ivfflat on t (v) lists = 2 op_type 'vector_l2_ops'")
    definition = db.rows("show create table t")[0][1]
    db.run("drop table t", definition)
    again = db.rows("show create table t")[0][1]
    assert sorted(line.strip(" ,") for line in again.splitlines()) == sorted(
        line.strip(" ,") for line in definition.splitlines()
    )


def test_desc(db):
    db.run(
        "create table t (id int auto_increment primary key, a varchar(20) not null default 'x' comment 'c', u int unique, k int, key (k))"
    )
    expected = [
        ["id", "INT(32)", "NO", "PRI", None, "auto_increment", ""],
        ["a", "VARCHAR(20)", "NO", "", "x", "", "c"],
        ["u", "INT(32)", "YES", "UNI", None, "", ""],
        ["k", "INT(32)", "YES", "MUL", None, "", ""],
    ]
    for sql in ("desc t", "describe t_db.t", "show columns from t", "explain t", "show fields in t from t_db"):
        assert db.rows(sql) == expected
    assert [row[0] for row in db.rows("show columns from t like 'u%'")] == ["u"]
    assert [row[0] for row in db.rows("show columns from t where `Key` <> '' and Field > 'j'")] == ["u", "k"]
    assert db.names("show full columns from t") == [
        "Field", "Type", "Collation", "Null", "Key", "Default", "Extra", "Privileges", "Comment",
    ]  # fmt: skip
    assert db.error("desc nosuch") == (1146, "no such table t_db.nosuch")


def test_filters_of_lists(db):
    db.run("create table a1 (x int)", "create table a2 (x int)", "create view v as select x from a1")
    assert db.rows("show tables") == [["a1"], ["a2"], ["v"]]
    assert db.rows(r"show tables like 'a\_'") == []
    assert db.rows("show tables like 'a_'") == [["a1"], ["a2"]]
    assert db.rows("show full tables where Table_type = 'VIEW'") == [["v", "VIEW"]]
    assert db.rows("show tables from t_db where Tables_in_t_db in ('a2', 'v')") == [["a2"], ["v"]]
    assert db.error("show tables where nosuch = 1") == (20301, "invalid input: column nosuch does not exist")
    assert db.error("show tables from nosuch") == (1049, "Unknown database nosuch")


@pytest.mark.parametrize("sql", ["show tables", "show table status", "desc t", "show triggers"])
def test_a_database_must_be_selected(connect, sql):
    assert connect().error(sql) == (1046, "No database selected")


def test_indexes(db):
    db.run("create table t (id int primary key, a int, b varchar(5), unique key uq (a), key ix (b, a) comment 'two')")
    rows = [[row[1], row[2], row[3], row[4], row[9], row[12]] for row in db.rows("show index from t")]
    assert sorted(rows, key=str) == [
        [0, "PRIMARY", 1, "id", "", ""],
        [0, "uq", 1, "a", "YES", ""],
        [1, "ix", 1, "b", "YES", "two"],
        [1, "ix", 2, "a", "YES", "two"],
    ]
    assert len(db.rows("show keys from t where Key_name = 'ix'")) == 2


def test_views(db):
    db.run("create table t (id int primary key, a varchar(5))", "create view v as select id, a as b from t")
    assert db.rows("show create view v") == [
        ["v", "create view v as select id, a as b from t", "utf8mb4", "utf8mb4_general_ci"]
    ]
    assert db.error("show create view t") == (20101, "internal error: t is not VIEW")
    assert [row[:2] for row in db.rows("desc v")] == [["id", "INT(32)"], ["b", "VARCHAR(5)"]]
    assert db.rows("select table_name, view_definition from information_schema.views where table_schema = 't_db'") == [
        ["v", "create view v as select id, a as b from t"]
    ]


def test_information_schema(db):
    db.run(
        "create table p (id int primary key)",
        "create table t (id int primary key, a decimal(5,2) default 1.5 comment 'c', pid int, constraint fk foreign key (pid) references p (id) on delete set null)",
    )
    db.run("create sequence s")
    assert db.rows("select table_name, table_type from information_schema.tables where table_schema = 't_db' order by 1") == [
        ["p", "BASE TABLE"], ["s", "INTERNAL TABLE"], ["t", "BASE TABLE"],
    ]  # fmt: skip
    assert db.rows(
        "select column_name, column_type, column_default, numeric_scale, column_key, column_comment "
        "from information_schema.columns where table_schema = 't_db' and table_name = 't' order by ordinal_position"
    ) == [
        ["id", "INT(32)", None, None, "PRI", ""],
        ["a", "DECIMAL(5,2)", "1.5", 2, "", "c"],
        ["pid", "INT(32)", None, None, "", ""],
    ]  # fmt: skip
    assert db.rows(
        "select constraint_name, delete_rule, referenced_table_name from information_schema.referential_constraints"
    ) == [["fk", "SET_NULL", "p"]]
    assert db.rows("select count(*) from information_schema.schemata where schema_name = 't_db'") == [[1]]


def test_system_tables_join_with_others(db):
    db.run("create table wanted (name varchar(20))", "insert into wanted values ('wanted'), ('nosuch')")
    assert db.rows(
        "select w.name, t.relkind from wanted w left join mo_catalog.mo_tables t on t.relname = w.name order by w.name"
    ) == [["nosuch", None], ["wanted", "r"]]


def test_mo_catalog(db):
    db.run("create table t (id int primary key, a int, key ix (a))")
    assert db.rows("select dat_createsql from mo_catalog.mo_database where datname = 't_db'") == [
        ["create database t_db"]
    ]
    assert db.rows("select attname, att_constraint_type from mo_catalog.mo_columns where att_relname = 't' and att_is_hidden = 0") == [
        ["id", "p"], ["a", "n"],
    ]  # fmt: skip
    table = "(select rel_id from mo_catalog.mo_tables where relname = 't' and reldatabase = 't_db')"
    assert db.rows(f"select distinct name, type from mo_catalog.mo_indexes where table_id = {table} order by name") == [
        ["PRIMARY", "PRIMARY"], ["ix", "MULTIPLE"],
    ]  # fmt: skip


def test_the_catalog_is_as_of_the_transaction(db, connect):
    db.run("begin", "create table later (a int)")
    seen = "select count(*) from information_schema.tables where table_name = 'later'"
    assert db.rows(seen) == [[1]]
    assert connect().rows(seen) == [[0]]
    db.run("rollback")
    assert db.rows(seen) == [[0]]


def test_processes(db):
    (own,) = [row for row in db.rows("show processlist") if row[1] == db.driver.thread_id()]
    assert own[4:7] == ["root", "127.0.0.1", "t_db"]
    assert own[9] == "show processlist"


def test_warnings_name_the_last_error(db):
    number, text = db.error("selec")
    assert db.rows("show warnings") == [["Error", number, text]]
    db.run("select 1")
    assert db.rows("show warnings") == []


def test_unknown_lists_are_refused_by_name(db):
    assert db.error("show tasks") == (20105, "not supported: lite: SHOW TASKS")


def test_every_system_table_can_be_read(db):
    for database, table in db.rows(
        "select table_schema, table_name from information_schema.tables where create_time is null"
    ):
        db.rows(f"select * from `{database}`.`{table}`")
        assert db.rows(f"desc `{database}`.`{table}`")


def test_analyze_counts_distinct_values(db):
    db.run("create table t (id int primary key, a int)", "insert into t values (1, 1), (2, 1), (3, 2)")
    assert db.names("analyze table t") == ["approx_count_distinct(id)", "approx_count_distinct(a)"]
    assert db.rows("analyze table t (a)") == [[2]]
    assert db.error("analyze table nosuch") == (1146, "no such table t_db.nosuch")


def test_functions_about_tables(db):
    db.run("create table t (id int primary key, a varchar(5))", "insert into t values (2, 'b'), (10, 'a')")
    assert db.rows(
        "select mo_table_rows('t_db', 't'), mo_table_col_max('t_db', 't', 'id'), mo_table_col_min('t_db', 't', 'a')"
    ) == [[2, "10", "a"]]
    assert db.rows("select mo_table_col_max('t_db', 't', 'nosuch')") == [[None]]
    assert db.error("select mo_table_rows('t_db', 'nosuch')") == (1146, "no such table t_db.nosuch")
    assert '"OK"' in db.rows("select mo_ctl('dn', 'flush', 't_db.t')")[0][0]
    assert db.error("select mo_ctl('dn', 'nosuch', '')") == (20105, "not supported: command NOSUCH not supported")


def test_a_timestamp_that_may_be_null_says_so(db):
    db.run("create table t (a timestamp, b timestamp(3) not null, c datetime)")
    columns = [line.strip() for line in db.rows("show create table t")[0][1].splitlines()[1:-1]]
    assert columns == ["`a` timestamp NULL DEFAULT NULL,", "`b` timestamp(3) NOT NULL,", "`c` datetime DEFAULT NULL"]
