"""What is sent, without a server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_stage import Stage
from matrixone_stage.model import checked_credentials, checked_url, local_url, s3_url, storable, stored
from matrixone_stage.operations import (
    AlterStage,
    CreateStage,
    DropStage,
    ListFiles,
    ListStages,
    RemoveFiles,
    stage_url,
)

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import ConfigurationError, StageError
from matrixone.operations import InTransaction

KEYS = checked_credentials({"AWS_KEY_ID": "k", "AWS_SECRET_KEY": "s3cr3t"})


def sql(operation):
    compiled = operation.statement().compile(dialect=MatrixOneDialect_pymysql(), compile_kwargs={"literal_binds": True})
    return str(compiled)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (CreateStage("s", "file:///d/"), "CREATE STAGE `s` URL = 'file:///d/'"),
        (
            CreateStage("s", "s3://b/p", KEYS, "note", if_not_exists=True),
            "CREATE STAGE `s` URL = 's3://b/p' CREDENTIALS = {'AWS_KEY_ID' = 'k', 'AWS_SECRET_KEY' = 's3cr3t'} COMMENT = 'note'",
        ),
        (AlterStage("s", "file:///x/", "URL"), "ALTER STAGE `s` SET URL = 'file:///x/'"),
        (AlterStage("s", False, "ENABLE", if_exists=True), "ALTER STAGE `s` SET ENABLE = FALSE"),
        (
            AlterStage("s", KEYS, "CREDENTIALS"),
            "ALTER STAGE `s` SET CREDENTIALS = {'AWS_KEY_ID' = 'k', 'AWS_SECRET_KEY' = 's3cr3t'}",
        ),
        (AlterStage("s", (), "CREDENTIALS"), "ALTER STAGE `s` SET CREDENTIALS = {}"),
        (DropStage("s"), "DROP STAGE `s`"),
        (DropStage("s", if_exists=True), "DROP STAGE `s`"),
        (RemoveFiles("s", "a*.csv"), "REMOVE FILES FROM STAGE 'stage://s/a*.csv'"),
        (RemoveFiles("s", "it's", if_exists=True), "REMOVE FILES FROM STAGE IF EXISTS 'stage://s/it%%27s'"),
        (ListFiles("s", "sub/"), "SELECT file FROM stage_list('stage://s/sub/') f"),
        (
            ListStages("s"),
            "SELECT mo_catalog.mo_stages.stage_name, mo_catalog.mo_stages.url, mo_catalog.mo_stages.stage_credentials, mo_catalog.mo_stages.stage_status, mo_catalog.mo_stages.comment, mo_catalog.mo_stages.created_time \nFROM mo_catalog.mo_stages \nWHERE mo_catalog.mo_stages.stage_name = 's' ORDER BY mo_catalog.mo_stages.stage_name",
        ),
    ],
)
def test_the_statement(operation, expected):
    assert sql(operation) == expected


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        (CreateStage, InTransaction.REFUSED),
        (AlterStage, InTransaction.REFUSED),
        (DropStage, InTransaction.REFUSED),
        (RemoveFiles, InTransaction.REFUSED),
        (ListStages, InTransaction.READS),
        (ListFiles, InTransaction.READS),
    ],
)
def test_what_the_server_does_in_a_transaction(operation, kind):
    assert operation.in_transaction is kind
    assert operation.error is StageError
    assert operation.name.startswith("stage.")


def test_creating_is_undone_by_dropping():
    assert CreateStage("s", "s3://b").undo() == DropStage("s", if_exists=True)
    assert list(CreateStage("s", "s3://b").creates()) == [("stage", "s")] == list(ListFiles("s", "").needs())
    for operation in (AlterStage("s", "c", "COMMENT"), DropStage("s"), RemoveFiles("s", "*")):
        assert operation.undo() is None


def test_credentials_are_never_shown():
    create = CreateStage("s", "s3://b", KEYS)
    stage = Stage("s", "s3://b", stored(KEYS))
    assert stage.credentials.reveal() == "AWS_KEY_ID=k,AWS_SECRET_KEY=s3cr3t"
    for text in (repr(create), str(create), repr(create.statement()), repr(stage), f"{stage}", repr(KEYS)):
        assert "s3cr3t" not in text
        assert "AWS_KEY_ID=k" not in text


@given(st.text(max_size=30))
def test_a_text_is_stored_as_it_is_or_refused(text):
    try:
        storable("the comment", text)
    except ConfigurationError:
        assert set(text) & {"'", "\\", *map(chr, range(32))}
    else:
        assert "'" not in text
        assert "\\" not in text


@given(st.text(max_size=30))
def test_the_error_about_a_credential_does_not_tell_it(text):
    with pytest.raises(ConfigurationError) as caught:
        checked_credentials({"AWS_SECRET_KEY": f"hunter2{text}'"})
    assert "hunter2" not in str(caught.value)


@given(st.text(max_size=30))
def test_a_pattern_cannot_leave_its_literal_or_begin_a_query(pattern):
    url = stage_url("s", pattern)
    assert url.startswith("stage://s/")
    assert not set(url.removeprefix("stage://s/")) & set("'\"\\?# ")


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/exports/", "file:///exports/"),
        ("/a/100%", "file:///a/100%25"),
        ("/it's", "file:///it%27s"),
        ("/", "file:///"),
    ],
)
def test_the_url_of_a_path(path, url):
    assert local_url(path) == url


@pytest.mark.parametrize("path", ["", "/a b", "/a?b", "/a#b"])
def test_a_path_the_server_cannot_reach(path):
    with pytest.raises(ConfigurationError):
        local_url(path)


@pytest.mark.parametrize(
    ("bucket", "path", "url"),
    [
        ("my-backup", "", "s3://my-backup/"),
        ("my-backup", "daily", "s3://my-backup/daily"),
        ("b/deep/", "/er/", "s3://b/deep/er/"),
    ],
)
def test_the_url_of_a_bucket(bucket, path, url):
    assert s3_url(bucket, path) == url


@pytest.mark.parametrize("url", ["", "http://example.com/", "/tmp/", "file://relative", "s3://b/it's", "FILE:///x"])
def test_a_url_no_stage_has(url):
    with pytest.raises(ConfigurationError):
        checked_url(url)


def test_a_bucket_has_a_name():
    with pytest.raises(ConfigurationError):
        s3_url("/", "x")
