"""Branches merged, and rows picked from them."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matrixone_branch import (
    BranchWarning,
    MergeConflictStrategy,
)
from sqlalchemy import select

from matrixone.exceptions import (
    BranchError,
    ConfigurationError,
)

from .models import Base, Child


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
