"""What a session adds to SQLAlchemy's: rows, tables and queries by name, on both faces."""
# ruff: noqa: PT012 - what leaves a block is the subject

from __future__ import annotations

import pytest
from sqlalchemy import Column, Index, Integer, String, func, insert
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column  # noqa: TC002 - read by SQLAlchemy

from matrixone import AsyncClient, AsyncSession, Client, Session, SnapshotLevel
from matrixone.exceptions import QueryError
from matrixone.vector import IvfVectorIndex, Vectorf32

from .models import Account, Order, Product, User
from .operations import CreateStage

pytestmark = pytest.mark.usefixtures("tables")


class Own(DeclarativeBase):
    pass


class Contact(Own):
    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    mail: Mapped[str | None] = mapped_column("email", String(50), server_default="none")


class Vehicle(Own):
    __tablename__ = "vehicles"
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "vehicle"}  # noqa: RUF012 - read by SQLAlchemy

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))


class Car(Vehicle):
    __mapper_args__ = {"polymorphic_identity": "car"}  # noqa: RUF012 - read by SQLAlchemy

    doors: Mapped[int | None]


def columns(client, table):
    return [row[0] for row in client.execute(f"SHOW COLUMNS FROM {table}")]


class TestConstruction:
    def test_one_class_each(self, client):
        with client.session() as session:
            assert type(session) is Session
        with Session(bind=client.get_sqlalchemy_engine(), client=client) as session:
            assert session.execute("SELECT 1").scalar() == 1
        with Session(client=client) as session:
            assert session.scalar("SELECT 1") == 1

    async def test_one_asynchronous_class(self, async_client):
        async with async_client.session() as session:
            assert type(session) is AsyncSession
        async with AsyncSession(bind=async_client.get_sqlalchemy_engine(), client=async_client) as session:
            assert (await session.execute("SELECT 1")).scalar() == 1

    def test_arguments_of_sqlalchemy(self, client):
        with client.session(autoflush=False, info={"a": 1}, expire_on_commit=True) as session:
            session.add(User(name="Ann"))
            assert session.scalar("SELECT count(*) FROM users") == 1
            assert session.info == {"a": 1}

    def test_names_of_the_package(self):
        from matrixone.session import AsyncSession as OtherAsyncSession
        from matrixone.session import Session as OtherSession

        assert (OtherSession, OtherAsyncSession) == (Session, AsyncSession)
        assert SnapshotLevel.DATABASE == "database"

    def test_managers_are_made_once_a_session(self, client):
        with client.session() as one, client.session() as other:
            assert one.vector_ops is one.vector_ops
            assert one.vector_ops is not other.vector_ops
            assert one.manager(type(one.stage)) is one.stage

    def test_objects_stay_readable_after_the_block(self, client):
        with client.session() as session:
            ann = User(name="Ann")
            session.add(ann)

        assert (ann.id is not None, ann.name) == (True, "Ann")


class TestRows:
    def test_insert(self, client, count):
        with client.session() as session:
            result = session.insert("users", {"name": "O'Brien", "age": 7})
            assert (result.affected_rows, result.rowcount) == (1, 1)
            assert (result.rows, result.columns) == ([], [])
            assert session.get(User, result.lastrowid).name == "O'Brien"
            assert session.insert(User, {"name": "Ben"}).affected_rows == 1

        assert count("users", "name IN (?, 'Ben')", "O'Brien") == 2

    def test_batch_insert(self, client, database, count):
        with client.session() as session:
            people = [{"name": f"n{number}", "age": number} for number in range(1000)]
            assert session.batch_insert("users", people).affected_rows == 1000
            assert session.batch_insert(User, [{"name": "a"}, {"name": "b"}]).rowcount == 2
            assert session.batch_insert(f"{database}.users", [{"name": "c"}]).affected_rows == 1
            assert count("users") == 1, "in the transaction"

        assert count("users") == 1004

    async def test_asynchronous_twins(self, async_client, count):
        async with async_client.session() as session:
            assert (await session.insert("users", {"name": "a"})).affected_rows == 1
            assert (await session.insert(User, {"name": "b"})).affected_rows == 1
            assert (await session.batch_insert("users", [{"name": "c"}, {"name": "d"}])).affected_rows == 2
            assert (await session.batch_insert(User, [])).affected_rows == 0
            await session.rollback()
            await session.insert("users", {"name": "e"})

        assert (count("users"), count("users", "name = 'e'")) == (2, 1)

    def test_of_a_client(self, client, count):
        assert client.insert("users", {"name": "a"}).affected_rows == 1
        with pytest.raises(QueryError):
            client.batch_insert("users", [{"id": 7, "name": "b"}, {"id": 1, "name": "duplicate"}])

        assert (count("users"), count("users", "id = 7")) == (2, 0)

    def test_of_a_class_whose_attributes_have_other_names(self, client):
        client.create_all(Own)
        assert client.insert(Contact, {"mail": "first"}).lastrowid == 1
        client.batch_insert(Contact, [{"mail": None}, {"mail": "third"}, {"id": 9}])

        assert client.execute("SELECT id, email FROM contacts ORDER BY id").all() == [
            (1, "first"),
            (2, None),
            (3, "third"),
            (9, "none"),
        ]

    @pytest.mark.parametrize("name", ["email", "no_such"])
    def test_a_key_that_is_no_attribute_is_refused(self, client, count, name):
        client.create_all(Own)
        with pytest.raises(QueryError, match=f"{name}.*nothing was sent"):
            client.batch_insert(Contact, [{"mail": "first"}, {"mail": "second", name: "lost"}])

        assert count("contacts") == 0

    def test_a_key_that_is_no_column_of_a_table_is_refused(self, client, count):
        with pytest.raises(QueryError, match="nothing was sent"):
            client.batch_insert(User.__table__, [{"name": "Ann", "no_such": 1}, {"name": "Ben", "no_such": 2}])

        assert count("users", "name IN ('Ann', 'Ben')") == 0

    @pytest.mark.parametrize("number", [1, 2])
    def test_of_a_class_in_a_hierarchy(self, client, number):
        client.create_all(Own)
        client.batch_insert(Car, [{"doors": 3}] * number)

        assert client.execute("SELECT kind, doors FROM vehicles").all() == [("car", 3)] * number

    @pytest.mark.parametrize("value", [float("nan"), object(), {"a": object()}])
    def test_a_value_that_no_column_holds(self, client, count, value):
        with pytest.raises(QueryError, match="cannot be bound"):
            client.batch_insert("users", [{"name": "Ann"}, {"name": value}])

        assert count("users", "name = 'Ann'") == 0

    @pytest.mark.parametrize("number", [1, 3, 5001])
    def test_columns_with_unusual_names(self, client, number):
        names = ["a%b", "a b", "a%s", "a?", "a:b", "values (", "a`b"]
        client.create_table("odd", dict.fromkeys(names, "int"))
        client.batch_insert("odd", [dict.fromkeys(names, value) for value in range(number)])

        assert client.execute("SELECT count(*), sum(`a%s`) FROM odd").one() == (number, number * (number - 1) // 2)

    def test_pending_objects_come_first(self, client, names):
        with client.session() as session:
            session.add(User(id=7, name="Ann"))
            session.insert("accounts", {"user_id": 7, "balance": 1.0})
            assert not session.new
            session.add(User(id=8, name="Ben"))
            outcome = session.run(CreateStage(names.new("stage")))
            assert outcome.pending, "it waits for the commit of what was added before"
            session.rollback()

    def test_a_tuple_of_rows(self, client, count):
        with client.session() as session:
            session.execute(insert(User), ({"name": "Ann"}, {"name": "Ben"}))

        assert count("users", "name IN ('Ann', 'Ben')") == 2


class TestTables:
    def test_chain(self, client):
        with client.session() as session:
            chained = (
                session.create_table("a", {"id": "int primary key", "n": "varchar(20) not null", "m": "decimal(10, 2)"})
                .create_table("b", {"x": "int", "y": String(5)}, primary_key=["x", "y"])
                .drop_table("a")
                .drop_table("no_such_table")
            )
            assert chained is session

        assert client.execute("SHOW TABLES LIKE 'a'").all() == []
        assert columns(client, "b") == ["x", "y"]

    def test_drop_table_takes_part_in_the_transaction(self, client, count):
        with client.session() as session:
            session.drop_table(User)
            session.rollback()

        assert count("users") == 1

    def test_with_index(self, client):
        with client.session() as session:
            session.create_table_with_index(
                "docs",
                {"id": "bigint primary key", "v": "vecf32(3)"},
                [{"name": "by_v", "column": "v", "type": "ivfflat", "params": {"lists": 2}}],
            )

        assert "by_v" in client.execute("SHOW CREATE TABLE docs").one()[1]

    def test_orm(self, client):
        with client.session() as session:
            assert (
                session.create_table_orm(
                    "docs",
                    Column("id", Integer, primary_key=True),
                    Column("title", String(20)),
                    Column("v", Vectorf32(3)),
                    Index("by_title", "title"),
                    IvfVectorIndex("by_v", "v", lists=2),
                    enable_ivf=True,
                )
                is session
            )

        text = client.execute("SHOW CREATE TABLE docs").one()[1]
        assert "by_title" in text
        assert "by_v" in text

    async def test_asynchronous_twins(self, client, async_client):
        async with async_client.session() as session:
            assert await session.create_table("a", {"id": "int primary key"}) is session
            await session.create_table_orm("b", Column("id", Integer, primary_key=True))
            index = {"name": "by_v", "column": "v", "type": "ivfflat"}
            await session.create_table_with_index("c", {"id": "int primary key", "v": "vecf32(3)"}, [index])
            assert await session.drop_table("a") is session

        tables = client.execute("SHOW TABLES").scalars().all()
        assert ("a" in tables, "b" in tables, "c" in tables) == (False, True, True)


class TestQueries:
    def test_of_a_class(self, client, count):
        with client.session() as session:
            session.batch_insert(User, [{"name": "Ann", "age": 31}, {"name": "Ben", "age": 12}])
            adults = session.query(User).filter(User.age > 18).order_by(User.age)
            assert [user.name for user in adults.all()] == ["Ann", "Root"]
            assert adults.count() == 2
            ann = session.query(User).filter_by(name="Ann").first()
            ann.email = "ann@example.com"

        assert count("users", "email = 'ann@example.com'") == 1, "objects are attached"

    def test_of_columns(self, client):
        with client.session() as session:
            session.add(Order(user_id=1, amount=5.0))
            rows = session.query(User.id, User.name.label("who")).all()
            assert [(row.id, row.who) for row in rows] == [(1, "Root")]
            assert session.query(User, func.upper(User.name).label("loud")).one().loud == "ROOT"
            pairs = session.query(User, Order.amount).join(Order, User.id == Order.user_id).all()
            assert [(user.name, amount) for user, amount in pairs] == [("Root", 5.0)]

    def test_of_a_snapshot(self, client, names, database):
        snapshot = names.new("snapshot")
        client.snapshots.create(snapshot, SnapshotLevel.DATABASE, database=database)
        with client.session() as session:
            session.query(Product).filter(Product.id == 1).delete()
            session.query(Account).update({"balance": 0}).execute()
            session.commit()
            assert session.query(Product).count() == 1
            assert session.query(Product, snapshot=snapshot).count() == 2
            assert session.query(Account.balance, snapshot=snapshot).scalar() == 500

    async def test_asynchronous_twin(self, async_client, count):
        async with async_client.session() as session:
            await session.insert("users", {"name": "Ann", "age": 31})
            users = await session.query(User).order_by(User.id).all()
            assert [user.name for user in users] == ["Root", "Ann"]
            assert await session.query(User).filter(User.age > 40).count() == 1
            users[0].age = 51

        assert count("users", "age = 51") == 1


class TestSQLAlchemyMethods:
    def test_of_a_session(self, client, count):
        with client.session() as session:
            ann, ben = User(name="Ann"), User(name="Ben")
            session.add_all([ann, ben])
            assert set(session.new) == {ann, ben}
            session.flush()
            assert ann in session
            assert {ann, ben} <= set(session)
            ann.age = 3
            assert list(session.dirty) == [ann]
            assert session.is_modified(ann)
            session.execute("UPDATE users SET age = 4 WHERE name = 'Ann'")
            session.refresh(ann)
            assert ann.age == 4
            session.delete(ben)
            assert list(session.deleted) == [ben]
            root = session.merge(User(id=1, name="Rootless"))
            assert root is session.get_one(User, 1)
            session.expunge(ann)
            assert ann not in session
            assert session.bind is session.get_bind() is client.get_sqlalchemy_engine()
            assert session.get_transaction() is not None
            session.bulk_insert_mappings(User, [{"name": "bulk"}])
            session.bulk_save_objects([User(name="object")])

        assert count("users") == 4
        assert count("users", "name IN ('Rootless', 'bulk', 'object', 'Ann')") == 4

    def test_begin_as_a_block(self, client, count):
        with client.session() as session:
            with session.begin():
                session.execute("INSERT INTO users (name) VALUES ('Ann')")
            assert count("users", "name = 'Ann'") == 1
            with pytest.raises(ZeroDivisionError), session.begin():
                session.execute("INSERT INTO users (name) VALUES ('Ben')")
                raise ZeroDivisionError

        assert count("users", "name = 'Ben'") == 0

    async def test_of_an_async_session(self, async_client, count):
        async with async_client.session() as session:
            ann = User(name="Ann")
            session.add(ann)
            await session.flush()
            ann.age = 3
            await session.refresh(ann)
            assert ann.age is None
            await session.delete(await session.get_one(User, 1))
            assert await session.merge(User(id=ann.id, name="Anna")) is ann
            assert await session.run_sync(lambda sync: sync.scalar("SELECT 7")) == 7
            assert ann in session.sync_session

        assert count("users") == 1


def test_use_holds_for_the_client(server, production):
    with Client(**server) as client:
        client.execute(f"USE {production}")
        with client.session() as session:
            assert session.scalar("SELECT count(*) FROM goods") == 2
        assert client.execute("SELECT DATABASE()").scalar() == production


async def test_async_use_holds_for_the_client(server, production):
    async with AsyncClient(**server) as client:
        await client.execute(f"USE {production}")
        async with client.session() as session:
            assert await session.scalar("SELECT count(*) FROM goods") == 2
