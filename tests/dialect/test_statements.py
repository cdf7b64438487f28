from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    exc,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column  # noqa: TC002 - the mapper reads Mapped at run time

import matrixone
from matrixone.dialect.hints import with_snapshot
from matrixone.dialect.partitions import MAXVALUE, Partition
from matrixone.vector import Vectorf32, l2_distance, with_rank


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "statement_items"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str | None] = mapped_column(String(20), unique=True)
    name: Mapped[str | None] = mapped_column(String(200))


items = Item.__table__
points = Table("statement_points", MetaData(), Column("id", Integer, primary_key=True), Column("v", Vectorf32(2)))
ROWS = [{"id": 1, "code": "a", "name": "one"}, {"id": 2, "code": "b", "name": "two"}]


@pytest.fixture
def stored(client, matrixone_database):
    with client.session() as session:
        session.execute(text(CREATE))
        session.execute(matrixone.insert(items), ROWS)
    return client


CREATE = "CREATE TABLE statement_items (id INT PRIMARY KEY, code VARCHAR(20) UNIQUE, name VARCHAR(200))"
NAMES = matrixone.select(items.c.id, items.c.name).order_by(items.c.id)


def upserted():
    statement = matrixone.insert(items)
    return statement.on_duplicate_key_update(name=statement.inserted.name)


def test_text_of_statements(sql):
    rows = [{"id": 1, "name": "x"}, {"id": 2, "name": "y"}]
    assert sql(matrixone.replace(items).values(rows)).startswith("REPLACE INTO statement_items (id, name) VALUES (")
    copied = matrixone.replace(items).from_select(["id"], matrixone.select(points.c.id))
    assert sql(copied).startswith("REPLACE INTO statement_items (id) SELECT")
    assert sql(matrixone.insert(items).ignore()).startswith("INSERT IGNORE INTO statement_items")
    assert sql(upserted()).endswith("ON DUPLICATE KEY UPDATE name = VALUES(name)")


def test_another_dialect_does_not_take_replace_for_insert():
    with pytest.raises(exc.UnsupportedCompilationError):
        matrixone.replace(items).compile(dialect=mysql.dialect())


def test_select_of_the_past(sql):
    assert "{SNAPSHOT = 's'}" in sql(matrixone.select(Item, snapshot="S"))
    assert "{SNAPSHOT = 's'}" in sql(matrixone.select(Item).with_snapshot("s").where(Item.id > 1))
    assert "{TIMESTAMP = '2026-01-02" in sql(matrixone.select(Item).as_of(datetime(2026, 1, 2, tzinfo=UTC)))
    with pytest.raises(exc.ArgumentError, match="read at one time"):
        matrixone.select(Item, snapshot="s").with_snapshot("t")
    with pytest.raises(exc.ArgumentError, match="read at one time"):
        matrixone.select(Item, snapshot="s").as_of(datetime.now(UTC))


def test_readable_sql_holds_its_values():
    shown = matrixone.compile_select_to_sql(matrixone.select(items.c.id).where(items.c.name.like("5%'")))
    assert shown.endswith("LIKE '5%'''")
    query = matrixone.Client().query(items.c.id).where("name = ?", "it's")
    assert matrixone.compile_select_to_sql(query).endswith("(name = 'it''s')")


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (matrixone.replace(items), "REPLACE"),
        (matrixone.insert(items).ignore(), "INSERT IGNORE"),
        (upserted(), "INSERT ON DUPLICATE KEY UPDATE"),
    ],
)
def test_returning_is_refused(sql, statement, reason):
    with pytest.raises(exc.CompileError, match=f"DML RETURNING does not support {reason}$"):
        sql(statement.returning(items.c.id))


@pytest.mark.parametrize("column", ["id", "a", "b", "c"])
def test_upserts_change_no_unique_column(sql, column):
    columns = [Column("id", Integer, primary_key=True), Column("a", Integer, unique=True)]
    columns += [Column(name, Integer) for name in "bc"]
    table = Table("t", MetaData(), *columns, UniqueConstraint("b"), Index("i", "c", unique=True))
    with pytest.raises(exc.CompileError, match=f"primary or unique key: {column}"):
        sql(matrixone.insert(table).on_duplicate_key_update({column: 1}))


def test_the_server_has_the_reasons(stored):
    for refused in (
        "REPLACE INTO statement_items VALUES (1, 'a', 'x') RETURNING id",
        "INSERT IGNORE INTO statement_items VALUES (1, 'a', 'x') RETURNING id",
        "INSERT INTO statement_items VALUES (1, 'a', 'x') ON DUPLICATE KEY UPDATE name = 'x' RETURNING id",
        "INSERT INTO statement_items VALUES (1, 'a', 'x') ON DUPLICATE KEY UPDATE code = 'x'",
    ):
        with stored.session() as session, pytest.raises(matrixone.MatrixOneError, match=r"20105|20313|not support"):
            session.execute(text(refused))


# SQLAlchemy 2.0 says so of its own class; 2.1 has mended it.
@pytest.mark.filterwarnings("ignore:Class OnDuplicateClause will not make use:sqlalchemy.exc.SAWarning")
@pytest.mark.parametrize(
    ("statement", "names"),
    [
        (matrixone.replace(Item), ["new", "two", "three"]),
        (matrixone.insert(Item).ignore(), ["one", "two", "three"]),
        (upserted(), ["new", "two", "three"]),
    ],
)
@pytest.mark.parametrize("is_many", [False, True])
def test_rows_that_are_there(stored, statement, names, is_many):
    rows = [{"id": 1, "code": "a", "name": "new"}, {"id": 3, "code": "c", "name": "three"}]
    with stored.session() as session:
        if is_many:
            session.execute(statement, rows)
        else:
            session.execute(statement.values(rows))
        assert [row.name for row in session.execute(NAMES)] == names


@pytest.mark.filterwarnings("ignore:Class OnDuplicateClause will not make use:sqlalchemy.exc.SAWarning")
async def test_rows_that_are_there_async(async_client):
    async with async_client.session() as session:
        await session.execute(text(CREATE))
        await session.execute(matrixone.insert(items), ROWS)
        await session.execute(matrixone.replace(Item), [{"id": 1, "code": "a", "name": "new"}])
        await session.execute(matrixone.insert(Item).ignore().values(ROWS))
        await session.execute(upserted(), [{"id": 2, "code": "b", "name": "newer"}])
        assert [row.name for row in await session.execute(NAMES)] == ["new", "newer"]


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=50))
def test_replace_keeps_values(stored, name):
    with stored.session() as session:
        session.execute(matrixone.replace(items), [{"id": 9, "code": "z", "name": name}])
        assert session.execute(matrixone.select(items.c.name).where(items.c.id == 9)).scalar_one() == name


def nearest():
    return matrixone.select(points.c.id).order_by(l2_distance(points.c.v, [1, 1])).limit(1)


def test_ranked_searches(client, matrixone_database):
    with client.session() as session:
        session.execute(text("CREATE TABLE statement_points (id INT PRIMARY KEY, v VECF32(2))"))
        session.execute(matrixone.insert(points), [{"id": 1, "v": [0, 0]}, {"id": 2, "v": [1, 1]}])
        for mode in ("exact", "filter_first", "filter_afterwards"):
            assert session.execute(with_rank(nearest(), mode)).scalars().all() == [2]


def test_ranked_text(sql):
    assert sql(with_rank(nearest(), "filter_first")).endswith("BY RANK WITH OPTION 'mode=pre'")
    with pytest.raises(exc.CompileError, match="BY RANK follows a LIMIT"):
        sql(with_rank(nearest().limit(None), "exact"))
    with pytest.raises(exc.CompileError, match="search of the past is exact"):
        sql(with_snapshot(with_rank(nearest(), "filter_first"), "s"))
    assert "mode=force" in sql(with_snapshot(with_rank(nearest(), "exact"), "s"))


@pytest.mark.parametrize(
    ("partition", "shown"),
    [
        (Partition.hash("id", 2), "hash"),
        (Partition.key("id", 2), "key"),
        (Partition.range("id", {"low": 10, "high": MAXVALUE}), "range"),
        (Partition.list("id", {"odd": [1, 3], "even": [2, 4]}), "list"),
    ],
)
def test_partitioned_tables(engine, partition, shown):
    columns = Column("id", Integer, primary_key=True, autoincrement=False), Column("n", Integer)
    table = Table(f"parted_{shown}", MetaData(), *columns, matrixone_partition_by=partition)
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(matrixone.insert(table), [{"id": 1, "n": 1}])
        created = connection.exec_driver_sql(f"SHOW CREATE TABLE {table.name}").one()[1]
    assert f"partition by {shown}" in created.lower()


@pytest.mark.parametrize("verb", [insert, matrixone.insert, matrixone.replace])
def test_rows_of_a_union_are_inserted(stored, verb):
    """The server takes a UNION in an INSERT in parentheses only."""
    union = select(literal(3)).union_all(select(literal(4)), select(literal(5)).union(select(literal(6))))
    with stored.session() as session:
        session.execute(verb(items).from_select(["id"], union))
        assert session.scalars(select(items.c.id).order_by(items.c.id)).all() == [1, 2, 3, 4, 5, 6]
