"""Open files, compressed files, whole documents, data frames, and the names other programs have for the methods."""

import bz2
import datetime as dt
import decimal
import gzip
import io
import json
import uuid

import pytest
from matrixone_load_data import LoadResult

from matrixone.exceptions import ConfigurationError, IntegrityError, LoadError

CSV = "1,one\n2,two\n"
LINES = '{"id": 1, "name": "one"}\n{"id": 2, "name": "two"}\n'
LOADED = [(1, "one"), (2, "two")]


@pytest.fixture
def users(matrixone_client):
    matrixone_client.create_table("users", {"id": "int primary key", "name": "varchar(50)"})
    return matrixone_client


@pytest.fixture
def file(tmp_path):
    def write(data, name="data.csv"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


def taken(client, columns="id, name", table="users"):
    """The rows, which are deleted."""
    found = [tuple(row) for row in client.execute(f"SELECT {columns} FROM {table} ORDER BY 1").rows]
    client.execute(f"DELETE FROM {table}")
    return found


def test_open_files(users, file):
    load = users.load_data
    for opened in (io.StringIO(CSV), io.BytesIO(CSV.encode()), io.BytesIO(CSV.encode("utf-16"))):
        charset = "utf-16" if opened.read(1) == b"\xff" else "utf-8"
        opened.seek(0)
        assert load.from_csv(opened, "users", charset=charset) == LoadResult(2, 2)
        assert taken(users) == LOADED
    with file(CSV).open("rb") as opened:
        load.from_csv(opened, "users")
    load.from_jsonl(io.StringIO('{"id": 3, "name": "x"}'), "users")
    assert taken(users) == [*LOADED, (3, "x")]
    with pytest.raises(LoadError, match="not utf-8"):
        load.from_csv(io.BytesIO(b"1,\xff\n"), "users")
    with pytest.raises(ConfigurationError, match="client"):
        load.from_csv(io.StringIO(CSV), "users", local=False)


@pytest.mark.parametrize(("pack", "ending", "kind"), [(gzip.compress, "gz", "gzip"), (bz2.compress, "bz2", "bzip2")])
@pytest.mark.parametrize("local", [True, False])
def test_compressed_files(users, file, pack, ending, kind, local):
    load = users.load_data
    packed = pack(CSV.encode())
    assert load.from_csv(file(packed, f"data.csv.{ending}"), "users", local=local) == LoadResult(2, 2)
    assert taken(users) == LOADED
    assert load.from_csv(file(packed, "data"), "users", local=local, compression=kind) == LoadResult(2, 2)
    assert taken(users) == LOADED
    load.from_jsonl(file(pack(LINES.encode()), f"data.jl.{ending}"), "users", local=local)
    assert taken(users) == LOADED


def test_compressed_open_files_and_broken_ones(users, file):
    users.load_data.from_csv(io.BytesIO(gzip.compress(CSV.encode())), "users", compression="gzip")
    assert taken(users) == LOADED
    for broken in (b"no gzip", gzip.compress(CSV.encode() * 1000)[:40]):
        with pytest.raises(LoadError, match="cannot be read"):
            users.load_data.from_csv(file(broken, "data.csv.gz"), "users")
    assert taken(users) == []


def test_json_of_every_form(users, file):
    load = users.load_data
    load.from_json(file(json.dumps([{"id": 1, "name": "one"}, {"name": "two\n", "id": 2}])), "users")
    assert taken(users) == [(1, "one"), (2, "two\n")]
    load.from_json(file('[[1, "one"],\n[2, "two"]]'), "users", orient="values")
    assert taken(users) == LOADED
    load.from_json(file(LINES), "users", lines=True)
    assert taken(users) == LOADED
    for local in (True, False):
        arrays = file('["one", 1]\n["two", 2]\n')
        load.from_jsonl(arrays, "users", orient="values", columns=["name", "id"], local=local)
        assert taken(users) == LOADED
    for text, orient in (("{}", "records"), ("[1]", "records"), ("[{}]", "values"), ("[", "records")):
        with pytest.raises(LoadError):
            load.from_json(file(text), "users", orient=orient)
    with pytest.raises(LoadError, match="line 1"):
        load.from_jsonl(file('{"id": 1}'), "users", orient="values")
    with pytest.raises(ConfigurationError, match="line"):
        load.from_json(file("[]"), "users", local=False)
    with pytest.raises(ConfigurationError, match="orient"):
        load.from_json(file("[]"), "users", orient="split")


def test_lines_of_the_servers_files(users, file):
    load = users.load_data
    load.from_csv(file("xx1,one\nxx2,two\n"), "users", local=False, line_start="xx")
    assert taken(users) == LOADED
    load.from_csv(file("1,one;2,two;"), "users", local=False, lines_terminated_by=";")
    assert taken(users) == LOADED
    load.from_csv(file("1,one\n2,NA\n"), "users", local=False, parallel=True, set_clause={"name": "NULLIF(name,'NA')"})
    assert taken(users) == [(1, "one"), (2, None)]


def test_progress(users):
    seen = []
    text = "".join(f"{number},{'x' * 40}\n" for number in range(60_000))
    assert users.load_data.from_inline(text, "users", on_progress=seen.append).rows_read == 60_000
    assert len(seen) > 1
    assert seen == sorted(seen)
    assert seen[-1] == 60_000


def test_an_error_of_the_callback_takes_all_of_it_back(users):
    def stop(_rows):
        raise KeyError("enough")

    with users.session() as session:
        with pytest.raises(KeyError, match="enough"):
            session.load_data.from_inline(CSV, "users", on_progress=stop)
        assert [tuple(row) for row in session.execute("SHOW TABLES")] == [("users",)]
    assert taken(users) == []


# -- data frames and parquet ------------------------------------------------------------------------------------------

ALL = {
    "id": "int primary key",
    "name": "varchar(50)",
    "number": "double",
    "exact": "decimal(10, 2)",
    "day": "datetime(6)",
    "flag": "bool",
    "v": "vecf32(2)",
    "raw": "varbinary(20)",
}
ROWS = {
    "id": [1, 2],
    "name": ["\\N", None],
    "number": [0.1, None],
    "exact": [decimal.Decimal("1.25"), None],
    "day": [dt.datetime.fromisoformat("2024-02-29T01:02:03.000456"), None],
    "flag": [True, None],
    "v": [[0.5, 1.0], None],
    "raw": [b"\x00'\xff", None],
}
STORED = [
    (
        1,
        "\\N",
        0.1,
        decimal.Decimal("1.25"),
        dt.datetime.fromisoformat("2024-02-29T01:02:03.000456"),
        1,
        "[0.5, 1]",
        b"\x00'\xff",
    ),
    (2, None, None, None, None, None, None, None),
]


def frame_of(library):
    package = pytest.importorskip(library, reason=f"{library} is not installed")
    return {"pandas": lambda: package.DataFrame(ROWS), "polars": lambda: package.DataFrame(ROWS)}.get(
        library, lambda: package.table(ROWS)
    )()


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_data_frames(matrixone_client, library):
    frame = frame_of(library)
    matrixone_client.create_table("t", ALL)
    assert matrixone_client.load_data.from_dataframe(frame, "t") == LoadResult(2, 2)
    found = taken(matrixone_client, ", ".join(ALL), "t")
    assert found == STORED
    matrixone_client.load_data.from_dataframe(frame, table="t", columns=["name", "id"])
    assert taken(matrixone_client, "id, name, number", "t") == [(1, "\\N", None), (2, None, None)]
    with pytest.raises(ConfigurationError, match="nosuch"):
        matrixone_client.load_data.from_dataframe(frame, "t", columns=["nosuch"])


def test_data_frames_keep_the_keys(users):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    many = pandas.DataFrame({"id": range(1200), "name": ["x"] * 1200})
    users.insert("users", {"id": 1100, "name": "old"})
    with users.session() as session:
        with pytest.raises(IntegrityError):
            session.load_data.from_dataframe(many, "users")
        assert session.execute("SELECT COUNT(*) FROM users").scalar() == 1
    assert users.load_data.from_dataframe(many, "users", conflicts="ignore") == LoadResult(1200, 1199)
    assert users.load_data.from_dataframe(many, "users", conflicts="update") == LoadResult(1200, 1200)
    with pytest.raises(IntegrityError):
        users.load_data.from_dataframe(many, "users", conflicts="unchecked")
    assert taken(users, "COUNT(*), MIN(name)") == [(1200, "x")]


def test_data_frames_that_lose_something(users):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    for values in ([float("inf")], pandas.to_datetime(["2024-01-01T00:00:00Z"])):
        with pytest.raises(LoadError):
            users.load_data.from_dataframe(pandas.DataFrame({"id": [1], "name": values}), "users")
    for wrong in ([1], {"id": [1]}, pandas.DataFrame([[1, "x"]])):
        with pytest.raises(ConfigurationError):
            users.load_data.from_dataframe(wrong, "users")
    assert taken(users) == []


def test_parquet(users, tmp_path):
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    import pyarrow.parquet

    path = tmp_path / "data.parquet"
    table = arrow.table({"id": arrow.array([1, 2], arrow.int32()), "name": ["one", "two"]})
    pyarrow.parquet.write_table(table, path)
    assert users.load_data.from_parquet(path, "users") == LoadResult(2, 2)
    assert taken(users) == LOADED
    users.insert("users", {"id": 1, "name": "old"})
    assert users.load_data.from_file(path, "users", conflicts="update").rows_read == 2
    assert taken(users) == LOADED
    with pytest.raises(LoadError, match="cannot be read"):
        users.load_data.from_parquet(tmp_path / "absent.parquet", "users")
    with pytest.raises(ConfigurationError, match="compression"):
        users.load_data.from_parquet(path, "users", compression="gzip")
    assert users.load_data.from_parquet(path, "users", local=False) == LoadResult(2, 2)
    users.load_data.from_parquet(tmp_path / "*.parquet", "users", local=False, conflicts="update")
    assert taken(users) == LOADED
    users.insert("users", {"id": 1, "name": "old"})
    with pytest.raises(IntegrityError):
        users.load_data.from_parquet(str(path), "users", local=False)


# -- names ------------------------------------------------------------------------------------------------------------


def test_the_names_of_other_programs(users, file):
    load = users.load_data
    path = file("skip\n1;'one'\n2;two\n")
    calls = (
        lambda: load.read_csv(
            path, "users", sep=";", quotechar="'", skiprows=1, names=["id", "name"], encoding="utf-8"
        ),
        lambda: load.read_csv(filepath_or_buffer=path, table="users", sep=";", quotechar="'", quoting=True, skiprows=1),
        lambda: load.read_csv(CSV, "users", inline=True),
        lambda: load.read_csv_inline(CSV, "users", sep=","),
        lambda: load.read_json(file(LINES, "j.jl"), "users"),
        lambda: load.read_json(LINES, "users", inline=True),
        lambda: load.read_json(
            '[{"id": 1, "name": "one"}, {"id": 2, "name": "two"}]', "users", inline=True, lines=False
        ),
        lambda: load.read_json_inline('[1, "one"]\n[2, "two"]', "users", orient="values"),
        lambda: load.from_file(
            path, "users", fields_terminated_by=";", fields_enclosed_by="'", ignore_lines=1, character_set="utf8mb4"
        ),
        lambda: load.from_file(file(LINES, "j.jsonl"), "users"),
        lambda: load.from_file(file('[1,"one"]\n[2,"two"]', "j.x"), "users", format="jsonline", jsondata="array"),
        lambda: load.from_file(file("1\tone\n2\ttwo\n", "j.tsv"), table_name_or_model="users"),
        lambda: load.from_local_file(file_path=file(CSV), table_name_or_model="users"),
        lambda: load.from_jsonlines(file(LINES), "users"),
        lambda: load.from_inline("1\tone\n2\ttwo", "users", format="tsv"),
    )
    for call in calls:
        result = call()
        assert (result.affected_rows, result.rowcount) == (2, 2)
        assert taken(users) == LOADED
    with pytest.raises(ValueError, match="empty"):
        load.from_file("", "users")
    with pytest.raises(ValueError, match="ignore_lines"):
        load.from_file(path, "users", ignore_lines=-1)
    with pytest.raises(ConfigurationError, match="xml"):
        load.from_file(path, "users", format="xml")
    with pytest.raises(ConfigurationError, match="delimiter"):
        load.from_file(file(LINES, "j.jsonl"), "users", sep=";")


def test_stages(users, file):
    load = users.load_data
    path = file(CSV)
    file("1\tone\n2\ttwo\n", "data.tsv")
    file(LINES, "data.jsonl")
    file('[1, "one"]\n[2, "two"]\n', "arrays.jl")
    file(gzip.compress(CSV.encode()), "data.csv.gz")
    stage = f"load_{uuid.uuid4().hex[:12]}"
    users.execute(f"CREATE STAGE {stage} URL = 'file://{path.parent}/'")
    try:
        for call in (
            lambda: load.from_stage(stage, "data.csv", "users"),
            lambda: load.from_stage(stage, "data.csv.gz", "users"),
            lambda: load.from_stage(stage, "/data.tsv", "users"),
            lambda: load.from_stage(stage, "data.jsonl", "users"),
            lambda: load.from_stage_tsv(stage, "data.tsv", "users"),
            lambda: load.from_stage_jsonl(stage, "arrays.jl", "users", orient="values"),
            lambda: load.read_csv_stage(stage_name=stage, filename="data.csv", table="users", sep=","),
            lambda: load.read_json_stage(stage, "data.jsonl", "users"),
            lambda: load.from_jsonl(f"stage://{stage}/data.jsonl", "users"),
        ):
            assert call() == LoadResult(2, 2)
            assert taken(users) == LOADED
        with pytest.raises(ConfigurationError):
            load.read_json_stage(stage, "data.jsonl", "users", lines=False)
    finally:
        users.execute(f"DROP STAGE {stage}")


def test_t7_no_way_of_loading_stores_a_key_twice(users, file):
    load = users.load_data
    users.insert("users", {"id": 1, "name": "old"})
    for call in (
        lambda **how: load.from_csv(file(CSV), "users", **how),
        lambda **how: load.from_csv(file(CSV), "users", local=False, **how),
        lambda **how: load.from_jsonl(file(LINES), "users", local=False, **how),
        lambda **how: load.from_inline(LINES, "users", format="jsonl", **how),
        lambda **how: load.from_file(io.StringIO(CSV), "users", **how),
    ):
        with pytest.raises(IntegrityError):
            call()
        assert call(conflicts="ignore") == LoadResult(2, 1)
        assert call(conflicts="update").rows_read == 2
        assert taken(users) == LOADED
        users.insert("users", {"id": 1, "name": "old"})


async def test_asynchronously(users, matrixone_async_client, file):
    async with matrixone_async_client as client:
        load = client.load_data
        assert await load.from_json(file(f"[{LINES.strip().replace(chr(10), ',')}]"), "users") == LoadResult(2, 2)
        assert await load.read_csv(io.StringIO(CSV), "users", conflicts="update") == LoadResult(2, 2)
        assert taken(users) == LOADED
        pandas = pytest.importorskip("pandas", reason="pandas is not installed")
        async with client.session() as session:
            frame = pandas.DataFrame({"id": [1], "name": ["x"]})
            assert await session.load_data.from_dataframe(frame, "users") == LoadResult(1, 1)
            await session.rollback()
        assert taken(users) == []
