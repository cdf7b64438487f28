"""What can be done with accounts; for administrators of the account ``sys``, but for reading."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matrixone.exceptions import AccountError, ConfigurationError
from matrixone.managers import Manager
from matrixone_account import names
from matrixone_account.model import Account, AccountStatus, AdminLogin
from matrixone_account.operations import AlterAccount, CreateAccount, DropAccount, ListAccounts, Moments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matrixone.operations import Outcome
    from matrixone.secret import Secret


class AccountMethods(Manager):
    """Accounts: tenants with databases, users and roles of their own."""

    def create_account(
        self,
        account_name: str,
        admin_name: str,
        password: str | Secret,
        comment: str | None = None,
        *,
        if_not_exists: bool = False,
    ) -> Account:
        """Make an account (``CREATE ACCOUNT``); dropped again if the session rolls back.

        Args:
            account_name: Letters, digits, ``_`` and ``-``; kept in lower case.
            admin_name: Its first user, whose name keeps its case.
            password: Password of that user.
            comment: At most 256 characters, no double quotes or backslashes.
            if_not_exists: Return the account of that name, with the users it has, if there is one.

        Returns:
            The account; ``pending`` if it is made after the session's commit.

        Raises:
            AccountError: There is such an account, or the caller may not make any.
            InvalidNameError: A name the server cannot keep.
            ConfigurationError: A comment or password the server cannot keep.
            TransactionRefusedError: A transaction is open and the session was opened with ``on_refused="raise"``.
        """
        name = names.account_name(account_name)
        admin = AdminLogin(names.admin_name(admin_name), names.checked_password(password))
        comment = names.account_comment(comment or "")
        outcome = self._session.run(CreateAccount(name, admin, comment, if_not_exists))
        if outcome.skipped:
            return replace(self.get_account(name), outcome=outcome)
        return Account(name, admin.user, comment=comment, outcome=outcome)

    def alter_account(
        self,
        account_name: str,
        comment: str | None = None,
        suspend: bool | None = None,
        suspend_reason: str | None = None,
        *,
        admin_name: str | None = None,
        password: str | Secret | None = None,
        if_exists: bool = False,
    ) -> Account:
        """Change an account (``ALTER ACCOUNT``), one statement a change: the server takes no more at a time.

        Of several, an error leaves the earlier ones changed. A rollback leaves them all.

        Args:
            account_name: Its name.
            comment: New comment.
            suspend: Shut it, or open it again.
            suspend_reason: Kept on the returned object only.
            admin_name: Its first user, as written at its creation; looked up if only the password is given.
            password: New password of that user.
            if_exists: Do nothing if there is no such account.

        Returns:
            The account as it will be; ``pending`` if it is changed after the session's commit.

        Raises:
            AccountError: There is no such account, or no such first user.
            ConfigurationError: Nothing to change, or a value the server cannot keep.
        """
        name = names.account_name(account_name)
        changes: list[AccountStatus | AdminLogin | str] = []
        found = self._find_account(name) or Account(name)
        if password is not None:
            changes.append(self._admin(found, admin_name, password))
        elif admin_name is not None:
            raise ConfigurationError("admin_name goes with a new password")
        if comment is not None:
            changes.append(names.account_comment(comment))
            found = replace(found, comment=comment)
        if suspend is not None:
            status = AccountStatus.SUSPENDED if suspend else AccountStatus.OPEN
            changes.append(status)
            found = replace(found, status=status, suspended_time=None, suspended_reason=suspend_reason)
        if not changes:
            raise ConfigurationError("alter_account() needs a comment, suspend or a password")
        outcomes = [self._session.run(AlterAccount(name, change, if_exists)) for change in changes]
        return replace(found, outcome=outcomes[-1])

    def set_admin_password(
        self, account_name: str, password: str | Secret, admin_name: str | None = None
    ) -> Outcome[None]:
        """Give the first user of an account a new password (``ALTER ACCOUNT ... ADMIN_NAME``).

        Args:
            account_name: Its name.
            password: New password.
            admin_name: That user, as written at the account's creation; looked up if left out.

        Raises:
            AccountError: There is no such account, or no such user in it.
            ConfigurationError: A password the server cannot keep.
        """
        name = names.account_name(account_name)
        account = Account(name) if admin_name is not None else self.get_account(name)
        return self._session.run(AlterAccount(name, self._admin(account, admin_name, password)))

    def suspend_account(self, account_name: str, *, if_exists: bool = False) -> Outcome[None]:
        """Let nobody log in to an account (``ALTER ACCOUNT ... SUSPEND``); who is logged in goes on.

        Raises:
            AccountError: There is no such account, or it is ``sys``.
        """
        return self._session.run(AlterAccount(names.account_name(account_name), AccountStatus.SUSPENDED, if_exists))

    def open_account(self, account_name: str, *, if_exists: bool = False) -> Outcome[None]:
        """Take back a suspension or restriction (``ALTER ACCOUNT ... OPEN``).

        Raises:
            AccountError: There is no such account.
        """
        return self._session.run(AlterAccount(names.account_name(account_name), AccountStatus.OPEN, if_exists))

    def restrict_account(self, account_name: str, *, if_exists: bool = False) -> Outcome[None]:
        """Let an account store nothing new (``ALTER ACCOUNT ... RESTRICTED``); it still reads and deletes.

        Raises:
            AccountError: There is no such account.
        """
        return self._session.run(AlterAccount(names.account_name(account_name), AccountStatus.RESTRICTED, if_exists))

    def drop_account(self, account_name: str, if_exists: bool = False) -> Outcome[None]:
        """Delete an account and all it holds (``DROP ACCOUNT``); a rollback does not bring it back.

        Args:
            account_name: Its name.
            if_exists: Do nothing if there is no such account.

        Raises:
            AccountError: There is no such account, or it is ``sys``.
        """
        return self._session.run(DropAccount(names.account_name(account_name), if_exists))

    def get_account(self, account_name: str) -> Account:
        """One account.

        Raises:
            AccountError: There is none of that name, it waits for the session's commit, or it is not the caller's.
        """
        if (account := self._find_account(account_name)) is None:
            raise AccountError(f"there is no account {account_name!r}")
        return account

    def account_exists(self, account_name: str) -> bool:
        """Whether there is an account of that name; outside ``sys`` only the own one is seen."""
        return self._find_account(account_name) is not None

    def list_accounts(self, like: str | None = None) -> list[Account]:
        """The accounts, by name (``SHOW ACCOUNTS``); outside ``sys`` only the own one.

        Args:
            like: Only those whose name matches the pattern, with ``%`` and ``_``; in ``sys`` only.

        Returns:
            Empty where no account matches; the server calls that an error.

        Raises:
            AccountError: The caller may not see accounts.
        """
        outcome = self._session.run(ListAccounts(like))
        return [] if outcome.skipped else self._in_utc(outcome.value)

    def _find_account(self, name: str) -> Account | None:
        found = [account for account in self._session.run(ListAccounts()).value if account.name == name.lower()]
        return next(iter(self._in_utc(found)), None)

    def _in_utc(self, accounts: Iterable[Account]) -> list[Account]:
        accounts = list(accounts)
        times = {time for account in accounts for time in (account.created_time, account.suspended_time) if time}
        if not times:
            return accounts
        utc = self._session.run(Moments(tuple(sorted(times)))).value
        return [
            replace(
                account,
                created_time=account.created_time and utc[account.created_time],
                suspended_time=account.suspended_time and utc[account.suspended_time],
            )
            for account in accounts
        ]

    def _admin(self, account: Account, admin_name: str | None, password: str | Secret) -> AdminLogin:
        user = admin_name or account.admin_name
        if user is None:
            raise AccountError(f"there is no account {account.name!r}; name its first user if it is still to be made")
        return AdminLogin(names.admin_name(user), names.checked_password(password))
