"""MATCH ... AGAINST as an expression, without a server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, String, column, select
from sqlalchemy.exc import CompileError
from sqlalchemy.orm import aliased, declarative_base

from matrixone.dialect.hints import with_snapshot
from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import ConfigurationError
from matrixone.fulltext import FulltextModeType, Match, boolean_match, natural_match

Base = declarative_base()


class Doc(Base):
    __tablename__ = "docs"
    tenant = Column(Integer, primary_key=True)
    id = Column(Integer, primary_key=True)
    title = Column(String(20))
    body = Column(String(20))


def compiled(element):
    return element.compile(dialect=MatrixOneDialect_pymysql())


def sql(element):
    return " ".join(str(compiled(element)).split())


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (natural_match("title", "body", query="a"), "MATCH (title, body) AGAINST (%s IN NATURAL LANGUAGE MODE)"),
        (boolean_match(Doc.title, query="+a"), "MATCH (docs.title) AGAINST (%s IN BOOLEAN MODE)"),
        (boolean_match(aliased(Doc, name="d").title, query="+a"), "MATCH (d.title) AGAINST (%s IN BOOLEAN MODE)"),
        (
            select(Doc.id).where(natural_match(Doc.title, query="a"), Doc.id > 1),
            "SELECT docs.id FROM docs WHERE MATCH (docs.title) AGAINST (%s IN NATURAL LANGUAGE MODE) AND docs.id > %s",
        ),
        (
            select(Doc.id, boolean_match(Doc.title, query="a").score().label("s")),
            (
                "SELECT docs.id, coalesce((SELECT MATCH (docs_1.title) AGAINST (%s IN BOOLEAN MODE) AS anon_1 FROM docs AS docs_1 "
                "WHERE docs_1.tenant = docs.tenant AND docs_1.id = docs.id), %s) AS s FROM docs"
            ),
        ),
    ],
)
def test_how_it_is_written(element, expected):
    assert sql(element) == expected


@given(st.text(max_size=30), st.sampled_from(FulltextModeType))
def test_the_query_is_bound_or_refused(query, mode):
    try:
        element = Match("title", query=query, mode=mode)
    except ConfigurationError:
        return
    statement = compiled(select(column("id")).where(element))
    assert list(statement.params.values()) == [query]
    assert str(statement).count("%s") == 1
    assert str(statement).endswith(f"MATCH (title) AGAINST (%s IN {mode.upper()})")


@given(st.lists(st.text("abcé中1", min_size=1), min_size=1), st.lists(st.sampled_from(["", "+", "-", "<", ">", "~"])))
def test_words_with_operators_are_taken(words, operators):
    query = " ".join(
        operator + word for operator, word in zip([*operators, *[""] * len(words)][: len(words)], words, strict=True)
    )
    assert compiled(boolean_match("title", query=query)).params.popitem()[1] == query


@pytest.mark.parametrize("query", ["", " ", "!!!", "\n", ",", "...", "\0", "。。。", None, 5, b"red"])
@pytest.mark.parametrize("mode", ["natural", "boolean"])
def test_there_has_to_be_a_word(query, mode):
    with pytest.raises(ConfigurationError, match="needs a word"):
        Match("title", query=query, mode=mode)


@pytest.mark.parametrize(
    "query",
    [
        "++red",
        "+-red",
        "<>red",
        "~+red",
        "+<~~red",
        "red !!!",
        "red -",
        "+ red",
        "red ~ x",
        "(red",
        "red)",
        "() red",
        ")red(",
        '"" red',
        '"red',
        '+" red',
        "+* red",
        "red *",
        "* *a",
        "+(red",
        "(+ red)",
        '"!" red',
        '+green +"apple pie"',
        '~"a b"',
        '"a b" c',
        '("a b")',
        "red (green)",
        "(red) (green)",
        "+red  (green blue) pear",
    ],
)
def test_operators_the_server_fails_on(query):
    with pytest.raises(ConfigurationError):
        boolean_match("title", query=query)
    natural_match("title", query=query)


@pytest.mark.parametrize(
    "query",
    [
        '"red apple"',
        "+red* -x*",
        "+(>a <b)",
        "red-green",
        "c++",
        "a*",
        "(a (b c))",
        "(green blue) +red",
        "+red +(green (blue))",
        "😀",
        "_",
        "+(red blue) -pie",
        "it's",
        "50%",
        "a:b",
        "a;b",
        "\\a",
        "天花",
    ],
)
def test_searches_that_work(query):
    boolean_match("title", query=query)


@pytest.mark.parametrize("mode", ["query expansion mode", "nosuch", ""])
def test_other_modes(mode):
    with pytest.raises(ValueError):
        Match("title", query="red", mode=mode)


def test_names_of_modes():
    assert FulltextModeType("natural") is FulltextModeType("Natural") is FulltextModeType.NATURAL_LANGUAGE
    assert FulltextModeType("boolean mode") is FulltextModeType("boolean") is FulltextModeType.BOOLEAN


def test_a_score_for_every_row_needs_a_key():
    for element in (natural_match("title", query="a"), natural_match(Doc.title, aliased(Doc).title, query="a")):
        with pytest.raises(ConfigurationError):
            element.score()
    with pytest.raises(ConfigurationError):
        natural_match(query="a")


def test_t5_no_search_in_the_past():
    with pytest.raises(CompileError, match="words of the present"):
        compiled(with_snapshot(select(Doc.id).where(natural_match(Doc.title, query="a")), "s"))
