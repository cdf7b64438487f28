from __future__ import annotations

import datetime as dt
import uuid

import pytest


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
def name(client):
    """The name of a recovery window that is gone after the test."""
    name = f"p_{uuid.uuid4().hex[:16]}"
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
def account_client(matrixone_url):
    """A client of an account of its own, dropped after the test."""
    from matrixone import Client

    account = f"acc_{uuid.uuid4().hex[:12]}"
    with Client(url=matrixone_url) as client:
        client.execute(f"CREATE ACCOUNT {account} ADMIN_NAME 'admin' IDENTIFIED BY '111'")
        try:
            with Client(url=matrixone_url, user=f"{account}#admin", password="111") as inside:
                yield inside
        finally:
            client.execute(f"DROP ACCOUNT {account}")
