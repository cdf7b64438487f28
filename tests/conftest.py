"""Short names for the fixtures that the package itself offers, and the profile of property tests."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("matrixone", deadline=None)  # how fast an example runs says nothing about it
settings.load_profile("matrixone")


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
