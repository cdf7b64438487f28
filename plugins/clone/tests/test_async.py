"""The asynchronous twins, each operation in and out of a transaction."""

from __future__ import annotations

import pytest
from matrixone_clone import AsyncCloneManager, CloneWarning

from matrixone.exceptions import CloneError, PendingOperationError


async def test_attribute_is_the_manager(async_client):
    assert type(async_client.clone) is AsyncCloneManager
    async with async_client.session() as session:
        assert session.clone is session.clone is session.manager(AsyncCloneManager)


async def test_on_a_client(async_client, matrixone_database, copy, snapshot, count):
    await async_client.snapshots.create(snapshot, "database")
    await async_client.execute("INSERT INTO orders VALUES (2)")
    await async_client.clone.clone_database(copy, matrixone_database)
    await async_client.clone.clone_table("copied", "orders")
    await async_client.clone.clone_table_with_snapshot("older", "orders", snapshot)
    assert (count(f"{copy}.orders"), count("copied"), count("older")) == (2, 2, 1)
    assert (await async_client.clone.clone_table("copied", "orders", if_not_exists=True)).existed
    await async_client.execute(f"DROP DATABASE {copy}")
    await async_client.clone.clone_database_with_snapshot(copy, matrixone_database, snapshot)
    assert count(f"{copy}.orders") == 1


async def test_missing_source(async_client, copy, databases):
    with pytest.raises(CloneError, match="Unknown database"):
        await async_client.clone.clone_database(copy, "no_such_database")
    assert not databases(copy)


async def test_sequences_that_are_left_out_are_named(async_client, matrixone_database, copy):
    await async_client.execute("CREATE SEQUENCE ids")
    with pytest.warns(CloneWarning, match="ids"):
        await async_client.clone.clone_database(copy, matrixone_database)


async def test_committed_together(async_client, matrixone_database, copy, count):
    async with async_client.session() as session:
        await session.execute("INSERT INTO orders VALUES (2)")
        await session.clone.clone_database(copy, matrixone_database)
        await session.clone.clone_table("copied", "orders")
    assert (count(f"{copy}.orders"), count("copied")) == (1, 2)


async def test_rolled_back_together(async_client, matrixone_database, copy, count, databases):
    async with async_client.session() as session:
        await session.clone.clone_database(copy, matrixone_database)
        await session.clone.clone_table("copied", "orders")
        await session.execute("INSERT INTO orders VALUES (2)")
        await session.rollback()
    assert not databases(copy)
    assert count("orders") == 1


async def test_snapshot_that_waits_for_the_commit_is_named(async_client, matrixone_database, copy, snapshot):
    async with async_client.session() as session:
        await session.execute("INSERT INTO orders VALUES (2)")
        await session.snapshots.create(snapshot, "database")
        with pytest.raises(PendingOperationError, match=snapshot):
            await session.clone.clone_database(copy, matrixone_database, snapshot)
