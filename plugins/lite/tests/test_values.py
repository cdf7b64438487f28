"""Values come back as they went in, and compare as they should."""

# ruff: noqa: DTZ001 - DATETIME has no time zone

import json
import math
import operator
from datetime import date, datetime, timedelta
from decimal import Decimal
from struct import pack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matrixone_lite.engine.render import double_text, float_text, time_text
from matrixone_lite.engine.storage import compare_decimals
from matrixone_lite.engine.temporal import parse_time

quick = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
decimals = st.decimals(-(10**20), 10**20, places=4)
moments = st.datetimes(datetime(1000, 1, 1), datetime(9998, 12, 31))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def table(scratch):
    scratch.run(
        "create table t (i bigint, u bigint unsigned, f double, n decimal(38,4), s varchar(200), b blob, d date, "
        "t datetime(6), h time(6), o bool, z bit(64))"
    )
    return scratch


@quick
@given(
    st.integers(-(2**63), 2**63 - 1),
    st.integers(0, 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    decimals,
    text,
    st.binary(max_size=20),
    st.dates(date(1000, 1, 1)),
    moments,
    st.timedeltas(timedelta(hours=-838), timedelta(hours=838)),
    st.booleans(),
)
def test_rows_survive(table, i, u, f, n, s, b, d, t, h, o):
    table.run("delete from t")
    with table.driver.cursor() as cursor:
        values = (i, u, f, n, s, b, d, t, h, o)
        cursor.execute(
            "insert into t (i, u, f, n, s, b, d, t, h, o) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", values
        )
        cursor.execute(
            "select i, u, f, n, s, b, d, t, h, o from t where i = %s and u = %s and s = %s and d = %s", (i, u, s, d)
        )
        assert list(cursor.fetchone()) == [i, u, f, n, s, b, d, t, h, int(o)]


@quick
@given(json_values)
def test_json_survives(table, value):
    with table.driver.cursor() as cursor:
        cursor.execute("select cast(%s as json)", (json.dumps(value),))
        assert json.loads(cursor.fetchone()[0]) == value


@quick
@given(decimals, decimals)
def test_decimals_calculate_exactly(table, one, other):
    ((total, difference, less),) = table.rows(f"select {one:f} + {other:f}, {one:f} - {other:f}, {one:f} < {other:f}")
    assert (total, difference, less) == (one + other, one - other, int(one < other))


@quick
@given(decimals, decimals)
def test_decimals_are_ordered(one, other):
    order = compare_decimals(f"{one:f}", f"{other:f}")
    assert (order > 0) - (order < 0) == (one > other) - (one < other)


@quick
@given(st.lists(decimals, min_size=1, max_size=8))
def test_decimals_sort_and_add_up(table, values):
    rows = " union all ".join(f"select cast({value:f} as decimal(38,4)) as v" for value in values)
    assert [row[0] for row in table.rows(f"select v from ({rows}) q order by v")] == sorted(values)
    assert table.rows(f"select sum(v), min(v), max(v) from ({rows}) q") == [[sum(values), min(values), max(values)]]


@quick
@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=8))
def test_unsigned_integers_sort(table, values):
    table.run("delete from t", "insert into t (u) values " + ", ".join(f"({value})" for value in values))
    assert [row[0] for row in table.rows("select u from t order by u desc")] == sorted(values, reverse=True)
    assert table.rows("select max(u), min(u) from t") == [[max(values), min(values)]]


@quick
@given(st.integers(-(2**31), 2**31), st.integers(-(2**31), 2**31).filter(bool))
def test_integers_calculate_as_in_c(table, one, other):
    ((quotient, remainder, product),) = table.rows(f"select {one} div {other}, {one} % {other}, {one} * {other}")
    assert (quotient, remainder, product) == (
        int(Decimal(one) / Decimal(other)),
        int(math.fmod(one, other)),
        one * other,
    )


@quick
@given(text, text)
def test_text_compares_by_its_bytes(table, one, other):
    with table.driver.cursor() as cursor:
        cursor.execute("select %s = %s, %s < %s, concat(%s, %s)", (one, other, one, other, one, other))
        assert list(cursor.fetchone()) == [one == other, one.encode() < other.encode(), one + other]


@quick
@given(moments, moments)
def test_times_compare(table, one, other):
    for symbol, compare in (("<", operator.lt), ("=", operator.eq), (">=", operator.ge)):
        query = f"select cast('{one}' as datetime(6)) {symbol} cast('{other}' as datetime(6))"
        assert table.rows(query) == [[int(compare(one, other))]]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_doubles_print_without_exponent_and_read_back(number):
    shown = double_text(number)
    assert "e" not in shown
    assert float(shown) == number


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_floats_read_back_in_single_precision(number):
    assert pack("<f", float(float_text(number))) == pack("<f", number)


@given(st.integers(-(10**15), 10**15))
def test_times_of_day_read_back(microseconds):
    assert parse_time(time_text(microseconds, 6)) == microseconds


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("cast('12abc' as signed)", 12),
        ("cast(2.5 as signed)", 3),
        ("cast(-1 as unsigned)", 2**64 - 1),
        ("cast('2024-13-01' as date)", None),
        ("cast(1.005 as decimal(10,2))", Decimal("1.01")),
        ("cast(99999 as decimal(4,1))", Decimal("999.9")),
        ("cast('abc' as char(2))", "ab"),
        ("1.10 * 3", Decimal("3.30")),
        ("1.0 / 3", Decimal("0.3333333")),
        ("10 / 4", 2.5),
        ("'5'::int + 1", 6),
        ("x'4142'", "AB"),
        ("1 << 62", 2**62),
        ("~0", 2**64 - 1),
        ("date '2024-01-31' + interval 1 month", date(2024, 2, 29)),
        ("cast('[1, 2.50]' as json)", "[1, 2.5]"),
        ("cast('[1,2]' as vecf32(2)) + '[1,1]'", "[2, 3]"),
    ],
)
def test_expressions(table, expression, value):
    assert table.rows(f"select {expression}") == [[value]]


def test_time_zones_move_timestamps_only(table):
    table.run("create table z (a timestamp, b datetime)", "set time_zone = '+08:00'")
    table.run("insert into z values ('2024-01-01 08:00:00', '2024-01-01 08:00:00')")
    assert table.rows("select a = b from z where a = '2024-01-01 08:00:00'") == [[1]]
    table.run("set time_zone = '+00:00'")
    assert table.rows("select * from z") == [[datetime(2024, 1, 1), datetime(2024, 1, 1, 8)]]


def test_years_of_two_digits(db):
    assert db.rows(
        "select cast('69-1-2' as date), cast('70:1:2' as date), date('03-04-05'), cast('003-4-5' as date)"
    ) == [[date(2069, 1, 2), date(1970, 1, 2), date(2003, 4, 5), date(3, 4, 5)]]


def test_a_date_alone_is_no_time(db):
    assert db.error("select cast('2024-01-02' as time)") == (20301, "invalid input: invalid time value 2024-01-02")
    assert db.rows("select cast('2024-01-02 03:04' as time)") == [[timedelta(hours=3, minutes=4)]]


def test_texts_of_digits_number_members_where_none_is_called_so(db):
    db.run("create table t (id int primary key, e enum('x', 'y', '3'), s set('x', 'y', '3'))")
    db.run("insert into t values (1, '2', '5'), (2, '3', '3'), (3, '02', '0'), (4, 1, 7)")
    assert db.rows("select e, s from t order by id") == [["y", "x,3"], ["3", "3"], ["y", ""], ["x", "x,y,3"]]
    start = "internal error: convert to MySQL"
    for value in ("'4'", "4", "'0'"):
        number = value.strip("'")
        text = f"{start} enum failed: number {number} overflow enum boundary [1, 3]"
        assert db.error(f"insert into t values (5, {value}, '')") == (20101, text)
    for value in ("'8'", "8"):
        assert db.error(f"insert into t values (5, 'x', {value})") == (
            20101,
            f"{start} set failed: value 8 overflow set boundary 7",
        )
    assert db.error("insert into t values (5, '+2', '')") == (
        20101,
        f"{start} enum failed: item +2 is not in enum [x y 3]",
    )
