"""What clients and sessions know of their server's version, and what they refuse to send to an old one."""

from __future__ import annotations

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session as SQLAlchemySession

from matrixone import AsyncClient, Client, Session
from matrixone.exceptions import (
    ConfigurationError,
    ConnectionError,  # noqa: A004 - the name the specification gives it
    OperationalError,
    SessionClosedError,
    TransactionLostError,
    VersionError,
)

CALLS = {
    "snapshots": lambda target: target.snapshots.list(),
    "clone": lambda target: target.clone.clone_table("copy", "original"),
    "pitr": lambda target: target.pitr.list(),
    "restore": lambda target: target.restore.restore_database("snapshot", "sys", "shop"),
    "publications": lambda target: target.pubsub.list_publications(),
    "stages": lambda target: target.stage.create_local("place", "/tmp"),
    "cdc": lambda target: target.cdc.list(),
    "data_branch": lambda target: target.branch.merge("one", "other"),
    "fulltext_index": lambda target: target.fulltext_index.list("docs"),
    "role_rename": lambda target: target.account.rename_role("old", "new"),
    "ivf_index": lambda target: target.vector_ops.reindex("docs", "index"),
    "export_formats": lambda target: target.export.to_csv("/tmp/never.csv", "SELECT 1"),
}


@pytest.fixture
def sent(client):
    """The texts of the statements that the client sends."""
    texts = []

    def take(_connection, _cursor, statement, *_):
        texts.append(statement)

    event.listen(client.engine, "before_cursor_execute", take)
    return texts


def test_a_client_knows_its_server(client):
    capabilities = client.capabilities
    assert capabilities.text == client.version()
    assert capabilities.is_lite == client.is_lite
    assert client.get_backend_version() == ".".join(map(str, capabilities.version))
    assert "clone" in capabilities
    assert client.is_feature_available("clone")
    assert client.is_feature_available("never heard of")
    assert client.check_version_compatibility("3.0.0")
    assert not client.check_version_compatibility("3.0.0", "<")
    assert client.get_feature_info("clone")["min_version"] == "3.0.0"
    assert "3.0.0" in client.get_version_hint("clone")


def test_the_version_belongs_to_the_client(client, server):
    with Client(**server) as other:
        other.set_backend_version("2.0.0")
        assert not other.is_feature_available("clone")
        assert client.is_feature_available("clone")
        other.set_backend_version("8.0.30-MatrixOne-v")
        assert other.is_development_version()
        with pytest.raises(ValueError, match=r"x\.y\.z"):
            other.set_backend_version("two")
        other.set_backend_version("2.0.0")
        other.disconnect()
        assert other.connect().capabilities.text == client.capabilities.text, "asked again"


def test_without_a_connection_nothing_is_known():
    with pytest.raises(ConnectionError):
        _ = Client().capabilities


@pytest.mark.parametrize("feature", CALLS)
@pytest.mark.parametrize("face", ["client", "session"])
def test_an_old_server_is_not_sent_what_it_does_not_know(client, sent, feature, face):
    client.set_backend_version("0.7.0")
    with client.session() as session, pytest.raises(VersionError) as caught:
        CALLS[feature](client if face == "client" else session)

    assert caught.value.feature == feature
    assert "0.7.0" in str(caught.value)
    assert set(sent) <= {"SELECT DATABASE()"}


def test_options_have_versions_of_their_own(client, sent):
    client.create_table("docs", {"id": "int primary key", "v": "vecf32(2)", "body": "text"})
    client.set_backend_version("4.0.0")
    del sent[:]
    for feature, call in {
        "clone_grants": lambda: client.clone.clone_table("copy", "docs", copy_grants=True),
        "publish_account": lambda: client.pubsub.create_database_publication("p", "*", "ALL"),
        "rank_mode_include": lambda: client.vector_ops.search_with_rank("docs", "v", [1, 2], rank_mode="include"),
        "vector_index_options": lambda: client.vector_ops.create_ivf("docs", "i", "v", include=["body"]),
        "fulltext_gojieba": lambda: client.fulltext_index.create("docs", "f", "body", parser="gojieba"),
        "stage_removal": lambda: client.stage.remove_files("place", "*.csv"),
    }.items():
        with pytest.raises(VersionError) as caught:
            call()
        assert caught.value.feature == feature
    assert not [text for text in sent if not text.lstrip().upper().startswith(("SELECT", "SHOW"))]


def test_a_session_of_a_foreign_engine_asks_once(engine, client):
    over = Client.from_engine(engine)
    with Session(client=over) as session:
        session.execute("SELECT 1")
        assert session.capabilities.text == client.capabilities.text, "asked within the transaction"
        assert session.capabilities is over.capabilities
    with Session(wrap_session=SQLAlchemySession(engine)) as session:
        assert session.capabilities.text == client.capabilities.text
        assert session.capabilities is session.capabilities
    assert over.is_lite == client.is_lite


def killed(engine, session):
    """The session, its transaction ended by the server."""
    with engine.connect() as other:
        other.execute(text(f"KILL {session.scalar(text('SELECT connection_id()'))}"))
    return session


def test_a_session_asks_through_its_door(engine, client):
    over = Client.from_engine(engine)
    session = killed(engine, Session(client=over))
    with pytest.raises(OperationalError):
        _ = session.capabilities
    with pytest.raises(TransactionLostError):
        session.execute("SELECT 1")
    session.rollback()
    assert session.capabilities.text == client.version()
    session.close()
    with pytest.raises(SessionClosedError):
        _ = session.capabilities

    with client.session() as session:
        client.disconnect()
        with pytest.raises(ConnectionError, match="connect"):
            _ = session.capabilities
        session.close()


async def test_an_asynchronous_session_tells_only_while_it_is_usable(async_client):
    session = async_client.session()
    assert session.capabilities is async_client.capabilities
    await async_client.disconnect()
    with pytest.raises(ConnectionError, match="connect"):
        _ = session.capabilities
    await session.close()
    with pytest.raises(SessionClosedError):
        _ = session.capabilities


async def test_the_asynchronous_face(async_client, async_engine):
    text = await async_client.version()
    assert async_client.capabilities.text == text
    assert await async_client.get_backend_version()
    assert await async_client.is_feature_available("clone")
    assert (await async_client.get_feature_info("clone"))["min_version"] == "3.0.0"
    assert await async_client.check_version_compatibility("3.0.0")
    assert "3.0.0" in await async_client.get_version_hint("clone")
    assert not await async_client.is_development_version()
    await async_client.set_backend_version("2.0.0")
    with pytest.raises(VersionError):
        await async_client.clone.clone_table("copy", "original")
    async with async_client.session() as session:
        assert session.capabilities.version == (2, 0, 0)
        with pytest.raises(VersionError):
            await session.clone.clone_table("copy", "original")

    over = AsyncClient.from_engine(async_engine)
    with pytest.raises(ConfigurationError, match="get_backend_version"):
        _ = over.capabilities
    await over.get_backend_version()
    assert over.capabilities.text == text
