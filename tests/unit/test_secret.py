"""A secret is sent, and shown nowhere."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.secret import Secret
from matrixone.sql import SQL, Literal

TEXT = st.text(st.characters(exclude_characters="\0"))


def sql(statement):
    return str(statement.compile(dialect=MatrixOneDialect_pymysql()))


@given(TEXT)
def test_it_is_shown_nowhere(text):
    secret = Secret(f"hunter2{text}")
    statement = SQL("SET x = {value}").format(value=secret)
    assert secret.reveal() == f"hunter2{text}"
    for shown in (repr(secret), str(secret), f"{secret:>20}", repr([secret]), repr(statement)):
        assert "hunter2" not in shown


@given(TEXT)
def test_it_is_sent_as_a_literal(text):
    template = SQL("SET x = {value}")
    assert sql(template.format(value=Secret(text))) == sql(template.format(value=Literal(text)))


@given(TEXT, TEXT)
def test_equality(one, other):
    assert (Secret(one) == Secret(other)) is (one == other)
    assert Secret(Secret(one)) == Secret(one)
    assert hash(Secret(one)) == hash(Secret(one))
    assert Secret(one) != one


def test_it_is_text_and_is_not_pickled():
    with pytest.raises(TypeError):
        Secret(b"bytes")
    with pytest.raises(TypeError):
        pickle.dumps(Secret("x"))
