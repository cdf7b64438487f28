"""What a session makes of operations the server refuses in its transaction."""
# ruff: noqa: PT012 - what leaves a session's block is the subject

from __future__ import annotations

import warnings

import pytest

from matrixone.exceptions import (
    AfterCommitError,
    ConfigurationError,
    PendingOperationError,
    QueryError,
    RollbackWarning,
    TransactionRefusedError,
)

from .operations import CountStage, CreateStage, DropStage, Unreadable

pytestmark = pytest.mark.usefixtures("tables")

INSERT = "INSERT INTO users (name) VALUES (?)"


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
