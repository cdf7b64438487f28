"""Single statements of a client: on connections of their own, committed at once, answered from memory."""

from __future__ import annotations

import pytest
import sqlalchemy.exc
from sqlalchemy import create_engine, insert, select, text

from matrixone import Client
from matrixone.exceptions import (
    ConfigurationError,
    ConnectionError,  # noqa: A004 - the name the specification gives it
    PoolTimeoutError,
    QueryError,
)

from .models import User


@pytest.fixture
def no_users(client, tables):
    client.execute("DELETE FROM users")


def test_objects_outlive_their_connection(client, no_users):
    client.execute(insert(User).values(name="Ann", email="ann@example.com"))

    (user,) = client.query(User).all()

    assert (user.name, user.email) == ("Ann", "ann@example.com")
    assert [row.name for row in client.execute(select(User.name))] == ["Ann"]


def test_named_values(client, no_users):
    client.execute("INSERT INTO users (name) VALUES (:name)", {"name": "a:b"})
    assert client.execute(text("SELECT name FROM users WHERE name = :n"), {"n": "a:b"}).scalar() == "a:b"


def test_results_are_counted_and_read_twice(client, no_users):
    result = client.batch_insert("users", [{"name": "Ann"}, {"name": "Bob", "email": "bob@example.com"}])
    assert (result.affected_rows, result.rowcount, result.rows) == (2, 2, [])
    result = client.execute("SELECT name FROM users ORDER BY id")
    assert [tuple(row) for row in result.rows] == [("Ann",), ("Bob",)]
    assert result.fetchone().name == "Ann"
    assert [row.name for row in result.fetchall()] == ["Bob"]
    assert (len(result), result.keys(), result.affected_rows) == (2, ["name"], 0)


def test_use_holds_for_the_whole_client(client, no_users, matrixone_database):
    other = f"{matrixone_database}_other"
    client.execute(f"CREATE DATABASE {other}")
    try:
        client.execute(f"USE {other}")
        with client.session() as first, client.session() as second:  # two connections, one of them new
            assert first.scalar("SELECT database()") == second.scalar("SELECT database()") == other
        with client.session() as session:
            session.execute(f"USE {matrixone_database}")
        assert client.execute("SELECT database()").scalar() == matrixone_database
    finally:
        client.execute(f"DROP DATABASE {other}")


@pytest.mark.parametrize(
    "form", ["  USE {}", "/* a comment */ use {}", "-- one\nUSE {}", "USE {} -- one", "USE /**/ `{}` ;"]
)
def test_use_in_every_form(client, production, form):
    client.execute(form.format(production))
    client.engine.dispose()

    assert client.execute("SELECT database()").scalar() == client.get_login_info()["database"] == production


def test_an_exhausted_pool(server):
    with Client(**server, pool_size=1, max_overflow=0, pool_timeout=0.1) as client, client.session() as session:
        session.execute("SELECT 1")
        for error in (PoolTimeoutError, ConnectionError, sqlalchemy.exc.TimeoutError):
            with pytest.raises(error):
                client.execute("SELECT 1")


def test_autocommit_cannot_be_switched(client, no_users):
    for statement in ("SET autocommit = 0", "set @a = 1, session autocommit=off", "SET @@autocommit := 0"):
        with pytest.raises(ConfigurationError, match="autocommit is not yours"):
            client.execute(statement)
    client.insert("users", {"name": "Ann"})
    assert client.execute("SELECT count(*) FROM users").scalar() == 1


def test_login_info_has_no_password(client):
    info = client.get_login_info()
    assert info["account"] == "sys"
    assert info["user"] == "root"
    assert "password" not in info
    assert "111" not in repr(client)


async def test_the_same_on_the_asynchronous_face(async_client, client, no_users):
    await async_client.insert("users", {"name": "Ann"})
    (user,) = await async_client.query(User).all()
    assert user.name == "Ann"
    assert (await async_client.execute("SELECT count(*) FROM users")).scalar() == 1
    assert async_client.get_sqlalchemy_engine() is async_client.get_sqlalchemy_engine()


def test_a_client_over_an_engine_of_the_caller(client, no_users, server_url, matrixone_database, caplog):
    engine = create_engine(f"{server_url.rstrip('/')}/{matrixone_database}")
    borrowing = Client.from_engine(engine)
    borrowing.insert("users", {"name": "Ann"})
    with pytest.raises(QueryError), caplog.at_level("ERROR", logger="matrixone.query"):
        borrowing.execute("SELECT * FROM no_such_table")
    assert len(caplog.records) == 1
    borrowing.disconnect()
    with engine.connect() as connection:  # still the caller's
        assert connection.scalar(text("SELECT count(*) FROM users")) == 1
    engine.dispose()


def test_a_client_over_another_database_is_refused():
    with pytest.raises(ConnectionError, match="sqlite"):
        Client.from_engine(create_engine("sqlite://"))


def test_t13_a_database_that_was_not_dropped_stays_the_current_one(client, database, names):
    publication = names.new("publication")
    client.create_table("kept", {"id": "int primary key"})
    client.execute(f"CREATE PUBLICATION {publication} DATABASE {database} ACCOUNT ALL")

    with pytest.raises(QueryError, match="publishing"):
        client.execute(f"DROP DATABASE {database}")
    assert client.execute("SELECT DATABASE()").scalar() == database
    with client.session() as session:
        session.execute("INSERT INTO kept VALUES (1)")
        with pytest.raises(QueryError, match="publishing"):
            session.execute(f"DROP DATABASE {database}")
        assert session.execute("SELECT count(*) FROM kept").scalar() == 1
