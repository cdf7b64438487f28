"""External tables: reading files as they are, writing new ones; the texts are those of a MatrixOne v4.2.0."""

import gzip
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

READ_ONLY = (20301, "invalid input: cannot insert/update/delete from external table")


@pytest.fixture
def folder(db, tmp_path):
    """A directory that is the stage ``t_ext``."""
    db.run(f"create stage t_ext url = 'file://{tmp_path}/'")
    yield tmp_path
    db.run("drop stage if exists t_ext")


def external(path, columns="id int, a varchar(10)", rest="fields terminated by ','", **options):
    """A statement that creates the table ``e``."""
    listed = ", ".join(f"'{key}'='{value}'" for key, value in {"filepath": path, **options}.items())
    return f"create external table e ({columns}) infile{{{listed}}} {rest}"


def test_the_files_there_are_when_it_is_read(db, folder):
    db.run(external(f"{folder}/p*.csv"))
    assert db.rows("select * from e") == []
    (folder / "p1.csv").write_text("1,one\n2,\\N\n")
    (folder / "p2.csv").write_text("3,three\n")
    (folder / "q.csv").write_text("4,four\n")
    assert db.rows("select * from e order by id") == [[1, "one"], [2, None], [3, "three"]]
    assert db.rows("select e.id, f.a from e join e f on f.id = e.id + 1 order by 1") == [[1, None], [2, "three"]]
    (folder / "p1.csv").unlink()
    assert db.rows("select count(*), max(a) from e where a like 't%'") == [[1, "three"]]
    db.run("create table copy as select * from e", "insert into copy select * from e")
    assert db.rows("select count(*) from copy") == [[2]]


def test_stages_and_lines_to_leave_out(db, folder):
    (folder / "a.csv").write_text("id,a\n1,x\n")
    db.run(external("stage://t_ext/a.csv", rest="fields terminated by ',' ignore 1 lines"))
    assert db.rows("select * from e") == [[1, "x"]]
    db.run("drop stage t_ext")
    assert db.error("select * from e") == (20300, "invalid configuration: Stage t_ext not found")


def test_json_lines(db, folder):
    (folder / "o.jl").write_text('{"a": "x", "id": 1}\n{"id": 2, "a": null}\n')
    (folder / "l.jl").write_text('[1, "x"]\n[2, null]\n')
    for name, shape in (("o", "object"), ("l", "array")):
        db.run("drop table if exists e", external(f"{folder}/{name}.jl", rest="", format="jsonline", jsondata=shape))
        assert db.rows("select * from e") == [[1, "x"], [2, None]]
    db.run("drop table e", external(f"{folder}/o.jl", rest="", format="jsonline"))
    assert db.error("select * from e") == (20300, "invalid configuration: the jsondata must be specified")


def test_parquet(db, folder):
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    import pyarrow.parquet as pq

    pq.write_table(arrow.table({"a": ["x", None], "id": [1, 2]}), folder / "f.parquet")
    db.run(external(f"{folder}/*.parquet", rest="", format="parquet"))
    assert db.rows("select * from e") == [[1, "x"], [2, None]]


def test_compressed_files_and_values_of_bytes(db, folder):
    (folder / "v.csv.gz").write_bytes(gzip.compress(b"1|[1,2]|ab\n2|\\N|cd\n"))
    db.run(external(f"{folder}/v.csv.gz", "id int, v vecf32(2), b blob", "fields terminated by '|'"))
    assert db.rows("select id, l2_distance(v, '[1,1]'), b from e") == [[1, 1.0, b"ab"], [2, None, b"cd"]]


@pytest.mark.parametrize(
    ("text", "columns", "result"),
    [
        ("1,x,more\n", "id int, a varchar(10)", [[1, "x"]]),
        (",x\n", "id int not null default 5, a varchar(10)", [[None, "x"]]),
    ],
)
def test_what_files_are_forgiven(db, folder, text, columns, result):
    (folder / "f.csv").write_text(text)
    db.run(external(f"{folder}/f.csv", columns))
    assert db.rows("select * from e") == result


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("1\n", (20301, "invalid input: the data of row 1 contained is less than input columns")),
        ("1,x\ny,z\n", (20101, "internal error: the input value 'y' is not int32 type for column 0")),
    ],
)
def test_what_files_are_not_forgiven(db, folder, text, error):
    (folder / "f.csv").write_text(text)
    db.run(external(f"{folder}/f.csv"))
    assert db.error("select * from e") == error
    assert db.rows("show tables") == [["e"]]


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("insert into e values (1, 'x')", READ_ONLY),
        ("replace into e values (1, 'x')", READ_ONLY),
        ("update e set id = 1", READ_ONLY),
        ("delete from e", READ_ONLY),
        ("alter table e add column b int", READ_ONLY),
        ("create index ix on e (id)", (20301, "invalid input: cannot create index on external table")),
        ("create table c clone e", (20101, "internal error: t_db.e is not BASE TABLE")),
        ("create database t_db2 clone t_db", (20101, "internal error: t_db.e is not BASE TABLE")),
    ],
)
def test_what_cannot_be_done_with_one(db, folder, statement, error):
    (folder / "f.csv").write_text("1,x\n")
    db.run(external(f"{folder}/f.csv"))
    assert db.error(statement) == error
    assert db.rows("show databases like 't\\_db2'") == []
    db.run("truncate table e")
    assert db.rows("select count(*) from e") == [[1]]


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        (external("/f.csv", zzz="1"), (20300, "invalid configuration: the keyword 'zzz' is not support")),
        (external("/f.csv", "id int primary key"), (20301, "invalid input: cannot create index on external table")),
        (
            external("/f.csv", format="csv", write_file_pattern="/f_%U.csv"),
            (20300, "invalid configuration: WRITE_FILE_PATTERN must be a stage:// path, got '/f_%U.csv'"),
        ),
        (
            external("/f", format="parquet", write_file_pattern="stage://t_ext/f_%U.parquet"),
            (
                20300,
                "invalid configuration: writable external table only supports csv and jsonline formats, got 'parquet'",
            ),
        ),
        (
            external("/f", format="csv", write_file_pattern="stage://t_ext/f_%U.csv.gz"),
            (
                20300,
                (
                    "invalid configuration: writable external table does not support compression (effective 'gz'); the "
                    "writer emits uncompressed files"
                ),
            ),
        ),
        (
            external("/f", format="csv", write_file_pattern="stage://t_ext/%Q_%U.csv"),
            (
                20300,
                'invalid configuration: WRITE_FILE_PATTERN: unsupported directive %Q in pattern "stage://t_ext/%Q_%U.csv"',
            ),
        ),
        (
            external("/f", format="csv", write_file_pattern="stage://t_ext/%7X.csv"),
            (
                20300,
                (
                    "invalid configuration: WRITE_FILE_PATTERN: expected 'N' after digit count in %nN, pattern "
                    '"stage://t_ext/%7X.csv"'
                ),
            ),
        ),
        (
            external("/f", format="csv", write_file_pattern="stage://t_ext/%Y_%3N.csv"),
            (
                20300,
                (
                    "invalid configuration: WRITE_FILE_PATTERN must contain a %U or %<n>N directive so parallel writers "
                    "produce distinct files, got 'stage://t_ext/%Y_%3N.csv'"
                ),
            ),
        ),
        (
            "create external table e (id int) url s3option{'endpoint'='x'}",
            (20105, "not supported: lite: external tables on object stores"),
        ),
    ],
)
def test_what_cannot_be_created(db, statement, error):
    assert db.error(statement) == error


def test_names_that_are_taken(db):
    db.run("create table e (a int)")
    assert db.error(external("/f.csv")) == (1050, "table e already exists")
    assert db.run(external("/f.csv").replace("table e", "table if not exists e")) == 0


def test_what_is_shown_of_one(db, folder):
    rest = "fields terminated by ',' enclosed by '\"' lines terminated by '\\n' ignore 1 lines"
    db.run(external(f"{folder}/secret/*.csv", rest=rest))
    text = db.rows("show create table e")[0][1]
    assert text == (
        "CREATE EXTERNAL TABLE `e` (\n  `id` int DEFAULT NULL,\n  `a` varchar(10) DEFAULT NULL\n) "
        "INFILE{'FILEPATH'='','COMPRESSION'='','FORMAT'='csv','JSONDATA'=''} "
        "FIELDS TERMINATED BY ',' ENCLOSED BY '\"' LINES TERMINATED BY '\\n' IGNORE 1 LINES"
    )
    assert [row[:2] for row in db.rows("desc e")] == [["id", "INT(32)"], ["a", "VARCHAR(10)"]]
    assert db.rows("select table_type from information_schema.tables where table_schema = 't_db'") == [
        ["EXTERNAL TABLE"]
    ]
    assert db.rows("select relkind from mo_catalog.mo_tables where reldatabase = 't_db'") == [["e"]]
    assert db.rows("show table status")[0][:4] == ["e", "Tae", "Dynamic", 0]


def test_rows_are_written_to_new_files(db, folder):
    pattern = "stage://t_ext/w_%Y_%8N.csv"
    rest = "fields terminated by ',' lines terminated by '\\n'"
    db.run(external("stage://t_ext/w_*.csv", rest=rest, format="csv", write_file_pattern=pattern))
    assert db.run("""insert into e values (1, 'one'), (2, null), (3, 'a,b"c')""") == 3
    assert [path.read_text() for path in folder.iterdir()] == ['1,"one"\n2,\\N\n3,"a,b""c"\n']
    assert all(re.fullmatch(r"w_\d{4}_\d{8}\.csv", path.name) for path in folder.iterdir())
    assert db.rows("select * from e") == [[1, "one"], [2, None], [3, 'a,b"c']]
    assert db.run("insert into e (a) select a from e where id = 1") == 1
    assert db.run("insert into e select * from e where id > 9") == 0
    assert len(list(folder.iterdir())) == 2
    assert db.error("update e set id = 2") == READ_ONLY
    assert "'WRITE_FILE_PATTERN'='stage://t_ext/w_%Y_%8N.csv'" in db.rows("show create table e")[0][1]


def test_a_written_file_stays_after_a_rollback(db, folder):
    options = {"format": "jsonline", "jsondata": "object", "write_file_pattern": "stage://t_ext/%U.jl"}
    db.run(external("stage://t_ext/*.jl", rest="", **options), "begin", "insert into e values (1, 'x')", "rollback")
    assert db.rows("select * from e") == [[1, "x"]]


@given(
    rows=st.lists(
        st.tuples(st.one_of(st.none(), st.integers(-(2**31), 2**31 - 1)), st.one_of(st.none(), st.text(max_size=9))),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_again(scratch, tmp_path_factory, rows):
    rows = [(number, text and text.replace("\0", "").replace("\r", "")) for number, text in rows]
    rows = [(number, text) for number, text in rows if text != "\\N"]
    folder = tmp_path_factory.mktemp("external")
    scratch.run(
        "drop table if exists e", "drop stage if exists t_prop", f"create stage t_prop url = 'file://{folder}/'"
    )
    scratch.run(
        external(
            "stage://t_prop/*.jl",
            "id int, a varchar(40)",
            "",
            format="jsonline",
            jsondata="object",
            write_file_pattern="stage://t_prop/%U.jl",
        )
    )
    if rows:
        with scratch.driver.cursor() as cursor:
            cursor.executemany("insert into e values (%s, %s)", rows)
    assert sorted(map(repr, scratch.rows("select * from e"))) == sorted(repr(list(row)) for row in rows)
    scratch.run("drop table e", "drop stage t_prop")
