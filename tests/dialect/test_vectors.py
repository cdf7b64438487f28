"""Vectors stored and read back, and the distances between them."""

from __future__ import annotations

import array

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, delete, exc, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column  # noqa: TC002 - the mapper reads Mapped at run time

from matrixone.vector import (
    Vectorbf16,
    Vectorf16,
    Vectorf32,
    Vectorf64,
    Vectorint8,
    Vectoruint8,
    cosine_similarity,
    l2_distance,
    most_similar,
)

from .models import Document, Point

metadata = MetaData()
KINDS = {
    "f32": Vectorf32,
    "f64": Vectorf64,
    "bf16": Vectorbf16,
    "f16": Vectorf16,
    "int8": Vectorint8,
    "uint8": Vectoruint8,
}
vectors = Table(
    "vectors",
    metadata,
    Column("id", Integer, primary_key=True),
    *(Column(name, kind(2)) for name, kind in KINDS.items()),
    *(Column(f"np_{name}", kind(2, as_numpy=True)) for name, kind in KINDS.items()),
)


@pytest.fixture
def connection(engine):
    with engine.connect() as connection:
        metadata.create_all(connection)
        connection.commit()
        yield connection
        connection.rollback()
        metadata.drop_all(connection)
        connection.commit()


def pairs(elements):
    return st.tuples(elements, elements)


ELEMENTS = {
    "f32": st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False),
    "f64": st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False),
    "bf16": st.integers(-128, 128).map(lambda n: n / 8),
    "f16": st.integers(-2048, 2048).map(float),
    "int8": st.integers(-128, 127),
    "uint8": st.integers(0, 255),
}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({name: pairs(elements) for name, elements in ELEMENTS.items()}))
def test_every_type_comes_back_as_it_was(connection, row):
    connection.execute(delete(vectors).where(vectors.c.id > 0))
    arrays = {f"np_{name}": np.array(value, dtype=vectors.c[name].type.elements.dtype) for name, value in row.items()}
    connection.execute(insert(vectors), [{"id": 1, **row, **arrays}, dict.fromkeys(vectors.c.keys()) | {"id": 2}])
    here, empty = connection.execute(select(vectors).order_by(vectors.c.id)).mappings()
    # The server writes the shortest text that is the same number in single precision.
    assert np.array(here["f32"], dtype="float32").tolist() == list(row["f32"])
    for name, value in row.items():
        assert name == "f32" or here[name] == list(value)
        assert here[f"np_{name}"].tolist() == list(value)
        assert empty[name] is None is empty[f"np_{name}"]


def test_distances_follow_the_server(connection):
    connection.execute(insert(vectors), [{"id": 1, "f32": [3, 4]}, {"id": 2, "f32": [0, 2]}])
    v = vectors.c.f32
    near = select(
        v.l2_distance([0, 0]).label("l2"),
        v.l2_distance_sq([0, 0]).label("sq"),
        v.inner_product([1, 1]).label("ip"),
        v.cosine_distance([3, 4]).label("cd"),
        cosine_similarity(v, [3, 4]).label("cs"),
    ).where(vectors.c.id == 1)
    row = connection.execute(near).one()
    assert tuple(row) == pytest.approx((5, 25, -7, 0, 1), abs=1e-6)
    order = select(vectors.c.id).order_by(most_similar(v, [3, 4], "inner_product")).limit(2)
    assert list(connection.scalars(order)) == [1, 2]
    assert list(connection.scalars(select(vectors.c.id).where(v.within_distance([0, 0], 3)))) == [2]
    assert connection.scalar(select(vectors.c.id).where(v == [3, 4])) == 1


def test_attributes_aliases_and_labels(engine):
    class Base(DeclarativeBase):
        pass

    class Doc(Base):
        __tablename__ = "docs_with_vectors"
        id: Mapped[int] = mapped_column(primary_key=True)
        v: Mapped[list[float]] = mapped_column(Vectorf32(2))
        w: Mapped[np.ndarray | None] = mapped_column(Vectorf64(2, as_numpy=True))

    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([Doc(id=1, v=[0, 0], w=np.array([1.5, 2])), Doc(id=2, v=(3, 4))])
        session.commit()
        distance = Doc.v.l2_distance([0, 0]).label("distance")
        assert [tuple(row) for row in session.execute(select(Doc.id, distance).order_by(distance))] == [(1, 0), (2, 5)]
        other = aliased(Doc)
        between = select(l2_distance(Doc.v, other.v)).join(other, other.id > Doc.id)
        assert session.scalar(between) == 5
        doc = session.get_one(Doc, 1)
        assert doc.w.tolist() == [1.5, 2.0]
        doc.w = np.array([1.5, 2])
        assert not session.is_modified(doc)
        doc.w = np.array([1.5, 3])
        assert session.is_modified(doc)
        session.commit()
        assert session.scalar(select(Doc.w).where(Doc.id == 1)).tolist() == [1.5, 3.0]
    Base.metadata.drop_all(engine)


@pytest.mark.parametrize("kind", [list, tuple, lambda v: array.array("f", v), lambda v: np.array(v, dtype="float32")])
def test_vectors_go_in_as_any_sequence_and_come_out_as_lists(session, kind):
    session.add(Document(body="x", single=kind([0.5, -1.25, 3.0]), double=kind([1.0, 2.0])))
    session.commit()
    stored = session.execute(select(Document.single, Document.double)).one()
    assert stored == ([0.5, -1.25, 3.0], [1.0, 2.0])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    single=st.lists(
        st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False), min_size=3, max_size=3
    ),
    double=st.lists(st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False), min_size=2, max_size=2),
)
def test_vectors_come_back_as_they_were(session, single, double):
    session.rollback()
    session.execute(insert(Point).values(single=single, double=double))
    stored = session.execute(select(Point.single, Point.double)).one()
    assert np.array(stored.single, dtype="float32").tolist() == single
    assert stored.double == double


@pytest.mark.parametrize("bad", [[1.0, 2.0], [1.0, 2.0, float("nan")], [1.0, 2.0, float("inf")], "[1]", {1: 2}])
def test_wrong_vectors_are_refused_before_anything_is_sent(session, sent, bad):
    before = len(sent)
    with pytest.raises(exc.StatementError):
        session.execute(insert(Document).values(body="x", single=bad))
    assert not [statement for statement in sent[before:] if "INSERT" in statement]


def test_distances(session):
    session.add_all([Document(body=str(n), single=[n, 0, 0], double=[n, 1]) for n in range(1, 6)])
    session.add(Document(body="none"))
    session.flush()
    near = select(Document.body).where(Document.single.is_not(None)).order_by(Document.single.l2_distance([3, 0, 0]))
    assert session.scalars(near.limit(1)).one() == "3"
    row = session.execute(
        select(
            Document.single.l2_distance([0, 0, 4]).label("l2"),
            Document.single.l2_distance_sq((0, 0, 4)).label("squared"),
            Document.single.inner_product([2, 0, 0]).label("inner"),
            Document.single.cosine_similarity(np.array([1, 0, 0])).label("similarity"),
            Document.single.cosine_distance(Document.single).label("cosine"),
        ).where(Document.body == "3")
    ).one()
    assert row.l2 == pytest.approx(5)
    assert row.squared == pytest.approx(25)
    assert row.inner == pytest.approx(-6)
    assert row.similarity == pytest.approx(1)
    assert row.cosine == pytest.approx(0, abs=1e-6)
