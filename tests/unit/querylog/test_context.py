import asyncio
import threading

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from sqlalchemy.util import await_only, greenlet_spawn

from matrixone.querylog import LogMode, QueryLog, statement_context
from matrixone.querylog.context import current_context


def test_inner_values_win_and_the_outer_ones_come_back():
    assert current_context() == (None, None, None, None)
    with statement_context(log_mode="full", session_id="s"):
        with statement_context(log_mode="off", operation="clone.database"):
            assert current_context() == (LogMode.OFF, "clone.database", "s", None)
        assert current_context() == (LogMode.FULL, None, "s", None)
    assert current_context() == (None, None, None, None)


def test_an_exception_leaves_no_context_behind():
    with pytest.raises(ZeroDivisionError), statement_context(operation="x"):
        raise ZeroDivisionError
    assert current_context().operation is None


async def test_the_context_reaches_the_greenlets_of_its_own_task_only(engine, lines):
    QueryLog().attach(engine)

    def statements(connection, name):
        with statement_context(operation=name):
            await_only(asyncio.sleep(0))
            connection.execute(text("SELECT 1"))
            await_only(asyncio.sleep(0))
            connection.execute(text("SELECT 1"))

    async def task(name):
        with engine.connect() as connection, statement_context(session_id=f"session of {name}"):
            await greenlet_spawn(statements, connection, name)

    await asyncio.gather(task("a"), task("b"), task("c"))
    assert current_context().session_id is None
    described = [(event["matrixone.operation"], event["matrixone.session.id"]) for event in lines.queries()]
    assert sorted(described) == sorted((name, f"session of {name}") for name in "aabbcc")


def test_threads_do_not_share_statements(lines, tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/db", poolclass=NullPool)
    QueryLog().attach(engine)
    barrier = threading.Barrier(4)

    def work(name):
        barrier.wait()
        with statement_context(session_id=name), engine.connect() as connection:
            for number in range(20):
                connection.execute(text(f"SELECT {number} AS {name}"))

    threads = [threading.Thread(target=work, args=(f"s{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines.queries()) == 80
    for event in lines.queries():
        assert event["db.query.text"].endswith(f" AS {event['matrixone.session.id']}")
