"""Files that are written on a server."""

from __future__ import annotations

import csv
import json
import uuid

import matrixone_export.plugin
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matrixone_export import Export, ExportFormat, ExportManager, OptionError
from sqlalchemy import func, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column  # noqa: TC002 - mapping reads the annotations

from matrixone.exceptions import ExportError, PendingOperationError
from matrixone.testing.contract import check_plugin


class Base(DeclarativeBase):
    pass


class Thing(Base):
    __tablename__ = "t"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]


def test_the_contract():
    check_plugin(matrixone_export.plugin)


def test_attribute_is_the_manager(client):
    assert type(client.export) is ExportManager
    with client.session() as session:
        assert session.export is session.export is session.manager(ExportManager)


def test_csv(client, tmp_path):
    path = tmp_path / "new" / "t.csv"
    written = client.export.to_csv(path, "SELECT * FROM t WHERE id < ? ORDER BY id -- all", (3,))
    assert written == Export(str(path), ExportFormat.CSV)
    assert path.read_text() == '1,"a,""b\\\\"\n2,\\N\n'


def test_every_option_of_csv_at_once(client, tmp_path):
    path = tmp_path / "t.txt"
    client.export.to_csv(
        path,
        "SELECT * FROM t WHERE id <> 2 ORDER BY id",
        delimiter="|",
        quotechar="'",
        lineterminator="\r\n",
        header=True,
        force_quote=["id"],
    )
    assert path.read_bytes() == b"id|name\r\n'1'|'a,\"b\\\\'\r\n'3'|'100%'\r\n"


def test_without_quotes(client, tmp_path):
    client.export.to_csv(tmp_path / "t.csv", "SELECT * FROM t WHERE id = 3", quotechar="")
    assert (tmp_path / "t.csv").read_text() == "3,100%\n"


def test_empty_result(client, tmp_path):
    client.export.to_csv(tmp_path / "a.csv", "SELECT * FROM t WHERE 1 = 0")
    client.export.to_csv(tmp_path / "b.csv", "SELECT * FROM t WHERE 1 = 0", header=True)
    assert (tmp_path / "a.csv").read_text() == ""
    assert (tmp_path / "b.csv").read_text() == "id,name\n"


@pytest.mark.parametrize(
    "query",
    [
        select(Thing.id, Thing.name).where(Thing.id.in_([1, 3])).order_by(Thing.id).limit(1),
        select(Thing).order_by(Thing.id).limit(1),
        text("SELECT id, name FROM t WHERE id = :id").bindparams(id=1),
        "WITH c AS (SELECT id, name FROM t WHERE id = 1) SELECT id, name FROM c;",
    ],
)
def test_kinds_of_queries(client, tmp_path, query):
    client.export.to_csv(tmp_path / "t.csv", query, header=True)
    assert (tmp_path / "t.csv").read_text() == 'id,name\n1,"a,""b\\\\"\n'


def test_queries_of_a_session(client, tmp_path):
    with client.session() as session:
        session.export.to_jsonl(tmp_path / "a.jsonl", session.query(Thing).filter_by(id=3))
        session.export.to_csv(tmp_path / "a.csv", session.query(func.count(Thing.id)))
    client.export.to_jsonl(tmp_path / "b.jl", client.query(Thing).where("id > ?", 2))
    assert json.loads((tmp_path / "a.jsonl").read_text()) == {"id": 3, "name": "100%"}
    assert (tmp_path / "b.jl").read_text() == (tmp_path / "a.jsonl").read_text()
    assert (tmp_path / "a.csv").read_text() == "3\n"


def test_the_suffix_names_the_format(client, tmp_path, stage):
    client.export.to_file(tmp_path / "a.json", "SELECT id FROM t WHERE id = 1")
    client.export.to_file(tmp_path / "a.csv", "SELECT id FROM t WHERE id = 1", header=True)
    client.export.to_stage(stage_name=stage, filename="b.jsonl", query="SELECT id FROM t WHERE id = 1")
    client.export.to_stage(stage, "sub/b.csv", "SELECT id FROM t WHERE id = ?", (1,), header=True)
    assert (tmp_path / "a.json").read_text() == (tmp_path / "b.jsonl").read_text() == '{"id":1}\n'
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "sub/b.csv").read_text() == "id\n1\n"
    with pytest.raises(OptionError, match="header"):
        client.export.to_file(tmp_path / "c.jsonl", "SELECT 1", header=True)


def test_stages(client, tmp_path, stage):
    written = client.export.to_csv_stage(stage.upper(), "a.csv", "SELECT id FROM t WHERE id = 1", sep=";")
    assert written.path == f"stage://{stage}/a.csv"
    client.export.to_jsonl_stage(stage, "a.jsonl", "SELECT id FROM t WHERE id = 1")
    client.export.to_csv(f"stage://{stage}/b.csv", "SELECT id FROM t WHERE id = 1")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.jsonl", "b.csv"]
    with pytest.raises(ExportError, match="not found"):
        client.export.to_stage("no_such_stage", "a.csv", "SELECT 1")
    with pytest.raises(OptionError, match="outside"):
        client.export.to_stage(stage, "../escaped.csv", "SELECT 1")


def test_parquet(client, tmp_path, stage):
    client.export.to_parquet(tmp_path / "t.parquet", "SELECT id FROM t")
    client.export.to_parquet_stage(stage, "s.parquet", "SELECT id FROM t")
    assert (tmp_path / "t.parquet").read_bytes()[:4] == (tmp_path / "s.parquet").read_bytes()[:4] == b"PAR1"
    client.execute("CREATE TABLE v (id INT, v VECF32(2))")
    client.execute("INSERT INTO v VALUES (1, '[1,2]')")
    with pytest.raises(ExportError, match="VECF32"):
        client.export.to_parquet(tmp_path / "v.parquet", "SELECT * FROM v")


def test_several_files(client, tmp_path):
    rows = "SELECT result AS id FROM generate_series(1, 20000) g"
    written = client.export.to_csv(tmp_path / "t_%d.csv", rows, split_size="10k", header=True)
    assert written.split_size == "10k"
    files = sorted(tmp_path.glob("t_*.csv"))
    assert len(files) > 1
    lines = [line for file in files for line in file.read_text().splitlines()]
    assert sorted(int(line) for line in lines if line != "id") == list(range(1, 20001))
    client.export.to_jsonl(tmp_path / "t.jsonl", rows, split_size=10240)
    assert {"t.jsonl", "t.jsonl.1"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("path", ["t.csv", "t.jsonl"])
def test_existing_files_are_not_overwritten(client, tmp_path, path):
    client.export.to_file(tmp_path / path, "SELECT 1 AS a")
    before = (tmp_path / path).read_text()
    with pytest.raises(ExportError, match=f"{path}' exists, and the server overwrites no file") as caught:
        client.export.to_file(tmp_path / path, "SELECT 2 AS a")
    assert caught.value.errno == 20406
    assert (tmp_path / path).read_text() == before


def test_errors_of_the_query(client, tmp_path):
    with pytest.raises(ExportError, match="no_such_table"):
        client.export.to_csv(tmp_path / "t.csv", "SELECT * FROM no_such_table")
    with pytest.raises(ExportError):
        client.export.to_csv(tmp_path / "t.csv", "SELECT no_such_column FROM t")
    assert not (tmp_path / "t.csv").exists()


def test_columns_that_the_server_would_not_force(client, tmp_path):
    with pytest.raises(OptionError, match="no columns nosuch, it has id, name"):
        client.export.to_csv(tmp_path / "t.csv", "SELECT * FROM t", force_quote=["id", "nosuch"])
    with pytest.raises(OptionError, match="lower case"):
        client.export.to_csv(tmp_path / "t.csv", "SELECT id AS Id FROM t", force_quote=["Id"])
    assert not (tmp_path / "t.csv").exists()


class TestTransactions:
    def test_reads_what_the_transaction_sees(self, client, tmp_path):
        with client.session() as session:
            session.execute("INSERT INTO t VALUES (4, 'mine')")
            session.export.to_csv(tmp_path / "t.csv", "SELECT id FROM t WHERE name = ?", ("mine",))
            client.export.to_csv(tmp_path / "other.csv", "SELECT id FROM t WHERE name = 'mine'")
            assert (tmp_path / "t.csv").read_text() == "4\n"
            assert (tmp_path / "other.csv").read_text() == ""
        assert client.execute("SELECT COUNT(*) FROM t").scalar() == 4

    def test_the_file_stays_after_a_rollback(self, client, tmp_path):
        with client.session() as session:
            session.execute("INSERT INTO t VALUES (4, 'mine')")
            session.export.to_csv(tmp_path / "t.csv", "SELECT COUNT(*) FROM t")
            session.rollback()
        assert (tmp_path / "t.csv").read_text() == "4\n"
        assert client.execute("SELECT COUNT(*) FROM t").scalar() == 3

    def test_an_error_leaves_the_transaction_as_it_was(self, client, tmp_path):
        (tmp_path / "t.csv").touch()
        with client.session() as session:
            session.execute("INSERT INTO t VALUES (4, 'mine')")
            with pytest.raises(ExportError):
                session.export.to_csv(tmp_path / "t.csv", "SELECT 1")
        assert client.execute("SELECT COUNT(*) FROM t").scalar() == 4

    def test_a_stage_that_waits_for_the_commit_is_named(self, client, tmp_path):
        name = f"stage_{uuid.uuid4().hex[:12]}"
        with client.session() as session:
            session.execute("INSERT INTO t VALUES (4, 'mine')")
            session.stage.create_local(name, f"{tmp_path}/")
            with pytest.raises(PendingOperationError, match=name):
                session.export.to_stage(name, "t.csv", "SELECT 1")
            session.rollback()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=20), min_size=1, max_size=4))
def test_values_come_back_from_the_file(client, tmp_path, values):
    path = tmp_path / f"{uuid.uuid4().hex}.csv"
    client.execute("DELETE FROM t")
    client.batch_insert("t", [{"id": number, "name": value} for number, value in enumerate(values)])
    client.export.to_csv(path, "SELECT id, name FROM t ORDER BY id")
    with path.open(encoding="utf-8", newline="") as file:
        read = [name for _, name in csv.reader(file)]
    assert [text.replace("\\\\", "\\") for text in read] == values


class TestAsync:
    async def test_methods(self, async_client, tmp_path, stage):
        export = async_client.export
        await export.to_csv(tmp_path / "a.csv", "SELECT id FROM t WHERE id = ?", (1,), header=True)
        await export.to_jsonl(tmp_path / "a.jsonl", select(Thing.id).where(Thing.id == 1))
        await export.to_file(tmp_path / "b.csv", async_client.query(Thing.id).filter_by(id=1))
        await export.to_stage(stage, "c.jsonl", "SELECT id FROM t WHERE id = 1")
        await export.to_csv_stage(stage, "d.csv", "SELECT id FROM t WHERE id = 1")
        await export.to_jsonl_stage(stage, "e.jsonl", "SELECT id FROM t WHERE id = 1")
        texts = {path.name: path.read_text() for path in tmp_path.iterdir()}
        line = '{"id":1}\n'
        assert texts == {
            "a.csv": "id\n1\n",
            "a.jsonl": line,
            "b.csv": "1\n",
            "c.jsonl": line,
            "d.csv": "1\n",
            "e.jsonl": line,
        }

    async def test_parquet(self, async_client, stage, tmp_path):
        written = await async_client.export.to_parquet(tmp_path / "t.parquet", "SELECT id FROM t")
        assert written.format == "parquet"
        written = await async_client.export.to_parquet_stage(stage, "s.parquet", "SELECT id FROM t")
        assert written.path == f"stage://{stage}/s.parquet"

    async def test_the_file_stays_after_a_rollback(self, async_client, tmp_path):
        async with async_client.session() as session:
            await session.execute("INSERT INTO t VALUES (4, 'mine')")
            await session.export.to_csv(tmp_path / "t.csv", "SELECT COUNT(*) FROM t")
            await session.rollback()
        assert (tmp_path / "t.csv").read_text() == "4\n"
        with pytest.raises(ExportError, match="exists"):
            await async_client.export.to_csv(tmp_path / "t.csv", "SELECT 1")
