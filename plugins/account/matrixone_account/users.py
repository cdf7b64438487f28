"""What can be done with users of the caller's account."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matrixone.exceptions import AccountError, ConfigurationError
from matrixone.managers import Manager
from matrixone_account import names
from matrixone_account.model import User, UserStatus
from matrixone_account.operations import AlterUser, CreateUser, CurrentLogin, DropUser, ListUsers

if TYPE_CHECKING:
    from matrixone.operations import Outcome
    from matrixone.secret import Secret
    from matrixone_account.model import Login


class UserMethods(Manager):
    """Users: those who log in to an account."""

    def create_user(
        self,
        user_name: str | None = None,
        password: str | Secret | None = None,
        comment: str | None = None,
        *,
        default_role: str | None = None,
        lock: bool = False,
        if_not_exists: bool = False,
        username: str | None = None,
    ) -> User:
        """Make a user (``CREATE USER``); dropped again if the session rolls back.

        Args:
            user_name: Kept in lower case.
            password: Password.
            comment: Kept on the returned object only: the server takes one and forgets it.
            default_role: Role of a login that names none, granted with it; ``public`` if left out. It cannot be
                changed later.
            lock: Keep the user from logging in, by a statement of its own: ``CREATE USER ... LOCK`` does not.
            if_not_exists: Return the user of that name, with the password and roles it has, if there is one.
            username: Another name of ``user_name``.

        Returns:
            The user; ``pending`` if it is made after the session's commit.

        Raises:
            AccountError: There is such a user or role, or no such default role.
            InvalidNameError: A name the server cannot keep.
            ConfigurationError: A password the server cannot keep.
            TransactionRefusedError: A transaction is open and the session was opened with ``on_refused="raise"``.
        """
        name = names.member_name(names.one_of("user_name", user_name, username))
        role = None if default_role is None else names.member_name(default_role)
        outcome = self._session.run(CreateUser(name, names.checked_password(password), role, if_not_exists))
        if outcome.skipped:
            return replace(self.get_user(name), outcome=outcome)
        if lock:
            outcome = self._session.run(AlterUser(name, True))
        status = UserStatus.LOCKED if lock else UserStatus.UNLOCKED
        return User(name, status=status, comment=comment, default_role=role or "public", outcome=outcome)

    def alter_user(
        self,
        user_name: str,
        password: str | Secret | None = None,
        comment: str | None = None,
        lock: bool | None = None,
        lock_reason: str | None = None,
        *,
        if_exists: bool = False,
    ) -> User:
        """Change a user (``ALTER USER``), one statement a change: the server takes no more at a time.

        Args:
            user_name: Name of the user.
            password: New password.
            comment: Kept on the returned object only.
            lock: Keep the user from logging in, or no longer.
            lock_reason: Kept on the returned object only.
            if_exists: Do nothing if there is no such user.

        Returns:
            The user as it will be; ``pending`` if it is changed after the session's commit.

        Raises:
            AccountError: There is no such user.
            ConfigurationError: Nothing the server could change, or a password it cannot keep.
        """
        name = names.member_name(user_name)
        changes: list[Secret | bool] = [] if password is None else [names.checked_password(password)]
        changes += [] if lock is None else [lock]
        if not changes:
            raise ConfigurationError("alter_user() needs a password or lock; the server keeps no comments on users")
        user = replace(self._find_user(name) or User(name), comment=comment, locked_reason=lock_reason)
        if lock is not None:
            user = replace(user, status=UserStatus.LOCKED if lock else UserStatus.UNLOCKED)
        outcomes = [self._session.run(AlterUser(name, change, if_exists)) for change in changes]
        return replace(user, outcome=outcomes[-1])

    def set_password(self, user_name: str, password: str | Secret) -> Outcome[None]:
        """Give a user a new password, by ``ALTER USER``: the server takes ``SET PASSWORD`` and does nothing.

        Args:
            user_name: Name of the user.
            password: New password.

        Raises:
            AccountError: There is no such user.
            ConfigurationError: A password the server cannot keep.
        """
        return self._session.run(AlterUser(names.member_name(user_name), names.checked_password(password)))

    def lock_user(self, user_name: str, *, if_exists: bool = False) -> Outcome[None]:
        """Keep a user from logging in (``ALTER USER ... LOCK``); who is logged in goes on.

        Raises:
            AccountError: There is no such user.
        """
        return self._session.run(AlterUser(names.member_name(user_name), True, if_exists))

    def unlock_user(self, user_name: str, *, if_exists: bool = False) -> Outcome[None]:
        """Let a user log in again (``ALTER USER ... UNLOCK``).

        Raises:
            AccountError: There is no such user.
        """
        return self._session.run(AlterUser(names.member_name(user_name), False, if_exists))

    def drop_user(self, user_name: str, if_exists: bool = False) -> Outcome[None]:
        """Delete a user (``DROP USER``); a rollback does not bring it back.

        Args:
            user_name: Name of the user.
            if_exists: Do nothing if there is no such user.

        Raises:
            AccountError: There is no such user, or it is the first one of the account.
        """
        return self._session.run(DropUser(names.member_name(user_name), if_exists))

    def get_user(self, user_name: str) -> User:
        """One user, from the catalog, which administrators read.

        Raises:
            AccountError: There is none of that name, it waits for the session's commit, or the caller may not see it.
        """
        if (user := self._find_user(user_name)) is None:
            raise AccountError(f"there is no user {user_name!r}")
        return user

    def user_exists(self, user_name: str) -> bool:
        """Whether the account has a user of that name."""
        return self._find_user(user_name) is not None

    def list_users(self) -> list[User]:
        """All users of the account, by name, from the catalog, which administrators read.

        Raises:
            AccountError: The caller may not see them.
        """
        return self._session.run(ListUsers()).value

    def get_current_user(self) -> User:
        """The user of this connection, from the catalog, which administrators read.

        Raises:
            AccountError: The caller may not see it; :meth:`current_login` works for everybody.
        """
        return self.get_user(self.current_login().user)

    def current_login(self) -> Login:
        """Account, user and role of this connection, as the server sees them."""
        return self._session.run(CurrentLogin()).value

    def _find_user(self, name: str) -> User | None:
        found = {user.name: user for user in self._session.run(ListUsers((name, name.lower()))).value}
        return found.get(name) or found.get(name.lower())
