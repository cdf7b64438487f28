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
def name(client):
    """The name of a snapshot that is gone after the test."""
    name = f"s_{uuid.uuid4().hex[:16]}"
    yield name
    client.snapshots.delete(name, if_exists=True)


@pytest.fixture
def rows(client):
    """Count the rows of ``orders``, now or as a snapshot keeps them."""

    def rows(snapshot: str | None = None) -> int:
        hint = "" if snapshot is None else f" {{SNAPSHOT = '{snapshot}'}}"
        return client.execute(f"SELECT COUNT(*) FROM orders{hint}").scalar()

    return rows
