"""The statements as text, and rows as snapshots, without a server."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_snapshots import Snapshot
from matrixone_snapshots.model import moment
from matrixone_snapshots.operations import CreateSnapshot, DropSnapshot, ListSnapshots
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import QueryError, SnapshotError
from matrixone.operations import InTransaction
from matrixone.scope import Scope, SnapshotLevel

COLUMNS = ("sname", "level", "ts", "database_name", "table_name", "account_name")


def sql(operation, **options):
    return str(operation.statement().compile(dialect=MatrixOneDialect_pymysql(), **options))


def flat(text):
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("scope", "text"),
    [
        (Scope.of("cluster"), "CREATE SNAPSHOT `daily` FOR CLUSTER"),
        (Scope.of("account"), "CREATE SNAPSHOT `daily` FOR ACCOUNT"),
        (Scope.of("account", account="Acme"), "CREATE SNAPSHOT `daily` FOR ACCOUNT `acme`"),
        (Scope.of("database", database="a`b"), "CREATE SNAPSHOT `daily` FOR DATABASE `a``b`"),
        (Scope.of("table", table="shop.orders"), "CREATE SNAPSHOT `daily` FOR TABLE `shop` `orders`"),
        (Scope.of("table", database="a.b", table="100%"), "CREATE SNAPSHOT `daily` FOR TABLE `a.b` `100%%`"),
    ],
)
@pytest.mark.parametrize("if_not_exists", [False, True])
def test_create(scope, text, if_not_exists):
    assert sql(CreateSnapshot("daily", scope, if_not_exists)) == text


def test_drop():
    assert sql(DropSnapshot("daily")) == "DROP SNAPSHOT `daily`"
    assert sql(DropSnapshot("daily", if_exists=True)) == "DROP SNAPSHOT IF EXISTS `daily`"


def test_list():
    text = flat(sql(ListSnapshots()))
    assert text == (
        "SELECT mo_catalog.mo_snapshots.sname, mo_catalog.mo_snapshots.level, mo_catalog.mo_snapshots.ts, "
        "mo_catalog.mo_snapshots.database_name, mo_catalog.mo_snapshots.table_name, "
        "mo_catalog.mo_snapshots.account_name FROM mo_catalog.mo_snapshots "
        "WHERE mo_catalog.mo_snapshots.kind = %s ORDER BY mo_catalog.mo_snapshots.ts, mo_catalog.mo_snapshots.sname"
    )


def test_filters_are_bound():
    operation = ListSnapshots("s'", SnapshotLevel.TABLE, account="A%", database="d;", table="t`")
    compiled = operation.statement().compile(dialect=MatrixOneDialect_pymysql())
    assert set(compiled.params.values()) == {"user", "s'", "table", "a%", "d;", "t`"}
    assert not {"s'", "d;", "t`"} & set(str(compiled).split())


def test_rows_become_snapshots():
    rows = [
        ("daily", "table", 1795346922138638557, "shop", "orders", "sys"),
        ("all", "cluster", 1_000_000_000, "", "", ""),
    ]
    result = IteratorResult(SimpleResultMetaData(COLUMNS), iter(rows))
    daily, everything = ListSnapshots().read(result)
    assert daily == Snapshot(
        "daily",
        SnapshotLevel.TABLE,
        dt.datetime(2026, 11, 22, 11, 28, 42, 138638, tzinfo=dt.UTC),
        database="shop",
        table="orders",
        account="sys",
        ts=1795346922138638557,
    )
    assert (everything.level, everything.database, everything.table, everything.account) == (
        "cluster",
        None,
        None,
        None,
    )
    assert not daily.pending


@given(st.integers(0, 9 * 10**15), st.integers(0, 999))
def test_moment_is_exact_to_the_microsecond(microseconds, nanoseconds):
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    assert moment(microseconds * 1000 + nanoseconds) == epoch + dt.timedelta(microseconds=microseconds)


def test_undo_of_create_is_a_tolerant_drop():
    create = CreateSnapshot("daily", Scope.of("cluster"))
    assert create.undo() == DropSnapshot("daily", if_exists=True)
    assert DropSnapshot("daily").undo() is None
    assert list(create.creates()) == [("snapshot", "daily")]


def test_what_the_server_does_in_a_transaction():
    assert CreateSnapshot.in_transaction is DropSnapshot.in_transaction is InTransaction.REFUSED
    assert ListSnapshots.in_transaction is InTransaction.READS
    assert CreateSnapshot.error is DropSnapshot.error is SnapshotError
    assert ListSnapshots.error is None


@pytest.mark.parametrize(
    ("message", "satisfied"),
    [
        ("internal error: snapshot daily already exists", True),
        ("internal error: snapshot daily2 already exists", False),
        ("internal error: database daily does not exist", False),
    ],
)
def test_only_its_own_existence_satisfies(message, satisfied):
    error = QueryError(message, errno=20101)
    assert CreateSnapshot("daily", Scope.of("cluster"), if_not_exists=True).satisfied_by(error) is satisfied
    assert not CreateSnapshot("daily", Scope.of("cluster")).satisfied_by(error)
