"""Queries and the names, types and errors of their results."""

import pytest


@pytest.fixture
def tables(db):
    db.run(
        "create table a (id int primary key, x varchar(5))",
        "create table b (id int primary key, a_id int, y int)",
        "insert into a values (1, 'one'), (2, 'two'), (3, 'three')",
        "insert into b values (10, 1, 5), (11, 1, 6), (12, 2, 7), (13, null, 8)",
    )
    return db


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("select a.id, y from a join b on a.id = b.a_id order by y", [[1, 5], [1, 6], [2, 7]]),
        ("select a.id, y from a left join b on a.id = b.a_id order by a.id, y", [[1, 5], [1, 6], [2, 7], [3, None]]),
        (
            "select a.id, y from a full outer join b on a.id = b.a_id order by y, a.id",
            [[3, None], [1, 5], [1, 6], [2, 7], [None, 8]],
        ),
        (
            "select x, count(*), sum(y) from a join b on a_id = a.id group by x having sum(y) > 7 order by x",
            [["one", 2, 11]],
        ),
        ("select upper(x) as u, count(*) from a group by u order by u", [["ONE", 1], ["THREE", 1], ["TWO", 1]]),
        (
            "select a_id, count(*) from b group by a_id with rollup order by 2, 1",
            [[None, 1], [2, 1], [1, 2], [None, 4]],
        ),
        ("select id from a where id in (select a_id from b) order by id desc", [[2], [1]]),
        ("select id from a where not exists (select 1 from b where a_id = a.id)", [[3]]),
        ("select id, (select max(y) from b where a_id = a.id) m from a order by id", [[1, 6], [2, 7], [3, None]]),
        ("select y from b where y > all (select y from b where a_id = 1) order by y", [[7], [8]]),
        ("select id from b where (a_id, y) in ((1, 6), (2, 7)) order by id", [[11], [12]]),
        (
            "select x from a union select 'one' union all select 'two' order by x",
            [["one"], ["three"], ["two"], ["two"]],
        ),
        ("select id from a except select a_id from b", [[3]]),
        (
            "with q (n) as (select id from a), r as (select n + 1 as m from q) select m from r order by m limit 1 offset 1",
            [[3]],
        ),
        (
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < 4) select i from n order by i",
            [[1], [2], [3], [4]],
        ),
        (
            "select id, rank() over (partition by a_id order by y desc) r from b where a_id = 1 order by id",
            [[10, 2], [11, 1]],
        ),
        (
            "select sum(y) over (order by id rows between 1 preceding and current row) from b order by id",
            [[5], [11], [13], [15]],
        ),
        ("select group_concat(x order by id desc separator '|') from a", [["three|two|one"]]),
        ("select count(distinct a_id), count(a_id), avg(y) from b", [[2, 3, 6.5]]),
        ("select distinct a_id from b order by a_id", [[None], [1], [2]]),
        ("select case when id < 2 then 'low' else 'high' end c from a order by id limit 1, 2", [["high"], ["high"]]),
        ("select x from a where x like 't%' order by x", [["three"], ["two"]]),
        ("select id from a where x ilike 'T%' and id between 2 and 3 order by id", [[2], [3]]),
        ("select coalesce(null, 'x'), ifnull(null, 1), nullif(1, 1)", [["x", 1, None]]),
        ("select 7 div 2, -7 % 4, 5 / 2, 5 / 0, 1 <=> null", [[3, -3, 2.5, None, 0]]),
        ("select * from (values row(1, 'a'), row(2, 'b')) v order by 1", [[1, "a"], [2, "b"]]),
        ("select result from generate_series(1, 3) g", [[1], [2], [3]]),
        ("select * from a join b using (id)", []),
    ],
)
def test_rows(tables, query, rows):
    assert tables.rows(query) == rows


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("select nosuch from a", (20301, "invalid input: column nosuch does not exist")),
        ("select a.nosuch from a", (20301, "invalid input: column 'a.nosuch' does not exist")),
        ("select z.id from a", (20301, "invalid input: missing FROM-clause entry for table 'z'")),
        ("select id from a join b on a.id = b.a_id", (20301, "invalid input: ambiguous column reference to 'id'")),
        ("select * from nosuch", (1064, 'SQL parser error: table "nosuch" does not exist')),
        ("select * from nosuch.t", (1049, "Unknown database nosuch")),
        ("select nosuch(1)", (20105, "not supported: function or operator 'nosuch'")),
        ("select (select id from a)", (1242, "Subquery returns more than 1 row")),
        (
            "select x, max(id) from a",
            (
                1149,
                'SQL syntax error: column "a.x" must appear in the GROUP BY clause or be used in an aggregate function',
            ),
        ),
        (
            "select id from a where max(id) = 1",
            (1149, "SQL syntax error: aggregate function max not allowed in WHERE clause"),
        ),
        ("select * from (select 1)", (1248, "Every derived table must have its own alias")),
        ("select id from a where id = 'x'", (20203, "invalid argument cast to int, bad value x")),
        (
            "select 9223372036854775807 + id from a",
            (1690, "data out of range: data type int64, (9223372036854775807 + 1)"),
        ),
        ("select 1 union select 1, 2", (1064, "SQL parser error: SELECT statements have different number of columns")),
        (
            "with recursive n as (select 1 as i union all select i + 1 from n) select * from n",
            (20819, "recursive level out of range"),
        ),
    ],
)
def test_errors(tables, query, error):
    assert tables.error(query) == error


def test_names_of_unnamed_columns(tables):
    names = tables.names("select ID, a.x, 1+1, concat(x,'b'), COUNT(*), (id), 'q', not id = 1 from a group by id, x")
    assert names == ["ID", "x", "1 + 1", "concat(x, b)", "COUNT(*)", "id", "q", "not id = 1"]


def test_views_keep_their_definition(tables):
    tables.run("create view v (n, m) as select id, x from a where id > 1")
    assert tables.rows("select m from v where n = 3") == [["three"]]
    tables.run("alter view v as select max(id) top from a")
    assert tables.rows("select * from v") == [[3]]


def test_prepared_statements_take_values_of_any_type(tables):
    tables.run(
        "prepare s from 'select x from a where id = ? or x = ? order by id limit ?'", "set @i = 1, @x = 'two', @n = 5"
    )
    assert tables.rows("execute s using @i, @x, @n") == [["one"], ["two"]]
    tables.run("set @n = 1")
    assert tables.rows("execute s using @i, @x, @n") == [["one"]]


def test_the_same_query_with_other_values(tables):
    for n, name in ((1, "one"), (2, "two"), (3, "three"), (4, None)):
        expected = [[name]] if name else []
        assert tables.rows(f"select x from a where id = {n}") == expected
        assert tables.rows(f"select x from a where x = '{name}' and id > 0 order by id limit {n}") == expected
    tables.run("alter table a add column z int default 9")
    assert tables.rows("select * from a where id = 1") == [[1, "one", 9]]
    tables.run("drop table a")
    assert tables.error("select x from a where id = 1")[0] == 1064


def test_sql_modes_change_what_is_allowed(tables):
    tables.run("set sql_mode = ''")
    assert tables.rows("select x, max(id) from a where id = 2") == [["two", 2]]
    tables.run("set sql_mode = 'PIPES_AS_CONCAT,ANSI_QUOTES'")
    assert tables.rows("""select "x" || '!' from a where id = 2""") == [["two!"]]


def test_long_conditions(tables):
    either = " or ".join(f"id = {n} and x <> 'q{n}'" for n in range(2, 3000))
    assert tables.rows(f"select id from a where {either} order by id") == [[2], [3]]
    pairs = ", ".join(f"({n}, 'one')" for n in range(3000))
    assert tables.rows(f"select id from a where (id, x) in ({pairs})") == [[1]]
    names = ", ".join(f"'name {n}'" for n in range(40_000))
    assert tables.rows(f"select count(*) from a where x not in ({names})") == [[3]]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("select y, y from b order by y limit 1", [[5, 5]]),
        ("select *, y from b order by y limit 1", [[10, 1, 5, 5]]),
        ("select id as y, b.y from b order by b.y limit 1", [[10, 5]]),
        ("select * from b s join b t using (id) order by id limit 1", [[10, 1, 5, 1, 5]]),
    ],
)
def test_a_column_twice_is_no_question_of_order(tables, query, rows):
    assert tables.rows(query) == rows


@pytest.mark.parametrize(
    "query",
    [
        "select *, -y as y from b order by y",
        "select y, b.y as y from b order by y",
        "select y as Q, id as q from b order by q",
        "select distinct id as y, y from b order by y",
        "select s.id, t.id from b s join b t on s.id = t.id order by id",
        "select * from b s join b t using (id) order by y",
        "select id as y, y from b union all select 1, 2 order by y",
    ],
)
def test_a_name_for_different_columns_gives_no_order(tables, query):
    assert tables.error(query) == (20301, f"invalid input: Column '{query.split()[-1]}' in order clause is ambiguous")
