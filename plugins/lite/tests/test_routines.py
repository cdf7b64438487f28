"""Functions that users define in SQL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture
def functions(db):
    db.run(
        "create function twice (x int) returns int language sql as '$1 * 2'",
        "create function later (a int, b int) returns int language sql as '$2 - $1'",
        "create function size (x int) returns int language sql as 'case when $1 > 0 then $1 else -$1 end'",
        "create table t (id int)",
        "insert into t values (1), (2), (3)",
    )
    return db


def test_arguments_take_the_places_of_their_numbers(functions):
    assert functions.rows("select twice(1 + 2), later(1, 10), size(-5), later(twice(1), 3)") == [[6, 9, 5, 1]]
    assert functions.names("select twice(1 + 2), later(id, 3) from t") == ["twice(1 + 2)", "later(id, 3)"]
    assert functions.rows("select id from t where twice(id) > 3 order by size(-id) desc") == [[3], [2]]
    assert functions.rows("select size(sum(id)), sum(twice(id)) from t") == [[6, 12]]
    functions.run("update t set id = twice(id) where id = 3")
    assert functions.rows("select max(id) from t") == [[6]]


def test_functions_of_functions_and_of_queries(functions):
    functions.run(
        "create function nested (x int) returns int language sql as 'twice($1) + 1'",
        "create function below (x int) returns bigint language sql as 'select count(*) from t where id < $1'",
        "create view v as select twice(id) as d from t",
        "create database if not exists t_other",
        "use t_other",
    )
    assert functions.error("select nested(3)") == (20105, "not supported: function or operator 'nested'")
    assert functions.error("select * from t_db.v")[1].endswith("function or operator 'twice'")
    functions.run("use t_db", "drop database t_other")
    assert functions.rows("select * from v order by d") == [[2], [4], [6]]
    assert functions.rows("select nested(3), below(3)") == [[7, 2]]


def test_quoted_dollars_stay(functions):
    functions.run("create function price (x int) returns text language sql as 'concat(\"$1\", $1)'")
    assert functions.rows("select price(7)") == [["$17"]]


def test_a_function_that_calls_itself_ends(functions):
    functions.run("create function forever (x int) returns int language sql as 'forever($1)'")
    assert functions.error("select forever(1)")[0] == 20105


@pytest.mark.parametrize(
    ("sql", "number", "text"),
    [
        ("select twice()", 20301, "invalid input: No matching function for call to twice()"),
        ("select twice(1, 2)", 20301, "invalid input: No matching function for call to twice(bigint, bigint)"),
        (
            "create function twice (x text) returns int language sql as '1'",
            1062,
            "Duplicate entry 'twice' for key 'name'",
        ),
        ("create or replace function twice (x int) returns int language sql as '1'", 1062, "Duplicate entry 'twice'"),
        ("create function nodb.f (x int) returns int language sql as '1'", 1049, "Unknown database nodb"),
        ("create function f (x int) returns int language sql as ''", 1064, "no function body error"),
        ("create function f (x int) returns int as '1'", 1064, "syntax error"),
        ("create function f (x int) returns int language python as '1' handler 'h'", 20105, "functions in python"),
        ("drop function twice (text)", 1122, "function twice doesn't exist"),
        ("drop function nosuch (int)", 1122, "function nosuch doesn't exist"),
        ("drop function twice", 1064, "syntax error"),
        ("create table g (a int, check (twice(a) > 1))", 20301, "function 'twice' is not allowed in this expression"),
        ("create table g (a int default (twice(2)))", 20301, "function 'twice' is not allowed in this expression"),
    ],
)
def test_errors(functions, sql, number, text):
    found = functions.error(sql)
    assert found[0] == number
    assert text in found[1]


@pytest.mark.parametrize(
    ("body", "number", "text"),
    [
        ("$1 +", 1105, "syntax error"),
        ("nosuch($1)", 20105, "not supported: function or operator 'nosuch'"),
        ("$1 + $3", 20301, "column $3 does not exist"),
        ("sum($1)", 20105, "lite: functions that aggregate"),
        ("select max(id) from t where id <= $1", 20105, "lite: functions that are queries, of columns"),
        ("`$x`", 20301, "$x"),
    ],
)
def test_bodies_fail_when_they_are_called(functions, body, number, text):
    functions.run(f"create function f (x int) returns int language sql as '{body}'")
    found = functions.error("select f(id) from t")
    assert found[0] == number
    assert text in found[1]


@pytest.mark.parametrize(
    "body",
    ["$1 from t", "distinct $1", "$1 as y", "$1 limit 0", "$1, 2", "$1; drop table t", "select 1; drop table t"],
)
def test_what_follows_the_first_expression_means_nothing(functions, body):
    functions.run(f"create function f (x int) returns int language sql as '{body}'")
    assert functions.rows("select f(1)") == [[1]]
    assert functions.rows("select count(*) from t") == [[3]]


def test_they_are_listed(functions):
    assert [row[:4] for row in functions.rows("show function status like 't%'")] == [
        ["t_db", "twice", "FUNCTION", "root"]
    ]
    listed = "select args, rettype, body, db from mo_catalog.mo_user_defined_function where name = 'later'"
    assert functions.rows(listed) == [
        ['[{"name": "a", "type": "int"}, {"name": "b", "type": "int"}]', "int", "$2 - $1", "t_db"]
    ]
    functions.run("drop function later (int, int)", "drop function if exists later (int, int)")
    assert functions.rows(listed) == []


def test_they_go_with_their_database(functions, connect):
    functions.run("drop database t_db")
    assert connect().rows("show function status") == []


def test_they_are_refused_in_transactions(functions):
    functions.run("begin")
    statement = "create function f (x int) returns int language sql as '1'"
    assert functions.error(statement)[1].endswith("unclassified statement appears in uncommitted transaction")
    functions.run("rollback", statement)


@given(st.lists(st.integers(-99, 99), min_size=3, max_size=3))
def test_a_call_is_what_its_body_says(scratch, numbers):
    scratch.run(
        "drop function if exists sums (int, int, int)",
        "create function sums (a int, b int, c int) returns bigint language sql as '$3 * 100 - $1 * $2'",
    )
    first, second, third = numbers
    assert scratch.rows(f"select sums({first}, {second} + 1, -{abs(third)})") == [
        [-abs(third) * 100 - first * (second + 1)]
    ]
