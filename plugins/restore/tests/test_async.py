"""The asynchronous twins, in and out of a transaction."""

from __future__ import annotations

import pytest
from matrixone_restore import AsyncRestoreManager, RestoreWarning

from matrixone.exceptions import RestoreError, RollbackWarning, TransactionRefusedError


async def test_attribute_is_the_manager(async_client):
    assert type(async_client.restore) is AsyncRestoreManager
    async with async_client.session() as session:
        assert session.restore is session.restore is session.manager(AsyncRestoreManager)


async def test_from_a_snapshot(async_client, matrixone_database, snapshot, count):
    await async_client.restore.restore_table(snapshot, None, matrixone_database, "orders")
    assert count() == 1
    await async_client.execute("CREATE TABLE later (id INT)")
    with pytest.warns(RestoreWarning, match="later"):
        await async_client.restore.restore_database(snapshot, "sys", matrixone_database)
    with pytest.raises(RestoreError, match="not the cluster"):
        await async_client.restore.restore_cluster(snapshot)


async def test_an_account(async_client, account, account_snapshot, inside):
    inside(account).execute("DELETE FROM shop.orders")
    await async_client.restore.restore_account(account_snapshot, account)
    assert inside(account).execute("SELECT COUNT(*) FROM shop.orders").scalar() == 1


async def test_from_a_pitr(async_client, matrixone_database, pitr, count, now):
    then = now()
    await async_client.execute("DELETE FROM orders")
    await async_client.restore.restore_database_from_pitr(pitr, then, matrixone_database)
    assert count() == 1
    with pytest.raises(RestoreError, match="has to name"):
        await async_client.restore.restore_account_from_pitr(pitr, then)


async def test_t4_is_refused(async_client, matrixone_database, snapshot, count):
    with pytest.raises(RestoreError, match="clone_table"):
        await async_client.restore.restore_table(snapshot, None, matrixone_database, "orders", "acme")
    assert count() == 2


async def test_refused_not_hung(async_client, matrixone_database, snapshot):
    async with async_client.session() as session:
        await session.execute("INSERT INTO orders VALUES (3)")
        with pytest.raises(RestoreError, match="would wait"):
            await async_client.restore.restore_table(snapshot, None, matrixone_database, "orders")
        await session.rollback()


async def test_at_once_without_a_transaction_and_not_undone(async_client, matrixone_database, snapshot, count):
    async with async_client.session() as session:
        await session.restore.restore_table(snapshot, None, matrixone_database, "orders")
        with pytest.warns(RollbackWarning, match="cannot be undone"):
            await session.rollback()
    assert count() == 1


async def test_after_the_commit_with_a_transaction(async_client, matrixone_database, snapshot, count):
    async with async_client.session() as session:
        await session.execute("INSERT INTO orders VALUES (3)")
        assert (await session.restore.restore_table(snapshot, None, matrixone_database, "orders")).pending
    assert count() == 1


async def test_raise_instead_of_waiting(async_client, matrixone_database, snapshot, pitr, count, now):
    async with async_client.session(on_refused="raise") as session:
        await session.execute("INSERT INTO orders VALUES (3)")
        with pytest.raises(TransactionRefusedError):
            await session.restore.restore_table(snapshot, None, matrixone_database, "orders")
        with pytest.raises(TransactionRefusedError):
            await session.restore.restore_table_from_pitr(pitr, now(), matrixone_database, "orders")
    assert count() == 3
