"""What the plugin ``account`` offers, by the module that other programs import it from."""

from typing import TYPE_CHECKING

from matrixone.elsewhere import names_of
from matrixone.exceptions import AccountError

if TYPE_CHECKING:
    from matrixone_account import (
        PRIVILEGES,
        Account,
        AccountManager,
        AccountStatus,
        AsyncAccountManager,
        Grant,
        Login,
        Membership,
        ObjectType,
        Role,
        Rule,
        User,
        UserStatus,
        login_name,
    )

__all__ = [
    "PRIVILEGES",
    "Account",
    "AccountError",
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

__getattr__ = names_of("matrixone_account", __all__)
