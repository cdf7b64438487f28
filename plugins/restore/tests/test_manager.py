"""Restores on a server, through the synchronous face."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from matrixone_restore import RestoreManager, RestoreWarning

from matrixone.exceptions import (
    AfterCommitError,
    InvalidNameError,
    NotSupportedError,
    PendingOperationError,
    RestoreError,
    RollbackWarning,
    TransactionRefusedError,
)

EXTERNAL_TABLE = "CREATE EXTERNAL TABLE outside (a INT) INFILE{'filepath'='/tmp/no_such_file.csv'}"


def test_attribute_is_the_manager(client):
    assert type(client.restore) is RestoreManager
    with client.session() as session:
        assert session.restore is session.restore is session.manager(RestoreManager)


class TestFromSnapshot:
    @pytest.mark.parametrize("account", [None, "sys", "SYS"])
    def test_table(self, client, matrixone_database, snapshot, count, account):
        restored = client.restore.restore_table(snapshot, account, matrixone_database, "orders")
        assert (restored.scope.level, restored.snapshot, restored.lost) == ("table", snapshot, ())
        assert not restored.pending
        assert count() == 1

    def test_dropped_table(self, client, matrixone_database, snapshot, count):
        client.execute("DROP TABLE orders")
        client.restore.restore_table(snapshot, None, matrixone_database, "orders")
        assert count() == 1

    def test_database(self, client, matrixone_database, snapshot, count):
        restored = client.restore.restore_database(snapshot.upper(), None, matrixone_database)
        assert (restored.scope.level, restored.scope.database) == ("database", matrixone_database)
        assert count() == 1

    def test_dropped_database(self, client, matrixone_database, snapshot):
        client.execute(f"DROP DATABASE {matrixone_database}")
        client.restore.restore_database(snapshot, None, matrixone_database)
        assert client.execute(f"SELECT COUNT(*) FROM {matrixone_database}.orders").scalar() == 1

    @pytest.mark.parametrize("method", ["restore_tenant", "restore_account"])
    def test_account(self, client, account, account_snapshot, inside, method):
        inside(account).execute("DELETE FROM shop.orders")
        restored = getattr(client.restore, method)(account_snapshot, account.upper())
        assert (restored.scope.level, restored.scope.account, restored.lost) == ("account", account, ())
        assert inside(account).execute("SELECT COUNT(*) FROM shop.orders").scalar() == 1

    def test_dropped_account(self, client, account, account_snapshot, inside):
        client.execute(f"DROP ACCOUNT {account}")
        assert client.restore.restore_tenant(account_snapshot, account).lost == ()
        assert inside(account).execute("SELECT COUNT(*) FROM shop.orders").scalar() == 1

    def test_account_from_inside(self, account, inside):
        client = inside(account)
        client.execute("CREATE SNAPSHOT own FOR ACCOUNT")
        client.execute("DELETE FROM shop.orders")
        client.execute("CREATE DATABASE later")
        with pytest.warns(RestoreWarning, match=r"loses database later$"):
            client.restore.restore_tenant("own", account)
        assert inside(account).execute("SELECT COUNT(*) FROM shop.orders").scalar() == 1
        with pytest.raises(RestoreError, match="covers account"):
            client.restore.restore_tenant("own", "sys")

    def test_cluster_needs_a_snapshot_of_it(self, client, snapshot):
        with pytest.raises(RestoreError, match="not the cluster"):
            client.restore.restore_cluster(snapshot)

    def test_cluster(self, client, snapshot):
        if not client.is_lite:
            pytest.skip("it would restore the whole server, which others use")
        client.execute(f"DROP SNAPSHOT {snapshot}")
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR CLUSTER")
        with pytest.raises((RestoreError, NotSupportedError), match="RESTORE CLUSTER") as caught:
            client.restore.restore_cluster(snapshot)
        assert caught.value.errno == 20105


class TestFromPitr:
    def test_table(self, client, matrixone_database, pitr, count, now):
        then = now()
        client.execute("DROP TABLE orders")
        restored = client.restore.restore_table_from_pitr(pitr.upper(), then, matrixone_database, "orders")
        assert (restored.scope.level, restored.pitr, restored.time) == ("table", pitr, then)
        assert count() == 1

    def test_database(self, client, matrixone_database, pitr, count, now):
        then = now()
        client.execute("INSERT INTO orders VALUES (2)")
        client.execute("CREATE TABLE later (id INT)")
        with pytest.warns(RestoreWarning, match=f"loses table {matrixone_database}.later$"):
            restored = client.restore.restore_database_from_pitr(pitr, then, matrixone_database)
        assert restored.lost == (f"table {matrixone_database}.later",)
        assert count() == 1
        assert client.execute("SHOW TABLES").scalars().all() == ["orders"]

    def test_account(self, client, account, pitr, inside, now):
        client.execute(f"CREATE PITR {pitr}_a FOR ACCOUNT {account} RANGE 1 'h'")
        try:
            then = now()
            inside(account).execute("CREATE DATABASE later")
            inside(account).execute("DELETE FROM shop.orders")
            with pytest.warns(RestoreWarning, match=r"loses database later$"):
                client.restore.restore_account_from_pitr(f"{pitr}_a", then, account)
        finally:
            client.execute(f"DROP PITR {pitr}_a")
        assert inside(account).execute("SELECT COUNT(*) FROM shop.orders").scalar() == 1

    def test_own_account(self, account, inside, now):
        client = inside(account)
        client.execute("CREATE PITR own FOR ACCOUNT RANGE 1 'h'")
        then = now()
        client.execute("DELETE FROM shop.orders")
        client.restore.restore_account_from_pitr("own", then)
        assert inside(account).execute("SELECT COUNT(*) FROM shop.orders").scalar() == 1
        with pytest.raises(RestoreError, match="only the system account"):
            inside(account).restore.restore_account_from_pitr("own", then, "sys")

    def test_the_system_account_is_never_meant_by_leaving_it_out(self, client, pitr, now):
        with pytest.raises(RestoreError, match="has to name"):
            client.restore.restore_account_from_pitr(pitr, now())

    @pytest.mark.parametrize("year", [2024, 2099])
    def test_moments_outside_the_window(self, client, matrixone_database, pitr, count, year):
        client.execute("DELETE FROM orders")
        time = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
        with pytest.raises(RestoreError) as caught:
            client.restore.restore_table_from_pitr(pitr, time, matrixone_database, "orders")
        assert caught.value.errno == 20101
        with pytest.raises(RestoreError):
            client.restore.restore_database_from_pitr(pitr, time, matrixone_database)
        assert count() == 0

    def test_missing_window(self, client, matrixone_database, pitr, now):
        with pytest.raises(RestoreError, match="does not exist"):
            client.restore.restore_table_from_pitr(f"{pitr}_x", now(), matrixone_database, "orders")

    def test_t23_a_time_needs_a_zone(self, client, matrixone_database, pitr, now):
        with pytest.raises(RestoreError, match="needs a time zone"):
            client.restore.restore_database_from_pitr(pitr, now().replace(tzinfo=None), matrixone_database)

    @pytest.mark.parametrize("zone", ["+08:00", "-05:00", "SYSTEM"])
    def test_t23_whatever_the_zone_of_the_session(self, client, matrixone_database, pitr, count, now, zone):
        then = now().astimezone(dt.timezone(dt.timedelta(hours=3)))
        client.execute("DELETE FROM orders")
        with client.session() as session:
            session.execute(f"SET time_zone = '{zone}'")
            restored = session.restore.restore_table_from_pitr(pitr, then, matrixone_database, "orders")
            assert restored.pending
            session.commit()
            session.execute("SET time_zone = 'SYSTEM'")
        assert count() == 1


class TestTraps:
    @pytest.mark.parametrize("to_account", ["sys", "acme", "no_such_account"])
    def test_t4_parts_never_go_to_another_account(self, client, matrixone_database, snapshot, count, to_account):
        with pytest.raises(RestoreError, match=r"clone_database.*to_account=") as caught:
            client.restore.restore_database(snapshot, None, matrixone_database, to_account=to_account)
        assert caught.value.errno is None
        with pytest.raises(RestoreError, match="clone_table"):
            client.restore.restore_table(snapshot, None, matrixone_database, "orders", to_account)
        assert count() == 2

    def test_t4_parts_of_another_account_are_refused(self, client, account, account_snapshot):
        with pytest.raises(RestoreError, match="parts of other accounts"):
            client.restore.restore_database(account_snapshot, account, "shop")
        with pytest.raises(RestoreError, match="parts of other accounts"):
            client.restore.restore_table(account_snapshot, None, "shop", "orders")

    def test_t4_an_account_of_others_is_not_taken_for_the_own(
        self, client, account, matrixone_database, snapshot, count
    ):
        with pytest.raises(RestoreError, match="inside its own account only"):
            client.restore.restore_database(snapshot, account, matrixone_database)
        with pytest.raises(RestoreError, match="inside its own account only"):
            client.restore.restore_table(snapshot, account, matrixone_database, "orders")
        assert count() == 2

    def test_t4_only_an_account_goes_to_another(self, client, account, account_snapshot, inside):
        target = f"{account}_2"
        client.execute(f"CREATE ACCOUNT {target} ADMIN_NAME 'admin' IDENTIFIED BY '111'")
        try:
            inside(target).execute("CREATE DATABASE theirs")
            inside(account).execute("INSERT INTO shop.orders VALUES (2)")
            with pytest.warns(RestoreWarning, match=r"loses database theirs$"):
                restored = client.restore.restore_tenant(account_snapshot, account, target)
            assert restored.to_account == target
            assert inside(target).execute("SELECT COUNT(*) FROM shop.orders").scalar() == 1
            assert inside(account).execute("SELECT COUNT(*) FROM shop.orders").scalar() == 2
        finally:
            client.execute(f"DROP ACCOUNT {target}")

    def test_t4_to_a_missing_account(self, client, account, account_snapshot):
        with pytest.raises(RestoreError, match="no such account"):
            client.restore.restore_tenant(account_snapshot, account, f"{account}_missing")

    @pytest.mark.parametrize("references", ["child", "itself"])
    def test_t4_a_table_with_foreign_keys_to_it_is_refused(
        self, client, matrixone_database, snapshot, pitr, count, now, references
    ):
        if references == "child":
            client.execute("CREATE TABLE items (id INT, o INT, FOREIGN KEY (o) REFERENCES orders (id))")
        else:
            client.execute("ALTER TABLE orders ADD COLUMN parent INT")
            client.execute("ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (parent) REFERENCES orders (id)")
        with pytest.raises(RestoreError, match="do nothing") as caught:
            client.restore.restore_table(snapshot, None, matrixone_database, "orders")
        assert caught.value.errno is None
        with pytest.raises(RestoreError, match="do nothing"):
            client.restore.restore_table_from_pitr(pitr, now(), matrixone_database, "ORDERS")
        assert count() == 2

    def test_t4_the_child_of_a_foreign_key_is_restored(self, client, matrixone_database, pitr, now):
        client.execute("CREATE TABLE items (id INT, o INT, FOREIGN KEY (o) REFERENCES orders (id))")
        client.execute("INSERT INTO items VALUES (1, 1)")
        then = now()
        client.execute("DELETE FROM items")
        client.restore.restore_table_from_pitr(pitr, then, matrixone_database, "items")
        assert client.execute("SELECT COUNT(*) FROM items").scalar() == 1

    def test_t4_what_a_restore_drops_is_listed_before(self, client, matrixone_database, snapshot, count):
        client.execute("CREATE SEQUENCE numbers")
        client.execute("CREATE TABLE later (id INT, b INT, UNIQUE KEY (b))")
        client.execute("CREATE VIEW seen AS SELECT 1 AS x")
        with pytest.warns(RestoreWarning) as caught:
            restored = client.restore.restore_database(snapshot, None, matrixone_database)
        assert restored.lost == (
            f"table {matrixone_database}.later",
            f"sequence {matrixone_database}.numbers",
            f"view {matrixone_database}.seen",
        )
        assert str(caught[0].message) == f"the restore loses {', '.join(restored.lost)}"
        assert client.execute("SHOW TABLES").scalars().all() == ["orders"]
        assert count() == 1

    def test_t4_a_warning_as_an_error_stops_the_restore(self, client, matrixone_database, snapshot, count):
        client.execute("CREATE TABLE later (id INT)")
        with pytest.raises(RestoreWarning, match="later"):
            client.restore.restore_database(snapshot, None, matrixone_database)
        assert count() == 2

    def test_t4_a_sequence_of_the_snapshot_is_lost(self, client, matrixone_database, pitr, now):
        client.execute("CREATE SEQUENCE numbers")
        then = now()
        with pytest.warns(RestoreWarning, match=f"loses sequence {matrixone_database}.numbers$"):
            client.restore.restore_database_from_pitr(pitr, then, matrixone_database)
        assert client.execute("SHOW SEQUENCES").rows == []

    def test_t4_an_external_table_is_lost(self, client, matrixone_database, pitr, now):
        client.execute(EXTERNAL_TABLE)
        then = now()
        with pytest.warns(RestoreWarning, match=f"loses external table {matrixone_database}.outside$"):
            client.restore.restore_database_from_pitr(pitr, then, matrixone_database)


class TestLockWaits:
    """RESTORE waits for writers without a limit, also for those of the program that calls it."""

    @pytest.mark.parametrize("statement", ["INSERT INTO orders VALUES (3)", "SELECT id FROM orders FOR UPDATE"])
    @pytest.mark.parametrize("level", ["table", "database"])
    def test_refused_not_hung(self, client, matrixone_database, snapshot, count, statement, level):
        def restore(**options):
            if level == "table":
                return client.restore.restore_table(snapshot, None, matrixone_database, "orders", **options)
            return client.restore.restore_database(snapshot, None, matrixone_database, **options)

        with client.session() as session:
            session.execute(statement).close()
            with pytest.raises(RestoreError, match="would wait") as caught:
                restore()
            assert caught.value.errno is None
            session.rollback()
            assert count() == 2
            assert restore(wait_for_locks=True).scope.level == level
        assert count() == 1

    def test_writers_elsewhere_do_not_matter(self, client, matrixone_database, snapshot, count):
        client.execute("CREATE TABLE others (id INT)")
        with client.session() as session:
            session.execute("INSERT INTO others VALUES (3)")
            client.restore.restore_table(snapshot, None, matrixone_database, "orders")
            session.rollback()
        assert count() == 1

    def test_in_an_account(self, client, account, account_snapshot, inside):
        with inside(account).session() as session:
            session.execute("INSERT INTO shop.orders VALUES (3)")
            with pytest.raises(RestoreError, match=f"account {account}"):
                client.restore.restore_tenant(account_snapshot, account)
            session.rollback()

    def test_from_a_pitr(self, client, matrixone_database, pitr, now):
        then = now()
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (3)")
            with pytest.raises(RestoreError, match="would wait"):
                client.restore.restore_database_from_pitr(pitr, then, matrixone_database)
            with pytest.raises(RestoreError, match="would wait"):
                client.restore.restore_table_from_pitr(pitr, then, matrixone_database, "orders")
            session.rollback()


class TestWrongSnapshots:
    def test_missing(self, client, matrixone_database, snapshot):
        for call in (
            client.restore.restore_cluster,
            lambda name: client.restore.restore_tenant(name, "sys"),
            lambda name: client.restore.restore_database(name, None, matrixone_database),
            lambda name: client.restore.restore_table(name, None, matrixone_database, "orders"),
        ):
            with pytest.raises(RestoreError, match=f"snapshot {snapshot}_x does not exist"):
                call(f"{snapshot}_x")

    def test_of_something_else(self, client, matrixone_database, snapshot, count):
        with pytest.raises(RestoreError, match=f"covers database {matrixone_database}"):
            client.restore.restore_database(snapshot, None, "mysql")
        with pytest.raises(RestoreError, match="covers database"):
            client.restore.restore_tenant(snapshot, "sys")
        assert count() == 2

    def test_a_table_newer_than_the_snapshot(self, client, matrixone_database, snapshot):
        client.execute("CREATE TABLE later (id INT)")
        with pytest.raises(RestoreError, match="not exist"):
            client.restore.restore_table(snapshot, None, matrixone_database, "later")


class TestTransactions:
    def test_at_once_without_a_transaction_and_not_undone(self, client, matrixone_database, snapshot, count):
        with client.session() as session:
            assert not session.restore.restore_table(snapshot, None, matrixone_database, "orders").pending
            assert count() == 1
            with pytest.warns(RollbackWarning, match="cannot be undone"):
                session.rollback()
        assert count() == 1

    def test_after_the_commit_with_a_transaction(self, client, matrixone_database, snapshot, count):
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (3)")
            restored = session.restore.restore_table(snapshot, None, matrixone_database, "orders")
            assert restored.pending
            assert count() == 2
        assert not restored.pending
        assert count() == 1

    def test_own_locks_do_not_hang_it(self, client, matrixone_database, snapshot, count):
        with client.session() as session:
            session.execute("UPDATE orders SET id = id + 10")
            assert session.restore.restore_database(snapshot, None, matrixone_database).pending
            session.commit()
        assert client.execute("SELECT id FROM orders").scalars().all() == [1]
        assert count() == 1

    def test_never_after_a_rollback(self, client, matrixone_database, snapshot, count):
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (3)")
            session.restore.restore_database(snapshot, None, matrixone_database)
            session.rollback()
        assert count() == 2

    def test_from_a_pitr_after_the_commit(self, client, matrixone_database, pitr, count, now):
        then = now()
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (3)")
            assert session.restore.restore_database_from_pitr(pitr, then, matrixone_database).pending
            assert count() == 1
        assert client.execute("SELECT id FROM orders").scalars().all() == [1]

    def test_raise_instead_of_waiting(self, client, matrixone_database, snapshot, pitr, count, now):
        then = now()
        with client.session(on_refused="raise") as session:
            session.execute("INSERT INTO orders VALUES (3)")
            restore = session.restore
            for call in (
                lambda: restore.restore_table(snapshot, None, matrixone_database, "orders"),
                lambda: restore.restore_database(snapshot, None, matrixone_database),
                lambda: restore.restore_table_from_pitr(pitr, then, matrixone_database, "orders"),
                lambda: restore.restore_database_from_pitr(pitr, then, matrixone_database),
            ):
                with pytest.raises(TransactionRefusedError, match=r"restore\.restore_"):
                    call()
        assert count() == 3

    def test_from_a_pending_snapshot(self, client, matrixone_database, snapshot, count):
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (3)")
            session.snapshots.create(f"{snapshot}_x", "database")
            with pytest.raises(PendingOperationError):
                session.restore.restore_table(f"{snapshot}_x", None, matrixone_database, "orders")
            session.rollback()
        assert count() == 2

    def test_failure_after_the_commit(self, client, matrixone_database, snapshot, count):
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (3)")
            session.restore.restore_table(snapshot, None, matrixone_database, "no_such_table")
            with pytest.raises(AfterCommitError) as caught:
                session.commit()
        assert isinstance(caught.value.__cause__, RestoreError)
        assert count() == 3


SPECIAL = st.sampled_from(list("`'\"\\%:;?{}.,-#/*$@ ()\u00a0\u200b\n\0Aéé中😀"))
NAMES = st.one_of(st.text(SPECIAL, min_size=1, max_size=8), st.text("aB%", min_size=60, max_size=66))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES)
@example(name="")
@example(name="two words")
@example(name="`; DROP TABLE orders")
@example(name="it's")
@example(name="100%s:name?")
@example(name="back\\slash")
@example(name="\ud800")
def test_any_name_is_missing_or_refused_before_anything_is_sent(
    client, matrixone_database, snapshot, pitr, count, name
):
    time = dt.datetime.now(dt.UTC)
    for call in (
        lambda: client.restore.restore_table(name, None, matrixone_database, "orders"),
        lambda: client.restore.restore_table(snapshot, None, matrixone_database, name),
        lambda: client.restore.restore_database(snapshot, None, name),
        lambda: client.restore.restore_tenant(snapshot, name),
        lambda: client.restore.restore_table_from_pitr(name, time, matrixone_database, "orders"),
        lambda: client.restore.restore_table_from_pitr(pitr, time, matrixone_database, name),
    ):
        with pytest.raises((RestoreError, InvalidNameError)) as caught:
            call()
        assert getattr(caught.value, "errno", None) != 1064
    assert count() == 2
