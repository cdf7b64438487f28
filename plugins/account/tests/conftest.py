from __future__ import annotations

import contextlib
import uuid

import pytest
from sqlalchemy import make_url

from matrixone import Client


@pytest.fixture
def client(matrixone_client):
    return matrixone_client


@pytest.fixture
async def async_client(matrixone_async_client):
    async with matrixone_async_client as connected:
        yield connected


@pytest.fixture
def unique():
    """Part of every name of the test."""
    return uuid.uuid4().hex[:10]


@pytest.fixture
def name(client, unique):
    """The name of an account that is gone after the test."""
    name = f"acc_{unique}"
    yield name
    client.account.drop_account(name, if_exists=True)


@pytest.fixture
def user(client, unique):
    """The name of a user that is gone after the test."""
    name = f"user_{unique}"
    yield name
    client.account.drop_user(name, if_exists=True)


@pytest.fixture
def role(client, unique):
    """The name of a role that is gone after the test."""
    name = f"role_{unique}"
    yield name
    client.account.drop_role(name, if_exists=True)


@pytest.fixture
def other_role(client, unique):
    """The name of a second one."""
    name = f"other_{unique}"
    yield name
    client.account.drop_role(name, if_exists=True)


@pytest.fixture
def log_in(matrixone_url):
    """Connect as somebody; closed after the test."""
    address = make_url(matrixone_url)
    with contextlib.ExitStack() as stack:

        def log_in(user: str, password: str) -> Client:
            client = Client(host=address.host, port=address.port, user=user, password=password, database="")
            return stack.enter_context(client)

        yield log_in


@pytest.fixture
def account_of_its_own(client, name, log_in):
    """The client of an administrator of an account that is not ``sys``."""
    client.account.create_account(name, "admin", "secret")
    return log_in(f"{name}:admin", "secret")
