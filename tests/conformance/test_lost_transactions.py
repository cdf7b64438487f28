"""What a session does when a statement would commit its transaction, or has ended it."""
# ruff: noqa: PT012 - what leaves a session's block is the subject

from __future__ import annotations

import threading

import pytest

from matrixone.exceptions import (
    ImplicitCommitError,
    OperationalError,
    QueryError,
    TransactionLostError,
)

from .models import User
from .operations import CreateStage, SetVariable

pytestmark = pytest.mark.usefixtures("tables")

INSERT = "INSERT INTO users (name) VALUES (?)"


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
