from __future__ import annotations

import uuid

import pytest


@pytest.fixture
def _rows(matrixone_client):
    matrixone_client.execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(100))")
    matrixone_client.execute("INSERT INTO t VALUES (1, 'a,\"b\\\\'), (2, NULL), (3, '100%')")


@pytest.fixture
def client(matrixone_client, _rows):
    return matrixone_client


@pytest.fixture
async def async_client(matrixone_async_client, _rows):
    async with matrixone_async_client as connected:
        yield connected


@pytest.fixture
def stage(client, tmp_path):
    """A stage over the test's directory."""
    name = f"stage_{uuid.uuid4().hex[:12]}"
    client.execute(f"CREATE STAGE {name} URL = 'file://{tmp_path}/'")
    yield name
    client.execute(f"DROP STAGE IF EXISTS {name}")
