"""Differences and merges of random tables with random changes, against what the statements are said to do."""

from __future__ import annotations

import datetime as dt
import warnings
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from matrixone_branch import BranchWarning, Changes, DiffSummary

from matrixone.exceptions import BranchError

KEYS = {
    "INT": st.integers(-9, 9),
    "BIGINT UNSIGNED": st.sampled_from([0, 1, 7, 2**63 - 1, 2**63, 2**64 - 1]),
    "VARCHAR(12)": st.text(st.sampled_from(list("aB'\\é%_ -1")), max_size=4).map(lambda text: text + "."),
    "DATE": st.dates(dt.date(2024, 1, 1), dt.date(2024, 1, 9)),
    "DECIMAL(8, 2)": st.decimals(-20, 20, places=2).map(lambda number: number + Decimal("0.00")),
    "DATETIME": st.integers(0, 9).map(lambda n: dt.datetime(2024, 5, 5, 1, 2, n)),  # noqa: DTZ001 - no zone
}
VALUES = {
    "VARCHAR(20)": st.text(st.sampled_from(list("aB'\\é\n\t;")), max_size=5),
    "DOUBLE": st.sampled_from([0.0, 1.5, -2.25, 1e20, 1e-7]),
    "JSON": st.sampled_from(['{"a": 1}', '[1, "x"]', '{"b": null}']),
    "BLOB": st.binary(max_size=4),
    "VECF32(2)": st.sampled_from(["[1, 2]", "[0.5, -3]"]),
    "BOOL": st.booleans(),
}
EDITS = st.lists(
    st.tuples(st.sampled_from(["insert", "update", "delete"]), st.integers(0, 7), st.integers(0, 2)), max_size=6
)


@st.composite
def shapes(draw):
    """Types of the key and of another column, eight keys and three values."""
    parts = draw(st.lists(st.sampled_from(sorted(KEYS)), min_size=1, max_size=2))
    kind = draw(st.sampled_from(sorted(VALUES)))
    keys = draw(st.lists(st.tuples(*(KEYS[part] for part in parts)), min_size=8, max_size=8, unique=True))
    values = [None, *draw(st.lists(VALUES[kind], min_size=2, max_size=2))]
    return parts, kind, keys, values


class Table:
    """A table of the server."""

    def __init__(self, client, name, shape):
        self.client, self.name = client, name
        self.parts, self.kind, self.keys, self.values = shape
        self.key = [f"k{n}" for n in range(len(self.parts))]

    def create(self):
        columns = ", ".join(f"{name} {part}" for name, part in zip(self.key, self.parts, strict=True))
        self.client.execute(f"CREATE TABLE {self.name} ({columns}, v {self.kind}, PRIMARY KEY ({', '.join(self.key)}))")

    def edit(self, edits):
        where = " AND ".join(f"{name} = ?" for name in self.key)
        marks = ", ".join("?" * (len(self.key) + 1))
        for action, key, value in edits:
            there = self.client.execute(f"SELECT 1 FROM {self.name} WHERE {where}", self.keys[key]).scalar()
            if action == "insert" and not there:
                self.client.execute(f"INSERT INTO {self.name} VALUES ({marks})", (*self.keys[key], self.values[value]))
            elif action == "update":
                self.client.execute(
                    f"UPDATE {self.name} SET v = ? WHERE {where}", (self.values[value], *self.keys[key])
                )
            elif action == "delete":
                self.client.execute(f"DELETE FROM {self.name} WHERE {where}", self.keys[key])

    def rows(self):
        found = self.client.execute(f"SELECT {', '.join(self.key)}, v FROM {self.name}")
        return {tuple(row[:-1]): row[-1] for row in found}


def changes(before, after):
    """What became of each key: a flag and the value to show."""
    found = {}
    for key in before.keys() | after.keys():
        if key not in after:
            found[key] = ("DELETE", before[key])
        elif key not in before:
            found[key] = ("INSERT", after[key])
        elif before[key] != after[key]:
            found[key] = ("UPDATE", after[key])
    return found


def differences(table, against):
    """The rows of a diff, as the documentation says."""
    found = []
    for name, own, other in (("child", table, against), ("base", against, table)):
        for key, (flag, value) in own.items():
            alike = key in other and (other[key] == (flag, value) or flag == other[key][0] == "DELETE")
            found += [] if alike else [(name, flag, *key, value)]
    return found


def conflicts(source, target):
    """Keys both have changed; only equal new rows are none."""
    return {
        key for key in source.keys() & target.keys() if not (source[key] == target[key] and source[key][0] == "INSERT")
    }


def merged(rows, source, target, choice):
    """What the rows of the target become."""
    rows = dict(rows)
    for key, (flag, value) in source.items():
        conflict = key in conflicts(source, target)
        if conflict and choice == "skip" and not (flag == "UPDATE" and target[key][0] == "DELETE"):
            continue
        if flag == "DELETE":
            rows.pop(key, None)
        else:
            rows[key] = value
    return rows


def summary(own):
    flags = Counter(flag for flag, _ in own)
    return Changes(flags["INSERT"], flags["DELETE"], flags["UPDATE"])


@pytest.fixture
def tables(client):
    """Makes a table and its branch, edits both and says what has changed."""

    def make(shape, first, of_base, of_child):
        client.execute("DROP TABLE IF EXISTS base")
        client.execute("DROP TABLE IF EXISTS child")
        base, child = Table(client, "base", shape), Table(client, "child", shape)
        base.create()
        base.edit([("insert", key, value) for _, key, value in first])
        client.branch.create("child", "base")
        before = base.rows()
        base.edit(of_base)
        child.edit(of_child)
        return base, child, changes(before, child.rows()), changes(before, base.rows())

    return make


PROPERTY = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@PROPERTY
@given(shapes(), EDITS, EDITS, EDITS)
def test_differences(client, tables, shape, first, of_base, of_child):
    base, _, ours, theirs = tables(shape, first, of_base, of_child)
    expected = differences(ours, theirs)
    found = [tuple(row) for row in client.branch.diff("child", "base")]
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    assert client.branch.diff("child", "base", output="count") == len(expected)
    flags = [[(row[1], None) for row in expected if row[0] == name] for name in ("child", "base")]
    assert client.branch.diff("child", "base", output="summary") == DiffSummary(*map(summary, flags))
    shown = client.branch.diff("child", "base", columns=["v", *base.key], limit=2)
    assert len(shown) == len(found[:2])
    assert {tuple(row) for row in shown} <= {(*row[:2], row[-1], *row[2:-1]) for row in found}


@PROPERTY
@given(shapes(), EDITS, EDITS, EDITS)
def test_merges(client, tables, shape, first, of_base, of_child):
    for choice in ("fail", "skip", "accept"):
        base, _, ours, theirs = tables(shape, first, of_base, of_child)
        before = base.rows()
        if choice == "fail" and conflicts(ours, theirs):
            with pytest.raises(BranchError, match="conflict"):
                client.branch.merge("child", "base", choice)
            assert base.rows() == before
        else:
            client.branch.merge("child", "base", choice)
            assert base.rows() == merged(before, ours, theirs, choice)


@PROPERTY
@given(
    shapes(),
    EDITS,
    EDITS,
    EDITS,
    st.sets(st.integers(0, 7), min_size=1, max_size=4),
    st.sampled_from(["skip", "accept"]),
)
def test_picks(client, tables, shape, first, of_base, of_child, picked, choice):
    base, _, ours, theirs = tables(shape, first, of_base, of_child)
    before, keys = base.rows(), [shape[2][n] for n in picked]
    chosen = {key: change for key, change in ours.items() if key in keys}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BranchWarning)  # of keys no row has
        client.branch.pick("child", "base", [key if len(key) > 1 else key[0] for key in keys], on_conflict=choice)
    both = conflicts(chosen, theirs)
    left = {key: change for key, change in chosen.items() if choice == "accept" or key not in both}
    assert base.rows() == merged(before, left, theirs, "accept")


@pytest.mark.parametrize("kind", ["DATETIME(3)", "TIMESTAMP(6)", "TIME(3)"])
def test_rows_with_fractions_of_seconds_in_their_key(client, kind):
    client.execute(f"CREATE TABLE moments (id {kind} PRIMARY KEY, v INT)")
    client.execute("INSERT INTO moments VALUES ('2024-05-05 01:02:01.001', 1), ('2024-05-05 01:02:02.002', 2)")
    client.branch.create("later", "moments")
    client.execute("DELETE FROM later WHERE v = 1")
    client.execute("UPDATE later SET v = 3 WHERE v = 2")
    with pytest.warns(BranchWarning, match=r"fractions of seconds \(id\)"):
        found = [(row.flag, row.v) for row in client.branch.diff("later", "moments")]
    assert found == ([("DELETE", 1), ("UPDATE", 3)] if client.is_lite else [("INSERT", 3)])
