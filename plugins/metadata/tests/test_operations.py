"""What is sent and how it is read, without a server."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_metadata import ColumnInfo, ColumnStats, IndexInfo, MetadataColumn, MetadataRow, TableInfo, TableKind
from matrixone_metadata.catalog import FindTable, ListColumns, ListIndexes, ListTables
from matrixone_metadata.objects import ScanObjects, details, readable_size, summary
from matrixone_metadata.statistics import CountRows, ReadStatistics, StoredRows, StoredSize
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.operations import InTransaction

SCANNED = [*MetadataColumn]
OBJECT = ("id", "o1", 0, "there", "1795350317656142030-0", "0-0", 10, 1, 100, 250, None, None, None)


def compiled(operation):
    return operation.statement().compile(dialect=MatrixOneDialect_pymysql())


def sql(operation):
    return " ".join(str(compiled(operation)).split())


def result(columns, *rows):
    return IteratorResult(SimpleResultMetaData(columns), iter(rows))


@pytest.mark.parametrize(
    ("operation", "values"),
    [
        (ListTables("Shop"), {"database": "shop"}),
        (FindTable("Shop", "Items"), {"database": "shop", "table": "items"}),
        (ListColumns("Shop", "Items"), {"database": "shop", "table": "items"}),
        (ListIndexes("Shop", "Items"), {"database": "shop", "table": "items"}),
        (ScanObjects("Shop", "Items"), {"scanned": "shop.items"}),
        (ScanObjects("shop", "items", "IX", tombstone=True), {"scanned": "shop.items.?ix.#"}),
        (ScanObjects("shop", "items", tombstone=True), {"scanned": "shop.items.#"}),
        (ReadStatistics("Shop", "Items"), {"name": "shop.items"}),
        (StoredRows("shop", "items"), {"database": "shop", "table": "items"}),
        (StoredSize("shop", "items"), {"database": "shop", "table": "items"}),
        (CountRows(("shop", "items")), {}),
    ],
)
def test_values_are_bound_and_columns_are_named(operation, values):
    assert dict(compiled(operation).params) == values
    assert operation.in_transaction is InTransaction.READS
    assert operation.name.startswith("metadata.")
    assert "SELECT *" not in sql(operation)


def test_t10_mo_tables_is_never_read_whole():
    for operation in (ListTables("d"), FindTable("d", "t"), ListIndexes("d", "t")):
        assert "mo_catalog.mo_tables" in sql(operation)
        assert "*" not in sql(operation)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (CountRows(("shop", "it`ems")), "SELECT COUNT(*) FROM `shop`.`it``ems`"),
        (StoredRows("d", "t"), "SELECT mo_table_rows(%s, %s)"),
        (StoredSize("d", "t"), "SELECT mo_table_size(%s, %s)"),
        (
            ScanObjects("d", "t"),
            (
                "SELECT `col_name`, `object_name`, `is_hidden`, `obj_loc`, `create_ts`, `delete_ts`, `rows_cnt`, `null_cnt`, "
                "`compress_size`, `origin_size`, `min`, `max`, `sum` FROM metadata_scan(%s, '*') g"
            ),
        ),
    ],
)
def test_the_statement(operation, expected):
    assert sql(operation) == expected


@given(st.text(max_size=20), st.text(max_size=20))
def test_names_are_values(database, table):
    assert dict(compiled(ReadStatistics(database, table)).params) == {"name": f"{database.lower()}.{table.lower()}"}
    assert sql(FindTable(database, table)) == sql(FindTable("d", "t"))


def test_reading_tables():
    rows = result(["relname", "relkind", "rel_comment"], ("t", "r", "c"), ("__mo_1", "i", ""), ("w", "v", None))
    assert ListTables("d").read(rows) == [TableInfo("t", TableKind.TABLE, "c"), TableInfo("w", TableKind.VIEW)]
    assert FindTable("d", "t").read(result(["relkind"], ("S",))) == TableKind.SEQUENCE
    assert FindTable("d", "t").read(result(["relkind"])) is None


def test_reading_columns():
    names = ["column_name", "column_type", "is_nullable", "column_default", "extra", "column_comment"]
    rows = result(
        names,
        ("id", "INT(32)", "NO", None, "auto_increment", ""),
        ("Name", "VARCHAR(20)", "YES", "'x'", "", "what"),
        ("__mo_cpkey_col", "VARCHAR(65535)", "NO", None, "", ""),
    )
    assert ListColumns("d", "t").read(rows) == [
        ColumnInfo("id", "INT(32)", nullable=False, auto_increment=True),
        ColumnInfo("Name", "VARCHAR(20)", default="'x'", comment="what"),
    ]


def test_reading_indexes():
    names = [
        "name",
        "type",
        "column_name",
        "algo",
        "algo_params",
        "is_visible",
        "comment",
        "algo_table_type",
        "index_table_name",
    ]
    rows = result(
        names,
        ("PRIMARY", "PRIMARY", "id", "", "", 1, "", "", None),
        ("iv", "MULTIPLE", "v", "ivfflat", '{"lists":"2"}', 1, "", "centroids", "__mo_1"),
        ("iv", "MULTIPLE", "v", "ivfflat", '{"lists":"2"}', 1, "", "entries", "__mo_2"),
        ("ix", "MULTIPLE", "b", "", None, 0, "two", "", "__mo_3"),
        ("ix", "MULTIPLE", "c", "", None, 0, "two", "", "__mo_3"),
        ("ix", "MULTIPLE", "__mo_alias_id", "", None, 0, "two", "", "__mo_3"),
    )
    assert ListIndexes("d", "t").read(rows) == [
        IndexInfo("PRIMARY", "PRIMARY", ("id",)),
        IndexInfo(
            "iv",
            "MULTIPLE",
            ("v",),
            "ivfflat",
            {"lists": "2"},
            hidden_tables={"centroids": "__mo_1", "entries": "__mo_2"},
        ),
        IndexInfo("ix", "MULTIPLE", ("b", "c"), visible=False, comment="two", hidden_tables={"index": "__mo_3"}),
    ]


def test_reading_objects():
    (row,) = ScanObjects("d", "t").read(result(SCANNED, OBJECT)).rows
    found = MetadataRow.from_sqlalchemy_row(row)
    written = dt.datetime(2026, 11, 22, 12, 25, 17, 656142, tzinfo=dt.UTC)
    assert found == MetadataRow("id", "o1", False, "there", written, None, 10, 1, 100, 250)
    assert summary([found, found]) == {
        "total_objects": 2,
        "original_size": "500 B",
        "compress_size": "200 B",
        "row_cnt": 20,
        "null_cnt": 2,
    }
    assert details(found) == {
        "object_name": "o1",
        "create_ts": written,
        "delete_ts": None,
        "row_cnt": 10,
        "null_cnt": 1,
        "original_size": "250 B",
        "compress_size": "100 B",
    }


def test_each_object_once():
    rows = [OBJECT, ("name", *OBJECT[1:]), ("id", "o2", *OBJECT[2:])]
    assert len(ScanObjects("d", "t").read(result(SCANNED, *rows)).rows) == 3
    once = ScanObjects("d", "t", distinct=True).read(result(SCANNED, *rows))
    assert [(row.col_name, row.object_name) for row in once] == [("id", "o1"), ("id", "o2")]


def test_reading_statistics():
    maps = ('{"a":"INT"}', '{"a":9.5}', '{"a":1}', '{"a":10}', '{"a":2}', '{"a":40}')
    row = ("d.t", 10.0, 1, 2, 0.5, *maps)
    stats = ReadStatistics("d", "t").read(result([str(n) for n in range(11)], row))
    assert (stats.table, stats.rows, stats.blocks, stats.objects, stats.sampling_ratio) == ("d.t", 10, 1, 2, 0.5)
    assert stats.columns == {"a": ColumnStats("INT", 9.5, 1, 10, 2, 40)}
    assert ReadStatistics("D", "t").read(result(["x"])).table == "d.t"


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KB"), (1572864, "1.5 MB"), (3 << 30, "3.0 GB"), (5 << 50, "5120.0 TB")],
)
def test_sizes_for_people(count, expected):
    assert readable_size(count) == expected
