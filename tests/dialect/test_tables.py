"""Tables and their indexes, made and read back on a server."""

from __future__ import annotations

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    UniqueConstraint,
    exc,
    insert,
    inspect,
    select,
    types,
)

from matrixone.vector import HnswVectorIndex, Vectorf32, Vectorf64

from .models import Document


def test_tables_and_their_columns(tables):
    inspector = inspect(tables)
    assert inspector.get_table_names() == ["authors", "books", "documents", "points"]
    assert inspector.get_pk_constraint("books")["constrained_columns"] == ["id"]
    columns = {column["name"]: column for column in inspector.get_columns("documents")}
    assert list(columns) == ["id", "body", "state", "single", "double"]
    assert isinstance(columns["single"]["type"], Vectorf32)
    assert columns["single"]["type"].dimension == 3
    assert isinstance(columns["double"]["type"], Vectorf64)
    assert columns["id"]["autoincrement"] is True
    assert columns["body"]["nullable"] is False
    assert columns["state"]["default"] == "'new'"


def test_indexes_are_real_and_come_back_as_they_were_made(tables):
    indexes = {index["name"]: index for index in inspect(tables).get_indexes("documents")}
    assert set(indexes) == {"ft", "iv"}
    assert indexes["ft"]["column_names"] == ["body"]
    assert indexes["ft"]["dialect_options"] == {"matrixone_prefix": "FULLTEXT", "matrixone_with_parser": "ngram"}
    assert indexes["iv"]["dialect_options"] == {
        "matrixone_using": "ivfflat",
        "matrixone_with": {"lists": 2, "op_type": "vector_l2_ops"},
    }


def test_foreign_and_unique_keys(tables):
    (foreign,) = inspect(tables).get_foreign_keys("books")
    assert foreign["name"] == "fk_author"
    assert (foreign["constrained_columns"], foreign["referred_table"]) == (["author_id"], "authors")
    assert foreign["options"] == {}
    (unique,) = inspect(tables).get_unique_constraints("authors")
    assert unique["column_names"] == ["name"]


def test_a_reflected_database_can_be_made_again(tables):
    reflected = MetaData()
    reflected.reflect(tables)
    before = {name: inspect(tables).get_indexes(name) for name in reflected.tables}
    reflected.drop_all(tables)
    assert inspect(tables).get_table_names() == []
    reflected.create_all(tables)
    assert {name: inspect(tables).get_indexes(name) for name in reflected.tables} == before


def test_indexes_are_dropped_and_made_alone(tables):
    (index,) = [index for index in Document.__table__.indexes if index.name == "iv"]
    index.drop(tables)
    assert [found["name"] for found in inspect(tables).get_indexes("documents")] == ["ft"]
    index.create(tables)
    index.create(tables, checkfirst=True)
    assert inspect(tables).has_index("documents", "iv")


def test_has_table(tables):
    inspector = inspect(tables)
    assert inspector.has_table("BOOKS")
    assert not inspector.has_table("no_such_table")
    assert not inspector.has_table("books", schema="no_such_database")
    with pytest.raises(exc.NoSuchTableError):
        inspector.get_columns("no_such_table")


def test_system_databases_are_hidden(tables):
    names = inspect(tables).get_schema_names()
    assert tables.url.database in names
    assert not {"mo_catalog", "mysql", "information_schema", "system"} & set(names)


def test_an_hnsw_index(engine):
    table = Table(
        "graph",
        MetaData(),
        Column("id", BigInteger, primary_key=True, autoincrement=False),
        Column("v", Vectorf32(3)),
        HnswVectorIndex("hn", "v", m=16, ef_construction=64, ef_search=32),
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET experimental_hnsw_index = 1")
        table.create(connection)
        (index,) = inspect(connection).get_indexes("graph")
        table.drop(connection)
    assert index["dialect_options"] == {
        "matrixone_using": "hnsw",
        "matrixone_with": {"m": 16, "ef_construction": 64, "ef_search": 32, "op_type": "vector_l2_ops"},
    }


def test_types_of_the_server_alone(engine):
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE kinds (u UUID PRIMARY KEY, b BOOL DEFAULT true, d DATALINK, n INT UNSIGNED, "
            "v VECINT8(2), w VECBF16(4), t TEXT COMMENT 'it''s') COMMENT 'all kinds'"
        )
    try:
        found = {column["name"]: column for column in inspect(engine).get_columns("kinds")}
        assert isinstance(found["u"]["type"], types.UUID)
        assert isinstance(found["b"]["type"], Boolean)
        assert found["n"]["type"].unsigned
        assert [str(found[name]["type"]) for name in ("d", "v", "w")] == ["datalink", "vecint8(2)", "vecbf16(4)"]
        assert found["t"]["comment"] == "it's"
        assert inspect(engine).get_table_comment("kinds") == {"text": "all kinds"}
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE kinds")


def test_views(tables):
    with tables.begin() as connection:
        connection.exec_driver_sql(
            "CREATE VIEW shelf AS SELECT id, `order` AS o, 1.5 AS price, cast(id AS UNSIGNED) AS big FROM books"
        )
    try:
        inspector = inspect(tables)
        assert inspector.get_view_names() == ["shelf"]
        assert "shelf" not in inspector.get_table_names()
        columns = {column["name"]: column["type"] for column in inspector.get_columns("shelf")}
        assert isinstance(columns["id"], Integer)
        assert (columns["o"].length, columns["big"].unsigned) == (20, True)
        assert isinstance(columns["price"], Numeric)
        assert "from books" in inspector.get_view_definition("shelf").lower()
    finally:
        with tables.begin() as connection:
            connection.exec_driver_sql("DROP VIEW shelf")


def test_names_with_blanks_backticks_and_reserved_words(engine):
    table = Table("select", MetaData(), Column("back`tick", Integer, primary_key=True), Column("Two Words", String(9)))
    table.create(engine)
    try:
        with engine.begin() as connection:
            connection.execute(insert(table).values({"back`tick": 1, "Two Words": "x"}))
            assert connection.execute(select(table)).all() == [(1, "x")]
        assert [column["name"] for column in inspect(engine).get_columns("select")] == ["back`tick", "Two Words"]
        assert inspect(engine).get_pk_constraint("select")["constrained_columns"] == ["back`tick"]
    finally:
        table.drop(engine)


WORDS = "apply begin cdc config coverage datalink end escape full minus remove retention strict subscription sync until"


def test_words_that_only_this_server_reserves(engine):
    words = WORDS.split()
    table = Table("upgrade", MetaData(), *(Column(word, Integer, index=True) for word in words))
    with engine.connect() as connection:
        table.create(connection)
        row = {word: number for number, word in enumerate(words)}
        connection.execute(insert(table), row)
        quick = table.alias("quick")
        found = connection.execute(select(*(quick.c[word].label(word) for word in words)).order_by(quick.c.end))
        assert found.mappings().one() == row
        table.drop(connection)


def test_options_and_comments_of_a_table(engine):
    metadata = MetaData()
    Table(
        "sorted_rows",
        metadata,
        Column("a", Integer, comment="two\nlines; it's"),
        Column("b", Integer),
        comment="100% 'quoted'",
        matrixone_cluster_by=["a", "b"],
    )
    Table(
        "parts",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        matrixone_partition_by="HASH(id) PARTITIONS 2",
    )
    metadata.create_all(engine)
    try:
        inspector = inspect(engine)
        assert inspector.get_table_comment("sorted_rows") == {"text": "100% 'quoted'"}
        assert inspector.get_columns("sorted_rows")[0]["comment"] == "two\nlines; it's"
        assert inspector.get_table_options("sorted_rows")["matrixone_cluster_by"] == ["a", "b"]
        assert "hash" in inspector.get_table_options("parts")["matrixone_partition_by"].lower()
        assert inspector.get_table_names() == ["parts", "sorted_rows"]
    finally:
        metadata.drop_all(engine)


def test_unique_constraints_keep_their_names(engine):
    table = Table(
        "passports",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("country", String(2)),
        Column("number", Integer),
        UniqueConstraint("country", "number", name="one_of_a_kind"),
    )
    with engine.begin() as connection:
        table.create(connection)
        (constraint,) = inspect(connection).get_unique_constraints("passports")
    assert (constraint["name"], constraint["column_names"]) == ("one_of_a_kind", ["country", "number"])


def test_a_check_cannot_be_on_a_key_that_counts(engine):
    counting = Column("A", Integer, primary_key=True)
    table = Table("counted", MetaData(), counting, Column("b", Integer), CheckConstraint("b > 0 AND a < 5"))
    with pytest.raises(exc.DBAPIError, match="check constraint cannot refer to auto-increment column 'A'"):
        table.create(engine)


@pytest.mark.parametrize(
    "kind", ["range (nowhere) (partition p0 values less than (10))", "hash (nowhere) partitions 2"]
)
def test_partitions_by_a_column_that_is_not_there(engine, kind):
    with engine.connect() as connection, pytest.raises(exc.DBAPIError, match="column nowhere does not exist"):
        connection.exec_driver_sql(f"CREATE TABLE unmade (id int) PARTITION BY {kind}")
