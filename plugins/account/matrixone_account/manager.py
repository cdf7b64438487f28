"""The manager ``account``."""

from __future__ import annotations

from matrixone.managers import AsyncManager, awaitable
from matrixone_account.accounts import AccountMethods
from matrixone_account.grants import GrantMethods
from matrixone_account.roles import RoleMethods
from matrixone_account.users import UserMethods


class AccountManager(AccountMethods, UserMethods, RoleMethods, GrantMethods):
    """Accounts, their users and roles, and who may do what.

    The server takes these statements outside transactions only: they run at once where none is open and after the
    session's commit where one is. A rollback drops what was made at once, takes back what was granted anew and gives
    renamed roles their old name; it undoes no change, revoke or drop.
    """


class AsyncAccountManager(AsyncManager[AccountManager]):
    """:class:`AccountManager` for asyncio."""

    create_account = awaitable(AccountManager.create_account)
    alter_account = awaitable(AccountManager.alter_account)
    set_admin_password = awaitable(AccountManager.set_admin_password)
    suspend_account = awaitable(AccountManager.suspend_account)
    open_account = awaitable(AccountManager.open_account)
    restrict_account = awaitable(AccountManager.restrict_account)
    drop_account = awaitable(AccountManager.drop_account)
    get_account = awaitable(AccountManager.get_account)
    account_exists = awaitable(AccountManager.account_exists)
    list_accounts = awaitable(AccountManager.list_accounts)

    create_user = awaitable(AccountManager.create_user)
    alter_user = awaitable(AccountManager.alter_user)
    set_password = awaitable(AccountManager.set_password)
    lock_user = awaitable(AccountManager.lock_user)
    unlock_user = awaitable(AccountManager.unlock_user)
    drop_user = awaitable(AccountManager.drop_user)
    get_user = awaitable(AccountManager.get_user)
    user_exists = awaitable(AccountManager.user_exists)
    list_users = awaitable(AccountManager.list_users)
    get_current_user = awaitable(AccountManager.get_current_user)
    current_login = awaitable(AccountManager.current_login)

    create_role = awaitable(AccountManager.create_role)
    rename_role = awaitable(AccountManager.rename_role)
    drop_role = awaitable(AccountManager.drop_role)
    get_role = awaitable(AccountManager.get_role)
    role_exists = awaitable(AccountManager.role_exists)
    list_roles = awaitable(AccountManager.list_roles)
    add_rule = awaitable(AccountManager.add_rule)
    drop_rule = awaitable(AccountManager.drop_rule)
    list_rules = awaitable(AccountManager.list_rules)

    grant_privilege = awaitable(AccountManager.grant_privilege)
    revoke_privilege = awaitable(AccountManager.revoke_privilege)
    grant_role = awaitable(AccountManager.grant_role)
    revoke_role = awaitable(AccountManager.revoke_role)
    list_grants = awaitable(AccountManager.list_grants)
    list_memberships = awaitable(AccountManager.list_memberships)
