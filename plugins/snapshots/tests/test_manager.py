"""Snapshots on a server, through the synchronous face."""

from __future__ import annotations

import datetime as dt

import matrixone_snapshots.plugin
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from matrixone_snapshots import Snapshot, SnapshotManager

from matrixone import SnapshotLevel
from matrixone.exceptions import (
    AfterCommitError,
    ConnectionError,  # noqa: A004 - the name the specification gives it
    InvalidNameError,
    PendingOperationError,
    QueryError,
    RollbackWarning,
    SnapshotError,
    TransactionRefusedError,
)
from matrixone.testing.contract import check_plugin


def test_contract():
    check_plugin(matrixone_snapshots.plugin)


def test_attribute_is_the_manager(client):
    assert type(client.snapshots) is SnapshotManager
    with client.session() as session:
        assert session.snapshots is session.snapshots is session.manager(SnapshotManager)


class TestCreate:
    @pytest.mark.parametrize("level", ["database", "DATABASE", SnapshotLevel.DATABASE])
    def test_of_the_current_database(self, client, matrixone_database, name, level):
        before = client.execute("SELECT UTC_TIMESTAMP(6)").scalar().replace(tzinfo=dt.UTC)
        snapshot = client.snapshots.create(name, level=level, description="before the sale")
        assert (snapshot.name, snapshot.level, snapshot.database, snapshot.table, snapshot.account) == (
            name,
            SnapshotLevel.DATABASE,
            matrixone_database,
            None,
            "sys",
        )
        assert snapshot.description == "before the sale"
        assert snapshot.created_at is not None
        assert snapshot.created_at.utcoffset() == dt.timedelta(0)
        assert abs(snapshot.created_at - before) < dt.timedelta(minutes=1)
        assert snapshot.ts is not None
        assert snapshot.ts // 1000 == (snapshot.created_at - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(
            microseconds=1
        )
        assert not snapshot.pending

    @pytest.mark.parametrize("keyword", ["database", "database_name"])
    def test_of_a_named_database(self, client, matrixone_database, name, keyword):
        snapshot = client.snapshots.create(name, SnapshotLevel.DATABASE, **{keyword: matrixone_database})
        assert snapshot.database == matrixone_database

    def test_of_a_table(self, client, matrixone_database, name):
        snapshot = client.snapshots.create(name, "table", table="orders")
        assert (snapshot.level, snapshot.database, snapshot.table) == ("table", matrixone_database, "orders")

    def test_of_a_table_of_another_database(self, client, matrixone_database, name):
        with client.session() as session:
            session.execute("USE mysql")
            snapshot = session.snapshots.create(name, "table", table=f"{matrixone_database}.orders")
            session.execute(f"USE {matrixone_database}")
        assert (snapshot.database, snapshot.table) == (matrixone_database, "orders")

    @pytest.mark.parametrize(("level", "account"), [("account", "sys"), ("cluster", None)])
    def test_of_more(self, client, name, level, account):
        snapshot = client.snapshots.create(name, level)
        assert (snapshot.level, snapshot.account, snapshot.database) == (level, account, None)

    def test_keeps_the_past(self, client, name, rows):
        client.snapshots.create(name, "database")
        client.execute("DELETE FROM orders")
        assert (rows(), rows(name)) == (0, 1)

    def test_name_is_lowered(self, client, name):
        assert client.snapshots.create(name.upper(), "database").name == name
        assert client.snapshots.get(name.upper()).name == name

    @pytest.mark.parametrize(
        "arguments",
        [
            {"level": "planet"},
            {"level": "table"},
            {"level": "cluster", "database": "shop"},
            {"level": "database", "table": "orders"},
            {"level": "database", "account": "sys"},
        ],
    )
    def test_wrong_arguments(self, client, name, arguments):
        with pytest.raises(SnapshotError) as caught:
            client.snapshots.create(name, **arguments)
        assert caught.value.errno is None
        assert not client.snapshots.exists(name)

    @pytest.mark.parametrize(
        "arguments",
        [
            {"level": "database", "database": "no_such_database_at_all"},
            {"level": "table", "table": "no_such_table_at_all"},
            {"level": "account", "account": "no_such_account_at_all"},
            {"level": "database", "database": "mo_catalog"},
        ],
    )
    def test_of_what_cannot_be_kept(self, client, name, arguments):
        with pytest.raises(SnapshotError) as caught:
            client.snapshots.create(name, **arguments)
        assert caught.value.errno == 20101
        assert not client.snapshots.exists(name)

    def test_duplicate(self, client, name):
        first = client.snapshots.create(name, "database")
        with pytest.raises(SnapshotError, match="already exists"):
            client.snapshots.create(name, "cluster")
        assert client.snapshots.get(name) == first

    def test_if_not_exists(self, client, name):
        first = client.snapshots.create(name, "database", if_not_exists=True)
        again = client.snapshots.create(name, "cluster", if_not_exists=True)
        assert again == first
        assert not again.pending

    def test_without_a_database(self, client, matrixone_url, name):
        with type(client)(url=matrixone_url) as other, pytest.raises(QueryError, match="no database"):
            other.snapshots.create(name, "database")


class TestReading:
    def test_list_is_in_order_of_time(self, client, matrixone_database, name):
        names = [name, f"{name}_a", f"{name}_0"]
        try:
            for each in names:
                client.snapshots.create(each, "database")
            assert [found.name for found in client.snapshots.list(database=matrixone_database)] == names
        finally:
            for each in names[1:]:
                client.snapshots.delete(each, if_exists=True)

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({}, True),
            ({"level": "table"}, True),
            ({"level": SnapshotLevel.DATABASE}, False),
            ({"table": "orders"}, True),
            ({"table": "customers"}, False),
            ({"account": "sys"}, True),
            ({"account": "acme"}, False),
        ],
    )
    def test_filters(self, client, matrixone_database, name, filters, found):
        client.snapshots.create(name, "table", table="orders")
        listed = client.snapshots.list(**filters)
        assert (client.snapshots.get(name) in listed) is found
        assert client.snapshots.get(name) in client.snapshots.list(database=matrixone_database.upper())

    def test_unknown_level(self, client):
        with pytest.raises(SnapshotError, match="planet"):
            client.snapshots.list("planet")

    def test_missing(self, client, name):
        assert not client.snapshots.exists(name)
        with pytest.raises(SnapshotError, match=f"snapshot {name} does not exist"):
            client.snapshots.get(name)

    def test_other_errors_are_not_absence(self, client, name):
        manager = client.snapshots
        client.disconnect()
        with pytest.raises(ConnectionError):
            manager.exists(name)
        client.connect()


class TestDelete:
    @pytest.mark.parametrize("method", ["delete", "drop"])
    def test_delete(self, client, name, method):
        client.snapshots.create(name, "database")
        outcome = getattr(client.snapshots, method)(name.upper())
        assert not outcome.pending
        assert not client.snapshots.exists(name)

    def test_missing(self, client, name):
        with pytest.raises(SnapshotError, match="does not exist"):
            client.snapshots.delete(name)
        client.snapshots.delete(name, if_exists=True)


class TestTransactions:
    def test_at_once_without_a_transaction(self, client, name, rows):
        with client.session() as session:
            snapshot = session.snapshots.create(name, "database")
            assert not snapshot.pending
            assert client.snapshots.get(name) == snapshot
            session.execute("INSERT INTO orders VALUES (2)")
        assert (rows(), rows(name)) == (2, 1)

    def test_undone_by_rollback(self, client, name):
        with client.session() as session:
            session.snapshots.create(name, "database")
            session.execute("INSERT INTO orders VALUES (2)")
            session.rollback()
            assert not client.snapshots.exists(name)

    def test_undone_by_an_error(self, client, name, rows):
        def fail():
            with client.session() as session:
                session.snapshots.create(name, "database")
                session.execute("INSERT INTO orders VALUES (2)")
                session.execute("INSERT INTO orders VALUES (2)")

        with pytest.raises(QueryError):
            fail()
        assert not client.snapshots.exists(name)
        assert rows() == 1

    def test_kept_by_a_commit_and_no_longer_undone(self, client, name):
        with client.session() as session:
            session.snapshots.create(name, "database")
            session.commit()
            session.execute("INSERT INTO orders VALUES (2)")
            session.rollback()
        assert client.snapshots.exists(name)

    def test_one_that_was_there_survives_the_rollback(self, client, name):
        client.snapshots.create(name, "database")
        with client.session() as session:
            session.snapshots.create(name, "database", if_not_exists=True)
            session.rollback()
        assert client.snapshots.exists(name)

    def test_after_the_commit_with_a_transaction(self, client, matrixone_database, name, rows):
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (2)")
            snapshot = session.snapshots.create(name, "database")
            assert snapshot == Snapshot(name, SnapshotLevel.DATABASE, None, database=matrixone_database)
            assert snapshot.pending
            assert not client.snapshots.exists(name)
            assert not session.snapshots.exists(name)
            session.commit()
            assert not snapshot.pending
            assert session.snapshots.get(name).created_at is not None
        assert rows(name) == 2

    def test_never_after_a_rollback(self, client, name):
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (2)")
            snapshot = session.snapshots.create(name, "database")
            session.rollback()
        assert not snapshot.pending
        assert not client.snapshots.exists(name)

    def test_failure_after_the_commit(self, client, name, rows):
        client.snapshots.create(name, "database")
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (2)")
            session.snapshots.create(name, "database")
            with pytest.raises(AfterCommitError) as caught:
                session.commit()
        assert isinstance(caught.value.__cause__, SnapshotError)
        assert rows() == 2

    def test_if_not_exists_after_the_commit(self, client, name, rows):
        first = client.snapshots.create(name, "database")
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (2)")
            session.snapshots.create(name, "database", if_not_exists=True)
        assert rows() == 2
        assert client.snapshots.get(name) == first

    def test_replaced_after_the_commit(self, client, name, rows):
        first = client.snapshots.create(name, "database")
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (2)")
            session.snapshots.delete(name)
            session.snapshots.create(name, "database")
        assert client.snapshots.get(name).ts > first.ts
        assert rows(name) == 2

    def test_delete_after_the_commit(self, client, name):
        client.snapshots.create(name, "database")
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (2)")
            outcome = session.snapshots.delete(name)
            assert outcome.pending
            assert client.snapshots.exists(name)
            with pytest.raises(PendingOperationError):
                _ = outcome.value
        assert not outcome.pending
        assert not client.snapshots.exists(name)

    def test_delete_not_after_a_rollback(self, client, name):
        client.snapshots.create(name, "database")
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (2)")
            session.snapshots.delete(name)
            session.rollback()
        assert client.snapshots.exists(name)

    def test_delete_at_once_cannot_be_undone(self, client, name):
        client.snapshots.create(name, "database")
        with client.session() as session:
            session.snapshots.delete(name)
            with pytest.warns(RollbackWarning, match="cannot be undone"):
                session.rollback()
        assert not client.snapshots.exists(name)

    @pytest.mark.parametrize("call", ["create", "delete"])
    def test_raise_instead_of_waiting(self, client, name, rows, call):
        arguments = {"create": ("database",), "delete": ()}[call]
        with client.session(on_refused="raise") as session:
            session.execute("INSERT INTO orders VALUES (2)")
            with pytest.raises(TransactionRefusedError, match=f"snapshots.{call}"):
                getattr(session.snapshots, call)(name, *arguments)
        assert rows() == 2
        assert not client.snapshots.exists(name)

    def test_lists_in_the_transaction(self, client, name, rows):
        client.snapshots.create(name, "database")
        with client.session(on_refused="raise") as session:
            session.execute("INSERT INTO orders VALUES (2)")
            assert session.snapshots.exists(name)
            assert session.snapshots.get(name) in session.snapshots.list("database")
            session.rollback()
        assert rows() == 1


SPECIAL = st.sampled_from(list("`'\"\\%:;?{}.,-#/*$@ ()\u00a0\u3000\u200b\n\0\tAZÉΣİßẞé中😀"))
NAMES = st.one_of(
    st.text(max_size=66), st.text(SPECIAL, min_size=1, max_size=8), st.text("aB%", min_size=60, max_size=70)
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES)
@example(name="")
@example(name="x" * 64)
@example(name="x" * 65)
@example(name="daily ")
@example(name="two words")
@example(name="`; DROP SNAPSHOT x")
@example(name="it's")
@example(name="100%s :name ?")
@example(name="100%s:name?")
@example(name="back\\slash")
@example(name="ΟΔΟΣ")
@example(name="\ud800")
def test_any_name_is_exact_or_refused_before_anything_is_sent(client, name, rows):
    try:
        snapshot = client.snapshots.create(name, "database")
    except InvalidNameError:
        with pytest.raises(InvalidNameError):
            client.snapshots.exists(name)
        return
    try:
        assert len(snapshot.name) == len(name)
        assert snapshot.name.casefold() == name.casefold()
        assert client.snapshots.get(name) == snapshot
        assert rows(snapshot.name) == 1
    finally:
        client.snapshots.delete(name)
    assert not client.snapshots.exists(name)


def test_restore_goes_back_to_all_a_snapshot_covers_or_to_a_part(client, matrixone_database, name):
    for table in ("one", "other"):
        client.create_table(table, {"id": "int primary key"})
        client.insert(table, {"id": 1})
    client.snapshots.create(name, "database")
    for table in ("one", "other"):
        client.execute(f"DELETE FROM {table} WHERE id = 1")

    client.snapshots.restore(name, table="one")
    counts = [client.execute(f"SELECT count(*) FROM {table}").scalar() for table in ("one", "other")]
    assert counts == [1, 0]
    restored = client.snapshots.restore(name)
    assert restored.scope.database == matrixone_database
    assert client.execute("SELECT count(*) FROM other").scalar() == 1
    with pytest.raises(SnapshotError):
        client.snapshots.restore("missing")
