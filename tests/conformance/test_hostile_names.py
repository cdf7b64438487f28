"""Whatever a name or value is, a manager does exactly what it says with it, or sends nothing of it."""

from __future__ import annotations

import contextlib
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import event

from matrixone import Client
from matrixone.exceptions import MatrixOneError, QueryError
from matrixone.testing.strategies import HOSTILE, hostile_names, hostile_texts

OF_NAMES = {
    "snapshots.create": lambda client, name: client.snapshots.create(name, "table", table="canary"),
    "snapshots.create table": lambda client, name: client.snapshots.create("hostile_s", "table", table=name),
    "snapshots.get": lambda client, name: client.snapshots.get(name),
    "snapshots.delete": lambda client, name: client.snapshots.delete(name),
    "snapshots.restore": lambda client, name: client.snapshots.restore(name),
    "clone.clone_table": lambda client, name: client.clone.clone_table(name, "canary"),
    "clone.clone_table source": lambda client, name: client.clone.clone_table("copied", name),
    "clone.clone_table snapshot": lambda client, name: client.clone.clone_table("copied", "canary", name),
    "clone.clone_database": lambda client, name: client.clone.clone_database("hostile_copy", name),
    "restore.restore_table": lambda client, name: client.restore.restore_table("none", None, name, name),
    "restore.restore_database": lambda client, name: client.restore.restore_database(name, None, name),
    "pitr.create": lambda client, name: client.pitr.create_table_pitr(name, name, name),
    "pitr.get": lambda client, name: client.pitr.get(name),
    "pitr.alter": lambda client, name: client.pitr.alter(name, 1, "d"),
    "pitr.delete": lambda client, name: client.pitr.delete(name),
    "pubsub.create_database_publication": lambda client, name: client.pubsub.create_database_publication(
        "hostile_p", name, name
    ),
    "pubsub.create_table_publication": lambda client, name: client.pubsub.create_table_publication(
        name, "no such database", name, "ALL"
    ),
    "pubsub.get_publication": lambda client, name: client.pubsub.get_publication(name),
    "pubsub.drop_publication": lambda client, name: client.pubsub.drop_publication(name),
    "pubsub.create_subscription": lambda client, name: client.pubsub.create_subscription(name, name, name),
    "pubsub.drop_subscription": lambda client, name: client.pubsub.drop_subscription(name),
    "account.get_account": lambda client, name: client.account.get_account(name),
    "account.drop_account": lambda client, name: client.account.drop_account(name),
    "account.alter_user": lambda client, name: client.account.alter_user(f"{name}_", lock=True),
    "account.drop_user": lambda client, name: client.account.drop_user(f"{name}_"),
    "account.drop_role": lambda client, name: client.account.drop_role(f"{name}_"),
    "account.grant_role": lambda client, name: client.account.grant_role(f"{name}_", f"{name}_"),
    "account.grant_privilege": lambda client, name: client.account.grant_privilege(
        "select", "table", name, to_role=name
    ),
    "vector_ops.create_ivf": lambda client, name: client.vector_ops.create_ivf("canary", name, name),
    "vector_ops.drop": lambda client, name: client.vector_ops.drop(name, name),
    "vector_ops.get": lambda client, name: client.vector_ops.get(name),
    "vector_ops.similarity_search": lambda client, name: client.vector_ops.similarity_search("canary", name, [1, 2]),
    "vector_ops.insert": lambda client, name: client.vector_ops.insert("canary", {name: 1}),
    "fulltext_index.create": lambda client, name: client.fulltext_index.create("canary", name, name),
    "fulltext_index.drop": lambda client, name: client.fulltext_index.drop(name, name),
    "metadata.columns": lambda client, name: client.metadata.columns(name),
    "metadata.indexes": lambda client, name: client.metadata.indexes(name),
    "metadata.row_count": lambda client, name: client.metadata.row_count(name),
    "metadata.tables": lambda client, name: client.metadata.tables(name),
    "metadata.scan": lambda client, name: client.metadata.scan(name, name),
    "load_data.from_inline": lambda client, name: client.load_data.from_inline("1\n", name, columns=[name]),
    "load_data.from_stage_csv": lambda client, name: client.load_data.from_stage_csv(name, name, "canary"),
    "stage.get": lambda client, name: client.stage.get(name),
    "stage.drop": lambda client, name: client.stage.drop(name),
    "stage.alter": lambda client, name: client.stage.alter(name, comment="c"),
    "stage.list_files": lambda client, name: client.stage.list_files(name, name),
    "cdc.get": lambda client, name: client.cdc.get(name),
    "cdc.drop": lambda client, name: client.cdc.drop(name),
    "cdc.pause": lambda client, name: client.cdc.pause(name),
    "branch.create": lambda client, name: client.branch.create(name, name),
    "branch.diff": lambda client, name: client.branch.diff(name, name),
    "branch.merge": lambda client, name: client.branch.merge(name, name),
    "branch.delete": lambda client, name: client.branch.delete(name),
    "export.to_stage": lambda client, name: client.export.to_stage(name, f"{name}.csv", "SELECT 1"),
    "moctl.flush_table": lambda client, name: client.moctl.flush_table(name, name),
}

SYNTAX = "You have an error in your SQL syntax"


@pytest.fixture(scope="module")
def canary(server_url):
    """A client of a database of its own, with a table that has to survive."""
    with Client(url=server_url, sql_log_mode="off") as client:
        client.execute("CREATE DATABASE hostile_names")
        client.execute("USE hostile_names")
        client.create_table("canary", {"id": "int primary key", "v": "vecf32(2)"})
        client.insert("canary", {"id": 1, "v": [1, 2]})
        yield client
        for name in (snapshot.name for snapshot in client.snapshots.list(database="hostile_names")):
            client.snapshots.delete(name)
        with contextlib.suppress(QueryError):
            client.execute("DROP DATABASE hostile_copy")
        for (table,) in client.execute("SHOW TABLES"):
            with contextlib.suppress(QueryError):
                client.drop_table("`" + table.replace("`", "``") + "`")
        client.execute("DROP DATABASE hostile_names")


@pytest.fixture
def sent(canary):
    texts = []

    def take(_connection, _cursor, statement, parameters, *_):
        texts.append((statement, parameters))

    event.listen(canary.engine, "before_cursor_execute", take)
    yield texts
    event.remove(canary.engine, "before_cursor_execute", take)


def attempt(client, call, name):
    """What the server answered to the call, if it was an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            call(client, name)
        except (MatrixOneError, ValueError) as error:
            return error
    return None


@pytest.mark.parametrize("method", OF_NAMES)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=hostile_names())
def test_a_name_is_a_name_or_nothing_is_sent(canary, sent, method, name):
    del sent[:]
    error = attempt(canary, OF_NAMES[method], name)
    assert SYNTAX not in str(error), sent
    if isinstance(error, QueryError) and error.errno is None and error.orig is None:
        changes = [text for text, _ in sent if not text.lstrip().upper().startswith(("SELECT", "SHOW", "DESC"))]
        assert changes == [] or all(name_written(text, name) for text in changes)
    assert canary.execute("SELECT id FROM canary").scalars().all() == [1]


@pytest.mark.parametrize("method", OF_NAMES)
def test_each_known_trick(canary, method):
    for name in HOSTILE:
        error = attempt(canary, OF_NAMES[method], name)
        assert SYNTAX not in str(error), name
    assert canary.execute("SELECT id FROM canary").scalars().all() == [1]


def name_written(text, name):
    return name.lower().replace("`", "``").replace("%", "%%") in text.lower()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=hostile_texts())
def test_a_comment_or_password_comes_back_or_is_refused(canary, text):
    client = canary
    for create, read, drop in (
        (
            lambda: client.stage.create_local("hostile_stage", "/tmp/", comment=text),
            lambda: client.stage.get("hostile_stage").comment,
            lambda: client.stage.drop("hostile_stage", if_exists=True),
        ),
        (
            lambda: client.pubsub.create_database_publication("hostile_pub", "hostile_names", "ALL", comment=text),
            lambda: client.pubsub.get_publication("hostile_pub").comments,
            lambda: client.pubsub.drop_publication("hostile_pub", if_exists=True),
        ),
    ):
        try:
            if attempt(client, lambda *_, create=create: create(), "") is None:
                assert read() == text
        finally:
            drop()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=hostile_texts())
def test_a_value_is_loaded_as_it_is(canary, text):
    canary.create_table("texts", {"id": "int primary key", "t": "text"})
    try:
        with contextlib.suppress(UnicodeEncodeError):
            canary.vector_ops.insert("texts", {"id": 1, "t": text})
            assert canary.execute("SELECT t FROM texts").scalar() == text
    except MatrixOneError:
        assert "\ud800" <= max(text) <= "\udfff" or any("\ud800" <= each <= "\udfff" for each in text)
    finally:
        canary.drop_table("texts")
