"""Engines on a database of their own, as the dialect makes them; nothing of the SDK above it takes part."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import create_engine, event, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql

from .models import Base


@pytest.fixture
def dialect():
    return MatrixOneDialect_pymysql()


@pytest.fixture
def sql(dialect):
    """Compile a statement, on one line."""

    def compiled(statement, **options):
        return " ".join(str(statement.compile(dialect=dialect, compile_kwargs=options)).split())

    return compiled


@pytest.fixture(scope="module")
def root(server_url):
    engine = create_engine(make_url(server_url), isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def database_url(root):
    name = f"test_{uuid.uuid4().hex[:16]}"
    with root.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield root.url.set(database=name)
    with root.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")


@pytest.fixture
def engine(database_url):
    """An engine with a single connection, so that what one block leaves behind the next one finds."""
    engine = create_engine(database_url, pool_size=1, max_overflow=0)
    yield engine
    engine.dispose()


@pytest.fixture
async def async_engine(database_url):
    engine = create_async_engine(database_url, pool_size=1, max_overflow=0)
    yield engine
    await engine.dispose()


@pytest.fixture
def sent(engine):
    """The statements sent through the engine, without those of the dialect itself."""
    statements = []

    @event.listens_for(engine, "before_cursor_execute")
    def keep(_connection, _cursor, statement, _parameters, _context, _many):
        statements.append(statement)

    return statements


@pytest.fixture(scope="module")
def other_database(root):
    name = f"test_{uuid.uuid4().hex[:16]}"
    with root.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield name
    with root.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")


@pytest.fixture
def hnsw_engine(database_url):
    """As ``engine``, with the session variable without which the server makes no HNSW index."""
    engine = create_engine(
        database_url,
        pool_size=1,
        max_overflow=0,
        connect_args={"init_command": "SET experimental_hnsw_index = 1"},
    )
    yield engine
    engine.dispose()


@pytest.fixture
def tables(engine):
    Base.metadata.create_all(engine)
    yield engine
    Base.metadata.drop_all(engine)


@pytest.fixture
def session(tables):
    with Session(tables) as session:
        yield session
