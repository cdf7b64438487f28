"""INSERT, UPDATE, DELETE and the constraints of rows."""

import pytest


@pytest.fixture
def table(db):
    db.run(
        "create table t (id int auto_increment primary key, k varchar(5) unique, n int not null default 7, c int check (c < 10))"
    )
    return db


def rows(connection):
    return connection.rows("select id, k, n, c from t order by id")


def test_forms_of_insert(table):
    table.run(
        "insert into t values (1, 'a', 1, 1)",
        "insert into t (k) values ('b'), (default)",
        "insert into t set k = 'd', n = 1 + 2",
    )
    assert table.run("insert into t (k, n) select concat(k, '2'), n from t where k is not null") == 3
    assert rows(table) == [
        [1, "a", 1, 1],
        [2, "b", 7, None],
        [3, None, 7, None],
        [4, "d", 3, None],
        [5, "a2", 1, None],
        [6, "b2", 7, None],
        [7, "d2", 3, None],
    ]


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("insert into t (k) values ('a')", (1062, "Duplicate entry 'a' for key 'k'")),
        ("insert into t (n) values (null)", (3819, "constraint violation: Column 'n' cannot be null")),
        ("insert into t (c) values (10)", (3819, "constraint violation: Check constraint '__mo_chk_1' is violated")),
        (
            "insert into t (k) values ('toolong')",
            (1406, "Can't cast 'toolong' to VARCHAR type. Src length 7 is larger than Dest length 5"),
        ),
        ("insert into t (n) values (99999999999)", (1690, "data out of range: data type int32, value '99999999999'")),
        ("insert into t (n) values ('x')", (20203, "invalid argument cast to int, bad value x")),
        ("insert into t (nosuch) values (1)", (1054, "Unknown column 'nosuch' in 't'")),
        ("insert into t values (5, 'x')", (1136, "Column count doesn't match value count at row 1")),
        ("insert into nosuch values (1)", (1146, "no such table t_db.nosuch")),
        ("update t set n = null", (3819, "constraint violation: Column 'n' cannot be null")),
        ("update t set nosuch = 1", (20101, "internal error: column 'nosuch' not found in table")),
        ("delete from t where nosuch = 1", (20301, "invalid input: column nosuch does not exist")),
    ],
)
def test_errors_leave_nothing(table, statement, error):
    table.run("insert into t (k) values ('a')")
    before = rows(table)
    assert table.error(statement) == error
    assert rows(table) == before


def test_generated_keys_are_reported_last_first_of_a_statement(table):
    with table.driver.cursor() as cursor:
        cursor.execute("insert into t (k) values ('a'), ('b')")
        assert cursor.lastrowid == 2
        cursor.execute("insert into t (id) values (100)")
        assert cursor.lastrowid == 0
        cursor.execute("insert into t () values ()")
        assert cursor.lastrowid == 101
    assert table.rows("select last_insert_id()") == [[101]]


def test_a_rollback_gives_no_number_back(table):
    table.run("begin", "insert into t (k) values ('a')", "rollback", "insert into t (k) values ('b')")
    assert rows(table) == [[2, "b", 7, None]]


def test_on_duplicate_key_update(table):
    table.run("insert into t (k, n) values ('a', 1)")
    assert table.run("insert into t (k, n) values ('a', 5) on duplicate key update n = n + values(n)") == 2
    assert table.run("insert into t (k, n) values ('a', 5) on duplicate key update n = n") == 0
    assert table.run("insert into t (k, n) values ('b', 5), ('a', 0) on duplicate key update n = values(n)") == 3
    assert table.rows("select k, n from t order by k") == [["a", 0], ["b", 5]]
    assert table.error("insert into t (k) values ('a') on duplicate key update k = 'z'")[0] == 20313


def test_replace_removes_every_row_in_the_way(table):
    table.run("insert into t values (1, 'a', 1, 1), (2, 'b', 2, 2)")
    assert table.run("replace into t values (1, 'b', 3, 3)") == 3
    assert rows(table) == [[1, "b", 3, 3]]


def test_insert_ignore_skips_duplicates_and_cuts_text(table):
    table.run("insert into t (k) values ('a')")
    assert table.run("insert ignore into t (k) values ('a'), ('toolong')") == 1
    assert [row[1] for row in rows(table)] == ["a", "toolo"]


def test_update_may_shift_unique_keys(table):
    table.run("insert into t values (1, 'a', 1, 1), (2, 'b', 2, 2), (3, 'c', 3, 3)")
    assert table.run("update t set id = id + 1") == 3
    assert table.run("update t set k = case k when 'a' then 'b' else 'a' end where k in ('a', 'b')") == 2
    assert [row[:2] for row in rows(table)] == [[2, "b"], [3, "a"], [4, "c"]]
    assert table.error("update t set id = 4 where id = 2") == (1062, "Duplicate entry '4' for key 'id'")


def test_update_and_delete_of_joins(table):
    table.run(
        "insert into t values (1, 'a', 1, 1), (2, 'b', 2, 2)",
        "create table s (id int primary key, v int)",
        "insert into s values (2, 20), (3, 30)",
    )
    assert table.run("update t join s on t.id = s.id set t.n = s.v, s.v = 0") == 2
    assert table.run("update t set n = s.v + 1 from s where t.id = s.id") == 1
    assert table.run("delete t from t left join s on t.id = s.id where s.id is null") == 1
    assert rows(table) == [[2, "b", 1, 2]]


def test_update_in_order_with_a_limit(table):
    table.run("insert into t (n) values (1), (2), (3)")
    assert table.run("update t set n = 0 order by id desc limit 2") == 2
    assert table.run("delete from t order by id limit 1") == 1
    assert [row[2] for row in rows(table)] == [0, 0]


def test_returning(table):
    assert table.rows("insert into t (k) values ('a'), ('b') returning id, concat(k, '!') as x") == [
        [1, "a!"],
        [2, "b!"],
    ]
    assert table.rows("update t set n = n + 1 where id = 2 returning n") == [[8]]
    assert table.rows("delete from t where id = 1 returning *") == [[1, "a", 7, None]]
    assert table.error("replace into t values (1, 'a', 1, 1) returning id") == (
        20105,
        "not supported: DML RETURNING does not support REPLACE",
    )


def test_foreign_keys(table):
    table.run(
        "create table child (id int primary key, t_id int, constraint fk foreign key (t_id) references t (id) on delete cascade)"
    )
    table.run("insert into t (k) values ('a'), ('b')", "insert into child values (1, 1), (2, null)")
    text = "Cannot add or update a child row: a foreign key constraint fails"
    assert table.error("insert into child values (3, 9)") == (20101, f"internal error: {text}")
    assert table.error("update child set t_id = 9 where id = 1") == (1452, text)
    assert table.error("update t set id = 9 where id = 1")[0] == 1217
    assert table.error("drop table t")[0] == 20101
    assert table.run("delete from t where id = 1") == 2
    assert table.rows("select id from child") == [[2]]
    table.run("set foreign_key_checks = 0", "insert into child values (4, 99)")


def test_generated_columns_follow(db):
    db.run(
        "create table g (a int, b int as (a * 2) stored, c varchar(9) as (concat('x', a)) virtual)",
        "insert into g (a) values (1), (2)",
    )
    db.run("update g set a = 10 where a = 1")
    assert db.rows("select * from g order by a") == [[2, 4, "x2"], [10, 20, "x10"]]


def test_defaults_are_evaluated(db):
    db.run(
        "create table d (a int default (1 + 2), b varchar(40) default (uuid()), c datetime default current_timestamp, e int)",
        "insert into d (e) values (1), (2)",
    )
    assert db.rows("select a, length(b), c is not null from d") == [[3, 36, 1], [3, 36, 1]]
    assert db.rows("select count(distinct b) from d") == [[2]]


def test_every_digit_of_a_decimal_is_kept(db):
    db.run("create table t (id int primary key, a decimal(38, 10))")
    exact = "1000000000000000000.0000000001"
    db.run(f"insert into t values (1, {exact}), (2, -{exact})")
    assert db.rows("select cast(a as char), cast(-a as char), cast(abs(a) as char) from t order by id") == [
        [exact, f"-{exact}", exact],
        [f"-{exact}", exact, exact],
    ]
