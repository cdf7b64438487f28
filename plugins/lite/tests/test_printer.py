"""Expressions of table definitions as text."""

import pytest
from matrixone_lite.engine.errors import ServerError
from matrixone_lite.engine.printer import Printer, default_text, quoted
from matrixone_lite.sql import parse


def expression(text):
    return parse(f"select {text}")[0].items[0].expr


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("5", "5"),
        ("1.50", "1.50"),
        ("'it''s'", "'it''s'"),
        ("true", "true"),
        ("null", "null"),
        ("-1.25", "(-1.25)"),
        ("1 + 2", "(1 + 2)"),
        ("(1 + 2)", "(1 + 2)"),
        ("now()", "current_timestamp()"),
        ("current_timestamp", "current_timestamp()"),
        ("CURRENT_TIMESTAMP(6)", "current_timestamp(6)"),
        ("uuid()", "(uuid())"),
    ],
)
def test_defaults(written, printed):
    assert default_text(expression(written)) == printed


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("a > 0", "`a` > 0"),
        ("length(concat('x', b)) < 5", "length(concat('x', `b`)) < 5"),
        ("a in (1, 2) and b is not null", "`a` in (1, 2) and `b` is not null"),
        ("not a between 1 and 2", "not `a` between 1 and 2"),
        ("b not like 'x%' or (a = 1)", "`b` not like 'x%' or (`a` = 1)"),
        ("case when a > 0 then 'p' else 'n' end = 'p'", "case when `a` > 0 then 'p' else 'n' end = 'p'"),
        ("cast(a as decimal(5,2)) > 1", "cast(`a` as decimal(5,2)) > 1"),
    ],
)
def test_conditions(written, printed):
    assert Printer(quote_columns=True).text(expression(written)) == printed


def test_printed_conditions_mean_the_same():
    text = "(`a` > 1 and `b` like 'x_%') or not `c` in (1, 2.5, 'z') and length(`b`) + 1 < 3"
    once = Printer(quote_columns=True).text(expression(text))
    assert once == text
    assert expression(once) == expression(text)


def test_generated_columns_put_operators_in_parentheses():
    assert Printer(parentheses=True).text(expression("w * h + 1")) == "((w * h) + 1)"
    assert Printer(parentheses=True).text(expression("(w * h)")) == "(w * h)"
    assert Printer(parentheses=True).text(expression("concat(w, 'x', h)")) == "concat(w, 'x', h)"


def test_what_cannot_stand_in_a_definition_is_named():
    with pytest.raises(ServerError, match="Subquery in a definition"):
        Printer().text(expression("(select 1)"))


def test_names_are_quoted():
    assert quoted("back`tick") == "`back``tick`"
