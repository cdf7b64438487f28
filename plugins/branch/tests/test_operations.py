"""The statements as text, without a server."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import matrixone_branch.plugin
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_branch import Changes, DiffSummary, MergeConflictStrategy
from matrixone_branch.branches import (
    CheckSource,
    CreateDatabaseBranch,
    CreateTableBranch,
    DeleteDatabaseBranch,
    DeleteTableBranch,
    ListSequences,
)
from matrixone_branch.differences import (
    Comparison,
    CountDifferences,
    DiffRows,
    DiffToFile,
    DiffToTable,
    FindFractions,
    FindViews,
    SummarizeDifferences,
)
from matrixone_branch.merges import (
    CountLocked,
    FindKeys,
    FindUncommitted,
    MergeTable,
    PickRows,
    ReadPrimaryKey,
    keys_of,
    missing_keys,
)
from matrixone_branch.model import Side, strategy
from sqlalchemy import column, select, table
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import BranchError, ConfigurationError, InvalidNameError, QueryError
from matrixone.operations import InTransaction
from matrixone.testing.contract import check_plugin

FAIL, SKIP, ACCEPT = MergeConflictStrategy
CHILD, BASE = Side(("child",)), Side(("shop", "base"), "daily")
BOTH = Comparison(CHILD, BASE)
SOME = Comparison(CHILD, CHILD, ("id", "a`b"))


def compiled(operation):
    return operation.statement().compile(dialect=MatrixOneDialect_pymysql())


def sql(operation):
    return str(compiled(operation))


def answer(operation, columns, *rows):
    return operation.read(IteratorResult(SimpleResultMetaData(columns), iter(rows)))


def test_contract():
    check_plugin(matrixone_branch.plugin)


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (CreateTableBranch(("b",), CHILD), "DATA BRANCH CREATE TABLE `b` FROM `child`"),
        (
            CreateTableBranch(("d", "b"), BASE, "acme"),
            "DATA BRANCH CREATE TABLE `d`.`b` FROM `shop`.`base` {SNAPSHOT = 'daily'} TO ACCOUNT `acme`",
        ),
        (CreateDatabaseBranch("b", "shop"), "DATA BRANCH CREATE DATABASE `b` FROM `shop`"),
        (
            CreateDatabaseBranch("b", "shop", "daily", "acme"),
            "DATA BRANCH CREATE DATABASE `b` FROM `shop` {SNAPSHOT = 'daily'} TO ACCOUNT `acme`",
        ),
        (CheckSource("shop"), "SHOW TABLES FROM `shop`"),
        (CheckSource("shop", "daily"), "SHOW TABLES FROM `shop` {SNAPSHOT = 'daily'}"),
        (DeleteTableBranch(("d", "b")), "DATA BRANCH DELETE TABLE `d`.`b`"),
        (DeleteDatabaseBranch("b"), "DATA BRANCH DELETE DATABASE `b`"),
        (DiffRows(BOTH), "DATA BRANCH DIFF `child` AGAINST `shop`.`base` {SNAPSHOT = 'daily'}"),
        (DiffRows(SOME, 0), "DATA BRANCH DIFF `child` AGAINST `child` COLUMNS (`id`, `a``b`) OUTPUT LIMIT 0"),
        (CountDifferences(BOTH), "DATA BRANCH DIFF `child` AGAINST `shop`.`base` {SNAPSHOT = 'daily'} OUTPUT COUNT"),
        (SummarizeDifferences(Comparison(CHILD, CHILD)), "DATA BRANCH DIFF `child` AGAINST `child` OUTPUT SUMMARY"),
        (DiffToTable(SOME, ("d", "t")), "DATA BRANCH DIFF `child` AGAINST `child` COLUMNS (`id`, `a``b`) OUTPUT AS `d`.`t`"),
        (DiffToFile(Comparison(CHILD, CHILD), "/d'/"), "DATA BRANCH DIFF `child` AGAINST `child` OUTPUT FILE '/d''/'"),
        (MergeTable(("a",), ("d", "b"), FAIL), "DATA BRANCH MERGE `a` INTO `d`.`b` WHEN CONFLICT FAIL"),
        (
            PickRows(("a",), ("b",), None, ("one", "two"), SKIP),
            "DATA BRANCH PICK `a` INTO `b` BETWEEN SNAPSHOT `one` AND `two` WHEN CONFLICT SKIP",
        ),
        (ReadPrimaryKey(("d", "t")), "SHOW INDEX FROM `d`.`t`"),
    ],
)  # fmt: skip
def test_statement(operation, text):
    assert sql(operation) == text


def test_keys_are_bound():
    keys = keys_of([1, "x' OR 1", dt.date(2026, 1, 2)], ["id"])
    pick = compiled(PickRows(("a",), ("b",), keys, ("one", "two"), ACCEPT))
    assert str(pick) == (
        "DATA BRANCH PICK `a` INTO `b` BETWEEN SNAPSHOT `one` AND `two` KEYS (%s, %s, %s) WHEN CONFLICT ACCEPT"
    )
    assert list(pick.params.values()) == [1, "x' OR 1", dt.date(2026, 1, 2)]


def test_keys_of_several_columns():
    pick = compiled(PickRows(("a",), ("b",), keys_of([(1, "x"), (2, "y")], ["m", "n"]), None, FAIL))
    assert str(pick) == "DATA BRANCH PICK `a` INTO `b` KEYS ((%s, %s), (%s, %s)) WHEN CONFLICT FAIL"
    assert list(pick.params.values()) == [1, "x", 2, "y"]


def test_keys_of_a_query():
    base = table("base", column("id"))
    pick = compiled(PickRows(("a",), ("b",), select(base.c.id).where(base.c.id > 7), None, FAIL))
    assert " KEYS (SELECT base.id " in str(pick)
    assert "WHERE base.id > %s) WHEN CONFLICT FAIL" in str(pick)
    assert list(pick.params.values()) == [7]


def test_keys_are_looked_for_in_both_tables():
    find = compiled(FindKeys((("a",), ("d", "b")), ("m", "n"), ((1, "x"),)))
    select_ = "SELECT `m`, `n` FROM {} WHERE (`m`, `n`) IN ((%s, %s))"
    assert str(find) == f"{select_.format('`a`')} UNION {select_.format('`d`.`b`')}"
    assert [find.params[name] for name in find.positiontup] == [1, "x", 1, "x"]
    assert answer(FindKeys((), ("m", "n"), ()), ["m", "n"], (1, "x")) == {(1, "x")}


@pytest.mark.parametrize("keys", ["abc", b"abc", [], [None], [(1, None)], [(1, 2, 3)], [float("nan")], [object()]])
def test_what_cannot_be_a_key_is_refused_before_anything_is_sent(keys):
    with pytest.raises(BranchError, match="nothing was sent"):
        keys_of(keys, ["m", "n"] if isinstance(keys, list) and isinstance((keys or [0])[0], tuple) else ["id"])


def test_missing_keys():
    found = {(1,), (Decimal("1.50"),), ("x",), (dt.datetime(2026, 1, 2, 3, 4, 5),)}  # noqa: DTZ001 - DATETIME has no zone
    keys = keys_of([1, "1", Decimal("1.5"), "x", "2026-01-02 03:04:05", 2, "X"], ["id"])
    assert missing_keys(keys, found) == ((2,), ("X",))


def test_the_primary_key_in_its_order():
    columns = ["Key_name", "Seq_in_index", "Column_name"]
    rows = [("ix", 1, "c"), ("PRIMARY", 2, "b"), ("PRIMARY", 1, "a")]
    assert answer(ReadPrimaryKey(("t",)), columns, *rows) == ("a", "b")
    assert answer(ReadPrimaryKey(("t",)), columns, rows[0]) == ()


def test_answers():
    summary = [("DELETED", 1, 0), ("INSERTED", 2, 5), ("UPDATED", 3, 0)]
    assert answer(SummarizeDifferences(BOTH), ["metric", "t", "t"], *summary) == DiffSummary(
        Changes(2, 1, 3), Changes(5, 0, 0)
    )
    assert answer(CountDifferences(BOTH), ["COUNT(*)"], (4,)) == 4
    assert answer(DiffToFile(BOTH, "/d/"), ["FILE SAVED TO", "HINT"], ("/d/x.sql", "...")) == "/d/x.sql"
    row = answer(DiffRows(BOTH), ["diff a against b", "flag", "id"], ("a", "INSERT", 1))[0]
    assert (row[0], row.flag, row._mapping["id"]) == ("a", "INSERT", 1)
    assert answer(ListSequences("shop"), ["relname"], ("ids",)) == ["ids"]
    assert answer(FindViews(()), ["table_name"], ("v",)) == ["v"]
    assert answer(CountLocked(), ["COUNT"], (2,)) == 2
    columns = [("a", "DATETIME(3)", "PRI"), ("b", "DATETIME(0)", "PRI"), ("c", "time(6)", "PRI"), ("d", "TIME(1)", "")]
    assert answer(FindFractions(("t",)), ["Field", "Type", "Key"], *columns) == ["a", "c"]


def test_tables_are_looked_for_where_the_names_lead():
    for operation, database, name in (
        (FindViews, "table_schema", "table_name"),
        (FindUncommitted, "t.reldatabase", "t.relname"),
    ):
        text = sql(operation((("Child",), ("It's", "BASE"))))
        assert f"LOWER({database}) = LOWER(DATABASE()) AND LOWER({name}) = 'child' OR " in text
        assert f"LOWER({database}) = LOWER('It''s') AND LOWER({name}) = 'base'" in text


def test_what_ordinary_users_may_not_ask():
    refusal = QueryError("internal error: do not have privilege to execute the statement", errno=20101)
    for operation in (ListSequences("shop"), FindUncommitted((("a",),))):
        assert operation.satisfied_by(refusal)
        assert not operation.satisfied_by(QueryError("Unknown database shop", errno=1049))


@pytest.mark.parametrize(
    ("operation", "kind", "needs_begin"),
    [
        (CreateTableBranch(("b",), BASE), InTransaction.JOINS, True),
        (CreateDatabaseBranch("b", "shop"), InTransaction.JOINS, True),
        (DeleteTableBranch(("b",)), InTransaction.JOINS, True),
        (DeleteDatabaseBranch("b"), InTransaction.JOINS, True),
        (DiffRows(BOTH), InTransaction.READS, False),
        (CountDifferences(BOTH), InTransaction.READS, False),
        (SummarizeDifferences(BOTH), InTransaction.READS, False),
        (DiffToTable(BOTH, ("t",)), InTransaction.JOINS, True),
        (DiffToFile(BOTH, "/d/"), InTransaction.READS, False),
        (MergeTable(("a",), ("b",), FAIL), InTransaction.JOINS, True),
        (FindUncommitted((("a",),)), InTransaction.JOINS, True),
        (PickRows(("a",), ("b",), None, ("one", "two"), FAIL), InTransaction.REFUSED, False),
    ],
)
def test_what_the_server_does_in_a_transaction(operation, kind, needs_begin):
    assert (operation.in_transaction, operation.needs_begin) == (kind, needs_begin)
    assert operation.error is BranchError
    assert operation.undo() is None


def test_what_must_exist_before():
    daily = ("snapshot", "daily")
    assert list(CreateTableBranch(("b",), BASE).needs()) == [daily]
    assert list(CreateDatabaseBranch("b", "shop", "daily").needs()) == [daily]
    assert list(CheckSource("shop", "daily").needs()) == [daily]
    assert list(DiffRows(BOTH).needs()) == [daily]
    assert list(DiffToFile(BOTH, "stage://s/d/").needs()) == [daily, ("stage", "s")]
    assert list(PickRows(("a",), ("b",), None, ("one", "two"), FAIL).needs()) == [
        ("snapshot", "one"),
        ("snapshot", "two"),
    ]
    assert list(CreateTableBranch(("b",), CHILD).needs()) == []


def test_names():
    with pytest.raises(InvalidNameError):
        Side.of("t", "it's")


def test_strategies():
    assert [strategy(name) for name in ("fail", "SKIP", ACCEPT)] == [FAIL, SKIP, ACCEPT]
    with pytest.raises(ConfigurationError, match="fail, skip, accept"):
        strategy("ours")


@given(st.text(st.sampled_from(list("`%:;?{}.'\"\\é中 x")), min_size=1, max_size=8))
def test_names_stay_between_their_quotes(name):
    try:
        text = sql(MergeTable((name,), (name, name), FAIL))
    except InvalidNameError:
        assert name != name.rstrip()
        return
    quoted = "`" + name.replace("`", "``").replace("%", "%%") + "`"
    assert text == f"DATA BRANCH MERGE {quoted} INTO {quoted}.{quoted} WHEN CONFLICT FAIL"


@given(st.text(max_size=8), st.lists(st.one_of(st.text(max_size=5), st.integers()), min_size=1, max_size=3))
def test_keys_never_become_part_of_the_text(snapshot, keys):
    pick = compiled(PickRows(("a",), ("b",), keys_of(keys, ["id"]), None, FAIL))
    assert str(pick) == f"DATA BRANCH PICK `a` INTO `b` KEYS ({', '.join(['%s'] * len(keys))}) WHEN CONFLICT FAIL"
    assert list(pick.params.values()) == keys
