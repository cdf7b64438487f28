"""Mistakes that checkers must report, each on its line."""
# ruff: noqa: B018, F841 - mistakes are the subject

from typing import Any

from matrixone_snapshots import SnapshotManager
from matrixone_stage import AsyncStageManager
from models import User
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncResult
from sqlalchemy.ext.asyncio import AsyncSession as SQLAlchemyAsyncSession

from matrixone import AsyncClient, Client, Session

client = Client(host="localhost", port="6001")  # error
client.conect()  # error

with client.session() as session:
    session.topics  # error
    session.snapshot  # error
    session.comit()  # error
    session.execute(1)  # error
    session.execute("SELECT 1", log_mode=3)  # error
    session.insert("users", [{"name": "Ann"}])  # error
    session.batch_insert("users", {"name": "Ann"})  # error
    session.create_table("t", {"id": 7})  # error
    session.get(User, 1).name  # error
    name: str = session.scalars(select(User.id)).one()  # error
    session.snapshots.create()  # error
    session.snapshots.create("s", level=3)  # error
    session.snapshots.create("s", level="database", databases="d")  # error
    session.snapshots.make("s")  # error
    session.load_data.from_csv(3, "users")  # error
    session.vector_ops.create_ivf("t", name="i", column="v", list=100)  # error
    session.manager(AsyncStageManager)  # error
    session.manager("stage")  # error
    session.run("SELECT 1")  # error
    session.query(User).first().name  # error
    session.query(User).one().nam  # error
    age: int = session.query(User).one().age  # error
    row: str = session.query(User.id).one()[0]  # error
    session.query(User).limit("3")  # error
    session.query(User).filter_by(3)  # error
    session.query(User, snapshot=3)  # error
    session.query(User).all().iterate()  # error

Session(client=client, on_refused="ignore")  # error
Session(client=AsyncClient())  # error
Session(client=client, wrap_session=SQLAlchemyAsyncSession())  # error
with client.session() as other:
    async_rows: AsyncResult[Any] = other.stream("SELECT 1")  # error


async def main() -> None:
    async_client = AsyncClient()
    async_client.connect(host="localhost")  # error
    with async_client.session():  # error
        pass
    async with async_client.session() as session:
        session.execute("SELECT 1")  # error
        session.commit()  # error
        session.execute("SELECT 1").all()  # error
        session.scalar("SELECT 1") + 1  # error
        session.snapshots.create("s", level="database")  # error
        session.snapshots.exists("s").bit_count()  # error
        await session.snapshots.create("s", level=3)  # error
        await session.stage.create_local("s")  # error
        await session.add(User())  # error
        session.manager(SnapshotManager)  # error
        session.topics  # error
        session.query(User).all().pop()  # error
        (await session.query(User).first()).name  # error
        for _user in session.query(User).iterate():  # error
            pass
        user: User = await session.get(User, 1)  # error


def nested(session: Session) -> None:
    session.begin_nested()
    session.execute("SELECT 1")  # error[mypy]
