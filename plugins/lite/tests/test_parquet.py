"""LOAD DATA and INTO OUTFILE of Parquet files; the expected values are those of a MatrixOne v4.2.0."""

import sys
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
import pyarrow.parquet as pq  # noqa: E402 - behind the check

VALUES = {
    "bool": (arrow.bool_(), True),
    "int": (arrow.int32(), 65),
    "uint": (arrow.uint64(), 2**64 - 1),
    "narrow": (arrow.int8(), -1),
    "float": (arrow.float32(), 0.1),
    "double": (arrow.float64(), 2.5),
    "text": (arrow.string(), " 65 "),
    "word": (arrow.string(), "a"),
    "bytes": (arrow.binary(), b"65"),
    "date": (arrow.date32(), date(2024, 1, 2)),
    "time": (arrow.time64("us"), time(1, 2, 3, 4)),
    "moment": (arrow.timestamp("us"), datetime(2024, 1, 2, 3, 4, 5, 123456)),  # noqa: DTZ001 - without a zone
    "instant": (arrow.timestamp("us", "UTC"), datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
    "decimal": (arrow.decimal128(6, 2), Decimal("12.34")),
    "floats": (arrow.list_(arrow.float32()), [1.0, 2.0]),
    "numbers": (arrow.list_(arrow.int32()), [1, 2]),
    "struct": (arrow.struct({"x": arrow.int32(), "y": arrow.string()}), {"x": 1, "y": "b"}),
    "map": (arrow.map_(arrow.string(), arrow.int64()), [("k", 1)]),
    "nothing": (arrow.null(), None),
}


@pytest.fixture
def load(db, tmp_path):
    """Load one value of a Parquet file into a column of a type; the stored text, or the error."""

    def run(kind, declared):
        arrow_type, value = VALUES[kind]
        pq.write_table(arrow.table({"X": arrow.array([value, None], arrow_type)}), tmp_path / "f.parquet")
        db.run("drop table if exists p", f"create table p (x {declared})")
        sql = f"load data infile {{'filepath'='{tmp_path}/f.parquet', 'format'='parquet'}} into table p"
        try:
            db.run(sql)
        except Exception as error:  # noqa: BLE001 - returned, to be compared
            return error.args
        (first,), second = (
            # A cast takes the quotes off a text in JSON.
            db.rows("select x from p")
            if "vec" in declared or declared == "json"
            else db.rows("select cast(x as char) from p")
        )
        assert second == [None]
        return first

    return run


@pytest.mark.parametrize(
    ("kind", "declared", "stored"),
    [
        ("bool", "bool", "1"),
        ("decimal", "bool", "1"),
        ("moment", "bool", "1"),
        ("text", "bool", "1"),
        ("bool", "int", "1"),
        ("uint", "bigint unsigned", "18446744073709551615"),
        ("double", "int", "3"),
        ("decimal", "smallint", "12"),
        ("text", "tinyint unsigned", "65"),
        ("bytes", "bigint", "65"),
        ("bool", "double", "1"),
        ("float", "double", "0.1"),
        ("text", "float", "65"),
        ("decimal", "decimal(10,1)", "12.3"),
        ("double", "decimal(30,3)", "2.500"),
        ("date", "decimal(10,0)", "19724"),
        ("bool", "varchar(2)", "true"),
        ("word", "char(3)", "a"),
        ("moment", "text", "2024-01-02 03:04:05"),
        ("instant", "varchar(5)", "2024-01-02 03:04:05.000000 UTC"),
        ("time", "varchar(20)", "01:02:03"),
        ("float", "varchar(20)", "0.1"),
        ("struct", "text", '{"x": 1, "y": "b"}'),
        ("moment", "date", "2024-01-02"),
        ("time", "time(6)", "01:02:03.000004"),
        ("moment", "time(3)", "03:04:05.123"),
        ("date", "datetime", "2024-01-02 00:00:00"),
        ("moment", "datetime(6)", "2024-01-02 03:04:05.123456"),
        ("instant", "timestamp", "2024-01-02 03:04:05"),
        ("date", "json", '"2024-01-02"'),
        ("map", "json", '{"k": 1}'),
        ("numbers", "json", "[1, 2]"),
        ("bool", "json", "true"),
        ("word", "enum('a','b')", "a"),
        ("bool", "set('a','b')", "a"),
        ("floats", "vecf32(2)", "[1, 2]"),
        ("floats", "vecf64(2)", "[1, 2]"),
    ],
)
def test_a_value_becomes_what_the_column_keeps(load, kind, declared, stored):
    assert load(kind, declared) == stored


@pytest.mark.parametrize(
    ("kind", "declared", "number", "text"),
    [
        ("int", "date", 20102, "load INT32(optional) to DATE NULL is not yet implemented"),
        ("narrow", "year", 20102, "load INT(8,true)(optional) to YEAR NULL is not yet implemented"),
        ("uint", "uuid", 20102, "load INT(64,false)(optional) to UUID NULL is not yet implemented"),
        ("text", "year", 20102, "load STRING(optional) to YEAR NULL is not yet implemented"),
        (
            "time",
            "date",
            20102,
            "load TIME(isAdjustedToUTC=false,unit=MICROS)(optional) to DATE NULL is not yet implemented",
        ),
        (
            "instant",
            "double",
            20102,
            "load TIMESTAMP(isAdjustedToUTC=true,unit=MICROS)(optional) to DOUBLE NULL is not yet implemented",
        ),
        ("decimal", "bit(8)", 20102, "load DECIMAL(6,2)(optional) to BIT NULL is not yet implemented"),
        ("nothing", "int", 20102, "load NULL(optional) to INT NULL is not yet implemented"),
        ("numbers", "vecf32(2)", 20102, "load LIST(optional) to VECF32 NULL is not yet implemented"),
        ("floats", "vecf32(3)", 20301, "invalid input: expected vector dimension 3 != actual dimension 2."),
        (
            "map",
            "decimal(30,3)",
            20301,
            "invalid input: parquet nested column x must map to JSON or TEXT type, got DECIMAL128",
        ),
        ("uint", "int", 20301, "invalid input: parquet value 18446744073709551615 overflows INT"),
        ("narrow", "int unsigned", 20301, "invalid input: negative parquet value -1 overflows unsigned integer"),
        ("word", "int", 20101, 'internal error: row 0: strconv.ParseInt: parsing "a": invalid syntax'),
        ("word", "double", 20101, 'internal error: row 0: strconv.ParseFloat: parsing "a": invalid syntax'),
        ("word", "uuid", 20101, "internal error: row 0: invalid UUID length: 1"),
        ("word", "bool", 20301, "invalid input: 'a' is not a valid bool expression"),
        ("word", "json", 20301, "invalid input: json text a"),
        (
            "int",
            "enum('a','b')",
            20101,
            "internal error: convert to MySQL enum failed: number 65 overflow enum boundary [1, 2]",
        ),
        ("int", "set('a','b')", 20101, "internal error: convert to MySQL set failed: value 65 overflow set boundary 3"),
    ],
)
def test_what_a_column_does_not_take(load, kind, declared, number, text):
    assert load(kind, declared) == (number, text)


@pytest.fixture
def file(db, tmp_path):
    pq.write_table(arrow.table({"b": ["x", "y"], "A": [1, 2], "more": [0, 0]}), tmp_path / "one.parquet")
    db.run("create table t (a int, b varchar(9), c int default 7)")
    return f"{{'filepath'='{tmp_path}/one.parquet', 'format'='parquet'}}"


def test_columns_are_found_by_name(db, file):
    assert db.run(f"load data infile {file} into table t (a, b)") == 2
    assert db.rows("select * from t") == [[1, "x", 7], [2, "y", 7]]
    assert db.error(f"load data infile {file} into table t") == (20301, "invalid input: column c not found")


def test_names_that_differ_in_case_only(db, tmp_path):
    pq.write_table(arrow.table({"X": [1], "x": [2]}), tmp_path / "two.parquet")
    db.run("create table t (x int)")
    number, text = db.error(f"load data infile {{'filepath'='{tmp_path}/two.parquet','format'='parquet'}} into table t")
    assert (number, text.endswith("multiple columns match case-insensitively (X and x)")) == (20301, True)


def test_null_in_a_column_that_needs_a_value(db, tmp_path):
    pq.write_table(arrow.table({"x": [1, None]}), tmp_path / "n.parquet")
    db.run("create table t (x int not null)")
    assert db.error(f"load data infile {{'filepath'='{tmp_path}/n.parquet','format'='parquet'}} into table t") == (
        3819,
        "constraint violation: cannot load NULL value into NOT NULL column",
    )


def test_patterns_of_files(db, tmp_path):
    db.run("create table t (x int)")
    for folder, number in (("p1", 1), ("p2", 2)):
        (tmp_path / folder).mkdir()
        pq.write_table(arrow.table({"x": [number]}), tmp_path / folder / "f.parquet")
    assert db.run(f"load data infile {{'filepath'='{tmp_path}/p*/*.parquet','format'='parquet'}} into table t") == 2
    missing = f"load data infile {{'filepath'='{tmp_path}/no*.parquet','format'='parquet'}} into table t"
    assert db.error(missing) == (20301, "invalid input: the file does not exist in load flow")


@pytest.mark.parametrize(
    ("rest", "number", "text"),
    [
        ("fields terminated by ','", 20300, "does not support FIELDS option"),
        ("lines terminated by ';'", 20300, "does not support LINES option"),
        ("ignore 2 lines", 20300, "does not support IGNORE LINES"),
        ("(a, @x)", 20102, "parquet load with @variables in column list is not yet implemented"),
        ("(a) set a = nullif(a, '1')", 20102, "parquet load with SET clause is not yet implemented"),
    ],
)
def test_options_of_text_files(db, file, rest, number, text):
    found = db.error(f"load data infile {file} into table t {rest}")
    assert (found[0], found[1].endswith(text)) == (number, True)


@pytest.mark.parametrize(("content", "reason"), [(b"", "EOF"), (b"PA", "unexpected EOF"), (b"hello", '"hell"')])
def test_a_file_that_is_none(db, tmp_path, content, reason):
    (tmp_path / "junk.parquet").write_bytes(content)
    db.run("create table t (x int)")
    number, text = db.error(
        f"load data infile {{'filepath'='{tmp_path}/junk.parquet','format'='parquet'}} into table t"
    )
    assert (number, text.endswith(f"of parquet file: {reason}")) == (20101, True)


def test_a_broken_file(db, tmp_path):
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and no more")
    db.run("create table t (x int)")
    assert (
        db.error(f"load data infile {{'filepath'='{tmp_path}/cut.parquet','format'='parquet'}} into table t")[0]
        == 20101
    )


def test_a_written_file(db, tmp_path):
    db.run(
        "create table w (z int unsigned, u bigint unsigned, b bool, d decimal(10,2), t time(3), tx text, v varbinary(9), j json)",
        "insert into w values (7, 18446744073709551615, true, 1.5, '1:2:3.4', 'text', x'ff', '{\"k\": 1}')",
        f"select * from w into outfile '{tmp_path}/w.parquet' format 'parquet'",
    )
    written = pq.read_table(tmp_path / "w.parquet")
    types = {field.name: str(field.type) for field in written.schema}
    assert list(types) == sorted(types)
    assert types == {
        **dict.fromkeys("dtvj", "string"),
        "tx": "binary",
        "b": "bool",
        "z": "int64",
        "u": "int64",
    }
    assert written.drop_columns("v").to_pylist() == [
        {"b": True, "d": "1.50", "j": '{"k": 1}', "t": "01:02:03.400", "tx": b"text", "u": -1, "z": 7}
    ]


def test_what_is_not_written(db, tmp_path):
    db.run("create table v (x vecf32(2), y year)", "insert into v values ('[1,2]', 2024)")
    for column, name in (("x", "VECF32"), ("y", "YEAR")):
        assert db.error(f"select {column} from v into outfile '{tmp_path}/v.parquet' format 'parquet'") == (
            20101,
            f"internal error: unsupported type for parquet export: {name}",
        )
    db.run(f"select * from (select 1 as a) d where a = 2 into outfile '{tmp_path}/none.parquet' format 'parquet'")
    assert list(tmp_path.iterdir()) == []


@given(
    rows=st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
            st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300)),
            st.one_of(st.none(), st.text(max_size=20).filter(lambda text: text.isprintable())),
            st.one_of(st.none(), st.datetimes(min_value=datetime(1000, 1, 1))),  # noqa: DTZ001 - without a zone
            st.one_of(st.none(), st.decimals(-(10**8), 10**8, places=3)),
        ),
        min_size=1,
        max_size=10,
    )
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_again(scratch, tmp_path, rows):
    path = tmp_path / "round.parquet"
    path.unlink(missing_ok=True)
    columns = "i bigint, f double, s varchar(80), d datetime(6), n decimal(20,3)"
    scratch.run(
        "drop table if exists one",
        "drop table if exists other",
        f"create table one ({columns})",
        "create table other like one",
    )
    with scratch.driver.cursor() as cursor:
        cursor.executemany("insert into one values (%s, %s, %s, %s, %s)", rows)
    scratch.run(f"select * from one into outfile '{path}' format 'parquet'")
    assert scratch.run(f"load data infile {{'filepath'='{path}','format'='parquet'}} into table other") == len(rows)
    assert scratch.rows("select * from other") == scratch.rows("select * from one")


def test_without_pyarrow(db, tmp_path, monkeypatch):
    db.run("create table t (x int)")
    (tmp_path / "f.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    wanted = (20105, "not supported: lite: Parquet files without pyarrow, which matrixone-lite[parquet] installs")
    assert db.error(f"load data infile {{'filepath'='{tmp_path}/f.parquet','format'='parquet'}} into table t") == wanted
    assert db.error(f"select 1 as a into outfile '{tmp_path}/g.parquet' format 'parquet'") == wanted
