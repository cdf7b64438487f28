"""The statements as text, and rows as values, without a server."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_pitr import Pitr, RangeUnit, RecoveryWindow, Window
from matrixone_pitr.model import Range, windows
from matrixone_pitr.operations import AlterPitr, CreatePitr, DropPitr
from matrixone_pitr.reading import ListPitrs, ReadOffset, ShowPitrs, ShowRecoveryWindow
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import PitrError, ProgrammingError, QueryError
from matrixone.operations import InTransaction
from matrixone.scope import Scope

DAY = Range.of(1, "d")


def sql(operation):
    return str(operation.statement().compile(dialect=MatrixOneDialect_pymysql()))


def result(columns, rows):
    return IteratorResult(SimpleResultMetaData(columns), iter(rows))


@pytest.mark.parametrize(
    ("scope", "text"),
    [
        (Scope.of("cluster"), "CREATE PITR `p` FOR CLUSTER RANGE 1 'd'"),
        (Scope.of("account"), "CREATE PITR `p` FOR ACCOUNT RANGE 1 'd'"),
        (Scope.of("account", account="Acme"), "CREATE PITR `p` FOR ACCOUNT `acme` RANGE 1 'd'"),
        (Scope.of("database", database="a`b"), "CREATE PITR `p` FOR DATABASE `a``b` RANGE 1 'd'"),
        (Scope.of("table", table="shop.orders"), "CREATE PITR `p` FOR TABLE `shop` `orders` RANGE 1 'd'"),
        (Scope.of("table", database="a.b", table="100%"), "CREATE PITR `p` FOR TABLE `a.b` `100%%` RANGE 1 'd'"),
    ],
)
@pytest.mark.parametrize("if_not_exists", [False, True])
def test_create(scope, text, if_not_exists):
    assert sql(CreatePitr("p", scope, DAY, if_not_exists)) == text


def test_alter_and_drop():
    assert sql(AlterPitr("p", Range.of(100, "MO"))) == "ALTER PITR `p` RANGE 100 'mo'"
    assert sql(DropPitr("p")) == "DROP PITR `p`"
    assert sql(DropPitr("p", if_exists=True)) == "DROP PITR IF EXISTS `p`"


def test_reading():
    text = " ".join(sql(ListPitrs()).split())
    assert text.startswith("SELECT mo_catalog.mo_pitr.pitr_name, mo_catalog.mo_pitr.create_time")
    assert "WHERE mo_catalog.mo_pitr.create_account = current_account_id()" in text
    assert sql(ShowPitrs(dt.timedelta())) == "SHOW PITR"
    assert sql(ReadOffset()).startswith("SELECT now()")
    scope = Scope.of("table", table="shop.orders")
    assert sql(ShowRecoveryWindow(scope)) == "SHOW RECOVERY_WINDOW FOR TABLE `shop` `orders`"


@pytest.mark.parametrize("value", [0, -1, 101, 2**63, True, 1.5, "1", None])
def test_values_the_server_does_not_take(value):
    with pytest.raises(PitrError, match="nothing was sent"):
        Range.of(value, "d")


@pytest.mark.parametrize("unit", ["", "w", "m", "day", "d'", None])
def test_units_the_server_does_not_take(unit):
    with pytest.raises(PitrError, match="nothing was sent"):
        Range.of(1, unit)


@given(st.integers(1, 100), st.sampled_from(list(RangeUnit)), st.booleans())
def test_any_range_the_server_takes(value, unit, upper):
    assert Range.of(value, str(unit).upper() if upper else unit) == Range(value, unit)


def test_rows_of_the_catalog():
    columns = ("pitr_name", "create_time", "modified_time", "level", "account_name", "database_name", "table_name")
    columns = (*columns, "pitr_length", "pitr_unit", "pitr_status")
    row = ("p", 1795350109983010714, 1_000_000_000, "table", "sys", "shop", "orders", 2, "mo", 0)
    assert ListPitrs().read(result(columns, [row])) == [
        Pitr(
            "p",
            dt.datetime(2026, 11, 22, 12, 21, 49, 983010, tzinfo=dt.UTC),
            dt.datetime(1970, 1, 1, 0, 0, 1, tzinfo=dt.UTC),
            "table",
            "sys",
            "shop",
            "orders",
            2,
            RangeUnit.MONTH,
            active=False,
        )
    ]


def test_rows_of_show_are_in_the_zone_of_the_session_and_stars_are_nothing():
    columns = ("PITR_NAME", "CREATED_TIME", "MODIFIED_TIME", "PITR_LEVEL", "ACCOUNT_NAME", "DATABASE_NAME")
    columns = (*columns, "TABLE_NAME", "PITR_LENGTH", "PITR_UNIT")
    later, earlier = dt.datetime(2026, 11, 22, 20, 21, 50), dt.datetime(2026, 11, 22, 20, 21, 49)  # noqa: DTZ001
    rows = [
        ("q", later, later, "cluster", "*", "*", "*", 1, "d"),
        ("p", earlier, later, "account", "a", "*", "*", 3, "y"),
    ]
    first, second = ShowPitrs(dt.timedelta(hours=8)).read(result(columns, rows))
    assert (first.name, first.level, first.account_name, first.database_name) == ("p", "account", "a", None)
    assert (first.range_value, first.range_unit, first.active) == (3, "y", None)
    assert first.created_time == dt.datetime(2026, 11, 22, 12, 21, 49, tzinfo=dt.UTC)
    assert (second.name, second.account_name) == ("q", None)


def test_offset_is_that_of_a_zone():
    now = dt.datetime(2026, 11, 22, 17, 51, 49, 900000)  # noqa: DTZ001 - as the driver gives it
    utc = dt.datetime(2026, 11, 22, 12, 21, 49)  # noqa: DTZ001
    assert ReadOffset().read(result(("a", "b"), [(now, utc)])) == dt.timedelta(hours=5, minutes=30)


UTC_12 = dt.datetime(2026, 11, 22, 12, 0, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, ()),
        ("", ()),
        ("[]", ()),
        (
            (
                "[{'start_time':'2026-11-22 12:00:00.00000001', 'end_time':'2026-11-22 12:00:00', 'source':'pitr', "
                "'source_name':'p'}]"
            ),
            (Window(UTC_12, UTC_12, "pitr", "p"),),
        ),
        (
            (
                "[{'timestamp':'2026-11-22 20:00:00.000000001 +0800 CST', 'source':'snapshot', 'source_name':'s'}, "
                "{'timestamp':'2026-11-22 07:00:00 -0500 EST', 'source':'snapshot', 'source_name':'t'}]"
            ),
            (Window(UTC_12, UTC_12, "snapshot", "s"), Window(UTC_12, UTC_12, "snapshot", "t")),
        ),
        ("'start_time':'2026-11-22 12:00:00', 'source':'pitr'", (Window(UTC_12, None, "pitr", None),)),
        (
            "{'start_time':'2026-11-22 12:00:00', {'end_time':'2026-11-22 12:00:00'",
            (Window(UTC_12, None, None, None), Window(None, UTC_12, None, None)),
        ),
        (
            "'source':'pitr', 'source_name':'p', 'source':'snapshot'}]",
            (Window(None, None, "pitr", "p"), Window(None, None, "snapshot", None)),
        ),
        ("[{'start_time':'soon', 'end_time':'2026-99-22 12:00:00'}]", (Window(None, None, None, None),)),
    ],
)
def test_windows_are_read_tolerantly(text, found):
    assert windows(text) == found


@given(st.text() | st.text(st.sampled_from(list("[]{},:' \\\"-0129.+start_imeourc"))))
def test_no_text_breaks_the_reading_of_windows(text):
    assert isinstance(windows(text), tuple)


def test_rows_of_the_recovery_window():
    columns = ("RecoveryWindowLevel", "AccountName", "DatabaseName", "TableName", "RecoveryWindows")
    (found,) = ShowRecoveryWindow(Scope.of("account")).read(
        result(columns, [("account", "sys", "shop", "", "[{'source':'pitr'}]")])
    )
    assert found == RecoveryWindow("account", "sys", "shop", None, (Window(None, None, "pitr", None),))


def test_undo_of_create_is_a_tolerant_drop():
    create = CreatePitr("p", Scope.of("account"), DAY)
    assert create.undo() == DropPitr("p", if_exists=True)
    assert AlterPitr("p", DAY).undo() is DropPitr("p").undo() is None
    assert list(create.creates()) == [("pitr", "p")]


def test_what_the_server_does_in_a_transaction():
    for operation in (CreatePitr, AlterPitr, DropPitr):
        assert operation.in_transaction is InTransaction.REFUSED
        assert operation.error is PitrError
    assert ListPitrs.in_transaction is InTransaction.READS
    assert ShowPitrs.in_transaction is ShowRecoveryWindow.in_transaction is InTransaction.ASIDE


@pytest.mark.parametrize(
    ("message", "satisfied"),
    [
        ("internal error: pitr p already exists", True),
        ("internal error: pitr p2 already exists", False),
        ("internal error: database `p` already has a pitr", False),
    ],
)
def test_only_its_own_existence_satisfies(message, satisfied):
    error = QueryError(message, errno=20101)
    assert CreatePitr("p", Scope.of("account"), DAY, if_not_exists=True).satisfied_by(error) is satisfied
    assert not CreatePitr("p", Scope.of("account"), DAY).satisfied_by(error)


def test_only_the_missing_catalog_satisfies():
    missing = ProgrammingError('SQL parser error: table "mo_pitr" does not exist', errno=1064)
    assert ListPitrs().satisfied_by(missing)
    assert not ListPitrs().satisfied_by(QueryError("do not have privilege", errno=20101))
