"""Branches on a server, through the synchronous face."""

from __future__ import annotations

import uuid
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matrixone_branch import (
    Branch,
    BranchManager,
    BranchWarning,
    Changes,
    DiffOutput,
    DiffSummary,
    MergeConflictStrategy,
)
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column  # noqa: TC002 - mapping reads the annotations

from matrixone import Session as MatrixOneSession
from matrixone.exceptions import (
    AfterCommitError,
    BranchError,
    ConfigurationError,
    PendingOperationError,
    RollbackWarning,
    TransactionRefusedError,
)


class Model(DeclarativeBase):
    pass


class Base(Model):
    __tablename__ = "base"
    id: Mapped[int] = mapped_column(primary_key=True)
    a: Mapped[str]


class Child(Model):
    __tablename__ = "child"
    id: Mapped[int] = mapped_column(primary_key=True)
    a: Mapped[str]


def test_attribute_is_the_manager(client):
    assert type(client.branch) is BranchManager
    with client.session() as session:
        assert session.branch is session.branch is session.manager(BranchManager)


class TestTables:
    @pytest.mark.parametrize("target", ["child", "{0}.child", Child])
    @pytest.mark.parametrize("source", ["base", "`{0}`.`base`", Base])
    def test_create(self, client, matrixone_database, rows, target, source):
        names = [name.format(matrixone_database) if isinstance(name, str) else name for name in (target, source)]
        branch = client.branch.create(*names)
        assert branch.target.endswith("child")
        assert branch.source.endswith("base")
        assert not branch.pending
        client.execute("INSERT INTO base VALUES (4, 'four')")
        assert rows("child") == {1: "one", 2: "two", 3: "three"}

    def test_create_from_a_snapshot(self, client, matrixone_database, rows, snapshot):
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR TABLE {matrixone_database} base")
        client.execute("DELETE FROM base")
        branch = client.branch.create_table_branch("child", "base", snapshot.upper())
        assert branch == Branch("child", "base", snapshot, None, branch.outcome)
        assert len(rows("child")) == 3

    def test_errors_of_create(self, client, tables):
        client.branch.create("child", "base")
        for arguments, message in (
            (("child", "base"), "already exists"),
            (("x", "no_such_table"), "no_such_table"),
            (("x", "no_such_database.base"), "no_such_database"),
            (("x", "base", "no_such_snapshot"), "snapshot"),
        ):
            with pytest.raises(BranchError, match=message):
                client.branch.create(*arguments)
        client.execute("CREATE VIEW v AS SELECT 1 AS id")
        with pytest.raises(BranchError, match="BASE TABLE"):
            client.branch.create("x", "v")
        assert tables() == {"base", "child", "v"}

    @pytest.mark.parametrize("method", ["delete", "delete_table_branch"])
    def test_delete(self, client, tables, method):
        client.branch.create("child", "base")
        getattr(client.branch, method)(Child)
        assert tables() == {"base"}
        with pytest.raises(BranchError, match="no such table"):
            getattr(client.branch, method)("child")

    def test_delete_of_what_is_no_branch(self, client, tables):
        with pytest.raises(BranchError, match="not an active branch table"):
            client.branch.delete("base")
        assert tables() == {"base"}


class TestDatabases:
    def test_create_and_delete(self, client, matrixone_database, copy, rows):
        branch = client.branch.create(copy, matrixone_database, database=True)
        assert (branch.target, branch.source) == (copy, matrixone_database)
        client.execute(f"INSERT INTO {copy}.base VALUES (4, 'four')")
        assert client.branch.diff(f"{copy}.base", "base", output=DiffOutput.SUMMARY) == DiffSummary(
            Changes(1, 0, 0), Changes(0, 0, 0)
        )
        client.branch.merge(f"{copy}.base", "base", "fail")
        assert rows("base")[4] == "four"
        client.branch.delete(copy, database=True)
        with pytest.raises(BranchError, match="Unknown database"):
            client.branch.delete_database_branch(copy)

    def test_create_from_a_snapshot(self, client, matrixone_database, copy, rows, snapshot):
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR DATABASE {matrixone_database}")
        client.execute("DELETE FROM base")
        client.branch.create_database_branch(copy, matrixone_database, snapshot)
        assert len(rows(f"{copy}.base")) == 3

    def test_t18_a_missing_source_makes_no_empty_database(self, client, copy):
        with pytest.raises(BranchError, match="Unknown database no_such_database"):
            client.branch.create(copy, "no_such_database", database=True)
        assert copy not in client.execute("SHOW DATABASES").scalars().all()

    def test_t4_sequences_that_are_left_out_are_named(self, client, matrixone_database, copy):
        client.execute("CREATE SEQUENCE ids")
        with pytest.warns(BranchWarning, match=r"sequences.*: ids$"):
            client.branch.create(copy, matrixone_database, database=True)

    def test_delete_of_what_is_no_branch(self, client, copy):
        client.execute(f"CREATE DATABASE {copy}")
        with pytest.raises(BranchError, match="not an active branch"):
            client.branch.delete(copy, database=True)
        assert copy in client.execute("SHOW DATABASES").scalars().all()

    def test_databases_are_named_by_texts(self, client, copy):
        with pytest.raises(ConfigurationError):
            client.branch.create(Base, copy, database=True)
        with pytest.raises(ConfigurationError):
            client.branch.delete(Base, database=True)


class TestOtherAccounts:
    @pytest.fixture
    def account(self, client):
        name = f"acc_{uuid.uuid4().hex[:12]}"
        client.execute(f"CREATE ACCOUNT {name} ADMIN_NAME 'admin' IDENTIFIED BY '111'")
        yield name
        client.execute(f"DROP ACCOUNT IF EXISTS {name}")

    def test_branches_in_another_account(self, client, matrixone_url, account, matrixone_database, snapshot, copy):
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR DATABASE {matrixone_database}")
        branch = client.branch.create(copy, matrixone_database, snapshot, database=True, to_account=account.upper())
        assert branch.account == account
        client.branch.create(f"{copy}.more", "base", snapshot, to_account=account)
        with type(client)(url=matrixone_url, user="admin", account=account, password="111") as other:
            assert other.execute(f"SELECT COUNT(*) FROM {copy}.base").scalar() == 3
            assert other.execute(f"SELECT COUNT(*) FROM {copy}.more").scalar() == 3

    def test_need_a_snapshot(self, client):
        for database in (False, True):
            with pytest.raises(BranchError, match="nothing was sent"):
                client.branch.create("x", "base", database=database, to_account="acme")


class TestOrdinaryUsers:
    """Users with privileges on the tables, and none on the server's catalog."""

    @pytest.fixture
    def user(self, client, child, matrixone_url, matrixone_database):
        name = f"user_{child}_{uuid.uuid4().hex[:12]}"
        for statement in (
            f"CREATE USER {name} IDENTIFIED BY '111'",
            f"CREATE ROLE {name}_role",
            f"GRANT {name}_role TO {name}",
            f"GRANT CONNECT ON ACCOUNT * TO {name}_role",
            f"GRANT ALL ON DATABASE {matrixone_database} TO {name}_role",
            f"GRANT ALL ON TABLE {matrixone_database}.* TO {name}_role",
        ):
            client.execute(statement)
        yield type(client)(
            url=matrixone_url,
            user=name,
            account="sys",
            role=f"{name}_role",
            password="111",
            database=matrixone_database,
        )
        client.execute(f"DROP USER IF EXISTS {name}")
        client.execute(f"DROP ROLE IF EXISTS {name}_role")

    def test_compare_merge_and_pick(self, user, rows):
        with user:
            assert user.branch.diff("child", "base", output="count") == 3
            user.branch.pick("child", "base", [4])
            with user.session() as session:
                session.branch.merge("child", "base", "skip")
        assert rows("base") == {1: "one", 2: "TWO", 4: "four"}

    def test_merge_would_overwrite_what_the_transaction_changed(self, user, rows):
        with user, user.session() as session:
            session.execute("UPDATE base SET a = 'zwei' WHERE id = 2")
            with pytest.raises(BranchError, match="may not ask for"):
                session.branch.merge("child", "base")
        assert rows("base") == {1: "one", 2: "zwei", 3: "three"}


class TestDifferences:
    @pytest.mark.parametrize("method", ["diff", "diff_table"])
    def test_rows(self, client, child, method):
        client.execute("INSERT INTO base VALUES (5, 'five')")
        rows = getattr(client.branch, method)(child, "base")
        assert [tuple(row) for row in sorted(rows, key=lambda row: row.id)] == [
            ("child", "UPDATE", 2, "TWO"),
            ("child", "DELETE", 3, "three"),
            ("child", "INSERT", 4, "four"),
            ("base", "INSERT", 5, "five"),
        ]
        assert (rows[0].flag, rows[0][1], rows[0]._mapping["flag"]) == (rows[0].flag,) * 3

    def test_outputs(self, client, child):
        client.execute("INSERT INTO base VALUES (5, 'five')")
        assert client.branch.diff(child, Base, output=DiffOutput.COUNT) == 4
        assert client.branch.diff_table(child, "base", None, "count") == 4
        expected = DiffSummary(table=Changes(1, 1, 1), against=Changes(1, 0, 0))
        assert client.branch.diff(Child, "base", output="summary") == expected

    def test_columns_and_limit(self, client, child):
        rows = client.branch.diff(child, "base", columns=["id"])
        assert list(rows[0]._mapping)[1:] == ["flag", "id"]
        assert len(client.branch.diff(child, "base", limit=1)) == 1
        assert client.branch.diff(child, "base", limit=0) == []
        with pytest.raises(BranchError, match="nosuch"):
            client.branch.diff(child, "base", columns=["nosuch"])

    @pytest.mark.parametrize(
        "arguments",
        [
            {"limit": -1},
            {"columns": "id"},
            {"output": "tree"},
            {"output": "count", "limit": 1},
            {"output": "summary", "columns": ["id"]},
        ],
    )
    def test_arguments_that_cannot_work(self, client, arguments):
        with pytest.raises(ConfigurationError):
            client.branch.diff("base", "base", **arguments)

    def test_snapshots(self, client, matrixone_database, snapshot):
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR TABLE {matrixone_database} base")
        client.execute("DELETE FROM base WHERE id = 3")
        now_then = client.branch.diff("base", "base", against_snapshot=snapshot)
        then_now = client.branch.diff("base", "base", snapshot)
        assert [row.flag for row in now_then] == ["DELETE"]
        assert len(then_now) == 1
        assert client.branch.diff("base", "base", snapshot, "count", against_snapshot=snapshot) == 0

    def test_to_a_table(self, client, child):
        client.branch.diff_to_table(child, "base", "found", columns=["id"])
        found = client.execute("SELECT __mo_diff_flag, id FROM found ORDER BY id").all()
        assert found == [("UPDATE", 2), ("DELETE", 3), ("INSERT", 4)]
        with pytest.raises(BranchError, match="already exists"):
            client.branch.diff_to_table(child, "base", "found")

    def test_to_a_file_that_makes_them_equal(self, client, child, tmp_path):
        path = client.branch.diff_to_file(child, "base", f"{tmp_path}/")
        assert path.startswith(f"{tmp_path}/")
        assert "'four'" in next(tmp_path.iterdir()).read_text()
        with pytest.raises(BranchError, match="does not exist"):
            client.branch.diff_to_file(child, "base", f"{tmp_path}/nosuch/")
        with pytest.raises(ConfigurationError, match="relative"):
            client.branch.diff_to_file(child, "base", "here/")

    def test_tables_that_cannot_be_compared(self, client):
        client.execute("CREATE TABLE other (x VARCHAR(5) PRIMARY KEY)")
        for table in ("other", "no_such_table", "no_such_database.base"):
            with pytest.raises(BranchError):
                client.branch.diff("base", table)

    def test_views_are_refused_before_anything_is_sent(self, client, matrixone_database):
        client.execute("CREATE VIEW recent AS SELECT * FROM base")
        for name in ("Recent", f"{matrixone_database}.recent"):
            for call in (client.branch.diff, client.branch.merge):
                with pytest.raises(BranchError, match="recent is a view; nothing was sent"):
                    call("base", name)
            with pytest.raises(BranchError, match="recent is a view; nothing was sent"):
                client.branch.pick(name, "base", [1])


class TestMerge:
    def test_all_changes(self, client, child, rows):
        merge = client.branch.merge(child, Base)
        assert (merge.source, merge.target, merge.on_conflict) == ("child", "base", MergeConflictStrategy.SKIP)
        assert not merge.pending
        assert rows("base") == rows("child") == {1: "one", 2: "TWO", 4: "four"}

    def test_conflicts(self, client, child, rows):
        client.execute("UPDATE base SET a = 'zwei' WHERE id = 2")
        before = rows("base")
        with pytest.raises(BranchError, match="conflict"):
            client.branch.merge(child, "base", on_conflict="fail")
        assert rows("base") == before
        client.branch.merge(child, "base")
        assert rows("base") == {1: "one", 2: "zwei", 4: "four"}
        client.branch.merge_table(child, "base", conflict_strategy=MergeConflictStrategy.ACCEPT)
        assert rows("base") == {1: "one", 2: "TWO", 4: "four"}

    def test_wrong_strategies(self, client, child):
        with pytest.raises(ConfigurationError):
            client.branch.merge(child, "base", "ours")
        with pytest.raises(TypeError):
            client.branch.merge_table(child, "base", "skip", conflict_strategy="skip")

    def test_missing_tables(self, client):
        for source, target in (("no_such_table", "base"), ("base", "no_such_table")):
            with pytest.raises(BranchError, match="no_such_table"):
                client.branch.merge(source, target)


class TestPick:
    def test_keys(self, client, child, rows):
        pick = client.branch.pick(child, "base", [4])
        assert (pick.source, pick.target, pick.missing, pick.pending) == ("child", "base", (), False)
        assert rows("base")[4] == "four"
        client.branch.pick(Child, Base, (2, 3))
        assert rows("base") == {1: "one", 2: "TWO", 4: "four"}

    def test_keys_of_a_query(self, client, child, rows):
        client.branch.pick(child, "base", select(Child.id).where(Child.a == "four"))
        client.branch.pick(child, "base", client.query(Child.id).where("a = ?", "TWO"))
        assert rows("base") == {1: "one", 2: "TWO", 3: "three", 4: "four"}

    def test_keys_of_several_columns(self, client):
        client.execute("CREATE TABLE m (b VARCHAR(5), n INT, v INT, PRIMARY KEY (n, b))")
        client.branch.create("m2", "m")
        client.execute("INSERT INTO m2 VALUES ('x', 1, 1), ('y', 1, 2)")
        with pytest.warns(BranchWarning, match=r"\(1, 'z'\)"):
            pick = client.branch.pick("m2", "m", [(1, "y"), (1, "z")])
        assert pick.missing == ((1, "z"),)
        assert client.execute("SELECT b, n, v FROM m").all() == [("y", 1, 2)]
        with pytest.raises(BranchError, match=r"primary key is \(n, b\)"):
            client.branch.pick("m2", "m", [1])

    def test_missing_keys_are_reported(self, client, child, rows):
        with pytest.warns(BranchWarning, match="neither 'child' nor 'base' has: 98, 99$"):
            pick = client.branch.pick(child, "base", [4, 98, 3, 99])
        assert pick.missing == (98, 99)
        assert rows("base") == {1: "one", 2: "two", 4: "four"}

    def test_conflicts(self, client, child, rows):
        client.execute("UPDATE base SET a = 'zwei' WHERE id = 2")
        with pytest.raises(BranchError, match="conflict"):
            client.branch.pick(child, "base", [2])
        client.branch.pick(child, "base", [2], on_conflict="skip")
        assert rows("base")[2] == "zwei"
        client.branch.pick(child, "base", [2], on_conflict="accept")
        assert rows("base")[2] == "TWO"

    def test_between_snapshots(self, client, matrixone_database, rows, snapshot):
        client.branch.create("child", "base")
        later = f"{snapshot}_later"
        client.execute(f"CREATE SNAPSHOT {snapshot} FOR TABLE {matrixone_database} child")
        try:
            client.execute("INSERT INTO child VALUES (4, 'four'), (5, 'five')")
            client.execute(f"CREATE SNAPSHOT {later} FOR TABLE {matrixone_database} child")
            client.execute("INSERT INTO child VALUES (6, 'six')")
            client.branch.pick("child", "base", [5], between=(snapshot, later.upper()))
            assert set(rows("base")) == {1, 2, 3, 5}
            client.branch.pick("child", "base", between=(snapshot, later))
            assert set(rows("base")) == {1, 2, 3, 4, 5}
            with pytest.raises(BranchError, match="later than"):
                client.branch.pick("child", "base", between=(later, snapshot))
            with pytest.raises(BranchError, match="not found"):
                client.branch.pick("child", "base", between=(snapshot, "no_such_snapshot"))
        finally:
            client.execute(f"DROP SNAPSHOT IF EXISTS {later}")

    def test_without_anything_to_pick(self, client, child):
        with pytest.raises(ConfigurationError, match="keys or two snapshots"):
            client.branch.pick(child, "base")
        with pytest.raises(BranchError, match="no keys"):
            client.branch.pick(child, "base", [])

    def test_without_a_primary_key(self, client):
        client.execute("CREATE TABLE n (v INT)")
        client.branch.create("n2", "n")
        with pytest.raises(BranchError, match="no primary key; nothing was sent"):
            client.branch.pick("n2", "n", [1])


class TestTransactions:
    def test_create_and_delete_are_rolled_back(self, client, matrixone_database, copy, tables):
        client.branch.create("child", "base")
        with client.session() as session:
            session.execute("INSERT INTO base VALUES (4, 'mine')")
            session.branch.create(copy, matrixone_database, database=True)
            session.branch.create("mine", "base")
            with pytest.raises(BranchError, match="mine does not exist"):
                session.branch.create(f"{copy}_more", matrixone_database, database=True)
            session.branch.delete("child")
            assert session.execute("SELECT COUNT(*) FROM mine").scalar() == 4
            assert session.execute(f"SELECT COUNT(*) FROM {copy}.base").scalar() == 3
            session.rollback()
        assert tables() == {"base", "child"}
        assert copy not in client.execute("SHOW DATABASES").scalars().all()

    def test_create_is_committed(self, client, rows, tables):
        with client.session() as session:
            session.branch.create("child", "base")
            session.execute("INSERT INTO child VALUES (4, 'four')")
            assert "child" not in tables()
        assert rows("child")[4] == "four"

    def test_merge_joins_and_is_rolled_back(self, client, child, rows):
        client.execute("CREATE TABLE other (id INT PRIMARY KEY)")
        with client.session() as session:
            session.execute("INSERT INTO other VALUES (1)")
            assert not session.branch.merge(child, "base").pending
            assert session.execute("SELECT a FROM base WHERE id = 4").scalar() == "four"
            assert set(rows("base")) == {1, 2, 3}
            session.rollback()
        assert rows("base") == {1: "one", 2: "two", 3: "three"}

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE base SET a = 'zwei' WHERE id = 2",
            "DELETE FROM base WHERE id = 2",
            "INSERT INTO base VALUES (4, 'vier')",
            "INSERT INTO child VALUES (7, 'mine')",
        ],
    )
    def test_merge_would_overwrite_what_the_transaction_changed(self, client, child, rows, change):
        with client.session() as session:
            session.execute(change)
            with pytest.raises(BranchError, match="nothing was sent"):
                session.branch.merge(child, "base")
            session.commit()
            session.branch.merge(child, "base")
        expected = {1: "one", 2: "TWO", 4: "four"}
        if "base" in change:
            expected[2] = "zwei" if "zwei" in change else "TWO"
            expected[4] = "vier" if "vier" in change else "four"
        else:
            expected[7] = "mine"
        assert rows("base") == expected

    def test_merging_twice_in_a_transaction(self, client, child):
        with client.session() as session:
            session.branch.merge(child, "base")
            with pytest.raises(BranchError, match="rows of base"):
                session.branch.merge(child, "base")

    def test_a_conflict_leaves_the_transaction_as_it_was(self, client, child, rows):
        client.execute("UPDATE base SET a = 'zwei' WHERE id = 2")
        client.execute("CREATE TABLE other (id INT PRIMARY KEY)")
        with client.session() as session:
            session.execute("INSERT INTO other VALUES (1)")
            with pytest.raises(BranchError, match="conflict"):
                session.branch.merge(child, "base", "fail")
        assert client.execute("SELECT COUNT(*) FROM other").scalar() == 1
        assert rows("base") == {1: "one", 2: "zwei", 3: "three"}

    def test_diff_compares_committed_rows(self, client, child, tmp_path, tables):
        with client.session() as session:
            session.execute("DELETE FROM child WHERE id = 4")
            assert session.branch.diff(child, "base", output="count") == 3
            session.branch.diff_to_table(child, "base", "found")
            session.branch.diff_to_file(child, "base", f"{tmp_path}/")
            session.rollback()
        assert "found" not in tables()
        assert len(list(tmp_path.iterdir())) == 1, "the file stays"

    def test_a_branch_made_in_the_transaction_is_compared_after_its_commit(self, client):
        with client.session() as session:
            session.branch.create("child", "base")
            with pytest.raises(BranchError, match="only after the commit"):
                session.branch.diff("child", "base")
            session.commit()
            assert session.branch.diff("child", "base") == []

    def test_pick_waits_for_the_commit(self, client, child, rows):
        with client.session() as session:
            session.execute("INSERT INTO child VALUES (7, 'mine')")
            pick = session.branch.pick(child, "base", [7])
            assert pick.pending
            assert pick.missing == ()
            assert 7 not in rows("base")
        assert not pick.pending
        assert rows("base")[7] == "mine"

    def test_pick_never_runs_after_a_rollback(self, client, child, rows):
        with client.session() as session:
            session.execute("INSERT INTO child VALUES (7, 'mine')")
            session.branch.pick(child, "base", [4, 7])
            session.rollback()
        assert rows("base") == {1: "one", 2: "two", 3: "three"}

    def test_a_pick_that_fails_after_the_commit(self, client, child, rows):
        session = client.session()
        session.execute("UPDATE base SET a = 'zwei' WHERE id = 2")
        session.branch.pick(child, "base", [2])
        with pytest.raises(AfterCommitError, match=r"branch\.pick"):
            session.commit()
        session.close()
        assert rows("base")[2] == "zwei"

    def test_pick_outside_a_transaction_stays(self, client, child, rows):
        with client.session() as session:
            assert not session.branch.pick(child, "base", [4]).pending
            session.execute("INSERT INTO base VALUES (7, 'mine')")
            with pytest.warns(RollbackWarning, match="PickRows"):
                session.rollback()
        assert set(rows("base")) == {1, 2, 3, 4}

    def test_pick_is_refused_where_nothing_is_put_off(self, client, child):
        with client.session(on_refused="raise") as session:
            session.execute("INSERT INTO child VALUES (7, 'mine')")
            with pytest.raises(TransactionRefusedError, match=r"branch\.pick"):
                session.branch.pick(child, "base", [7])
            session.rollback()

    def test_a_snapshot_that_waits_for_the_commit_is_named(self, client, snapshot):
        with client.session() as session:
            session.execute("INSERT INTO base VALUES (7, 'mine')")
            session.snapshots.create(snapshot, "database")
            for call in (
                lambda: session.branch.create("child", "base", snapshot),
                lambda: session.branch.diff("base", "base", snapshot),
            ):
                with pytest.raises(PendingOperationError, match=snapshot):
                    call()
            session.rollback()


class TestWrappedSessions:
    """A session that had begun with autocommit=0 and without BEGIN: the server would commit, or refuse."""

    @pytest.fixture
    def wrapped(self, client, child, matrixone_url, matrixone_database):
        url = make_url(matrixone_url).set(drivername="mysql+pymysql", database=matrixone_database)
        engine = create_engine(url)
        with Session(engine) as begun:
            begun.execute(text(f"INSERT INTO {child} VALUES (7, 'mine')"))
            yield MatrixOneSession(client=client, wrap_session=begun)
        engine.dispose()

    def test_merge_and_create_wait_for_the_commit(self, wrapped, rows, tables):
        merge = wrapped.branch.merge("child", "base")
        branch = wrapped.branch.create("late", "base")
        assert merge.pending
        assert branch.pending
        assert "late" not in tables()
        wrapped.commit()
        assert not merge.pending
        assert rows("base") == rows("late") == {1: "one", 2: "TWO", 4: "four", 7: "mine"}

    def test_a_rollback_leaves_nothing(self, wrapped, rows, tables):
        wrapped.branch.merge("child", "base")
        wrapped.branch.create("late", "base")
        wrapped.rollback()
        assert rows("base") == {1: "one", 2: "two", 3: "three"}
        assert "late" not in tables()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
)
def test_keys_of_any_text_are_picked(client, key):
    client.execute("CREATE TABLE IF NOT EXISTS words (id VARCHAR(64) PRIMARY KEY, a INT)")
    client.execute("DROP TABLE IF EXISTS words2")
    client.execute("DELETE FROM words")
    client.branch.create("words2", "words")
    client.execute("INSERT INTO words2 VALUES (?, 1), ('another one, longer', 2)", (key,))
    with warnings.catch_warnings():
        warnings.simplefilter("error", BranchWarning)
        client.branch.pick("words2", "words", [key])
    assert client.execute("SELECT id FROM words").scalars().all() == [key]
