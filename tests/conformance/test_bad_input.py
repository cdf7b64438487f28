"""Wrong uses: a clear error, and nothing is lost."""

from __future__ import annotations

import copy
import pickle
import socket
import traceback

import pytest
import sqlalchemy.exc
from sqlalchemy import Column, Integer, MetaData, Table, insert, make_url, select

from matrixone import AsyncClient, Client, MatrixOneError, Session
from matrixone.exceptions import (
    AuthenticationError,
    ConfigurationError,
    ConnectionError,  # noqa: A004 - the name the specification gives it
    IntegrityError,
    InvalidNameError,
    PluginError,
    QueryError,
    SessionClosedError,
)
from matrixone.vector import Vectorf32

from .models import User

pytestmark = pytest.mark.usefixtures("tables")

INSERT = "INSERT INTO users (name) VALUES (?)"


class TestNames:
    @pytest.mark.parametrize("name", ["", "a" * 65, "ends with a blank ", "a\0b", "a.b.", "a.`b", "line\nbreak"])
    def test_an_invalid_identifier_is_refused_before_anything_is_sent(self, client, name):
        with client.session() as session:
            with pytest.raises(InvalidNameError):
                session.create_table(name, {"id": "int primary key"})
            with pytest.raises(InvalidNameError):
                session.insert(name, {"id": 1})
            with pytest.raises(InvalidNameError):
                session.drop_table(name)
            assert not session.in_transaction() or session.scalar("SELECT 1") == 1

    @pytest.mark.parametrize(
        "name", ["order", "with space", "semi;colon", 'quote"d', "back`tick", "a?b", "a%sb", "ключ"]
    )
    def test_an_unusual_identifier_is_quoted(self, client, name):
        quoted = "`" + name.replace("`", "``") + "`"
        with client.session() as session:
            session.create_table(quoted, {"id": "int primary key", name: "int"})
            session.insert(quoted, {"id": 1, name: 2})

        with client.session() as session:
            assert session.execute(f"SELECT * FROM {quoted}").mappings().all() == [{"id": 1, name: 2}]
            session.drop_table(quoted)

    @pytest.mark.parametrize(
        "kind",
        [
            "",
            "int, x int",
            "int) --",
            "int; DROP TABLE users",
            "int) COMMENT ('a'",
            "varchar(10",
            "int /*",
            "int -- ",
            "int #",
            "int COMMENT 'a",
            None,
            7,
        ],
    )
    def test_a_type_text_stays_inside_its_column(self, client, kind, count):
        with client.session() as session, pytest.raises(ConfigurationError):
            session.create_table("notes", {"id": kind})

        assert count("users") == 1
        assert client.execute("SHOW TABLES LIKE 'notes'").all() == []

    def test_an_unknown_key_column(self, client):
        with client.session() as session, pytest.raises(ConfigurationError, match="nothing"):
            session.create_table("notes", {"id": "int"}, primary_key="nothing")

    def test_a_table_without_columns(self, client):
        with client.session() as session:
            with pytest.raises(ConfigurationError):
                session.create_table("notes", {})
            with pytest.raises(ConfigurationError):
                session.create_table_orm("notes")


class TestRows:
    def test_an_empty_batch_sends_nothing(self, client):
        with client.session() as session:
            assert session.batch_insert("no_such_table", []).affected_rows == 0
            assert not session.in_transaction()

    def test_ragged_dictionaries_get_defaults(self, client):
        with client.session() as session:
            session.create_table("ragged", {"id": "int primary key", "a": "int default 7", "b": "varchar(5)"})
            result = session.batch_insert(
                "ragged", [{"id": 1, "a": 1}, {"id": 2, "b": "x"}, {"b": "y", "id": 3}, {"id": 4}]
            )
            assert result.affected_rows == 4
            rows = session.execute("SELECT id, a, b FROM ragged ORDER BY id").all()

        assert rows == [(1, 1, None), (2, 7, "x"), (3, 7, "y"), (4, 7, None)]

    async def test_ragged_dictionaries_of_a_class(self, async_client):
        async with async_client.session() as session:
            result = await session.batch_insert(
                User, [{"name": "Ann", "age": 3}, {"name": "Ben", "email": "ben@example.com"}]
            )
            assert result.affected_rows == 2
            rows = (await session.execute(select(User.name, User.age, User.email).where(User.id > 1))).all()

        assert sorted(rows) == [("Ann", 3, None), ("Ben", None, "ben@example.com")]

    @pytest.mark.parametrize("rows", [[{}], ["name"], "name", {"name": "Ann"}, [("name", "Ann")]])
    def test_rows_that_are_none(self, client, rows, count):
        with client.session() as session, pytest.raises(QueryError, match="nothing was sent"):
            session.batch_insert("users", rows)

        assert count("users") == 1

    def test_a_duplicate_in_a_batch_leaves_none_of_it(self, client, count):
        with client.session() as session:
            session.execute(INSERT, ("before",))
            with pytest.raises(IntegrityError) as caught:
                session.batch_insert("users", [{"id": 2, "name": "new"}, {"id": 1, "name": "duplicate"}])

        assert caught.value.errno == 1062
        assert isinstance(caught.value, sqlalchemy.exc.IntegrityError)
        assert count("users", "name = 'before'") == 1
        assert count("users", "name = 'new'") == 0

    def test_both_the_table_and_its_index_or_neither(self, client):
        index = {"name": "i", "column": "v", "type": "ivfflat", "params": {"op_type": "no_such_distance"}}
        with client.session() as session, pytest.raises(MatrixOneError):
            session.create_table_with_index("docs", {"id": "int primary key", "v": "vecf32(3)"}, [index])

        assert client.execute("SHOW TABLES LIKE 'docs'").all() == []


class TestStatements:
    @pytest.mark.parametrize(
        ("sql", "params"),
        [("SELECT ?", ()), ("SELECT ?", (1, 2)), ("SELECT 1", (1,)), ("SELECT '?'", (1,)), ("SELECT ?, ?", None)],
    )
    def test_a_wrong_number_of_values(self, client, sql, params):
        with client.session() as session:
            with pytest.raises(QueryError, match="placeholder") as caught:
                session.execute(sql, params)
            assert not session.in_transaction()

        assert caught.value.errno is None

    @pytest.mark.parametrize("value", [object(), {1, 2}, float("nan"), float("inf"), [], [float("nan")], ["text"]])
    def test_a_value_that_no_column_holds(self, client, value, count):
        with client.session() as session, pytest.raises(QueryError, match="nothing was sent"):
            session.execute("UPDATE users SET name = ?", (value,))

        assert count("users", "name = 'Root'") == 1

    @pytest.mark.parametrize("params", ["text", 7, {"a": 1}])
    def test_values_that_are_no_tuple(self, client, params):
        with client.session() as session, pytest.raises(QueryError, match="tuple"):
            session.execute("SELECT ?", params)

    @pytest.mark.parametrize(
        "sql",
        ["SELECT * FROM no_such_table", "INSERT INTO no_such_table VALUES (1)", "DROP TABLE no_such_table"],
    )
    def test_a_missing_table(self, client, sql):
        with client.session() as session:
            with pytest.raises(QueryError, match="no_such_table") as caught:
                session.execute(sql)
            assert session.scalar("SELECT 1") == 1

        error = caught.value
        assert isinstance(error, sqlalchemy.exc.ProgrammingError)
        assert error.errno in (1064, 1146)
        assert error.__cause__ is error.orig is not None
        assert "no_such_table" in error.sql

    def test_a_syntax_error(self, client):
        with client.session() as session, pytest.raises(QueryError) as caught:
            session.execute("SELEC 1")

        assert (caught.value.errno, caught.value.sqlstate) == (1064, "HY000")

    def test_errors_never_hold_values(self, client):
        with client.session() as session, pytest.raises(QueryError) as caught:
            session.execute("INSERT INTO no_such_table VALUES (?, 'secret two')", ("secret one",))

        assert "secret" not in f"{caught.value} {caught.value!r} {caught.value.params}"

    def test_a_secret_is_in_no_traceback(self, client):
        statement = "CREATE USER somebody BOGUS IDENTIFIED BY 'hunter2'"
        with client.session() as session:
            for execute in (client.execute, session.execute):
                with pytest.raises(QueryError) as caught:
                    execute(statement)
                shown = traceback.TracebackException.from_exception(caught.value)
                assert "hunter2" not in "".join(shown.format_exception_only())
                assert "hunter2" not in "".join(shown.__cause__.format_exception_only())

    def test_a_value_of_a_wrong_kind_is_our_error(self, client):
        table = Table("users", MetaData(), Column("age", Vectorf32(3)))
        with client.session() as session, pytest.raises(QueryError, match="3 dimensions"):
            session.execute(insert(table), {"age": [1.0, 2.0]})

    def test_errors_can_be_copied(self, client):
        with client.session() as session, pytest.raises(QueryError) as caught:
            session.execute("SELECT * FROM no_such_table")

        for twin in (copy.copy(caught.value), pickle.loads(pickle.dumps(caught.value))):
            assert (type(twin), str(twin), twin.errno) == (type(caught.value), str(caught.value), caught.value.errno)

    @pytest.mark.parametrize("method", ["execute", "scalar", "scalars"])
    def test_an_unknown_log_mode(self, client, method):
        with client.session() as session:
            with pytest.raises(ValueError, match="loud"):
                getattr(session, method)("SELECT 1", log_mode="loud")
            assert not session.in_transaction()
        with pytest.raises(ValueError, match="loud"):
            client.execute("SELECT 1", log_mode="loud")
        with pytest.raises(ValueError, match="loud"):
            Client(sql_log_mode="loud")


class TestClosed:
    def test_a_closed_session(self, client):
        session = client.session()
        session.execute("SELECT 1")
        session.close()
        session.close()
        for use in (
            lambda: session.execute("SELECT 1"),
            lambda: session.scalar("SELECT 1"),
            lambda: session.get(User, 1),
            lambda: session.insert("users", {"name": "Ann"}),
            lambda: session.query(User).all(),
            session.flush,
            session.commit,
            session.rollback,
        ):
            with pytest.raises(SessionClosedError):
                use()

    def test_nothing_is_prepared_on_a_closed_session(self, client, count):
        session = client.session()
        session.close()
        for use in (lambda: session.add(User(name="Ann")), lambda: session.add_all([User(name="Ann")]), session.begin):
            with pytest.raises(SessionClosedError):
                use()
        assert not session.in_transaction()

        assert count("users", "name = 'Ann'") == 0

    async def test_a_closed_async_session(self, async_client):
        async with async_client.session() as session:
            await session.execute("SELECT 1")
        with pytest.raises(SessionClosedError):
            await session.execute("SELECT 1")
        with pytest.raises(SessionClosedError):
            await session.get(User, 1)
        for use in (lambda: session.add(User(name="Ann")), session.begin):
            with pytest.raises(SessionClosedError):
                use()

    def test_a_session_after_disconnect(self, server, count):
        client = Client(**server)
        session = client.session()
        session.execute(INSERT, ("lost",))
        client.disconnect()
        with pytest.raises(ConnectionError, match="connect"):
            session.execute(INSERT, ("after",))
        with pytest.raises(ConnectionError, match="connect"):
            session.commit()
        session.close()
        for use in (client.session, lambda: client.execute("SELECT 1"), client.get_sqlalchemy_engine):
            with pytest.raises(ConnectionError, match="connect"):
                use()

        assert count("users", "name IN ('lost', 'after')") == 0

    async def test_an_async_session_after_disconnect(self, server):
        client = AsyncClient()
        await client.connect(**server)
        session = client.session()
        await session.execute("SELECT 1")
        await client.disconnect()
        with pytest.raises(ConnectionError, match=r"^the client is not connected"):
            await session.execute("SELECT 1")
        await session.close()
        with pytest.raises(ConnectionError, match="connect"):
            client.session()

    def test_a_client_can_connect_again(self, server):
        client = Client(**server)
        client.disconnect()
        client.disconnect()
        client.connect()
        assert client.execute("SELECT 1").scalar() == 1
        client.disconnect()


class TestManagers:
    def test_an_unknown_manager(self, client):
        with client.session() as session:
            with pytest.raises(AttributeError, match="snapshot_s"):
                _ = session.snapshot_s
            with pytest.raises(PluginError):
                session.manager(User)
            assert not hasattr(session, "nothing_like_this")


class TestConnecting:
    @pytest.fixture
    def dead_port(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            yield listener.getsockname()[1]

    @pytest.fixture(params=["dead port", "wrong password", "unknown user", "unknown database"])
    def failing(self, request, server, dead_port):
        change = {
            "dead port": {"port": dead_port},
            "wrong password": {},
            "unknown user": {"user": "nobody"},
            "unknown database": {"database": "no_such_database"},
        }[request.param]
        password = server["password"] if request.param == "unknown database" else "s3cr3t-p4ss"
        return {**server, "password": password, **change}

    def check(self, error, settings):
        assert (error.host, error.port, error.database) == (settings["host"], settings["port"], settings["database"])
        assert error.__cause__ is not None
        assert isinstance(error, sqlalchemy.exc.OperationalError)
        assert f"{settings['host']}:{settings['port']}" in str(error)
        if settings["password"] != "s3cr3t-p4ss":
            return
        assert not isinstance(error, AuthenticationError) or error.errno is not None
        seen = "".join(traceback.format_exception(error))
        for link in (error, error.__cause__, error.__cause__.__context__, error.__context__, error.orig):
            seen += f"{link} {link!r} {getattr(link, 'args', ())} {getattr(link, 'params', ())}"
        assert settings["password"] not in seen

    def test_fails_while_constructing(self, failing):
        with pytest.raises(ConnectionError) as caught:
            Client(**failing)

        self.check(caught.value, failing)

    def test_by_url(self, failing):
        url = make_url("matrixone://").set(
            username=failing["user"], **{key: failing[key] for key in ("password", "host", "port", "database")}
        )
        with pytest.raises(ConnectionError) as caught:
            Client(url=url.render_as_string(hide_password=False))

        self.check(caught.value, failing)

    def test_connect_fails_and_may_be_tried_again(self, failing, server):
        client = Client()
        with pytest.raises(ConnectionError) as caught:
            client.connect(**failing)
        self.check(caught.value, failing)
        assert not client.connected()
        assert failing["password"] not in repr(client)
        client.connect(**server)
        assert client.connected()
        client.disconnect()

    async def test_async(self, failing):
        client = AsyncClient()
        with pytest.raises(ConnectionError) as caught:
            await client.connect(**failing)

        self.check(caught.value, failing)
        assert not client.connected()

    def test_a_wrong_password_has_its_own_class(self, server):
        with pytest.raises(AuthenticationError):
            Client(**{**server, "password": "wrong"})

    def test_a_second_connect(self, server):
        client = Client(**server)
        with pytest.raises(ConnectionError, match="already connected"):
            client.connect(**server)
        assert client.execute("SELECT 1").scalar() == 1
        client.disconnect()

    async def test_a_second_async_connect(self, server):
        async with AsyncClient(**server) as client:
            with pytest.raises(ConnectionError, match="already connected"):
                await client.connect(**server)
            assert (await client.execute("SELECT 1")).scalar() == 1

    @pytest.mark.parametrize(
        "settings",
        [
            {"port": 0},
            {"port": 70000},
            {"port": "6001"},
            {"charset": "none"},
            {"connection_timeout": 0},
            {"ssl_mode": "maybe"},
            {"ssl_ca": "ca.pem"},
            {"ssl_mode": "required", "ssl_key": "key.pem"},
            {"user": "a:b", "account": "c"},
        ],
    )
    def test_settings_that_cannot_work(self, settings):
        with pytest.raises(ConfigurationError):
            Client(**settings)

    def test_settings_of_an_address(self, server_url):
        with Client(url=f"{server_url}?ssl_mode=disabled&connection_timeout=9.5") as client:
            assert (client._settings.ssl_mode, client._settings.connection_timeout) == ("disabled", 9.5)

    @pytest.mark.parametrize(
        "url",
        ["matrixone://h/d?ssl_mode=maybe", "matrixone://h/d?ssl=1", "matrixone://h/d?charset=none", "postgresql://h/d"],
    )
    def test_an_address_that_cannot_work(self, url):
        with pytest.raises(ConfigurationError):
            Client(url=url)

    @pytest.fixture
    def silent(self):
        """A server that accepts connections and says nothing."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            yield {"host": "127.0.0.1", "port": server.getsockname()[1], "connection_timeout": 0.2}

    def test_a_silent_server(self, silent):
        with pytest.raises(ConnectionError, match="timed out"):
            Client(**silent)

    async def test_a_silent_server_asynchronously(self, silent):
        with pytest.raises(ConnectionError, match="timed out"):
            await AsyncClient().connect(**silent)

    def test_a_timeout_is_for_connecting_only(self, server):
        with Client(**server, connection_timeout=0.4) as client:
            assert client.execute("SELECT sleep(0.8)").scalar() == 0

    def test_the_password_is_never_shown(self, server):
        with Client(**server) as client:
            assert server["password"] not in repr(client.get_login_info())
            assert f":{server['password']}@" not in repr(client) + str(client.get_sqlalchemy_engine())

    def test_a_database_of_another_kind(self):
        from sqlalchemy import create_engine

        engine = create_engine("sqlite://")
        with pytest.raises(ConnectionError, match="sqlite"):
            Client.from_engine(engine)
        engine.dispose()

    def test_a_session_without_a_bind(self):
        session = Session()
        with pytest.raises(sqlalchemy.exc.SQLAlchemyError):
            session.execute("SELECT 1")
        session.close()


def test_a_wrong_vector_dimension(client, count):
    with client.session() as session:
        session.create_table_orm("docs", Column("id", Integer, primary_key=True), Column("v", Vectorf32(3)))
        with pytest.raises(QueryError):
            session.insert("docs", {"id": 1, "v": [1.0, 2.0]})
        session.insert("docs", {"id": 2, "v": [1.0, 2.0, 3.0]})

    assert count("docs") == 1
