"""What is sent, without a server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_account import PRIVILEGES, AccountStatus, ObjectType, login_name, names
from matrixone_account.model import AdminLogin, GrantedObject
from matrixone_account.operations import (
    AddRule,
    AlterAccount,
    AlterUser,
    CreateAccount,
    CreateRole,
    CreateUser,
    CurrentLogin,
    DropAccount,
    DropRole,
    DropRule,
    DropUser,
    FindTable,
    GrantPrivilege,
    GrantRole,
    ListAccounts,
    ListGrants,
    ListRoleMembers,
    ListRoles,
    ListRules,
    ListUserRoles,
    ListUsers,
    Moments,
    RenameRole,
    RevokePrivilege,
    RevokeRole,
)
from matrixone_account.privileges import checked_privileges, object_type, privilege_of_catalog

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import AccountError, ConfigurationError, InvalidNameError, QueryError
from matrixone.operations import InTransaction
from matrixone.secret import Secret

PASSWORD = Secret("hunter'2")
ADMIN = AdminLogin("Admin", PASSWORD)
TABLE = GrantedObject(ObjectType.TABLE, "d", "t")


def sql(operation):
    compiled = operation.statement().compile(dialect=MatrixOneDialect_pymysql(), compile_kwargs={"literal_binds": True})
    return " ".join(str(compiled).split())


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (CreateAccount("a", ADMIN), "CREATE ACCOUNT `a` ADMIN_NAME 'Admin' IDENTIFIED BY 'hunter''2'"),
        (
            CreateAccount("a", ADMIN, "it's", if_not_exists=True),
            "CREATE ACCOUNT `a` ADMIN_NAME 'Admin' IDENTIFIED BY 'hunter''2' COMMENT 'it''s'",
        ),
        (AlterAccount("a", AccountStatus.OPEN), "ALTER ACCOUNT `a` OPEN"),
        (AlterAccount("a", AccountStatus.SUSPENDED, if_exists=True), "ALTER ACCOUNT IF EXISTS `a` SUSPEND"),
        (AlterAccount("a", AccountStatus.RESTRICTED), "ALTER ACCOUNT `a` RESTRICTED"),
        (AlterAccount("a", ""), "ALTER ACCOUNT `a` COMMENT ''"),
        (AlterAccount("a", ADMIN), "ALTER ACCOUNT `a` ADMIN_NAME 'Admin' IDENTIFIED BY 'hunter''2'"),
        (DropAccount("a"), "DROP ACCOUNT `a`"),
        (DropAccount("a", if_exists=True), "DROP ACCOUNT IF EXISTS `a`"),
        (ListAccounts(), "SHOW ACCOUNTS"),
        (ListAccounts("a'%"), "SHOW ACCOUNTS LIKE 'a''%%'"),
        (CreateUser("u", PASSWORD), "CREATE USER `u` IDENTIFIED BY 'hunter''2'"),
        (
            CreateUser("u", PASSWORD, "r", if_not_exists=True),
            "CREATE USER `u` IDENTIFIED BY 'hunter''2' DEFAULT ROLE `r`",
        ),
        (AlterUser("u", PASSWORD), "ALTER USER `u` IDENTIFIED BY 'hunter''2'"),
        (AlterUser("u", True, if_exists=True), "ALTER USER IF EXISTS `u` LOCK"),
        (AlterUser("u", False), "ALTER USER `u` UNLOCK"),
        (DropUser("u"), "DROP USER `u`"),
        (DropUser("u", if_exists=True), "DROP USER IF EXISTS `u`"),
        (CreateRole("r", if_not_exists=True), "CREATE ROLE `r`"),
        (RenameRole("r", "s"), "ALTER ROLE `r` RENAME TO `s`"),
        (DropRole("r"), "DROP ROLE `r`"),
        (DropRole("r", if_exists=True), "DROP ROLE IF EXISTS `r`"),
        (AddRule("r", "d", "t", "select 'x'"), "ALTER ROLE `r` ADD RULE 'select ''x''' ON TABLE `d`.`t`"),
        (DropRule("r", "d", "t"), "ALTER ROLE `r` DROP RULE ON TABLE `d`.`t`"),
        (
            GrantPrivilege(("select", "insert"), TABLE, ("r", "s"), with_grant_option=True),
            "GRANT SELECT, INSERT ON TABLE `d`.`t` TO `r`, `s` WITH GRANT OPTION",
        ),
        (
            GrantPrivilege(("all",), GrantedObject(ObjectType.TABLE, "d"), ("r",)),
            "GRANT ALL ON TABLE `d`.* TO `r`",
        ),
        (GrantPrivilege(("all",), GrantedObject(ObjectType.VIEW), ("r",)), "GRANT ALL ON VIEW *.* TO `r`"),
        (
            GrantPrivilege(("show tables",), GrantedObject(ObjectType.DATABASE, "d"), ("r",)),
            "GRANT SHOW TABLES ON DATABASE `d` TO `r`",
        ),
        (
            GrantPrivilege(("show tables",), GrantedObject(ObjectType.DATABASE), ("r",)),
            "GRANT SHOW TABLES ON DATABASE * TO `r`",
        ),
        (
            RevokePrivilege(("connect",), GrantedObject(ObjectType.ACCOUNT), ("r",)),
            "REVOKE CONNECT ON ACCOUNT * FROM `r`",
        ),
        (GrantRole(("r", "s"), ("u", "t")), "GRANT `r`, `s` TO `u`, `t`"),
        (GrantRole(("r",), ("u",), with_grant_option=True), "GRANT `r` TO `u` WITH GRANT OPTION"),
        (RevokeRole(("r",), ("u", "v")), "REVOKE `r` FROM `u`, `v`"),
    ],
)
def test_the_statement(operation, expected):
    assert sql(operation) == expected


@pytest.mark.parametrize(
    "operation",
    [
        *(CreateAccount, AlterAccount, DropAccount, CreateUser, AlterUser, DropUser, CreateRole, RenameRole, DropRole),
        *(AddRule, DropRule, GrantPrivilege, RevokePrivilege, GrantRole, RevokeRole),
    ],
)
def test_refused_inside_transactions(operation):
    assert operation.in_transaction is InTransaction.REFUSED
    assert operation.error is AccountError


@pytest.mark.parametrize(
    "operation",
    [
        *(ListAccounts, Moments, ListUsers, CurrentLogin, ListRoles, ListRules, FindTable),
        *(ListGrants, ListUserRoles, ListRoleMembers),
    ],
)
def test_reads_are_part_of_transactions(operation):
    assert operation.in_transaction is InTransaction.READS
    assert operation.error is AccountError


def test_undo():
    assert CreateAccount("a", ADMIN).undo() == DropAccount("a", if_exists=True)
    assert CreateUser("u", PASSWORD).undo() == DropUser("u", if_exists=True)
    assert CreateRole("r").undo() == DropRole("r", if_exists=True)
    assert RenameRole("r", "s").undo() == RenameRole("s", "r")
    assert GrantPrivilege(("all",), TABLE, ("r",), new=True).undo() == RevokePrivilege(("all",), TABLE, ("r",))
    assert GrantRole(("r",), ("u",), new=True).undo() == RevokeRole(("r",), ("u",))
    assert GrantPrivilege(("all",), TABLE, ("r",)).undo() is None
    for operation in (AlterUser("u", True), DropRole("r"), GrantRole(("r",), ("u",)), AlterAccount("a", "c")):
        assert operation.undo() is None


def test_what_is_created():
    assert list(CreateAccount("a", ADMIN).creates()) == [("account", "a")]
    assert list(CreateUser("u", PASSWORD).creates()) == [("user", "u")]
    assert list(CreateRole("r").creates()) == [("role", "r")]
    assert list(RenameRole("r", "s").creates()) == [("role", "s")]


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        (CreateAccount("a", ADMIN, if_not_exists=True), "the tenant a exists"),
        (CreateUser("u", PASSWORD, if_not_exists=True), "the user u exists"),
        (CreateRole("r", if_not_exists=True), "the role r exists"),
        (ListAccounts("x%"), "no account info"),
    ],
)
def test_only_that_answer_is_enough(operation, answer):
    assert operation.satisfied_by(QueryError(f"internal error: {answer}", errno=20101))
    assert not operation.satisfied_by(QueryError("internal error: something else", errno=20101))
    plain = type(operation)(
        *[
            getattr(operation, field)
            for field in operation.__slots__
            if field in {"account", "user", "role", "admin", "password"}
        ]
    )
    assert not plain.satisfied_by(QueryError(f"internal error: {answer}", errno=20101))


def test_t17_lock_is_not_part_of_create_user():
    assert "LOCK" not in sql(CreateUser("u", PASSWORD, "r"))


@pytest.mark.parametrize(
    "operation",
    [CreateAccount("a", ADMIN), AlterAccount("a", ADMIN), CreateUser("u", PASSWORD), AlterUser("u", PASSWORD)],
)
def test_passwords_are_never_shown(operation):
    for text in (repr(operation), str(operation), repr(operation.statement()), repr(operation.statement().fields)):
        assert "hunter" not in text


def test_privileges():
    assert checked_privileges("SELECT,  insert , select", ObjectType.TABLE) == ("select", "insert")
    assert checked_privileges(["Create   Table"], ObjectType.DATABASE) == ("create table",)
    assert checked_privileges("ALL PRIVILEGES", ObjectType.VIEW) == ("all",)
    assert object_type(" TABLE ") is ObjectType.TABLE is object_type(ObjectType.TABLE)
    assert [privilege_of_catalog(name) for name in ("table all", "database ownership", "create table", "all")] == [
        *("all", "ownership", "create table", "all")
    ]


@pytest.mark.parametrize(
    ("privileges", "kind", "reason"),
    [
        ("select", ObjectType.DATABASE, "granted on table or view, not on database"),
        ("create table", ObjectType.TABLE, "granted on database, not on table"),
        ("ownership", ObjectType.ACCOUNT, "granted on database or table or view"),
        ("nosuch", ObjectType.ACCOUNT, "there is no privilege 'nosuch'; on account there are all, "),
        ("select(a)", ObjectType.TABLE, "no privilege"),
        ("references", ObjectType.TABLE, "no privilege"),
        ("create account", ObjectType.ACCOUNT, "no privilege"),
        ("", ObjectType.TABLE, "no privilege ''"),
        ((), ObjectType.TABLE, "at least one"),
    ],
)
def test_privileges_the_server_does_not_grant(privileges, kind, reason):
    with pytest.raises(ConfigurationError, match=reason.replace("(", r"\(")):
        checked_privileges(privileges, kind)


def test_an_object_type_that_is_none():
    with pytest.raises(ConfigurationError, match="account, database, table, view"):
        object_type("function")


@given(st.text(max_size=40), st.sampled_from(ObjectType))
def test_a_privilege_is_one_of_the_table_or_refused(text, kind):
    try:
        checked = checked_privileges(text, kind)
    except ConfigurationError:
        return
    assert set(checked) <= PRIVILEGES[kind]


@given(st.text(max_size=70))
def test_the_name_of_an_account_is_kept_in_lower_case_or_refused(text):
    try:
        kept = names.account_name(text)
    except InvalidNameError:
        return
    assert kept == text.lower()
    assert kept.isascii()
    assert 0 < len(kept) <= 64


@given(st.text(max_size=70))
def test_the_name_of_a_user_is_kept_in_lower_case_or_refused(text):
    try:
        kept = names.member_name(text)
    except InvalidNameError:
        return
    assert len(kept) == len(text)
    assert not set(kept) & set("'\"`\\:#? ")
    assert login_name("a", kept, kept).split(":") == ["a", kept, kept]


@given(st.text(max_size=300))
def test_a_comment_is_kept_or_refused(text):
    try:
        assert names.account_comment(text) == text
    except ConfigurationError:
        assert set(text) & set('"\\\0') or len(text) > 256


@given(st.text(min_size=1, max_size=30))
def test_the_name_of_an_administrator_keeps_its_case_or_is_refused(text):
    try:
        assert names.admin_name(text) == text
    except InvalidNameError:
        assert (
            text != text.strip()
            or set(text) & set("'\"`\\:#? ")
            or not text.isprintable()
            or any(map(str.isspace, text))
        )


def test_comments_are_at_most_256_characters():
    assert names.account_comment("é" * 256)
    with pytest.raises(ConfigurationError, match="257"):
        names.account_comment("é" * 257)


@pytest.mark.parametrize("password", ["", None, "a\0b"])
def test_a_password_that_is_none(password):
    with pytest.raises(ConfigurationError):
        names.checked_password(password)


def test_login_names():
    assert login_name("acme", "Ann") == "acme:Ann"
    assert login_name("acme", "ann", "reader") == "acme:ann:reader"
    for parts in (("", "u"), ("a", ""), ("a", "u", ""), ("a:b", "u"), ("a", "u#b"), ("a", "u", "r?x")):
        with pytest.raises(InvalidNameError):
            login_name(*parts)
