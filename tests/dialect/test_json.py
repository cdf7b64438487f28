"""JSON columns: what is read at a path, compared with, and sorted by is what the document has there."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, delete, exc, func, insert, select, text, types, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column  # noqa: TC002 - the mapper reads Mapped at run time

from matrixone.json import (
    JSON,
    json_extract,
    json_extract_float64,
    json_extract_string,
    json_insert,
    json_quote,
    json_replace,
    json_row,
    json_set,
    json_unquote,
)

metadata = MetaData()
things = Table("things", metadata, Column("id", Integer, primary_key=True), Column("d", types.JSON))

DOCUMENTS = {
    1: {"a": "Dell"},
    2: {"a": 45},
    3: {"a": "45"},
    4: {"a": True},
    5: {"a": "true"},
    6: {"a": None},
    7: {"a": [1, 2]},
    8: {"a": {"x": 1}},
    9: {"b": {"c": "deep", "list": [1, "two", 3.5]}},
    10: {"a": "null"},
    11: {"a": 45.684},
    12: {"a": False},
}


@pytest.fixture
def connection(engine):
    with engine.connect() as connection:
        metadata.create_all(connection)
        connection.execute(insert(things), [{"id": key, "d": value} for key, value in DOCUMENTS.items()])
        connection.commit()
        yield connection
        connection.rollback()
        metadata.drop_all(connection)
        connection.commit()


def ids(connection, condition):
    return list(connection.scalars(select(things.c.id).where(condition).order_by(things.c.id)))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Dell", [1]),
        ('"Dell"', []),
        (45, [2]),
        ("45", [3]),
        (True, [4]),
        ("true", [5]),
        ([1, 2], [7]),
        ({"x": 1}, [8]),
        ("null", [10]),
        (45.684, [11]),
        (Decimal("45.684"), [11]),
        (JSON.NULL, [6]),
        (None, [9]),
    ],
)
def test_a_value_within_a_document_equals_the_same_value_only(connection, value, expected):
    assert ids(connection, things.c.d["a"] == value) == expected
    assert ids(connection, json_extract(things.c.d, "$.a") == value) == expected


def test_other_comparisons(connection):
    here = things.c.d["a"]
    assert ids(connection, here.in_([45, "Dell", True])) == [1, 2, 4]
    assert ids(connection, here.between(40, 50)) == [2, 11]
    assert 2 not in ids(connection, here != 45)
    assert 2 in ids(connection, here > 44)
    assert ids(connection, things.c.d == {"a": [1, 2]}) == [7]
    assert ids(connection, here == json_extract(things.c.d, "$.a")) == [key for key in DOCUMENTS if key != 9]
    assert ids(connection, here.as_string().like("D%")) == [1]


@pytest.mark.parametrize(
    ("read", "ids_and_values"),
    [
        ("as_string", {1: "Dell", 2: "45", 3: "45", 4: "true", 6: None, 9: None, 10: "null", 11: "45.684"}),
        ("as_integer", {2: 45, 3: 45, 6: None, 9: None, 11: 45}),
        ("as_float", {2: 45.0, 3: 45.0, 6: None, 9: None, 11: 45.684}),
        ("as_boolean", {1: False, 2: False, 4: True, 5: False, 6: None, 9: None, 12: False}),
        ("as_json", {1: "Dell", 2: 45, 4: True, 6: None, 7: [1, 2], 8: {"x": 1}, 9: None}),
    ],
)
def test_a_value_can_be_read_as_another_type(connection, read, ids_and_values):
    value = getattr(things.c.d["a"], read)()
    rows = connection.execute(select(things.c.id, value).where(things.c.id.in_(ids_and_values)))
    assert dict(map(tuple, rows)) == ids_and_values


def test_a_value_can_be_read_as_a_decimal(connection):
    exact = things.c.d["a"].as_numeric(10, 2)
    assert connection.scalar(select(exact).where(things.c.id == 11)) == Decimal("45.68")
    assert ids(connection, (exact > 45) & things.c.id.in_([2, 11])) == [11]


def test_paths(connection):
    deep = things.c.d["b"]
    row = connection.execute(
        select(deep["c"], things.c.d[("b", "list", 1)], deep["list"][0], deep["list"][-1], deep["list"][-2]).where(
            things.c.id == 9
        )
    ).one()
    assert row == ("deep", "two", 1, 3.5, "two")


def test_sorting_and_grouping(connection):
    number = things.c.d["a"].as_float()
    found = select(things.c.id).where(things.c.id.in_([2, 11])).order_by(number.desc())
    assert list(connection.scalars(found)) == [11, 2]
    text = things.c.d["a"].as_string()
    counts = connection.execute(select(text, func.count()).where(things.c.id.in_([2, 3, 1])).group_by(text))
    assert dict(map(tuple, counts)) == {"45": 2, "Dell": 1}


@pytest.mark.parametrize(
    "key", ['we"ird', "a.b", "q'k", "back\\slash", "", "%s", "100%", "ключ", "$", "a b", ":x", "[0]", "\n"]
)
def test_hostile_keys_are_keys(connection, key):
    document = {key: {key: [1]}}
    connection.execute(update(things).values(d=document).where(things.c.id == 1))
    here = things.c.d
    row = connection.execute(select(here[key], here[(key, key, 0)]).where(things.c.id == 1)).one()
    assert row == ({key: [1]}, 1)
    assert ids(connection, here[(key, key, 0)] == 1) == [1]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abé\"' .", max_size=4), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(json_values)
def test_any_value_comes_back_and_equals_itself(connection, value):
    connection.execute(update(things).values(d={"v": value}).where(things.c.id == 1))
    read, found = connection.execute(
        select(things.c.d["v"], things.c.d["v"] == JSON.NULL).where(things.c.id == 1)
    ).one()
    assert read == value
    assert bool(found) is (value is None)
    if value is not None:
        assert ids(connection, (things.c.d["v"] == value) & (things.c.id == 1)) == [1]


def test_functions(connection):
    d = things.c.d

    def value(expression, key=9):
        return connection.scalar(select(expression).where(things.c.id == key))

    assert value(json_extract(d, "$.b.c")) == "deep"
    assert value(json_extract(d, "$.b.c", "$.b.list[0]")) == ["deep", 1]
    assert value(json_extract_string(d, "$.b.c")) == "deep"
    assert value(json_extract_string(d, "$.b.list[0]")) is None
    assert value(json_extract_float64(d, "$.b.list[last]")) == 3.5
    assert value(json_extract_float64(d, "$.b.c")) is None
    assert value(json_set(d, "$.b", 1, "$.n", {"x": [True, None, "y"]})) == {"b": 1, "n": {"x": [True, None, "y"]}}
    assert value(json_insert(d, "$.b", 1, "$.n", 2.5))["n"] == 2.5
    assert value(json_insert(d, "$.b", 1)) == DOCUMENTS[9]
    assert value(json_replace(d, "$.b", "it's", "$.n", 2)) == {"b": "it's"}
    assert value(json_set(d, "$.id", things.c.id))["id"] == 9
    assert value(json_quote('a"b')) == '"a\\"b"'
    assert value(json_unquote(json_extract(d, "$.b.c"))) == "deep"
    assert value(json_unquote('"ab"')) == "ab"
    assert value(json_row(things.c.id, 1, None)) == [9, 1, None]
    for wrong in (lambda: json_set(d, "$.a", 1, "$.b"), lambda: json_extract(d)):
        with pytest.raises(Exception, match="path"):
            wrong()


def test_changes_by_path(connection):
    connection.execute(update(things).values(d=json_set(things.c.d, "$.a", 5)).where(things.c.d["a"] == "Dell"))
    assert ids(connection, things.c.d["a"] == 5) == [1]
    connection.execute(delete(things).where(things.c.d["a"] == 5))
    assert 1 not in ids(connection, things.c.id > 0)


def test_attributes_of_mapped_classes(engine):
    class Base(DeclarativeBase):
        pass

    class Product(Base):
        __tablename__ = "products"
        id: Mapped[int] = mapped_column(primary_key=True)
        specs: Mapped[dict] = mapped_column(JSON)

    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(
            [Product(id=1, specs={"brand": "Dell", "ram": 16}), Product(id=2, specs={"brand": "HP", "ram": 8})]
        )
        session.commit()
        assert session.scalar(select(Product).where(Product.specs["brand"] == "Dell")).specs["ram"] == 16
        sizes = select(Product.specs["ram"].as_integer()).order_by(Product.specs["ram"].as_integer())
        assert list(session.scalars(sizes)) == [8, 16]
    Base.metadata.drop_all(engine)


def test_values_are_bound(sql):
    shown = sql(select(things.c.id).where(things.c.d["a'--"] == "x' OR 1=1"))
    assert shown.endswith("WHERE JSON_EXTRACT(things.d, %s) = CAST(%s AS JSON)")
    literal = sql(select(things.c.d['k"']).where(things.c.d["a"].in_(["it's"])), literal_binds=True)
    assert """'$."k\\\\""'""" in literal
    assert "IN (CAST('\"it''s\"' AS JSON))" in literal


def test_statements_are_cached_apart_from_their_values():
    def key(value):
        return (things.c.d["a"] == value)._generate_cache_key()

    assert key("x") == key("y")
    assert json.dumps([1])  # the module is not shadowed by matrixone.json


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1e300", "1e+300"),
        ("-1e21", "-1e+21"),
        ("1e20", "100000000000000000000"),
        ("0.000001", "0.000001"),
        ("2.5e-7", "2.5e-07"),
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "18446744073709552000"),
        ("-9223372036854775809", "-9223372036854776000"),
        ("-0.0", "-0"),
    ],
)
def test_how_numbers_are_written(engine, written, kept):
    with engine.connect() as connection:
        assert connection.execute(text("SELECT CAST(:json AS JSON)"), {"json": written}).scalar_one() == kept


def test_numbers_beyond_all_doubles(engine):
    with engine.connect() as connection, pytest.raises(exc.DBAPIError, match="json number 1e400"):
        connection.execute(text("SELECT CAST(:json AS JSON)"), {"json": "1e400"}).all()
