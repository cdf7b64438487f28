"""Sessions used by several tasks or threads, and left in the middle."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from sqlalchemy import select

from matrixone.exceptions import (
    QueryError,
    TransactionError,
    TransactionLostError,
)

from .models import User
from .operations import CreateStage, Sleep

pytestmark = pytest.mark.usefixtures("tables")

INSERT = "INSERT INTO users (name) VALUES (?)"


class TestConcurrency:
    async def test_fifty_calls_on_one_session(self, async_client, count):
        async with async_client.session() as session:
            await asyncio.gather(*(session.execute(INSERT, (f"n{number}",)) for number in range(50)))
            results = await asyncio.gather(
                *(session.execute("SELECT ?, name FROM users WHERE name = ?", (n, f"n{n}")) for n in range(50))
            )
            rows = [result.one() for result in results]
            assert [(int(number), name) for number, name in rows] == [(n, f"n{n}") for n in range(50)]
            names = await session.scalars("SELECT name FROM users WHERE name LIKE 'n%' ORDER BY id")
            assert names.all() == [f"n{number}" for number in range(50)], "in the order of the calls"
            assert count("users") == 1, "in one transaction"
            await session.rollback()

        assert count("users") == 1

    async def test_an_error_of_one_call_is_its_own(self, async_client, count):
        async with async_client.session() as session:
            results = await asyncio.gather(
                session.execute(INSERT, ("first",)),
                session.execute("INSERT INTO no_such_table VALUES (1)"),
                session.execute(INSERT, ("third",)),
                return_exceptions=True,
            )

        assert [isinstance(result, QueryError) for result in results] == [False, True, False]
        assert count("users", "name IN ('first', 'third')") == 2

    async def test_a_cancelled_call_leaves_the_session_usable(self, async_client, count):
        async with async_client.session() as session:
            await session.execute(INSERT, ("before",))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(session.execute("SELECT sleep(60)"), 0.2)
            with pytest.raises(TransactionLostError):
                await session.execute(INSERT, ("between",))
            await session.rollback()
            assert (await session.execute("SELECT 7")).scalar() == 7
            await session.execute(INSERT, ("after",))

        assert [count("users", "name = ?", name) for name in ("before", "between", "after")] == [0, 0, 1]

    async def test_a_stream_loses_no_rows_to_another_statement(self, async_client):
        async with async_client.session() as session:
            stream = await session.stream("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3")
            with pytest.raises(TransactionError, match="streamed"):
                await session.execute(INSERT, ("Ann",))
            assert sorted([number async for (number,) in stream]) == [1, 2, 3]
            stream = await session.stream("SELECT 1 UNION ALL SELECT 2")
            await stream.close()
            await session.execute(INSERT, ("Ben",))

    async def test_a_call_cancelled_in_the_queue_is_never_sent(self, async_client, count):
        async with async_client.session() as session:
            running = asyncio.ensure_future(session.execute("INSERT INTO users (name) SELECT 'a' FROM users"))
            queued = asyncio.ensure_future(session.execute(INSERT, ("queued",)))
            await asyncio.sleep(0)
            queued.cancel()
            await running
            with pytest.raises(asyncio.CancelledError):
                await queued

        assert [count("users", "name = ?", name) for name in ("a", "queued")] == [1, 0]

    async def test_a_cancellation_after_the_commit(self, async_client, names, count):
        behind = names.new("stage")
        async with async_client.session() as session:
            await session.execute(INSERT, ("Ann",))
            outcomes = [await session.run(operation) for operation in (Sleep(), CreateStage(behind))]
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(session.commit(), 0.5)
            await session.execute(INSERT, ("Ben",))

        assert [outcome.state for outcome in outcomes] == ["discarded", "discarded"]
        assert not names.exists(behind), "the next commit does not run it"
        assert count("users", "name IN ('Ann', 'Ben')") == 2

    async def test_cancelling_the_task_rolls_back(self, async_client, names, count):
        stage, started = names.new("stage"), asyncio.Event()

        async def work():
            async with async_client.session() as session:
                await session.run(CreateStage(stage))
                await session.execute(INSERT, ("Ann",))
                started.set()
                await asyncio.Event().wait()

        task = asyncio.ensure_future(work())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert count("users", "name = 'Ann'") == 0
        assert not names.exists(stage)

    async def test_twenty_sessions_in_parallel(self, async_client, count):
        everybody = asyncio.Barrier(20)

        async def work(session, number):
            await session.execute(INSERT, (f"n{number}",))
            await everybody.wait()
            mine = (await session.scalars(select(User.name).where(User.name.like("n%")))).all()
            await everybody.wait()
            return mine

        async with contextlib.AsyncExitStack() as stack:
            sessions = [await stack.enter_async_context(async_client.session()) for _ in range(20)]
            for session in sessions:  # connect one after the other: a server may have a short queue at its door
                await session.execute("SELECT 1")
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(work(session, number)) for number, session in enumerate(sessions)]

        assert [task.result() for task in tasks] == [[f"n{number}"] for number in range(20)]
        assert count("users", "name LIKE 'n%'") == 20

    async def test_the_event_loop_goes_on(self, async_client):
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                await asyncio.sleep(0)
                ticks += 1

        ticking = asyncio.ensure_future(tick())
        async with async_client.session() as session:
            await session.execute("SELECT sleep(0.05)")
        ticking.cancel()

        assert ticks > 10
