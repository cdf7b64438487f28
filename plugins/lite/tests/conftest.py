"""A server for the tests of a module, and a connection to it inside a database of its own."""

import pymysql
import pytest
from matrixone_lite import Server
from pymysql.constants import CLIENT


class Connection:
    """A connection that tests read like a list of statements."""

    def __init__(self, server, **options):
        options = {"user": "root", "password": "111", "autocommit": True, "local_infile": True, **options}
        self.driver = pymysql.connect(
            host="127.0.0.1", port=server.port, client_flag=CLIENT.MULTI_STATEMENTS, **options
        )

    def rows(self, sql):
        """The rows of a query as lists."""
        with self.driver.cursor() as cursor:
            cursor.execute(sql)
            return [list(row) for row in cursor.fetchall()]

    def names(self, sql):
        """The column names of a query."""
        with self.driver.cursor() as cursor:
            cursor.execute(sql)
            return [column[0] for column in cursor.description]

    def run(self, *statements):
        """The number of rows the last of the statements changed."""
        with self.driver.cursor() as cursor:
            for sql in statements:
                cursor.execute(sql)
            return cursor.rowcount

    def error(self, sql):
        """Number and text of the error a statement raises."""
        with pytest.raises(pymysql.MySQLError) as caught:
            self.run(sql)
        return caught.value.args[:2]

    def close(self):
        """Leave."""
        if self.driver.open:
            self.driver.close()


@pytest.fixture(scope="module")
def server():
    with Server() as server:
        yield server


@pytest.fixture(scope="module")
def scratch(server):
    """One connection for all the examples of a property, inside a database of its own."""
    connection = Connection(server)
    connection.run("create database t_scratch", "use t_scratch")
    yield connection
    connection.run("drop database t_scratch")
    connection.close()


@pytest.fixture
def connect(server):
    """Connections that are closed with the test."""
    opened = []

    def connect(**options):
        opened.append(Connection(server, **options))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def db(connect):
    """A connection inside a fresh database."""
    connection = connect()
    connection.run("create database t_db", "use t_db")
    yield connection
    connect().run("drop database if exists t_db")
