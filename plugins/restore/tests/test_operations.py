"""The statements as text, what a snapshot may restore, and what a restore loses, without a server."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_restore.checks import (
    OWN_ACCOUNT,
    FindChildren,
    FindSnapshot,
    FindWriters,
    ListObjects,
    ServerTime,
    account_number,
    as_kept,
    as_of,
)
from matrixone_restore.model import CatalogObject, KeptState, lost
from matrixone_restore.operations import (
    RestoreAccount,
    RestoreAccountFromPitr,
    RestoreCluster,
    RestoreDatabase,
    RestoreDatabaseFromPitr,
    RestoreTable,
    RestoreTableFromPitr,
)
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import QueryError, RestoreError
from matrixone.operations import InTransaction
from matrixone.scope import Scope

TIME = "2026-11-22 12:00:00.000001"
RESTORES = [
    (RestoreCluster("s"), "RESTORE CLUSTER {SNAPSHOT = 's'}"),
    (RestoreAccount("s", "acme"), "RESTORE ACCOUNT `acme` {SNAPSHOT = 's'}"),
    (RestoreAccount("s", "acme", "other"), "RESTORE ACCOUNT `acme` {SNAPSHOT = 's'} TO ACCOUNT `other`"),
    (RestoreDatabase("s", "a`b"), "RESTORE DATABASE `a``b` {SNAPSHOT = 's'}"),
    (RestoreTable("s", "a.b", "100%"), "RESTORE TABLE `a.b`.`100%%` {SNAPSHOT = 's'}"),
    (RestoreAccountFromPitr("p", TIME), f"RESTORE FROM PITR `p` '{TIME}'"),
    (RestoreAccountFromPitr("p", TIME, "acme"), f"RESTORE ACCOUNT `acme` FROM PITR `p` '{TIME}'"),
    (RestoreDatabaseFromPitr("p", TIME, "shop"), f"RESTORE DATABASE `shop` FROM PITR `p` '{TIME}'"),
    (RestoreTableFromPitr("p", TIME, "shop", "t"), f"RESTORE DATABASE `shop` TABLE `t` FROM PITR `p` '{TIME}'"),
]


def sql(operation):
    return " ".join(str(operation.statement().compile(dialect=MatrixOneDialect_pymysql())).split())


def result(columns, *rows):
    return IteratorResult(SimpleResultMetaData(columns), iter(rows))


@pytest.mark.parametrize(("operation", "text"), RESTORES)
def test_restore(operation, text):
    assert sql(operation) == text
    assert operation.in_transaction is InTransaction.REFUSED
    assert operation.error is RestoreError
    assert operation.undo() is None
    assert tuple(operation.needs()) in ((), (("snapshot", "s"),))


def test_what_is_looked_at():
    assert sql(FindSnapshot("s'")).endswith("FROM mo_catalog.mo_snapshots WHERE sname = 's'''")
    assert "LOWER(refer_db_name) = 'shop' AND LOWER(refer_table_name) = 'it''s'" in sql(FindChildren("Shop", "It's"))
    kept = sql(ListObjects(OWN_ACCOUNT, "Shop", as_kept(7)))
    assert kept == (
        "SELECT datname, '', 'd' FROM mo_catalog.mo_database {MO_TS = 7} "
        "WHERE account_id = current_account_id() AND LOWER(datname) = 'shop' "
        "UNION ALL SELECT reldatabase, relname, relkind FROM mo_catalog.mo_tables {MO_TS = 7} "
        "WHERE account_id = current_account_id() AND relkind IN ('r', 'v', 'S', 'e') AND LOWER(reldatabase) = 'shop'"
    )
    now = sql(ListObjects(account_number("acme")))
    assert "{" not in now
    assert "WHERE account_name = 'acme') AND datname NOT IN ('mo_catalog'," in now


def test_the_past_is_read_in_utc():
    time = dt.datetime(2026, 11, 22, 20, 0, 0, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert "{TIMESTAMP = '2026-11-22 12:00:00.000005'}" in sql(ListObjects(OWN_ACCOUNT, None, as_of(time)))


def test_locks_are_found_by_the_name_and_the_number_of_a_table():
    text = sql(FindWriters(OWN_ACCOUNT, None, "RX_r", "nopk"))
    assert "p.account = current_account_name() AND p.conn_id <> connection_id()" in text
    assert "LIKE '%%460172785f7200ff46016e6f706b00ff%%'" in text
    assert "AND LOWER(reldatabase) = 'rx_r' AND LOWER(relname) = 'nopk'" in text
    assert "p.account = 'acme'" in sql(FindWriters(account_number("acme"), "acme"))
    assert FindWriters(OWN_ACCOUNT).satisfied_by(QueryError("not supported: mo_locks", errno=20105))
    assert not FindWriters(OWN_ACCOUNT).satisfied_by(QueryError("do not have privilege", errno=20101))


# -- T23: the clock of FROM PITR is the server's ----------------------------------------------------------------------


def clock(time, session_zone, in_session, in_system):
    columns = ("zone", "system_zone", "session", "system")
    return ServerTime(time).read(result(columns, (session_zone, "UTC", in_session, in_system)))


def test_t23_moments_are_sent_as_the_servers_clock_shows_them():
    time = dt.datetime(2026, 7, 1, 12, 0, 0, 250, tzinfo=dt.UTC)
    local = dt.datetime(2026, 7, 1, 20, 0)  # noqa: DTZ001 - as the driver gives it
    assert "FROM_UNIXTIME(1782907200), CONVERT_TZ('2026-07-01 12:00:00', '+00:00'" in sql(ServerTime(time))
    assert clock(time, "SYSTEM", local, None) == "2026-07-01 20:00:00.000250"
    assert clock(time, "+08:00", local, "2026-07-01 12:00:00") == "2026-07-01 12:00:00.000250"
    with pytest.raises(RestoreError, match="SET time_zone = 'SYSTEM'"):
        clock(time, "+08:00", local, None)


@given(
    st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2037, 1, 1)),  # noqa: DTZ001 - the zone comes with the next line
    st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York", "Asia/Kolkata"]),
)
def test_the_same_moment_in_any_zone_is_the_same_statement(naive, zone):
    time = naive.replace(tzinfo=dt.UTC)
    assert sql(ServerTime(time)) == sql(ServerTime(time.astimezone(ZoneInfo(zone))))


# -- what a snapshot may restore ---------------------------------------------------------------------------------------


def kept(level, account="", database="", table="", own="sys"):
    return KeptState("s", level, account, database, table, None, 7, own)


CLUSTER, OWN, OTHERS = kept("cluster"), kept("account", "sys"), kept("account", "acme")
SHOP, ORDERS = kept("database", "sys", "shop"), kept("table", "sys", "shop", "orders")
DATABASE, TABLE = Scope.of("database", database="SHOP"), Scope.of("table", table="shop.Orders")


@pytest.mark.parametrize(
    ("snapshot", "scope", "reason"),
    [
        (CLUSTER, Scope.of("cluster"), None),
        (OWN, Scope.of("cluster"), "not the cluster"),
        (CLUSTER, Scope.of("account", account="acme"), None),
        (OTHERS, Scope.of("account", account="ACME"), None),
        (OWN, Scope.of("account", account="acme"), "covers account sys"),
        (SHOP, Scope.of("account", account="sys"), "covers database shop"),
        (CLUSTER, DATABASE, "only accounts"),
        (CLUSTER, TABLE, "only accounts"),
        (OWN, DATABASE, None),
        (OWN, TABLE, None),
        (OTHERS, DATABASE, "of account acme"),
        (OTHERS, TABLE, "of account acme"),
        (SHOP, DATABASE, None),
        (SHOP, TABLE, None),
        (SHOP, Scope.of("database", database="shop2"), "covers database shop"),
        (SHOP, Scope.of("table", table="shop2.orders"), "covers database shop"),
        (ORDERS, DATABASE, "covers table shop.orders only"),
        (ORDERS, TABLE, None),
        (ORDERS, Scope.of("table", table="shop.other"), "covers table shop.orders"),
        (ORDERS, Scope.of("table", table="shop2.orders"), "covers table shop.orders"),
    ],
)
def test_what_a_snapshot_may_restore(snapshot, scope, reason):
    obstacle = snapshot.obstacle(scope)
    assert (obstacle is None) is (reason is None)
    assert (reason or "") in (obstacle or "")


# -- what a restore loses ----------------------------------------------------------------------------------------------


def objects(*texts):
    return [CatalogObject(*text.split(" ")) for text in texts]


@pytest.mark.parametrize(
    ("now", "then", "names"),
    [
        ([], [], ()),
        (["a t r"], ["a t r"], ()),
        (["a t r"], [], ("table a.t",)),
        ([], ["a t r"], ()),
        (["a s S", "a e e"], ["a s S", "a e e"], ("external table a.e", "sequence a.s")),
        ([], ["a s S"], ("sequence a.s",)),
        (["b  d", "b t r", "a v v"], [], ("view a.v", "database b")),
        (["a x v"], ["a x r"], ("view a.x",)),
    ],
)
def test_what_is_lost(now, then, names):
    assert lost(objects(*now), objects(*then)) == names


OBJECTS = st.lists(
    st.builds(CatalogObject, st.sampled_from("ab"), st.sampled_from(["", "t", "u"]), st.sampled_from("drvSe"))
)


@given(OBJECTS, OBJECTS)
def test_nothing_is_lost_when_nothing_is_new_and_all_can_be_restored(now, then):
    restorable = [each for each in then if each.kind not in "Se"]
    assert lost([each for each in now if each in restorable], restorable) == ()
    assert len(lost(now, then)) <= len({*now, *then})


def test_hidden_tables_are_left_out():
    rows = [("a", "__mo_index_unique_1", "r"), ("a", "%!%p0%!%t", "r"), ("a", "t", "r"), ("a", "", "d")]
    found = ListObjects(OWN_ACCOUNT).read(result(("d", "n", "k"), *rows))
    assert [str(each) for each in found] == ["table a.t", "database a"]
