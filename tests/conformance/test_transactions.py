"""What a session promises about its transaction."""
# ruff: noqa: PT012 - what leaves a session's block is the subject

from __future__ import annotations

import pytest

from matrixone import Session
from matrixone.exceptions import (
    ImplicitCommitError,
    IntegrityError,
    NestedTransactionError,
    OperationalError,
    TransactionLostError,
    TransactionRefusedError,
)

from .models import User
from .operations import CloneDatabase, CreateStage

pytestmark = pytest.mark.usefixtures("tables")

INSERT = "INSERT INTO users (name) VALUES (?)"


class TestBegin:
    def test_a_clone_rolls_back(self, client, names, production):
        copy = names.new("database")
        with client.session() as session:
            session.execute(f"CREATE DATABASE {copy} CLONE {production}")
            session.rollback()

        assert not names.exists(copy)

    def test_a_clone_sees_rows_of_the_transaction(self, client, count):
        with client.session() as session:
            session.execute(INSERT, ("Ann",))
            session.execute("CREATE TABLE people CLONE users")

        assert count("people", "name = 'Ann'") == 1

    def test_tables_roll_back(self, client):
        with client.session() as session:
            session.create_table("notes", {"id": "int primary key"})
            session.insert("notes", {"id": 1})
            session.drop_table("users")
            session.rollback()

        assert client.execute("SHOW TABLES LIKE 'notes'").all() == []
        assert client.execute("SELECT name FROM users").scalars().all() == ["Root"]

    def test_nothing_is_sent_before_the_first_statement(self, client):
        with client.session() as session:
            assert not session.in_transaction()

    def test_commit_and_rollback_inside_the_block_are_final(self, client, count):
        with client.session() as session:
            session.execute(INSERT, ("first",))
            session.commit()
            session.execute(INSERT, ("second",))
            session.rollback()
            session.execute(INSERT, ("third",))

        assert [count("users", "name = ?", name) for name in ("first", "second", "third")] == [1, 0, 1]

    def test_a_client_commits_each_statement(self, client, count):
        client.execute(INSERT, ("Ann",))

        assert count("users", "name = 'Ann'") == 1

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
    def test_an_exception_rolls_back_and_leaves_the_block_itself(self, client, names, count, error):
        stage, raised = names.new("stage"), error("reason")
        with pytest.raises(error) as caught, client.session() as session:
            session.run(CreateStage(stage))
            session.execute(INSERT, ("Ann",))
            raise raised

        assert caught.value is raised
        assert count("users", "name = 'Ann'") == 0
        assert not names.exists(stage)

    def test_the_error_of_the_block_leaves_it_whatever_happened_to_the_session(self, client, count):
        with pytest.raises(ZeroDivisionError), client.session() as session:
            session.execute(INSERT, ("Ann",))
            session.close()
            raise ZeroDivisionError
        with pytest.raises(ZeroDivisionError), client.session() as session:
            session.execute(INSERT, ("Ben",))
            client.execute(f"KILL {session.scalar('SELECT connection_id()')}")
            raise ZeroDivisionError

        assert count("users", "name IN ('Ann', 'Ben')") == 0


class TestStatementErrors:
    def test_a_failed_statement_is_undone_alone(self, client, count):
        with client.session() as session:
            session.execute(INSERT, ("before",))
            with pytest.raises(IntegrityError):
                session.execute("INSERT INTO users (id, name) VALUES (2, 'half'), (1, 'duplicate')")
            session.execute(INSERT, ("after",))

        assert [count("users", "name = ?", name) for name in ("before", "half", "after")] == [1, 0, 1]

    def test_a_failed_flush_needs_a_rollback(self, client, count):
        with client.session() as session:
            session.execute(INSERT, ("before",))
            session.add(User(id=1, name="duplicate"))
            with pytest.raises(IntegrityError):
                session.flush()
            with pytest.raises(TransactionLostError):
                session.execute(INSERT, ("between",))
            session.rollback()
            session.execute(INSERT, ("after",))

        assert [count("users", "name = ?", name) for name in ("before", "between", "after")] == [0, 0, 1]

    def test_a_refusal_of_the_server_leaves_the_transaction_intact(self, client, names, count):
        with client.session() as session:
            session.execute(INSERT, ("before",))
            with pytest.raises(TransactionRefusedError) as caught:
                session.execute(f"CREATE STAGE {names.new('stage')} URL='file:///tmp'")
            session.execute(INSERT, ("after",))

        assert caught.value.errno == 20101
        assert count("users", "name IN ('before', 'after')") == 2


class TestNestedTransactions:
    def test_begin_nested(self, client, count):
        with client.session() as session:
            session.execute(INSERT, ("before",))
            with pytest.raises(NestedTransactionError, match="SAVEPOINT"):
                session.begin_nested()

        assert count("users", "name = 'before'") == 1

    @pytest.mark.parametrize(
        "statement", ["SAVEPOINT a", "savepoint a", "RELEASE SAVEPOINT a", "ROLLBACK TO a", "ROLLBACK TO SAVEPOINT a"]
    )
    def test_raw_savepoints(self, client, count, statement):
        with client.session() as session:
            session.execute(INSERT, ("before",))
            with pytest.raises(NestedTransactionError):
                session.execute(statement)

        assert count("users", "name = 'before'") == 1

    async def test_begin_nested_of_an_async_session(self, async_client):
        async with async_client.session() as session:
            with pytest.raises(NestedTransactionError):
                session.begin_nested()


class TestBoundToAConnection:
    def test_a_connection_without_a_transaction(self, client, names, count):
        stage = names.new("stage")
        with client.get_sqlalchemy_engine().connect() as connection:
            with Session(bind=connection, client=client) as session:
                session.execute(INSERT, ("Ann",))
                assert session.run(CreateStage(stage)).pending
            assert names.exists(stage)
            assert not connection.in_transaction()

        assert count("users", "name = 'Ann'") == 1

    def test_a_transaction_of_the_caller_is_joined(self, client, count):
        with client.get_sqlalchemy_engine().connect() as connection, connection.begin() as outer:
            with Session(bind=connection, client=client) as session:
                session.execute(INSERT, ("Ann",))
            assert count("users", "name = 'Ann'") == 0, "the caller commits"
            outer.rollback()

        assert count("users", "name = 'Ann'") == 0

    @pytest.mark.parametrize("statement", ["", "SELECT 1"])
    def test_nothing_waits_for_a_commit_that_the_caller_may_not_make(self, client, names, statement):
        stage = names.new("stage")
        with client.get_sqlalchemy_engine().connect() as connection, connection.begin() as outer:
            with Session(bind=connection, client=client) as session:
                if statement:
                    session.execute(statement)
                with pytest.raises(TransactionRefusedError):
                    session.run(CreateStage(stage))
            outer.rollback()

        assert not names.exists(stage)

    def test_autocommit(self, client, names, count):
        stage = names.new("stage")
        engine = client.get_sqlalchemy_engine().execution_options(isolation_level="AUTOCOMMIT")
        with Session(bind=engine, client=client) as session:
            session.execute(INSERT, ("Ann",))
            assert count("users", "name = 'Ann'") == 1
            assert not session.run(CreateStage(stage)).pending
            session.execute("SET @a = 1")


class TestAsyncTwins:
    async def test_waits_and_undoes_like_the_synchronous_face(self, async_client, names, production):
        at_once, waiting, copy = names.new("stage"), names.new("stage"), names.new("database")
        async with async_client.session() as session:
            await session.run(CreateStage(at_once))
            await session.run(CloneDatabase(copy, production))
            outcome = await session.run(CreateStage(waiting))
            assert outcome.pending
            assert (names.exists(at_once), names.exists(copy)) == (True, False)
            await session.commit()
            assert not outcome.pending
            assert names.exists(waiting)
            assert names.exists(copy)

        async with async_client.session() as session:
            await session.run(CreateStage(undone := names.new("stage")))
            await session.execute(INSERT, ("Ann",))
            with pytest.raises(ImplicitCommitError):
                await session.execute("SET @a = 1")
            await session.rollback()
        assert not names.exists(undone)

    async def test_lock_timeout(self, client, async_client, count):
        with client.session() as holder:
            holder.execute("UPDATE users SET email = 'held' WHERE id = 1")
            async with async_client.session() as session:
                await session.execute("SET lock_wait_timeout = 1")
                await session.execute(INSERT, ("before",))
                with pytest.raises(OperationalError):
                    await session.execute("UPDATE users SET email = 'wanted' WHERE id = 1")
                with pytest.raises(TransactionLostError):
                    await session.execute(INSERT, ("after",))
                with pytest.raises(TransactionLostError):
                    await session.commit()
                await session.rollback()
                await session.execute(INSERT, ("recovered",))

        assert [count("users", "name = ?", name) for name in ("before", "after", "recovered")] == [0, 0, 1]
