"""CLONE and RESTORE: what copies have, and what becomes of what is restored."""

import pytest


@pytest.fixture
def shop(db):
    db.run(
        "create table parent (id int primary key, name varchar(10))",
        "create table child (id int auto_increment primary key, parent_id int, "
        "constraint fk foreign key (parent_id) references parent (id))",
        "create view names as select name from parent",
        "insert into parent values (1, 'one'), (2, 'two')",
        "insert into child (parent_id) values (1)",
    )
    db.name = db.rows("select database()")[0][0]
    yield db
    db.run("drop database if exists copy", "drop snapshot if exists then1")


def test_a_cloned_table_is_independent(shop):
    shop.run("create table twin clone parent", "update twin set name = 'x'", "delete from parent where id = 2")
    assert shop.rows("select * from twin order by id") == [[1, "x"], [2, "x"]]
    assert shop.rows("select * from parent") == [[1, "one"]]
    assert shop.error("insert into twin values (1, 'again')")[0] == 1062
    assert shop.error("create table twin clone parent") == (1050, "table twin already exists")


def test_numbers_of_a_clone_go_on_at_10001(shop):
    shop.run("create table heirs clone child", "insert into heirs (parent_id) values (2)")
    assert shop.rows("select max(id) from heirs") == [[10001]]


def test_a_cloned_database_has_its_own_keys_and_views(shop):
    shop.run(f"create database copy clone {shop.name}", "delete from copy.child")
    assert shop.rows("show full tables from copy") == [
        ["child", "BASE TABLE"],
        ["names", "VIEW"],
        ["parent", "BASE TABLE"],
    ]
    assert shop.rows("select count(*) from child") == [[1]]
    assert shop.error("insert into copy.child (parent_id) values (9)")[0] == 20101
    shop.run("insert into copy.parent values (9, 'nine')", "insert into copy.child (parent_id) values (9)")
    assert shop.rows("select * from copy.names order by 1") == [["nine"], ["one"], ["two"]]
    assert shop.error(f"create database copy clone {shop.name}") == (1007, "database copy already exists")


def test_clones_of_the_past(shop):
    shop.run(
        f"create snapshot then1 for database {shop.name}", "insert into parent values (3, 'three')", "drop view names"
    )
    shop.run(
        "create table past clone parent {snapshot = 'then1'}",
        f"create database copy clone {shop.name} {{snapshot = 'then1'}}",
    )
    assert shop.rows("select count(*) from past") == [[2]]
    assert shop.rows("select count(*) from copy.names") == [[2]]


def test_what_a_clone_refuses(shop):
    assert shop.error("create table x clone missing") == (1064, "SQL parser error: table -missing does not exist")
    assert shop.error("create table x clone names") == (20101, f"internal error: {shop.name}.names is not BASE TABLE")
    assert shop.error("create table x clone parent {snapshot = 'no'}") == (
        20101,
        "internal error: find 0 snapshot records by name(no), expect only 1",
    )
    shop.run(f"create snapshot then1 for table {shop.name} child")
    assert shop.error("create table x clone parent {snapshot = 'then1'}") == (
        20101,
        f"internal error: table-level snapshot(then1) does not belong to the table({shop.name}-parent)",
    )
    assert shop.error(f"create database copy clone {shop.name} {{snapshot = 'then1'}}") == (
        20101,
        "internal error: cannot use a table-level snapshot to clone cluster/account/database",
    )


def test_clones_join_a_transaction_begun(shop):
    shop.run("begin", "insert into parent values (3, 'three')", "create table twin clone parent")
    assert shop.rows("select count(*) from twin") == [[3]]
    shop.run("rollback")
    assert shop.error("select * from twin")[0] == 1064


def test_clones_run_on_their_own_without_autocommit(shop, connect):
    other = connect(database=shop.name, autocommit=False)
    other.run("insert into parent values (3, 'three')", "create table twin clone parent", "rollback")
    assert shop.rows("select count(*) from twin") == [[2]]
    assert shop.rows("select count(*) from parent") == [[2]]


def test_a_restored_table_is_as_it_was(shop):
    shop.run(
        f"create snapshot then1 for table {shop.name} child", "delete from child", "alter table child add column n int"
    )
    shop.run(f"restore table {shop.name}.child {{snapshot = 'then1'}}")
    assert shop.rows("select * from child") == [[1, 1]]
    shop.run("drop table child", f"restore table {shop.name}.child {{snapshot = 'then1'}}")
    assert shop.rows("select count(*) from child") == [[1]]


def test_a_parent_is_not_restored_alone(shop):
    shop.run(f"create snapshot then1 for database {shop.name}", "insert into parent values (3, 'three')")
    shop.run(f"restore table {shop.name}.parent {{snapshot = 'then1'}}")
    assert shop.rows("select count(*) from parent") == [[3]]
    shop.run(f"restore database {shop.name} {{snapshot = 'then1'}}")
    assert shop.rows("select count(*) from parent") == [[2]]


def test_a_restored_database_loses_what_is_newer(shop):
    shop.run(f"create snapshot then1 for database {shop.name}", "create table newer (a int)", "drop table child")
    shop.run(f"restore database {shop.name} {{snapshot = 'then1'}}")
    assert shop.rows("show tables") == [["child"], ["names"], ["parent"]]
    assert shop.error("insert into child (parent_id) values (9)")[0] == 20101


def test_restoring_is_refused_in_a_transaction(shop):
    shop.run(f"create snapshot then1 for database {shop.name}", "begin", "insert into parent values (3, 'three')")
    assert shop.error(f"restore database {shop.name} {{snapshot = 'then1'}}") == (
        20101,
        "internal error: unclassified statement appears in uncommitted transaction",
    )
    shop.run("commit")
    assert shop.rows("select count(*) from parent") == [[3]]


def test_an_account_is_restored_with_its_users(shop, connect):
    shop.run("create account tenant admin_name 'boss' identified by 'pw'")
    tenant = connect(user="tenant:boss", password="pw")
    tenant.run(
        "create database d", "create table d.t (a int)", "insert into d.t values (1)", "create user u identified by 'x'"
    )
    shop.run("create snapshot then1 for account tenant")
    tenant.run("insert into d.t values (2)", "create database extra", "drop user u")
    shop.run("restore account tenant {snapshot = 'then1'}")
    assert tenant.rows("select * from d.t") == [[1]]
    assert tenant.rows("show databases like 'extra'") == []
    assert tenant.rows("select user_name from mo_catalog.mo_user where user_name = 'u'") == [["u"]]
    tenant.close()
    shop.run("drop account tenant")
