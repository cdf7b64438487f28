"""The asynchronous twins, in and out of a transaction."""

from __future__ import annotations

import pytest
from matrixone_pitr import AsyncPitrManager

from matrixone.exceptions import PitrError, RollbackWarning, TransactionRefusedError


async def test_attribute_is_the_manager(async_client):
    assert type(async_client.pitr) is AsyncPitrManager
    async with async_client.session() as session:
        assert session.pitr is session.pitr is session.manager(AsyncPitrManager)


async def test_on_a_client(async_client, matrixone_database, name):
    pitr = await async_client.pitr.create_database_pitr(name, matrixone_database, 2, "h")
    assert await async_client.pitr.get(name) == pitr
    assert await async_client.pitr.list(database_name=matrixone_database) == [pitr]
    assert (await async_client.pitr.alter(name, 3, "d")).range_value == 3
    with pytest.raises(PitrError, match="already exists"):
        await async_client.pitr.create(name, "table", table_name="orders")
    await async_client.pitr.drop(name)
    assert not await async_client.pitr.exists(name)
    await async_client.pitr.delete(name, if_exists=True)


async def test_restore_to_time(async_client, name, count, now):
    await async_client.pitr.create(name, "database")
    then = now()
    await async_client.execute("DELETE FROM orders")
    assert not (await async_client.pitr.restore_to_time(then, name)).pending
    assert count() == 1


async def test_at_once_without_a_transaction_and_undone_by_rollback(async_client, name):
    async with async_client.session() as session:
        assert not (await session.pitr.create(name, "database")).pending
        await session.execute("INSERT INTO orders VALUES (2)")
        await session.rollback()
    assert not await async_client.pitr.exists(name)


async def test_after_the_commit_with_a_transaction(async_client, name):
    async with async_client.session() as session:
        await session.execute("INSERT INTO orders VALUES (2)")
        pitr = await session.pitr.create(name, "database")
        assert pitr.pending
        assert not await async_client.pitr.exists(name)
    assert not pitr.pending
    assert await async_client.pitr.exists(name)


async def test_delete_at_once_cannot_be_undone(async_client, name):
    await async_client.pitr.create(name, "database")
    async with async_client.session() as session:
        await session.pitr.delete(name)
        with pytest.warns(RollbackWarning, match="cannot be undone"):
            await session.rollback()


async def test_raise_instead_of_waiting(async_client, name):
    async with async_client.session(on_refused="raise") as session:
        await session.execute("INSERT INTO orders VALUES (2)")
        for call in (
            session.pitr.create(name, "database"),
            session.pitr.alter(name, 2, "d"),
            session.pitr.delete(name),
        ):
            with pytest.raises(TransactionRefusedError):
                await call
        assert await session.pitr.list("table", table_name="orders") == []
