"""What a session promises about its transaction."""
# ruff: noqa: PT012 - what leaves a session's block is the subject

from __future__ import annotations

import asyncio
import contextlib
import threading
import warnings

import pytest
from sqlalchemy import select

from matrixone import Session
from matrixone.exceptions import (
    AfterCommitError,
    ConfigurationError,
    ImplicitCommitError,
    IntegrityError,
    NestedTransactionError,
    OperationalError,
    PendingOperationError,
    QueryError,
    RollbackWarning,
    TransactionError,
    TransactionLostError,
    TransactionRefusedError,
)

from .models import User
from .operations import CloneDatabase, CountStage, CreateStage, DropStage, SetVariable, Sleep, Unreadable

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


class TestRefusedOperations:
    def test_runs_at_once_without_a_transaction(self, client, names):
        stage = names.new("stage")
        with client.session() as session:
            outcome = session.run(CreateStage(stage))
            assert not outcome.pending
            assert names.exists(stage)

        assert names.exists(stage)

    def test_waits_for_the_commit_in_order(self, client, names):
        first, second = names.new("stage"), names.new("stage")
        with client.session() as session:
            session.execute(INSERT, ("Ann",))
            outcomes = [
                session.run(operation)
                for operation in (CreateStage(first), CreateStage(second), DropStage(first), CreateStage(first))
            ]
            outcomes.append(session.run(DropStage(second)))
            assert all(outcome.pending for outcome in outcomes)
            assert not names.exists(first)
            with pytest.raises(PendingOperationError):
                _ = outcomes[0].value
            session.commit()
            assert not any(outcome.pending for outcome in outcomes)
            assert (names.exists(first), names.exists(second)) == (True, False)
            session.rollback()

        assert names.exists(first), "what was committed is not undone"

    def test_never_runs_after_a_rollback(self, client, names):
        stage = names.new("stage")
        with client.session() as session:
            session.execute(INSERT, ("Ann",))
            outcome = session.run(CreateStage(stage))
            session.rollback()
            with pytest.raises(PendingOperationError, match="discarded"):
                _ = outcome.value
            session.execute(INSERT, ("Ben",))

        assert not names.exists(stage)

    @pytest.mark.parametrize("leave", ["rollback", "close"])
    def test_what_ran_at_once_is_undone(self, client, names, leave):
        stages = [names.new("stage"), names.new("stage")]
        session = client.session()
        for stage in stages:
            session.run(CreateStage(stage))
        session.execute(INSERT, ("Ann",))
        getattr(session, leave)()
        session.close()

        assert not any(names.exists(stage) for stage in stages)

    def test_is_not_undone_after_a_commit(self, client, names):
        stage = names.new("stage")
        with client.session() as session:
            session.run(CreateStage(stage))
            session.execute(INSERT, ("Ann",))
            session.commit()
            session.execute(INSERT, ("Ben",))
            session.rollback()

        assert names.exists(stage)

    def test_what_cannot_be_undone_is_a_warning(self, client, names):
        stage = names.new("stage")
        client.run(CreateStage(stage))
        with client.session() as session:
            session.run(DropStage(stage))
            session.execute(INSERT, ("Ann",))
            with pytest.warns(RollbackWarning, match=stage):
                session.rollback()

    def test_a_failed_undo_is_a_warning_and_the_rest_is_undone(self, client, names):
        gone, undone = names.new("stage"), names.new("stage")
        with client.session() as session:
            session.run(CreateStage(undone))
            session.run(CreateStage(gone))
            client.run(DropStage(gone))
            with pytest.warns(RollbackWarning, match=gone):
                session.rollback()

        assert not names.exists(undone)

    def test_on_refused_raise(self, client, names, count):
        at_once, refused = names.new("stage"), names.new("stage")
        with client.session(on_refused="raise") as session:
            session.run(CreateStage(at_once))
            session.execute(INSERT, ("Ann",))
            with pytest.raises(TransactionRefusedError, match=CreateStage.name):
                session.run(CreateStage(refused))

        assert (names.exists(at_once), names.exists(refused)) == (True, False)
        assert count("users", "name = 'Ann'") == 1

    def test_on_refused_has_two_values(self, client):
        with pytest.raises(ConfigurationError, match="on_refused"):
            client.session(on_refused="ignore")

    def test_what_needs_a_pending_object_is_refused(self, client, names):
        stage = names.new("stage")
        with client.session() as session:
            session.execute(INSERT, ("Ann",))
            session.run(CreateStage(stage))
            with pytest.raises(PendingOperationError, match=stage):
                session.run(CountStage(stage))
            session.commit()
            assert session.run(CountStage(stage)).value == 1

    def test_a_read_opens_no_transaction(self, client, names):
        stage = names.new("stage")
        with client.session() as session:
            assert session.run(CountStage(stage)).value == 0
            assert not session.in_transaction()
            assert not session.run(CreateStage(stage)).pending

    def test_after_commit_error(self, client, names, count):
        taken, made, behind = (names.new("stage") for _ in range(3))
        client.run(CreateStage(taken))
        with pytest.raises(AfterCommitError) as caught, client.session() as session:
            session.execute(INSERT, ("Ann",))
            outcomes = [session.run(CreateStage(stage)) for stage in (made, taken, behind)]

        error = caught.value
        assert (error.ran, error.failed, error.not_run) == (
            (CreateStage(made),),
            CreateStage(taken),
            (CreateStage(behind),),
        )
        assert isinstance(error.__cause__, QueryError)
        assert "committed" in str(error)
        assert [outcome.state for outcome in outcomes] == ["done", "discarded", "discarded"]
        assert count("users", "name = 'Ann'") == 1, "the transaction stays committed"
        assert (names.exists(made), names.exists(behind)) == (True, False)

    def test_whatever_fails_after_the_commit_is_an_after_commit_error(self, client, names, count):
        read, behind = names.new("stage"), names.new("stage")
        with client.session() as session:
            session.execute(INSERT, ("Ann",))
            outcomes = [session.run(Unreadable(read)), session.run(CreateStage(behind))]
            with pytest.raises(AfterCommitError, match="no reading") as caught:
                session.commit()
            assert isinstance(caught.value.__cause__, ZeroDivisionError)
            session.execute(INSERT, ("Ben",))

        assert [outcome.state for outcome in outcomes] == ["discarded", "discarded"]
        assert not names.exists(behind), "the next commit does not run it"
        assert count("users", "name IN ('Ann', 'Ben')") == 2

    def test_a_warning_that_is_an_error_does_not_stop_the_undo(self, client, names):
        undone, gone = names.new("stage"), names.new("stage")
        session = client.session()
        session.run(CreateStage(undone))
        session.run(CreateStage(gone))
        client.run(DropStage(gone))
        with warnings.catch_warnings(action="error"), pytest.raises(RollbackWarning, match=gone):
            session.rollback()
        session.close()

        assert not names.exists(undone)

    def test_a_session_goes_on_after_an_after_commit_error(self, client, names, count):
        stage = names.new("stage")
        client.run(CreateStage(stage))
        with client.session() as session:
            session.execute(INSERT, ("Ann",))
            session.run(CreateStage(stage))
            with pytest.raises(AfterCommitError):
                session.commit()
            session.execute(INSERT, ("Ben",))

        assert count("users", "name IN ('Ann', 'Ben')") == 2


class TestImplicitCommit:
    @pytest.mark.parametrize(
        "statement",
        [
            "SET @a = 1",
            "set autocommit = 0",
            "/* a comment */ SET lock_wait_timeout = 7",
            "-- a comment\n SET NAMES utf8mb4",
            "BEGIN",
            "START TRANSACTION",
            "COMMIT",
            "ROLLBACK",
            "LOCK TABLES users READ",
            "UNLOCK TABLES",
        ],
    )
    def test_is_refused_before_anything_is_sent(self, client, count, statement):
        with client.session() as session:
            session.execute(INSERT, ("before",))
            with pytest.raises(ImplicitCommitError):
                session.execute(statement)
            assert count("users", "name = 'before'") == 0
            assert session.scalar("SELECT count(*) FROM users WHERE name = 'before'") == 1
            session.rollback()

        assert count("users", "name = 'before'") == 0

    def test_an_operation_that_commits_is_refused(self, client, count):
        with client.session() as session:
            session.execute(INSERT, ("before",))
            with pytest.raises(ImplicitCommitError, match=SetVariable.name):
                session.run(SetVariable())
            session.rollback()
            session.run(SetVariable())
            assert session.scalar("SELECT @a") == "1"

        assert count("users", "name = 'before'") == 0

    def test_set_as_first_statement_holds_and_keeps_the_transaction_whole(self, client, count):
        with client.session() as session:
            session.execute("SET @answer = 42")
            session.execute(INSERT, ("after",))
            assert session.scalar("SELECT @answer") == "42"
            session.rollback()
            session.execute("SET @answer = 43")
            assert session.scalar("SELECT @answer") == "43"

        assert count("users", "name = 'after'") == 0

    def test_a_failed_set_as_first_statement_keeps_the_transaction_whole(self, client, count):
        with client.session() as session:
            with pytest.raises(QueryError):
                session.execute("SET no_such_variable = 1")
            session.execute(INSERT, ("after",))
            session.rollback()

        assert count("users", "name = 'after'") == 0

    def test_set_may_be_allowed(self, client, count):
        with client.session(allow_implicit_commit=True) as session:
            session.execute(INSERT, ("before",))
            session.execute("SET @a = 1")
            assert count("users", "name = 'before'") == 1
            session.execute(INSERT, ("after",))
            session.rollback()

        assert [count("users", "name = ?", name) for name in ("before", "after")] == [1, 0]

    def test_a_failed_set_that_was_allowed_loses_the_transaction(self, client, count):
        with client.session(allow_implicit_commit=True) as session:
            session.execute(INSERT, ("before",))
            with pytest.raises(QueryError):
                session.execute("SET no_such_variable = 1")
            with pytest.raises(TransactionLostError):
                session.execute(INSERT, ("after",))
            session.rollback()

        assert count("users", "name IN ('before', 'after')") == 0

    def test_any_number_of_comments_may_come_first(self, client):
        with client.session() as session:
            assert session.scalar("/* a comment */ " * 50 + "SELECT 7") == 7
            with pytest.raises(ImplicitCommitError):
                session.execute("/* a comment */ " * 50 + "COMMIT")

    def test_a_statement_hidden_behind_another_is_noticed(self, client, count):
        with client.session() as session:
            with pytest.raises((ImplicitCommitError, TransactionLostError)):
                session.execute("INSERT INTO users (name) VALUES ('first'); COMMIT")
                session.execute(INSERT, ("second",))
            session.rollback()

        assert count("users", "name = 'second'") == 0


class TestLostTransaction:
    @pytest.fixture
    def lose(self, client):
        """Make a session run into a lock that another one holds."""
        with client.session() as holder:
            holder.execute("UPDATE users SET email = 'held' WHERE id = 1")

            def lose(session):
                session.execute("SET lock_wait_timeout = 1")
                session.execute(INSERT, ("before",))
                with pytest.raises(OperationalError) as caught:
                    session.execute("UPDATE users SET email = 'wanted' WHERE id = 1")
                return caught.value

            yield lose

    def test_by_a_lock_timeout(self, client, lose, count):
        with client.session() as session:
            error = lose(session)
            assert (error.errno, error.transaction_lost, error.retryable) == (1205, True, True)
            for _ in range(2):
                with pytest.raises(TransactionLostError, match="roll back") as caught:
                    session.execute(INSERT, ("after",))
            assert caught.value.__cause__ is error
            with pytest.raises(TransactionLostError):
                session.commit()
            session.rollback()
            session.execute(INSERT, ("recovered",))

        assert [count("users", "name = ?", name) for name in ("before", "after", "recovered")] == [0, 0, 1]

    def test_the_block_does_not_end_as_if_it_had_committed(self, client, lose, count):
        with pytest.raises(TransactionLostError), client.session() as session:
            lose(session)

        assert count("users", "name = 'before'") == 0

    def test_discards_and_undoes(self, client, lose, names):
        at_once, waiting = names.new("stage"), names.new("stage")
        with pytest.raises(TransactionLostError), client.session() as session:
            session.run(CreateStage(at_once))
            lose(session)
            session.run(CreateStage(waiting))

        assert not names.exists(at_once)
        assert not names.exists(waiting)

    def test_objects_cannot_be_flushed_into_nothing(self, client, lose, count):
        with client.session() as session:
            lose(session)
            session.add(User(name="after"))
            with pytest.raises(TransactionLostError):
                session.commit()
            session.rollback()

        assert count("users", "name = 'after'") == 0

    def test_by_a_deadlock(self, client, count):
        client.execute("INSERT INTO users (id, name, age) VALUES (2, 'Two', 2)")
        errors, ready = [], threading.Barrier(2)

        def work(first, second):
            with client.session() as session:
                session.execute("UPDATE users SET age = age + 1 WHERE id = ?", (first,))
                ready.wait()
                try:
                    session.execute("UPDATE users SET age = age + 1 WHERE id = ?", (second,))
                except OperationalError as error:
                    errors.append(error)
                    with pytest.raises(TransactionLostError):
                        session.execute(INSERT, ("after",))
                    session.rollback()

        threads = [threading.Thread(target=work, args=order) for order in ((1, 2), (2, 1))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert {error.errno for error in errors} == {20701}
        assert count("users", "name = 'after'") == 0

    def test_by_a_lost_connection(self, client, count):
        with client.session() as session:
            session.execute(INSERT, ("before",))
            client.execute(f"KILL {session.scalar('SELECT connection_id()')}")
            with pytest.raises(QueryError) as caught:
                session.execute(INSERT, ("during",))
            assert caught.value.transaction_lost
            with pytest.raises(TransactionLostError):
                session.execute(INSERT, ("after",))
            session.rollback()
            session.execute(INSERT, ("recovered",))

        assert count("users", "name IN ('before', 'during', 'after')") == 0
        assert count("users", "name = 'recovered'") == 1

    def test_behind_the_back_of_the_session(self, client, count):
        with client.session() as session:
            session.execute(INSERT, ("before",))
            cursor = session.connection().connection.cursor()
            cursor.execute("COMMIT")
            cursor.close()
            with pytest.raises(TransactionLostError):
                session.execute(INSERT, ("after",))
            session.rollback()

        assert [count("users", "name = ?", name) for name in ("before", "after")] == [1, 0]


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


class TestConcurrency:
    async def test_fifty_calls_on_one_session(self, async_client, count):
        async with async_client.session() as session:
            await asyncio.gather(*(session.execute(INSERT, (f"n{number}",)) for number in range(50)))
            results = await asyncio.gather(
                *(session.execute("SELECT ?, name FROM users WHERE name = ?", (n, f"n{n}")) for n in range(50))
            )
            rows = [result.one() for result in results]
            assert [(int(number), name) for number, name in rows] == [(n, f"n{n}") for n in range(50)]
            names = await session.scalars("SELECT name FROM users WHERE name LIKE 'n%' ORDER BY id")
            assert names.all() == [f"n{number}" for number in range(50)], "in the order of the calls"
            assert count("users") == 1, "in one transaction"
            await session.rollback()

        assert count("users") == 1

    async def test_an_error_of_one_call_is_its_own(self, async_client, count):
        async with async_client.session() as session:
            results = await asyncio.gather(
                session.execute(INSERT, ("first",)),
                session.execute("INSERT INTO no_such_table VALUES (1)"),
                session.execute(INSERT, ("third",)),
                return_exceptions=True,
            )

        assert [isinstance(result, QueryError) for result in results] == [False, True, False]
        assert count("users", "name IN ('first', 'third')") == 2

    async def test_a_cancelled_call_leaves_the_session_usable(self, async_client, count):
        async with async_client.session() as session:
            await session.execute(INSERT, ("before",))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(session.execute("SELECT sleep(60)"), 0.2)
            with pytest.raises(TransactionLostError):
                await session.execute(INSERT, ("between",))
            await session.rollback()
            assert (await session.execute("SELECT 7")).scalar() == 7
            await session.execute(INSERT, ("after",))

        assert [count("users", "name = ?", name) for name in ("before", "between", "after")] == [0, 0, 1]

    async def test_a_stream_loses_no_rows_to_another_statement(self, async_client):
        async with async_client.session() as session:
            stream = await session.stream("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3")
            with pytest.raises(TransactionError, match="streamed"):
                await session.execute(INSERT, ("Ann",))
            assert sorted([number async for (number,) in stream]) == [1, 2, 3]
            stream = await session.stream("SELECT 1 UNION ALL SELECT 2")
            await stream.close()
            await session.execute(INSERT, ("Ben",))

    async def test_a_call_cancelled_in_the_queue_is_never_sent(self, async_client, count):
        async with async_client.session() as session:
            running = asyncio.ensure_future(session.execute("INSERT INTO users (name) SELECT 'a' FROM users"))
            queued = asyncio.ensure_future(session.execute(INSERT, ("queued",)))
            await asyncio.sleep(0)
            queued.cancel()
            await running
            with pytest.raises(asyncio.CancelledError):
                await queued

        assert [count("users", "name = ?", name) for name in ("a", "queued")] == [1, 0]

    async def test_a_cancellation_after_the_commit(self, async_client, names, count):
        behind = names.new("stage")
        async with async_client.session() as session:
            await session.execute(INSERT, ("Ann",))
            outcomes = [await session.run(operation) for operation in (Sleep(), CreateStage(behind))]
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(session.commit(), 0.5)
            await session.execute(INSERT, ("Ben",))

        assert [outcome.state for outcome in outcomes] == ["discarded", "discarded"]
        assert not names.exists(behind), "the next commit does not run it"
        assert count("users", "name IN ('Ann', 'Ben')") == 2

    async def test_cancelling_the_task_rolls_back(self, async_client, names, count):
        stage, started = names.new("stage"), asyncio.Event()

        async def work():
            async with async_client.session() as session:
                await session.run(CreateStage(stage))
                await session.execute(INSERT, ("Ann",))
                started.set()
                await asyncio.Event().wait()

        task = asyncio.ensure_future(work())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert count("users", "name = 'Ann'") == 0
        assert not names.exists(stage)

    async def test_twenty_sessions_in_parallel(self, async_client, count):
        everybody = asyncio.Barrier(20)

        async def work(session, number):
            await session.execute(INSERT, (f"n{number}",))
            await everybody.wait()
            mine = (await session.scalars(select(User.name).where(User.name.like("n%")))).all()
            await everybody.wait()
            return mine

        async with contextlib.AsyncExitStack() as stack:
            sessions = [await stack.enter_async_context(async_client.session()) for _ in range(20)]
            for session in sessions:  # connect one after the other: a server may have a short queue at its door
                await session.execute("SELECT 1")
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(work(session, number)) for number, session in enumerate(sessions)]

        assert [task.result() for task in tasks] == [[f"n{number}"] for number in range(20)]
        assert count("users", "name LIKE 'n%'") == 20

    async def test_the_event_loop_goes_on(self, async_client):
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                await asyncio.sleep(0)
                ticks += 1

        ticking = asyncio.ensure_future(tick())
        async with async_client.session() as session:
            await session.execute("SELECT sleep(0.05)")
        ticking.cancel()

        assert ticks > 10


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
