"""Handlers of the statements about accounts, users, roles, stages and publications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import accounts, publications, rules, stages, users
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.catalog import Database
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import ServerError
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Callable

    from matrixone_lite.engine.api import Principal
    from matrixone_lite.engine.catalog import Catalog
    from matrixone_lite.engine.session import LiteSession

_ACTIONS: Final[dict[type[ast.Statement], Callable[[Catalog, Principal, Any], None]]] = {
    ast.CreateAccount: accounts.create_account,
    ast.AlterAccount: accounts.alter_account,
    ast.CreateUser: users.create_user,
    ast.AlterUser: users.alter_user,
    ast.DropUser: users.drop_user,
    ast.CreateRole: users.create_role,
    ast.DropRole: users.drop_role,
    ast.GrantRole: users.grant_role,
    ast.RevokeRole: users.revoke_role,
    ast.CreateStage: stages.create_stage,
    ast.AlterStage: stages.alter_stage,
    ast.DropStage: stages.drop_stage,
    ast.CreatePublication: publications.create_publication,
    ast.AlterPublication: publications.alter_publication,
    ast.DropPublication: publications.drop_publication,
}


@handles(*_ACTIONS)
def administer(session: LiteSession, statement: ast.Statement) -> Done:
    """Change objects outside databases."""
    _ACTIONS[type(statement)](session.catalog, session.principal, statement)
    return Done()


@handles(ast.DropAccount)
def drop_account(session: LiteSession, statement: ast.DropAccount) -> Done:
    """DROP ACCOUNT, with its databases."""
    catalog = session.catalog
    account = accounts.find_account_to_drop(catalog, session.principal, statement)
    if account is not None:
        for database in catalog.databases(account.id):
            for table in catalog.tables(database.id):
                catalog.drop_table(table)
            catalog.drop_database(database)
        accounts.forget_account(catalog, account)
        session.engine.capture.drop(account.id, None, if_exists=True)
    return Done()


@handles(ast.SubscribeDatabase)
def subscribe(session: LiteSession, statement: ast.SubscribeDatabase) -> Done:
    """CREATE DATABASE … FROM account PUBLICATION publication."""
    catalog, principal, name = session.catalog, session.principal, statement.name.lower()
    if catalog.database(principal.account_id, name) is not None:
        if statement.if_not_exists:
            return Done(1)
        raise ServerError(1007, f"database {name} already exists")
    publisher = publications.subscription(catalog, principal, statement.account, statement.publication)
    catalog.add_database(Database(catalog.next_id(), principal.account_id, name, session.store.now(), publisher))
    return Done(1)


@handles(ast.AlterRole)
def alter_role(session: LiteSession, statement: ast.AlterRole) -> Done:
    """ALTER ROLE … RENAME TO, ADD RULE and DROP RULE."""
    if statement.rename_to is None:
        rules.change_rule(session, statement)
        return Done()
    users.rename_role(session.catalog, session.principal, statement.name, statement.rename_to)
    return Done()


@handles(ast.SetRole)
def set_role(session: LiteSession, statement: ast.SetRole) -> Done:
    """SET ROLE; SET SECONDARY ROLE has no effect where privileges are not checked."""
    if statement.role is not None:
        session.principal = users.set_role(session.catalog, session.principal, statement.role)
        session.context.principal = session.principal
        session.allowed.clear()
    return Done()


@handles(ast.SetDefaultRole, ast.SetPassword)
def accept(_session: LiteSession, _statement: ast.Statement) -> Done:
    """SET DEFAULT ROLE and SET PASSWORD: the server accepts them and does nothing."""
    return Done()
