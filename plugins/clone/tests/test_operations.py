"""The statements as text, without a server."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_clone.model import Moment
from matrixone_clone.operations import CheckSource, CloneDatabase, CloneTable, ListSequences
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import CloneError, InvalidNameError, QueryError
from matrixone.operations import InTransaction

NOW = Moment()
DAILY = Moment(snapshot="daily")
THEN = Moment(as_of=dt.datetime(2026, 1, 2, 4, 4, 5, 67, tzinfo=dt.timezone(dt.timedelta(hours=1))))


def sql(operation):
    return str(operation.statement().compile(dialect=MatrixOneDialect_pymysql()))


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (CloneDatabase("copy", "shop", NOW), "CREATE DATABASE `copy` CLONE `shop`"),
        (CloneDatabase("a`b", "c.d", NOW, None, True), "CREATE DATABASE `a``b` CLONE `c.d`"),
        (CloneDatabase("copy", "shop", DAILY), "CREATE DATABASE `copy` CLONE `shop` {SNAPSHOT = 'daily'}"),
        (
            CloneDatabase("copy", "shop", THEN),
            "CREATE DATABASE `copy` CLONE `shop` {TIMESTAMP = '2026-01-02 03:04:05.000067'}",
        ),
        (
            CloneDatabase("copy", "shop", DAILY, "acme"),
            "CREATE DATABASE `copy` CLONE `shop` {SNAPSHOT = 'daily'} TO ACCOUNT `acme`",
        ),
        (CloneTable(("copy",), ("orders",), NOW), "CREATE TABLE `copy` CLONE `orders`"),
        (CloneTable(("a", "copy"), ("b", "100%"), NOW, None, False, True), "CREATE TABLE `a`.`copy` CLONE `b`.`100%%`"),
        (
            CloneTable(("copy",), ("shop", "orders"), DAILY, copy_grants=True),
            "CREATE TABLE `copy` CLONE `shop`.`orders` {SNAPSHOT = 'daily'} COPY GRANTS",
        ),
        (
            CloneTable(("a", "copy"), ("orders",), DAILY, "acme"),
            "CREATE TABLE `a`.`copy` CLONE `orders` {SNAPSHOT = 'daily'} TO ACCOUNT `acme`",
        ),
        (CheckSource("shop", NOW), "SHOW TABLES FROM `shop`"),
        (CheckSource("shop", DAILY), "SHOW TABLES FROM `shop` {SNAPSHOT = 'daily'}"),
    ],
)
def test_statement(operation, text):
    assert sql(operation) == text


@given(st.text(st.sampled_from(list("`%:;?{}.'\"\\é中 x")), min_size=1, max_size=8))
def test_names_stay_between_their_quotes(name):
    try:
        text = sql(CloneTable((name,), (name, name), NOW))
    except InvalidNameError:
        assert name != name.rstrip()
        return
    quoted = "`" + name.replace("`", "``").replace("%", "%%") + "`"
    assert text == f"CREATE TABLE {quoted} CLONE {quoted}.{quoted}"


@given(st.text(st.sampled_from(list("'\\%:;?{}x")), max_size=8))
def test_a_hint_stays_between_its_quotes(name):
    text = sql(CloneTable(("a",), ("b",), Moment(snapshot=name)))
    escaped = name.replace("\\", "\\\\").replace("'", "''").replace("%", "%%")
    assert text == f"CREATE TABLE `a` CLONE `b` {{SNAPSHOT = '{escaped}'}}"


def test_sequences_are_looked_for_where_the_clone_looks():
    now, daily, then = (sql(ListSequences("It's", moment)) for moment in (NOW, DAILY, THEN))
    where = " WHERE relkind = 'S' AND LOWER(reldatabase) = 'it''s' AND account_id = "
    assert f"mo_catalog.mo_tables{where}current_account_id() ORDER" in now
    assert f"mo_catalog.mo_tables {{SNAPSHOT = 'daily'}}{where}COALESCE((SELECT obj_id FROM" in daily
    assert f"mo_catalog.mo_tables {{TIMESTAMP = '2026-01-02 03:04:05.000067'}}{where}current_account_id()" in then


def test_rows_become_names():
    result = IteratorResult(SimpleResultMetaData(["relname"]), iter([("ids",), ("numbers",)]))
    assert ListSequences("shop", NOW).read(result) == ["ids", "numbers"]


@pytest.mark.parametrize("operation", [CloneDatabase("a", "b", DAILY), CloneTable(("a",), ("b",), DAILY)])
def test_what_the_server_does_in_a_transaction(operation):
    assert operation.in_transaction is InTransaction.JOINS
    assert operation.needs_begin
    assert operation.error is CloneError
    assert list(operation.needs()) == [("snapshot", "daily")]
    assert operation.undo() is None


@pytest.mark.parametrize("operation", [CheckSource("a", DAILY), ListSequences("a", DAILY)])
def test_looking_first_needs_the_snapshot_too(operation):
    assert operation.in_transaction is InTransaction.READS
    assert list(operation.needs()) == [("snapshot", "daily")]


def test_only_the_existing_target_satisfies():
    database = CloneDatabase("a", "b", NOW, None, True)
    table = CloneTable(("a",), ("b",), NOW, None, False, True)
    assert database.satisfied_by(QueryError("database a already exists", errno=1007))
    assert table.satisfied_by(QueryError("table a already exists", errno=1050))
    assert not database.satisfied_by(QueryError("Unknown database b", errno=1049))
    assert not table.satisfied_by(QueryError("no such table", errno=1146))
    assert not CloneDatabase("a", "b", NOW).satisfied_by(QueryError("database a already exists", errno=1007))
    assert not CloneTable(("a",), ("b",), NOW).satisfied_by(QueryError("table a already exists", errno=1050))


def test_a_moment_is_one_thing():
    assert Moment.of("Daily", None) == DAILY
    with pytest.raises(CloneError, match="not both"):
        Moment.of("daily", dt.datetime.now(dt.UTC))
    with pytest.raises(CloneError, match="time zone"):
        Moment.of(None, dt.datetime(2026, 1, 2))  # noqa: DTZ001 - the point
    with pytest.raises(InvalidNameError):
        Moment.of("it's", None)
