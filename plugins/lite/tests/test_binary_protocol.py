"""Prepared statements of the binary protocol, through a driver that uses it."""

import datetime as dt
from decimal import Decimal

import mysql.connector
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

COLUMNS = "i bigint, u bigint unsigned, d double, n decimal(20,4), s varchar(200), b blob, day date, at datetime(6)"
ROWS = st.tuples(
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.integers(0, 2**63 - 1),
    st.none() | st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False),
    st.none() | st.decimals(-(10**15), 10**15, places=4),
    st.none() | st.text(st.characters(codec="utf-8"), max_size=200),
    st.none() | st.binary(max_size=300),
    st.none() | st.dates(dt.date(1000, 1, 1)),
    st.none() | st.datetimes(dt.datetime(1000, 1, 1)),  # noqa: DTZ001 - DATETIME has no zone
)


@pytest.fixture(scope="module")
def connection(server):
    options = {"host": "127.0.0.1", "port": server.port, "user": "root", "password": "111", "use_pure": True}
    with mysql.connector.connect(**options, ssl_disabled=True, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def cursor(connection):
    with connection.cursor(prepared=True) as cursor:
        cursor.execute("create database t_binary")
        cursor.execute(f"create table t_binary.t (id int primary key, {COLUMNS})")
        yield cursor
        cursor.execute("drop database t_binary")


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_values_come_back(cursor, row):
    cursor.execute("delete from t_binary.t where id = ?", (1,))
    cursor.execute("insert into t_binary.t values (?, ?, ?, ?, ?, ?, ?, ?, ?)", (1, *row))
    assert cursor.rowcount == 1
    cursor.execute("select * from t_binary.t where id = ?", (1,))
    (found,) = cursor.fetchall()
    assert found[1:] == row


def test_a_statement_is_prepared_once_and_run_often(cursor):
    for number in range(5):
        cursor.execute("select ? + 1, ?", (number, str(number)))
        assert cursor.fetchall() == [(number + 1, str(number))]


@pytest.mark.parametrize(("value", "shown"), [(Decimal("1.50"), "1.50"), (None, None), ("é", "é"), (-1, "-1")])
def test_an_argument_alone_is_a_text_as_on_the_server(cursor, value, shown):
    cursor.execute("select ?", (value,))
    assert cursor.fetchall() == [(shown,)]


def test_errors_leave_the_connection_usable(cursor):
    with pytest.raises(mysql.connector.Error) as caught:
        cursor.execute("selec ?", (1,))
    assert caught.value.errno == 1064
    cursor.execute("insert into t_binary.t (id) values (?)", (100,))
    with pytest.raises(mysql.connector.Error) as caught:
        cursor.execute("insert into t_binary.t (id) values (?)", (100,))
    assert caught.value.errno == 1062


def test_resetting_a_connection_is_refused(server):
    with (
        mysql.connector.connect(
            host="127.0.0.1", port=server.port, user="root", password="111", use_pure=True, ssl_disabled=True
        ) as connection,
        pytest.raises(mysql.connector.Error, match=r"unsupported command"),
    ):
        connection.cmd_reset_connection()
