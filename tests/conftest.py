"""Short names for the fixtures that the package itself offers."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def server_url(matrixone_url):
    return matrixone_url


@pytest.fixture
def database(matrixone_database):
    return matrixone_database


@pytest.fixture
def client(matrixone_client):
    return matrixone_client


@pytest.fixture
async def async_client(matrixone_async_client):
    async with matrixone_async_client as client:
        yield client
