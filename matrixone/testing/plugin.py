"""Fixtures for pytest: a server, and a database of its own for each test.

The server is the embedded one, started once a run, unless ``MATRIXONE_TEST_URL`` names another.
"""

from __future__ import annotations

import os
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from matrixone import AsyncClient, Client

URL_VARIABLE = "MATRIXONE_TEST_URL"
_NOT_SUPPORTED = 20105


@pytest.fixture(scope="session")
def matrixone_url() -> Iterator[str]:
    """Address of the server the tests run on, without a database."""
    if url := os.environ.get(URL_VARIABLE):
        yield _without_database(url)
        return
    from matrixone.lite import Server

    with Server() as server:
        yield server.url


@pytest.fixture
def matrixone_database(matrixone_url: str) -> Iterator[str]:
    """A database made for this test and dropped after it."""
    from matrixone import Client

    name = f"test_{uuid.uuid4().hex[:16]}"
    with Client(url=matrixone_url, sql_log_mode="off") as client:
        client.execute(f"CREATE DATABASE {name}")
        try:
            yield name
        finally:
            client.execute(f"DROP DATABASE IF EXISTS {name}")


@pytest.fixture
def matrixone_client(matrixone_url: str, matrixone_database: str) -> Iterator[Client]:
    """A client connected to the test's database."""
    from matrixone import Client

    with Client(url=matrixone_url, database=matrixone_database) as client:
        yield client


@pytest.fixture
def matrixone_async_client(matrixone_url: str, matrixone_database: str) -> AsyncClient:
    """An asynchronous client of the test's database; ``async with`` connects it."""
    from matrixone import AsyncClient

    return AsyncClient(url=matrixone_url, database=matrixone_database)


@pytest.fixture
def unless_lite_refuses() -> Callable[[str], AbstractContextManager[None]]:
    """Gives blocks that skip the test if the embedded server answers that it has no such feature.

    Used as ``with unless_lite_refuses("CDC"):``. A real server that refuses, or another error, fails the test.
    """
    return _unless_lite_refuses


@contextmanager
def _unless_lite_refuses(feature: str) -> Iterator[None]:
    from matrixone.exceptions import MatrixOneError

    try:
        yield
    except MatrixOneError as error:
        if os.environ.get(URL_VARIABLE) or error.errno != _NOT_SUPPORTED or f"lite: {feature}" not in str(error):
            raise
        pytest.skip(f"lite: {feature}")


def _without_database(url: str) -> str:
    from sqlalchemy import make_url

    return make_url(url).set(drivername="matrixone", database=None).render_as_string(hide_password=False)
