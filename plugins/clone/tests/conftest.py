from __future__ import annotations

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
def copy(client):
    """The name of a database that is gone after the test."""
    name = f"copy_{uuid.uuid4().hex[:16]}"
    yield name
    client.execute(f"DROP DATABASE IF EXISTS {name}")


@pytest.fixture
def snapshot(client):
    """The name of a snapshot that is gone after the test; not made yet."""
    name = f"s_{uuid.uuid4().hex[:16]}"
    yield name
    client.execute(f"DROP SNAPSHOT IF EXISTS {name}")


@pytest.fixture
def databases(client):
    """Whether a database exists."""
    return lambda name: name in client.execute("SHOW DATABASES").scalars().all()


@pytest.fixture
def count(client):
    """Count the rows of a table."""
    return lambda table: client.execute(f"SELECT COUNT(*) FROM {table}").scalar()
