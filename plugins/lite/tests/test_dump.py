"""DUMP TABLE and LOAD TABLE, and what lists the files of stages; texts as a MatrixOne v4.2.0 has them."""

import json

import pytest

COLUMNS = "id int primary key, a varchar(9), v vecf32(2), d decimal(9,2), b blob, ts timestamp, key ix (a)"
ONLY = "not supported: DUMP TABLE and LOAD TABLE with"


@pytest.fixture
def dumped(db, tmp_path):
    """The directory of a dump of the table ``t``."""
    db.run(
        f"create table t ({COLUMNS})",
        "insert into t values (1, 'x', '[1,2]', 1.5, x'ff00', '2024-01-02 03:04:05'), (2, null, null, null, null, null)",
        "select mo_ctl('dn', 'flush', 't_db.t')",
        f"dump table t to '{tmp_path}/dump'",
    )
    return tmp_path / "dump"


def test_a_dump_is_loaded(db, dumped):
    db.run(f"create table u ({COLUMNS})", "set time_zone = '+08:00'")
    assert db.run(f"load table u from 'file://{dumped}'") == 0
    assert db.rows("select * from u") == db.rows("select * from t")
    db.run("set time_zone = 'SYSTEM'", "begin", "delete from u", f"load table u from '{dumped}'", "rollback")
    assert db.rows("select count(*) from u where a = 'x'") == [[1]]
    assert db.error(f"load table u from '{dumped}'") == (20301, "invalid input: target relation u must be empty")


def test_rows_must_be_flushed(db, tmp_path):
    db.run("create table t (id int primary key)", "insert into t values (1)")
    reason = "invalid input: table t contains in-memory rows; flush it before DUMP TABLE"
    assert db.error(f"dump table t to '{tmp_path}/d'") == (20301, reason)


def test_a_dump_is_not_overwritten(db, dumped):
    number, text = db.error(f"dump table t to '{dumped}'")
    assert (number, text.startswith("file objects/"), text.endswith(" already exists")) == (20406, True, True)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        (COLUMNS.replace("varchar(9)", "varchar(8)"), "target table schema does not match table dump"),
        (COLUMNS.replace(", key ix (a)", ""), "target table index topology does not match table dump"),
    ],
)
def test_a_table_of_another_shape(db, dumped, columns, reason):
    db.run(f"create table u ({columns})")
    assert db.error(f"load table u from '{dumped}'") == (20301, f"invalid input: {reason}")


@pytest.mark.parametrize(
    ("create", "what"),
    [
        ("create view x as select 1 as a", "views"),
        ("create sequence x", "sequences"),
        ("create table x (a int)", "auto-increment columns"),
        ("create table x (a int auto_increment primary key)", "auto-increment columns"),
        ("create temporary table x (a int primary key)", "temporary tables"),
        ("create table x (a int primary key) partition by hash (a) partitions 2", "partitions"),
        ("create table x (a int primary key, b int references t (id))", "foreign key constraints"),
    ],
)
def test_what_is_not_dumped(db, tmp_path, create, what):
    db.run(
        "create table t (id int primary key)",
        create.replace("b int references t (id)", "b int, foreign key (b) references t (id)"),
    )
    assert db.error(f"dump table x to '{tmp_path}/d'") == (20105, f"{ONLY} {what}")


def test_dumps_that_are_none(db, dumped, tmp_path):
    db.run(f"create table u ({COLUMNS})")
    for directory, error in (
        (tmp_path, (20405, "file manifest.json is not found")),
        ("there", (20301, "invalid input: table dump path must be an absolute local path or file:// URL")),
        ("stage://t_none/d", (20300, "invalid configuration: Stage t_none not found")),
    ):
        assert db.error(f"load table u from '{directory}'") == error
    assert db.error(f"load table nosuch from '{dumped}'") == (1146, "no such table t_db.nosuch")
    manifest = json.loads((dumped / "manifest.json").read_text())
    (dumped / manifest["object"]).write_text("[]\n")
    assert db.error(f"load table u from '{dumped}'")[1].endswith("does not match manifest checksum")
    (tmp_path / "outside").write_bytes(b"")
    for name in ("../outside", f"{tmp_path}/outside", "objects/../../outside"):
        (dumped / "manifest.json").write_text(json.dumps({**manifest, "object": name}))
        reason = f"invalid input: invalid object name {name} in table dump manifest"
        assert db.error(f"load table u from '{dumped}'") == (20301, reason)
    (dumped / "manifest.json").write_text('{"version": 1}')
    assert db.error(f"load table u from '{dumped}'") == (20105, "not supported: lite: table dumps of other servers")


def test_the_files_of_a_stage(db, tmp_path):
    for name in ("a.csv", "b.csv", ".hidden.csv", "sub/x.csv", "sub/.x.csv", ".hidden/x.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1\n")
    db.run(f"create stage t_list url = 'file://{tmp_path}/'", "create table t (a int)")
    try:
        for pattern, found in (
            ("", ["a.csv", "b.csv", "sub"]),
            ("*", ["a.csv", "b.csv"]),
            ("s*/", []),
            ("*/x.csv", ["sub/x.csv"]),
            ("sub/", ["sub/x.csv"]),
            ("**", ["a.csv", "b.csv"]),
            ("**/x**v", ["sub/x.csv"]),
            (".h*", []),
            (".hidden/", [".hidden/x.csv"]),
            ("[a]*", ["a.csv"]),
            ("a?csv", []),
        ):
            rows = db.rows(f"select file from stage_list('stage://t_list/{pattern}') f order by file")
            assert rows == [[f"{tmp_path}/{name}"] for name in found]
        wanted = (20300, "invalid configuration: the filepath must be specified")
        assert db.error("load data url stageoption t_list into table t fields terminated by ','") == wanted
        pattern = "stage://t_list/.h*"
        assert db.error(f"remove files from stage '{pattern}'") == (20405, f"file {pattern} is not found")
        assert db.error("remove files from stage 'stage://t_list/sub'") == (20405, "file sub is not found")
        db.run("remove files from stage 'stage://t_list/**'")
        assert sorted(path.name for path in tmp_path.rglob("*.csv")) == [".hidden.csv", ".x.csv", "x.csv", "x.csv"]
    finally:
        db.run("drop stage t_list")
