"""Session variables of a client reach every connection before a transaction, and none inside one."""

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.orm import Session as SQLAlchemySession

from matrixone import Client, Session
from matrixone.exceptions import (
    ConfigurationError,
    ConnectionError,  # noqa: A004 - the name the specification gives it
    InvalidNameError,
    QueryError,
)


def probe_limit(session):
    return int(session.execute("SELECT @@probe_limit").scalar())


def test_every_connection_of_the_pool_has_them(client):
    with client.session() as one, client.session() as other:  # two connections that exist before the change
        assert (probe_limit(one), probe_limit(other)) == (5, 5)
    assert client.set_session_variables(probe_limit=9) is client
    with client.session() as one, client.session() as other, client.session() as new:
        assert [probe_limit(session) for session in (one, other, new)] == [9, 9, 9]
    assert probe_limit(client) == 9


def test_the_servers_own_value_comes_back(client):
    client.set_session_variables(probe_limit=9, experimental_ivf_index=1)
    client.set_session_variables(probe_limit=None)
    with client.session() as one, client.session() as other:
        assert (probe_limit(one), probe_limit(other)) == (5, 5)
        assert int(other.execute("SELECT @@experimental_ivf_index").scalar()) == 1


def test_an_open_transaction_is_neither_committed_nor_changed(client):
    client.create_table("t", {"id": "int primary key"})
    with client.session() as session:
        session.insert("t", {"id": 1})
        assert session.set_session_variables(probe_limit=9) is session
        assert probe_limit(session) == 5
        session.rollback()
        assert probe_limit(session) == 9
    assert client.execute("SELECT COUNT(*) FROM t").scalar() == 0


@pytest.mark.parametrize("variables", [{"no_such_variable": 1}, {"probe_limit": 0}, {"probe_limit": 7, "nosuch": 1}])
def test_what_the_server_refuses_changes_nothing(client, variables):
    with pytest.raises(QueryError):
        client.set_session_variables(**variables)
    with client.session() as one, client.session() as other:
        assert (probe_limit(one), probe_limit(other)) == (5, 5)


def test_names_are_names(client):
    with pytest.raises(InvalidNameError):
        client.set_session_variables(**{"probe_limit = 1, x": 1})


def test_a_session_of_another_engine_refuses(client, server_url, database):
    engine = create_engine(make_url(server_url).set(drivername="mysql+pymysql", database=database))
    wrapped = Session(client=client, wrap_session=SQLAlchemySession(engine))
    with pytest.raises(ConfigurationError):
        wrapped.set_session_variables(probe_limit=9)
    with pytest.raises(ConfigurationError):
        Client.from_engine(engine).set_session_variables(probe_limit=9)
    with pytest.raises(ConnectionError):
        Client().set_session_variables(probe_limit=9)
    wrapped.close()
    engine.dispose()


async def test_asynchronously(async_client):
    async with async_client as client:
        async with client.session() as session:
            await session.execute("SELECT 1")
            assert await session.set_session_variables(probe_limit=9) is session
            await session.rollback()
            assert int((await session.execute("SELECT @@probe_limit")).scalar()) == 9
        assert await client.set_session_variables(probe_limit=None) is client
        async with client.session() as one, client.session() as other:
            for found in (one, other):
                assert int((await found.execute("SELECT @@probe_limit")).scalar()) == 5


def test_further_variables_leave_hnsw_on(server_url, database):
    with Client(url=server_url, database=database, session_variables={"lock_wait_timeout": 7}) as client:
        variables = client.execute("SELECT @@experimental_hnsw_index, @@lock_wait_timeout").first()
        assert [str(value) for value in variables] == ["1", "7"]
