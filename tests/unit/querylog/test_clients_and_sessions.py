"""The query log as clients and sessions of both faces drive it."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncSession as SQLAlchemyAsyncSession
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session as SQLAlchemySession

from matrixone import AsyncClient, AsyncSession, Client, MatrixOneError, Session


@pytest.fixture
def url(matrixone_url, matrixone_database):
    return f"{matrixone_url.rstrip('/')}/{matrixone_database}"


@pytest.fixture
def client(url, lines):
    with Client(url=url) as client:
        client.create_table("t", {"id": "int primary key", "a": "varchar(20)"})
        lines.events.clear()
        yield client


@pytest.fixture
async def async_client(client, url, lines):
    assert client.connected()
    async with await AsyncClient(url=url).connect() as async_client:
        lines.events.clear()
        yield async_client


def names(lines):
    return [event["event"] for event in lines.events]


def test_a_session_logs_its_transaction(client, lines, matrixone_database):
    with client.session() as session:
        session.execute("INSERT INTO t VALUES (?, ?)", (1, "bob"))
        session.execute("SELECT * FROM t WHERE a = 'bob'").all()
    assert names(lines) == ["begin", "query", "query", "commit"]
    _, insert, select, _ = lines.events
    assert insert["db.query.summary"] == "INSERT INTO t (1 row)"
    assert insert["db.query.text"] == "INSERT INTO t VALUES (?, ?)"
    assert insert["affected_rows"] == 1
    assert select["db.query.text"] == "SELECT * FROM t WHERE a = ?"
    assert select["db.response.returned_rows"] == 1
    assert select["db.namespace"] == matrixone_database
    assert len({event["matrixone.transaction.id"] for event in lines.events}) == 1
    assert insert["matrixone.session.id"] == select["matrixone.session.id"]
    assert "bob" not in "".join(lines.lines)


def test_a_failing_statement_is_one_error_with_its_number(client, lines):
    with client.session() as session:
        session.execute("INSERT INTO t VALUES (1, 'bob')")
        with pytest.raises(MatrixOneError):
            session.execute("INSERT INTO t VALUES (?, ?)", (1, "mallory"))
    (error,) = [event for event in lines.events if event["level"] == "error"]
    assert error["db.response.status_code"] == "1062"
    assert "mallory" not in "".join(lines.lines)


def test_a_rolled_back_session_says_so(client, lines):
    with pytest.raises(ZeroDivisionError), client.session() as session:
        session.execute("SELECT ?", (1 / session.execute("SELECT 0").scalar(),))
    assert names(lines) == ["begin", "query", "rollback"]


def test_modes_of_the_client_and_of_a_call(client, url, lines):
    with client.session() as session:
        session.execute("SELECT id FROM t", log_mode="off")
        session.execute("SELECT id FROM t", log_mode="simple")
        session.execute("SELECT id FROM t")
        with pytest.raises(ValueError, match="log mode"):
            session.execute("SELECT id FROM t", log_mode="loud")
    assert [event.get("db.query.text") for event in lines.queries()] == [None, "SELECT id FROM t"]
    lines.events.clear()
    with Client(url=url, sql_log_mode="off") as quiet:
        quiet.execute("SELECT 1")
        assert names(lines) == []
        quiet.execute("SELECT 1", log_mode="full")
        assert names(lines) == ["query"]
    with pytest.raises(ValueError, match="log mode"):
        Client(url=url, sql_log_mode="loud")


def test_a_wrapped_session_of_a_foreign_engine_is_logged_the_same_way(client, url, lines):
    engine = create_engine(url.replace("matrixone:", "mysql+pymysql:"))
    session = Session(client=client, wrap_session=SQLAlchemySession(engine))
    session.execute("INSERT INTO t VALUES (1, 'bob')")
    with pytest.raises(MatrixOneError):
        session.execute("INSERT INTO t VALUES (1, 'bob')")
    session.commit()
    session.close()
    levels = [event["level"] for event in lines.queries() if event["db.operation.name"] == "INSERT"]
    assert levels == ["info", "error"]
    lines.events.clear()
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    assert lines.events == []
    engine.dispose()


async def test_an_asynchronous_session_logs_the_same_events(async_client, lines):
    async with async_client.session() as session:
        await session.execute("INSERT INTO t VALUES (?, ?)", (1, "bob"))
        await session.execute("SELECT * FROM t", log_mode="simple")
        with pytest.raises(MatrixOneError):
            await session.execute("INSERT INTO t VALUES (1, 'mallory')")
    assert names(lines) == ["begin", "query", "query", "query", "commit"]
    insert, select, error = lines.queries()
    assert insert["affected_rows"] == 1
    assert "db.query.text" not in select
    assert (error["level"], error["db.response.status_code"]) == ("error", "1062")


async def test_a_wrapped_asynchronous_session_is_logged_the_same_way(async_client, url, lines):
    engine = create_async_engine(url.replace("matrixone:", "mysql+aiomysql:"))
    session = AsyncSession(client=async_client, wrap_session=SQLAlchemyAsyncSession(engine))
    await session.execute("INSERT INTO t VALUES (1, 'bob')")
    await session.commit()
    await session.close()
    await engine.dispose()
    assert "INSERT" in [event["db.operation.name"] for event in lines.queries()]


def test_manager_operations_are_named(client, lines, matrixone_database):
    pytest.importorskip("matrixone_snapshots", reason="the snapshots plugin is not installed")
    with client.session() as session:
        session.execute("INSERT INTO t VALUES (1, 'bob')")
        session.snapshots.create(f"s_{matrixone_database}", "database", database=matrixone_database)
    client.snapshots.delete(f"s_{matrixone_database}")
    (create,) = [event for event in lines.queries() if event["db.operation.name"] == "CREATE SNAPSHOT"]
    assert create["matrixone.operation"] == "snapshots.create"
    assert "after_commit" in names(lines)


def test_a_password_never_reaches_the_log(url, lines):
    with pytest.raises(MatrixOneError):
        Client(url=url.replace(":111@", ":hunter2@"))
    assert "hunter2" not in "".join(lines.lines)
    assert names(lines) == ["connect_failed"]
