"""What becomes of roles, their rules, and grants on a server."""

from __future__ import annotations

import datetime as dt

import pytest
from matrixone_account import Login, Membership, ObjectType, Rule, login_name

from matrixone.exceptions import AccountError, ConfigurationError, InvalidNameError, RollbackWarning


def granted(manager, role):
    return {(grant.privilege, grant.object_type.value, grant.object_name) for grant in manager.list_grants(role=role)}


@pytest.fixture
def table(client, matrixone_database):
    client.execute("CREATE TABLE t (a INT PRIMARY KEY)")
    client.execute("INSERT INTO t VALUES (1), (2)")
    return f"{matrixone_database}.t"


def test_create_and_read_back(client, role):
    made = client.account.create_role(role.upper(), "a note")
    assert (made.name, made.comment, made.pending) == (role, "a note", False)
    found = client.account.get_role(role.upper())
    assert found.name == role
    assert found.id > 0
    assert abs(found.created_time - dt.datetime.now(dt.UTC)) < dt.timedelta(hours=1)
    assert found in client.account.list_roles()
    with pytest.raises(AccountError, match="exists"):
        client.account.create_role(name=role)
    assert client.account.create_role(role, if_not_exists=True).id == found.id


def test_absent(client, role):
    assert not client.account.role_exists(role)
    for call in (
        lambda: client.account.get_role(role),
        lambda: client.account.drop_role(role),
        lambda: client.account.rename_role(role, "other"),
        lambda: client.account.grant_role(role, "root"),
        lambda: client.account.revoke_role(role, "root"),
        lambda: client.account.grant_privilege("connect", "account", to_role=role),
        lambda: client.account.revoke_privilege("connect", "account", from_role=role),
    ):
        with pytest.raises(AccountError):
            call()
    client.account.drop_role(role, if_exists=True)
    assert client.account.list_grants(role=role) == []
    assert client.account.list_grants(role) == []


def test_the_roles_every_account_has_are_left_alone(client):
    with pytest.raises(AccountError, match="can not delete the role public"):
        client.account.drop_role("public")


def test_a_user_and_a_role_cannot_share_a_name(client, role):
    client.account.create_role(role)
    with pytest.raises(AccountError, match="same name"):
        client.account.create_user(role, "secret")


def test_undone_by_a_rollback(client, role):
    with client.session() as session:
        session.account.create_role(role)
        assert client.account.role_exists(role)
        session.rollback()
    assert not client.account.role_exists(role)


def test_renaming_is_undone_by_a_rollback(client, role, other_role):
    client.account.create_role(role)
    with client.session() as session:
        session.account.rename_role(role, other_role)
        assert client.account.role_exists(other_role)
        session.rollback()
    assert client.account.role_exists(role)
    assert not client.account.role_exists(other_role)


def test_after_the_commit_in_order(client, role, user, table):
    with client.session() as session:
        session.execute("INSERT INTO t VALUES (3)")
        session.account.create_role(role)
        session.account.create_user(user, "secret", default_role=role)
        session.account.grant_privilege("select", "table", "t", to_role=role)
        assert not session.account.role_exists(role)
        assert session.account.list_grants(role=role) == []
        assert session.account.list_rules(role) == []
    assert granted(client.account, role) == {("select", "table", table)}


def test_a_rollback_takes_back_what_is_new(client, role, other_role, user, table, matrixone_database):
    client.account.create_role(role)
    with client.session() as session:
        session.account.create_role(other_role)
        session.account.create_user(user, "secret")
        session.account.grant_privilege("select", "table", table, to_role=role)
        session.account.grant_privilege("all", "table", f"{matrixone_database}.*", to_role=[role, other_role])
        session.account.grant_privilege("show tables", "database", matrixone_database, to_role=role)
        session.account.grant_privilege("connect", "account", to_role=role)
        session.account.grant_role(role, user)
        session.account.grant_role(role, to_role=other_role)
        assert len(client.account.list_grants(role=role)) == 4
        session.rollback()
    assert client.account.list_grants(role=role) == []
    assert client.account.list_memberships(role) == []


def test_a_rollback_leaves_what_was_there_before(client, role, user, table):
    client.account.create_role(role)
    client.account.create_user(user, "secret")
    client.account.grant_privilege("select", "table", table, to_role=role)
    client.account.grant_role(role, user)
    with client.session() as session:
        session.account.grant_privilege("select, insert", "table", table, to_role=role)
        session.account.grant_role(role, user)
        with pytest.warns(RollbackWarning, match="cannot be undone"):
            session.rollback()
    assert granted(client.account, role) == {("select", "table", table), ("insert", "table", table)}
    assert client.account.list_memberships(role, member=user)


def test_revoking_is_not_undone(client, role, table):
    client.account.create_role(role)
    client.account.grant_privilege("select", "table", table, to_role=role)
    with client.session() as session:
        session.account.revoke_privilege("select", "table", table, from_role=role)
        with pytest.warns(RollbackWarning, match="cannot be undone"):
            session.rollback()
    assert client.account.list_grants(role=role) == []


def test_who_may_grant_but_not_look_grants(client, role, other_role, user, log_in):
    client.account.create_role(role)
    client.account.create_role(other_role)
    client.account.grant_privilege("connect", "account", to_role=role, with_grant_option=True)
    client.account.create_user(user, "secret", default_role=role)
    log_in(user, "secret").account.grant_privilege("connect", "account", to_role=other_role)
    assert granted(client.account, other_role) == {("connect", "account", "*")}


def test_grant_list_revoke(client, role, table, matrixone_database):
    manager = client.account
    manager.create_role(role)
    manager.grant_privilege("select, insert", "table", table, to_role=role)
    manager.grant_privilege("all", "table", f"{matrixone_database}.*", to_role=role)
    manager.grant_privilege(["create table", "drop table"], "database", matrixone_database, to_role=role)
    manager.grant_privilege("connect", ObjectType.ACCOUNT, to_role=role, with_grant_option=True)
    manager.grant_privilege("update", "table", "*.*", to_role=role)
    manager.grant_privilege("show tables", "database", "*.*", to_role=role)
    assert granted(manager, role) == {
        ("select", "table", table),
        ("insert", "table", table),
        ("all", "table", f"{matrixone_database}.*"),
        ("create table", "database", matrixone_database),
        ("drop table", "database", matrixone_database),
        ("connect", "account", "*"),
        ("update", "table", "*.*"),
        ("show tables", "database", "*"),
    }
    (connect,) = [grant for grant in manager.list_grants(role=role) if grant.privilege == "connect"]
    assert connect.with_grant_option
    assert connect.granted_time.tzinfo is dt.UTC
    assert connect.grant_statement == f"GRANT CONNECT ON ACCOUNT * TO {role} WITH GRANT OPTION"
    for grant in manager.list_grants(role=role):
        manager.revoke_privilege(grant.privilege, grant.object_type, grant.object_name, from_role=role)
    assert manager.list_grants(role=role) == []


def test_grants_on_views(client, role, matrixone_database, table):
    client.execute("CREATE VIEW v AS SELECT a FROM t")
    client.account.create_role(role)
    client.account.grant_privilege("select", "view", "v", to_role=role)
    assert granted(client.account, role) == {("select", "view", f"{matrixone_database}.v")}


def test_t_a_table_without_its_database_is_the_same_grant_with_it(client, role, table):
    client.account.create_role(role)
    client.account.grant_privilege("select", "table", "t", to_role=role)
    client.account.grant_privilege("insert", "table", "*", to_role=role)
    client.account.revoke_privilege("select", "table", table, from_role=role)
    client.account.revoke_privilege("insert", "table", f"{table.removesuffix('.t')}.*", from_role=role)
    assert client.account.list_grants(role=role) == []


def test_t_show_grants_has_no_names_so_the_catalog_is_read(client, role, table):
    client.account.create_role(role)
    client.account.grant_privilege("select", "table", table, to_role=role)
    shown = client.execute(f"SHOW GRANTS FOR ROLE {role}").scalar()
    assert table not in shown
    assert granted(client.account, role) == {("select", "table", table)}


def test_t_grants_of_a_renamed_role_have_its_new_name(client, role, other_role, table):
    client.account.create_role(role)
    client.account.grant_privilege("select", "table", table, to_role=role)
    client.account.rename_role(role, other_role)
    assert granted(client.account, other_role) == {("select", "table", table)}
    assert client.account.list_grants(role=role) == []


def test_grants_outlive_truncate_and_alter(client, role, table):
    client.account.create_role(role)
    client.account.grant_privilege("select", "table", table, to_role=role)
    client.execute("TRUNCATE TABLE t")
    client.execute("ALTER TABLE t ADD COLUMN b INT")
    assert granted(client.account, role) == {("select", "table", table)}


def test_privileges_go_to_roles_only(client, role, user):
    client.account.create_user(user, "secret")
    for call in (
        lambda: client.account.grant_privilege("connect", "account", "*", user),
        lambda: client.account.grant_privilege("connect", "account"),
        lambda: client.account.grant_privilege("connect", "account", to_role=[]),
        lambda: client.account.revoke_privilege("connect", "account", from_user=user),
        lambda: client.account.grant_privilege("connect", "account", "sys", to_role=role),
        lambda: client.account.grant_privilege("select", "database", "d", to_role=role),
        lambda: client.account.grant_privilege("select", "table", "a.b.c", to_role=role),
        lambda: client.account.grant_privilege("select", "function", "f", to_role=role),
        lambda: client.account.grant_role(role),
        lambda: client.account.revoke_role(role),
        lambda: client.account.list_grants(user, role=role),
    ):
        with pytest.raises((ConfigurationError, InvalidNameError)):
            call()
    with pytest.raises(AccountError, match=f"no role {user}"):
        client.account.grant_privilege("connect", "account", to_role=user)
    with pytest.raises(InvalidNameError):
        client.account.grant_role("a'b", user)


@pytest.mark.parametrize("name", ["we`ird", "a.b", "it's", "per%cent", "co:lon", "ünï😀", 'dou"ble', "semi;colon"])
def test_hostile_tables(client, role, matrixone_database, name):
    quoted = "`" + name.replace("`", "``") + "`"
    client.execute(f"CREATE TABLE {quoted} (a INT)")
    client.account.create_role(role)
    client.account.grant_privilege("select", "table", f"{matrixone_database}.{quoted}", to_role=role)
    assert granted(client.account, role) == {("select", "table", f"{matrixone_database}.{name}")}
    client.account.revoke_privilege("select", "table", f"{matrixone_database}.{quoted}", from_role=role)
    assert client.account.list_grants(role=role) == []


def test_missing_objects(client, role, matrixone_database):
    client.account.create_role(role)
    for kind, name in (("table", f"{matrixone_database}.no"), ("table", "no_such_db.*"), ("database", "no_such_db")):
        privilege = "create table" if kind == "database" else "select"
        with pytest.raises(AccountError, match="there is no"):
            client.account.grant_privilege(privilege, kind, name, to_role=role)


def test_roles_of_users_and_roles(client, role, other_role, user, table, log_in):
    manager = client.account
    manager.create_role(role)
    manager.create_role(other_role)
    manager.create_user(user, "secret")
    manager.grant_role(role, user)
    manager.grant_role(other_role, to_role=role)
    (of_user,) = manager.list_memberships(role, member=user)
    assert (of_user.role, of_user.member, of_user.member_type) == (role, user, "user")
    (of_role,) = manager.list_memberships(member=role)
    assert of_role == Membership(other_role, role, "role", granted_time=of_role.granted_time)
    with pytest.raises(AccountError, match="cannot grant role"):
        manager.grant_role(role, to_role=other_role)
    manager.grant_privilege("connect", "account", to_role=role)
    manager.grant_privilege("select", "table", table, to_role=other_role)
    reached = {(grant.privilege, grant.role, grant.user) for grant in manager.list_grants(user)}
    assert {("connect", role, user), ("select", other_role, user)} <= reached
    as_role = log_in(login_name("sys", user, role), "secret")
    assert as_role.account.current_login() == Login("sys", user, role)
    assert as_role.execute(f"SELECT COUNT(*) FROM {table}").scalar() == 2
    assert log_in(user, "secret").account.current_login().role == "public"
    manager.revoke_role([role], [user])
    manager.revoke_role(other_role, from_role=role)
    assert manager.list_memberships(role) == manager.list_memberships(member=role) == []


def test_rules(client, role, table, user, log_in):
    client.account.create_role(role)
    client.account.add_rule(role, "t", "SELECT a FROM t WHERE a = 9")
    client.account.add_rule(role, table, f"SELECT a FROM {table} WHERE 'x' = \"x\" AND a = 1")
    assert client.account.list_rules(role) == [Rule(role, table, f"SELECT a FROM {table} WHERE 'x' = \"x\" AND a = 1")]
    client.account.add_rule(role, table, f"SELECT a FROM {table} WHERE a = 1")
    client.account.create_user(user, "secret", default_role=role)
    client.account.grant_privilege("connect", "account", to_role=role)
    client.account.grant_privilege("select", "table", table, to_role=role)
    reader = log_in(login_name("sys", user, role), "secret")
    assert reader.execute(f"SELECT COUNT(*) FROM {table}").scalar() == 2
    reader.execute("SET enable_remap_hint = 1")
    assert [row.a for row in reader.execute(f"SELECT a FROM {table}").rows] == [1]
    client.account.drop_rule(role, "t")
    assert client.account.list_rules(role) == []
    with pytest.raises(AccountError, match="does not exist"):
        client.account.drop_rule(role, table)


def test_t_a_rule_on_a_missing_table_is_refused(client, role, matrixone_database):
    client.account.create_role(role)
    with pytest.raises(AccountError, match="no table 'no_such'"):
        client.account.add_rule(role, "no_such", "SELECT 1")
    with pytest.raises(InvalidNameError):
        client.account.drop_rule(role, "a.b.c")
    assert client.account.list_rules(role) == []
