"""Statements that are put together step by step, and the modules that other programs import names of plugins from."""

from __future__ import annotations

import importlib

import pytest
from sqlalchemy import Column, Integer
from sqlalchemy.orm import DeclarativeBase

import matrixone
from matrixone.account import AccountManager, AsyncAccountManager
from matrixone.branch_builder import DiffOutputOption, MergeConflictStrategy
from matrixone.exceptions import CloneError, InvalidNameError
from matrixone.snapshot import AsyncSnapshotManager, SnapshotManager

MODULES = [
    "snapshot",
    "clone",
    "restore",
    "pitr",
    "pubsub",
    "account",
    "metadata",
    "load_data",
    "stage",
    "cdc",
    "branch",
    "export",
    "moctl",
    "vector_manager",
    "fulltext_manager",
    "clone_builder",
    "branch_builder",
]


class Model(DeclarativeBase):
    pass


class Thing(Model):
    __tablename__ = "things"
    id = Column(Integer, primary_key=True)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (matrixone.clone_table("copy").from_table("shop.goods"), "CREATE TABLE `copy` CLONE `shop`.`goods`"),
        (
            matrixone.clone_table(Thing).from_table("t", snapshot="Daily").to_account("acc"),
            "CREATE TABLE `things` CLONE `t` {SNAPSHOT = 'daily'} TO ACCOUNT `acc`",
        ),
        (matrixone.clone_database("c`py").from_database("shop"), "CREATE DATABASE `c``py` CLONE `shop`"),
        (
            matrixone.create_table_branch("draft").from_table("articles", "s").to_account("acc"),
            "DATA BRANCH CREATE TABLE `draft` FROM `articles` {SNAPSHOT = 's'} TO ACCOUNT `acc`",
        ),
        (
            matrixone.create_database_branch("trial").from_database("shop"),
            "DATA BRANCH CREATE DATABASE `trial` FROM `shop`",
        ),
        (matrixone.delete_table_branch("shop.draft"), "DATA BRANCH DELETE TABLE `shop`.`draft`"),
        (matrixone.delete_database_branch("trial"), "DATA BRANCH DELETE DATABASE `trial`"),
        (
            matrixone.diff_table_branch("a").snapshot("s").against("b", "t"),
            "DATA BRANCH DIFF `a` {SNAPSHOT = 's'} AGAINST `b` {SNAPSHOT = 't'}",
        ),
        (matrixone.diff_table_branch("a").against("b").output_count(), "DATA BRANCH DIFF `a` AGAINST `b` OUTPUT COUNT"),
        (
            matrixone.diff_table_branch("a").against("b").output_limit(5),
            "DATA BRANCH DIFF `a` AGAINST `b` OUTPUT LIMIT 5",
        ),
        (
            matrixone.diff_table_branch("a").against("b").output_file("/it's/"),
            "DATA BRANCH DIFF `a` AGAINST `b` OUTPUT FILE '/it''s/'",
        ),
        (
            matrixone.diff_table_branch("a").against("b").output_as("d.c"),
            "DATA BRANCH DIFF `a` AGAINST `b` OUTPUT AS `d`.`c`",
        ),
        (matrixone.merge_table_branch("a").into("b"), "DATA BRANCH MERGE `a` INTO `b` WHEN CONFLICT FAIL"),
        (
            matrixone.merge_table_branch("a").into("b").when_conflict(MergeConflictStrategy.ACCEPT),
            "DATA BRANCH MERGE `a` INTO `b` WHEN CONFLICT ACCEPT",
        ),
    ],
)
def test_the_text(statement, expected):
    assert str(statement) == expected
    assert str(statement.compile()) == expected


@pytest.mark.parametrize(
    "unfinished",
    [
        lambda: matrixone.clone_table("t"),
        lambda: matrixone.clone_database("d"),
        lambda: matrixone.create_table_branch("t"),
        lambda: matrixone.create_database_branch("d"),
        lambda: matrixone.diff_table_branch("t").output_count(),
        lambda: matrixone.merge_table_branch("t").when_conflict("skip"),
        lambda: matrixone.clone_table(""),
        lambda: matrixone.create_table_branch("x" * 65),
        lambda: matrixone.delete_database_branch(""),
        lambda: matrixone.diff_table_branch("t").against("u").output_limit(0),
        lambda: matrixone.diff_table_branch("t").against("u").output_file(""),
    ],
)
def test_what_is_missing_is_a_value_error(unfinished):
    with pytest.raises(ValueError, match=r"needs a|characters|1 or more|empty"):
        str(unfinished())


def test_each_step_gives_a_new_statement():
    first = matrixone.clone_table("copy").from_table("one")
    second = first.from_table("two")
    assert (str(first), str(second)) == ("CREATE TABLE `copy` CLONE `one`", "CREATE TABLE `copy` CLONE `two`")


def test_words_that_the_server_does_not_keep():
    for statement in (matrixone.clone_table("t"), matrixone.clone_database("d")):
        with pytest.raises(CloneError, match="if_not_exists=True"):
            statement.if_not_exists()


def test_names_are_quoted(client):
    with pytest.raises(InvalidNameError):
        matrixone.clone_table("a.b.c.")
    client.create_table("t; DROP", {"id": "int primary key"})
    client.execute(matrixone.clone_table("c'`py").from_table("t; DROP"))
    assert client.execute("SELECT count(*) FROM `c'``py`").scalar() == 0


async def test_they_run(client, async_client):
    client.create_table("goods", {"id": "int primary key"})
    client.insert("goods", {"id": 1})
    client.execute(matrixone.clone_table("copy").from_table("goods"))
    client.execute(str(matrixone.clone_table("other").from_table("goods")))
    with client.session() as session:
        session.execute(matrixone.clone_table("undone").from_table("goods"))
        assert session.execute("SELECT id FROM undone").scalar() == 1
        session.rollback()
    await async_client.execute(matrixone.clone_table("third").from_table("goods"))
    assert {row[0] for row in client.execute("SHOW TABLES")} == {"goods", "copy", "other", "third"}


async def test_branches_run(async_client, client, unless_lite_refuses):
    client.create_table("articles", {"id": "int primary key", "title": "varchar(20)"})
    client.insert("articles", {"id": 1, "title": "first"})
    with unless_lite_refuses("CREATE BRANCH"):
        client.execute(matrixone.create_table_branch("draft").from_table("articles"))
    client.insert("draft", {"id": 2, "title": "second"})
    compared = matrixone.diff_table_branch("draft").against("articles")
    assert client.execute(compared.output_count()).scalar() == 1
    assert len(client.execute(compared).rows) == 1
    await async_client.execute(matrixone.merge_table_branch("draft").into("articles").when_conflict("skip"))
    assert client.execute("SELECT count(*) FROM articles").scalar() == 2
    client.execute(matrixone.delete_table_branch("draft"))


@pytest.mark.parametrize("module", MODULES)
def test_import_paths(module):
    found = importlib.import_module(f"matrixone.{module}")
    assert all(getattr(found, name) is not None for name in found.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = found.nothing


def test_a_plugin_that_is_not_installed():
    from matrixone.elsewhere import names_of

    with pytest.raises(ImportError, match="pip install matrixone-nowhere"):
        names_of("matrixone_nowhere.managers", ["Manager"])("Manager")


async def test_managers_made_by_hand(client, async_client):
    assert isinstance(client.snapshots, SnapshotManager)
    assert isinstance(async_client.snapshots, AsyncSnapshotManager)
    assert AccountManager(client).get_current_user().name == "root"
    assert (await AsyncAccountManager(async_client).get_current_user()).name == "root"
    with client.session() as session:
        assert AccountManager(client, session).get_current_user().name == "root"
        assert AccountManager(session).get_current_user().name == "root"
    async with async_client.session() as session:
        assert (await AsyncAccountManager(async_client, session).get_current_user()).name == "root"
    assert DiffOutputOption("count") is DiffOutputOption.COUNT
