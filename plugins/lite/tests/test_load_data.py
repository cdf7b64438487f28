"""LOAD DATA, INTO OUTFILE and the files of stages."""

import bz2
import gzip
import io
import tarfile
import zlib

import pytest


@pytest.fixture
def table(db):
    db.run("create table t (id int primary key, a varchar(20), n int default 9)")
    return db


@pytest.fixture
def file(tmp_path):
    def write(text, name="f.csv"):
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    return write


@pytest.mark.parametrize("local", ["", "local"])
def test_csv(table, file, local):
    path = file('id,a,n\n1,"one, two",3\n2,\\N,\n')
    assert table.run(f"load data {local} infile '{path}' into table t fields terminated by ',' ignore 1 lines") == 2
    assert table.rows("select * from t order by id") == [[1, "one, two", 3], [2, None, None]]


def test_inline(table):
    assert (
        table.run("load data inline format = 'csv', data = '1,x,2\n2,y,3' into table t fields terminated by ','") == 2
    )
    assert (
        table.run(
            """load data inline format = 'jsonline', data = '{"id": 3, "a": "z", "n": 1}', jsontype = 'object' into table t"""
        )
        == 1
    )
    assert table.rows("select * from t order by id") == [[1, "x", 2], [2, "y", 3], [3, "z", 1]]


def test_json_lines_end_with_a_newline_only(table, file):
    path = file('{"id": 1, "a": "x\x85\u2028y", "n": 1}\r\n{"id": 2, "a": "z", "n": 2}')
    table.run(f"load data infile {{'filepath'='{path}', 'format'='jsonline', 'jsondata'='object'}} into table t")
    assert table.rows("select id, a from t order by id") == [[1, "x\x85\u2028y"], [2, "z"]]


def test_columns_defaults_and_nullif(table, file):
    path = file("1;skipped;none\n2;skipped;b\n")
    table.run(f"load data infile '{path}' into table t fields terminated by ';' (id, @s, a) set a = nullif(a, 'none')")
    assert table.rows("select * from t order by id") == [[1, None, 9], [2, "b", 9]]


def test_compressed_files(table, file):
    table.run(f"load data infile '{file(gzip.compress(b'1,x,1'), 'f.gz')}' into table t")
    table.run(f"load data local infile '{file(bz2.compress(b'2,y,2'), 'f.bz2')}' into table t")
    assert table.rows("select id from t order by id") == [[1], [2]]


def archive(mode):
    """A tar archive with one file."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode=mode) as tar:
        member = tarfile.TarInfo("inside.csv")
        member.size = 5
        tar.addfile(member, io.BytesIO(b"1,x,1"))
    return written.getvalue()


def flate(content):
    """Deflated without a header."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def test_links_in_archives_are_passed_over(table, file):
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as tar:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            link = tarfile.TarInfo("link.csv")
            link.type, link.linkname = kind, "/etc/passwd"
            tar.addfile(link)
        member = tarfile.TarInfo("inside.csv")
        member.size = 5
        tar.addfile(member, io.BytesIO(b"1,x,1"))
    table.run(f"load data infile '{file(written.getvalue(), 'f.tar.gz')}' into table t")
    assert table.rows("select id from t") == [[1]]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("gz", gzip.compress(b"1,x,1")),
        ("GZIP", gzip.compress(b"1,x,1")),
        ("bzip2", bz2.compress(b"1,x,1")),
        ("zlib", zlib.compress(b"1,x,1")),
        ("flate", flate(b"1,x,1")),
        ("tar.gz", archive("w:gz")),
        ("tar.bz2", archive("w:bz2")),
        ("none", b"1,x,1"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # content compressed now holds the time
)
def test_a_named_compression(table, file, kind, content):
    path = file(content)
    table.run(f"load data infile {{'filepath'='{path}', 'compression'='{kind}', 'format'='csv'}} into table t")
    assert table.rows("select * from t") == [[1, "x", 1]]


def test_lz4(table, file):
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    packed = arrow.BufferOutputStream()
    with arrow.CompressedOutputStream(packed, "lz4") as stream:
        stream.write(b"1,x,1")
    path = file(packed.getvalue().to_pybytes(), "f.csv.lz4")
    table.run(f"load data infile '{path}' into table t")
    assert table.rows("select * from t") == [[1, "x", 1]]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("gzip", "unexpected EOF"),
        ("bz2", "bzip2 data invalid: bad magic value"),
        ("zlib", "zlib: invalid header"),
        ("lz4", "lz4: bad magic number"),
    ],
)
def test_data_of_another_compression(table, file, kind, reason):
    sql = f"load data infile {{'filepath'='{file('1,x,1')}', 'compression'='{kind}', 'format'='csv'}} into table t"
    assert table.error(sql) == (1105, reason)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("1,a\n", (20301, "invalid input: the data of row 1 contained is not equal to input columns")),
        ("1,a,1\nx,b,1\n", (20101, "internal error: the input value 'x' is not int32 type for column 0")),
        (f"1,{'a' * 21},1\n", (20101, "internal error: Data too long for column 'a' at row 1")),
        ("\\N,a,1\n", (3819, "constraint violation: Column 'id' cannot be null")),
    ],
)
@pytest.mark.parametrize("local", ["", "local"])
def test_one_bad_row_and_nothing_is_loaded(table, file, local, text, error):
    table.run("begin", "insert into t values (9, 'kept', 1)")
    assert table.error(f"load data {local} infile '{file('5,good,1' + chr(10) + text)}' into table t") in {
        error, (error[0], error[1].replace("row 1", "row 2"))
    }  # fmt: skip
    table.run("commit")
    assert table.rows("select id from t") == [[9]]


def test_a_load_is_part_of_the_transaction(table, file):
    table.run("begin")
    table.run(f"load data local infile '{file('1,x,1')}' into table t")
    assert table.rows("select count(*) from t") == [[1]]
    table.run("rollback")
    assert table.rows("select count(*) from t") == [[0]]


def test_into_a_temporary_table_and_on(table, file):
    table.run(
        "begin",
        "create temporary table s (id int, a varchar(20))",
        f"load data local infile '{file('1,x' + chr(10) + '2,y')}' into table s fields terminated by ','",
        "insert into t (id, a) select id, a from s",
        "drop table s",
        "commit",
    )
    assert table.rows("select id, a, n from t order by id") == [[1, "x", 9], [2, "y", 9]]


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("infile '/nosuch/file' into table t", (20301, "invalid input: the file does not exist in load flow")),
        ("infile '/nosuch/file' into table nosuch", (1146, "no such table t_db.nosuch")),
        ("infile 'stage://nosuch/f' into table t", (20300, "invalid configuration: Stage nosuch not found")),
        (
            "infile {'filepath'='/f', 'format'='xml'} into table t",
            (20300, "invalid configuration: the format 'xml' is not supported"),
        ),
        (
            "infile {'filepath'='/f', 'format'='parquet'} into table t",
            (20301, "invalid input: the file does not exist in load flow"),
        ),
    ],
)
def test_refused_sources(table, sql, error):
    assert table.error(f"load data {sql}") == error


def test_out_and_in_again(db, tmp_path):
    db.run("create table t (id int primary key, a varchar(50), d double, b bool)")
    rows = [
        [1, 'comma, quote " back\\slash\ttab', 1.25, 1],
        [2, "new\nline", -0.5, 0],
        [3, "", None, None],
        [4, None, 3, 1],
    ]
    for row in rows:
        with db.driver.cursor() as cursor:
            cursor.execute("insert into t values (%s, %s, %s, %s)", row)
    path = tmp_path / "out.csv"
    assert db.run(f"select * from t order by id into outfile '{path}'") == 0
    assert path.read_text().splitlines()[0] == "id,a,d,b"
    db.run("create table back like t")
    assert (
        db.run(f"load data infile '{path}' into table back fields terminated by ',' enclosed by '\"' ignore 1 lines")
        == 4
    )
    assert db.rows("select * from back order by id") == rows
    assert db.error(f"select 1 into outfile '{path}'") == (20406, "file out.csv already exists")


def test_files_of_a_stage(db, tmp_path):
    db.run("drop stage if exists t_files", f"create stage t_files url = 'file://{tmp_path}/'")
    db.run("create table t (id int)", "insert into t values (1), (2)")
    db.run("select * from t order by id into outfile 'stage://t_files/deep/out.csv' header 'false'")
    assert (tmp_path / "deep" / "out.csv").read_text() == "1\n2\n"
    assert db.rows("select file from stage_list('stage://t_files/deep/') f") == [[f"{tmp_path}/deep/out.csv"]]
    db.run("create table back (id int)", "load data infile 'stage://t_files/deep/out.csv' into table back")
    assert db.rows("select sum(id) from back")[0][0] == 3
    assert db.rows("select load_file(cast('stage://t_files/deep/out.csv?offset=2&size=1' as datalink))") == [["2"]]
    db.run("remove files from stage 'stage://t_files/deep/*.csv'")
    assert db.rows("select file from stage_list('stage://t_files/deep/') f") == []
    db.run("drop stage t_files")


@pytest.mark.parametrize("words", ["", "ignore", "replace"])
def test_duplicates_are_stored_and_checked_again_afterwards(table, file, words):
    table.run("create unique index uq on t (a)", "insert into t values (1, 'x', 0), (7, null, 0), (8, null, 0)")
    path = file("1,x,1\n2,x,2\n2,y,3\n")
    assert table.run(f"load data infile '{path}' {words} into table t fields terminated by ','") == 3
    assert table.run(f"load data infile '{path}' {words} into table t fields terminated by ','") == 3
    assert table.rows("select count(*), count(distinct id) from t") == [[9, 4]]
    assert table.error("insert into t values (1, 'new', 0)") == (1062, "Duplicate entry '1' for key 'id'")
    assert table.error("insert into t values (3, 'y', 0)") == (1062, "Duplicate entry 'y' for key 'a'")
    assert table.error("update t set a = 'x' where id = 7") == (1062, "Duplicate entry 'x' for key 'a'")
    table.run("insert into t values (3, 'z', 0), (4, null, 0)", "update t set n = 5 where id = 1")
    assert table.rows("select n from t where id = 1") == [[5], [5], [5]]


def test_stored_duplicates_are_rolled_back_with_everything_else(table, file):
    table.run("insert into t values (1, 'x', 0)", "begin")
    table.run(f"load data infile '{file('1,x,1')}' into table t fields terminated by ','", "rollback")
    assert table.rows("select * from t") == [[1, "x", 0]]
    assert table.error("insert into t values (1, 'y', 0)")[0] == 1062


def test_a_clients_file_among_several_statements(table, file):
    with table.driver.cursor() as cursor:
        cursor.execute(f"load data local infile '{file('1,x,1')}' into table t; select id, a from t")
        assert cursor.rowcount == 1
        assert cursor.nextset()
        assert cursor.fetchall() == ((1, "x"),)


def test_a_load_waits_for_rows_others_have_locked(table, connect, file):
    table.run("insert into t values (1, 'old', 1)")
    table.run("begin", "delete from t where id = 1")
    other = connect(database="t_db")
    other.run("set lock_wait_timeout = 1")
    path = file("1,new,1")
    # the key is not checked, so the row in its way is no obstacle
    assert other.run(f"load data local infile '{path}' into table t") == 1
    table.run("commit")
    assert table.rows("select a from t") == [["new"]]


@pytest.mark.parametrize(
    ("target", "first", "second"),
    [
        ("part_%d.csv' splitsize '1k'", "part_0.csv", "part_1.csv"),
        ("part_%03d.csv' splitsize '1k'", "part_000.csv", "part_001.csv"),
        ("whole.csv' splitsize '1000'", "whole.csv", "whole.csv.1"),
        ("max.csv' fields terminated by ',' max_file_size 1", "max.csv", "max.csv.1"),
    ],
)
def test_rows_beyond_the_size_of_a_file_go_to_the_next(db, tmp_path, target, first, second):
    db.run("create table big as select result as id from generate_series(1, 1000) g")
    db.run(f"select * from big order by id into outfile '{tmp_path}/{target}")
    assert (tmp_path / first).read_text() == "id\n"
    assert (tmp_path / second).read_text().split() == ["id", *map(str, range(1, 1001))]
    db.run(f"select * from big where id < 3 into outfile '{tmp_path}/small_%d.csv' splitsize '1k'")
    assert [path.name for path in tmp_path.glob("small*")] == ["small_0.csv"]


def test_moments_are_written_with_all_digits(db, tmp_path):
    db.run(
        "create table d (a datetime(3), b timestamp(2), c datetime)",
        "insert into d values ('2024-01-01', '2024-01-01', '2024-01-01')",
    )
    db.run(f"select * from d into outfile '{tmp_path}/d.csv'")
    assert (tmp_path / "d.csv").read_text().splitlines()[1] == (
        "2024-01-01 00:00:00.000,2024-01-01 00:00:00.00,2024-01-01 00:00:00"
    )


def test_files_the_system_refuses_are_errors_of_the_statement(db, tmp_path):
    db.run("create table unread (a int)")
    name = tmp_path / ("a" * 300)
    for sql in (
        f"load data infile '{name}' into table unread",
        f"select load_file(cast('file://{name}' as datalink))",
        f"select 1 into outfile '{name}'",
    ):
        assert "file name too long" in db.error(sql)[1]
    assert db.rows("select 1") == [[1]]
