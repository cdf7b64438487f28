"""What can be done with roles of the caller's account."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matrixone.catalog import qualified
from matrixone.exceptions import AccountError
from matrixone.managers import Manager
from matrixone.sql import split_name
from matrixone_account import names
from matrixone_account.model import Role
from matrixone_account.operations import (
    AddRule,
    CreateRole,
    DropRole,
    DropRule,
    FindTable,
    ListRoles,
    ListRules,
    RenameRole,
)

if TYPE_CHECKING:
    from matrixone.operations import Outcome
    from matrixone_account.model import Rule


class RoleMethods(Manager):
    """Roles: sets of privileges, and the rules on what they read."""

    def create_role(
        self,
        role_name: str | None = None,
        comment: str | None = None,
        *,
        if_not_exists: bool = False,
        name: str | None = None,
        description: str | None = None,
    ) -> Role:
        """Make a role (``CREATE ROLE``); dropped again if the session rolls back.

        Args:
            role_name: Kept in lower case.
            comment: Kept on the returned object only: the server has no statement for it.
            if_not_exists: Return the role of that name, with the privileges it has, if there is one.
            name: Another name of ``role_name``.
            description: Another name of ``comment``.

        Returns:
            The role; ``pending`` if it is made after the session's commit.

        Raises:
            AccountError: There is such a role or user.
            InvalidNameError: A name the server cannot keep.
            TransactionRefusedError: A transaction is open and the session was opened with ``on_refused="raise"``.
        """
        role = names.member_name(names.one_of("role_name", role_name, name))
        outcome = self._session.run(CreateRole(role, if_not_exists))
        made = self.get_role(role) if outcome.skipped else Role(role)
        return replace(made, comment=comment or description, outcome=outcome)

    def rename_role(self, role_name: str, new_name: str) -> Outcome[None]:
        """Give a role another name (``ALTER ROLE ... RENAME TO``); taken back if the session rolls back.

        Args:
            role_name: Its name.
            new_name: Its name from now on.

        Raises:
            AccountError: There is no such role, the new name is taken, or the role is ``public`` or the like.
            InvalidNameError: A name the server cannot keep.
        """
        return self._session.run(RenameRole(names.member_name(role_name), names.member_name(new_name)))

    def drop_role(self, role_name: str, if_exists: bool = False) -> Outcome[None]:
        """Delete a role (``DROP ROLE``); a rollback does not bring it back.

        Args:
            role_name: Its name.
            if_exists: Do nothing if there is no such role.

        Raises:
            AccountError: There is no such role, or it is ``public`` or the like.
        """
        return self._session.run(DropRole(names.member_name(role_name), if_exists))

    def get_role(self, role_name: str) -> Role:
        """One role, from the catalog, which administrators read.

        Raises:
            AccountError: There is none of that name, it waits for the session's commit, or the caller may not see it.
        """
        if (role := self._find_role(role_name)) is None:
            raise AccountError(f"there is no role {role_name!r}")
        return role

    def role_exists(self, role_name: str) -> bool:
        """Whether the account has a role of that name."""
        return self._find_role(role_name) is not None

    def list_roles(self) -> list[Role]:
        """All roles of the account, by name, from the catalog, which administrators read.

        Raises:
            AccountError: The caller may not see them.
        """
        return self._session.run(ListRoles()).value

    def add_rule(self, role_name: str, table: str, query: str) -> Outcome[None]:
        """Let a role read a query in place of a table (``ALTER ROLE ... ADD RULE``).

        The server follows rules on connections that have ``enable_remap_hint = 1`` only, which every user can set:
        a rule is a convenience, not a protection. It takes the place of the rule the role has for that table.

        Args:
            role_name: Name of the role.
            table: ``table`` or ``database.table``.
            query: A SELECT that gives the columns of the table.

        Raises:
            AccountError: There is no such role or table, or the query is no statement.
        """
        role = names.member_name(role_name)
        database, name = qualified(self._session, split_name(table))
        if self._session.run(FindTable(database, name)).value is None:
            raise AccountError(f"there is no table {name!r} in database {database!r}")
        return self._session.run(AddRule(role, database, name, query))

    def drop_rule(self, role_name: str, table: str) -> Outcome[None]:
        """Let a role read the table itself again (``ALTER ROLE ... DROP RULE``).

        Args:
            role_name: Name of the role.
            table: ``table`` or ``database.table``.

        Raises:
            AccountError: There is no such role or rule.
        """
        return self._session.run(DropRule(names.member_name(role_name), *qualified(self._session, split_name(table))))

    def list_rules(self, role_name: str | None = None) -> list[Rule]:
        """Rules of the account's roles, from the catalog, which administrators read.

        Args:
            role_name: Only those of that role.

        Raises:
            AccountError: The caller may not see them.
        """
        return self._session.run(ListRules(None if role_name is None else role_name.lower())).value

    def _find_role(self, name: str) -> Role | None:
        return next(iter(self._session.run(ListRoles(name.lower())).value), None)
