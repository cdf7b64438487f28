"""Accounts, users, roles and privileges, as the manager ``account``."""

from matrixone_account.manager import AccountManager, AsyncAccountManager
from matrixone_account.model import Account, AccountStatus, Grant, Login, Membership, Role, Rule, User, UserStatus
from matrixone_account.names import login_name
from matrixone_account.privileges import PRIVILEGES, ObjectType

__all__ = [
    "PRIVILEGES",
    "Account",
    "AccountManager",
    "AccountStatus",
    "AsyncAccountManager",
    "Grant",
    "Login",
    "Membership",
    "ObjectType",
    "Role",
    "Rule",
    "User",
    "UserStatus",
    "login_name",
]
