"""Vectors: distances, norms, searches and dimensions."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NUMBERS = st.floats(-1e3, 1e3, width=32)
QUICK = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def text(numbers):
    return "'[" + ",".join(map(repr, numbers)) + "]'"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("l2_distance('[1,2,3]', '[4,5,6]')", 5.196152210235596),
        ("l2_distance_sq('[1,2,3]', '[4,5,6]')", 27.0),
        ("cosine_distance('[1,0]', '[0,1]')", 1.0),
        ("cosine_similarity('[1,0]', '[1,1]')", 0.7071067690849304),
        ("inner_product('[1,2,3]', '[4,5,6]')", -32.0),
        ("l1_norm('[1,-2,3]')", 6.0),
        ("l2_norm('[3,4]')", 5.0),
        ("summation('[1,2,3]')", 6.0),
        ("vector_dims('[1,2,3,4]')", 4),
        ("normalize_l2('[3,4]')", "[0.6, 0.8]"),
        ("subvector('[1,2,3,4]', -2)", "[3, 4]"),
        ("abs(cast('[-1,2]' as vecf32(2)))", "[1, 2]"),
        ("sqrt(cast('[4,9]' as vecf32(2)))", "[2, 3]"),
        ("cosine_distance('[1,2]', '[0,0]')", 1.0),
        ("vecf32_from_base64('AACAPwAAAEAAAEBA')", "[1, 2, 3]"),
        ("l2_distance(null, '[1,2]')", None),
    ],
)
def test_functions_of_vectors(db, expression, value):
    found = db.rows(f"select {expression}")[0][0]
    assert found == (pytest.approx(value) if isinstance(value, float) else value)


@QUICK
@given(st.integers(1, 8).flatmap(lambda size: st.tuples(*[st.lists(NUMBERS, min_size=size, max_size=size)] * 2)))
def test_distances_are_those_of_geometry(db, pair):
    one, other = pair
    ((single, double, dot),) = db.rows(
        f"select l2_distance({text(one)}, {text(other)}), "
        f"l2_distance(cast({text(one)} as vecf64), cast({text(other)} as vecf64)), "
        f"inner_product(cast({text(one)} as vecf64), cast({text(other)} as vecf64))"
    )
    assert single == pytest.approx(math.dist(one, other), rel=1e-5, abs=1e-3)
    assert double == pytest.approx(math.dist(one, other), rel=1e-12, abs=1e-9)
    assert dot == pytest.approx(-sum(map(lambda a, b: a * b, one, other)), rel=1e-9, abs=1e-6)


@pytest.fixture
def points(db):
    db.run(
        "create table p (id int primary key, v vecf32(2))",
        "insert into p values (1, '[0,0]'), (2, '[1,0]'), (3, '[0,2]'), (4, '[3,3]'), (5, null)",
    )
    return db


def test_the_nearest_come_first_and_nulls_before_them(points):
    assert points.rows("select id from p order by l2_distance(v, '[1,0.1]') limit 3") == [[5], [2], [1]]
    assert points.rows("select id from p where v is not null order by l2_distance(v, '[1,0.1]') limit 2") == [[2], [1]]
    forced = (
        "select id from p where v is not null order by l2_distance(v, '[9,9]') limit 1 by rank with option 'mode=force'"
    )
    assert points.rows(forced) == [[4]]


def test_dimensions_must_agree(points):
    assert points.error("insert into p values (6, '[1]')") == (
        20301,
        "invalid input: expected vector dimension 2 != actual dimension 1.",
    )
    assert points.error("select l2_distance(v, '[1]') from p") == (
        20101,
        "internal error: vector dimension not matched",
    )
    assert points.error("select l2_distance('[1]', '[1,2]')") == (
        20301,
        "invalid input: vector ops between different dimensions (1, 2) is not permitted.",
    )
    assert points.error("select l2_distance('abc', '[1,2]')") == (20101, "internal error: malformed vector input: abc")
