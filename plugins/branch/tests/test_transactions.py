"""Branches within transactions, and in sessions of the caller."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session

from matrixone import Session as MatrixOneSession
from matrixone.exceptions import (
    AfterCommitError,
    BranchError,
    PendingOperationError,
    RollbackWarning,
    TransactionRefusedError,
)


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
