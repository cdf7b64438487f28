"""Results fetched while they are read, on both faces: no row is lost without a word."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Integer, String, create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.ext.asyncio.exc import AsyncMethodRequired

from matrixone import Session
from matrixone.exceptions import MatrixOneError, QueryError, TransactionError, TransactionLostError
from matrixone.session import AsyncSession

from .faces import entered, got, listed

ROWS = 60_000
STREAM = (
    f"SELECT g.result AS id, repeat('x', 200) AS v FROM generate_series(1, {ROWS}) g"  # more than the network holds
)


@pytest.fixture(params=["sync", "async"])
def face(request, client, async_client):
    """A client of one face, and an empty table."""
    client.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    return client if request.param == "sync" else async_client


async def stream(session, size=100, **options):
    return await got(session.stream(STREAM, execution_options={"yield_per": size}, **options))


async def parts(result):
    return [len(part) for part in await listed(result.partitions())]


def buffered(result):
    """Rows that SQLAlchemy and the driver hold."""
    result = getattr(result, "_real_result", None) or result
    driver_result = result.connection.connection.driver_connection._result
    return len(result.cursor_strategy._rowbuffer), len(driver_result.rows or ())


async def test_few_rows_are_held_at_a_time(face):
    async with entered(face.session()) as session:
        result = await stream(session, 500)
        count = 0
        while rows := await got(result.fetchmany(500)):
            count += len(rows)
            if count < ROWS:
                assert max(buffered(result)) <= 500
        assert count == ROWS
        assert (await got(session.execute("SELECT 1"))).scalar() == 1


async def test_chunks_of_a_connection(face):
    engine = face.get_sqlalchemy_engine()
    async with entered(engine.connect()) as connection:
        await got(connection.execution_options(stream_results=True, max_row_buffer=200))
        run = connection.stream if hasattr(connection, "stream") else connection.execute
        result = await got(run(text(STREAM)))
        first = await got(result.fetchmany(50))
        assert len(first) == 50
        assert max(buffered(result)) <= 200
        assert len(first) + len(await got(result.fetchall())) == ROWS


async def test_another_statement_does_not_take_the_rows(face):
    async with entered(face.session()) as session:
        result = await stream(session)
        await got(result.fetchone())
        for other in ("SELECT 1", "INSERT INTO t VALUES (1)"):
            with pytest.raises(TransactionError, match="streamed"):
                await got(session.execute(other))
        assert sum(await parts(result)) == ROWS - 1
        await got(session.execute("INSERT INTO t VALUES (1)"))


@pytest.mark.parametrize("ending", ["commit", "rollback"])
async def test_the_end_of_the_transaction_ends_the_stream_aloud(face, ending):
    async with entered(face.session()) as session:
        await got(session.execute("INSERT INTO t VALUES (1)"))
        result = await stream(session)
        await got(result.fetchmany(100))
        await got(getattr(session, ending)())
        with pytest.raises(QueryError, match="transaction ended"):
            await got(result.fetchmany(5000))
        found = await got(session.execute("SELECT count(*) FROM t"))
        assert found.scalar() == (ending == "commit")


async def test_a_block_may_be_left_with_an_open_stream(face, client):
    async with entered(face.session()) as session:
        await got(session.execute("INSERT INTO t VALUES (1)"))
        result = await stream(session)
        await got(result.fetchone())
    with pytest.raises(MatrixOneError, match="transaction ended"):
        await got(result.fetchmany(5000))
    assert client.execute("SELECT count(*) FROM t").scalar() == 1
    assert face.get_sqlalchemy_engine().pool.checkedout() == 0
    assert (await got(face.execute("SELECT 2"))).scalar() == 2


async def test_a_connection_killed_in_mid_stream_raises(face, client):
    session = face.session()
    number = (await got(session.execute("SELECT connection_id()"))).scalar()
    result = await stream(session)
    await got(result.fetchmany(100))
    client.execute(f"KILL {number}")
    with pytest.raises(MatrixOneError):
        await parts(result)
    for again in (lambda: session.execute("SELECT 1"), session.commit):
        with pytest.raises(TransactionLostError):
            await got(again())
    await got(session.rollback())
    assert (await got(session.execute("SELECT 1"))).scalar() == 1
    await got(session.close())


async def test_a_query_killed_in_mid_stream_raises(face, client):
    if client.is_lite:
        pytest.skip("the embedded server has finished the query when it sends the first row")
    async with entered(face.session()) as session:
        await got(session.execute("INSERT INTO t VALUES (1)"))
        number = (await got(session.execute("SELECT connection_id()"))).scalar()
        result = await stream(session)
        await got(result.fetchmany(100))
        client.execute(f"KILL QUERY {number}")
        with pytest.raises(MatrixOneError):
            await parts(result)
        assert (await got(session.execute("SELECT count(*) FROM t"))).scalar() == 1


async def test_a_failure_in_the_middle_of_the_rows_raises(face, client):
    async with entered(face.session()) as session:
        number = (await got(session.execute("SELECT connection_id()"))).scalar()
        rows = session.query(text(STREAM).columns(id=Integer, v=String).subquery("s")).iterate(100)
        with pytest.raises(MatrixOneError):  # noqa: PT012 - the failure is in the middle of the loop
            if hasattr(rows, "__anext__"):
                async for row in rows:
                    if row.id == 1:
                        client.execute(f"KILL {number}")
            else:
                for row in rows:
                    if row.id == 1:
                        client.execute(f"KILL {number}")
        await got(session.rollback())


async def test_cancelling_in_mid_stream(async_client):
    session = async_client.session()
    result = await stream(session, 10)
    started = asyncio.Event()

    async def read():
        async for _ in result.partitions():
            started.set()

    task = asyncio.ensure_future(read())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(TransactionLostError):
        await session.execute("SELECT 1")
    await session.rollback()
    assert (await session.execute("SELECT 1")).scalar() == 1
    await session.close()


@pytest.mark.parametrize("method", ["execute", "scalars", "scalar"])
async def test_what_holds_all_rows_does_not_stream(async_client, method):
    async with async_client.session() as session:
        for options in ({"yield_per": 10}, {"stream_results": True}):
            with pytest.raises(AsyncMethodRequired, match="stream"):
                await getattr(session, method)("SELECT 1", execution_options=options)
            with pytest.raises(AsyncMethodRequired, match="stream"):
                await getattr(session, method)(text("SELECT 1").execution_options(**options))


@pytest.mark.usefixtures("face")
async def test_sessions_over_engines_of_others(face, client, legacy_url):
    is_async = face is not client
    make, driver = (create_async_engine, "aiomysql") if is_async else (create_engine, "pymysql")
    engine = make(legacy_url.set(drivername=f"mysql+{driver}"))
    session = (AsyncSession if is_async else Session)(bind=engine, client=face if face.connected() else None)
    result = await stream(session)
    await got(result.fetchmany(100))
    with pytest.raises(TransactionError, match="streamed"):
        await got(session.execute("SELECT 1"))
    await got(session.commit())
    with pytest.raises(Exception, match="transaction ended"):
        await got(result.fetchmany(5000))
    await got(session.close())
    await got(engine.dispose())
