"""Recovery windows on a server, through the synchronous face."""

from __future__ import annotations

import datetime as dt
import warnings

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from matrixone_pitr import PitrManager, RangeUnit

from matrixone import SnapshotLevel
from matrixone.exceptions import (
    AfterCommitError,
    InvalidNameError,
    PitrError,
    QueryError,
    RestoreError,
    RollbackWarning,
    TransactionRefusedError,
)


def test_attribute_is_the_manager(client):
    assert type(client.pitr) is PitrManager
    with client.session() as session:
        assert session.pitr is session.pitr is session.manager(PitrManager)


class TestCreate:
    def test_of_a_database(self, client, matrixone_database, name, now):
        before = now()
        pitr = client.pitr.create_database_pitr(name.upper(), matrixone_database, 2, "H")
        assert (pitr.name, pitr.level, pitr.account_name) == (name, SnapshotLevel.DATABASE, "sys")
        assert (pitr.database_name, pitr.table_name) == (matrixone_database, None)
        assert (pitr.range_value, pitr.range_unit, pitr.active) == (2, RangeUnit.HOUR, True)
        assert pitr.created_time == pitr.modified_time
        assert abs(pitr.created_time - before) < dt.timedelta(minutes=1)
        assert not pitr.pending

    def test_of_a_table(self, client, matrixone_database, name):
        pitr = client.pitr.create_table_pitr(name, matrixone_database, "orders", 100, RangeUnit.YEAR)
        assert (pitr.level, pitr.database_name, pitr.table_name) == ("table", matrixone_database, "orders")
        assert (pitr.range_value, pitr.range_unit) == (100, "y")

    def test_of_another_account(self, client, account_client, name):
        account = account_client.get_login_info()["account"]
        pitr = client.pitr.create_account_pitr(name, account)
        assert (pitr.level, pitr.account_name, pitr.database_name) == ("account", account, None)
        assert (pitr.range_value, pitr.range_unit) == (1, "d")

    @pytest.mark.parametrize("level", ["database", "DATABASE", SnapshotLevel.DATABASE])
    def test_of_the_current_database(self, client, matrixone_database, name, level):
        assert client.pitr.create(name, level).database_name == matrixone_database

    def test_of_a_table_of_the_current_database(self, client, matrixone_database, name):
        assert client.pitr.create(name, "table", table_name="orders").database_name == matrixone_database

    def test_one_pitr_an_object(self, client, name):
        client.pitr.create(name, "database")
        with pytest.raises(PitrError, match="already has a pitr"):
            client.pitr.create(f"{name}_2", "database")
        with pytest.raises(PitrError, match=f"pitr {name} already exists"):
            client.pitr.create(name, "table", table_name="orders")

    def test_if_not_exists(self, client, name):
        first = client.pitr.create(name, "database", if_not_exists=True)
        assert client.pitr.create(name, "database", range_value=9, if_not_exists=True) == first

    @pytest.mark.parametrize(
        "arguments",
        [
            {"level": "planet"},
            {"level": "table"},
            {"level": "cluster", "database_name": "shop"},
            {"level": "database", "account_name": "sys"},
            {"level": "database", "range_value": 101},
            {"level": "database", "range_value": 0},
            {"level": "database", "range_unit": "w"},
        ],
    )
    def test_wrong_arguments_are_not_sent(self, client, name, arguments):
        with pytest.raises(PitrError) as caught:
            client.pitr.create(name, **arguments)
        assert caught.value.errno is None

    @pytest.mark.parametrize(
        "arguments",
        [
            {"level": "database", "database_name": "no_such_database_at_all"},
            {"level": "table", "table_name": "no_such_table_at_all"},
            {"level": "account", "account_name": "no_such_account_at_all"},
            {"level": "database", "database_name": "mo_catalog"},
        ],
    )
    def test_of_what_cannot_be_kept(self, client, name, arguments):
        with pytest.raises(PitrError) as caught:
            client.pitr.create(name, **arguments)
        assert caught.value.errno == 20101
        assert not client.pitr.exists(name)


class TestReading:
    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({}, True),
            ({"level": "table"}, True),
            ({"level": SnapshotLevel.DATABASE}, False),
            ({"account_name": "SYS"}, True),
            ({"account_name": "sy"}, False),
            ({"table_name": "orders"}, True),
            ({"table_name": "order"}, False),
        ],
    )
    def test_filters_are_exact(self, client, matrixone_database, name, filters, found):
        created = client.pitr.create_table_pitr(name, matrixone_database, "orders")
        listed = client.pitr.list(**filters)
        assert (created in listed) is found
        assert client.pitr.list(database_name=matrixone_database.upper()) == [created]
        assert client.pitr.list(database_name=matrixone_database[:-1]) == []

    def test_unknown_level(self, client):
        with pytest.raises(PitrError, match="planet"):
            client.pitr.list("planet")

    def test_missing(self, client, name):
        assert not client.pitr.exists(name)
        with pytest.raises(PitrError, match=f"pitr {name} does not exist"):
            client.pitr.get(name)

    def test_inactive_once_its_object_is_dropped(self, client, matrixone_database, name):
        client.pitr.create_table_pitr(name, matrixone_database, "orders")
        client.execute("DROP TABLE orders")
        assert client.pitr.get(name).active is False

    def test_the_servers_own_is_not_listed(self, client, name):
        client.pitr.create(name, "database")
        assert "sys_mo_catalog_pitr" not in [pitr.name for pitr in client.pitr.list()]


class TestOutsideTheSystemAccount:
    """There is no catalog of windows; SHOW PITR is asked beside the transaction."""

    def test_own_account(self, account_client):
        account = account_client.get_login_info()["account"]
        created = account_client.pitr.create_account_pitr("own", range_value=3, range_unit="mo")
        assert (created.level, created.account_name, created.database_name) == ("account", account, None)
        assert (created.range_value, created.range_unit, created.active) == (3, "mo", None)
        utc = account_client.execute("SELECT UTC_TIMESTAMP()").scalar().replace(tzinfo=dt.UTC)
        assert abs(created.created_time - utc) < dt.timedelta(minutes=1)
        assert account_client.pitr.list("account") == [created]
        assert account_client.pitr.drop("own")
        assert account_client.pitr.list() == []

    def test_inside_a_transaction(self, account_client):
        account_client.pitr.create_account_pitr("own")
        with account_client.session(on_refused="raise") as session:
            session.execute("CREATE DATABASE shop")
            assert session.pitr.exists("own")
            session.rollback()
        assert "shop" not in account_client.execute("SHOW DATABASES").scalars().all()
        account_client.pitr.drop("own")


class TestAlter:
    def test_alter(self, client, name):
        created = client.pitr.create(name, "database")
        altered = client.pitr.alter(name.upper(), 3, "MO")
        assert (altered.range_value, altered.range_unit) == (3, RangeUnit.MONTH)
        assert altered == client.pitr.get(name)
        assert altered.created_time == created.created_time
        assert altered.modified_time >= created.modified_time

    def test_wrong(self, client, name):
        with pytest.raises(PitrError, match="does not exist"):
            client.pitr.alter(name, 1, "d")
        for arguments in ((101, "d"), (1, "w")):
            with pytest.raises(PitrError, match="nothing was sent"):
                client.pitr.alter(name, *arguments)


class TestDelete:
    @pytest.mark.parametrize("method", ["delete", "drop", "drop_cluster_pitr"])
    def test_delete(self, client, name, method):
        client.pitr.create(name, "database")
        assert not getattr(client.pitr, method)(name.upper()).pending
        assert not client.pitr.exists(name)

    def test_missing(self, client, name):
        with pytest.raises(PitrError, match="does not exist"):
            client.pitr.delete(name)
        client.pitr.delete(name, if_exists=True)


class TestRecoveryWindow:
    @pytest.mark.parametrize("level", ["database", "table"])
    def test_of_a_covered_table(self, client, matrixone_database, name, level, now):
        created = client.pitr.create(name, "database")
        (found,) = client.pitr.recovery_window(level, table_name="orders" if level == "table" else None)
        assert (found.level, found.account_name) == (level, "sys")
        assert (found.database_name, found.table_name) == (matrixone_database, "orders")
        (window,) = found.windows
        assert (window.source, window.source_name) == ("pitr", name)
        assert window.start == created.created_time
        assert window.start <= window.end <= now() + dt.timedelta(seconds=1)

    def test_snapshots_are_moments(self, client, matrixone_database, name):
        client.execute(f"CREATE SNAPSHOT {name} FOR DATABASE {matrixone_database}")
        try:
            (found,) = client.pitr.recovery_window(database_name=matrixone_database)
        finally:
            client.execute(f"DROP SNAPSHOT {name}")
        (window,) = found.windows
        assert (window.source, window.source_name) == ("snapshot", name)
        assert window.start == window.end

    def test_of_nothing(self, client):
        assert client.pitr.recovery_window(database_name="no_such_database_at_all") == []
        assert client.pitr.recovery_window("table", table_name="no_such_table_at_all") == []

    def test_of_an_account(self, client, matrixone_database, name):
        client.pitr.create(name, "database")
        found = client.pitr.recovery_window("account")
        assert (matrixone_database, "orders") in [(each.database_name, each.table_name) for each in found]

    def test_of_the_cluster(self, client):
        with pytest.raises(PitrError, match="cluster"):
            client.pitr.recovery_window("cluster")

    def test_beside_a_transaction(self, client, name, count):
        client.pitr.create(name, "database")
        with warnings.catch_warnings(), client.session(on_refused="raise") as session:
            warnings.simplefilter("error")
            session.execute("INSERT INTO orders VALUES (2)")
            assert len(session.pitr.recovery_window()) == 1
            session.rollback()
        assert count() == 1


class TestRestoreToTime:
    @pytest.mark.parametrize("level", ["table", "database"])
    def test_what_it_covers(self, client, name, count, now, level):
        client.pitr.create(name, level, table_name="orders" if level == "table" else None)
        then = now()
        client.execute("DELETE FROM orders")
        assert not client.pitr.restore_to_time(then, name).pending
        assert count() == 1

    def test_that_of_the_current_database(self, client, name, count, now):
        with pytest.raises(PitrError, match="has no pitr"):
            client.pitr.restore_to_time(now())
        client.pitr.create(name, "database")
        then = now()
        client.execute("DELETE FROM orders")
        client.pitr.restore_to_time(then)
        assert count() == 1

    def test_an_account(self, client, account_client, name, now):
        client.pitr.create_account_pitr(name, account_client.get_login_info()["account"])
        then = now()
        account_client.execute("CREATE DATABASE later")
        with pytest.warns(UserWarning, match="loses database later"):
            client.pitr.restore_to_time(then, name)
        assert "later" not in account_client.execute("SHOW DATABASES").scalars().all()

    def test_after_the_commit(self, client, name, count, now):
        client.pitr.create(name, "table", table_name="orders")
        then = now()
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (2)")
            assert session.pitr.restore_to_time(then, name).pending
        assert count() == 1

    def test_a_moment_before(self, client, name, count):
        client.pitr.create(name, "table", table_name="orders")
        client.execute("DELETE FROM orders")
        with pytest.raises(RestoreError):
            client.pitr.restore_to_time(dt.datetime(2024, 1, 1, tzinfo=dt.UTC), name)
        assert count() == 0


class TestTransactions:
    def test_at_once_without_a_transaction(self, client, name, count):
        with client.session() as session:
            assert not session.pitr.create(name, "database").pending
            assert client.pitr.exists(name)
            session.execute("INSERT INTO orders VALUES (2)")
        assert (count(), client.pitr.exists(name)) == (2, True)

    def test_undone_by_rollback(self, client, name):
        with client.session() as session:
            session.pitr.create(name, "database")
            session.execute("INSERT INTO orders VALUES (2)")
            session.rollback()
        assert not client.pitr.exists(name)

    def test_undone_by_an_error(self, client, name, count):
        def fail():
            with client.session() as session:
                session.pitr.create(name, "database")
                session.execute("INSERT INTO orders VALUES (1)")

        with pytest.raises(QueryError):
            fail()
        assert (count(), client.pitr.exists(name)) == (1, False)

    def test_one_that_was_there_survives_the_rollback(self, client, name):
        client.pitr.create(name, "database")
        with client.session() as session:
            session.pitr.create(name, "database", if_not_exists=True)
            session.rollback()
        assert client.pitr.exists(name)

    def test_after_the_commit_with_a_transaction(self, client, matrixone_database, name):
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (2)")
            pitr = session.pitr.create(name, "table", table_name="orders", range_value=5)
            assert (pitr.pending, pitr.created_time, pitr.range_value) == (True, None, 5)
            assert (pitr.database_name, pitr.table_name) == (matrixone_database, "orders")
            assert not session.pitr.exists(name)
            session.commit()
            assert not pitr.pending
            assert session.pitr.get(name).range_value == 5

    def test_alter_and_delete_after_the_commit(self, client, name):
        client.pitr.create(name, "database")
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (2)")
            altered = session.pitr.alter(name, 7, "d")
            assert (altered.pending, altered.range_value) == (True, 7)
            assert client.pitr.get(name).range_value == 1
        assert client.pitr.get(name).range_value == 7
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (3)")
            assert session.pitr.delete(name).pending
        assert not client.pitr.exists(name)

    @pytest.mark.parametrize("call", ["create", "alter", "delete"])
    def test_never_after_a_rollback(self, client, name, call):
        if call != "create":
            client.pitr.create(name, "database")
        arguments = {"create": ("database",), "alter": (7, "d"), "delete": ()}[call]
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (2)")
            getattr(session.pitr, call)(name, *arguments)
            session.rollback()
        assert client.pitr.exists(name) is (call != "create")
        if call != "create":
            assert client.pitr.get(name).range_value == 1

    @pytest.mark.parametrize("call", ["alter", "delete"])
    def test_what_ran_at_once_cannot_be_undone(self, client, name, call):
        client.pitr.create(name, "database")
        with client.session() as session:
            getattr(session.pitr, call)(name, *((7, "d") if call == "alter" else ()))
            with pytest.warns(RollbackWarning, match="cannot be undone"):
                session.rollback()

    @pytest.mark.parametrize("call", ["create", "alter", "delete"])
    def test_raise_instead_of_waiting(self, client, name, count, call):
        arguments = {"create": ("database",), "alter": (7, "d"), "delete": ()}[call]
        with client.session(on_refused="raise") as session:
            session.execute("INSERT INTO orders VALUES (2)")
            with pytest.raises(TransactionRefusedError, match=f"pitr.{call}"):
                getattr(session.pitr, call)(name, *arguments)
            assert session.pitr.list(table_name="orders") == []
        assert (count(), client.pitr.exists(name)) == (2, False)

    def test_failure_after_the_commit(self, client, name, count):
        client.pitr.create(name, "database")
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (2)")
            session.pitr.create(name, "table", table_name="orders")
            with pytest.raises(AfterCommitError) as caught:
                session.commit()
        assert isinstance(caught.value.__cause__, PitrError)
        assert count() == 2


SPECIAL = st.sampled_from(list("`'\"\\%:;?{}.,-#/*$@ ()\u00a0\u3000\u200b\n\0\tAZÉΣİßẞé中😀"))
NAMES = st.one_of(
    st.text(max_size=66), st.text(SPECIAL, min_size=1, max_size=8), st.text("aB%", min_size=60, max_size=70)
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES)
@example(name="")
@example(name="x" * 64)
@example(name="x" * 65)
@example(name="two words")
@example(name="`; DROP PITR x")
@example(name="it's")
@example(name="100%s:name?")
@example(name="back\\slash")
@example(name="ΟΔΟΣ")
@example(name="\ud800")
def test_any_name_is_exact_or_refused_before_anything_is_sent(client, name):
    try:
        pitr = client.pitr.create(name, "database")
    except InvalidNameError:
        with pytest.raises(InvalidNameError):
            client.pitr.exists(name)
        return
    try:
        assert len(pitr.name) == len(name)
        assert pitr.name.casefold() == name.casefold()
        assert client.pitr.get(name) == pitr
        assert client.pitr.alter(name, 2, "h").range_value == 2
    finally:
        client.pitr.delete(name)
    assert not client.pitr.exists(name)
