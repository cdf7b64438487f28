"""The statements about accounts, users, roles and grants."""

from matrixone_account.operations.accounts import AlterAccount, CreateAccount, DropAccount, ListAccounts, Moments
from matrixone_account.operations.grants import (
    GrantPrivilege,
    GrantRole,
    ListGrants,
    ListRoleMembers,
    ListUserRoles,
    RevokePrivilege,
    RevokeRole,
)
from matrixone_account.operations.roles import CreateRole, DropRole, ListRoles, RenameRole
from matrixone_account.operations.rules import AddRule, DropRule, FindTable, ListRules
from matrixone_account.operations.users import AlterUser, CreateUser, CurrentLogin, DropUser, ListUsers

__all__ = [
    "AddRule",
    "AlterAccount",
    "AlterUser",
    "CreateAccount",
    "CreateRole",
    "CreateUser",
    "CurrentLogin",
    "DropAccount",
    "DropRole",
    "DropRule",
    "DropUser",
    "FindTable",
    "GrantPrivilege",
    "GrantRole",
    "ListAccounts",
    "ListGrants",
    "ListRoleMembers",
    "ListRoles",
    "ListRules",
    "ListUserRoles",
    "ListUsers",
    "Moments",
    "RenameRole",
    "RevokePrivilege",
    "RevokeRole",
]
