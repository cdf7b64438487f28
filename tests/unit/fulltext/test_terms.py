"""Searches put together from terms, without a server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, String, and_, not_, or_, select
from sqlalchemy.exc import CompileError
from sqlalchemy.orm import declarative_base

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import ConfigurationError
from matrixone.fulltext import FulltextFilter, FulltextIndex, boolean_match, group, natural_match

Base = declarative_base()


class Doc(Base):
    __tablename__ = "docs"
    id = Column(Integer, primary_key=True)
    body = Column(String(20))
    other = Column(String(20))
    __table_args__ = (FulltextIndex("ft", "body"),)


def compiled(element):
    return element.compile(dialect=MatrixOneDialect_pymysql())


def start():
    return boolean_match(Doc.body)


@pytest.mark.parametrize(
    ("search", "text"),
    [
        (start().must("red", "apple").must_not("blue"), "+red +apple -blue"),
        (start().encourage("red").discourage("old").prefix("app", "pea*"), "red ~old app* pea*"),
        (start().phrase("red apple"), '"red apple"'),
        (start().must(group().high("a").medium("b").low("c")), "+(>a b <c)"),
        (start().must_not(group().encourage("a").prefix("b")), "-(a b*)"),
        (start().must("a").group(group().encourage("b"), group().low("c")), "((b) (<c)) +a"),
        (start().must("a").group(group().encourage("b")), "(b) +a"),
        (
            start().must(group().encourage("a").add_group(group().high("b")).add_tilde_group(group().low("c"))),
            "+(a (>b) ~(<c))",
        ),
        (boolean_match(Doc.body, query="+a").must("b").boolean_mode(), "+a +b"),
        (start().encourage("a", "b").natural_language(), "a b"),
        (start().must("a").set_natural_query("b c").as_text(), "b c"),
        (start().must("a").columns("body"), "+a"),
    ],
)
def test_the_text_is_one_bound_value(search, text):
    assert isinstance(search, FulltextFilter)
    assert search.query == text
    assert list(compiled(select(Doc.id).where(search)).params.values()) == [text]


def test_each_step_is_a_new_search():
    first = start().must("a")
    second = first.must("b")
    words = group().encourage("a")
    words.high("b")
    assert (first.query, second.query, str(words)) == ("+a", "+a +b", "(a)")


TERM_METHODS = ["must", "must_not", "encourage", "discourage", "prefix"]


@given(st.text(), st.sampled_from(TERM_METHODS))
def test_any_term_is_bound_as_one_word_or_refused(term, method):
    try:
        search = getattr(start(), method)(term)
    except ConfigurationError:
        return
    assert not set(term.removesuffix("*")) & set("+-<>~()*\"'`\\ \t\n^@%:;?")
    statement = compiled(select(Doc.id).where(search))
    assert list(statement.params.values()) == [search.query]
    assert str(statement).count("%s") == 1


@given(st.text(), st.sampled_from(["encourage", "medium", "high", "low", "prefix"]))
def test_any_term_of_a_group_is_one_word_or_refused(term, method):
    try:
        words = getattr(group(), method)(term)
    except ConfigurationError:
        return
    assert len(start().must(words).query.split()) == 1
    assert str(words).count("(") == str(words).count(")") == 1


@given(st.text())
def test_a_phrase_stays_within_its_quotation_marks(text):
    try:
        search = start().phrase(text)
    except ConfigurationError:
        return
    assert search.query == f'"{text}"'
    assert '"' not in text


@pytest.mark.parametrize(
    "step",
    [
        lambda: start().phrase("a b").must("c"),
        lambda: start().phrase("a", "b"),
        lambda: start().must("a b"),
        lambda: start().must(""),
        lambda: start().must(5),
        lambda: start().prefix("*"),
        lambda: start().phrase('a"'),
        lambda: start().boost("a", 2),
        lambda: start().query_expansion(),
        lambda: start().must("a").natural_language(),
        lambda: start().must(group()),
        lambda: group().must("a"),
        lambda: group().must_not("a"),
        lambda: group().phrase("a"),
        lambda: group().boost("a", 2),
        lambda: natural_match(Doc.body, query=""),
        lambda: boolean_match(Doc.body, query=""),
        boolean_match,
    ],
)
def test_what_the_server_does_not_take(step):
    with pytest.raises(ConfigurationError):
        step()


def test_a_search_needs_a_term():
    with pytest.raises(CompileError, match="no terms yet"):
        compiled(start())
    with pytest.raises(CompileError, match="no terms yet"):
        compiled(select(~start()))


def test_a_search_has_no_truth_value():
    with pytest.raises(TypeError, match="truth value"):
        bool(start().must("a"))


def test_an_index_over_exactly_these_columns():
    with pytest.raises(CompileError, match="not body"):
        compiled(boolean_match(Doc.body, Doc.other).must("a"))


def test_labels():
    assert str(compiled(select(start().must("a").label("score")))).split()[-3:] == ["score", "FROM", "docs"]


@pytest.mark.parametrize(
    "condition", [not_, lambda search: or_(search, Doc.id == 5), lambda search: Doc.id.in_([5]) | search]
)
def test_under_or_and_not_it_is_a_subquery(condition):
    text = " ".join(str(compiled(select(Doc.id).where(condition(start().must("a"))))).split())
    assert "EXISTS (SELECT * FROM docs AS docs_1 WHERE MATCH (docs_1.body) AGAINST (%s" in text


def test_joined_by_and_it_stays_as_it_is():
    assert "EXISTS" not in str(compiled(and_(start().must("a"), start().must("b"), Doc.id == 1)))
