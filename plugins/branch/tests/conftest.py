from __future__ import annotations

import uuid

import pytest


@pytest.fixture
def base(matrixone_client):
    """The client of a server with a table ``base`` of three rows."""
    matrixone_client.execute("CREATE TABLE base (id INT PRIMARY KEY, a VARCHAR(20))")
    matrixone_client.execute("INSERT INTO base VALUES (1, 'one'), (2, 'two'), (3, 'three')")
    return matrixone_client


@pytest.fixture
def client(base):
    return base


@pytest.fixture
async def async_client(base, matrixone_async_client):
    async with matrixone_async_client as connected:
        yield connected


@pytest.fixture
def child(client):
    """A branch of ``base`` that has one row more, one less, and one that is different."""
    client.branch.create("child", "base")
    client.execute("INSERT INTO child VALUES (4, 'four')")
    client.execute("UPDATE child SET a = 'TWO' WHERE id = 2")
    client.execute("DELETE FROM child WHERE id = 3")
    return "child"


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
def rows(client):
    """The rows of a table by key."""
    return lambda table: dict(map(tuple, client.execute(f"SELECT id, a FROM {table} ORDER BY id")))


@pytest.fixture
def tables(client):
    """The names of the tables."""
    return lambda: set(client.execute("SHOW TABLES").scalars())
