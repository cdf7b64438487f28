from __future__ import annotations

import datetime as dt
import uuid

import pytest

from matrixone import Client


@pytest.fixture
def _orders(matrixone_client):
    matrixone_client.execute("CREATE TABLE orders (id INT PRIMARY KEY)")
    matrixone_client.execute("INSERT INTO orders VALUES (1)")


@pytest.fixture
def client(matrixone_client, _orders):
    return matrixone_client


@pytest.fixture
async def async_client(matrixone_async_client, _orders):
    async with matrixone_async_client as connected:
        yield connected


@pytest.fixture
def snapshot(client, matrixone_database):
    """A snapshot of the test's database with one order, and one more order since."""
    name = f"s_{uuid.uuid4().hex[:16]}"
    client.execute(f"CREATE SNAPSHOT {name} FOR DATABASE {matrixone_database}")
    client.execute("INSERT INTO orders VALUES (2)")
    yield name
    client.execute(f"DROP SNAPSHOT IF EXISTS {name}")


@pytest.fixture
def pitr(client, matrixone_database):
    """A recovery window of the test's database, one order in it."""
    name = f"p_{uuid.uuid4().hex[:16]}"
    client.execute(f"CREATE PITR {name} FOR DATABASE {matrixone_database} RANGE 1 'h'")
    yield name
    client.execute(f"DROP PITR IF EXISTS {name}")


@pytest.fixture
def count(client):
    """Count the rows of ``orders``."""
    return lambda: client.execute("SELECT COUNT(*) FROM orders").scalar()


@pytest.fixture
def now(client):
    """The server's time."""
    return lambda: client.execute("SELECT UTC_TIMESTAMP(6)").scalar().replace(tzinfo=dt.UTC)


@pytest.fixture
def account(matrixone_url):
    """An account of its own with a database ``shop`` and one order, dropped after the test."""
    account = f"acc_{uuid.uuid4().hex[:12]}"
    with Client(url=matrixone_url) as client:
        client.execute(f"CREATE ACCOUNT {account} ADMIN_NAME 'admin' IDENTIFIED BY '111'")
        try:
            with Client(url=matrixone_url, user=f"{account}#admin", password="111") as inside:
                inside.execute("CREATE DATABASE shop")
                inside.execute("CREATE TABLE shop.orders (id INT PRIMARY KEY)")
                inside.execute("INSERT INTO shop.orders VALUES (1)")
            yield account
        finally:
            client.execute(f"DROP ACCOUNT IF EXISTS {account}")


@pytest.fixture
def inside(matrixone_url):
    """Connect to an account."""
    clients = []

    def inside(account):
        clients.append(Client(url=matrixone_url, user=f"{account}#admin", password="111"))
        return clients[-1]

    yield inside
    for client in clients:
        client.disconnect()


@pytest.fixture
def account_snapshot(client, account):
    """A snapshot of that account, one order in it, and one more order since."""
    name = f"s_{uuid.uuid4().hex[:16]}"
    client.execute(f"CREATE SNAPSHOT {name} FOR ACCOUNT {account}")
    yield name
    client.execute(f"DROP SNAPSHOT IF EXISTS {name}")
