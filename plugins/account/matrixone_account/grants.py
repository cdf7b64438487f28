"""What can be done about privileges."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matrixone.catalog import qualified
from matrixone.exceptions import AccountError, ConfigurationError
from matrixone.managers import Manager
from matrixone.sql import checked_name, split_name
from matrixone_account import names
from matrixone_account.model import GrantedObject
from matrixone_account.operations import (
    GrantPrivilege,
    GrantRole,
    ListGrants,
    ListRoleMembers,
    ListUserRoles,
    RevokePrivilege,
    RevokeRole,
)
from matrixone_account.privileges import ObjectType, checked_privileges, object_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matrixone.operations import Outcome
    from matrixone_account.model import Grant, Membership


class GrantMethods(Manager):
    """Privileges, which roles have, and roles, which users and other roles have."""

    def grant_privilege(
        self,
        privilege: str | Iterable[str],
        object_type: ObjectType | str,
        object_name: str = "*",
        to_user: str | None = None,
        to_role: str | Iterable[str] | None = None,
        *,
        with_grant_option: bool = False,
    ) -> Outcome[None]:
        """Let a role do something (``GRANT``); a rollback takes it back, unless the role had any of it before.

        Args:
            privilege: One of :data:`matrixone_account.PRIVILEGES` for the object type, or several.
            object_type: ``account``, ``database``, ``table`` or ``view``.
            object_name: ``*``; a database; ``*.*``, ``database.*``, ``database.table`` or ``table``. For tables and
                views ``*`` is all of the current database.
            to_user: Privileges are granted to roles only; grant the user a role.
            to_role: Name of the role, or several.
            with_grant_option: The role may pass it on.

        Raises:
            AccountError: There is no such role or object.
            ConfigurationError: There is no such privilege on that type of object, or no role is named.
        """
        target, privileges = self._granted(privilege, object_type, object_name)
        roles = _roles(to_role, to_user)
        new = self._is_new(privileges, target, roles)
        return self._session.run(GrantPrivilege(privileges, target, roles, with_grant_option, new))

    def revoke_privilege(
        self,
        privilege: str | Iterable[str],
        object_type: ObjectType | str,
        object_name: str = "*",
        from_user: str | None = None,
        from_role: str | Iterable[str] | None = None,
    ) -> Outcome[None]:
        """Take a privilege from a role (``REVOKE``); nothing happens if it has none on just that object.

        Open connections go on with it for a while, until the server looks again.

        Args:
            privilege: As for :meth:`grant_privilege`.
            object_type: As for :meth:`grant_privilege`.
            object_name: As for :meth:`grant_privilege`; ``database.*`` takes nothing granted on ``database.table``.
            from_user: Users have no privileges of their own; revoke the role.
            from_role: Name of the role, or several.

        Raises:
            AccountError: There is no such role or object.
            ConfigurationError: There is no such privilege on that type of object, or no role is named.
        """
        target, privileges = self._granted(privilege, object_type, object_name)
        return self._session.run(RevokePrivilege(privileges, target, _roles(from_role, from_user)))

    def grant_role(
        self,
        role_name: str | Iterable[str],
        to_user: str | Iterable[str] | None = None,
        *,
        to_role: str | Iterable[str] | None = None,
        with_grant_option: bool = False,
    ) -> Outcome[None]:
        """Give a role to a user or to another role (``GRANT``); a rollback takes back what was new.

        The user acts as that role only where the login names it, see :func:`matrixone_account.login_name`.

        Args:
            role_name: Name of the role, or several.
            to_user: Name of the user, or several.
            to_role: Name of the role that gets its privileges, or several.
            with_grant_option: Who gets it may pass it on.

        Raises:
            AccountError: There is no such role or user, or a role would contain itself.
            ConfigurationError: Neither a user nor a role is named.
        """
        roles, members = names.member_names(role_name), _members(to_user, to_role)
        new = self._are_new(roles, members)
        return self._session.run(GrantRole(roles, members, with_grant_option, new))

    def revoke_role(
        self,
        role_name: str | Iterable[str],
        from_user: str | Iterable[str] | None = None,
        *,
        from_role: str | Iterable[str] | None = None,
    ) -> Outcome[None]:
        """Take a role from a user or another role (``REVOKE``); nothing happens if they do not have it.

        Args:
            role_name: Name of the role, or several.
            from_user: Name of the user, or several.
            from_role: Name of the role, or several.

        Raises:
            AccountError: There is no such role or user.
            ConfigurationError: Neither a user nor a role is named.
        """
        return self._session.run(RevokeRole(names.member_names(role_name), _members(from_user, from_role)))

    def list_grants(self, user: str | None = None, *, role: str | None = None) -> list[Grant]:
        """Privileges, by role and object, from the catalog, which administrators read.

        Args:
            user: Only what that user can come to by the roles it has, and the roles those have.
            role: Only those granted to the role itself.

        Returns:
            All privileges of the account's roles if neither is given.

        Raises:
            AccountError: The caller may not see them.
            ConfigurationError: Both are given.
        """
        if user is None:
            return self._session.run(ListGrants(None if role is None else (role.lower(),))).value
        if role is not None:
            raise ConfigurationError("list_grants() takes a user or a role, not both")
        roles = self._roles_of(user)
        return [replace(grant, user=user) for grant in self._session.run(ListGrants(tuple(sorted(roles)))).value]

    def list_memberships(self, role: str | None = None, *, member: str | None = None) -> list[Membership]:
        """Which user or role has which role, from the catalog, which administrators read.

        Args:
            role: Only those who have that role.
            member: Only the roles of that user or role.

        Raises:
            AccountError: The caller may not see them.
        """
        found = self._session.run(ListUserRoles()).value + self._session.run(ListRoleMembers()).value
        return [
            membership
            for membership in found
            if (role is None or membership.role == role.lower())
            and (member is None or membership.member in {member, member.lower()})
        ]

    def _is_new(self, privileges: tuple[str, ...], target: GrantedObject, roles: tuple[str, ...]) -> bool:
        """Whether none of the roles has any of it; not if the caller may not look."""
        try:
            had = self._session.run(ListGrants(roles)).value
        except AccountError:
            return False
        return not any(
            grant.privilege in privileges and (grant.object_type, grant.object_name) == (target.type, target.name)
            for grant in had
        )

    def _are_new(self, roles: tuple[str, ...], members: tuple[str, ...]) -> bool:
        """Whether none of the members has any of the roles; not if the caller may not look."""
        try:
            had = self.list_memberships()
        except AccountError:
            return False
        return not any(each.role in roles and each.member in members for each in had)

    def _roles_of(self, user: str) -> set[str]:
        memberships = self.list_memberships()
        roles: set[str] = set()
        waiting = {each.role for each in memberships if each.member_type == "user" and each.member == user}
        waiting = waiting or {
            each.role for each in memberships if (each.member_type, each.member) == ("user", user.lower())
        }
        while waiting:
            roles |= waiting
            waiting = {
                each.role for each in memberships if each.member_type == "role" and each.member in waiting
            } - roles
        return roles

    def _granted(
        self, privilege: str | Iterable[str], kind: ObjectType | str, name: str
    ) -> tuple[GrantedObject, tuple[str, ...]]:
        checked = object_type(kind)
        return self._object(checked, name), checked_privileges(privilege, checked)

    def _object(self, kind: ObjectType, name: str) -> GrantedObject:
        if kind is ObjectType.ACCOUNT:
            if name != "*":
                raise ConfigurationError(f"privileges on the account are granted on '*', not on {name!r}")
            return GrantedObject(kind)
        if kind is ObjectType.DATABASE:
            return GrantedObject(kind, None if name in {"*", "*.*"} else checked_name(name))
        if name == "*.*":
            return GrantedObject(kind)
        return GrantedObject(kind, *self._table_names(name))

    def _table_names(self, name: str) -> tuple[str, str | None]:
        """Database and table: the server keeps ``t`` and ``d.t`` as different grants, so both become ``d.t``."""
        database, table = qualified(self._session, split_name(name))
        return checked_name(database), None if table == "*" else checked_name(table)


def _roles(roles: str | Iterable[str] | None, user: str | None) -> tuple[str, ...]:
    if user is not None:
        raise ConfigurationError("the server grants privileges to roles only: name a role, and grant it to the user")
    if roles is None:
        raise ConfigurationError("a role is needed")
    return names.member_names(roles)


def _members(users: str | Iterable[str] | None, roles: str | Iterable[str] | None) -> tuple[str, ...]:
    given = [names.member_names(each) for each in (users, roles) if each is not None]
    if not given:
        raise ConfigurationError("a user or a role is needed")
    return tuple(dict.fromkeys(name for each in given for name in each))
