"""What a connection does at begin, commit, rollback and return to the pool; needs a server."""

from __future__ import annotations

import pymysql
import pytest
from sqlalchemy import create_engine, exc, text
from sqlalchemy.orm import Session

IN_TRANSACTION = 1


def driver(connection):
    return connection.connection.driver_connection


def count(connection, table):
    return connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()


@pytest.fixture
def rows(engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE numbers (id INT AUTO_INCREMENT PRIMARY KEY, n INT)")
    yield "numbers"
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE numbers")


def test_the_dialect_knows_its_server(engine):
    with engine.connect():
        dialect = engine.dialect
    assert dialect.matrixone_version >= (4, 2, 0)
    assert dialect.server_version_info == (8, 0, 30)
    assert isinstance(dialect.is_lite, bool)
    assert dialect.default_schema_name == engine.url.database


def test_without_a_database_there_is_no_default_schema(root):
    with root.connect():
        assert root.dialect.default_schema_name is None


def test_the_driver_stays_in_autocommit_mode_and_transactions_begin(engine, rows):
    with engine.connect() as connection:
        assert not driver(connection).server_status & IN_TRANSACTION
        connection.exec_driver_sql(f"INSERT INTO {rows} (n) VALUES (1)")
        assert driver(connection).get_autocommit()
        assert driver(connection).server_status & IN_TRANSACTION
        connection.rollback()
        assert not driver(connection).server_status & IN_TRANSACTION
        assert count(connection, rows) == 0


def test_work_is_kept_by_commit_and_undone_when_the_connection_goes_back(engine, rows):
    with engine.connect() as connection:
        connection.exec_driver_sql(f"INSERT INTO {rows} (n) VALUES (1)")
        connection.commit()
        connection.exec_driver_sql(f"INSERT INTO {rows} (n) VALUES (2)")
    with engine.connect() as connection:
        assert count(connection, rows) == 1


def test_a_transaction_is_rolled_back_after_a_failed_statement(engine, rows):
    with engine.connect() as connection:
        connection.exec_driver_sql(f"INSERT INTO {rows} (n) VALUES (1)")
        with pytest.raises(exc.DBAPIError):
            connection.exec_driver_sql("SELECT * FROM no_such_table")
        connection.rollback()
        assert count(connection, rows) == 0


def test_a_begin_of_the_caller_does_not_outlive_the_connection(engine, rows):
    autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")
    with autocommit.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql(f"INSERT INTO {rows} (n) VALUES (1)")
    with engine.connect() as connection:
        assert count(connection, rows) == 0


def test_a_begin_of_the_caller_is_committed_by_commit(engine, rows):
    autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")
    with autocommit.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql(f"INSERT INTO {rows} (n) VALUES (1)")
        connection.commit()
        assert not driver(connection).server_status & IN_TRANSACTION
        assert count(connection, rows) == 1


def test_autocommit_switched_off_by_hand_does_not_outlive_the_connection(engine, rows):
    with engine.connect() as connection:
        connection.exec_driver_sql("SET autocommit = 0")
        connection.exec_driver_sql(f"INSERT INTO {rows} (n) VALUES (1)")
    with engine.connect() as connection:
        assert driver(connection).get_autocommit()
        assert count(connection, rows) == 0


def test_isolation_level_autocommit(engine, rows):
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        assert connection.get_isolation_level() == "AUTOCOMMIT"
        connection.exec_driver_sql(f"INSERT INTO {rows} (n) VALUES (1)")
        connection.rollback()
        assert count(connection, rows) == 1
    with engine.connect() as connection:
        assert connection.get_isolation_level() == "READ COMMITTED"
        connection.exec_driver_sql(f"INSERT INTO {rows} (n) VALUES (2)")
        connection.rollback()
        assert count(connection, rows) == 1


def test_other_isolation_levels_are_refused(engine):
    with engine.connect() as connection, pytest.raises(exc.ArgumentError, match="AUTOCOMMIT, READ COMMITTED"):
        connection.execution_options(isolation_level="SERIALIZABLE")


def test_a_level_chosen_in_the_url_of_the_engine(database_url):
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        assert not driver(connection).server_status & IN_TRANSACTION
    engine.dispose()


def test_connections_of_a_creator_are_in_autocommit_mode(database_url):
    def connect():
        url = database_url
        return pymysql.connect(host=url.host, port=url.port, user=url.username, password=url.password or "")

    engine = create_engine("matrixone://", creator=connect)
    with engine.connect() as connection:
        assert driver(connection).get_autocommit()
    engine.dispose()


def test_a_connect_argument_cannot_switch_autocommit_off(database_url):
    engine = create_engine(database_url, connect_args={"autocommit": False})
    with engine.connect() as connection:
        assert driver(connection).get_autocommit()
    engine.dispose()


def test_t3_savepoints_are_refused_and_the_transaction_goes_on(engine, rows):
    with engine.connect() as connection:
        connection.exec_driver_sql(f"INSERT INTO {rows} (n) VALUES (1)")
        with pytest.raises(exc.NotSupportedError, match="no savepoints"):
            connection.begin_nested()
        connection.commit()
        assert count(connection, rows) == 1


def test_a_session_refuses_savepoints_before_the_next_statement(engine):
    with Session(engine) as session:
        session.begin_nested()
        with pytest.raises(exc.NotSupportedError, match="no savepoints"):
            session.execute(text("SELECT 1"))


def test_a_killed_connection_is_replaced(engine, root):
    with engine.connect() as connection:
        number = connection.exec_driver_sql("SELECT connection_id()").scalar()
        with root.connect() as other:
            other.exec_driver_sql(f"KILL {number}")
        with pytest.raises(exc.DBAPIError) as caught:
            connection.exec_driver_sql("SELECT 1")
        assert caught.value.connection_invalidated
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1


def test_pre_ping_replaces_a_killed_connection_unseen(database_url, root):
    engine = create_engine(database_url, pool_size=1, pool_pre_ping=True)
    with engine.connect() as connection:
        number = connection.exec_driver_sql("SELECT connection_id()").scalar()
    with root.connect() as other:
        other.exec_driver_sql(f"KILL {number}")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT connection_id()").scalar() != number
    engine.dispose()


@pytest.mark.parametrize("code", [2006, 2013, 2055, 13125])
def test_errors_after_which_the_connection_is_gone(dialect, code):
    dialect.dbapi = pymysql
    assert dialect.is_disconnect(pymysql.err.OperationalError(code, "gone"), None, None)
    assert dialect.is_disconnect(pymysql.err.InterfaceError(0, ""), None, None)
    assert not dialect.is_disconnect(pymysql.err.OperationalError(1205, "Lock wait timeout exceeded"), None, None)


def test_t10_a_reply_that_is_not_text_costs_the_connection(engine, monkeypatch):
    """The driver stops in the middle of such a reply, and the next one would be read from there."""

    def half_read(_cursor, _statement, _parameters=None):
        raise UnicodeDecodeError("utf-8", b"\x80", 0, 1, "invalid start byte")

    with engine.connect() as connection:
        before = driver(connection)
        monkeypatch.setattr(pymysql.cursors.Cursor, "execute", half_read)
        with pytest.raises(exc.DataError, match=r"no text.*hex") as caught:
            connection.exec_driver_sql("SELECT 1")
        assert caught.value.connection_invalidated
        monkeypatch.undo()
        assert connection.invalidated
    with engine.connect() as connection:
        assert driver(connection) is not before


async def test_the_asynchronous_engine_does_the_same(async_engine):
    async with async_engine.connect() as connection:
        assert async_engine.dialect.driver == "aiomysql"
        await connection.execute(text("CREATE TABLE later (n INT)"))
        raw = await connection.get_raw_connection()
        assert raw.driver_connection.get_autocommit()
        assert raw.driver_connection.server_status & IN_TRANSACTION
        await connection.commit()
        await connection.execute(text("INSERT INTO later VALUES (1)"))
        await connection.rollback()
        assert (await connection.execute(text("SELECT count(*) FROM later"))).scalar() == 0
        with pytest.raises(exc.NotSupportedError, match="no savepoints"):
            await connection.begin_nested()
        await connection.execute(text("DROP TABLE later"))
        await connection.commit()
    async with async_engine.connect() as connection:
        level = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await level.execute(text("SELECT 1"))
        assert not (await level.get_raw_connection()).driver_connection.server_status & IN_TRANSACTION
