"""What becomes of vector indexes and searches on a server."""

import math

import pytest
from sqlalchemy import BigInteger, Column, Integer
from sqlalchemy.orm import declarative_base

from matrixone.exceptions import ConfigurationError, QueryError
from matrixone.vector import Vectorf32

Base = declarative_base()


class Doc(Base):
    __tablename__ = "docs"
    id = Column(BigInteger, primary_key=True)
    kind = Column(Integer)
    v = Column(Vectorf32(2))


@pytest.fixture
def docs(matrixone_client):
    matrixone_client.create_table("docs", {"id": "bigint primary key", "kind": "int", "v": "vecf32(2)"})
    matrixone_client.batch_insert("docs", [{"id": n, "kind": n % 7, "v": [n, n % 5]} for n in range(1, 200)])
    return matrixone_client


def indexes(session):
    rows = session.execute("SHOW INDEX FROM docs")
    return {row.Key_name: row.Index_type for row in rows if row.Key_name != "PRIMARY"}


def test_indexes_and_chaining(docs):
    vectors = docs.vector_ops
    assert vectors.create_ivf("docs", name="ix", column="v", lists=8) is vectors
    assert indexes(docs) == {"ix": "ivfflat"}
    assert vectors.reindex(Doc, "ix", lists=4).reindex("docs", "ix") is vectors
    assert "lists = 4" in docs.execute("SHOW CREATE TABLE docs").rows[0][1]
    assert vectors.drop(Doc, "ix") is vectors
    assert indexes(docs) == {}


def test_hnsw(docs):
    docs.vector_ops.create_hnsw(Doc, "ix", "v", m=8, ef_construction=64, ef_search=32, op_type="vector_cosine_ops")
    created = docs.execute("SHOW CREATE TABLE docs").rows[0][1]
    assert "hnsw" in created
    assert "m = 8" in created
    assert "vector_cosine_ops" in created
    docs.vector_ops.drop("docs", "ix")


def test_an_index_is_part_of_the_transaction(docs):
    with docs.session() as session:
        assert session.vector_ops.create_ivf("docs", "ix", "v", 4) is session.vector_ops
        assert indexes(session) == {"ix": "ivfflat"}
        session.rollback()
    assert indexes(docs) == {}
    with docs.session() as session:
        session.create_table("more", {"id": "int primary key", "v": "vecf32(2)"})
        session.vector_ops.create_ivf("more", name="ix", column="v", lists=1)
        session.insert("more", {"id": 1, "v": [0.1, 0.2]})
        assert [row["id"] for row in session.vector_ops.similarity_search("more", "v", [0, 0])] == [1]
    docs.vector_ops.create_ivf("docs", "ix", "v", 4)
    with docs.session() as session:
        session.vector_ops.drop("docs", "ix")
        session.rollback()
    assert indexes(docs) == {"ix": "ivfflat"}


@pytest.mark.parametrize("index", [False, True])
def test_the_nearest_first(docs, index):
    if index:
        docs.vector_ops.create_ivf("docs", "ix", "v", lists=1)
    found = docs.vector_ops.similarity_search("docs", "v", (50, 0), limit=3, select_columns=["id"])
    assert [row["id"] for row in found] == [50, 51, 49] or [row["id"] for row in found] == [50, 51, 52]
    assert found[0] == {"id": 50, "distance": pytest.approx(0)}
    assert found[1]["distance"] == pytest.approx(math.sqrt(2), abs=1e-4)
    later = docs.vector_ops.similarity_search("docs", "v", (50, 0), limit=1, offset=1, select_columns=["id"])
    assert [row["id"] for row in later] == [51]


def test_all_columns_and_decoded_vectors(docs):
    (named,) = docs.vector_ops.similarity_search("docs", "v", [7, 2], limit=1)
    assert named == {"id": 7, "kind": 0, "v": "[7, 2]", "distance": pytest.approx(0)}
    (mapped,) = docs.vector_ops.similarity_search(Doc, "v", [7, 2], limit=1)
    assert mapped == {"id": 7, "kind": 0, "v": [7.0, 2.0], "distance": pytest.approx(0)}


def test_what_the_distances_mean(matrixone_client):
    matrixone_client.create_table("docs", {"id": "bigint primary key", "v": "vecf32(2)"})
    matrixone_client.batch_insert("docs", [{"id": 1, "v": [1, 0]}, {"id": 2, "v": [0, 3]}, {"id": 3, "v": [5, 5]}])
    search = matrixone_client.vector_ops.similarity_search

    def found(kind):
        return [(row["id"], round(row["distance"], 4)) for row in search("docs", "v", [2, 0], distance_type=kind)]

    assert found("l2") == [(1, 1.0), (2, 3.6056), (3, 5.831)]
    assert found("cosine") == [(1, 0.0), (3, 0.2929), (2, 1.0)]
    assert [(number, distance + 0.0) for number, distance in found("inner_product")] == [
        (3, -10.0),
        (1, -2.0),
        (2, 0.0),
    ]
    near = matrixone_client.vector_ops.range_search("docs", "v", [2, 0], -2, distance_type="inner_product")
    assert [row["id"] for row in near] == [3, 1]


def test_within_a_distance(docs):
    found = docs.vector_ops.range_search(Doc, "v", [50, 0], 2, select_columns=["id"])
    assert [row["id"] for row in found] == [50, 51]
    assert docs.vector_ops.range_search("docs", "v", [50, 0], 2, where="kind = ?", where_params=[99]) == []
    cosine = docs.vector_ops.range_search(Doc, "v", [10, 0], 1e-6, distance_type="cosine", where=Doc.id < 21)
    assert [row["id"] for row in cosine] == [5, 10, 15, 20]


@pytest.mark.parametrize("where", ["kind = ? AND id <> ?", (Doc.kind == 1) & (Doc.id != 50)])
def test_t15_a_filtered_search_finds_all_there_are(docs, where):
    docs.vector_ops.create_ivf("docs", "ix", "v", lists=16)  # the server's own way finds 8, mode=pre finds 50
    params = [1, 50] if isinstance(where, str) else []
    found = docs.vector_ops.similarity_search(
        Doc, "v", [1, 1], limit=20, select_columns=["id"], where=where, where_params=params
    )
    wanted = [n for n in range(1, 200) if n % 7 == 1 and n != 50]
    nearest = sorted(wanted, key=lambda n: math.dist((n, n % 5), (1, 1)))[:20]
    assert len(found) == 20
    assert [row["id"] for row in found] == nearest


@pytest.mark.parametrize("mode", ["pre", "post", "force", "auto"])
def test_modes(docs, mode):
    docs.vector_ops.create_ivf("docs", "ix", "v", lists=1)
    found = docs.vector_ops.similarity_search("docs", "v", [50, 0], 1, where="kind = 1", rank_mode=mode)
    assert [row["id"] for row in found] == [50]


def test_rows_without_a_vector_are_left_out(docs):
    docs.batch_insert("docs", [{"id": n, "v": None} for n in (1000, 1001)])
    found = docs.vector_ops.similarity_search("docs", "v", [1, 1], limit=2, select_columns=["id"])
    assert [row["id"] for row in found] == [1, 2]
    assert [row["id"] for row in docs.vector_ops.range_search("docs", "v", [1, 1], 0.5)] == [1]


def test_errors_of_the_server(docs):
    vectors = docs.vector_ops
    vectors.create_ivf("docs", "ix", "v", 1)
    for call in (
        lambda: vectors.create_ivf("nosuch", "i", "v"),
        lambda: vectors.create_ivf("docs", "i", "nosuch"),
        lambda: vectors.create_ivf("docs", "ix", "v"),
        lambda: vectors.create_ivf("docs", "i", "kind"),
        lambda: vectors.drop("docs", "nosuch"),
        lambda: vectors.reindex("docs", "nosuch"),
        lambda: vectors.similarity_search("nosuch", "v", [1, 2]),
        lambda: vectors.similarity_search("docs", "v", [1, 2, 3]),
        lambda: vectors.similarity_search("docs", "v", [1, 2], where="kind = ?"),
    ):
        with pytest.raises(QueryError):
            call()


def test_arguments_that_cannot_work(docs):
    vectors = docs.vector_ops
    for call in (
        lambda: vectors.create_ivf("docs", "i", "v", lists=0),
        lambda: vectors.create_ivf("docs", "i", "v", op_type="vector_l1_ops"),
        lambda: vectors.create_hnsw("docs", "i", "v", m=0),
        lambda: vectors.reindex("docs", "i", 0),
        lambda: vectors.similarity_search("docs", "v", [1, 2], limit=0),
        lambda: vectors.similarity_search("docs", "v", [1, 2], offset=-1),
        lambda: vectors.similarity_search("docs", "v", [1, math.inf]),
        lambda: vectors.similarity_search("docs", "v", [1, 2], distance_type="l1"),
        lambda: vectors.similarity_search(Doc, "v", [1, 2, 3]),
        lambda: vectors.similarity_search("docs", "v", [1, 2], rank_mode="x"),
        lambda: vectors.range_search("docs", "v", [1, 2], math.nan),
    ):
        with pytest.raises(ValueError):
            call()
    for options in ({"select_columns": ["distance"]}, {"where_params": [1]}):
        with pytest.raises(ConfigurationError):
            vectors.similarity_search("docs", "v", [1, 2], **options)
    with pytest.raises(TypeError):
        vectors.create_ivf("docs", "i", "v", quantisation="int8")


def test_values_are_bound(docs):
    found = docs.vector_ops.similarity_search(
        "docs", "v", [1, 1], where="kind = ? OR ? = 'x'' OR 1=1 -- '", where_params=[99, "' OR 1=1 -- "]
    )
    assert found == []


async def test_asynchronously(docs, matrixone_async_client):
    async with matrixone_async_client as client:
        async with client.session() as session:
            assert await session.vector_ops.create_ivf("docs", "ix", "v", lists=1) is session.vector_ops
            found = await session.vector_ops.similarity_search(Doc, "v", [50, 0], 2, select_columns=["id"])
            assert [row["id"] for row in found] == [50, 51]
            await session.rollback()
        assert indexes(docs) == {}
        assert await client.vector_ops.create_hnsw("docs", "ix", "v") is client.vector_ops
        await client.vector_ops.drop("docs", "ix")
        await client.vector_ops.create_ivf("docs", "ix", "v", 2)
        await client.vector_ops.reindex("docs", "ix", 1)
        near = await client.vector_ops.range_search("docs", "v", [50, 0], 2)
        assert [row["id"] for row in near] == [50, 51]
