"""What is sent, without a server."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_pubsub import Publication, Subscription, SubscriptionStatus
from matrixone_pubsub.model import account_names, publication_of, subscription_of, table_names
from matrixone_pubsub.operations import (
    AlterPublication,
    CreatePublication,
    CreateSubscription,
    DropPublication,
    DropSubscription,
    ListPublications,
    ListSubscriptions,
    ReadDatabaseKind,
    ShowCreatePublication,
)

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import ConfigurationError, InvalidNameError, PubSubError
from matrixone.operations import InTransaction

NOW = dt.datetime(2026, 1, 2)  # noqa: DTZ001 - the server's times have no zone


def sql(operation):
    return str(operation.statement().compile(dialect=MatrixOneDialect_pymysql()))


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (CreatePublication("p", "d", None, None), "CREATE PUBLICATION `p` DATABASE `d` ACCOUNT ALL"),
        (CreatePublication("p", "*", None, ("a",)), "CREATE PUBLICATION `p` DATABASE * ACCOUNT `a`"),
        (
            CreatePublication("p", "d", ("t", "u"), ("a", "b"), "it's"),
            "CREATE PUBLICATION `p` DATABASE `d` TABLE `t`, `u` ACCOUNT `a`, `b` COMMENT 'it''s'",
        ),
        (AlterPublication("p", "", None), "ALTER PUBLICATION `p` ACCOUNT ALL"),
        (AlterPublication("p", "ADD ", ("a", "b")), "ALTER PUBLICATION `p` ACCOUNT ADD `a`, `b`"),
        (AlterPublication("p", "DROP ", ("a",)), "ALTER PUBLICATION `p` ACCOUNT DROP `a`"),
        (
            AlterPublication("p", "", ("a",), "d", ("t",), ""),
            "ALTER PUBLICATION `p` ACCOUNT `a` DATABASE `d` TABLE `t` COMMENT ''",
        ),
        (DropPublication("p"), "DROP PUBLICATION `p`"),
        (DropPublication("p", if_exists=True), "DROP PUBLICATION `p`"),
        (ListPublications(), "SHOW PUBLICATIONS"),
        (ShowCreatePublication("p"), "SHOW CREATE PUBLICATION `p`"),
        (CreateSubscription("d", "p", "a"), "CREATE DATABASE `d` FROM `a` PUBLICATION `p`"),
        (DropSubscription("d"), "DROP DATABASE `d`"),
        (ListSubscriptions(), "SHOW SUBSCRIPTIONS ALL"),
        (
            ReadDatabaseKind("d"),
            "SELECT dat_type FROM mo_catalog.mo_database WHERE account_id = current_account_id() AND datname = %s",
        ),
    ],
)
def test_the_statement(operation, expected):
    assert sql(operation) == expected


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        (CreatePublication, InTransaction.REFUSED),
        (AlterPublication, InTransaction.REFUSED),
        (DropPublication, InTransaction.REFUSED),
        (CreateSubscription, InTransaction.JOINS),
        (DropSubscription, InTransaction.JOINS),
        (ListPublications, InTransaction.READS),
        (ListSubscriptions, InTransaction.READS),
        (ShowCreatePublication, InTransaction.READS),
        (ReadDatabaseKind, InTransaction.READS),
    ],
)
def test_what_the_server_does_in_a_transaction(operation, kind):
    assert operation.in_transaction is kind
    assert operation.error is PubSubError
    assert operation.name.startswith("pubsub.")


def test_creating_is_undone_by_dropping():
    create = CreatePublication("p", "d", None, None)
    assert create.undo() == DropPublication("p", if_exists=True)
    assert list(create.creates()) == [("publication", "p")] == list(ShowCreatePublication("p").needs())
    assert DropPublication("p").undo() is None
    assert AlterPublication("p", "", None).undo() is None


@given(st.text(max_size=20), st.text(max_size=20))
def test_names_and_comments_cannot_leave_their_quotes(name, comment):
    try:
        text = sql(CreatePublication(name, name, (name,), (name,), f"c{comment}"))
    except (InvalidNameError, ConfigurationError):
        return
    quoted = "`" + name.replace("`", "``").replace("%", "%%") + "`"
    literal = "'c" + comment.replace("\\", "\\\\").replace("'", "''").replace("%", "%%") + "'"
    assert text in {
        f"CREATE PUBLICATION {quoted} DATABASE {quoted} TABLE {quoted} ACCOUNT {quoted} COMMENT {literal}",
        f"CREATE PUBLICATION {quoted} DATABASE * TABLE {quoted} ACCOUNT {quoted} COMMENT {literal}",
    }


@pytest.mark.parametrize(
    ("given_names", "expected"),
    [
        ("One", ("one",)),
        ("one, two", ("one", "two")),
        (["one", "TWO", "one"], ("one", "two")),
        ("ALL", None),
        (" all ", None),
        ("*", None),
    ],
)
def test_accounts(given_names, expected):
    assert account_names(given_names) == expected


@pytest.mark.parametrize("names", ["", [], "a,,b", "a b", ["a", ""], "x" * 65])
def test_no_accounts(names):
    with pytest.raises((ConfigurationError, InvalidNameError)):
        account_names(names)


def test_tables():
    assert table_names("t, U") == ("t", "U")
    with pytest.raises(ConfigurationError):
        table_names([])


def test_rows():
    assert publication_of(("p", "d", "*", "*", "", NOW, None, None)) == Publication("p", "d", None, None, (), NOW)
    assert publication_of(("p", "d", "t,u", "", "a,b", NOW, NOW, "c")) == Publication(
        "p", "d", ("t", "u"), (), ("a", "b"), NOW, NOW, "c"
    )
    assert subscription_of(("p", "a", None, None, None, None, "s", NOW, 2)) == Subscription(
        "p", "a", None, None, "s", sub_time=NOW, status=SubscriptionStatus.DELETED
    )
