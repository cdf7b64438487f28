"""MATCH … AGAINST: which rows match, and how well."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NO_INDEX = (
    20105,
    (
        "not supported: MATCH() AGAINST() function cannot be replaced by FULLTEXT INDEX and full table scan with fulltext "
        "search is not supported yet."
    ),
)


@pytest.fixture
def fruits(db):
    db.run(
        "create table f (id int primary key, body text, fulltext ft (body))",
        "insert into f values (1, 'red apple'), (2, 'red pear'), (3, 'green apple'), (4, 'green pear'), "
        "(5, 'red green apple pie'), (6, 'blue plum')",
    )
    return db


def matching(db, pattern, mode="in boolean mode", column="body", table="f"):
    rows = db.rows(f"select id from {table} where match({column}) against ('{pattern}' {mode}) order by id")
    return [identity for (identity,) in rows]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("red", [1, 2, 5]),
        ("red apple", [1, 2, 3, 5]),
        ("+red +apple", [1, 5]),
        ("+red -apple", [2]),
        ("+red ~apple", [1, 2, 5]),
        ("+red +(>apple <pear)", [1, 2, 5]),
        ("+app* -pie", [1, 3]),
        ('"green apple"', [3, 5]),
        ('"apple green"', []),
        ("-red", []),
        ("+(red blue) -pie", [1, 2, 6]),
        ('+green +"apple pie"', [3, 5]),
        ('"red', [1, 2, 5]),
    ],
)
def test_boolean_mode(fruits, pattern, found):
    assert matching(fruits, pattern) == found


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("++red", "double +/- operator"),
        ("+", "+/- must have single child with value"),
        ("(red", "no close bracket found"),
        ("+red +<", "LESSTHAN, GREATERTHAN, RANKLESS must have single child only"),
    ],
)
def test_malformed_boolean_patterns(fruits, pattern, text):
    statement = f"select id from f where match(body) against ('{pattern}' in boolean mode)"
    assert fruits.error(statement) == (20101, f"internal error: {text}")


def test_natural_language_looks_for_a_phrase(fruits):
    assert matching(fruits, "red apple", "") == [1]
    assert matching(fruits, "apple red", "") == []
    assert matching(fruits, "APPLE", "in natural language mode") == [1, 3, 5]
    assert matching(fruits, "app", "") == []


def test_scores(db):
    db.run(
        "create table s (id int primary key, body text, fulltext ft (body))",
        "insert into s values (1, 'apple apple apple'), (2, 'apple pear'), (3, 'pear plum'), (4, 'plum'), "
        "(5, 'something else entirely here')",
    )
    query = "select id, match(body) against ('{}' {}) as score from s order by score desc, id"
    assert db.rows(query.format("apple", "")) == [
        [1, pytest.approx(0.47506875, rel=1e-6)],
        [2, pytest.approx(0.15835625, rel=1e-6)],
    ]
    assert db.rows(query.format("apple pear", "")) == [[2, pytest.approx(0.48855907, rel=1e-6)]]
    assert db.rows(query.format("+apple >pear", "in boolean mode")) == [
        [2, pytest.approx(0.6957712, rel=1e-6)],
        [1, pytest.approx(0.15835625, rel=1e-6)],
    ]
    db.run("set ft_relevancy_algorithm = 'BM25'")
    try:
        assert db.rows(query.format("apple", "")) == [
            [1, pytest.approx(0.24840197, rel=1e-6)],
            [2, pytest.approx(0.17119594, rel=1e-6)],
        ]
    finally:
        db.run("set ft_relevancy_algorithm = 'TF-IDF'")


@pytest.mark.parametrize(
    "statement",
    [
        "select id from f where match(body) against ('red') or id = 4",
        "select id from f where not match(body) against ('red')",
        "select id from f where match(body) against ('red') > 0.1",
        "select max(match(body) against ('red')) from f",
    ],
)
def test_places_no_index_can_serve(fruits, statement):
    assert fruits.error(statement) == NO_INDEX


def test_columns_without_an_index_of_just_them(db):
    db.run(
        "create table two (id int primary key, a varchar(20), b varchar(20), fulltext ft (a, b))",
        "insert into two values (1, 'x one', 'y two')",
    )
    assert db.error("select id from two where match(a) against ('one')") == NO_INDEX
    assert matching(db, "two", "", "b, a", "two") == [1]
    assert matching(db, "one y", "", "a, b", "two") == []


def test_searches_see_changes_and_only_visible_ones(fruits, connect):
    other = connect(database=fruits.rows("select database()")[0][0])
    fruits.run("begin", "insert into f values (7, 'uncommitted apple')", "delete from f where id = 1")
    assert matching(fruits, "apple") == [3, 5, 7]
    assert matching(other, "apple") == [1, 3, 5]
    fruits.run("rollback")
    assert matching(fruits, "apple") == [1, 3, 5]
    fruits.run("update f set body = 'blue cherry' where match(body) against ('plum')")
    assert matching(other, "cherry") == [6]
    fruits.run("truncate table f")
    assert matching(fruits, "red") == []


def test_joins_subqueries_and_prepared_patterns(fruits):
    assert fruits.rows(
        "select a.id from f a join f b on a.id = b.id where match(a.body) against ('green') and "
        "match(b.body) against ('pear')"
    ) == [[4]]
    assert fruits.rows("with q as (select id from f where match(body) against ('blue')) select * from q") == [[6]]
    fruits.run("prepare s from 'select id from f where match(body) against (?)'", "set @w = 'pie'")
    assert fruits.rows("execute s using @w") == [[5]]


def test_chinese_words_of_any_length(db):
    db.run(
        "create table zh (id int primary key, body text, fulltext ft (body) with parser ngram)",
        "insert into zh values (1, '春天花园 第一章'), (2, '夏夜星空 第二章'), (3, 'mixed 中文 and english words')",
    )
    assert [matching(db, word, "", table="zh") for word in ("星空", "第一章", "章", "中文", "english")] == [
        [2],
        [1],
        [1, 2],
        [3],
        [3],
    ]


def test_parsers_of_json_index_values(db):
    db.run(
        "create table j (id int primary key, doc json, fulltext ft (doc) with parser json)",
        """insert into j values (1, '{"name": "red apple"}'), (2, '{"list": ["plum", "fig"]}'), (3, null)""",
    )
    assert matching(db, "red", "", "doc", "j") == [1]
    assert matching(db, "fig", "", "doc", "j") == [2]
    assert matching(db, "name", "", "doc", "j") == []


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(["ant", "bee", "cat", "dog"]), min_size=1, max_size=5), min_size=1, max_size=6)
)
def test_a_word_finds_the_rows_that_have_it(db, documents):
    db.run("drop table if exists w", "create table w (id int primary key, body text, fulltext ft (body))")
    values = ", ".join(f"({n}, '{' '.join(words)}')" for n, words in enumerate(documents))
    db.run(f"insert into w values {values}")
    assert matching(db, "bee", table="w") == [n for n, words in enumerate(documents) if "bee" in words]
    assert matching(db, "bee cat", "", table="w") == [
        n for n, words in enumerate(documents) if "bee cat" in " ".join(words)
    ]
    assert matching(db, "+bee -cat", table="w") == [
        n for n, words in enumerate(documents) if "bee" in words and "cat" not in words
    ]
