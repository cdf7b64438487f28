"""Tables with a few rows, files, and names for what is global on the server: all of it is gone after the test."""

from __future__ import annotations

import uuid
from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from .models import Account, Base, Product, User

_DROP = {
    "publication": "DROP PUBLICATION {}",
    "snapshot": "DROP SNAPSHOT {}",
    "stage": "DROP STAGE {}",
    "database": "DROP DATABASE {}",
    "account": "DROP ACCOUNT {}",
}
_COUNT = {
    "publication": "SELECT count(*) FROM mo_catalog.mo_pubs WHERE pub_name = ?",
    "snapshot": "SELECT count(*) FROM mo_catalog.mo_snapshots WHERE sname = ?",
    "stage": "SELECT count(*) FROM mo_catalog.mo_stages WHERE stage_name = ?",
    "database": "SELECT count(*) FROM mo_catalog.mo_database WHERE datname = ?",
    "account": "SELECT count(*) FROM mo_catalog.mo_account WHERE account_name = ?",
}


class Names:
    """Unique names of objects that the whole server shares; whatever exists under them in the end is dropped."""

    def __init__(self, client):
        self._client = client
        self._given = []

    def new(self, kind):
        name = f"{kind}_{uuid.uuid4().hex[:12]}"
        self._given.append((kind, name))
        return name

    def exists(self, name):
        kind = name.partition("_")[0]
        return self._client.execute(_COUNT[kind], (name,)).scalar() == 1

    def drop_all(self):
        order = list(_DROP)
        for kind, name in sorted(self._given, key=lambda given: order.index(given[0])):
            if self.exists(name):
                self._client.execute(_DROP[kind].format(name))


@pytest.fixture
def names(matrixone_client):
    names = Names(matrixone_client)
    yield names
    names.drop_all()


@pytest.fixture
def tables(matrixone_client):
    """The tables of the examples; one user with an account and the products exist."""
    matrixone_client.create_all(Base)
    with matrixone_client.session() as session:
        session.add_all(
            [
                User(id=1, name="Root", email="root@example.com", age=50, status="active"),
                Account(id=1, user_id=1, balance=500.0),
                Product(id=1, name="Chair"),
                Product(id=2, name="Table"),
            ]
        )


@pytest.fixture
def count(matrixone_client):
    """Counts committed rows, on a connection of its own."""

    def count(table, condition="1 = 1", *params):
        return matrixone_client.execute(f"SELECT count(*) FROM {table} WHERE {condition}", params).scalar()

    return count


@pytest.fixture
def files(tmp_path):
    """CSV files with all columns of their tables."""
    contents = {
        "users": "10,Ann,ann@example.com,31,active\n11,Ben,ben@example.com,17,pending\n",
        "orders": "20,10,99.5,1,99.5,99.5\n21,11,10.0,2,5.0,10.0\n22,11,1.0,1,1.0,1.0\n",
        "latest": "1,visits,12.5\n2,orders,3.0\n",
    }
    for name, content in contents.items():
        (tmp_path / f"{name}.csv").write_text(content)
    return SimpleNamespace(**{name: str(tmp_path / f"{name}.csv") for name in contents})


@pytest.fixture
def production(matrixone_client, names):
    """A database with two rows in it."""
    name = names.new("database")
    matrixone_client.execute(f"CREATE DATABASE {name}")
    matrixone_client.execute(f"CREATE TABLE {name}.goods (id INT PRIMARY KEY, name VARCHAR(20))")
    matrixone_client.execute(f"INSERT INTO {name}.goods VALUES (1, 'wood'), (2, 'iron')")
    return name


@pytest.fixture
def subscriber_account(matrixone_client, names):
    name = names.new("account")
    matrixone_client.execute(f"CREATE ACCOUNT {name} ADMIN_NAME 'admin' IDENTIFIED BY '111'")
    return name


@pytest.fixture
def server(server_url, database):
    """Arguments of a client for the test's database."""
    url = make_url(server_url)
    return {
        "host": url.host,
        "port": url.port,
        "user": url.username,
        "password": url.password,
        "database": database,
    }


@pytest.fixture
def legacy_url(server_url, database):
    """The test's database as a project without the SDK addresses it."""
    return make_url(server_url).set(drivername="mysql+pymysql", database=database)


@pytest.fixture
def engine(legacy_url):
    engine = create_engine(legacy_url)
    with engine.connect():  # the first connection of an engine is special: tests get another
        yield engine
    engine.dispose()


@pytest.fixture
async def async_engine(legacy_url):
    async_engine = create_async_engine(legacy_url.set(drivername="mysql+aiomysql"))
    async with async_engine.connect():  # as above
        yield async_engine
    await async_engine.dispose()
