"""What a server tells about tables."""

import datetime as dt

import pytest
from matrixone_metadata import MetadataColumn, MetadataRow, TableInfo, TableKind
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base

from matrixone.exceptions import ConfigurationError, InvalidNameError, QueryError

Base = declarative_base()


class Item(Base):
    __tablename__ = "items"
    id = Column(Integer, primary_key=True)


def test_tables(items, matrixone_database):
    expected = [TableInfo("cheap", TableKind.VIEW), TableInfo("items", TableKind.TABLE)]
    assert items.metadata.tables() == items.metadata.tables(matrixone_database.upper()) == expected
    assert items.metadata.tables("nosuch_database") == []


def test_columns(items, matrixone_database):
    columns = items.metadata.columns(f"{matrixone_database}.items")
    assert [column.name for column in columns] == ["id", "k", "Name", "v", "body"]
    assert [column.primary_key for column in columns] == [True, True, False, False, False]
    number, _, name, vector, _ = columns
    assert number.auto_increment
    assert not number.nullable
    assert (name.type, name.nullable, name.default, name.comment) == ("VARCHAR(20)", False, "'x'", "what")
    assert (vector.type, vector.nullable, vector.default, vector.comment) == ("VECF32(2)", True, None, "")
    assert [column.name for column in items.metadata.columns("cheap")] == ["id", "name"]
    assert items.metadata.columns(Item) == columns


def test_indexes_and_their_hidden_tables(items):
    indexes = {index.name: index for index in items.metadata.indexes("ITEMS")}
    assert {name: index.type for name, index in indexes.items()} == {
        "PRIMARY": "PRIMARY",
        "ft": "FULLTEXT",
        "iv": "MULTIPLE",
        "ix": "MULTIPLE",
        "uq": "UNIQUE",
    }
    assert indexes["PRIMARY"].columns == ("id", "k")
    assert indexes["PRIMARY"].hidden_tables == {}
    assert indexes["uq"].columns == ("k", "Name")
    assert indexes["iv"].algorithm == "ivfflat"
    assert indexes["iv"].options["op_type"] == "vector_l2_ops"
    assert set(indexes["iv"].hidden_tables) == {"metadata", "centroids", "entries"}
    hidden = [name for index in indexes.values() for name in index.hidden_tables.values()]
    assert len(set(hidden)) == 6
    assert items.metadata.indexes("cheap") == []


def test_rows(items):
    assert items.metadata.row_count("items") == items.metadata.row_count(Item) == 497
    assert items.metadata.row_count("cheap") == 497
    assert 0 <= items.metadata.row_count("items", exact=False) <= 500
    with items.session() as session:
        session.execute("DELETE FROM items WHERE k < 10")
        assert session.metadata.row_count("items") == 491
        session.rollback()
    assert items.metadata.table_size("items") >= 0


def test_statistics(items, matrixone_database):
    stats = items.metadata.table_stats("items")
    assert stats.table == f"{matrixone_database}.items"
    assert stats.rows >= 0
    assert stats.objects >= 0
    assert all(column.type for column in stats.columns.values())


@pytest.mark.parametrize("table", ["cheap", "numbers"])
def test_trap_the_statistics_of_a_view_end_the_server(items, matrixone_database, table):
    items.execute("CREATE SEQUENCE numbers")
    manager = items.metadata
    for call in (
        lambda: manager.table_stats(table),
        lambda: manager.table_stats(f"{matrixone_database}.{table}"),
        lambda: manager.table_size(table),
        lambda: manager.row_count(table, exact=False),
        lambda: manager.scan(matrixone_database, table),
        lambda: manager.get_table_brief_stats(matrixone_database, table),
        lambda: manager.get_table_stats(matrixone_database, table),
    ):
        with pytest.raises(ConfigurationError, match="not a table that is stored"):
            call()


def test_scans(items, matrixone_database):
    raw = items.metadata.scan(matrixone_database, "Items")
    assert sum(row._mapping["rows_cnt"] for row in raw if row._mapping["col_name"] == "id") == 500
    rows = items.metadata.scan(matrixone_database, "items", columns="*")
    assert rows == items.metadata.scan(matrixone_database, "items", columns=[])
    assert all(isinstance(row, MetadataRow) for row in rows)
    assert {row.col_name for row in rows} >= {"id", "k", "v", "body"}
    assert abs(rows[0].create_ts - dt.datetime.now(dt.UTC)) < dt.timedelta(hours=1)
    assert rows[0].delete_ts is None
    chosen = items.metadata.scan(matrixone_database, "items", columns=["col_name", MetadataColumn.ROWS_CNT])
    assert {"col_name": "k", "rows_cnt": 500} in chosen
    assert items.metadata.scan(matrixone_database, "items", columns="rows_cnt")[0] == {"rows_cnt": 500}
    once = items.metadata.objects(matrixone_database, "items")
    assert len({each.object_name for each in rows}) == len(once)
    assert sum(each.rows_cnt for each in items.metadata.objects(matrixone_database, "items", is_tombstone=True)) == 3
    assert sum(each.rows_cnt for each in items.metadata.objects(matrixone_database, "items", indexname="UQ")) >= 497


def test_brief_and_detailed(items, matrixone_database):
    manager = items.metadata
    brief = manager.get_table_brief_stats(
        matrixone_database, "items", include_tombstone=True, include_indexes=["ix", "ft"]
    )
    assert set(brief) == {"items", "tombstone", "ix", "ft"}
    assert brief["items"]["row_cnt"] == 500
    assert brief["ix"]["row_cnt"] >= 497
    assert brief["tombstone"]["row_cnt"] == 3
    assert brief["items"]["original_size"].endswith("KB")
    assert set(manager.get_table_brief_stats(matrixone_database, "items", is_tombstone=True)) == {"tombstone"}
    assert set(manager.get_table_brief_stats(matrixone_database, "items", indexname="iv")) == {"iv"}
    detailed = manager.get_table_detail_stats(matrixone_database, "items", include_indexes=["ix"])
    assert set(detailed) == {"items", "ix"}
    assert sum(each["row_cnt"] for each in detailed["items"]) == 500
    stats = manager.get_table_stats(matrixone_database, "items", include_indexes=["ix"], include_tombstone=True)
    assert stats["total_rows"] == 500
    assert stats["total_size"] > 1024
    assert stats["compression_ratio"] > 1
    assert stats["table"] == brief["items"]
    assert stats["tombstone"] == brief["tombstone"]
    assert set(stats["indexes"]) == {"ix"}


def test_an_empty_table(items, matrixone_database):
    items.execute("CREATE TABLE nothing (id INT PRIMARY KEY)")
    assert items.metadata.get_table_brief_stats(matrixone_database, "nothing") == {}
    stats = items.metadata.get_table_stats(matrixone_database, "nothing")
    assert (stats["total_rows"], stats["total_size"], stats["compression_ratio"]) == (0, 0, None)
    assert items.metadata.table_stats("nothing").rows == 0


def test_what_is_missing(items, matrixone_database):
    manager = items.metadata
    for call in (
        lambda: manager.columns("nosuch"),
        lambda: manager.indexes("nosuch"),
        lambda: manager.row_count("nosuch"),
        lambda: manager.row_count("nosuch", exact=False),
        lambda: manager.table_size("nosuch"),
        lambda: manager.table_stats("nosuch.items"),
        lambda: manager.scan(matrixone_database, "nosuch"),
        lambda: manager.scan("nosuch", "items"),
        lambda: manager.scan(matrixone_database, "items", indexname="nosuch"),
    ):
        with pytest.raises(QueryError):
            call()


def test_arguments_that_cannot_work(items, matrixone_database):
    manager = items.metadata
    for call in (
        lambda: manager.scan(matrixone_database, "it.ems"),
        lambda: manager.scan(matrixone_database, "items", indexname="?ix"),
        lambda: manager.scan(matrixone_database, "#"),
        lambda: manager.scan(matrixone_database, "items", columns=["nosuch"]),
        lambda: manager.scan(matrixone_database, "items", columns="nosuch"),
        lambda: manager.get_table_stats(matrixone_database, "items", include_indexes="ix"),
    ):
        with pytest.raises(ConfigurationError):
            call()
    for call in (lambda: manager.columns(""), lambda: manager.scan("", "items"), lambda: manager.tables("x" * 65)):
        with pytest.raises(InvalidNameError):
            call()


@pytest.mark.parametrize("name", ["it's", 'a"b', "a`b", "a b", "%s", ":x", "a;b", "中文", "select"])
def test_hostile_names(matrixone_client, name):
    quoted = "`" + name.replace("`", "``") + "`"
    matrixone_client.create_table(quoted, {"id": "int primary key"})
    manager = matrixone_client.metadata
    assert [table.name for table in manager.tables()] == [name]
    assert [column.name for column in manager.columns(quoted)] == ["id"]
    assert [index.name for index in manager.indexes(quoted)] == ["PRIMARY"]
    assert manager.row_count(quoted) == 0


def test_in_the_transaction(matrixone_client):
    with matrixone_client.session() as session:
        session.create_table("fresh", {"id": "int primary key", "name": "varchar(5)"})
        assert [table.name for table in session.metadata.tables()] == ["fresh"]
        assert [column.name for column in session.metadata.columns("fresh")] == ["id", "name"]
        session.rollback()
    assert matrixone_client.metadata.tables() == []


async def test_asynchronously(items, matrixone_async_client, matrixone_database):
    async with matrixone_async_client as client:
        async with client.session() as session:
            manager = session.metadata
            assert [table.name for table in await manager.tables()] == ["cheap", "items"]
            assert len(await manager.columns(Item)) == 5
            assert len(await manager.indexes("items")) == 5
            assert await manager.row_count("items") == 497
        with pytest.raises(ConfigurationError):
            await client.metadata.table_stats("cheap")
        assert (await client.metadata.scan(matrixone_database, "items", columns="*"))[0].rows_cnt == 500
        assert len(await client.metadata.objects(matrixone_database, "items")) == 1
        assert "items" in await client.metadata.get_table_brief_stats(matrixone_database, "items")
        assert "items" in await client.metadata.get_table_detail_stats(matrixone_database, "items")
        assert (await client.metadata.get_table_stats(matrixone_database, "items"))["total_rows"] == 500
        assert (await client.metadata.table_stats("items")).rows >= 0
        assert await client.metadata.table_size("items") >= 0
