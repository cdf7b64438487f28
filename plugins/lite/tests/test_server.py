"""The server as its users start, reach and stop it."""

import asyncio
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import aiomysql
import pymysql
import pytest
from matrixone_lite import Server
from matrixone_lite.cli import main
from matrixone_lite.engine.api import ServerError

HOST = "127.0.0.1"


@pytest.fixture(scope="module")
def server():
    with Server() as server:
        yield server


def connect(server, **options):
    return pymysql.connect(
        **{"host": HOST, "port": server.port, "user": "root", "password": "111", "autocommit": True, **options}
    )


def query(connection, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_the_version_tells_what_it_is(server):
    with connect(server) as connection:
        assert connection.server_version == "8.0.30-MatrixOne-v4.2.0-lite"
        assert query(connection, "select version(), @@version") == ((connection.server_version,) * 2,)


def test_the_url(server):
    assert server.url == f"matrixone://root:111@127.0.0.1:{server.port}/"
    with Server(password="p@ss/word") as other:
        assert other.url == f"matrixone://root:p%40ss%2Fword@127.0.0.1:{other.port}/"
        connect(other, password="p@ss/word").close()


@pytest.mark.parametrize("user", ["root", "sys:root", "sys#root", "sys:root:moadmin", "sys#root#moadmin"])
def test_forms_of_a_login(server, user):
    with connect(server, user=user) as connection:
        assert query(connection, "select current_account_name(), current_user_name()") == (("sys", "root"),)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ({"password": "wrong"}, 1045, "Access denied for user root. internal error: check password failed"),
        ({"password": ""}, 1045, "Access denied for user root. internal error: check password failed"),
        ({"user": "nobody"}, 20101, "internal error: there is no user nobody"),
        ({"user": "none:root"}, 20101, "internal error: there is no tenant none"),
        ({"database": "none"}, 1049, "Unknown database none"),
    ],
)
def test_refused_logins(server, options, code, message):
    with pytest.raises(pymysql.OperationalError) as caught:
        connect(server, **options)
    assert caught.value.args == (code, message)


def test_a_fresh_server_has_the_system_databases_and_no_other(server):
    with connect(server) as connection:
        assert {name for (name,) in query(connection, "show databases")} == {
            "mo_catalog",
            "information_schema",
            "mysql",
            "system",
            "system_metrics",
            "mo_task",
            "mo_debug",
        }


def test_aiomysql(server):
    async def ask():
        connection = await aiomysql.connect(host=HOST, port=server.port, user="root", password="111")
        async with connection.cursor() as cursor:
            await cursor.execute("select %s, %s", ("it's", 5))
            rows = await cursor.fetchall()
        connection.close()
        return rows

    assert asyncio.run(ask()) == (("it's", 5),)


@pytest.mark.skipif(shutil.which("mysql") is None, reason="the mysql command-line client is not installed")
def test_the_mysql_command_line_client(server):
    command = ["mysql", "-h", HOST, "-P", str(server.port), "-u", "root", "-p111", "--batch", "mo_catalog"]
    done = subprocess.run(
        [*command, "-e", "select 'ü', database(); nosuch"], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[1] == "ü\tmo_catalog"
    assert "ERROR 1064 (HY000)" in done.stderr


def test_servers_are_independent(server):
    with Server() as other, connect(server) as one, connect(other) as two:
        assert server.port != other.port
        query(one, "create user only_here identified by '1'")
        assert query(two, "select count(*) from mo_catalog.mo_user where user_name = 'only_here'") == ((0,),)
        query(one, "drop user only_here")


def test_close_frees_the_port_and_the_files(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    server = Server()
    connection = connect(server)
    assert list(tmp_path.iterdir())
    server.close()
    server.close()
    assert not list(tmp_path.iterdir())
    with pytest.raises(pymysql.err.Error):
        query(connection, "select 1")
    Server(port=server.port).close()


def test_a_directory_keeps_its_database_and_its_password(tmp_path):
    with Server(tmp_path / "db", password="first") as server, connect(server, password="first") as connection:
        query(connection, "create user kept identified by '1'")
    with Server(tmp_path / "db", password="second") as server, connect(server, password="first") as connection:
        assert query(connection, "select user_name from mo_catalog.mo_user order by user_name") == (
            ("kept",),
            ("root",),
        )


def test_a_taken_port_is_a_clear_error(server):
    with pytest.raises(OSError, match=rf"cannot listen on 127\.0\.0\.1:{server.port}"):
        Server(port=server.port)


def test_statements_without_a_connection(server):
    server.execute("create user without_connection identified by '1'; drop user without_connection")
    with pytest.raises(ServerError, match="there is no user without_connection"):
        server.execute("drop user without_connection")


def test_kill_ends_another_connection(server):
    with connect(server) as killer:
        victim = connect(server)
        query(killer, f"kill {victim.thread_id()}")
        with pytest.raises(pymysql.err.OperationalError) as caught:
            query(victim, "select 1")
        assert caught.value.args[0] in {2006, 2013}


# ------------------------------------------------------------------ in the foreground
def test_the_foreground_server_stops_at_a_signal(tmp_path):
    sql = tmp_path / "start.sql"
    sql.write_text("create user from_file identified by '1'")
    command = [sys.executable, "-m", "matrixone_lite", "--sql", str(sql), "--password", "p"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        url = process.stdout.readline().split()[-1]
        port = int(url.rstrip("/").rpartition(":")[2])
        with pymysql.connect(host=HOST, port=port, user="from_file", password="1") as connection:
            assert query(connection, "select current_user_name()") == (("from_file",),)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def test_the_foreground_server_says_why_it_cannot_start(capsys):
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 1
    assert capsys.readouterr().err.startswith(f"matrixone-lite: cannot listen on 127.0.0.1:{port}: Address already in")


def test_the_foreground_server_says_which_file_failed(capsys, tmp_path):
    sql = tmp_path / "bad.sql"
    sql.write_text("selec 1")
    assert main(["--sql", str(sql)]) == 1
    assert str(sql) in capsys.readouterr().err
    assert main(["--sql", str(pathlib.Path(tmp_path) / "none.sql")]) == 1
