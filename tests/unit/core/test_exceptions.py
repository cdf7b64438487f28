"""What the server answers becomes an error of ours that is also SQLAlchemy's."""

from __future__ import annotations

import pickle

import pymysql
import pytest
from sqlalchemy import exc as sa_exc

from matrixone import exceptions as mo
from matrixone.operations import CurrentDatabase


def translated(
    number, text, statement="INSERT INTO users (name) VALUES ('secret')", driver=pymysql.err.OperationalError
):
    orig = driver(number, text)
    wrapped = sa_exc.DBAPIError.instance(statement, ("secret",), orig, pymysql.err.Error)
    return mo.translate(wrapped)


@pytest.mark.parametrize(
    ("number", "text", "ours", "theirs"),
    [
        (1062, "Duplicate entry '1' for key 'id'", mo.IntegrityError, sa_exc.IntegrityError),
        (3819, "constraint violation: Column 'n' cannot be null", mo.IntegrityError, sa_exc.IntegrityError),
        (
            20101,
            "internal error: Cannot add or update a child row: a foreign key constraint fails",
            mo.IntegrityError,
            sa_exc.IntegrityError,
        ),
        (1064, 'SQL parser error: table "t" does not exist', mo.ProgrammingError, sa_exc.ProgrammingError),
        (1146, "no such table d.t", mo.ProgrammingError, sa_exc.ProgrammingError),
        (20301, "invalid input: column c does not exist", mo.ProgrammingError, sa_exc.ProgrammingError),
        (20301, "invalid input: expected vector dimension 3 != actual dimension 2.", mo.DataError, sa_exc.DataError),
        (20203, "invalid argument cast to int, bad value abc", mo.DataError, sa_exc.DataError),
        (20105, "not supported: lite: HANDLER", mo.NotSupportedError, sa_exc.NotSupportedError),
        (1205, "Lock wait timeout exceeded; try restarting transaction", mo.OperationalError, sa_exc.OperationalError),
        (1105, "context canceled", mo.QueryCanceledError, sa_exc.OperationalError),
        (20101, "internal error: panic runtime error: x\ngoroutine 1", mo.InternalError, sa_exc.InternalError),
        (
            20101,
            "internal error: unclassified statement appears in uncommitted transaction",
            mo.TransactionRefusedError,
            sa_exc.OperationalError,
        ),
        (
            20101,
            "internal error: administrative command is unsupported in transactions",
            mo.TransactionRefusedError,
            sa_exc.OperationalError,
        ),
        (
            20105,
            "not supported: ALTER on a data-branch lineage is not supported inside an explicit transaction",
            mo.TransactionRefusedError,
            sa_exc.OperationalError,
        ),
        (1105, "Error 1062 (HY000): Duplicate entry '1' for key 'id'", mo.IntegrityError, sa_exc.IntegrityError),
        (1068, "Multiple primary key defined", mo.ProgrammingError, sa_exc.ProgrammingError),
        (1365, "division by zero", mo.DataError, sa_exc.DataError),
        (20101, "internal error: vector dimension not matched", mo.DataError, sa_exc.DataError),
        (20101, "internal error: malformed vector input: no such", mo.DataError, sa_exc.DataError),
        (
            20101,
            "internal error: convert to MySQL enum failed: item x is not in enum [a]",
            mo.DataError,
            sa_exc.DataError,
        ),
        (20101, "internal error: the stage s exists", mo.ProgrammingError, sa_exc.ProgrammingError),
        (20301, "invalid input: missing FROM-clause entry for table 't'", mo.ProgrammingError, sa_exc.ProgrammingError),
        (20301, "invalid input: ambiguous column reference to 'id'", mo.ProgrammingError, sa_exc.ProgrammingError),
        (20301, "invalid input: table 't' specified more than once", mo.ProgrammingError, sa_exc.ProgrammingError),
        (20301, "invalid input: json text ambiguous column", mo.DataError, sa_exc.DataError),
        (20101, "internal error: there is no role r", mo.ProgrammingError, sa_exc.ProgrammingError),
        (
            20101,
            "internal error: savepoint has not been implemented yet. please rollback the transaction.",
            mo.NotSupportedError,
            sa_exc.NotSupportedError,
        ),
        (20313, "unsupported DML: update primary key on duplicate", mo.NotSupportedError, sa_exc.NotSupportedError),
        (20101, "internal error: can't publish to self", mo.OperationalError, sa_exc.OperationalError),
        (2013, "Lost connection to MySQL server during query", mo.OperationalError, sa_exc.OperationalError),
    ],
)
def test_classes(number, text, ours, theirs):
    error = translated(number, text)
    assert type(error) is ours
    assert isinstance(error, theirs)
    assert isinstance(error, mo.QueryError)
    assert isinstance(error, mo.MatrixOneError)
    assert error.errno == number
    assert error.sql == "INSERT INTO users (1 row)"


def test_neither_parameters_nor_literals_are_shown():
    error = translated(1062, "Duplicate entry")
    assert "secret" not in str(error)
    assert "secret" not in repr(error)
    assert error.params is None
    assert "secret" not in error.statement


def test_a_panic_is_cut_at_its_first_line():
    assert "goroutine" not in str(translated(20101, "internal error: panic x\ngoroutine 1\n..."))


@pytest.mark.parametrize(
    ("number", "lost", "retryable"),
    [(1205, True, True), (20701, True, True), (20638, True, False), (20619, False, True), (1062, False, False)],
)
def test_what_may_be_tried_again(number, lost, retryable):
    error = translated(number, "x")
    assert (error.transaction_lost, error.retryable) == (lost, retryable)


def test_errors_survive_pickling():
    for error in (
        translated(1062, "Duplicate entry"),
        mo.ConnectionError("no", host="h", port=1, database="d"),
        mo.AfterCommitError("committed", ran=[], failed=CurrentDatabase(), not_run=[CurrentDatabase()]),
    ):
        error.orig = None
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is type(error)
        assert str(copy) == str(error)
        assert copy.__dict__ == error.__dict__


def test_recast_keeps_the_answer():
    error = translated(20101, "internal error: snapshot s already exists").recast(mo.SnapshotError)
    assert isinstance(error, mo.SnapshotError)
    assert error.errno == 20101
    assert "already exists" in str(error)
