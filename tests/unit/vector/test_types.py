from __future__ import annotations

import array
from itertools import combinations

import numpy as np
import pytest
from sqlalchemy import Column, Double, Integer, MetaData, Table, create_mock_engine, exc, literal_column, select
from sqlalchemy.schema import CreateTable

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.vector import Vectorf32, Vectorf64, cosine_distance, l2_distance

docs = Table("docs", MetaData(), Column("id", Integer), Column("v", Vectorf32(3)), Column("w", Vectorf64(2)))


def sql(statement):
    return " ".join(
        str(statement.compile(dialect=MatrixOneDialect_pymysql(), compile_kwargs={"literal_binds": True})).split()
    )


def test_columns_are_declared_with_their_dimension():
    shown = sql_of_table(docs)
    assert "v vecf32(3)" in shown
    assert "w vecf64(2)" in shown


def sql_of_table(table):
    return str(CreateTable(table).compile(dialect=MatrixOneDialect_pymysql()))


def test_a_column_needs_a_dimension():
    with pytest.raises(exc.CompileError, match="needs a dimension"):
        sql_of_table(Table("t", MetaData(), Column("v", Vectorf32())))


@pytest.mark.parametrize("dimension", [0, -1, 65536])
def test_dimensions_out_of_range_are_refused(dimension):
    with pytest.raises(ValueError, match="1 to 65535"):
        Vectorf32(dimension)


@pytest.mark.parametrize(
    ("method", "function"),
    [
        ("l2_distance", "l2_distance"),
        ("l2_distance_sq", "l2_distance_sq"),
        ("cosine_distance", "cosine_distance"),
        ("cosine_similarity", "cosine_similarity"),
        ("inner_product", "inner_product"),
    ],
)
def test_distances_to_values_and_columns(method, function):
    to_value = getattr(docs.c.v, method)([1, 2, 3])
    assert sql(select(to_value)).startswith(f"SELECT {function}(docs.v, '[1.0,2.0,3.0]') AS")
    assert sql(select(getattr(docs.c.v, method)(docs.alias("d").c.v).label("x"))) == (
        f"SELECT {function}(docs.v, d.v) AS x FROM docs, docs AS d"
    )
    assert isinstance(to_value.type, Double)


def test_distances_in_where_and_order_by():
    near = docs.c.v.cosine_distance((1, 0, 0))
    shown = sql(select(docs.c.id).where(near < 0.5).order_by(near).limit(2))
    assert "WHERE cosine_distance(docs.v, '[1.0,0.0,0.0]') < 0.5 ORDER BY cosine_distance(docs.v" in shown


@pytest.mark.parametrize("value", [[1, 2, 3], (1, 2, 3), array.array("f", [1, 2, 3]), np.array([1, 2, 3]), "[1, 2, 3]"])
def test_every_kind_of_vector_goes_in(value):
    assert "'[1.0,2.0,3.0]'" in sql(select(l2_distance(docs.c.v, value)))


def test_functions_take_expressions_of_unknown_type():
    assert sql(select(cosine_distance(docs.c.v, literal_column("@q")).label("d"))).startswith(
        "SELECT cosine_distance(docs.v, @q) AS d"
    )


@pytest.mark.parametrize("value", [[1, 2], [1, 2, 3, 4], [1, 2, float("nan")], [1, 2, float("inf")], "[1,2]", "x"])
def test_a_wrong_vector_is_refused_when_written(value):
    with pytest.raises((ValueError, exc.CompileError)):
        sql(select(docs.c.v.l2_distance(value)))


def test_statements_with_vectors_are_cached_apart_from_their_values():
    def key(value):
        return select(docs.c.v.l2_distance(value))._generate_cache_key()

    assert key([1, 2, 3]) == key([4, 5, 6])
    assert key([1, 2, 3]) is not None


def test_types_of_different_dimension_are_cached_apart():
    def key(kind):
        return select(literal_column("x", kind))._generate_cache_key()

    assert key(Vectorf32(2)) == key(Vectorf32(2))
    keys = [key(kind) for kind in (Vectorf32(2), Vectorf32(3), Vectorf64(2), Vectorf32())]
    assert all(one != other for one, other in combinations(keys, 2))


def test_a_mock_engine_prints_indexes_of_a_table():
    from matrixone.vector import IvfVectorIndex

    printed = []
    table = Table("t", MetaData(), Column("id", Integer), Column("v", Vectorf32(3)), IvfVectorIndex("i", "v"))
    engine = create_mock_engine(
        "matrixone://", lambda statement, *_: printed.append(str(statement.compile(dialect=engine.dialect)))
    )
    table.metadata.create_all(engine, checkfirst=False)
    assert printed[1] == "ALTER TABLE t ADD INDEX i USING ivfflat (v) OP_TYPE 'vector_l2_ops'"
