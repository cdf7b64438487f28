"""The examples of Session.execute(), as the specification has them; what they print is compared."""
# ruff: noqa: T201, F841 - the examples are kept as they are written there

from __future__ import annotations

import json
import logging

import pytest
from sqlalchemy import and_, delete, func, insert, or_, select, update

from matrixone import Client

from .models import Order, User

pytestmark = pytest.mark.usefixtures("tables", "people")


@pytest.fixture
def people(client):
    """Users and orders that make each example's answer different from "nothing" and from "everything"."""
    with client.session() as session:
        session.add_all(
            [
                User(id=2, name="Kid", email="kid@school.org", age=12, status="pending"),
                User(id=3, name="Young", email="young@example.com", age=19, status="pending"),
                User(id=4, name="Gone", email="gone@example.com", age=40, status="inactive"),
                Order(id=1, user_id=1, amount=10.5, quantity=2, price=3.0),
                Order(id=2, user_id=3, amount=7.0, quantity=5, price=1.5),
            ]
        )


@pytest.fixture
def printed(capsys):
    def printed():
        return capsys.readouterr().out.splitlines()

    return printed


def test_string_sql_with_parameters(client, count, printed):
    with client.session() as session:
        # Simple INSERT with parameters
        result = session.execute(
            "INSERT INTO users (name, email, age) VALUES (?, ?, ?)",
            ("John Doe", "john@example.com", 30),
        )
        print(f"Inserted {result.rowcount} rows")

        # SELECT with parameters
        result = session.execute(
            "SELECT * FROM users WHERE age > ? AND email LIKE ?",
            (25, "%@example.com"),
        )
        for row in result:
            print(f"User: {row.name}, Age: {row.age}")

        # UPDATE with parameters
        result = session.execute(
            "UPDATE users SET status = ? WHERE age < ?",
            ("active", 18),
        )
        print(f"Updated {result.rowcount} rows")

        # DELETE with parameters
        result = session.execute(
            "DELETE FROM users WHERE status = ?",
            ("inactive",),
        )
        print(f"Deleted {result.rowcount} rows")

    lines = printed()
    assert lines[0] == "Inserted 1 rows"
    assert sorted(lines[1:-2]) == ["User: Gone, Age: 40", "User: John Doe, Age: 30", "User: Root, Age: 50"]
    assert lines[-2:] == ["Updated 1 rows", "Deleted 1 rows"]
    assert count("users", "name = 'John Doe' AND email = 'john@example.com' AND age = 30") == 1
    assert count("users", "id = 2 AND status = 'active'") == 1
    assert count("users", "name = 'Gone'") == 0


def test_select_statements(client, printed):
    with client.session() as session:
        # Basic SELECT
        stmt = select(User).where(User.age > 25)
        result = session.execute(stmt)
        users = result.scalars().all()  # Returns list of User objects
        assert {user.name for user in users} == {"Root", "Gone"}
        assert all(isinstance(user, User) for user in users)

        # SELECT specific columns
        stmt = select(User.name, User.email).where(User.status == "active")
        result = session.execute(stmt)
        for name, email in result:
            print(f"{name}: {email}")
        assert printed() == ["Root: root@example.com"]

        # Complex WHERE with AND/OR
        stmt = select(User).where(
            and_(
                User.age > 18,
                or_(
                    User.status == "active",
                    User.status == "pending",
                ),
            )
        )
        result = session.execute(stmt)
        assert {user.name for user in result.scalars()} == {"Root", "Young"}

        # SELECT with JOINs
        stmt = select(User, Order).join(Order, User.id == Order.user_id)
        result = session.execute(stmt)
        for user, order in result:
            print(f"{user.name} ordered {order.amount}")
        assert sorted(printed()) == ["Root ordered 10.5", "Young ordered 7.0"]

        # SELECT with aggregation
        stmt = select(func.count(User.id), func.avg(User.age))
        result = session.execute(stmt)
        count, avg_age = result.one()
        assert (count, float(avg_age)) == (4, 30.25)


def test_insert_statements(client, count, printed):
    with client.session() as session:
        # Single INSERT
        stmt = insert(User).values(name="Alice", email="alice@example.com", age=28)
        result = session.execute(stmt)
        print(f"Inserted row with ID: {result.lastrowid}")
        alice = session.execute("SELECT id FROM users WHERE name = 'Alice'").scalar()

        # Bulk INSERT
        stmt = insert(User).values([
            {"name": "Bob", "email": "bob@example.com", "age": 35},
            {"name": "Carol", "email": "carol@example.com", "age": 42},
        ])  # fmt: skip
        result = session.execute(stmt)
        print(f"Inserted {result.rowcount} rows")

    assert printed() == [f"Inserted row with ID: {alice}", "Inserted 2 rows"]
    assert count("users", "name IN ('Alice', 'Bob', 'Carol') AND age IN (28, 35, 42)") == 3


def test_update_statements(client, count, printed):
    with client.session() as session:
        # Simple UPDATE
        stmt = update(User).where(User.id == 1).values(email="newemail@example.com")
        result = session.execute(stmt)
        print(f"Updated {result.rowcount} rows")

        # Conditional UPDATE
        stmt = update(User).where(User.age < 18).values(status="minor")
        result = session.execute(stmt)

        # UPDATE with expressions
        stmt = update(Order).values(total=Order.quantity * Order.price)
        result = session.execute(stmt)

    assert printed() == ["Updated 1 rows"]
    assert count("users", "id = 1 AND email = 'newemail@example.com'") == 1
    assert count("users", "status = 'minor'") == count("users", "id = 2 AND status = 'minor'") == 1
    assert client.execute("SELECT total FROM orders ORDER BY id").scalars().all() == [6.0, 7.5]


def test_delete_statements(client, printed):
    client.execute("UPDATE users SET status = 'deleted' WHERE id IN (2, 3)")

    with client.session() as session:
        # Simple DELETE
        stmt = delete(User).where(User.id == 1)
        result = session.execute(stmt)

        # Conditional DELETE
        stmt = delete(User).where(User.status == "deleted")
        result = session.execute(stmt)
        print(f"Deleted {result.rowcount} rows")

    assert printed() == ["Deleted 2 rows"]
    assert client.execute("SELECT id FROM users").scalars().all() == [4]


def test_result_processing(client, printed):
    names = ["Gone", "Kid", "Root", "Young"]

    with client.session() as session:
        # fetchall() - get all rows
        result = session.execute("SELECT * FROM users")
        rows = result.fetchall()
        for row in rows:
            print(f"User: {row.name}")
        assert sorted(printed()) == [f"User: {name}" for name in names]

        # fetchone() - get one row at a time
        result = session.execute("SELECT * FROM users")
        while row := result.fetchone():
            print(f"User: {row.name}")
        assert sorted(printed()) == [f"User: {name}" for name in names]

        # fetchmany() - get N rows
        result = session.execute("SELECT * FROM users")
        rows = result.fetchmany(10)  # Get 10 rows
        assert len(rows) == 4
        assert len(session.execute("SELECT * FROM users").fetchmany(3)) == 3

        # scalars() - get first column
        stmt = select(User.name)
        result = session.execute(stmt)
        names = result.scalars().all()  # List of names
        assert sorted(names) == ["Gone", "Kid", "Root", "Young"]

        # mappings() - get rows as dicts
        result = session.execute("SELECT name, email FROM users")
        for row in result.mappings():
            print(f"{row['name']}: {row['email']}")
        assert "Kid: kid@school.org" in printed()

        # scalar() - get single value
        stmt = select(func.count(User.id))
        result = session.execute(stmt)
        count = result.scalar()  # Single integer value
        assert count == 4


def test_rows_by_name_position_and_mapping(client):
    with client.session() as session:
        row = session.execute("SELECT id, name FROM users WHERE id = 1").one()

    number, name = row
    assert (row.name, row[1], row._mapping["name"], number, name) == ("Root", "Root", "Root", 1, "Root")


def test_query_logging_control(client, caplog):
    client.execute("CREATE TABLE large_table (id INT)")
    client.execute("CREATE TABLE massive_table (field VARCHAR(10))")
    client.execute("ALTER TABLE users ADD COLUMN complex_condition BOOL DEFAULT TRUE")
    caplog.set_level(logging.DEBUG, logger="matrixone.query")

    with client.session() as session:
        caplog.clear()
        # Disable logging for this query only
        result = session.execute(
            "SELECT * FROM large_table",
            log_mode="off",
        )
        assert _statements(caplog) == []

        # Force full SQL logging for debugging
        result = session.execute(
            "SELECT * FROM users WHERE complex_condition",
            log_mode="full",
        )
        assert _statements(caplog) == ["SELECT * FROM users WHERE complex_condition"]

        # Simple logging (show operation type only)
        caplog.clear()
        result = session.execute(
            "UPDATE massive_table SET field = 'value'",
            log_mode="simple",
        )
        (event,) = _events(caplog)
        assert "db.query.text" not in event
        assert event["db.query.summary"] == "UPDATE massive_table"


def test_log_mode_of_the_client(server, caplog):
    caplog.set_level(logging.DEBUG, logger="matrixone.query")

    with Client(**server, sql_log_mode="off") as silent, silent.session() as session:
        session.execute("SELECT 1")
        assert _statements(caplog) == []
        session.execute("SELECT 2 FROM users", log_mode="full")
        assert len(_statements(caplog)) == 1


def _events(caplog):
    events = [json.loads(record.getMessage()) for record in caplog.records if record.name == "matrixone.query"]
    return [event for event in events if "db.query.summary" in event]


def _statements(caplog):
    return [event.get("db.query.text") for event in _events(caplog)]
