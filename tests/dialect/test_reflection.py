"""What inspectors and ``MetaData.reflect()`` find, and how many statements that takes."""

from __future__ import annotations

import io
import os
import re
import uuid

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    exc,
    inspect,
    make_url,
    text,
    types,
)
from sqlalchemy.dialects import mysql

from matrixone.dialect.types import DATALINK
from matrixone.exceptions import QueryError
from matrixone.fulltext import FulltextIndex
from matrixone.vector import IvfVectorIndex, Vectorf32


def model(count=3):
    metadata = MetaData()
    for number in range(count):
        Table(
            f"t{number:03}",
            metadata,
            Column("id", BigInteger, primary_key=True),
            Column("body", String(20), comment="a 'quoted' \\ note"),
            Column("v", Vectorf32(3)),
            comment="100% \\ it's",
        )
    return metadata


@pytest.fixture
def many(engine):
    """Many small tables, of which one more has hidden tables behind its indexes, and a view."""
    metadata = MetaData()
    for number in range(120):
        Table(f"t{number:03}", metadata, Column("id", Integer, primary_key=True), comment=f"{number}")
    indexed = (IvfVectorIndex("near", "v"), FulltextIndex("words", "body"))
    columns = (Column("id", BigInteger, primary_key=True), Column("body", String(20)), Column("v", Vectorf32(3)))
    Table("indexed", metadata, *columns, *indexed)
    with engine.begin() as connection:
        metadata.create_all(connection)
        connection.exec_driver_sql("CREATE VIEW seen AS SELECT id, body FROM indexed")
    yield metadata
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP VIEW seen")
        metadata.drop_all(connection)


def test_many_tables_take_few_statements(engine, many, sent):
    with engine.connect() as connection:
        sent.clear()
        found = MetaData()
        found.reflect(connection, views=True)
    assert set(found.tables) == {*many.tables, "seen"}
    assert found.tables["t007"].comment == "7"
    assert found.tables["seen"].c.body.type.length == 20
    assert {type(index) for index in found.tables["indexed"].indexes} == {IvfVectorIndex, FulltextIndex}
    # the names, two packets of up to a hundred, the comments
    assert len(sent) <= 4
    assert sum(statement.count("SHOW CREATE TABLE") for statement in sent) == 121


def test_multi_hooks_share_what_they_read(engine, many, sent):
    inspector = inspect(engine)
    sent.clear()
    assert len(inspector.get_multi_columns()) == 121
    before = len(sent)
    assert inspector.get_multi_table_comment()[(None, "t001")] == {"text": "1"}
    assert inspector.get_multi_pk_constraint()[(None, "t001")]["constrained_columns"] == ["id"]
    assert len(inspector.get_multi_indexes(filter_names=["indexed", "t001"])[(None, "indexed")]) == 2
    assert inspector.get_multi_foreign_keys()[(None, "t001")] == []
    assert inspector.get_multi_unique_constraints()[(None, "t001")] == []
    assert inspector.get_multi_check_constraints()[(None, "t001")] == []
    assert inspector.get_multi_table_options()[(None, "t001")] == {}
    assert len(sent) == before


def test_a_table_that_is_gone_meanwhile_leaves_the_others(engine, sent):
    metadata = model()
    metadata.create_all(engine)
    try:
        with engine.connect() as connection:
            inspector = inspect(connection)
            assert inspector.get_table_names() == ["t000", "t001", "t002"]
            connection.exec_driver_sql("DROP TABLE t001")
            sent.clear()
            assert {name for _, name in inspector.get_multi_columns()} == {"t000", "t002"}
            assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    finally:
        metadata.drop_all(engine)


def spoil(engine):
    """Put a statement that fails behind the first one of every packet of the engine."""

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def rewrite(_connection, _cursor, packet, parameters, _context, _many):
        return packet.replace("; SHOW", "; SELECT l2_distance('[1]', '[1, 2]'); SHOW", 1), parameters


@pytest.fixture
def three(engine):
    metadata = model()
    metadata.create_all(engine)
    yield engine
    engine.dispose()
    metadata.drop_all(engine)


def test_a_connection_lost_between_two_answers_is_no_missing_table(three):
    @event.listens_for(three, "after_cursor_execute")
    def cut(connection, _cursor, packet, _parameters, _context, _many):
        if "; SHOW" in packet:
            connection.connection.driver_connection._rfile = io.BytesIO()  # where the driver would read the next answer

    with three.connect() as connection:
        with pytest.raises(exc.OperationalError, match="Lost connection") as caught:
            inspect(connection).get_multi_columns()
        assert caught.value.connection_invalidated
        assert caught.value.statement == "SHOW CREATE TABLE `t001`"


def test_a_failure_that_is_no_missing_table_is_raised(three):
    spoil(three)
    with three.connect() as connection:
        with pytest.raises(exc.DBAPIError, match="dimension") as caught:
            inspect(connection).get_multi_columns()
        assert caught.value.statement == "SHOW CREATE TABLE `t001`"
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1


async def test_a_failure_on_the_asynchronous_face(three, async_engine):
    spoil(async_engine.sync_engine)
    async with async_engine.connect() as connection:
        with pytest.raises(exc.DBAPIError, match="dimension"):
            await connection.run_sync(lambda plain: inspect(plain).get_multi_columns())
        assert (await connection.exec_driver_sql("SELECT 1")).scalar() == 1


async def test_asynchronous_engines_reflect_the_same(engine, async_engine):
    metadata = model()
    metadata.create_all(engine)
    try:
        found = MetaData()
        async with async_engine.connect() as connection:
            await connection.run_sync(found.reflect)
        assert set(found.tables) == set(metadata.tables)
        assert found.tables["t001"].comment == "100% \\ it's"
        assert found.tables["t001"].c.body.comment == "a 'quoted' \\ note"
    finally:
        metadata.drop_all(engine)


def test_hidden_tables_are_in_no_list(engine, many):
    names = inspect(engine).get_table_names()
    assert not [name for name in names if name.startswith("__mo") or "%" in name]


def test_a_missing_table(engine):
    with pytest.raises(exc.NoSuchTableError, match="not_there"):
        inspect(engine).get_columns("not_there")
    assert not inspect(engine).has_table("not_there")
    assert not inspect(engine).has_table("not_there", schema="nor_its_database")


KINDS = {
    "bool": types.BOOLEAN,
    "uuid": types.UUID,
    "json": types.JSON,
    "datalink": DATALINK,
    "tinyint(1)": types.Integer,
    "year": mysql.YEAR,
    "bit(3)": mysql.BIT,
    "enum('a','b''c')": types.Enum,
}


def test_errors_after_reflection_are_those_of_the_sdk(client):
    with client.get_sqlalchemy_engine().connect() as connection:
        inspect(connection).get_table_names()
        with pytest.raises(exc.NoSuchTableError):
            inspect(connection).get_columns("missing")
        with pytest.raises(QueryError):
            connection.exec_driver_sql("SELECT * FROM missing")


def test_types_are_not_mistaken_for_others(engine):
    with engine.connect() as connection:
        columns = ", ".join(f"c{number} {kind}" for number, kind in enumerate(KINDS))
        connection.exec_driver_sql(f"CREATE TABLE kinds ({columns})")
        found = inspect(connection).get_columns("kinds")
        for column, expected in zip(found, KINDS.values(), strict=True):
            assert isinstance(column["type"], expected)
            assert expected is types.BOOLEAN or not isinstance(column["type"], types.Boolean)
        assert found[-1]["type"].enums == ["a", "b'c"]
        connection.exec_driver_sql("DROP TABLE kinds")


def test_the_columns_of_a_view(engine):
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE base (id INT UNSIGNED, a VARCHAR(7) NOT NULL, d DECIMAL(10, 2), t DATETIME(6), v VECF32(3))"
        )
        connection.exec_driver_sql("CREATE VIEW seen_of_base AS SELECT * FROM base")
        found = {each["name"]: each for each in inspect(connection).get_columns("seen_of_base")}
        written = {name: each["type"].compile(connection.dialect) for name, each in found.items()}
        assert written == {
            "id": "INTEGER UNSIGNED",
            "a": "VARCHAR(7)",
            "d": "DECIMAL(10, 2)",
            "t": "DATETIME(6)",
            "v": "vecf32(3)",
        }
        assert (found["a"]["nullable"], found["d"]["nullable"]) == (False, True)
        connection.exec_driver_sql("DROP VIEW seen_of_base")
        connection.exec_driver_sql("DROP TABLE base")


@pytest.fixture
def subscribed(root, other_database):
    """The URL of another account's database that is subscribed to one with a table ``shared``."""
    name = f"reflect_{uuid.uuid4().hex[:8]}"
    with root.connect() as connection:
        connection.exec_driver_sql(f"CREATE ACCOUNT {name} ADMIN_NAME 'admin' IDENTIFIED BY 'secret'")
        connection.exec_driver_sql(
            f"CREATE TABLE {other_database}.shared (id BIGINT PRIMARY KEY, a INT COMMENT 'it''s', v VECF32(3))"
            " COMMENT 'all of it'"
        )
        connection.exec_driver_sql(f"CREATE PUBLICATION {name} DATABASE {other_database} ACCOUNT {name}")
        url = make_url(root.url).set(username=f"{name}:admin", password="secret", database=None)
        subscriber = create_engine(url, isolation_level="AUTOCOMMIT")
        try:
            with subscriber.connect() as other:
                other.exec_driver_sql(f"CREATE DATABASE subscribed FROM sys PUBLICATION {name}")
            yield url.set(database="subscribed")
        finally:
            subscriber.dispose()
            connection.exec_driver_sql(f"DROP ACCOUNT {name}")
            connection.exec_driver_sql(f"DROP PUBLICATION {name}")


def test_subscribed_databases(subscribed):
    engine = create_engine(subscribed)
    inspector = inspect(engine)
    assert inspector.get_table_names() == ["shared"]
    assert inspector.has_table("shared")
    assert not inspector.has_table("not_shared")
    found = MetaData()
    found.reflect(engine)
    table = found.tables["shared"]
    assert [column.name for column in table.columns] == ["id", "a", "v"]
    assert (table.comment, table.c.a.comment, table.c.v.type.dimension) == ("all of it", "it's", 3)
    engine.dispose()


@pytest.mark.skipif(not os.environ.get("MATRIXONE_TEST_URL"), reason="the embedded server prints every table")
def test_a_table_the_server_cannot_print(engine):
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CREATE SEQUENCE bare_numbers")
        connection.exec_driver_sql("CREATE TABLE bare (id INT DEFAULT nextval('bare_numbers'))")
        inspector = inspect(connection)
        assert inspector.has_table("bare")
        with pytest.raises(exc.UnreflectableTableError, match=re.escape("SHOW CREATE TABLE `bare`")):
            inspector.get_columns("bare")
        connection.exec_driver_sql("DROP TABLE bare")
        connection.exec_driver_sql("DROP SEQUENCE bare_numbers")


def test_colons_in_loaded_tables_are_no_parameters(engine):
    create = (
        "CREATE TABLE colons (a varchar(20) default ':0 :a \\\\:b', b varchar(20) default (concat(':q', 'x:y')), n int,"
        " c varchar(40) GENERATED ALWAYS AS (concat(a, ':x')) STORED, CONSTRAINT k CHECK (a <> ':y'))"
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(create)
        # What the inspector answers, and an application compares, is what the server printed.
        a, b, _, c = inspect(connection).get_columns("colons")
        assert (a["default"], b["default"]) == (r"':0 :a \\:b'", "(concat(':q', 'x:y'))")
        assert c["computed"]["sqltext"] == "concat(a, ':x')"
        (check,) = inspect(connection).get_check_constraints("colons")
        table = Table("colons", MetaData(), autoload_with=connection)
        assert table.c.a.server_default.arg.text == a["default"]
        table.drop(connection)
        table.to_metadata(MetaData()).create(connection)
        assert inspect(connection).get_check_constraints("colons") == [check]
        connection.execute(table.insert().values(n=1))
        assert connection.execute(table.select()).one() == (r":0 :a \:b", ":qx:y", 1, r":0 :a \:b:x")


def test_what_is_declared_beside_a_loaded_column_stays(engine):
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE overridden (a int default 1, b int default 2)")
        own = Column("b", Integer, server_default=text("1 + :more").bindparams(more=2))
        table = Table("overridden", MetaData(), own, autoload_with=connection)
        assert table.c.b.server_default is own.server_default
        table.drop(connection)
        table.create(connection)
        assert inspect(connection).get_columns("overridden")[1]["default"] == "(1 + 2)"
