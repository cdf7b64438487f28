"""Vectors stored and read back, and the distances between them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, delete, insert, select
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
