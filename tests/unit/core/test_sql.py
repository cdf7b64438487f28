"""Composed statements: names are quoted, literals escaped, whatever they hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import ConfigurationError, InvalidNameError
from matrixone.sql import SQL, Identifier, Literal, joined, object_name, split_name, table_identifier

DIALECT = MatrixOneDialect_pymysql()
names = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=64).filter(
    lambda name: name == name.rstrip() and name.isprintable()
)


def compiled(element, dialect=DIALECT):
    return str(element.compile(dialect=dialect))


def test_pieces_are_quoted():
    statement = SQL("CREATE STAGE {name} URL={url} {{{n}}}").format(
        name=Identifier("a`b"), url=Literal(r"file:///it's\ 5%"), n=Literal(7)
    )
    assert compiled(statement) == r"CREATE STAGE `a``b` URL='file:///it''s\\ 5%%' {7}"


def test_a_foreign_mysql_dialect_quotes_as_well():
    assert compiled(SQL("DROP TABLE {t}").format(t=Identifier("d", "t")), mysql.dialect()) == "DROP TABLE `d`.`t`"


def test_joined_pieces():
    statement = SQL("({columns})").format(columns=joined([Identifier("a"), SQL("{x} int").format(x=Identifier("b"))]))
    assert compiled(statement) == "(`a`, `b` int)"


def test_missing_and_unknown_fields():
    with pytest.raises(ConfigurationError, match="needs"):
        SQL("{a}").format(b=Identifier("x"))


@pytest.mark.parametrize("name", ["", "x" * 65, "blank ", "new\nline", "nul\0", "c1\x85", "private\ue000", None, 5])
def test_names_the_server_cannot_store(name):
    with pytest.raises(InvalidNameError):
        Identifier(name)


@given(names)
def test_a_quoted_name_comes_apart_again(name):
    quoted = "`" + name.replace("`", "``") + "`"
    assert compiled(Identifier_statement(name)) == "USE " + quoted.replace("%", "%%")
    assert split_name(f"{quoted}.{quoted}") == (name, name)


def Identifier_statement(name):  # noqa: N802 - reads as the class it wraps
    return SQL("USE {name}").format(name=Identifier(name))


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=40).filter(lambda text: "\0" not in text))
def test_a_literal_ends_where_it_should(text):
    sql = compiled(SQL("SELECT {x} AS y").format(x=Literal(text))).replace("%%", "%")
    assert sql == "SELECT '" + text.replace("\\", "\\\\").replace("'", "''") + "' AS y"


def test_a_literal_holds_no_nul():
    with pytest.raises(ConfigurationError):
        compiled(SQL("{x}").format(x=Literal("a\0b")))


@pytest.mark.parametrize(
    ("text", "parts"), [("t", ("t",)), ("d.t", ("d", "t")), ("`d.x`.t", ("d.x", "t")), ("d.`t``x`", ("d", "t`x"))]
)
def test_table_names_with_a_database(text, parts):
    assert split_name(text) == parts
    assert table_identifier(text).parts == parts


@pytest.mark.parametrize("text", ["`a", "`a`b", "a.", ".a", "`a`.", "a..b"])
def test_broken_table_names(text):
    with pytest.raises(InvalidNameError):
        table_identifier(text)


def test_names_of_objects_are_stored_in_lower_case():
    assert object_name("Daily-1") == "daily-1"
    with pytest.raises(InvalidNameError, match="blank"):
        object_name("two words")
