"""pandas and polars over the engines and connections of a client."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import Integer, LargeBinary, Numeric, String, bindparam, inspect, select, table, text
from sqlalchemy.dialects.mysql import DATETIME

from matrixone.exceptions import NotSupportedError
from matrixone.vector import Vectorf32

pd = pytest.importorskip("pandas", reason="pandas is not installed")
pl = pytest.importorskip("polars", reason="polars is not installed")

TYPES = {
    "key": Integer,
    "name": String(40),
    "at": DATETIME(fsp=6),
    "price": Numeric(10, 2),
    "raw": LargeBinary,
    "vector": Vectorf32(2),
}
NAMES = ["plain", None, "it's 100% :x ? `\\ 😀"]


@pytest.fixture
def engine(client):
    return client.get_sqlalchemy_engine()


@pytest.fixture
def frame():
    at = [dt.datetime(2026, 1, 2, 3, 4, 5, 123456), None, dt.datetime(2020, 2, 29)]  # noqa: DTZ001 - the column has no zone
    return pd.DataFrame(
        {
            "key": [1, 2, 3],
            "name": NAMES,
            "number": [1.5, None, -3.25],
            "whole": pd.array([1, None, 2**62], dtype="Int64"),
            "flag": [True, False, True],
            "at": at,
            "day": [dt.date(2026, 1, 1), None, dt.date(2020, 2, 29)],
            "price": [Decimal("1.50"), None, Decimal("-2.25")],
            "raw": [b"a\x00'\\", None, b"\xff"],
            "vector": [[1.0, 2.0], None, [0.5, -1.0]],
        }
    )


def written(frame, where, name="goods", **options):
    return frame.to_sql(name, where, index=False, dtype=TYPES, **options)


def values(frame):
    """The rows as pandas reads them: decimals are floats, days are moments."""
    return [list(map(_value, row)) for row in frame.itertuples(index=False)]


def _value(value):
    if not isinstance(value, list) and pd.isna(value):
        return None
    if isinstance(value, Decimal):
        return float(value)
    return pd.Timestamp(value) if isinstance(value, dt.date) else value


@pytest.mark.parametrize("options", [{}, {"method": "multi"}, {"chunksize": 2, "method": "multi"}, {"chunksize": 1}])
def test_a_frame_comes_back(engine, frame, options):
    assert written(frame, engine, **options) == 3
    assert values(pd.read_sql_table("goods", engine)) == values(frame)
    assert inspect(engine).get_columns("goods")[-1]["type"].dimension == 2


def test_what_to_do_with_a_table_that_exists(engine, frame):
    written(frame, engine)
    with pytest.raises(ValueError, match="exists"):
        written(frame, engine)
    written(frame, engine, if_exists="append")
    assert len(pd.read_sql("SELECT * FROM goods", engine)) == 6
    written(frame, engine, if_exists="replace")
    assert len(pd.read_sql("SELECT * FROM goods", engine)) == 3


def test_queries_of_every_kind(engine, frame):
    written(frame, engine)
    by_driver = pd.read_sql("SELECT name FROM goods WHERE name = %s", engine, params=(NAMES[2],))
    by_name = pd.read_sql(text("SELECT name FROM goods WHERE name = :n"), engine, params={"n": NAMES[2]})
    built = pd.read_sql(select(text("name")).select_from(table("goods")).where(text("`key` = 3")), engine)
    assert by_driver.name.tolist() == by_name.name.tolist() == built.name.tolist() == [NAMES[2]]
    indexed = pd.read_sql("SELECT `key`, at FROM goods", engine, index_col="key", parse_dates=["at"])
    assert indexed.loc[1, "at"] == pd.Timestamp("2026-01-02 03:04:05.123456")
    assert pd.read_sql("SELECT vector FROM goods WHERE `key` = 3", engine).vector.tolist() == ["[0.5, -1]"]


def test_frames_in_chunks_from_the_server(engine, frame):
    written(frame, engine)
    with engine.connect() as connection:
        streaming = connection.execution_options(stream_results=True, max_row_buffer=1)
        assert [len(part) for part in pd.read_sql(text("SELECT * FROM goods"), streaming, chunksize=2)] == [2, 1]


def test_frames_take_part_in_a_transaction(client, engine, frame):
    with client.session() as session:
        written(frame, session.connection())
        assert session.query("goods").count() == len(pd.read_sql("SELECT * FROM goods", session.connection())) == 3
        session.rollback()
    assert not inspect(engine).has_table("goods")
    with engine.begin() as connection:
        written(frame, connection)
    assert inspect(engine).has_table("goods")


def test_the_index_of_a_frame(engine, frame):
    named = frame[["name", "number"]].set_index(frame["key"])
    named.to_sql("numbered", engine)
    assert pd.read_sql_table("numbered", engine, index_col="key").index.tolist() == [1, 2, 3]
    assert [index["column_names"] for index in inspect(engine).get_indexes("numbered")] == [["key"]]
    texts = frame[["number"]].set_index(pd.Index(["a", "b", "c"], name="code"))
    texts.to_sql("coded", engine, dtype={"code": String(10)})
    assert pd.read_sql_table("coded", engine, index_col="code").index.tolist() == ["a", "b", "c"]
    with pytest.raises(NotSupportedError, match="code"):  # a TEXT column cannot be indexed
        texts.to_sql("texts", engine)


@pytest.fixture
def polar():
    return pl.DataFrame(
        {
            "key": [1, 2, 3],
            "name": NAMES,
            "number": [1.5, None, -3.25],
            "at": [dt.datetime(2026, 1, 2, 3, 4, 5, 123456), None, dt.datetime(2020, 2, 29)],  # noqa: DTZ001 - as above
            "day": [dt.date(2026, 1, 1), None, dt.date(2020, 2, 29)],
        }
    )


def test_a_polars_frame_comes_back(engine, polar):
    options = {"dtype": {"at": DATETIME(fsp=6)}}
    assert polar.write_database("polar", engine, engine_options=options) == 3
    assert pl.read_database("SELECT * FROM polar", engine).equals(polar)
    polar.write_database("polar", engine, if_table_exists="append", engine_options=options)
    assert pl.read_database("SELECT count(*) AS n FROM polar", engine)["n"].to_list() == [6]
    polar.write_database("polar", engine, if_table_exists="replace", engine_options=options)
    assert [
        part.height for part in pl.read_database("SELECT * FROM polar", engine, iter_batches=True, batch_size=2)
    ] == [2, 1]


def test_a_polars_frame_by_a_url(client, engine, polar):
    url = engine.url.render_as_string(hide_password=False)
    assert polar.write_database("polar", url) == 3


def test_polars_reads_connections_and_statements(engine, polar):
    polar.write_database("polar", engine)
    named = text("SELECT name FROM polar WHERE name = :n")
    with engine.connect() as connection:
        found = pl.read_database(named, connection, execute_options={"parameters": {"n": NAMES[2]}})
        bound = pl.read_database(named.bindparams(bindparam("n", NAMES[2])), connection)
    assert found["name"].to_list() == bound["name"].to_list() == [NAMES[2]]


def test_vectors_in_polars(engine):
    vectors = pl.DataFrame({"key": [1], "vector": [[1.0, 2.0]]})
    vectors.write_database("vectors", engine, engine_options={"dtype": {"vector": Vectorf32(2)}})
    assert pl.read_database("SELECT * FROM vectors", engine)["vector"].to_list() == ["[1, 2]"]
