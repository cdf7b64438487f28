"""What becomes of users on a server."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matrixone_account import UserStatus

from matrixone import Client
from matrixone.exceptions import AccountError, AuthenticationError, ConfigurationError, InvalidNameError
from matrixone.secret import Secret


def test_create_and_read_back(client, user):
    made = client.account.create_user(user.upper(), "secret", "a note")
    assert (made.name, made.comment, made.default_role, made.pending) == (user, "a note", "public", False)
    found = client.account.get_user(user.upper())
    assert (found.name, found.host, found.account, found.status, found.default_role) == (
        user,
        "localhost",
        "sys",
        UserStatus.UNLOCKED,
        "public",
    )
    assert abs(found.created_time - dt.datetime.now(dt.UTC)) < dt.timedelta(hours=1)
    assert found in client.account.list_users()
    with pytest.raises(AccountError, match="exists"):
        client.account.create_user(user, "secret")
    assert client.account.create_user(username=user, password="x", if_not_exists=True).created_time is not None


def test_passwords(client, user, log_in):
    client.account.create_user(user, "first")
    log_in(user, "first")
    client.account.set_password(user, Secret("second"))
    log_in(user, "second")
    client.account.alter_user(user, password="third")
    log_in(user, "third")
    with pytest.raises(AuthenticationError):
        log_in(user, "first")


def test_t17_set_password_does_nothing_so_alter_user_is_sent(client, user, log_in):
    client.account.create_user(user, "first")
    client.execute(f"SET PASSWORD FOR {user} = 'second'")
    log_in(user, "first")
    client.account.set_password(user, "second")
    log_in(user, "second")


def test_t17_the_default_role_is_given_at_creation(client, user, role, log_in):
    client.account.create_role(role)
    assert client.account.create_user(user, "secret", default_role=role).default_role == role
    assert client.account.get_user(user).default_role == role
    assert log_in(user, "secret").account.current_login().role == role


def test_t_create_user_lock_lets_the_user_log_in_so_alter_user_is_sent(client, user, log_in):
    client.execute(f"CREATE USER {user} IDENTIFIED BY 'secret' LOCK")

    def attempt():
        with contextlib.suppress(AuthenticationError):
            return log_in(user, "secret")

    assert any(attempt() for _ in range(1000))  # such a lock ends at once, but the server rounds that to seconds
    assert client.account.get_user(user).status is UserStatus.LABELLED
    client.account.drop_user(user)
    assert client.account.create_user(user, "secret", lock=True).locked
    assert client.account.get_user(user).locked
    with pytest.raises(AuthenticationError, match="locked"):
        log_in(user, "secret")
    client.account.unlock_user(user)
    log_in(user, "secret")
    client.account.lock_user(user)
    assert client.account.get_user(user).status is UserStatus.LOCKED
    altered = client.account.alter_user(user, password="other", lock=False, lock_reason="none")
    assert (altered.locked, altered.locked_reason) == (False, "none")
    log_in(user, "other")


def test_absent(client, user):
    assert not client.account.user_exists(user)
    for call in (
        lambda: client.account.get_user(user),
        lambda: client.account.drop_user(user),
        lambda: client.account.alter_user(user, lock=True),
        lambda: client.account.set_password(user, "x"),
        lambda: client.account.lock_user(user),
        lambda: client.account.create_user(user, "x", default_role=f"{user}_no"),
    ):
        with pytest.raises(AccountError):
            call()
    client.account.drop_user(user, if_exists=True)
    client.account.alter_user(user, lock=True, if_exists=True)
    client.account.unlock_user(user, if_exists=True)


def test_bad_arguments_send_nothing(client, user):
    for call in (
        lambda: client.account.create_user(user),
        lambda: client.account.create_user(user, ""),
        lambda: client.account.create_user(password="x"),
        lambda: client.account.create_user(user, "x", username=user),
        lambda: client.account.alter_user(user),
        lambda: client.account.alter_user(user, comment="x"),
    ):
        with pytest.raises(ConfigurationError):
            call()
    for name in (f"{user}:x", f"{user}#x", f"{user}?x", "a b", "a'b", "a`b", "a\\b", "", "x" * 65):
        with pytest.raises(InvalidNameError):
            client.account.create_user(name, "x")
    assert not client.account.user_exists(user)


def test_the_first_user_cannot_be_dropped(client):
    with pytest.raises(AccountError, match="can not delete the user root"):
        client.account.drop_user("root")


def test_current(client):
    login = client.account.current_login()
    assert client.account.get_current_user().name == login.user
    assert login.name.split(":") == [login.account, login.user, login.role]


def test_a_user_without_rights_sees_who_it_is(client, user, log_in):
    client.account.create_user(user, "secret")
    inside = log_in(user, "secret").account
    assert inside.current_login().user == user
    for call in (inside.get_current_user, inside.list_users, inside.list_grants, lambda: inside.create_role("r")):
        with pytest.raises(AccountError, match="privilege"):
            call()


def test_at_once_and_undone_by_a_rollback(client, user):
    with client.session() as session:
        session.account.create_user(user, "secret")
        assert client.account.user_exists(user)
        session.rollback()
    assert not client.account.user_exists(user)


def test_if_not_exists_and_a_rollback_leave_the_user_of_others(client, user):
    client.account.create_user(user, "secret")
    with client.session() as session:
        session.account.create_user(user, "other", if_not_exists=True)
        session.rollback()
    assert client.account.user_exists(user)


def test_after_the_commit(client, user, log_in):
    with client.session() as session:
        session.execute("CREATE TABLE t (a INT)")
        assert session.account.create_user(user, "first").pending
        assert session.account.set_password(user, "second").pending
        assert not session.account.user_exists(user)
    log_in(user, "second")


def test_never_after_a_rollback(client, user):
    with client.session() as session:
        session.execute("CREATE TABLE t (a INT)")
        session.account.create_user(user, "first")
        session.rollback()
    assert not client.account.user_exists(user)


HOSTILE = st.text(st.sampled_from("aÉ😀'\"`\\%:;#?@./-*_(,\n\0 "), min_size=1, max_size=12)


@given(HOSTILE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_hostile_names(client: Client, unique, text):
    name = f"u{unique}{text}"
    try:
        made = client.account.create_user(name, "secret")
    except InvalidNameError:
        assert not client.account.user_exists(name)
        return
    try:
        assert client.account.get_user(made.name).name == made.name
        assert [each for each in client.account.list_users() if each.name == made.name]
    finally:
        client.account.drop_user(name)


@given(HOSTILE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_hostile_passwords(client: Client, user, matrixone_url, text):
    client.account.create_user(user, "first", if_not_exists=True)
    try:
        client.account.set_password(user, text)
    except ConfigurationError:
        assert "\0" in text
        return
    with Client(url=matrixone_url, user=user, password=text, database="") as connected:
        assert connected.account.current_login().user == user


def test_passwords_are_not_in_the_log(client, user, caplog):
    caplog.set_level("INFO", logger="matrixone.query")
    with client.session() as session:
        session.account.create_user(user, "hunter2'x\\")
        session.account.set_password(user, "hunter3")
        with pytest.raises(AccountError) as caught:
            session.account.create_user(user, "hunter4")
    assert f"CREATE USER `{user}`" in caplog.text
    for text in (caplog.text, str(caught.value), repr(caught.value), repr(caught.value.__cause__)):
        assert "hunter" not in text
