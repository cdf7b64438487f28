"""The synchronous face, with the types that checkers must see."""

from collections.abc import Sequence
from typing import Any, assert_type

from matrixone_clone import CloneManager
from matrixone_load_data import LoadDataManager, LoadResult
from matrixone_pubsub import PubSubManager
from matrixone_snapshots import Snapshot, SnapshotManager
from matrixone_stage import Stage, StageManager
from matrixone_vector import VectorManager
from models import User
from sqlalchemy import Integer, create_engine, func, insert, select, text
from sqlalchemy.engine import Connection, CursorResult, Engine, Result, Row, ScalarResult
from sqlalchemy.orm import Session as SQLAlchemySession
from sqlalchemy.orm import aliased
from sqlalchemy.schema import Column

from matrixone import Client, ResultSet, Session, SnapshotLevel
from matrixone.operations import CurrentDatabase, Outcome
from matrixone.query import Query

client = Client(host="localhost", port=6001, user="root", password="111", database="test")
assert_type(client.connected(), bool)
assert_type(client.connect(host="localhost"), Client)
assert_type(client.execute("SELECT ?", (1,)), ResultSet)
assert_type(client.insert("users", {"name": "Ann"}), ResultSet)
assert_type(client.create_table(User), Client)
assert_type(client.query(User), Query[User])
assert_type(client.engine, Engine)
assert_type(client.snapshots, SnapshotManager)

with client as same_client:
    assert_type(same_client, Client)

with client.session() as session:
    assert_type(session, Session)

    assert_type(session.execute("SELECT ?", (1,)), CursorResult[*tuple[Any, ...]])
    assert_type(session.execute("SELECT ?", [1], log_mode="off"), CursorResult[*tuple[Any, ...]])
    assert_type(session.execute(text("SELECT :a"), {"a": 1}), Result[*tuple[Any, ...]])
    assert_type(session.execute(insert(User), [{"name": "Ann"}]), CursorResult[*tuple[Any, ...]])
    assert_type(session.execute(select(User)), Result[User])
    assert_type(session.execute(select(User.id, User.name)), Result[int, str])
    assert_type(session.execute(select(User.id, User.name)).one(), Row[int, str])
    assert_type(session.execute(select(User)).scalars().all(), Sequence[User])
    assert_type(session.scalars(select(User)), ScalarResult[User])
    assert_type(session.scalars(select(User.age)).all(), Sequence[int | None])
    assert_type(session.scalars("SELECT name FROM users").all(), Sequence[Any])
    assert_type(session.scalar(select(func.count(User.id))), int | None)
    assert_type(session.scalar(select(User)), User | None)

    session.add(User(name="Ann"))
    session.add_all([User(name="Ben")])
    assert_type(session.get(User, 1), User | None)
    assert_type(session.get_one(User, 1), User)
    assert_type(session.merge(User(id=1)), User)
    assert_type(session.connection(), Connection)
    assert_type(session.in_transaction(), bool)
    session.delete(User())
    session.refresh(User())
    session.flush()
    session.expire_all()
    with session.no_autoflush:
        pass

    assert_type(session.insert("users", {"name": "Ann"}), ResultSet)
    assert_type(session.batch_insert(User, [{"name": "Ann"}]).affected_rows, int)
    assert_type(session.query(User).filter(User.age > 3).order_by(User.id).limit(3).all(), list[User])
    assert_type(session.query(User, snapshot="s").filter_by(name="Ann"), Query[User])
    assert_type(session.query(User).first(), User | None)
    assert_type(session.query(User).one(), User)
    assert_type(session.query(User).one_or_none(), User | None)
    assert_type(session.query(User).count(), int)
    assert_type(session.query(User.name, User.id).scalar(), str | None)
    assert_type(session.query(User.age).scalars().all(), Sequence[int | None])
    assert_type(session.query(User).scalars().all(), Sequence[User])
    assert_type(session.query(func.count(User.id)).scalar(), int | None)
    assert_type(session.query(User).exists(), bool)
    assert_type(session.query(User).delete().rowcount, int)
    assert_type(session.query(User).update({User.age: 3}, name="Ann").execute().rowcount, int)
    assert_type([user.name for user in session.query(User).yield_per(10)], list[str])
    assert_type(list(session.query(User).iterate(chunk_size=10)), list[User])
    assert_type(list(session.query(User).partitions(10)), list[list[User]])
    assert_type(session.query(User.id, User.name).all(), list[Row[int, str]])
    assert_type(session.query(User.id).one(), Row[int])
    assert_type(session.query(User.id, User.age, func.count(User.id)).first(), Row[int, int | None, int] | None)
    assert_type(session.query(User, User.name).one(), Row[User, str])
    assert_type(session.query(User).select(User.name).one(), Row[str])
    assert_type(session.query(User.id).select(User).one(), User)
    assert_type(session.query(User.id).union(session.query(User.id)).all(), list[Row[int]])
    assert_type(session.query("users").all(), list[Any])
    assert_type(session.query(User).join(User).logical_in(User.id, [1]).distinct().with_for_update(), Query[User])
    assert_type(session.query(aliased(User)).one(), User)
    assert_type(
        session.create_table("t", {"id": "int primary key", "n": Integer}, primary_key="id").drop_table("t"), Session
    )
    assert_type(session.create_table_orm("t", Column("id", Integer)), Session)
    assert_type(session.create_table_with_index("t", {"v": "vecf32(3)"}, [{"name": "i", "column": "v"}]), Session)
    assert_type(session.run(CurrentDatabase()), Outcome[str])
    assert_type(session.run(CurrentDatabase()).value, str)
    assert_type(session.commit(), None)
    assert_type(session.rollback(), None)
    assert_type(session.close(), None)

    assert_type(session.snapshots, SnapshotManager)
    assert_type(session.clone, CloneManager)
    assert_type(session.load_data, LoadDataManager)
    assert_type(session.stage, StageManager)
    assert_type(session.pubsub, PubSubManager)
    assert_type(session.vector_ops, VectorManager)
    assert_type(session.manager(StageManager), StageManager)
    assert_type(session.snapshots.create("s", level="database"), Snapshot)
    assert_type(session.snapshots.create(name="s", level=SnapshotLevel.DATABASE, database="d"), Snapshot)
    assert_type(session.snapshots.exists("s"), bool)
    assert_type(session.stage.create_s3("backup", bucket="my-backup"), Stage)
    assert_type(session.load_data.from_csv("/data/users.csv", User), LoadResult)
    assert_type(session.load_data.from_csv("/data/users.csv", "users").rows_written, int)
    assert_type(session.vector_ops.create_ivf("t", name="i", column="v", lists=100), VectorManager)
    session.clone.clone_database(target_db="a", source_db="b", snapshot_name="s")
    session.pubsub.create_database_publication(name="p", database="d", account="a")

engine = create_engine("mysql+pymysql://root@localhost")
wrapped = Session(client=client, wrap_session=SQLAlchemySession(engine))
assert_type(wrapped, Session)
assert_type(Session(bind=engine, client=client, expire_on_commit=True, on_refused="raise"), Session)
