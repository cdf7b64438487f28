"""The examples of class Session, as the specification has them, each with the proof of what it claims."""
# ruff: noqa: T201, BLE001, F841 - the examples are kept as they are written there
# ruff: noqa: PT012 - what leaves a session's block is the subject

from __future__ import annotations

import pytest
from sqlalchemy import select

from matrixone import Client, SnapshotLevel

from .models import Account, Analytics, Order, User

pytestmark = pytest.mark.usefixtures("tables")


def test_client_connects_while_constructing(server):
    client = Client(**server)

    assert client.connected()
    assert client.execute("SELECT DATABASE()").scalar() == server["database"]
    client.disconnect()
    assert not client.connected()


def test_example_0_wrapping_an_existing_session(client, legacy_url, names, files, count):
    backup, snapshot1 = names.new("stage"), names.new("snapshot")

    from sqlalchemy import create_engine
    from sqlalchemy.orm import sessionmaker

    from matrixone.session import Session as MatrixOneSession

    # Your existing SQLAlchemy setup
    engine = create_engine(legacy_url)
    SessionFactory = sessionmaker(bind=engine)  # noqa: N806
    existing_session = SessionFactory()

    # Wrap it with MatrixOne features
    mo_session = MatrixOneSession(
        client=client,
        wrap_session=existing_session,
    )

    try:
        # Standard SQLAlchemy operations work
        result = mo_session.execute("SELECT * FROM users")
        assert [row.name for row in result] == ["Root"]

        # MatrixOne features now available
        mo_session.stage.create_s3(backup, bucket="my-backup")
        mo_session.snapshots.create(snapshot1, level="database")
        mo_session.load_data.from_csv(files.users, "users")

        mo_session.commit()
    finally:
        mo_session.close()
        engine.dispose()

    assert names.exists(backup)
    assert names.exists(snapshot1)
    assert count("users") == 3
    assert count(f"users {{SNAPSHOT = '{snapshot1}'}}") == 3, "the snapshot waited for the commit"


def test_example_1_basic_transaction(client, count):
    with client.session() as session:
        # All operations are atomic - succeed or fail together
        from sqlalchemy import insert, update

        # Insert using SQLAlchemy insert()
        session.execute(insert(User).values(name="John", email="john@example.com"))
        session.execute(insert(Order).values(user_id=1, amount=100.0))

        # Update using SQLAlchemy update()
        session.execute(update(Account).where(Account.user_id == 1).values(balance=Account.balance - 100))
        assert count("users", "name = 'John'") == 0, "isolated from other transactions"
        # Transaction commits automatically on successful completion

    assert count("users", "name = 'John' AND email = 'john@example.com'") == 1
    assert count("orders", "user_id = 1 AND amount = 100.0") == 1
    assert count("accounts", "balance = 400") == 1


def test_example_1_fails_together(client, count):
    from sqlalchemy import insert, update

    with pytest.raises(ZeroDivisionError), client.session() as session:
        session.execute(insert(User).values(name="John", email="john@example.com"))
        session.execute(insert(Order).values(user_id=1, amount=100.0))
        session.execute(update(Account).where(Account.user_id == 1).values(balance=Account.balance - 100))
        raise ZeroDivisionError

    assert (count("users"), count("orders"), count("accounts", "balance = 500")) == (1, 0, 1)


def test_example_2_orm_operations(client, count):
    with client.session() as session:
        # Create new objects
        user = User(name="Alice", email="alice@example.com")
        order = Order(user_id=1, amount=50.0)

        # Add to session
        session.add(user)
        session.add(order)

        # Query using ORM
        stmt = select(User).where(User.name == "Alice")
        result = session.execute(stmt)
        users = result.scalars().all()
        assert users == [user]

        # Update using ORM
        user = session.get(User, 1)
        user.email = "newemail@example.com"

        # Commit explicitly (or let context manager do it)
        session.commit()

        assert count("users", "id = 1 AND email = 'newemail@example.com'") == 1
        assert user.email == "newemail@example.com"

    assert count("users", "name = 'Alice'") == 1
    assert count("orders", "amount = 50.0") == 1


def test_example_3_snapshot_operations(client, names, production):
    daily_backup, production_copy = names.new("snapshot"), names.new("database")

    with client.session() as session:
        # Create snapshot within transaction
        snapshot = session.snapshots.create(
            name=daily_backup,
            level=SnapshotLevel.DATABASE,
            database=production,
        )

        # Clone database within same transaction
        session.clone.clone_database(
            target_db=production_copy,
            source_db=production,
            snapshot_name=daily_backup,
        )
        assert not names.exists(production_copy)
        # Both operations commit atomically

    assert names.exists(daily_backup)
    assert snapshot.name == daily_backup
    assert client.execute(f"SELECT name FROM {production_copy}.goods ORDER BY id").scalars().all() == ["wood", "iron"]


def test_example_3_an_error_leaves_neither(client, names, production):
    daily_backup, production_copy = names.new("snapshot"), names.new("database")

    with pytest.raises(ZeroDivisionError), client.session() as session:
        session.snapshots.create(name=daily_backup, level=SnapshotLevel.DATABASE, database=production)
        session.clone.clone_database(target_db=production_copy, source_db=production, snapshot_name=daily_backup)
        assert names.exists(daily_backup)
        raise ZeroDivisionError

    assert not names.exists(daily_backup)
    assert not names.exists(production_copy)


def test_example_4_bulk_data_loading(client, files, count):
    with client.session() as session:
        # Load data files atomically
        session.load_data.from_csv(files.users, "users")
        session.load_data.from_csv(files.orders, "orders")

        # Update statistics after loading
        session.execute("ANALYZE TABLE users")
        session.execute("ANALYZE TABLE orders")
        assert (count("users"), count("orders")) == (1, 0), "not before the commit"
        # All loads and updates commit together

    assert (count("users"), count("orders")) == (3, 3)
    assert count("users", "id = 10 AND name = 'Ann' AND email = 'ann@example.com' AND age = 31") == 1


def test_example_4_loads_roll_back_together(client, files, count):
    with pytest.raises(ZeroDivisionError), client.session() as session:
        session.load_data.from_csv(files.users, "users")
        session.load_data.from_csv(files.orders, "orders")
        session.execute("ANALYZE TABLE users")
        raise ZeroDivisionError

    assert (count("users"), count("orders")) == (1, 0)


def test_example_5_automatic_rollback(client, count, capsys):
    try:
        with client.session() as session:
            session.execute("INSERT INTO users (name) VALUES ('Bob')")
            session.execute("INSERT INTO invalid_table (data) VALUES ('test')")  # This fails
            # Transaction automatically rolls back - Bob is NOT inserted
    except Exception as e:
        print(f"Transaction failed and rolled back: {e}")

    printed = capsys.readouterr().out
    assert printed.startswith("Transaction failed and rolled back: ")
    assert "invalid_table" in printed
    assert count("users", "name = 'Bob'") == 0


@pytest.mark.parametrize(("balance", "left", "rows"), [(500, 450, 1), (30, 30, 0)], ids=["commit", "rollback"])
def test_example_6_manual_transaction_control(client, count, capsys, balance, left, rows):
    client.execute("UPDATE accounts SET balance = ?", (balance,))

    with client.session() as session:
        try:
            session.execute("INSERT INTO users (name) VALUES ('Charlie')")
            session.execute("UPDATE accounts SET balance = balance - 50")

            # Verify conditions before committing
            result = session.execute("SELECT balance FROM accounts WHERE id = 1")
            balance = result.scalar()

            if balance >= 0:
                session.commit()  # Explicit commit
            else:
                session.rollback()  # Explicit rollback
                print("Transaction rolled back due to insufficient balance")
        except Exception as e:
            session.rollback()
            raise

    assert count("accounts", "balance = ?", left) == 1
    assert count("users", "name = 'Charlie'") == rows
    assert ("insufficient" in capsys.readouterr().out) is (rows == 0)


def test_example_7_several_managers(client, names, database, subscriber_account, files, tmp_path, count):
    analytics_data, export_stage = names.new("publication"), names.new("stage")
    post_load_snapshot = names.new("snapshot")
    analytics, exports = database, f"{tmp_path}/"

    with client.session() as session:
        # Create publication
        pub = session.pubsub.create_database_publication(
            name=analytics_data,
            database=analytics,
            account=subscriber_account,
        )

        # Create stage using simple interface
        session.stage.create_local(export_stage, exports)

        # Load fresh data
        session.load_data.from_csv(files.latest, Analytics)  # Use ORM model

        # Create snapshot after load
        session.snapshots.create(
            name=post_load_snapshot,
            level=SnapshotLevel.DATABASE,
            database=analytics,
        )
        assert not names.exists(post_load_snapshot), "it waits for the commit, so that it has the rows"
        # All operations are atomic

    assert names.exists(analytics_data)
    assert names.exists(export_stage)
    assert count("analytics") == 2
    assert count(f"analytics {{SNAPSHOT = '{post_load_snapshot}'}}") == 2
    assert pub.name == analytics_data


def test_example_7_an_error_leaves_nothing(client, names, database, subscriber_account, files, tmp_path, count):
    analytics_data, export_stage = names.new("publication"), names.new("stage")
    post_load_snapshot = names.new("snapshot")

    with pytest.raises(ZeroDivisionError), client.session() as session:
        session.pubsub.create_database_publication(name=analytics_data, database=database, account=subscriber_account)
        session.stage.create_local(export_stage, f"{tmp_path}/")
        session.load_data.from_csv(files.latest, Analytics)
        session.snapshots.create(name=post_load_snapshot, level=SnapshotLevel.DATABASE, database=database)
        raise ZeroDivisionError

    assert not names.exists(analytics_data)
    assert not names.exists(export_stage)
    assert not names.exists(post_load_snapshot)
    assert count("analytics") == 0


def test_example_8_vector_operations(client, count):
    with client.session() as session:
        # Create vector table
        session.create_table("documents", {
            "id": "int primary key",
            "content": "text",
            "embedding": "vecf32(384)",
        })  # fmt: skip

        # Create vector index
        session.vector_ops.create_ivf(
            "documents",
            name="doc_idx",
            column="embedding",
            lists=100,
        )

        # Insert vector data
        session.insert("documents", {
            "id": 1,
            "content": "sample document",
            "embedding": [0.1] * 384,
        })  # fmt: skip

    assert count("documents", "content = 'sample document' AND vector_dims(embedding) = 384") == 1
    assert "doc_idx" in client.execute("SHOW CREATE TABLE documents").one()[1]
    nearest = client.execute("SELECT id FROM documents ORDER BY l2_distance(embedding, ?) LIMIT 1", ([0.1] * 384,))
    assert nearest.scalar() == 1


def test_example_8_an_error_leaves_no_table(client):
    with pytest.raises(ZeroDivisionError), client.session() as session:
        session.create_table("documents", {"id": "int primary key", "content": "text", "embedding": "vecf32(384)"})
        session.vector_ops.create_ivf("documents", name="doc_idx", column="embedding", lists=100)
        session.insert("documents", {"id": 1, "content": "sample document", "embedding": [0.1] * 384})
        raise ZeroDivisionError

    assert client.execute("SHOW TABLES LIKE 'documents'").all() == []
