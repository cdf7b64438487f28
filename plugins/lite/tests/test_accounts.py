"""Accounts, users and roles in a catalog of their own, without a server."""

import pytest
from matrixone_lite.engine import accounts, passwords, publications, stages, users
from matrixone_lite.engine.catalog import Catalog
from matrixone_lite.engine.errors import ServerError
from matrixone_lite.engine.storage import Store
from matrixone_lite.sql import ast

SCRAMBLE = b"abcdefghijklmnopqrst"


@pytest.fixture
def catalog():
    store = Store(None)
    connection = store.connect(None)
    Catalog.install(connection)
    catalog = Catalog(connection, store)
    accounts.install(catalog, "111")
    yield catalog
    connection.close()
    store.close()


@pytest.fixture
def root(catalog):
    return login(catalog, "root", "111")


def login(catalog, name, password):
    once = passwords._sha1(password.encode())
    mask = passwords._sha1(SCRAMBLE + passwords.native_hash(password))
    return accounts.authenticate(catalog, name, SCRAMBLE, bytes(a ^ b for a, b in zip(once, mask, strict=True)))


def create_user(catalog, principal, name, password="111", **options):
    users.create_user(catalog, principal, ast.CreateUser((ast.UserSpec(name, password=password),), **options))


def refused(call, *arguments):
    with pytest.raises(ServerError) as caught:
        call(*arguments)
    return caught.value.errno, caught.value.message.removeprefix("internal error: ")


@pytest.mark.parametrize(
    "name", ["root", "sys:root", "sys#root", "sys:root:moadmin", "sys#root#moadmin", "root?label=x"]
)
def test_forms_of_a_login(catalog, name):
    principal = login(catalog, name, "111")
    assert (principal.account, principal.user, principal.role) == ("sys", "root", "moadmin")


@pytest.mark.parametrize(
    ("name", "password", "error"),
    [
        ("root", "wrong", (1045, "Access denied for user root. internal error: check password failed")),
        ("nobody", "111", (20101, "there is no user nobody")),
        ("ROOT", "111", (20101, "there is no user ROOT")),
        ("none:root", "111", (20101, "there is no tenant none")),
        ("sys:root:none", "111", (20101, "there is no role none")),
        (":root", "111", (20101, "invalid tenant name ''")),
    ],
)
def test_refused_logins(catalog, name, password, error):
    assert refused(login, catalog, name, password) == error


def test_an_account_has_an_administrator_of_its_own(catalog, root):
    accounts.create_account(catalog, root, ast.CreateAccount("Acc", "Admin", "secret"))
    principal = login(catalog, "acc:Admin", "secret")
    assert (principal.account, principal.role, principal.account_id > 0) == ("acc", "accountadmin", True)
    assert refused(accounts.create_account, catalog, root, ast.CreateAccount("acc", "a", "b")) == (
        20101,
        "the tenant acc exists",
    )
    assert refused(accounts.create_account, catalog, principal, ast.CreateAccount("b", "a", "b"))[1].startswith(
        "do not have"
    )


def test_a_suspended_account_cannot_be_entered(catalog, root):
    accounts.create_account(catalog, root, ast.CreateAccount("acc", "admin", "1"))
    accounts.alter_account(catalog, root, ast.AlterAccount("acc", status="suspend"))
    assert refused(login, catalog, "acc:admin", "1") == (
        1045,
        "Access denied for user acc:admin. internal error: Account acc is suspended",
    )
    accounts.alter_account(catalog, root, ast.AlterAccount("acc", status="open"))
    assert login(catalog, "acc:admin", "1").account == "acc"


def test_alter_account_takes_exactly_one_option(catalog, root):
    accounts.create_account(catalog, root, ast.CreateAccount("acc", "admin", "1"))
    both = ast.AlterAccount("acc", status="open", comment="c")
    assert refused(accounts.alter_account, catalog, root, both) == (20101, "at most one option at a time")
    assert refused(accounts.alter_account, catalog, root, ast.AlterAccount("acc")) == (
        20101,
        "at least one option at a time",
    )


def test_users_lock_and_change_their_password(catalog, root):
    create_user(catalog, root, "u")
    assert login(catalog, "u", "111").role == "public"
    users.alter_user(catalog, root, ast.AlterUser((ast.UserSpec("u", password="new"),)))
    assert refused(login, catalog, "u", "111")[0] == 1045
    users.alter_user(catalog, root, ast.AlterUser((ast.UserSpec("u"),), locked=True))
    assert refused(login, catalog, "u", "new")[1] == "user is locked, please ask the administrator to unlock"


def test_roles_are_granted_used_and_revoked(catalog, root):
    create_user(catalog, root, "u")
    users.create_role(catalog, root, ast.CreateRole(("r", "s")))
    users.grant_role(catalog, root, ast.GrantRole(("r",), ("u",)))
    assert login(catalog, "sys:u:r", "111").role == "r"
    assert refused(login, catalog, "sys:u:s", "111")[1] == "the role s has not been granted to the user u"
    users.grant_role(catalog, root, ast.GrantRole(("s",), ("r",)))
    assert refused(users.grant_role, catalog, root, ast.GrantRole(("r",), ("s",))) == (4027, "cannot grant role r to s")
    users.revoke_role(catalog, root, ast.RevokeRole(("r",), ("u",)))
    assert refused(users.set_role, catalog, login(catalog, "u", "111"), "r")[1].startswith(
        "the role r has not be granted"
    )


def test_names_are_unique_among_users_and_roles(catalog, root):
    create_user(catalog, root, "u")
    assert refused(users.create_role, catalog, root, ast.CreateRole(("u",)))[1] == (
        "there is a user with the same name as the role u"
    )


def test_stages_resolve_through_others(catalog, root):
    stages.create_stage(catalog, root, ast.CreateStage("a", "file:///tmp/x"))
    stages.create_stage(catalog, root, ast.CreateStage("b", "stage://a/sub/"))
    assert stages.resolve(catalog, 0, "stage://b/f.csv") == "file:///tmp/x/sub/f.csv"
    assert refused(stages.resolve, catalog, 0, "stage://c/f") == (20300, "invalid configuration: Stage c not found")


def test_a_stage_that_leads_to_itself_is_not_found(catalog, root):
    stages.create_stage(catalog, root, ast.CreateStage("a", "stage://b/"))
    stages.create_stage(catalog, root, ast.CreateStage("b", "stage://a/"))
    assert refused(stages.resolve, catalog, 0, "stage://a/f")[0] == 20300


def test_a_publication_whose_last_account_is_dropped_admits_nobody(catalog, root):
    accounts.create_account(catalog, root, ast.CreateAccount("acc", "admin", "1"))
    publications.create_publication(catalog, root, ast.CreatePublication("p", "*", accounts=("acc",)))
    admin = login(catalog, "acc:admin", "1")
    assert publications.subscription(catalog, admin, "sys", "p") == (0, "p")
    publications.alter_publication(catalog, root, ast.AlterPublication("p", accounts=("acc",), accounts_action="drop"))
    assert refused(publications.subscription, catalog, admin, "sys", "p")[1].startswith(
        "the account acc is not allowed"
    )
