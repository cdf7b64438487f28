"""The asynchronous twins, each operation in and out of a transaction."""

from __future__ import annotations

import pytest
from matrixone_branch import AsyncBranchManager, BranchWarning, Changes, DiffOutput, DiffSummary

from matrixone.exceptions import BranchError


async def test_attribute_is_the_manager(async_client):
    assert type(async_client.branch) is AsyncBranchManager
    async with async_client.session() as session:
        assert session.branch is session.branch is session.manager(AsyncBranchManager)


async def test_tables(async_client, rows, tables, tmp_path):
    branch = async_client.branch
    await branch.create("child", "base")
    await branch.create_table_branch("second", "child")
    await async_client.execute("INSERT INTO child VALUES (4, 'four'), (5, 'five')")
    assert [tuple(row) for row in await branch.diff("child", "base", limit=1)] == [("child", "INSERT", 4, "four")]
    assert await branch.diff("child", "base", output=DiffOutput.COUNT) == 2
    expected = DiffSummary(Changes(2, 0, 0), Changes(0, 0, 0))
    assert await branch.diff_table("child", "base", output="summary") == expected
    await branch.diff_to_table("child", "base", "found")
    assert (await branch.diff_to_file("child", "base", f"{tmp_path}/")).endswith(".sql")
    with pytest.warns(BranchWarning, match="99"):
        assert (await branch.pick("child", "base", [4, 99])).missing == (99,)
    await branch.merge("child", "base", "fail")
    await branch.merge_table("child", "second")
    assert rows("base") == rows("second") == {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}
    await branch.delete("child")
    await branch.delete_table_branch("second")
    assert tables() == {"base", "found"}


async def test_databases(async_client, matrixone_database, copy, rows):
    await async_client.branch.create(copy, matrixone_database, database=True)
    assert len(rows(f"{copy}.base")) == 3
    await async_client.branch.delete(copy, database=True)
    await async_client.branch.create_database_branch(copy, matrixone_database)
    await async_client.branch.delete_database_branch(copy)
    with pytest.raises(BranchError, match="Unknown database"):
        await async_client.branch.create_database_branch(copy, "no_such_database")


async def test_rolled_back_together(async_client, child, rows, tables):
    async with async_client.session() as session:
        await session.branch.create("late", "base")
        await session.branch.merge(child, "base")
        assert (await session.branch.pick(child, "base", [4])).pending
        await session.rollback()
    assert tables() == {"base", "child"}
    assert rows("base") == {1: "one", 2: "two", 3: "three"}


async def test_pick_waits_for_the_commit(async_client, child, rows):
    async with async_client.session() as session:
        await session.execute("INSERT INTO child VALUES (7, 'mine')")
        pick = await session.branch.pick(child, "base", [7])
        assert pick.pending
    assert not pick.pending
    assert rows("base")[7] == "mine"
