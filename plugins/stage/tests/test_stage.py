"""What becomes of stages on a server."""

import uuid
import warnings

import pytest
from matrixone_stage import Stage

from matrixone.exceptions import (
    AfterCommitError,
    ConfigurationError,
    PendingOperationError,
    QueryError,
    RollbackWarning,
    StageError,
    TransactionRefusedError,
)


@pytest.fixture
def name(matrixone_client):
    stage = f"stage_{uuid.uuid4().hex[:12]}"
    yield stage
    matrixone_client.stage.drop(stage, if_exists=True)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "sub").mkdir()
    for file in ("a.csv", "b.csv", "c.txt", "sub/d.csv"):
        (tmp_path / file).write_text("1,one\n")
    return tmp_path


def test_create_and_read_back(matrixone_client, name):
    created = matrixone_client.stage.create(name.upper(), "file:///exports/x/", comment='a "note" of 100%')
    assert (created.name, created.url, created.comment) == (name, "file:///exports/x/", 'a "note" of 100%')
    found = matrixone_client.stage.get(name)
    assert (found.name, found.url, found.status, found.comment) == (name, created.url, "in_use", created.comment)
    assert found.credentials is None
    assert found.created_time is not None
    assert found in matrixone_client.stage.list()
    assert matrixone_client.stage.exists(name.upper())


def test_local_and_s3(matrixone_client, name):
    assert matrixone_client.stage.create_local(name, "/exports/").url == "file:///exports/"
    matrixone_client.stage.drop(name)
    matrixone_client.stage.create_s3(
        name, "my-backup", "daily/", aws_key_id="k", aws_secret_key="hunter2", endpoint="http://h:9"
    )
    found = matrixone_client.stage.get(name)
    assert found.url == "s3://my-backup/daily/"
    assert found.credentials.reveal() == "AWS_KEY_ID=k,AWS_SECRET_KEY=hunter2,ENDPOINT=http://h:9"
    assert "hunter2" not in repr(found)


def test_s3_without_keys(matrixone_client, name):
    matrixone_client.stage.create_s3(name, bucket="my-backup")
    assert matrixone_client.stage.get(name).url == "s3://my-backup/"


def test_a_second_one_of_the_name(matrixone_client, name):
    matrixone_client.stage.create_local(name, "/one/")
    with pytest.raises(StageError, match="exists"):
        matrixone_client.stage.create_local(name, "/two/")
    assert matrixone_client.stage.create_local(name, "/two/", if_not_exists=True).url == "file:///one/"


def test_disabled_is_a_label(matrixone_client, name):
    assert matrixone_client.stage.create(name, "file:///x/", enabled=False).status == "disabled"
    assert matrixone_client.stage.get(name).status == "disabled"


def test_alter(matrixone_client, name):
    matrixone_client.stage.create_local(name, "/one/")
    matrixone_client.stage.alter(
        name, url="file:///two/", comment="second", enabled=False, credentials={"AWS_KEY_ID": "k"}
    )
    found = matrixone_client.stage.get(name)
    assert (found.url, found.comment, found.status) == ("file:///two/", "second", "disabled")
    assert found.credentials.reveal() == "AWS_KEY_ID=k"


def test_absent(matrixone_client, name):
    assert not matrixone_client.stage.exists(name)
    for call in (
        lambda: matrixone_client.stage.get(name),
        lambda: matrixone_client.stage.drop(name),
        lambda: matrixone_client.stage.alter(name, comment="x"),
        lambda: matrixone_client.stage.list_files(name),
        lambda: matrixone_client.stage.remove_files(name, "x"),
    ):
        with pytest.raises(StageError):
            call()
    assert matrixone_client.stage.drop(name, if_exists=True).skipped
    assert [change.skipped for change in matrixone_client.stage.alter(name, comment="x", if_exists=True)] == [True]


def test_bad_arguments_send_nothing(matrixone_client, name):
    for call in (
        lambda: matrixone_client.stage.create(name, "http://example.com/"),
        lambda: matrixone_client.stage.create(name, "s3://b", credentials={"AWS_KEY_ID": "it's"}),
        lambda: matrixone_client.stage.create(name, "s3://b", comment="it's"),
        lambda: matrixone_client.stage.create_local(name, ""),
        lambda: matrixone_client.stage.alter(name),
        lambda: matrixone_client.stage.remove_files(name, ""),
        lambda: matrixone_client.stage.remove_files(name, "/"),
    ):
        with pytest.raises(ConfigurationError):
            call()
    assert not matrixone_client.stage.exists(name)
    with pytest.raises(TypeError):
        matrixone_client.stage.create(name, "s3://b", credential={})


def test_files(matrixone_client, name, files):
    matrixone_client.stage.create_local(name, f"{files}/")
    assert matrixone_client.stage.list_files(name) == [f"{files}/{file}" for file in ("a.csv", "b.csv", "c.txt", "sub")]
    assert matrixone_client.stage.list_files(name, "*.csv") == [f"{files}/a.csv", f"{files}/b.csv"]
    assert matrixone_client.stage.list_files(name, "sub/") == [f"{files}/sub/d.csv"]
    assert matrixone_client.stage.list_files(name, "nothing/") == []
    matrixone_client.stage.remove_files(name, "*.csv")
    assert not (files / "a.csv").exists()
    assert (files / "c.txt").exists()
    with pytest.raises(StageError):
        matrixone_client.stage.remove_files(name, "a.csv")
    matrixone_client.stage.remove_files(name, "a.csv", if_exists=True)


def test_at_once_where_no_transaction_is_open_and_undone_by_a_rollback(matrixone_client, name):
    with matrixone_client.session() as session:
        session.stage.create_local(name, "/x/")
        assert session.stage.exists(name)
        session.rollback()
    assert not matrixone_client.stage.exists(name)


def test_after_the_commit_where_a_transaction_is_open(matrixone_client, name):
    with matrixone_client.session() as session:
        session.execute("CREATE TABLE t (a INT)")
        assert session.stage.create_local(name, "/x/", enabled=False).pending
        assert not session.stage.exists(name)
        with pytest.raises(PendingOperationError, match=name):
            session.stage.list_files(name)
    assert matrixone_client.stage.get(name).status == "disabled"


def test_never_after_a_rollback(matrixone_client, name):
    with matrixone_client.session() as session:
        session.execute("CREATE TABLE t (a INT)")
        session.stage.create_local(name, "/x/")
        session.rollback()
    assert not matrixone_client.stage.exists(name)


def test_refused_where_the_session_says_so(matrixone_client, name):
    with matrixone_client.session(on_refused="raise") as session:
        session.execute("CREATE TABLE t (a INT)")
        with pytest.raises(TransactionRefusedError):
            session.stage.create_local(name, "/x/")
    assert not matrixone_client.stage.exists(name)


def test_a_failure_after_the_commit_says_what_was_committed(matrixone_client, name):
    matrixone_client.stage.create_local(name, "/x/")
    session = matrixone_client.session()
    session.execute("CREATE TABLE t (a INT)")
    session.stage.create_local(name, "/y/")
    with pytest.raises(AfterCommitError):
        session.commit()
    session.close()
    assert matrixone_client.execute("SELECT COUNT(*) FROM t").scalar() == 0


def test_a_drop_is_not_undone_and_says_so(matrixone_client, name):
    matrixone_client.stage.create_local(name, "/x/")
    with matrixone_client.session() as session:
        session.stage.drop(name)
        with pytest.warns(RollbackWarning, match="DropStage"):
            session.rollback()
    assert not matrixone_client.stage.exists(name)


def test_an_existing_stage_survives_the_rollback_of_if_not_exists(matrixone_client, name):
    matrixone_client.stage.create_local(name, "/x/")
    with warnings.catch_warnings(), matrixone_client.session() as session:
        warnings.simplefilter("error")
        session.stage.create_local(name, "/y/", if_not_exists=True)
        session.rollback()
    assert matrixone_client.stage.get(name).url == "file:///x/"


async def test_asynchronously(matrixone_async_client, name, files):
    async with matrixone_async_client as client:
        async with client.session() as session:
            await session.stage.create_local(name, f"{files}/")
            assert await session.stage.list_files(name, "*.txt") == [f"{files}/c.txt"]
            await session.rollback()
        assert not await client.stage.exists(name)
        async with client.session() as session:
            await session.execute("CREATE TABLE t (a INT)")
            await session.stage.create_s3(name, bucket="my-backup")
        assert (await client.stage.get(name)).url == "s3://my-backup/"
        await client.stage.alter(name, comment="later")
        assert [stage.comment for stage in await client.stage.list() if stage.name == name] == ["later"]
        await client.stage.drop(name)
        with pytest.raises(StageError):
            await client.stage.get(name)


def test_nothing_secret_is_logged(matrixone_url, matrixone_database, name):
    from structlog.testing import CapturingLogger

    from matrixone import Client

    logger = CapturingLogger()
    with Client(url=matrixone_url, database=matrixone_database, sql_log_mode="full", logger=logger) as client:
        client.stage.create_s3(name, "b", aws_key_id="keyid77", aws_secret_key="hunter2")
        client.stage.alter(name, credentials={"AWS_SECRET_KEY": "hunter3"})
        with pytest.raises(StageError) as caught:
            client.stage.create_s3(name, "b", aws_secret_key="hunter2")
    text = repr(logger.calls) + str(caught.value)
    assert "CREATE STAGE" in text
    for secret in ("keyid77", "hunter2", "hunter3"):
        assert secret not in text


def test_show_filters_by_pattern(matrixone_client, name):
    matrixone_client.stage.create_local(name, "/x/")
    assert [stage.name for stage in matrixone_client.stage.show(f"{name[:-3]}%")] == [name]
    assert name in [stage.name for stage in matrixone_client.stage.show()]
    assert matrixone_client.stage.show("no such %") == []


def test_a_relative_path_is_one_of_this_program(matrixone_client, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert matrixone_client.stage.create_local(name, "exports/").url == f"file://{tmp_path}/exports/"


def test_keys_of_the_environment(matrixone_client, name, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key77")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-1")
    stage = matrixone_client.stage.create_s3(name, "b")
    assert "hunter2" not in repr(stage)
    assert (
        matrixone_client.stage.get(name).credentials.reveal()
        == "AWS_KEY_ID=key77,AWS_SECRET_KEY=hunter2,AWS_REGION=eu-1"
    )
    matrixone_client.stage.drop(name)
    matrixone_client.stage.create_s3(name, "b", aws_role_arn="role")
    assert matrixone_client.stage.get(name).credentials.reveal() == "AWS_ROLE_ARN=role"


class TestFilesOfAStage:
    @pytest.fixture
    def stage(self, matrixone_client, name, tmp_path):
        (tmp_path / "a.csv").write_text("1,one\n2,two\n")
        (tmp_path / "b.tsv").write_text("3\tthree\n")
        (tmp_path / "c.jsonl").write_text('{"id": 4, "word": "four"}\n')
        matrixone_client.create_table("words", {"id": "int primary key", "word": "varchar(20)"})
        return matrixone_client.stage.create_local(name, f"{tmp_path}/")

    def test_they_are_loaded_and_written(self, matrixone_client, stage, tmp_path):
        assert stage.load_csv("a.csv", "words").rows_written == 2
        assert stage.load_tsv("b.tsv", "words").rows_written == 1
        assert stage.load_json("c.jsonl", "words").rows_written == 1
        written = matrixone_client.stage.get(stage.name).export_to_csv("out.csv", "SELECT * FROM words ORDER BY id")
        assert written.path == f"stage://{stage.name}/out.csv"
        stage.export_to_jsonl("out.jsonl", "SELECT id FROM words")
        assert len((tmp_path / "out.csv").read_text().splitlines()) == 4

    def test_several_at_a_time(self, matrixone_client, stage):
        loaded = stage.load_files({"a.csv": "words", "c.jsonl": "words"})
        assert {file: result.rows_written for file, result in loaded.items()} == {"a.csv": 2, "c.jsonl": 1}
        with pytest.raises(QueryError) as caught:
            stage.load_files({"missing.csv": "words", "b.tsv": "words", "gone.csv": "words"})
        assert "missing.csv" in caught.value.__notes__[0]
        assert "b.tsv" in caught.value.__notes__[0]
        assert "gone.csv" in caught.value.__notes__[1]
        assert matrixone_client.execute("SELECT count(*) FROM words").scalar() == 4

    def test_in_the_session_the_stage_came_from(self, matrixone_client, stage):
        with matrixone_client.session() as session:
            session.stage.get(stage.name).load_csv("a.csv", "words")
            assert session.execute("SELECT count(*) FROM words").scalar() == 2
            session.rollback()
        assert matrixone_client.execute("SELECT count(*) FROM words").scalar() == 0

    def test_a_stage_from_nowhere(self):
        with pytest.raises(ConfigurationError, match="came from no session"):
            Stage("s", "file:///x/").load_csv("a.csv", "words")

    async def test_coroutines(self, matrixone_async_client, matrixone_client, stage):
        async with matrixone_async_client as client:
            found = await client.stage.get(stage.name)
            assert (await found.load_csv("a.csv", "words")).rows_written == 2
            await found.export_to_csv("async.csv", "SELECT * FROM words")
            assert found.name in [each.name for each in await client.stage.list()]
            (shown,) = await client.stage.show(stage.name)
            async with client.session() as session:
                await (await session.stage.get(shown.name)).load_json("c.jsonl", "words")
                await session.rollback()
        assert matrixone_client.execute("SELECT count(*) FROM words").scalar() == 2
