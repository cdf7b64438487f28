from __future__ import annotations

import uuid

import pytest
from matrixone_cdc import build_mysql_uri
from matrixone_cdc.operations import DropTask
from sqlalchemy import make_url


@pytest.fixture
def uri(matrixone_url):
    """The server's own address: tasks of the tests read from it and write to it."""
    url = make_url(matrixone_url)
    return build_mysql_uri(url.host, url.port, url.username, url.password)


@pytest.fixture
def name(matrixone_client):
    task = f"cdc_{uuid.uuid4().hex[:12]}"
    yield task
    matrixone_client.run(DropTask(task, if_exists=True))


@pytest.fixture
def source(matrixone_client, matrixone_database):
    """The test's database with a table, covered by a recovery window."""
    matrixone_client.execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20))")
    matrixone_client.execute("INSERT INTO t VALUES (1, 'one'), (2, 'two')")
    window = f"pitr_{uuid.uuid4().hex[:12]}"
    matrixone_client.execute(f"CREATE PITR {window} FOR DATABASE {matrixone_database} RANGE 1 'd'")
    try:
        yield matrixone_database
    finally:
        matrixone_client.execute(f"DROP PITR IF EXISTS {window}")


@pytest.fixture
def sink(matrixone_client):
    """A second database, for the copies."""
    database = f"test_sink_{uuid.uuid4().hex[:12]}"
    matrixone_client.execute(f"CREATE DATABASE {database}")
    try:
        yield database
    finally:
        matrixone_client.execute(f"DROP DATABASE IF EXISTS {database}")


@pytest.fixture
def task(matrixone_client, source, sink, uri, name):
    """Arguments of a task that copies one table; it is dropped before the databases are."""
    return name, uri, "matrixone", uri, [(source, "t", sink)]
