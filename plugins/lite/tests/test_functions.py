# ruff: noqa: DTZ001 - moments of the server have no zone
"""Scalar functions and aggregates: values and types as the server gives them."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

LETTERS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
QUICK = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def only(db, expression):
    return db.rows(f"select {expression}")[0][0]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("concat('a', null)", None),
        ("concat_ws('-', 'a', null, 'b')", "a-b"),
        ("substring('abcdef', -3, 2)", "de"),
        ("substring('abcdef' from 2 for 2)", "bc"),
        ("substring_index('a.b.c', '.', -1)", "c"),
        ("trim(leading 'x' from 'xxaxx')", "axx"),
        ("trim('  a ')", "a"),
        ("lpad('5', 3, '0')", "005"),
        ("locate('b', 'abcb', 3)", 4),
        ("find_in_set('b', 'a,b,c')", 2),
        ("char(65, 66)", "AB"),
        ("format(1234567.891, 2)", "1,234,567.89"),
        ("split_part('a,b,c', ',', 2)", "b"),
        ("insert('abcdef', 2, 3, 'X')", "aXef"),
        ("soundex('hello')", "H400"),
        ("hex(255)", "FF"),
        ("hex('AB')", "4142"),
        ("conv('ff', 16, 10)", "255"),
        ("md5('a')", "0cc175b9c0f1b6a831c399e269772661"),
        ("crc32('a')", 3904355907),
        ("regexp_replace('a1b2', '[0-9]', '#')", "a#b#"),
        ("regexp_substr('ab12', '[0-9]+')", "12"),
        ("'abc' regexp '^A'", 0),
    ],
)
def test_strings(db, expression, value):
    assert only(db, expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("round(2.5)", Decimal(3)),
        ("round(-2.5)", Decimal(-3)),
        ("round(1.2345, 2)", Decimal("1.23")),
        ("truncate(1.999, 1)", Decimal("1.900")),
        ("round(2.5e0)", 2.0),
        ("round(150, -2)", 200),
        ("floor(-1.5)", Decimal(-2)),
        ("ceiling(-1.5)", Decimal(-1)),
        ("mod(-7, 4)", -3),
        ("pow(2, 10)", 1024.0),
        ("ln(0)", None),
        ("sqrt(-1)", None),
        ("greatest(1, null)", None),
        ("least(1.5, 2)", Decimal("1.5")),
        ("bit_count(7)", 3),
        ("interval(5, 1, 10)", 1),
        ("if(null, 1, 2)", 2),
        ("coalesce(null, 'x', 1)", "x"),
        ("nullif(1, 1)", None),
        ("ifnull(null, 1.5)", Decimal("1.5")),
    ],
)
def test_numbers_and_conditions(db, expression, value):
    found = only(db, expression)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("date_add('2024-01-31', interval 1 month)", "2024-02-29"),
        ("'2024-01-01' + interval 1 hour", "2024-01-01 01:00:00"),
        ("date '2024-01-31' + interval 1 month", dt.date(2024, 2, 29)),
        ("date '2024-01-01' + interval 90 minute", dt.datetime(2024, 1, 1, 1, 30)),
        ("date_sub('2024-03-01', interval '1 2' day_hour)", "2024-02-28 22:00:00"),
        ("datediff('2024-03-01', '2024-02-01')", 29),
        ("timestampdiff(hour, '2024-01-01', '2024-01-02 12:00:00')", 36),
        ("timestampdiff(month, '2024-01-31', '2024-02-29')", 0),
        ("extract(year_month from '2024-05-06 07:08:09')", "202405"),
        (
            "date_format('2024-05-06 17:08:09.123456', '%Y %m %d %H:%i:%s.%f %W %M %p %%')",
            "2024 05 06 17:08:09.123456 Monday May PM %",
        ),
        ("str_to_date('06/05/2024 17:08', '%d/%m/%Y %H:%i')", dt.datetime(2024, 5, 6, 17, 8)),
        ("str_to_date('2024-05-06', '%Y-%m-%d')", dt.date(2024, 5, 6)),
        ("str_to_date('x', '%Y')", None),
        ("unix_timestamp('2024-01-01 00:00:00')", 1704067200),
        ("from_unixtime(1704067200)", dt.datetime(2024, 1, 1)),
        ("last_day('2024-02-03')", "2024-02-29"),
        ("week('2024-05-06')", 18),
        ("weekofyear('2024-12-30')", 1),
        ("convert_tz('2024-01-01 00:00:00', '+00:00', '+08:00')", "2024-01-01 08:00:00"),
        ("to_days('2024-01-01')", 739251),
        ("period_diff(202405, 202401)", 4),
        ("timediff('10:00:00', '08:30:00')", dt.timedelta(hours=1, minutes=30)),
    ],
)
def test_dates(db, expression, value):
    assert only(db, expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("""json_extract('{"a": {"b": [1, 2, 3]}}', '$.a.b[last]')""", "3"),
        ("""json_extract('{"a": 1, "b": 2}', '$.a', '$.b')""", "[1, 2]"),
        ("""json_extract('{"a": null}', '$.a')""", "null"),
        ("""json_extract('{}', '$.x')""", None),
        ("""'{"a": "x"}'->>'$.a'""", "x"),
        ("""json_extract('{"a": "x"}', '$.a') = 'x'""", 1),
        ("""json_extract('{"a": true}', '$.a') <> 'true'""", 0),
        ("""json_set('{"a": 1}', '$.a', 2, '$.b', 'c')""", '{"a": 2, "b": "c"}'),
        ("""json_insert('[1]', '$[5]', 2)""", "[1, 2]"),
        ("""json_remove('{"a": 1, "b": [1, 2]}', '$.b[0]')""", '{"a": 1, "b": [2]}'),
        ("""json_contains('{"a": 1}', '1', '$.a')""", 1),
        ("""json_merge_patch('{"a": 1, "b": 2}', '{"b": null, "c": 3}')""", '{"a": 1, "c": 3}'),
        ("""json_object('k', 1, 'n', null, 'j', json_array(true, 1.5))""", '{"j": [true, 1.5], "k": 1, "n": null}'),
        ("""json_keys('{"b": 1, "a": 2}')""", '["a", "b"]'),
        ("""json_type('1.5')""", "DOUBLE"),
        ("""json_valid('{x')""", 0),
        ("""json_length('[1, [2, 3]]')""", 2),
    ],
)
def test_json(db, expression, value):
    assert only(db, expression) == value


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("select json_extract('{}', 'a.b')", (20301, "invalid input: invalid json path 'a.b'")),
        ("select json_extract('{bad', '$.a')", (20301, "invalid input: json text {bad")),
        ("select substring('a')", (20203, "invalid argument function substring, bad value [VARCHAR]")),
        ("select abs('x')", (20203, "invalid argument cast to int, bad value x")),
        ("select nosuch(1)", (20105, "not supported: function or operator 'nosuch'")),
        ("select jq('{}', '.')", (20105, "not supported: lite: function jq")),
        (
            "select pow(10, 400)",
            (1690, "data out of range: data type float64, DOUBLE value is out of range in 'pow(10,400)'"),
        ),
    ],
)
def test_errors_of_functions(db, statement, error):
    assert db.error(statement) == error


def test_aggregates(db):
    db.run("create table a (g int, n int)", "insert into a values (1, 2), (1, 4), (2, 9), (2, null)")
    assert db.rows(
        "select g, stddev(n), variance(n), median(n), bit_or(n), json_arrayagg(n) from a group by g order by g"
    ) == [
        [1, 1.0, 1.0, 3.0, 6, "[2, 4]"],
        [2, 0.0, 0.0, 9.0, 9, "[9, null]"],
    ]
    assert db.rows("select approx_count_distinct(n), bit_and(n), bit_xor(n) from a") == [[3, 0, 15]]


def test_series(db):
    assert db.rows("select * from generate_series(1, 10, 4) g") == [[1], [5], [9]]
    assert db.rows("select result from generate_series('2024-01-31', '2024-03-31', '1 month') g") == [
        ["2024-01-31 00:00:00"],
        ["2024-02-29 00:00:00"],
        ["2024-03-31 00:00:00"],
    ]
    assert db.rows("""select `key`, value from unnest('{"a": 1, "b": [2]}', '$', false) u order by 1""") == [
        ["a", "1"],
        ["b", "[2]"],
    ]


@QUICK
@given(LETTERS)
def test_text_comes_back_from_every_encoding(db, text):
    literal = quoted(text)
    assert db.rows(f"select cast(unhex(hex({literal})) as char), cast(from_base64(to_base64({literal})) as char)") == [
        [text, text]
    ]
    assert only(db, f"reverse(reverse({literal}))") == text
    assert only(db, f"char_length({literal})") == len(text)


@QUICK
@given(LETTERS, st.integers(-25, 25), st.integers(0, 25))
def test_substring_counts_from_one_and_from_the_end(db, text, start, count):
    first = start - 1 if start > 0 else len(text) + start
    expected = "" if start == 0 or first < 0 else text[first : first + count]
    assert only(db, f"substring({quoted(text)}, {start}, {count})") == expected


@QUICK
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | LETTERS,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, max_size=3)
        ),
        max_leaves=6,
    )
)
def test_json_documents_survive_extraction(db, document):
    found = only(db, f"json_extract({quoted(json.dumps({'d': document}))}, '$.d')")
    assert json.loads(found) == document


@QUICK
@given(
    st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2200, 1, 1)).map(lambda moment: moment.replace(microsecond=0)),
    st.integers(-1000, 1000),
    st.sampled_from(["second", "minute", "hour", "day", "week"]),
)
def test_intervals_shift_as_timedelta_does(db, moment, amount, unit):
    expected = moment + dt.timedelta(**{f"{unit}s": amount})
    found = only(db, f"cast('{moment}' as datetime) + interval {amount} {unit}")
    assert found == expected
    assert only(db, f"timestampdiff({unit}, '{moment}', '{expected}')") == amount
