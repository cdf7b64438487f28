from __future__ import annotations

import array
import re
import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from sqlalchemy import Column, Double, Integer, MetaData, Table, create_mock_engine, exc, literal_column, select
from sqlalchemy.schema import CreateTable

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.vector import (
    Vectorbf16,
    Vectorf16,
    Vectorf32,
    Vectorf64,
    Vectorint8,
    Vectoruint8,
    cosine_distance,
    l2_distance,
    most_similar,
    within_distance,
)

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
    written = "'[1,2,3]'" if isinstance(value, array.array) else "'[1.0,2.0,3.0]'"
    assert written in sql(select(l2_distance(docs.c.v, value)))


def test_functions_take_expressions_of_unknown_type():
    assert sql(select(cosine_distance(docs.c.v, literal_column("@q")).label("d"))).startswith(
        "SELECT cosine_distance(docs.v, @q) AS d"
    )


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (Vectorf32(3), [1, 2], "vecf32(3): expected a vector of 3 dimensions, not 2"),
        (Vectorf32(3), "[1,2]", "vecf32(3): expected a vector of 3 dimensions, not 2"),
        (Vectorf32(3), [1, 2, 3, 4], "vecf32(3): expected a vector of 3 dimensions, not 4"),
        (Vectorf32(3), [1, 2, float("nan")], "vecf32(3): element 3 is nan, not a finite number between"),
        (Vectorf32(), [float("nan"), 1], "vecf32: element 1 is nan, not"),
        (Vectorf32(2), [1, float("inf")], "vecf32(2): element 2 is inf, not"),
        (Vectorf32(2), [1e39, 1], "vecf32(2): element 1 is 1e+39, not"),
        (Vectorf32(), [], "vecf32: a vector has at least one dimension"),
        (Vectorf64(2), [1, float("-inf")], "vecf64(2): element 2 is -inf, not a finite number"),
        (Vectorbf16(2), [1, 3.4e38], "vecbf16(2): element 2 is 3.4e+38, not"),
        (Vectorf16(2), [1, 65520], "vecf16(2): element 2 is 65520.0, not a finite number between -65520 and 65520"),
        (Vectorint8(3), [1, -129, 3], "vecint8(3): element 2 is -129.0, not a whole number between -128 and 127"),
        (Vectorint8(3), [1, 2, 2.5], "vecint8(3): element 3 is 2.5, not a whole number"),
        (Vectorint8(2), [float("nan"), 1], "vecint8(2): element 1 is nan, not"),
        (Vectoruint8(2), [-1, 1], "vecuint8(2): element 1 is -1.0, not a whole number between 0 and 255"),
        (Vectoruint8(2), [1, 256], "vecuint8(2): element 2 is 256.0, not"),
    ],
)
def test_a_wrong_vector_is_refused_before_it_is_sent(kind, value, reason):
    for write in (kind.bind_processor(None), kind.literal_processor(None)):
        with pytest.raises(ValueError, match=re.escape(reason)):
            write(value)


@pytest.mark.parametrize("value", ["x", 3, object(), {1: 2}])
def test_what_is_no_vector_is_refused_when_written(value):
    with pytest.raises((ValueError, TypeError, exc.CompileError)):
        sql(select(docs.c.v.l2_distance(value)))


def test_the_largest_numbers_of_each_type_are_taken():
    for kind, value in [(Vectorf32, 3.4028235e38), (Vectorf16, 65504), (Vectorbf16, 3.3895e38), (Vectorint8, 127)]:
        assert kind(1).bind_processor(None)([value]).startswith("[")
    assert Vectoruint8(2).bind_processor(None)(np.array([0, 255], dtype="uint8")) == "[0,255]"
    assert Vectorint8(2).bind_processor(None)([-128, 2.0]) == "[-128,2]"


@pytest.mark.parametrize(
    ("kind", "text", "value", "dtype"),
    [
        (Vectorf32, "[1.5, 2]", [1.5, 2.0], "float32"),
        (Vectorf64, "[0.1, 2]", [0.1, 2.0], "float64"),
        (Vectorbf16, "[1.5, 2]", [1.5, 2.0], "float32"),
        (Vectorf16, "[1.5, 2]", [1.5, 2.0], "float16"),
        (Vectorint8, "[-1, 2]", [-1, 2], "int8"),
        (Vectoruint8, "[1, 255]", [1, 255], "uint8"),
    ],
)
def test_results_are_lists_or_arrays_by_choice(kind, text, value, dtype):
    read = kind(2).result_processor(None, None)
    assert read(text) == value
    assert [type(each) for each in read(text)] == [type(each) for each in value]
    array_of = kind(2, as_numpy=True)
    made = array_of.result_processor(None, None)(text)
    assert isinstance(made, array_of.python_type)
    assert made.dtype == dtype
    assert made.tolist() == value
    assert array_of.result_processor(None, None)(None) is None is read(None)


def test_arrays_are_compared_as_a_whole():
    kind = Vectorf32(2, as_numpy=True)
    assert kind.compare_values(np.array([1, 2]), np.array([1, 2]))
    assert kind.compare_values(np.array([1, 2]), [1, 2])
    assert not kind.compare_values(np.array([1, 2]), np.array([1, 3]))
    assert not kind.compare_values(np.array([1, 2]), None)


def test_numpy_is_imported_by_columns_that_want_it_only():
    code = (
        "import sys; from matrixone.vector import Vectorf32; v = Vectorf32(2); "
        "v.result_processor(None, None)('[1,2]'); assert 'numpy' not in sys.modules; "
        "assert Vectorf32(2, as_numpy=True).result_processor(None, None)('[1,2]').sum() == 3"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_conditions_and_sort_keys():
    shown = sql(select(docs.c.id).where(docs.c.v.within_distance([1, 2, 3], 0.5)))
    assert shown.endswith("WHERE l2_distance(docs.v, '[1.0,2.0,3.0]') <= 0.5")
    shown = sql(select(docs.c.id).order_by(most_similar(docs.c.v, [1, 2, 3], "inner_product")).limit(1))
    assert "ORDER BY inner_product(docs.v, '[1.0,2.0,3.0]') \n LIMIT".replace("\n ", "") in shown
    assert sql(docs.c.v.negative_inner_product([1, 2, 3])) == sql(docs.c.v.inner_product([1, 2, 3]))
    for wrong in (
        lambda: docs.c.v.most_similar([1], "manhattan"),
        lambda: within_distance(docs.c.v, [1, 2, 3], float("nan")),
    ):
        with pytest.raises(ValueError):
            wrong()


def test_statements_with_vectors_are_cached_apart_from_their_values():
    def key(value):
        return select(docs.c.v.l2_distance(value))._generate_cache_key()

    assert key([1, 2, 3]) == key([4, 5, 6])
    assert key([1, 2, 3]) is not None


def test_types_of_different_dimension_are_cached_apart():
    def key(kind):
        return select(literal_column("x", kind))._generate_cache_key()

    assert key(Vectorf32(2)) == key(Vectorf32(2))
    keys = [key(kind) for kind in (Vectorf32(2), Vectorf32(3), Vectorf64(2), Vectorf32(), Vectorf32(2, as_numpy=True))]
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
