"""`?` placeholders: what is one, what is not, and what the driver gets."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import QueryError
from matrixone.params import driver_value, has_several_statements, statement, without_quoted

DIALECT = MatrixOneDialect_pymysql()


def compiled(sql, params=None):
    result = statement(sql, params).compile(dialect=DIALECT)
    return str(result), [result.params[name] for name in result.positiontup or ()]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT '?'",
        'SELECT "?"',
        "SELECT `?` FROM t",
        "SELECT 1 -- ?",
        "SELECT 1 -- ?\n + 1",
        "SELECT 1 # what?",
        "SELECT /* ? */ 1",
        r"SELECT 'it\'s ?'",
        "SELECT 'it''s ?'",
        "SELECT `a``?` FROM t",
        "LOAD DATA INLINE FORMAT='csv', DATA=$$1,?$$ INTO TABLE t",
        "LOAD DATA INLINE FORMAT='csv', DATA=$x$1,?$$$x$ INTO TABLE t",
    ],
)
def test_question_marks_that_are_text(text):
    assert compiled(text) == (text, [])


@pytest.mark.parametrize(
    "text", ["SELECT '%d' % 3", "SELECT :name", '{"a": 1}', r"SELECT '\\'", "SELECT 'a' LIKE '%?'"]
)
def test_the_rest_of_the_text_is_unchanged(text):
    sql, values = compiled(text + " , ?", (7,))
    assert sql == text.replace("%", "%%") + " , %s"
    assert values == [7]


def test_values_are_bound_in_order():
    assert compiled("a ? b '?' c ?", ["x", None]) == ("a %s b '?' c %s", ["x", None])


def test_format_placeholders_work_where_no_question_mark_is():
    assert compiled("SELECT %s, '%s'", ("a",)) == ("SELECT %s, '%%s'", ["a"])


@pytest.mark.parametrize(
    ("sql", "params"),
    [("SELECT ?", None), ("SELECT ?", ()), ("SELECT ?", (1, 2)), ("SELECT 1", (1,)), ("SELECT '?'", (1,))],
)
def test_a_wrong_count_is_an_error(sql, params):
    with pytest.raises(QueryError, match=r"placeholders, \d values were given; nothing was sent"):
        statement(sql, params)


@pytest.mark.parametrize("params", ["a", {"a": 1}, {1}, 5])
def test_values_are_a_tuple_or_a_list(params):
    with pytest.raises(QueryError, match="a tuple or a list"):
        statement("SELECT ?", params)


class Colour(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "driven"),
    [
        (True, True),
        (b"\x00\xff", b"\x00\xff"),
        (bytearray(b"a"), b"a"),
        (memoryview(b"a"), b"a"),
        (Decimal("1.10"), Decimal("1.10")),
        (dt.timedelta(hours=-3), dt.timedelta(hours=-3)),
        (uuid.UUID(int=5), "00000000-0000-0000-0000-000000000005"),
        ({"a": [1, "ü"]}, '{"a": [1, "ü"]}'),
        ([1, 2.5], "[1.0,2.5]"),
        ((0.1,), "[0.1]"),
        (np.array([1, 2], dtype="float32"), "[1,2]"),
        (np.float64(2.5), 2.5),
        (np.int32(3), 3),
        (Colour.RED, "red"),
    ],
)
def test_values_the_driver_gets(value, driven):
    result = driver_value(value)
    assert result == driven
    assert type(result) is type(driven) or isinstance(result, type(driven))


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), [1.0, float("nan")], object(), {1, 2}, ["a"], {"a": float("nan")}]
)
def test_values_that_cannot_be_bound_are_refused_before_sending(value):
    with pytest.raises(QueryError, match=r"cannot be bound: .*nothing was sent"):
        statement("SELECT ?", (value,))


@pytest.mark.parametrize("unfinished", ["'?", '"?', "`?", "/* ?", "'\\'?" * 2001])
def test_what_is_not_closed_reaches_the_end(unfinished):
    assert len(statement(f"SELECT ?, {unfinished}", (1,)).values) == 1


@given(st.lists(st.sampled_from(["?", "'?'", "`?`", "-- ?\n", "/*?*/", "x", " ", "%", ":n", "\\'"]), max_size=12))
def test_placeholders_are_found_whatever_surrounds_them(pieces):
    text = " ".join(pieces)
    if r"\'" in pieces:  # an escape outside a literal opens one: what follows is text
        text = text.replace(r"\'", "")
        pieces = [piece for piece in pieces if piece != r"\'"]
    count = pieces.count("?")
    sql, values = compiled(text, list(range(count))) if count else compiled(text)
    assert values == list(range(count))
    assert sql.replace("%%", "").count("%s") == count


@given(st.text(max_size=30))
def test_a_literal_is_never_cut(value):
    literal = "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
    assert without_quoted(f"a {literal} b") == "a '' b"


@pytest.mark.parametrize(
    ("sql", "several"),
    [
        ("SELECT 1", False),
        ("SELECT 1;", False),
        ("SELECT 1; -- x", False),
        ("SELECT ';' ; ;", False),
        ("SELECT 1; SET a=1", True),
    ],
)
def test_stacked_statements_are_seen(sql, several):
    assert has_several_statements(sql) is several
