"""What becomes of publications and subscriptions on a server, between two accounts."""

import dataclasses
import uuid
import warnings

import pytest

from matrixone import AsyncClient, Client
from matrixone.exceptions import (
    ConfigurationError,
    PendingOperationError,
    PubSubError,
    RollbackWarning,
    TransactionRefusedError,
)


@pytest.fixture(scope="module")
def account(matrixone_url):
    name = f"acc_{uuid.uuid4().hex[:12]}"
    with Client(url=matrixone_url) as client:
        client.execute(f"CREATE ACCOUNT {name} ADMIN_NAME 'admin' IDENTIFIED BY '111'")
        yield name
        client.execute(f"DROP ACCOUNT {name}")


@pytest.fixture
def subscriber(matrixone_url, account):
    with Client(url=matrixone_url, user=f"{account}#admin", password="111") as client:
        yield client
        for subscription in client.pubsub.list_subscriptions():
            client.pubsub.drop_subscription(subscription.sub_name)


@pytest.fixture
def name(matrixone_client, matrixone_database):
    matrixone_client.create_table("t", {"id": "int primary key"})
    matrixone_client.create_table("u", {"id": "int primary key"})
    matrixone_client.insert("t", {"id": 1})
    publication = f"pub_{uuid.uuid4().hex[:12]}"
    yield publication
    for found in matrixone_client.pubsub.list_publications(database=matrixone_database):
        matrixone_client.pubsub.drop_publication(found.name)


def test_publish_and_read_back(matrixone_client, matrixone_database, account, name):
    created = matrixone_client.pubsub.create_database_publication(
        name=name.upper(), database=matrixone_database.upper(), account=account, comment="it's 100%"
    )
    found = matrixone_client.pubsub.get_publication(name)
    assert (found.name, found.database, found.tables) == (name, matrixone_database, None)
    assert (found.sub_account, found.subscribed_accounts, found.comments) == ((account,), (), "it's 100%")
    assert found.created_time is not None
    assert found.update_time is None
    assert (created.name, created.database, created.sub_account) == (name, matrixone_database, (account,))
    assert matrixone_client.pubsub.publication_exists(name)
    assert name in matrixone_client.pubsub.show_create_publication(name)


def test_lists_are_filtered_exactly(matrixone_client, matrixone_database, account, name):
    matrixone_client.pubsub.create_database_publication(name, matrixone_database, account)
    pubsub = matrixone_client.pubsub
    assert [found.name for found in pubsub.list_publications(account, matrixone_database)] == [name]
    assert pubsub.list_publications(account[:-1], matrixone_database) == []
    assert pubsub.list_publications(database=matrixone_database[:-1]) == []


def test_subscribe_and_read(matrixone_client, matrixone_database, subscriber, account, name):
    matrixone_client.pubsub.create_database_publication(name, matrixone_database, account)
    subscription = subscriber.pubsub.create_subscription("shared", name, "sys")
    assert (subscription.pub_name, subscription.pub_account, subscription.sub_name) == (name, "sys", "shared")
    assert (subscription.pub_database, subscription.pub_tables) == (matrixone_database, None)
    assert subscription.status == 0
    found = subscriber.pubsub.get_subscription("SHARED")
    assert found.sub_time is not None
    assert dataclasses.replace(found, sub_time=None) == subscription
    assert subscriber.execute("SELECT id FROM shared.t").rows == [(1,)]
    assert subscriber.pubsub.list_subscriptions("sys", matrixone_database) == [found]
    assert subscriber.pubsub.list_subscriptions("other") == []
    assert matrixone_client.pubsub.get_publication(name).subscribed_accounts == (account,)


def test_tables_only(matrixone_client, matrixone_database, subscriber, account, name):
    matrixone_client.pubsub.create_table_publication(name, matrixone_database, ["t"], [account])
    assert matrixone_client.pubsub.get_publication(name).tables == ("t",)
    assert subscriber.pubsub.create_subscription("shared", name, "sys").pub_tables == ("t",)
    assert [tuple(row) for row in subscriber.execute("SHOW TABLES FROM shared")] == [("t",)]
    matrixone_client.pubsub.alter_publication(name, database=matrixone_database, table="u")
    assert [tuple(row) for row in subscriber.execute("SHOW TABLES FROM shared")] == [("u",)]


def test_what_could_be_subscribed(matrixone_client, matrixone_database, subscriber, account, name):
    matrixone_client.pubsub.create_database_publication(name, matrixone_database, account)
    assert subscriber.pubsub.list_subscriptions() == []
    available = subscriber.pubsub.list_subscriptions(available=True)
    assert [found.sub_name for found in available if found.pub_name == name] == [None]


def test_alter(matrixone_client, matrixone_database, subscriber, account, name):
    pubsub = matrixone_client.pubsub
    pubsub.create_database_publication(name, matrixone_database, "ALL")
    assert pubsub.get_publication(name).sub_account is None
    pubsub.alter_publication(name, account=account, comment="closed")
    assert pubsub.get_publication(name).sub_account == (account,)
    assert pubsub.get_publication(name).comments == "closed"
    subscriber.pubsub.create_subscription("shared", name, "sys")
    pubsub.alter_publication(name, drop_account=account)
    assert subscriber.pubsub.get_subscription("shared").status == 1
    with pytest.raises(Exception, match="not allowed to subscribe"):
        subscriber.execute("SELECT id FROM shared.t")
    pubsub.alter_publication(name, add_account=account)
    assert subscriber.execute("SELECT id FROM shared.t").rows == [(1,)]


def test_a_dropped_publication_leaves_a_dead_subscription(
    matrixone_client, matrixone_database, subscriber, account, name
):
    matrixone_client.pubsub.create_database_publication(name, matrixone_database, account)
    subscriber.pubsub.create_subscription("shared", name, "sys")
    matrixone_client.pubsub.drop_publication(name)
    dead = subscriber.pubsub.get_subscription("shared")
    assert (dead.status, dead.pub_database) == (2, None)
    subscriber.pubsub.drop_subscription("shared")
    assert subscriber.pubsub.list_subscriptions() == []


def test_trap_if_not_exists_is_looked_up_here(matrixone_client, matrixone_database, account, name):
    pubsub = matrixone_client.pubsub
    pubsub.create_database_publication(name, matrixone_database, account)
    with pytest.raises(PubSubError) as caught:
        pubsub.create_database_publication(name, matrixone_database, account)
    assert caught.value.errno == 1062
    kept = pubsub.create_database_publication(name, matrixone_database, "ALL", if_not_exists=True)
    assert kept.sub_account == (account,)
    assert pubsub.alter_publication(f"{name}_x", comment="c", if_exists=True).skipped
    assert pubsub.drop_publication(f"{name}_x", if_exists=True).skipped
    with matrixone_client.session() as session:
        session.insert("t", {"id": 2})
        session.pubsub.create_database_publication(name, matrixone_database, "ALL", if_not_exists=True)
    assert pubsub.get_publication(name).sub_account == (account,)


def test_absent(matrixone_client, matrixone_database, subscriber, account, name):
    pubsub = matrixone_client.pubsub
    assert not pubsub.publication_exists(name)
    for call in (
        lambda: pubsub.get_publication(name),
        lambda: pubsub.show_create_publication(name),
        lambda: pubsub.drop_publication(name),
        lambda: pubsub.alter_publication(name, comment="x"),
        lambda: pubsub.create_database_publication(name, f"{matrixone_database}_x", account),
        lambda: pubsub.create_database_publication(name, matrixone_database, f"{account}_x"),
        lambda: pubsub.create_table_publication(name, matrixone_database, "nosuch", account),
        lambda: pubsub.create_database_publication(name, matrixone_database, "sys"),
        lambda: subscriber.pubsub.create_subscription("shared", name, "sys"),
        lambda: subscriber.pubsub.get_subscription("shared"),
        lambda: subscriber.pubsub.drop_subscription("shared"),
    ):
        with pytest.raises(PubSubError):
            call()
    subscriber.pubsub.drop_subscription("shared", if_exists=True)


def test_arguments_that_cannot_work(matrixone_client, name):
    pubsub = matrixone_client.pubsub
    for options in ({}, {"account": "a", "add_account": "b"}, {"add_account": "ALL"}, {"drop_account": "*"}):
        with pytest.raises(ConfigurationError):
            pubsub.alter_publication(name, **options)
    with pytest.raises(TypeError):
        pubsub.create_database_publication(name, "d", "a", tables="t")


def test_a_database_that_is_no_subscription_is_not_dropped(matrixone_client, matrixone_database, name):
    with pytest.raises(PubSubError, match="no subscription"):
        matrixone_client.pubsub.drop_subscription(matrixone_database)
    assert matrixone_client.execute("SELECT id FROM t").rows == [(1,)]


def test_subscribing_joins_the_transaction(matrixone_client, matrixone_database, subscriber, account, name):
    matrixone_client.pubsub.create_database_publication(name, matrixone_database, account)
    with subscriber.session() as session:
        assert session.pubsub.create_subscription("shared", name, "sys").pub_database == matrixone_database
        for if_exists in (False, True):
            with pytest.raises(PubSubError, match="roll back instead"):
                session.pubsub.drop_subscription("shared", if_exists=if_exists)
        session.rollback()
    assert subscriber.pubsub.list_subscriptions() == []
    with subscriber.session() as session:
        session.pubsub.create_subscription("shared", name, "sys")
    same = subscriber.pubsub.create_subscription("SHARED", name, "sys", if_not_exists=True)
    assert same.sub_name == "shared"
    with pytest.raises(PubSubError):
        subscriber.pubsub.create_subscription("shared", f"{name}_x", "sys", if_not_exists=True)
    with subscriber.session() as session:
        session.pubsub.drop_subscription("shared")
        session.rollback()
    assert subscriber.execute("SELECT id FROM shared.t").rows == [(1,)]


def test_at_once_where_no_transaction_is_open_and_undone_by_a_rollback(
    matrixone_client, matrixone_database, account, name
):
    with matrixone_client.session() as session:
        session.pubsub.create_database_publication(name, matrixone_database, account)
        assert session.pubsub.publication_exists(name)
        session.rollback()
    assert not matrixone_client.pubsub.publication_exists(name)


def test_after_the_commit_where_a_transaction_is_open(matrixone_client, matrixone_database, account, name):
    with matrixone_client.session() as session:
        session.insert("t", {"id": 2})
        assert session.pubsub.create_table_publication(name, matrixone_database, "t", account).pending
        session.pubsub.alter_publication(name, comment="later")
        assert not session.pubsub.publication_exists(name)
        with pytest.raises(PendingOperationError, match=name):
            session.pubsub.show_create_publication(name)
    assert matrixone_client.pubsub.get_publication(name).comments == "later"
    with matrixone_client.session() as session:
        session.insert("t", {"id": 3})
        session.pubsub.drop_publication(name)
        session.rollback()
    assert matrixone_client.pubsub.publication_exists(name)


def test_refused_where_the_session_says_so(matrixone_client, matrixone_database, account, name):
    with matrixone_client.session(on_refused="raise") as session:
        session.insert("t", {"id": 2})
        with pytest.raises(TransactionRefusedError):
            session.pubsub.create_database_publication(name, matrixone_database, account)
    assert not matrixone_client.pubsub.publication_exists(name)


def test_a_drop_is_not_undone_and_says_so(matrixone_client, matrixone_database, account, name):
    matrixone_client.pubsub.create_database_publication(name, matrixone_database, account)
    with matrixone_client.session() as session:
        session.pubsub.drop_publication(name)
        with pytest.warns(RollbackWarning, match="DropPublication"):
            session.rollback()


def test_an_existing_publication_survives_the_rollback_of_if_not_exists(
    matrixone_client, matrixone_database, account, name
):
    matrixone_client.pubsub.create_database_publication(name, matrixone_database, account)
    with warnings.catch_warnings(), matrixone_client.session() as session:
        warnings.simplefilter("error")
        session.pubsub.create_database_publication(name, matrixone_database, account, if_not_exists=True)
        session.rollback()
    assert matrixone_client.pubsub.publication_exists(name)


async def test_asynchronously(matrixone_url, matrixone_async_client, matrixone_database, account, subscriber, name):
    async with (
        matrixone_async_client as publishing,
        AsyncClient(url=matrixone_url, user=f"{account}#admin", password="111") as reading,
    ):
        async with publishing.session() as session:
            await session.pubsub.create_table_publication(name, matrixone_database, "t,u", account)
            await session.rollback()
        assert not await publishing.pubsub.publication_exists(name)
        async with publishing.session() as session:
            await session.insert("t", {"id": 2})
            await session.pubsub.create_database_publication(name, matrixone_database, account)
        await publishing.pubsub.alter_publication(name, comment="note")
        assert (await publishing.pubsub.get_publication(name)).comments == "note"
        assert name in await publishing.pubsub.show_create_publication(name)
        assert [p.name for p in await publishing.pubsub.list_publications(database=matrixone_database)] == [name]
        async with reading.session() as session:
            await session.pubsub.create_subscription("shared", name, "sys")
            await session.commit()
            rows = (await session.execute("SELECT id FROM shared.t ORDER BY id")).scalars().all()
            assert rows == [1, 2]
        assert (await reading.pubsub.get_subscription("shared")).pub_comment == "note"
        assert len(await reading.pubsub.list_subscriptions()) == 1
        await reading.pubsub.drop_subscription("shared")
        await publishing.pubsub.drop_publication(name)
        with pytest.raises(PubSubError):
            await publishing.pubsub.get_publication(name)
