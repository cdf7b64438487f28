"""metadata_scan, table_stats, flushes and the hidden tables of indexes; texts and bytes as a MatrixOne v4.2.0 has them."""

import json
import struct
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matrixone_lite.engine import types
from matrixone_lite.engine.tuples import packed

FORMS = (
    "db_name.table_name or db_name.table_name.?index_name or db_name.table_name.# or "
    "db_name.table_name.?index_name.# format"
)
OBJECT_COLUMNS = [
    "col_name",
    "object_name",
    "is_hidden",
    "obj_loc",
    "create_ts",
    "delete_ts",
    "rows_cnt",
    "null_cnt",
    "compress_size",
    "origin_size",
    "min",
    "max",
    "sum",
    "level",
]


@pytest.fixture
def table(db):
    db.run(
        "create table t (Id int primary key, a varchar(90), n int, d decimal(10,2), v vecf32(2), body text, "
        "key ix (n), unique key uq (a), fulltext ft (body), key two (n, a))",
        "insert into t values (1, 'one', 1, 1.5, '[1,2]', 'red fish'), (2, 'two', null, -2, '[3,4]', null), "
        "(300, 'three', 7, null, null, 'blue')",
    )
    return db


def flush(db, name="t_db.t"):
    db.run(f"select mo_ctl('dn', 'flush', '{name}')")


def scan(db, source, columns, column="*"):
    return db.rows(f"select {columns} from metadata_scan('{source}', '{column}') g")


# --- objects ---------------------------------------------------------------------------------------------------------


def test_the_columns_of_an_object(table):
    assert table.names("select * from metadata_scan('t_db.t', '*') g") == OBJECT_COLUMNS


def test_what_is_flushed_is_in_the_object(table):
    assert scan(table, "t_db.t", "*") == []
    flush(table)
    assert scan(table, "t_db.t", "col_name, rows_cnt, is_hidden, level") == [
        [name, 3, 0, 0] for name in ("id", "a", "n", "d", "v", "body")
    ]
    table.run("insert into t (id) values (4)")
    assert scan(table, "t_db.t", "max(rows_cnt)") == [[3]]
    table.run("select mo_ctl('dn', 'checkpoint', '')")
    assert scan(table, "t_db.t", "max(rows_cnt), count(distinct object_name)") == [[4, 1]]


def test_deleted_rows_stay_in_the_object_and_become_tombstones(table):
    flush(table)
    table.run("delete from t where id = 1", "update t set n = 8 where id = 2")
    assert scan(table, "t_db.t", "max(rows_cnt)") == [[3]]
    assert scan(table, "t_db.t.#", "*") == []
    flush(table)
    assert scan(table, "t_db.t", "max(rows_cnt)") == [[4]]
    assert scan(table, "t_db.t.#", "max(rows_cnt)") == [[2]]


def test_rows_that_no_flush_has_seen_are_nowhere(table):
    table.run("delete from t where id = 1")
    flush(table)
    assert scan(table, "t_db.t", "max(rows_cnt)") == [[2]]
    assert scan(table, "t_db.t.#", "*") == []


def test_bounds_and_sums(table):
    flush(table)
    found = {
        column: scan(table, "t_db.t", "null_cnt, hex(min), hex(max), hex(sum), origin_size", column)[0]
        for column in ("id", "a", "n", "d", "v")
    }
    assert found == {
        "id": [0, "01000000", "2C010000", "2F01000000000000", 3 * 4 + 38],
        "a": [0, b"one".hex().upper(), b"two".hex().upper(), "", 3 * 24 + 38],
        "n": [1, "01000000", "07000000", "0800000000000000", 3 * 4 + 38],
        "d": [1, "38FFFFFFFFFFFFFF", "9600000000000000", "CEFFFFFFFFFFFFFF", 3 * 8 + 38],
        "v": [1, None, None, None, 3 * 24 + 38],
    }


def test_a_long_text_is_cut_and_its_upper_bound_rounded_up(table):
    table.run("update t set a = repeat('abcdefghij', 6)  where id = 1", "delete from t where id > 1")
    flush(table)
    assert scan(table, "t_db.t", "cast(min as char), cast(max as char), origin_size", "a") == [
        ["abcdefghij" * 3, "abcdefghij" * 2 + "abcdefghik", 24 + 60 + 38]
    ]


@pytest.mark.parametrize(
    ("index", "columns"),
    [
        ("ix", ["__mo_index_idx_col", "__mo_index_pri_col"]),
        ("ft", ["doc_id", "pos", "word"]),
        ("two", ["__mo_index_idx_col", "__mo_index_pri_col"]),
    ],
)
def test_indexes_have_objects(table, index, columns):
    flush(table)
    assert [row[0] for row in scan(table, f"t_db.t.?{index}", "col_name, rows_cnt")] == columns
    assert scan(table, f"t_db.t.?{index}.#", "*") == []


@pytest.mark.parametrize(
    ("source", "column", "error"),
    [
        ("t_db.nosuch", "*", (1146, "no such table t_db.nosuch")),
        ("t_db.t", "nosuch", (20301, "invalid input: bad input column name nosuch")),
        ("t_db.t", "Id", (20301, "invalid input: bad input column name Id")),
        ("nosuch.t", "*", (20101, "internal error: get database failed in metadata scan")),
        ("T_DB.t", "*", (20101, "internal error: get database failed in metadata scan")),
        ("t_db.t.?no", "*", (20101, 'internal error: check whether the index "no" really exists')),
        ("t_db.t.x", "*", (20101, "internal error: index name must start with ? and follow identifier rules")),
        (
            "t",
            "*",
            (20101, f"internal error: source must be in {FORMS}"),
        ),
    ],
)
def test_what_cannot_be_scanned(table, source, column, error):
    flush(table)
    assert table.error(f"select * from metadata_scan('{source}', '{column}') g") == error


def test_views_have_no_objects(table):
    table.run("create view w as select 1 as x")
    assert scan(table, "t_db.w", "*") == []


@pytest.mark.parametrize(
    ("argument", "error"),
    [
        ("t_db.nosuch", (1146, "no such table t_db.nosuch")),
        ("nosuch.t", (1146, "no such table nosuch.t")),
        ("t_db", (20101, "internal error: handleFlush: table id parse fail")),
    ],
)
def test_what_cannot_be_flushed(db, argument, error):
    assert db.error(f"select mo_ctl('dn', 'flush', '{argument}')") == error


@given(values=st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), min_size=1, max_size=20))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_object_says_what_the_table_holds(scratch, values):
    scratch.run("drop table if exists o", "create table o (x bigint)")
    with scratch.driver.cursor() as cursor:
        cursor.executemany("insert into o values (%s)", [(value,) for value in values])
    flush(scratch, "t_scratch.o")
    rows, nulls, least, greatest, total = scan(scratch, "t_scratch.o", "rows_cnt, null_cnt, min, max, sum", "x")[0]
    present = [value for value in values if value is not None]
    assert (rows, nulls) == (len(values), len(values) - len(present))
    if present:
        assert struct.unpack("<q", least)[0] == min(present)
        assert struct.unpack("<q", greatest)[0] == max(present)
        assert struct.unpack("<Q", total)[0] == sum(present) % 2**64
    else:
        assert least is greatest is total is None


# --- statistics ------------------------------------------------------------------------------------------------------


def test_statistics(table):
    (row,) = table.rows("select * from table_stats('t_db.t') g")
    assert row[:6] == ["t_db.t", 3.0, 1, 1, 1, 1.0]
    distinct, least, greatest, kinds, nulls, sizes, ranges = map(json.loads, row[6:])
    assert distinct == {"a": 3, "body": 2, "d": 2, "id": 3, "n": 2, "v": 2}
    assert least == {"a": 8029466236322578000, "body": 7092172589853835000, "d": -2, "id": 1, "n": 1, "v": 0}
    assert (greatest["d"], greatest["id"]) == (1.5, 300)
    assert kinds == {"a": "VARCHAR", "body": "TEXT", "d": "DECIMAL64", "id": "INT", "n": "INT", "v": "VECF32"}
    assert nulls == {"a": 0, "body": 1, "d": 1, "id": 0, "n": 1, "v": 1}
    assert sizes["id"] == 50
    assert ranges == {}
    assert table.rows("select * from table_stats('t', 'refresh') g") == [row]


def test_statistics_of_nothing(db):
    db.run("create table e (a int)", "create view w as select 1 as x")
    assert db.rows("select * from table_stats('t_db.e') g") == [["t_db.e", 0.0, 0, 0, 0, 0.0, *["{}"] * 7]]
    assert db.error("select * from table_stats('t_db.no') g") == (
        20101,
        "internal error: table t_db.no not found: no such table t_db.no",
    )
    assert db.error("select * from table_stats('e', 'x') g") == (
        20101,
        "internal error: unknown command: x (supported: get, refresh, patch)",
    )
    assert db.error("select * from table_stats('w') g")[0] == 20105


def test_the_size_of_a_table_is_that_of_its_values(table):
    assert table.rows("select mo_table_size('t_db', 't')") == [[3 * (4 + 24 + 4 + 8 + 24 + 24) + 6 * 38]]


# --- hidden tables of indexes ----------------------------------------------------------------------------------------


def hidden(db, table, index):
    """The hidden tables of an index, by their purpose."""
    return dict(
        db.rows(
            "select distinct algo_table_type, index_table_name from mo_catalog.mo_indexes i join mo_catalog.mo_tables t "
            f"on t.rel_id = i.table_id where t.relname = '{table}' and i.name = '{index}' and t.reldatabase = 't_db'"
        )
    )


def test_the_tables_of_plain_and_unique_indexes(table):
    (plain,), (unique,), (two,) = (hidden(table, "t", name).values() for name in ("ix", "uq", "two"))
    assert plain.startswith("__mo_index_secondary_")
    assert unique.startswith("__mo_index_unique_")
    assert table.rows(f"select * from `{unique}`") == [["one", 1], ["two", 2], ["three", 300]]
    assert table.rows(f"select hex(__mo_index_idx_col), __mo_index_pri_col from `{plain}`") == [
        ["3A15013A1501", 1],
        ["003A1502", 2],
        ["3A15073A16012C", 300],
    ]
    assert table.rows(f"select hex(__mo_index_idx_col) from `{two}` where __mo_index_pri_col = 1") == [
        ["3A150146016F6E65003A1501"]
    ]


def test_the_table_of_a_fulltext_index_follows_its_rows(table):
    (words,) = hidden(table, "t", "ft").values()
    assert table.rows(f"select * from `{words}`") == [
        [1, 0, "red"],
        [1, 4, "fish"],
        [1, 2, "__DocLen"],
        [300, 0, "blue"],
        [300, 1, "__DocLen"],
    ]
    table.run("delete from t where id = 1")
    assert table.rows(f"select count(*) from `{words}` where word <> '__DocLen'") == [[1]]


def test_the_tables_of_an_ivf_index(table):
    table.run("create index iv using ivfflat on t (v) lists = 2 op_type 'vector_l2_ops'")
    names = hidden(table, "t", "iv")
    assert set(names) == {"metadata", "centroids", "entries"}
    assert table.rows(f"select * from `{names['metadata']}` where __mo_index_key = 'version'") == [["version", "0"]]
    assert table.rows(f"select * from `{names['centroids']}`") == [[0, 0, "[1, 2]"], [0, 1, "[3, 4]"]]
    assert table.rows(f"select * from `{names['entries']}`") == [
        [0, 0, 1, "[1, 2]"],
        [0, 1, 2, "[3, 4]"],
        [0, 0, 300, None],
    ]


def test_an_ivf_index_without_vectors_has_an_empty_centroid(db):
    db.run(
        "create table e (id bigint primary key, v vecf32(2))",
        "create index iv using ivfflat on e (v) lists = 3 op_type 'vector_l2_ops'",
    )
    names = hidden(db, "e", "iv")
    assert db.rows(f"select * from `{names['centroids']}`") == [[0, 1, None]]
    assert db.rows(f"select * from `{names['entries']}`") == []


def test_hidden_tables_of_the_past_and_of_no_index(table):
    (words,) = hidden(table, "t", "ft").values()
    table.run("create snapshot t_hidden for database t_db", "delete from t")
    try:
        assert table.rows(f"select count(*) from `{words}` {{snapshot = 't_hidden'}}") == [[5]]
        assert table.rows(f"select count(*) from `{words}`") == [[0]]
    finally:
        table.run("drop snapshot t_hidden")
    assert table.error("select * from __mo_index_secondary_none") == (
        1064,
        'SQL parser error: table "__mo_index_secondary_none" does not exist',
    )


# --- keys of bytes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "bytes_"),
    [
        ("serial(1, 'a')", "3B150146016100"),
        ("serial(1, null)", None),
        ("serial_full(null, 2)", "003B1502"),
        ("serial(1.5, cast(1 as decimal(10,2)))", "44800000000000000F448000000000000064"),
        ("serial(true)", "27"),
        ("serial(date('2024-01-02'))", "41170B4646"),
        ("serial(-1)", "3B13FE"),
        ("serial('a\\0b')", "46016100FF6200"),
        ("serial(70000)", "3B17011170"),
        ("serial(cast(1 as unsigned))", "401501"),
    ],
)
def test_serial(db, call, bytes_):
    assert db.rows(f"select hex({call})") == [[bytes_]]


@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.text(), st.decimals(-1000, 1000, places=2)), min_size=2))
@settings(deadline=None)
def test_packed_keys_sort_as_their_values(rows):
    shapes = (types.BIGINT, types.VARCHAR, types.decimal(10, 2))

    def key(row):
        return packed(zip((row[0], row[1], format(row[2], "f")), shapes, strict=True))

    assert sorted(rows, key=key) == sorted(rows, key=lambda row: (row[0], row[1].encode(), Decimal(row[2])))


def test_partitions_and_statements_in_the_catalog(db):
    db.run(
        "CREATE  TABLE Odd (a int primary key) partition by hash (a) partitions 2",
        "create table l (a int primary key) partition by list (a) (partition q values in (1))",
        "create table grown (a int)",
        "alter table grown add column b int",
    )
    rows = db.rows("select relname, relkind from mo_catalog.mo_tables where reldatabase = 't_db' order by relname")
    assert rows == [
        ["%!%p0%!%odd", "partition"],
        ["%!%p1%!%odd", "partition"],
        ["%!%q%!%l", "partition"],
        ["grown", "r"],
        ["l", "r"],
        ["odd", "r"],
    ]
    texts = dict(db.rows("select relname, rel_createsql from mo_catalog.mo_tables where reldatabase = 't_db'"))
    assert texts["odd"] == "CREATE  TABLE Odd (a int primary key) partition by hash (a) partitions 2"
    assert "`b` int" in texts["grown"]
