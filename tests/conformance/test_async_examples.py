"""The examples of class AsyncSession, as the specification has them, each with the proof of what it claims."""
# ruff: noqa: T201, BLE001 - the examples are kept as they are written there
# ruff: noqa: PT012 - what leaves a session's block is the subject

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import delete, func, insert, select, update

from matrixone import AsyncClient, SnapshotLevel

from .models import Account, Order, User

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
async def client(server):
    """Connected as the page does it."""
    client = AsyncClient()
    await client.connect(**server)
    yield client
    await client.disconnect()


async def test_connect_and_disconnect(server):
    client = AsyncClient()
    assert not client.connected()
    await client.connect(**server)
    assert client.connected()
    assert (await client.execute("SELECT DATABASE()")).scalar() == server["database"]
    await client.disconnect()
    assert not client.connected()


async def test_example_0_wrapping_an_existing_session(client, legacy_url, names, files, count):
    backup, snapshot1 = names.new("stage"), names.new("snapshot")

    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

    from matrixone.session import AsyncSession as MatrixOneAsyncSession

    # Your existing async SQLAlchemy setup
    async_engine = create_async_engine(legacy_url.set(drivername="mysql+aiomysql"))
    AsyncSessionFactory = async_sessionmaker(bind=async_engine)  # noqa: N806
    existing_async_session = AsyncSessionFactory()

    # Wrap it with MatrixOne features
    mo_async_session = MatrixOneAsyncSession(
        client=client,
        wrap_session=existing_async_session,
    )

    try:
        # Standard async SQLAlchemy operations work
        result = await mo_async_session.execute("SELECT * FROM users")
        assert [row.name for row in result] == ["Root"]

        # MatrixOne async features now available
        await mo_async_session.stage.create_s3(backup, bucket="my-backup")
        await mo_async_session.snapshots.create(snapshot1, level="database")
        await mo_async_session.load_data.from_csv(files.users, "users")

        await mo_async_session.commit()
    finally:
        await mo_async_session.close()
        await async_engine.dispose()

    assert names.exists(backup)
    assert names.exists(snapshot1)
    assert count("users") == 3
    assert count(f"users {{SNAPSHOT = '{snapshot1}'}}") == 3, "the snapshot waited for the commit"


async def test_example_1_basic_transaction(client, count):
    async with client.session() as session:
        # All operations are atomic
        await session.execute("INSERT INTO users (name) VALUES ('John')")
        await session.execute("INSERT INTO orders (user_id, amount) VALUES (1, 100)")
        assert (count("users"), count("orders")) == (1, 0), "isolated from other transactions"
        # Transaction commits automatically

    assert count("users", "name = 'John'") == 1
    assert count("orders", "user_id = 1 AND amount = 100") == 1


async def test_example_1_fails_together(client, count):
    with pytest.raises(ZeroDivisionError):
        async with client.session() as session:
            await session.execute("INSERT INTO users (name) VALUES ('John')")
            await session.execute("INSERT INTO orders (user_id, amount) VALUES (1, 100)")
            raise ZeroDivisionError

    assert (count("users"), count("orders")) == (1, 0)


async def test_example_2_orm_operations(client, count):
    async with client.session() as session:
        # Add objects
        user = User(name="Alice")
        session.add(user)

        # Query
        stmt = select(User).where(User.name == "Alice")
        result = await session.execute(stmt)
        users = result.scalars().all()
        assert users == [user]

        # Commit
        await session.commit()

        assert count("users", "name = 'Alice'") == 1
        assert user.name == "Alice"


async def test_example_3_concurrent_operations(client):
    async with client.session() as session:
        # Execute multiple queries concurrently
        results = await asyncio.gather(
            session.execute("SELECT * FROM users"),
            session.execute("SELECT * FROM orders"),
            session.execute("SELECT * FROM products"),
        )
        users, orders, products = results

    assert [row.name for row in users] == ["Root"]
    assert orders.all() == []
    assert sorted(row.name for row in products) == ["Chair", "Table"]


async def test_example_4_managers(client, names, production, files, count):
    backup, prod_copy = names.new("snapshot"), names.new("database")

    async with client.session() as session:
        # Create snapshot
        snapshot = await session.snapshots.create(
            backup,
            SnapshotLevel.DATABASE,
            database=production,
        )

        # Clone database
        await session.clone.clone_database(prod_copy, production)

        # Load data
        await session.load_data.from_csv(files.users, "users")
        assert not names.exists(prod_copy)
        assert count("users") == 1

    assert snapshot.name == backup
    assert names.exists(backup)
    assert (await client.execute(f"SELECT count(*) FROM {prod_copy}.goods")).scalar() == 2
    assert count("users") == 3


async def test_example_4_an_error_leaves_nothing(client, names, production, files, count):
    backup, prod_copy = names.new("snapshot"), names.new("database")

    with pytest.raises(ZeroDivisionError):
        async with client.session() as session:
            await session.snapshots.create(backup, SnapshotLevel.DATABASE, database=production)
            await session.clone.clone_database(prod_copy, production)
            await session.load_data.from_csv(files.users, "users")
            assert names.exists(backup)
            raise ZeroDivisionError

    assert not names.exists(backup)
    assert not names.exists(prod_copy)
    assert count("users") == 1


async def test_example_5_error_handling(client, count, capsys):
    try:
        async with client.session() as session:
            await session.execute("INSERT INTO users (name) VALUES ('Bob')")
            await session.execute("INSERT INTO invalid_table (x) VALUES (1)")
            # Automatically rolls back on error
    except Exception as e:
        print(f"Transaction rolled back: {e}")

    printed = capsys.readouterr().out
    assert printed.startswith("Transaction rolled back: ")
    assert "invalid_table" in printed
    assert count("users", "name = 'Bob'") == 0


async def test_execute_with_parameters(client):
    async with client.session() as session:
        result = await session.execute(
            "INSERT INTO users (name, email, age) VALUES (?, ?, ?)", ("John Doe", "john@example.com", 30)
        )
        assert result.rowcount == 1
        result = await session.execute("SELECT * FROM users WHERE age > ? AND email LIKE ?", (25, "%@example.com"))
        assert sorted((row.name, row.age) for row in result) == [("John Doe", 30), ("Root", 50)]


async def test_execute_statements(client):
    async with client.session() as session:
        result = await session.execute(insert(User).values(name="Alice", age=28))
        alice = await session.scalar("SELECT id FROM users WHERE name = 'Alice'")
        assert result.lastrowid == alice
        result = await session.execute(insert(User).values([{"name": "Bob", "age": 35}, {"name": "Carol", "age": 42}]))
        assert result.rowcount == 2
        session.add(Order(user_id=1, amount=5.0))
        pairs = await session.execute(select(User, Order).join(Order, User.id == Order.user_id))
        assert [(user.name, order.amount) for user, order in pairs] == [("Root", 5.0)]
        result = await session.execute(update(Account).values(balance=Account.balance - 100))
        assert result.rowcount == 1
        result = await session.execute(delete(User).where(User.age > 40))
        assert result.rowcount == 2
        result = await session.execute(select(func.count(User.id), func.avg(User.age)))
        count, average = result.one()
        assert (count, float(average)) == (2, 31.5)
        assert (await session.get(Account, 1)).balance == 400.0


async def test_result_processing(client):
    async with client.session() as session:
        assert [row.name for row in (await session.execute("SELECT * FROM products ORDER BY id")).fetchall()] == [
            "Chair",
            "Table",
        ]
        result = await session.execute("SELECT * FROM products ORDER BY id")
        assert result.fetchone().name == "Chair"
        assert len(result.fetchmany(10)) == 1
        assert result.fetchone() is None
        assert (await session.scalars(select(User.name))).all() == ["Root"]
        (row,) = (await session.execute("SELECT name, email FROM users")).mappings()
        assert dict(row) == {"name": "Root", "email": "root@example.com"}


async def test_streaming(client):
    async with client.session() as session:
        result = await session.stream("SELECT name FROM products ORDER BY id")
        assert [row.name async for row in result] == ["Chair", "Table"]
        names = await session.stream_scalars(select(User.name))
        assert [name async for name in names] == ["Root"]
