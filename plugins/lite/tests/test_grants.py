"""Privileges: what a user without administration may do before and after GRANT and REVOKE."""

import pytest

REFUSED = (20101, "internal error: do not have privilege to execute the statement")


@pytest.fixture
def role(db):
    """A role ``t_role`` of a user ``t_user``, beside a table."""
    db.run("create table t (id int primary key, a int)", "insert into t values (1, 1)", "create table u (id int)")
    db.run("drop user if exists t_user", "drop role if exists t_role")
    db.run("create user t_user identified by '1'", "create role t_role", "grant t_role to t_user")
    yield db
    db.run("drop user if exists t_user", "drop role if exists t_role")


@pytest.fixture
def user(role, connect):
    return lambda: connect(user="sys:t_user:t_role", password="1")


@pytest.mark.parametrize(
    "sql",
    [
        "select * from t_db.t",
        "with c as (select * from t_db.t) select 1",
        "select (select max(id) from t_db.t)",
        "insert into t_db.t values (2, 2)",
        "update t_db.t set a = 2",
        "delete from t_db.t",
        "truncate table t_db.t",
        "drop table t_db.t",
        "create table t_db.x (a int)",
        "create table t_db.x as select * from t_db.t",
        "create index i on t_db.t (a)",
        "show create table t_db.t",
        "show tables from t_db",
        "show databases",
        "create database mine",
        "drop database t_db",
        "create user x identified by '1'",
        "grant select on table t_db.t to public",
        "create stage s url = 'file:///tmp/'",
        "create snapshot s for database t_db",
        "select * from mo_catalog.mo_user",
        "show accounts",
    ],
)
def test_nothing_is_allowed_without_a_grant(user, sql):
    assert user().error(sql) == REFUSED


def test_what_everybody_may_do(user):
    connection = user()
    connection.run("use t_db", "set @x = 1", "begin", "rollback")
    assert connection.rows("select 1, @x") == [[1, "1"]]
    assert connection.rows("with c as (select 2 as a) select a from c") == [[2]]
    assert connection.rows("show variables like 'autocommit'") == [["autocommit", "on"]]


def test_clones_need_no_privilege(role, user):
    user().run("create table t_db.copy clone t_db.t", "create database t_clone clone t_db")
    assert role.rows("select * from t_db.copy") == role.rows("select * from t_clone.t") == [[1, 1]]
    role.run("drop database t_clone")


def test_a_table_privilege_is_for_its_table(role, user):
    role.run("grant select on table t_db.t to t_role")
    connection = user()
    assert connection.rows("select * from t_db.t") == [[1, 1]]
    assert connection.error("select * from t_db.u") == REFUSED
    assert connection.error("select * from t_db.t join t_db.u using (id)") == REFUSED
    assert connection.error("update t_db.t set a = 2") == REFUSED


def test_revoke_reaches_new_sessions_only(role, user):
    role.run("grant select on table t_db.* to t_role")
    before = user()
    before.rows("select * from t_db.t")
    role.run("revoke select on table t_db.* from t_role")
    assert before.rows("select * from t_db.t") == [[1, 1]]
    assert user().error("select * from t_db.t") == REFUSED


def test_granted_roles_pass_on_what_they_may(role, user):
    role.run(
        "drop role if exists t_inner",
        "create role t_inner",
        "grant all on table t_db.t to t_inner",
        "grant t_inner to t_role",
    )
    connection = user()
    connection.run(
        "insert into t_db.t values (2, 2)", "update t_db.t set a = 3 where id = 2", "delete from t_db.t where id = 2"
    )
    assert connection.error("drop table t_db.t") == REFUSED
    role.run("drop role t_inner")
    assert user().error("select * from t_db.t") == REFUSED


def test_database_privileges(role, user):
    role.run("grant create table, drop table, show tables on database t_db to t_role")
    connection = user()
    connection.run("create table t_db.mine (a int)", "drop table t_db.mine")
    assert connection.rows("show tables from t_db") == [["t"], ["u"]]
    assert connection.error("select * from t_db.t") == REFUSED


def test_show_grants(role, user):
    role.run(
        "grant select, insert on table t_db.t to t_role",
        "grant all on table t_db.* to t_role",
        "grant create table on database t_db to t_role",
        "grant create database on account * to t_role with grant option",
    )
    assert role.rows("show grants for role t_role") == [
        ["GRANT select ON table d.t `t_role`"],
        ["GRANT insert ON table d.t `t_role`"],
        ["GRANT table all ON table d.* `t_role`"],
        ["GRANT create table ON database d `t_role`"],
        ["GRANT create database ON account  `t_role`"],
    ]
    assert role.rows(
        "select privilege_name, privilege_level, with_grant_option from mo_catalog.mo_role_privs where role_name = 't_role' and obj_type = 'account'"
    ) == [["create database", "*", 1]]
    role.run("revoke insert on table t_db.t from t_role", "revoke delete on table t_db.t from t_role")
    assert len(role.rows("show grants for role t_role")) == 4
    assert user().rows("show grants")[-1] == ["GRANT connect ON account  `t_user`@`localhost`"]
    assert role.rows("show grants for nobody") == []


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("grant select on table t_db.t to t_user", "there is no role t_user"),
        ("grant select on table t_db.missing to t_role", 'there is no table "missing" in database "t_db"'),
        ("grant select on table missing.* to t_role", 'there is no database "missing"'),
        (
            "grant select on database t_db to t_role",
            'the privilege "select" can only be granted to the object type "table" or "view"',
        ),
        (
            "grant create table on table t_db.t to t_role",
            'the privilege "create table" can only be granted to the object type "database"',
        ),
        ("grant create account on account * to t_role", "the privilege create account can not be granted"),
    ],
)
def test_refused_grants(role, sql, text):
    assert role.error(sql) == (20101, f"internal error: {text}")


def test_set_role_changes_what_is_allowed(role, connect):
    role.run("grant select on table t_db.t to t_role")
    connection = connect(user="t_user", password="1")
    assert connection.error("select * from t_db.t") == REFUSED
    connection.run("set role t_role")
    assert connection.rows("select current_role_name(), id from t_db.t") == [["t_role", 1]]
    connection.run("set role public")
    assert connection.error("select * from t_db.t") == REFUSED


def test_a_restricted_account_adds_nothing(connect):
    root = connect()
    root.run("drop account if exists t_acc", "create account t_acc admin_name 'admin' identified by '1'")
    admin = connect(user="t_acc:admin", password="1")
    admin.run("create database d", "create table d.t (a int)", "insert into d.t values (1), (2)")
    root.run("alter account t_acc restricted")
    error = (20101, "internal error: do not have enough storage to execute the statement")
    assert admin.error("insert into d.t values (3)") == error
    assert admin.error("create database e") == error
    assert admin.run("delete from d.t where a = 1") == 1
    assert admin.rows("select * from d.t") == [[2]]
    root.run("drop account t_acc")


@pytest.fixture
def ruled(db, connect):
    """A table, and a connection of a user whose role ``t_rule`` may read it."""
    db.run(
        "create table t (id int primary key, owner varchar(9))",
        "insert into t values (1, 'me'), (2, 'you')",
        "create role t_rule",
        "create user t_ruled identified by '111' default role t_rule",
        "grant connect on account * to t_rule",
        "grant select on table t_db.* to t_rule",
    )
    yield connect(user="sys:t_ruled:t_rule")
    db.run("drop user t_ruled", "drop role t_rule")


def test_a_role_reads_a_rule_in_place_of_a_table_when_it_wants(db, ruled):
    rule = "select * from t_db.t where owner = 'me'"
    db.run("alter role t_rule add rule 'select 1' on table t_db.t")
    db.run(f"""alter role t_rule add rule "{rule}" on table T_DB.T""")
    assert db.rows("show rules on role t_rule") == [["t_db.t", rule]]
    assert ruled.rows("select count(*) from t_db.t") == [[2]]
    ruled.run("set enable_remap_hint = 1")
    assert ruled.rows("select x.id, t.owner from t_db.t x join t_db.t on t.id = x.id") == [[1, "me"]]
    ruled.run("set enable_remap_hint = 0")
    assert ruled.rows("select count(*) from t_db.t") == [[2]]
    db.run("set enable_remap_hint = 1")
    assert db.rows("select count(*) from t") == [[2]]
    db.run("set enable_remap_hint = 0", "alter role t_rule drop rule on table t_db.t")
    assert db.rows("show rules on role t_rule") == []


@pytest.mark.parametrize(
    ("statement", "number", "text"),
    [
        ("alter role t_none add rule 'select 1' on table d.t", 20101, "internal error: there is no role t_none"),
        ("show rules on role t_none", 20101, "internal error: there is no role t_none"),
        (
            "alter role t_rule drop rule on table d.x",
            20101,
            "internal error: rule 'd.x' does not exist for role 't_rule'",
        ),
        (
            "alter role t_rule add rule 'garbage' on table d.t",
            20301,
            'invalid input: invalid rewrite rule SQL "garbage"',
        ),
        ("alter role t_rule add rule 'select 1' on table t", 1064, "SQL parser error"),
    ],
)
def test_rules_that_are_refused(db, ruled, statement, number, text):
    found = db.error(statement)
    assert (found[0], found[1].startswith(text)) == (number, True)


def test_dumps_and_external_tables_want_privileges(db, ruled, tmp_path):
    denied = (20101, "internal error: do not have privilege to execute the statement")
    assert ruled.error("create external table t_db.e (a int) infile {'filepath'='/f.csv'}") == denied
    assert ruled.error(f"load table t_db.t from '{tmp_path}'") == denied
    db.run("select mo_ctl('dn', 'flush', 't_db.t')")
    ruled.run(f"dump table t_db.t to '{tmp_path}/d'")
    db.run("revoke select on table t_db.* from t_rule")
