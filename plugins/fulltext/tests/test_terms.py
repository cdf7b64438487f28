"""What searches put together from terms find on a server."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, String, and_, not_, or_
from sqlalchemy.orm import declarative_base

from matrixone.exceptions import ConfigurationError
from matrixone.fulltext import FulltextIndex, boolean_match, group, natural_match

Base = declarative_base()


class Fruit(Base):
    __tablename__ = "fruit"
    id = Column(Integer, primary_key=True)
    body = Column(String(50))
    __table_args__ = (FulltextIndex("ft", "body"),)


TEXTS = ["red apple", "apple red", "red", "blue apple", "green pear", "redwood tree"]


@pytest.fixture
def fruit(matrixone_client):
    rows = [{"id": number, "body": text} for number, text in enumerate(TEXTS, 1)]
    matrixone_client.create_table(Fruit).batch_insert(Fruit, rows)
    return matrixone_client


def found(client, condition):
    return sorted(row.id for row in client.query(Fruit).filter(condition).all())


def start():
    return boolean_match(Fruit.body)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        (start().must("red", "apple"), [1, 2]),
        (start().must("red").must_not("apple"), [3]),
        (start().must("apple").discourage("red").encourage("blue"), [1, 2, 4]),
        (start().prefix("red"), [1, 2, 3, 6]),
        (start().phrase("red apple"), [1]),
        (start().must("apple").must_not(group().encourage("blue", "green")), [1, 2]),
        (start().must(group().high("red").low("green")), [1, 2, 3, 5]),
        (start().encourage("red").group(group().encourage("green")), [1, 2, 3, 5]),
        (start().group(group().encourage("green"), group().encourage("blue")), [4, 5]),
        (start().must("apple").must(group().encourage("green").add_group(group().prefix("blu"))), [4]),
        (natural_match(Fruit.body, query="apple red"), [2]),
        (start().must("x").set_natural_query("red apple"), [1]),
        (boolean_match("body", query="+red").must("apple").as_text(), [1, 2]),
    ],
)
def test_what_is_found(fruit, search, expected):
    assert found(fruit, search) == expected


RED, APPLE = start().must("red"), start().must("apple")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (and_(RED, APPLE), [1, 2]),
        (and_(RED, Fruit.id > 1), [2, 3]),
        (or_(RED, Fruit.id == 5), [1, 2, 3, 5]),
        (RED | APPLE, [1, 2, 3, 4]),
        (not_(RED), [4, 5, 6]),
        (and_(APPLE.matches(), ~RED), [4]),
        (and_(Fruit.id > 1, or_(RED, APPLE)), [2, 3, 4]),
        (or_(and_(RED.matches(), Fruit.id < 3), Fruit.id == 6), [1, 2, 6]),
    ],
)
def test_and_or_not(fruit, condition, expected):
    assert found(fruit, condition) == expected


def test_scores(fruit):
    search = start().must("apple").label("score")
    scored = fruit.query(Fruit).select(Fruit.id, search)
    assert sorted(row.id for row in scored.all() if row.score > 0) == [1, 2, 4]
    assert sorted(row.id for row in scored.all() if row.score == 0) == [3, 5, 6]
    rows = scored.filter(search.element).all()
    assert sorted(row.id for row in rows) == [1, 2, 4]
    assert all(row.score > 0 for row in rows)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["must", "must_not", "encourage", "discourage", "prefix", "phrase", "group", "in a group"]),
            st.one_of(
                st.text(max_size=8), st.sampled_from(["' OR 1=1 -- ", '"', "\\", "%s", "red", ":x", "a\0b", "中"])
            ),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_hostile_terms_are_answered_or_refused_before_they_are_sent(fruit, steps):
    search = start()
    for method, term in steps:
        try:
            if method == "group":
                search = search.group(group().high(term))
            elif method == "in a group":
                search = search.must(group().prefix(term).low(term))
            else:
                search = getattr(search, method)(term)
        except ConfigurationError:
            continue
    if search.query:
        assert set(found(fruit, search)) <= {1, 2, 3, 4, 5, 6}


async def test_asynchronously(fruit, matrixone_async_client):
    async with matrixone_async_client as client:
        rows = await client.query(Fruit).filter(start().must("red").must_not("apple") | (Fruit.id == 5)).all()
        assert sorted(row.id for row in rows) == [3, 5]
