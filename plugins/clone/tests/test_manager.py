"""Clones on a server, through the synchronous face."""

from __future__ import annotations

import datetime as dt
import uuid

import matrixone_clone.plugin
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from matrixone_clone import Clone, CloneManager, CloneWarning
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session as SQLAlchemySession

from matrixone import Session
from matrixone.exceptions import (
    CloneError,
    ConfigurationError,
    InvalidNameError,
    PendingOperationError,
    TransactionRefusedError,
)
from matrixone.testing.contract import check_plugin


def test_contract():
    check_plugin(matrixone_clone.plugin)


def test_attribute_is_the_manager(client):
    assert type(client.clone) is CloneManager
    with client.session() as session:
        assert session.clone is session.clone is session.manager(CloneManager)


class TestDatabase:
    @pytest.mark.parametrize(
        ("target", "source"), [("target_db", "source_db"), ("target_database", "source_database"), (None, None)]
    )
    def test_copy(self, client, matrixone_database, copy, count, target, source):
        if target:
            clone = client.clone.clone_database(**{target: copy, source: matrixone_database})
        else:
            clone = client.clone.clone_database(copy, matrixone_database)
        assert (clone.target, clone.source, clone.snapshot) == (copy, matrixone_database, None)
        assert not clone.pending
        assert not clone.existed
        client.execute("INSERT INTO orders VALUES (2)")
        assert (count(f"{copy}.orders"), count("orders")) == (1, 2)

    @pytest.mark.parametrize("method", ["clone_database", "clone_database_with_snapshot"])
    def test_of_a_snapshot(self, client, matrixone_database, copy, snapshot, count, method):
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR DATABASE {matrixone_database}")
        client.execute("INSERT INTO orders VALUES (2)")
        clone = getattr(client.clone, method)(copy, matrixone_database, snapshot.upper())
        assert clone.snapshot == snapshot
        assert count(f"{copy}.orders") == 1

    def test_of_a_snapshot_of_a_dropped_database(self, client, copy, snapshot, count, databases):
        gone = f"{copy}_gone"
        client.execute(f"CREATE DATABASE {gone}")
        client.execute(f"CREATE TABLE {gone}.t (a INT)")
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR DATABASE {gone}")
        client.execute(f"DROP DATABASE {gone}")
        client.clone.clone_database(copy, gone, snapshot)
        assert count(f"{copy}.t") == 0
        assert not databases(gone)

    def test_as_of_a_time(self, client, matrixone_database, copy, count):
        then = client.execute("SELECT UTC_TIMESTAMP(6)").scalar().replace(tzinfo=dt.UTC)
        client.execute("INSERT INTO orders VALUES (2)")
        zone = dt.timezone(dt.timedelta(hours=-7))
        client.clone.clone_database(copy, matrixone_database, as_of=then.astimezone(zone))
        assert count(f"{copy}.orders") == 1

    def test_missing_source_makes_no_empty_database(self, client, copy, snapshot, databases):
        with pytest.raises(CloneError, match="Unknown database no_such_database"):
            client.clone.clone_database(copy, "no_such_database")
        with pytest.raises(CloneError, match="Unknown database no_such_database"):
            client.clone.clone_database(copy, "no_such_database", if_not_exists=True)
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR ACCOUNT")
        client.execute(f"CREATE DATABASE {copy}_later")
        try:
            with pytest.raises(CloneError, match="Unknown database"):
                client.clone.clone_database(copy, f"{copy}_later", snapshot)
        finally:
            client.execute(f"DROP DATABASE {copy}_later")
        assert not databases(copy)

    def test_missing_snapshot(self, client, matrixone_database, copy, databases):
        with pytest.raises(CloneError, match="snapshot"):
            client.clone.clone_database_with_snapshot(copy, matrixone_database, "no_such_snapshot")
        assert not databases(copy)

    def test_snapshot_of_something_else(self, client, matrixone_database, copy, snapshot, databases):
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR TABLE {matrixone_database} orders")
        with pytest.raises(CloneError, match="table-level snapshot"):
            client.clone.clone_database(copy, matrixone_database, snapshot)
        assert not databases(copy)

    def test_existing_target(self, client, matrixone_database, copy, count):
        client.clone.clone_database(copy, matrixone_database)
        client.execute("INSERT INTO orders VALUES (2)")
        with pytest.raises(CloneError, match="already exists") as caught:
            client.clone.clone_database(copy, matrixone_database)
        assert caught.value.errno == 1007
        assert client.clone.clone_database(copy, matrixone_database, if_not_exists=True).existed
        assert count(f"{copy}.orders") == 1

    def test_sequences_that_are_left_out_are_named(self, client, matrixone_database, copy, snapshot):
        client.execute("CREATE SEQUENCE ids")
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR DATABASE {matrixone_database}")
        client.execute("DROP SEQUENCE ids")
        client.execute("CREATE SEQUENCE numbers")
        with pytest.warns(CloneWarning, match=r"sequences.*: numbers$"):
            client.clone.clone_database(copy, matrixone_database)
        client.clone.clone_database(copy, matrixone_database, if_not_exists=True)
        client.execute(f"DROP DATABASE {copy}")
        with pytest.warns(CloneWarning, match=r"sequences.*: ids$"):
            client.clone.clone_database(copy, matrixone_database, snapshot)

    @pytest.mark.parametrize(
        "arguments",
        [(), ("a",), {"source_db": "a"}, {"target_db": "a", "target_database": "a", "source_db": "b"}],
    )
    def test_each_name_is_given_once(self, client, arguments):
        positional, named = ((), arguments) if isinstance(arguments, dict) else (arguments, {})
        with pytest.raises(ConfigurationError):
            client.clone.clone_database(*positional, **named)


class TestTable:
    @pytest.mark.parametrize(
        ("target", "source", "in_database"),
        [("copied", "orders", False), ("{0}.copied", "`{0}`.`orders`", False), ("copied", "orders", True)],
    )
    def test_copy(self, client, matrixone_database, count, target, source, in_database):
        databases = {"target_db": matrixone_database, "source_db": matrixone_database} if in_database else {}
        clone = client.clone.clone_table(
            target.format(matrixone_database), source.format(matrixone_database), **databases
        )
        assert clone.target.endswith("copied")
        client.execute("INSERT INTO orders VALUES (2)")
        assert (count("copied"), count("orders")) == (1, 2)

    @pytest.mark.parametrize("method", ["clone_table", "clone_table_with_snapshot"])
    def test_of_a_snapshot(self, client, matrixone_database, snapshot, count, method):
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR TABLE {matrixone_database} orders")
        client.execute("INSERT INTO orders VALUES (2)")
        assert getattr(client.clone, method)("copied", "orders", snapshot).snapshot == snapshot
        assert count("copied") == 1

    def test_of_a_snapshot_of_a_dropped_table(self, client, matrixone_database, snapshot, count):
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR DATABASE {matrixone_database}")
        client.execute("DROP TABLE orders")
        client.clone.clone_table("orders", "orders", snapshot)
        assert count("orders") == 1

    def test_as_of_a_time(self, client, count):
        then = client.execute("SELECT UTC_TIMESTAMP(6)").scalar().replace(tzinfo=dt.UTC)
        client.execute("INSERT INTO orders VALUES (2)")
        client.clone.clone_table("copied", "orders", as_of=then)
        assert count("copied") == 1

    def test_with_privileges(self, client, count):
        client.clone.clone_table("copied", "orders", copy_grants=True)
        assert count("copied") == 1

    @pytest.mark.parametrize("source", ["no_such_table", "no_such_database.orders"])
    def test_missing_source(self, client, source):
        with pytest.raises(CloneError):
            client.clone.clone_table("copied", source)
        assert client.execute("SHOW TABLES").scalars().all() == ["orders"]

    def test_source_that_is_a_view(self, client):
        client.execute("CREATE VIEW recent AS SELECT id FROM orders")
        with pytest.raises(CloneError, match="BASE TABLE"):
            client.clone.clone_table("copied", "recent")

    def test_missing_snapshot(self, client):
        with pytest.raises(CloneError, match="snapshot"):
            client.clone.clone_table("copied", "orders", "no_such_snapshot")

    def test_missing_target_database(self, client):
        with pytest.raises(CloneError, match="Unknown database"):
            client.clone.clone_table("no_such_database.copied", "orders")

    def test_existing_target_gets_no_second_set_of_rows(self, client, count):
        client.clone.clone_table("copied", "orders")
        with pytest.raises(CloneError, match="already exists") as caught:
            client.clone.clone_table("copied", "orders")
        assert caught.value.errno == 1050
        clone = client.clone.clone_table("copied", "orders", if_not_exists=True)
        assert clone.existed
        assert clone == Clone("copied", "orders", None, None, None, clone.outcome)
        assert count("copied") == 1

    @pytest.mark.parametrize("name", ["a.b.c", "", "`open", "a.", "x" * 65])
    def test_names_that_are_none(self, client, name):
        with pytest.raises(InvalidNameError):
            client.clone.clone_table(name, "orders")
        with pytest.raises(InvalidNameError):
            client.clone.clone_table("copied", name)
        assert client.execute("SHOW TABLES").scalars().all() == ["orders"]


class TestOtherAccounts:
    @pytest.fixture
    def account(self, client):
        name = f"acc_{uuid.uuid4().hex[:12]}"
        client.execute(f"CREATE ACCOUNT {name} ADMIN_NAME 'admin' IDENTIFIED BY '111'")
        yield name
        client.execute(f"DROP ACCOUNT IF EXISTS {name}")

    @pytest.fixture
    def other(self, client, matrixone_url, account):
        with type(client)(url=matrixone_url, user="admin", account=account, password="111") as other:
            yield other

    def test_copies_in_another_account(self, client, other, account, matrixone_database, snapshot, copy):
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR DATABASE {matrixone_database}")
        clone = client.clone.clone_database(copy, matrixone_database, snapshot, to_account=account)
        assert clone.account == account
        client.clone.clone_table_with_snapshot(f"{copy}.more", "orders", snapshot, to_account=account)
        assert other.execute(f"SELECT COUNT(*) FROM {copy}.orders").scalar() == 1
        assert other.execute(f"SELECT COUNT(*) FROM {copy}.more").scalar() == 1
        again = client.clone.clone_database(copy, matrixone_database, snapshot, True, to_account=account)
        assert again.existed

    def test_copies_from_a_snapshot_of_another_account(self, client, other, account, snapshot, copy):
        if client.is_lite:
            pytest.skip("the embedded server reads no snapshots of other accounts, and says so")
        other.execute("CREATE DATABASE theirs")
        other.execute("CREATE TABLE theirs.t (a INT)")
        other.execute("CREATE SEQUENCE theirs.ids")
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR ACCOUNT {account}")
        with pytest.warns(CloneWarning, match="ids"):
            client.clone.clone_database(copy, "theirs", snapshot)
        assert client.execute(f"SHOW TABLES FROM {copy}").scalars().all() == ["t"]

    def test_missing_account(self, client, matrixone_database, snapshot, copy):
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR DATABASE {matrixone_database}")
        with pytest.raises(CloneError, match="no such account"):
            client.clone.clone_database(copy, matrixone_database, snapshot, to_account="no_such_account")

    @pytest.mark.parametrize("method", ["clone_database", "clone_table"])
    def test_needs_a_snapshot(self, client, method):
        with pytest.raises(CloneError, match="nothing was sent"):
            getattr(client.clone, method)("copied", "orders", to_account="acme")
        with pytest.raises(CloneError, match="nothing was sent"):
            getattr(client.clone, method)("copied", "orders", as_of=dt.datetime.now(dt.UTC), to_account="acme")

    def test_privileges_stay(self, client):
        with pytest.raises(CloneError, match="nothing was sent"):
            client.clone.clone_table("copied", "orders", "daily", to_account="acme", copy_grants=True)


class TestTransactions:
    def test_committed_together(self, client, matrixone_database, copy, count):
        with client.session() as session:
            session.clone.clone_database(copy, matrixone_database)
            session.clone.clone_table("copied", "orders")
            session.execute("INSERT INTO orders VALUES (2)")
        assert (count(f"{copy}.orders"), count("copied"), count("orders")) == (1, 1, 2)

    def test_rolled_back_together(self, client, matrixone_database, copy, count, databases):
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (2)")
            session.clone.clone_database(copy, matrixone_database)
            session.clone.clone_table("copied", "orders")
            session.rollback()
        assert not databases(copy)
        assert client.execute("SHOW TABLES").scalars().all() == ["orders"]
        assert count("orders") == 1

    def test_the_first_statement_is_in_the_transaction(self, client, matrixone_database, copy, databases):
        with client.session() as session:
            session.clone.clone_database(copy, matrixone_database)
            assert not databases(copy)
            session.rollback()
        assert not databases(copy)

    def test_what_is_not_committed_is_in_a_table_and_not_in_a_database(self, client, matrixone_database, copy):
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (2)")
            session.clone.clone_database(copy, matrixone_database)
            session.clone.clone_table("copied", "orders")
            assert session.execute(f"SELECT COUNT(*) FROM {copy}.orders").scalar() == 1
            assert session.execute("SELECT COUNT(*) FROM copied").scalar() == 2
            session.rollback()

    def test_a_refused_clone_leaves_the_transaction(self, client, count):
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (2)")
            with pytest.raises(CloneError):
                session.clone.clone_database("copied", "no_such_database")
            with pytest.raises(CloneError):
                session.clone.clone_table("orders", "orders")
            assert session.clone.clone_table("orders", "orders", if_not_exists=True).existed
            session.execute("INSERT INTO orders VALUES (3)")
        assert count("orders") == 3

    def test_snapshot_made_at_once_is_there(self, client, matrixone_database, copy, snapshot, count, databases):
        with client.session() as session:
            session.snapshots.create(snapshot, "database")
            session.clone.clone_database(copy, matrixone_database, snapshot)
            assert not databases(copy)
        assert count(f"{copy}.orders") == 1

    def test_snapshot_that_waits_for_the_commit_is_named(self, client, matrixone_database, copy, snapshot, count):
        with client.session() as session:
            session.execute("INSERT INTO orders VALUES (2)")
            session.snapshots.create(snapshot, "database")
            with pytest.raises(PendingOperationError, match=rf"clone\.clone_database needs snapshot '{snapshot}'"):
                session.clone.clone_database(copy, matrixone_database, snapshot)
            with pytest.raises(PendingOperationError, match=rf"clone\.clone_table needs snapshot '{snapshot}'"):
                session.clone.clone_table("copied", "orders", snapshot.upper())
            session.commit()
            session.clone.clone_table("copied", "orders", snapshot)
        assert count("copied") == 2


class TestWrappedSessions:
    """An engine of another MySQL dialect, which knows nothing of this server."""

    @pytest.fixture
    def wrapped(self, client, matrixone_url, matrixone_database):
        url = make_url(matrixone_url).set(drivername="mysql+pymysql", database=matrixone_database)
        engine = create_engine(url)
        with SQLAlchemySession(engine) as legacy, Session(client=client, wrap_session=legacy) as session:
            yield session
        engine.dispose()

    def test_copies_of_a_snapshot(self, wrapped, matrixone_database, copy, snapshot, count, databases):
        wrapped.snapshots.create(snapshot, "database")
        wrapped.execute("INSERT INTO orders VALUES (2)")
        wrapped.clone.clone_database(copy, matrixone_database, snapshot)
        wrapped.clone.clone_table("100%s", "orders")
        assert not databases(copy)
        wrapped.commit()
        assert (count(f"{copy}.orders"), count("`100%s`")) == (1, 2)

    def test_rolled_back(self, wrapped, matrixone_database, copy, databases):
        wrapped.clone.clone_database(copy, matrixone_database)
        wrapped.rollback()
        assert not databases(copy)


class TestWithoutBegin:
    """A session that had begun before it was wrapped, with the driver in autocommit=0: a clone would commit by itself."""

    @pytest.fixture
    def begun(self, client, matrixone_url, matrixone_database):
        url = make_url(matrixone_url).set(drivername="mysql+pymysql", database=matrixone_database)
        engine = create_engine(url)
        with SQLAlchemySession(engine) as legacy:
            legacy.execute(text("INSERT INTO orders VALUES (2)"))
            yield lambda **options: Session(client=client, wrap_session=legacy, **options)
        engine.dispose()

    def test_runs_after_the_commit(self, begun, client, count):
        session = begun()
        clone = session.clone.clone_table("copied", "orders")
        assert clone.pending
        assert client.execute("SHOW TABLES").scalars().all() == ["orders"]
        session.commit()
        assert not clone.pending
        assert count("copied") == 2
        session.close()

    def test_never_after_a_rollback(self, begun, matrixone_database, copy, databases):
        session = begun()
        assert session.clone.clone_database(copy, matrixone_database).pending
        session.rollback()
        assert not databases(copy)
        session.close()

    def test_if_not_exists_after_the_commit(self, begun, client, count):
        client.execute("CREATE TABLE copied (id INT)")
        session = begun()
        clone = session.clone.clone_table("copied", "orders", if_not_exists=True)
        session.commit()
        assert clone.existed
        assert count("copied") == 0
        session.close()

    def test_raise_instead_of_waiting(self, begun, matrixone_database, copy, databases):
        session = begun(on_refused="raise")
        with pytest.raises(TransactionRefusedError, match=r"clone\.clone_database"):
            session.clone.clone_database(copy, matrixone_database)
        session.close()
        assert not databases(copy)


SPECIAL = st.sampled_from(list("`'\"\\%:;?{}.,-#/*$@ ()\n\0\taZÉΣßé中😀"))
NAMES = st.one_of(st.text(SPECIAL, min_size=1, max_size=8), st.text("aB%", min_size=60, max_size=70))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES)
@example(name="`; DROP TABLE orders")
@example(name="100%s :name ?")
@example(name='it\'s "quoted" and back\\slashed')
@example(name="{SNAPSHOT = 'x'}")
@example(name="x" * 64)
@example(name="x" * 65)
def test_any_table_name_is_exact_or_refused_before_anything_is_sent(client, matrixone_database, name):
    session = client.session()
    try:
        session.clone.clone_table(name, "orders", target_db=matrixone_database)
    except InvalidNameError:
        assert session.execute("SHOW TABLES").scalars().all() == ["orders"]
    else:
        tables = session.execute("SHOW TABLES").scalars().all()
        assert sorted(map(str.casefold, tables)) == sorted(["orders", name.casefold()])
    finally:
        session.rollback()
        session.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES)
@example(name="`; DROP TABLE orders")
@example(name="100%s:name?")
@example(name="two words")
@example(name="no\u00a0break")
@example(name="it's")
@example(name="x" * 65)
def test_any_database_name_is_exact_or_refused_before_anything_is_sent(client, matrixone_database, name):
    session = client.session()
    before = set(session.execute("SHOW DATABASES").scalars())
    try:
        session.clone.clone_database(name, matrixone_database)
    except InvalidNameError:
        assert set(session.execute("SHOW DATABASES").scalars()) - before == set()
    else:
        made = [each for each in session.execute("SHOW DATABASES").scalars() if each.casefold() == name.casefold()]
        assert len(made) == 1
    finally:
        session.rollback()
        session.close()
