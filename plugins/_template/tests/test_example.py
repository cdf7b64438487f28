from __future__ import annotations

import matrixone_example.plugin
import pytest
from matrixone_example.operations import CountRows, RenameTable

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import QueryError
from matrixone.testing.contract import check_plugin


@pytest.fixture
def _orders(matrixone_client):
    matrixone_client.execute("CREATE TABLE orders (id INT PRIMARY KEY)")
    matrixone_client.execute("INSERT INTO orders VALUES (1), (2)")


@pytest.fixture
def client(matrixone_client, _orders):
    return matrixone_client


@pytest.fixture
def async_client(matrixone_async_client, _orders):
    return matrixone_async_client


def test_contract():
    check_plugin(matrixone_example.plugin)


@pytest.mark.parametrize(
    ("operation", "sql"),
    [
        (CountRows("shop.orders"), "SELECT COUNT(*) FROM `shop`.`orders`"),
        (RenameTable("a`b", "c"), "ALTER TABLE `a``b` RENAME TO `c`"),
    ],
)
def test_statements(operation, sql):
    assert str(operation.statement().compile(dialect=MatrixOneDialect_pymysql())) == sql


def test_on_a_client(client):
    client.example.rename("orders", "old_orders")
    assert client.example.count("old_orders") == 2
    with pytest.raises(QueryError):
        client.example.count("orders")


def test_in_a_transaction(client):
    with client.session() as session:
        session.execute("INSERT INTO orders VALUES (3)")
        session.example.rename("orders", "old_orders")
        assert session.example.count("old_orders") == 3
        session.rollback()
    assert client.example.count("orders") == 2


@pytest.mark.asyncio
async def test_twins(async_client):
    async with async_client as client, client.session() as session:
        await session.example.rename("orders", "old_orders")
        assert await session.example.count("old_orders") == 2
        await session.rollback()
        assert await client.example.count("orders") == 2
