"""What becomes of accounts on a server."""

from __future__ import annotations

import datetime as dt

import pytest
from matrixone_account import AccountStatus, Login, login_name

from matrixone import Client
from matrixone.exceptions import (
    AccountError,
    AfterCommitError,
    AuthenticationError,
    ConfigurationError,
    InvalidNameError,
    RollbackWarning,
    TransactionRefusedError,
)
from matrixone.secret import Secret


def test_create_and_read_back(client, name):
    made = client.account.create_account(name.upper(), "Admin", "secret", "it's 100%; ünï")
    assert (made.name, made.admin_name, made.pending) == (name, "Admin", False)
    found = client.account.get_account(name.upper())
    assert (found.name, found.admin_name, found.comment, found.status) == (
        name,
        "Admin",
        "it's 100%; ünï",
        AccountStatus.OPEN,
    )
    assert abs(found.created_time - dt.datetime.now(dt.UTC)) < dt.timedelta(hours=1)
    assert found.suspended_time is None
    assert found.database_count > 0
    assert found in client.account.list_accounts()
    assert client.account.account_exists(name)
    with pytest.raises(AccountError, match="exists"):
        client.account.create_account(name, "admin", "other")
    assert client.account.create_account(name, "x", "y", if_not_exists=True).admin_name == "Admin"


def test_times_are_in_utc_whatever_the_zone_of_the_connection(client, name, matrixone_url):
    client.account.create_account(name, "admin", "secret")
    created = client.account.get_account(name).created_time
    with Client(url=matrixone_url, database="", session_variables={"time_zone": "+05:00"}) as eastern:
        assert eastern.account.get_account(name).created_time == created
    assert created.tzinfo is dt.UTC


def test_t_show_accounts_like_without_a_match_is_an_empty_list(client, unique, name):
    assert client.account.list_accounts(f"nothing_{unique}%") == []
    client.account.create_account(name, "admin", "secret")
    assert [account.name for account in client.account.list_accounts(f"%{unique}")] == [name]


def test_log_in_by_account_user_and_role(client, name, log_in):
    client.account.create_account(name, "Admin", Secret("p'w\\\" %:?ünï😀"))
    admin = log_in(login_name(name, "Admin"), "p'w\\\" %:?ünï😀")
    login = admin.account.current_login()
    assert login == Login(name, "Admin", "accountadmin")
    assert login.name == f"{name}:Admin:accountadmin"
    assert admin.account.get_current_user().account == name
    with pytest.raises(AuthenticationError):
        log_in(login_name(name.upper(), "Admin"), "p'w\\\" %:?ünï😀")


def test_from_inside_an_account(account_of_its_own, name):
    inside = account_of_its_own.account
    assert [account.name for account in inside.list_accounts()] == [name]
    assert inside.get_account(name).admin_name == "admin"
    assert not inside.account_exists("sys")
    assert [user.name for user in inside.list_users()] == ["admin"]
    assert [role.name for role in inside.list_roles()] == ["accountadmin", "public"]
    with pytest.raises(AccountError, match="privilege"):
        inside.create_account("acc_never", "admin", "secret")
    with pytest.raises(AccountError, match="privilege"):
        inside.drop_account(name)


def test_t_one_option_a_statement(client, name, log_in):
    client.account.create_account(name, "Admin", "secret")
    altered = client.account.alter_account(
        name, comment="second", suspend=True, suspend_reason="unpaid", password=Secret("new")
    )
    assert (altered.comment, altered.status, altered.suspended_reason) == (
        "second",
        AccountStatus.SUSPENDED,
        "unpaid",
    )
    found = client.account.get_account(name)
    assert (found.comment, found.status) == ("second", AccountStatus.SUSPENDED)
    assert found.suspended_time.tzinfo is dt.UTC
    with pytest.raises(AuthenticationError, match="suspended"):
        log_in(f"{name}:Admin", "new")
    client.account.open_account(name)
    assert log_in(f"{name}:Admin", "new").execute("SELECT 1").scalar() == 1


def test_set_the_password_of_the_administrator(client, name, log_in):
    client.account.create_account(name, "Admin", "secret")
    client.account.set_admin_password(name, "second")
    log_in(f"{name}:Admin", "second")
    client.account.set_admin_password(name, "third", admin_name="Admin")
    log_in(f"{name}:Admin", "third")
    with pytest.raises(AuthenticationError):
        log_in(f"{name}:Admin", "secret")
    with pytest.raises(AccountError, match="no user"):
        client.account.set_admin_password(name, "x", admin_name="admin")


def test_suspend_restrict_open(client, name):
    client.account.create_account(name, "admin", "secret")
    client.account.suspend_account(name)
    assert client.account.get_account(name).status is AccountStatus.SUSPENDED
    client.account.restrict_account(name)
    assert client.account.get_account(name).status is AccountStatus.RESTRICTED
    client.account.alter_account(name, suspend=False)
    found = client.account.get_account(name)
    assert (found.status, found.suspended_time) == (AccountStatus.OPEN, None)


def test_absent(client, name):
    assert not client.account.account_exists(name)
    for call in (
        lambda: client.account.get_account(name),
        lambda: client.account.drop_account(name),
        lambda: client.account.alter_account(name, comment="x"),
        lambda: client.account.alter_account(name, password="x"),
        lambda: client.account.suspend_account(name),
        lambda: client.account.set_admin_password(name, "x"),
    ):
        with pytest.raises(AccountError):
            call()
    client.account.drop_account(name, if_exists=True)
    client.account.alter_account(name, comment="x", if_exists=True)
    client.account.suspend_account(name, if_exists=True)


def test_t_comments_and_administrators_the_server_would_paste_unescaped(client, name):
    for call in (
        lambda: client.account.create_account(name, "admin", "secret", 'a "quote"'),
        lambda: client.account.create_account(name, "admin", "secret", "back\\slash"),
        lambda: client.account.create_account(name, "admin", "secret", "x" * 257),
        lambda: client.account.create_account(name, "admin", ""),
        lambda: client.account.alter_account(name),
        lambda: client.account.alter_account(name, admin_name="admin"),
    ):
        with pytest.raises(ConfigurationError):
            call()
    for call in (
        lambda: client.account.create_account(name, 'ad"min', "secret"),
        lambda: client.account.create_account(name, "ad\\min", "secret"),
        lambda: client.account.create_account(name, "", "secret"),
        lambda: client.account.create_account(f"{name}.x", "admin", "secret"),
        lambda: client.account.create_account(f"{name}:x", "admin", "secret"),
        lambda: client.account.create_account("a" * 65, "admin", "secret"),
        lambda: client.account.drop_account("a'b"),
    ):
        with pytest.raises(InvalidNameError):
            call()
    assert not client.account.account_exists(name)


def test_the_account_sys_is_left_alone(client):
    with pytest.raises(AccountError, match="can not delete the account sys"):
        client.account.drop_account("sys")
    with pytest.raises(AccountError, match="account sys can not be suspended"):
        client.account.suspend_account("sys")


def test_a_dash_in_the_name(client, unique):
    name = f"-acc-{unique}"
    try:
        client.account.create_account(name, "admin", "secret")
        assert client.account.get_account(name).name == name
    finally:
        client.account.drop_account(name, if_exists=True)


def test_at_once_without_a_transaction_and_undone_by_a_rollback(client, name):
    with client.session() as session:
        assert not session.account.create_account(name, "admin", "secret").pending
        assert client.account.account_exists(name)
        session.rollback()
    assert not client.account.account_exists(name)


def test_if_not_exists_and_a_rollback_leave_the_account_of_others(client, name):
    client.account.create_account(name, "admin", "secret")
    with client.session() as session:
        session.account.create_account(name, "admin", "secret", if_not_exists=True)
        session.rollback()
    assert client.account.account_exists(name)


def test_after_the_commit_of_an_open_transaction(client, name):
    with client.session() as session:
        session.execute("CREATE TABLE t (a INT)")
        made = session.account.create_account(name, "admin", "secret")
        altered = session.account.alter_account(name, comment="later", password="second", admin_name="admin")
        assert made.pending
        assert altered.pending
        assert not session.account.account_exists(name)
    assert not made.pending
    assert client.account.get_account(name).comment == "later"


def test_never_after_a_rollback(client, name):
    with client.session() as session:
        session.execute("CREATE TABLE t (a INT)")
        session.account.create_account(name, "admin", "secret")
        session.rollback()
    assert not client.account.account_exists(name)


def test_a_failure_after_the_commit(client, name):
    client.account.create_account(name, "admin", "secret")
    with client.session() as session:
        session.execute("CREATE TABLE t (a INT)")
        session.account.create_account(name, "admin", "hunter2")
        with pytest.raises(AfterCommitError) as caught:
            session.commit()
    assert "hunter2" not in str(caught.value)
    assert client.execute("SELECT COUNT(*) FROM t").scalar() == 0


def test_raise_instead_of_waiting(client, name):
    with client.session(on_refused="raise") as session:
        session.execute("CREATE TABLE t (a INT)")
        with pytest.raises(TransactionRefusedError):
            session.account.create_account(name, "admin", "secret")
        assert session.account.list_accounts()
        assert session.account.list_accounts("no such account") == []
        session.execute("INSERT INTO t VALUES (1)")
    assert client.execute("SELECT COUNT(*) FROM t").scalar() == 1


def test_a_rollback_does_not_open_or_bring_back(client, name):
    client.account.create_account(name, "admin", "secret")
    with client.session() as session:
        session.account.suspend_account(name)
        with pytest.warns(RollbackWarning, match="cannot be undone"):
            session.rollback()
    assert client.account.get_account(name).status is AccountStatus.SUSPENDED
    with client.session() as session:
        session.account.drop_account(name)
        with pytest.warns(RollbackWarning, match="cannot be undone"):
            session.rollback()
    assert not client.account.account_exists(name)
