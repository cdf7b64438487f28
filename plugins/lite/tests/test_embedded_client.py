"""Clients with an embedded server of their own."""

import asyncio
import socket
import threading

import pytest
from sqlalchemy import text

from matrixone import AsyncClient, Client
from matrixone.exceptions import (
    ConfigurationError,
    ConnectionError,  # noqa: A004 - the name the specification gives it
    OperationalError,
    QueryError,
)

TABLE = "create table t (id int primary key, name varchar(20))"


@pytest.fixture(params=[Client, AsyncClient], ids=["sync", "async"])
def run(request):
    """Runs a function of a connected client on both faces; arguments are those of ``lite``."""

    def run(use, *args, **options):
        if request.param is Client:
            with Client.lite(*args, **options) as client:
                return use(client)

        async def main():
            async with AsyncClient.lite(*args, **options) as client:
                return await client._bridge(use, client._sync)

        return asyncio.run(main())

    return run


def rows(client):
    return [tuple(row) for row in client.execute("select * from t order by id")]


def test_it_is_there_and_tells_what_it_is(run):
    assert run(lambda client: (client.is_lite, client.version()[-5:], client.execute("select 1").scalar())) == (
        True,
        "-lite",
        1,
    )


def test_its_database_is_made_and_its_statements_are_run_in_it(run):
    assert run(rows, database="a-b", sql=f"{TABLE}; insert into t values (1, 'é')") == [(1, "é")]


def test_a_file_of_statements(run, tmp_path):
    file = tmp_path / "first.sql"
    file.write_text(f"create database d; use d; {TABLE}")
    assert run(lambda client: client.execute("select count(*) from d.t").scalar(), sql=file) == 0


def test_a_directory_keeps_the_data(run, tmp_path):
    def fill(client):
        client.execute(TABLE)
        client.insert("t", {"id": 1, "name": "kept"})

    run(fill, tmp_path, database="d")
    assert run(rows, tmp_path, database="d") == [(1, "kept")]


def test_the_password_of_a_directory_is_kept(run, tmp_path):
    run(Client.version, tmp_path, password="sécret")
    run(Client.version, tmp_path, password="sécret")
    with pytest.raises(ConnectionError, match="check password failed"):
        run(Client.version, tmp_path)


def test_another_account(run, tmp_path):
    account = "create account tenant admin_name 'boss' identified by 'p'"
    login = {"account": "tenant", "user": "boss", "password": "p"}
    assert (
        run(lambda client: client.execute("select current_account_name()").scalar(), sql=account, **login) == "tenant"
    )


def test_sessions_and_statements_on_many_connections(run):
    def work(client):
        client.execute(TABLE)
        with client.session() as one, client.session() as two:
            one.insert("t", {"id": 1, "name": "one"})
            two.insert("t", {"id": 2, "name": "two"})
            assert client.execute("select count(*) from t").scalar() == 0
        return rows(client)

    assert run(work, database="d") == [(1, "one"), (2, "two")]


def test_connections_have_numbers_and_can_be_killed(run):
    def work(client):
        with client.session() as session:
            number = session.execute("select connection_id()").scalar()
            client.execute(f"kill {number}")
            with pytest.raises(OperationalError, match=r"2013|2006"):
                session.execute("select 1")
            session.rollback()
        return client.execute("select 1").scalar()

    assert run(work) == 1


async def test_a_cancelled_statement_is_killed():
    async with AsyncClient.lite() as client:
        started = asyncio.create_task(client.execute("select sleep(60)"))
        while not await sleeping(client):
            pass
        started.cancel()
        with pytest.raises(asyncio.CancelledError):
            await started
        while await sleeping(client):
            pass


async def sleeping(client):
    return [row for row in await client.execute("show processlist") if "sleep(60)" in str(row)]


def test_it_ends_with_the_client(run, tmp_path):
    before = threading.active_count()

    def work(client):
        client.execute("select 1")
        return client

    client = run(work, tmp_path)
    assert threading.active_count() == before
    with pytest.raises(ConnectionError, match="connect"):
        client.execute("select 1")
    assert run(Client.version, tmp_path)


def test_connecting_again_starts_another():
    client = Client.lite(database="d")
    client.execute(TABLE)
    client.disconnect()
    client.connect()
    with client, pytest.raises(QueryError, match="does not exist"):
        client.execute("select * from t")


def test_nothing_starts_before_an_asynchronous_client_connects(tmp_path):
    AsyncClient.lite(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_it_listens_nowhere(run, monkeypatch):
    def refused(*_, **__):
        raise AssertionError("a port was opened")

    monkeypatch.setattr(socket, "create_server", refused)
    assert run(lambda client: client.get_login_info()["host"]) == "embedded"


def test_a_directory_in_use_is_refused(run, tmp_path):
    with Client.lite(tmp_path), pytest.raises(ConnectionError, match="in use by another server"):
        run(Client.version, tmp_path)


def test_statements_that_fail_are_told_and_leave_nothing_open(run, tmp_path):
    with pytest.raises(ConnectionError, match="selec"):
        run(Client.version, tmp_path, sql="selec 1")
    with pytest.raises(ConnectionError, match="No such file"):
        run(Client.version, tmp_path, sql=tmp_path / "none.sql")
    assert run(Client.version, tmp_path)


@pytest.mark.parametrize("option", [{"pool_size": "many"}, {"pool_recycle": "often"}])
def test_a_client_that_cannot_connect_leaves_no_server(run, tmp_path, option):
    before = threading.active_count()
    with pytest.raises(TypeError):
        run(Client.version, tmp_path, **option)
    assert threading.active_count() == before
    assert run(Client.version, tmp_path)


async def test_a_connect_that_is_cancelled_leaves_no_server(tmp_path):
    before = threading.active_count()
    connecting = asyncio.create_task(AsyncClient.lite(tmp_path).connect())
    await asyncio.sleep(0)
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting
    assert threading.active_count() == before
    async with AsyncClient.lite(tmp_path) as client:
        assert client.is_lite


@pytest.mark.parametrize("option", [{"host": "h"}, {"port": 1}, {"url": "matrixone://h"}, {"ssl_mode": "required"}])
@pytest.mark.parametrize("face", [Client, AsyncClient])
def test_options_of_addresses_are_refused(face, option):
    with pytest.raises(ConfigurationError, match=f"no {next(iter(option))}"):
        face.lite(**option)


def test_local_files(run, tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("1,one\n2,two\n")

    def load(client):
        client.execute(TABLE)
        client.execute(f"load data local infile '{file}' into table t fields terminated by ','")
        return rows(client)

    assert run(load, database="d", local_infile=True) == [(1, "one"), (2, "two")]


def test_its_engine_is_an_ordinary_one():
    with Client.lite() as client, client.engine.connect() as connection:
        assert connection.scalar(text("select 1")) == 1
        assert connection.dialect.is_lite
