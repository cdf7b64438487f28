"""The asynchronous twins, each operation in and out of a transaction."""

from __future__ import annotations

import pytest
from matrixone_snapshots import AsyncSnapshotManager

from matrixone import SnapshotLevel
from matrixone.exceptions import AfterCommitError, RollbackWarning, SnapshotError, TransactionRefusedError


async def test_attribute_is_the_manager(async_client):
    assert type(async_client.snapshots) is AsyncSnapshotManager
    async with async_client.session() as session:
        assert session.snapshots is session.snapshots is session.manager(AsyncSnapshotManager)


async def test_on_a_client(async_client, matrixone_database, name, rows):
    snapshot = await async_client.snapshots.create(name, SnapshotLevel.DATABASE, database=matrixone_database)
    await async_client.execute("DELETE FROM orders")
    assert (rows(), rows(name)) == (0, 1)
    assert await async_client.snapshots.get(name) == snapshot
    assert await async_client.snapshots.list(database=matrixone_database) == [snapshot]
    with pytest.raises(SnapshotError, match="already exists"):
        await async_client.snapshots.create(name, "database")
    assert await async_client.snapshots.create(name, "database", if_not_exists=True) == snapshot
    await async_client.snapshots.drop(name)
    assert not await async_client.snapshots.exists(name)
    await async_client.snapshots.delete(name, if_exists=True)


async def test_at_once_without_a_transaction_and_undone_by_rollback(async_client, name):
    async with async_client.session() as session:
        snapshot = await session.snapshots.create(name, "database")
        assert not snapshot.pending
        assert await async_client.snapshots.exists(name)
        await session.execute("INSERT INTO orders VALUES (2)")
        await session.rollback()
    assert not await async_client.snapshots.exists(name)


async def test_after_the_commit_with_a_transaction(async_client, name, rows):
    async with async_client.session() as session:
        await session.execute("INSERT INTO orders VALUES (2)")
        snapshot = await session.snapshots.create(name, "database")
        assert snapshot.pending
        assert not await async_client.snapshots.exists(name)
    assert not snapshot.pending
    assert rows(name) == 2


async def test_never_after_a_rollback(async_client, name):
    async with async_client.session() as session:
        await session.execute("INSERT INTO orders VALUES (2)")
        await session.snapshots.create(name, "database")
        await session.rollback()
    assert not await async_client.snapshots.exists(name)


async def test_failure_after_the_commit(async_client, name, rows):
    await async_client.snapshots.create(name, "database")
    async with async_client.session() as session:
        await session.execute("INSERT INTO orders VALUES (2)")
        await session.snapshots.create(name, "database")
        with pytest.raises(AfterCommitError):
            await session.commit()
    assert rows() == 2


async def test_delete_after_the_commit(async_client, name):
    await async_client.snapshots.create(name, "database")
    async with async_client.session() as session:
        await session.execute("INSERT INTO orders VALUES (2)")
        assert (await session.snapshots.delete(name)).pending
        assert await session.snapshots.exists(name)
    assert not await async_client.snapshots.exists(name)


async def test_delete_at_once_cannot_be_undone(async_client, name):
    await async_client.snapshots.create(name, "database")
    async with async_client.session() as session:
        await session.snapshots.delete(name)
        with pytest.warns(RollbackWarning, match="cannot be undone"):
            await session.rollback()


async def test_raise_instead_of_waiting(async_client, name):
    async with async_client.session(on_refused="raise") as session:
        await session.execute("INSERT INTO orders VALUES (2)")
        with pytest.raises(TransactionRefusedError):
            await session.snapshots.create(name, "database")
        with pytest.raises(TransactionRefusedError):
            await session.snapshots.delete(name)
        assert await session.snapshots.list("table", table="orders") == []
    assert not await async_client.snapshots.exists(name)
