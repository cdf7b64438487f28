"""The asynchronous face, with the types that checkers must see."""
# ruff: noqa: PLR0915 - one statement a promise

import asyncio
from collections.abc import Sequence
from typing import Any, assert_type

from matrixone_clone import AsyncCloneManager
from matrixone_load_data import AsyncLoadDataManager, LoadResult
from matrixone_pubsub import AsyncPubSubManager
from matrixone_snapshots import AsyncSnapshotManager, Snapshot
from matrixone_stage import AsyncStage, AsyncStageManager
from matrixone_vector import AsyncVectorManager
from models import User
from sqlalchemy import func, insert, select
from sqlalchemy.engine import CursorResult, Result, Row, ScalarResult
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncResult, create_async_engine
from sqlalchemy.ext.asyncio import AsyncSession as SQLAlchemyAsyncSession

from matrixone import AsyncClient, AsyncSession, ResultSet, Session, SnapshotLevel
from matrixone.operations import CurrentDatabase, Outcome
from matrixone.query import AsyncQuery


def names(session: Session, prefix: str) -> list[str]:
    return list(session.scalars(select(User.name).where(User.name.startswith(prefix))))


async def main() -> None:
    client = AsyncClient()
    assert_type(await client.connect(host="localhost", port=6001, user="root", password="111"), AsyncClient)
    assert_type(client.connected(), bool)
    assert_type(await client.execute("SELECT ?", (1,)), ResultSet)
    assert_type(await client.insert("users", {"name": "Ann"}), ResultSet)
    assert_type(await client.create_table(User), AsyncClient)
    assert_type(client.query(User), AsyncQuery[User])
    assert_type(client.engine, AsyncEngine)
    assert_type(client.snapshots, AsyncSnapshotManager)

    async with client.session() as session:
        assert_type(session, AsyncSession)

        assert_type(await session.execute("SELECT ?", (1,)), CursorResult[*tuple[Any, ...]])
        assert_type(
            await session.execute(insert(User), [{"name": "Ann"}], log_mode="full"), CursorResult[*tuple[Any, ...]]
        )
        assert_type(await session.execute(select(User)), Result[User])
        assert_type(await session.execute(select(User.id, User.name)), Result[int, str])
        assert_type(await session.scalars(select(User)), ScalarResult[User])
        assert_type((await session.scalars("SELECT name FROM users")).all(), Sequence[Any])
        assert_type(await session.scalar(select(func.count(User.id))), int | None)
        users, ages = await asyncio.gather(session.execute(select(User)), session.execute(select(User.age)))
        assert_type(users, Result[User])
        assert_type(ages, Result[int | None])
        assert_type(await session.stream("SELECT 1"), AsyncResult[Any])

        session.add(User(name="Ann"))
        session.add_all([User(name="Ben")])
        assert_type(await session.get(User, 1), User | None)
        assert_type(await session.get_one(User, 1), User)
        assert_type(await session.merge(User(id=1)), User)
        _ = assert_type(await session.connection(), AsyncConnection)
        assert_type(session.in_transaction(), bool)
        await session.delete(User())
        await session.refresh(User())
        await session.flush()
        assert_type(await session.run_sync(names, "A"), list[str])

        assert_type(await session.insert(User, {"name": "Ann"}), ResultSet)
        assert_type((await session.batch_insert("users", [{"name": "Ann"}])).affected_rows, int)
        assert_type(await session.query(User).filter(User.age > 3).limit(3).all(), list[User])
        assert_type(await session.query(User).first(), User | None)
        assert_type(await session.query(User).one(), User)
        assert_type(await session.query(User).one_or_none(), User | None)
        assert_type(await session.query(User).count(), int)
        assert_type(await session.query(User.name, User.id).scalar(), str | None)
        assert_type((await session.query(User.age).scalars()).all(), Sequence[int | None])
        assert_type((await session.query(User).scalars()).all(), Sequence[User])
        assert_type(await session.query(User).exists(), bool)
        assert_type((await session.query(User).delete()).rowcount, int)
        assert_type((await session.query(User).update({User.age: 3}).execute()).rowcount, int)
        assert_type(await session.query(User.id, User.name).all(), list[Row[int, str]])
        assert_type(await session.query(User).select(User.name).one(), Row[str])
        assert_type([user.name async for user in session.query(User).yield_per(10)], list[str])
        assert_type([user async for user in session.query(User).iterate(10)], list[User])
        assert_type([part async for part in session.query(User).partitions(10)], list[list[User]])
        assert_type(await session.create_table("t", {"id": "int primary key"}), AsyncSession)
        assert_type(await session.drop_table("t"), AsyncSession)
        assert_type(await session.run(CurrentDatabase()), Outcome[str])
        assert_type(await session.commit(), None)
        assert_type(await session.rollback(), None)

        assert_type(session.snapshots, AsyncSnapshotManager)
        assert_type(session.clone, AsyncCloneManager)
        assert_type(session.load_data, AsyncLoadDataManager)
        assert_type(session.stage, AsyncStageManager)
        assert_type(session.pubsub, AsyncPubSubManager)
        assert_type(session.vector_ops, AsyncVectorManager)
        assert_type(session.manager(AsyncStageManager), AsyncStageManager)
        assert_type(await session.snapshots.create("s", SnapshotLevel.DATABASE, database="d"), Snapshot)
        assert_type(await session.snapshots.exists("s"), bool)
        assert_type(await session.stage.create_s3("backup", bucket="my-backup"), AsyncStage)
        assert_type(await session.load_data.from_csv("/data/users.csv", "users"), LoadResult)
        await session.clone.clone_database("prod_copy", "production")
        await session.pubsub.create_database_publication(name="p", database="d", account="a")
        await session.vector_ops.create_ivf("t", name="i", column="v", lists=100)

    engine = create_async_engine("mysql+aiomysql://root@localhost")
    assert_type(AsyncSession(client=client, wrap_session=SQLAlchemyAsyncSession(engine)), AsyncSession)
    await client.disconnect()
