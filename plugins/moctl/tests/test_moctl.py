"""What a server does when it is told to."""

import uuid

import pytest

from matrixone import Client
from matrixone.exceptions import ConfigurationError, InvalidNameError, MoCtlError


@pytest.fixture
def items(matrixone_client):
    matrixone_client.create_table("items", {"id": "int primary key"}).insert("items", {"id": 1})
    return matrixone_client


@pytest.fixture
def other_account(matrixone_client):
    """A client of an account that is not ``sys``."""
    name = f"moctl_{uuid.uuid4().hex[:12]}"
    matrixone_client.execute(f"CREATE ACCOUNT {name} ADMIN_NAME 'admin' IDENTIFIED BY 'secret'")
    address = matrixone_client.engine.url
    try:
        with Client(host=address.host, port=address.port, user=f"{name}:admin", password="secret") as client:
            yield client
    finally:
        matrixone_client.execute(f"DROP ACCOUNT IF EXISTS {name}")


def test_flush(items, matrixone_database):
    told = items.moctl.flush_table(matrixone_database.upper(), "Items")
    assert told == {"method": "Flush", "result": [{"returnStr": "OK"}]}


def test_checkpoints(items):
    assert items.moctl.increment_checkpoint()["result"] == [{"returnStr": "OK"}]
    assert items.moctl.global_checkpoint()["result"] == [{"returnStr": "OK"}]
    assert "result" in items.moctl.sync_commit()


def test_inside_a_transaction(items, matrixone_database):
    with items.session() as session:
        session.insert("items", {"id": 2})
        assert session.moctl.flush_table(matrixone_database, "items")["method"] == "Flush"
        assert session.moctl.sync_commit()
        session.rollback()
    assert items.execute("SELECT COUNT(*) FROM items").scalar() == 1


def test_what_cannot_be_flushed(items, matrixone_database):
    items.execute("CREATE VIEW seen AS SELECT * FROM items")
    for table in ("nosuch", "it'ems"):
        with pytest.raises(MoCtlError, match="no such table"):
            items.moctl.flush_table(matrixone_database, table)
    with pytest.raises(MoCtlError, match="no such table"):
        items.moctl.flush_table("nosuch_database", "items")
    for table in ("seen", "a.b"):
        with pytest.raises(ConfigurationError):
            items.moctl.flush_table(matrixone_database, table)
    with pytest.raises(InvalidNameError):
        items.moctl.flush_table("", "items")


def test_only_for_the_system_account(other_account):
    for command in (other_account.moctl.increment_checkpoint, other_account.moctl.sync_commit):
        with pytest.raises(MoCtlError, match="privilege"):
            command()


async def test_asynchronously(items, matrixone_async_client, matrixone_database):
    async with matrixone_async_client as client:
        assert (await client.moctl.flush_table(matrixone_database, "items"))["method"] == "Flush"
        assert (await client.moctl.increment_checkpoint())["result"] == [{"returnStr": "OK"}]
        assert (await client.moctl.global_checkpoint())["result"] == [{"returnStr": "OK"}]
        async with client.session() as session:
            assert "result" in await session.moctl.sync_commit()
            with pytest.raises(MoCtlError):
                await session.moctl.flush_table(matrixone_database, "nosuch")
