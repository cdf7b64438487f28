"""The statements about who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from sqlalchemy import and_, func, select

from matrixone.exceptions import AccountError
from matrixone.operations import InTransaction, Operation
from matrixone.sql import EMPTY, SQL, Identifier, joined
from matrixone_account.model import Grant, Membership, moment
from matrixone_account.operations.catalog import (
    DATABASES,
    PRIVILEGES,
    ROLE_GRANTS,
    ROLES,
    TABLES,
    USER_GRANTS,
    USERS,
)
from matrixone_account.privileges import ObjectType, privilege_of_catalog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone.sql import Composable
    from matrixone_account.model import GrantedObject

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GrantPrivilege(Operation[None]):
    """Let roles do something.

    Args:
        privileges: In lower case, as :data:`matrixone_account.PRIVILEGES` has them.
        target: What they are granted on.
        roles: Names of the roles.
        with_grant_option: The roles may pass it on.
        new: None of the roles had any of it, so that a rollback may take it away.
    """

    name: ClassVar = "account.grant_privilege"
    in_transaction: ClassVar = InTransaction.REFUSED
    error: ClassVar = AccountError

    privileges: Names
    target: GrantedObject
    roles: Names
    with_grant_option: bool = False
    new: bool = False

    def statement(self) -> Executable:
        """GRANT privilege, ... ON ACCOUNT | DATABASE | TABLE | VIEW object TO role, ... [WITH GRANT OPTION]."""
        return SQL("GRANT {privileges} ON {target} TO {roles}{option}").format(
            privileges=_words(self.privileges),
            target=_target(self.target),
            roles=_identifiers(self.roles),
            option=_option(self.with_grant_option),
        )

    def undo(self) -> RevokePrivilege | None:
        """Take it away again, if it is new."""
        return RevokePrivilege(self.privileges, self.target, self.roles) if self.new else None


@dataclass(frozen=True, slots=True)
class RevokePrivilege(Operation[None]):
    """Take privileges from roles; those they do not have are passed over.

    Args:
        privileges: In lower case.
        target: What they were granted on.
        roles: Names of the roles.
    """

    name: ClassVar = "account.revoke_privilege"
    in_transaction: ClassVar = InTransaction.REFUSED
    error: ClassVar = AccountError

    privileges: Names
    target: GrantedObject
    roles: Names

    def statement(self) -> Executable:
        """REVOKE privilege, ... ON ACCOUNT | DATABASE | TABLE | VIEW object FROM role, ...."""
        return SQL("REVOKE {privileges} ON {target} FROM {roles}").format(
            privileges=_words(self.privileges), target=_target(self.target), roles=_identifiers(self.roles)
        )


@dataclass(frozen=True, slots=True)
class GrantRole(Operation[None]):
    """Give roles to users or other roles.

    Args:
        roles: Names of the roles.
        members: Names of the users and roles; the server keeps both in one list of names.
        with_grant_option: The members may pass them on.
        new: None of the members had any of the roles, so that a rollback may take them away.
    """

    name: ClassVar = "account.grant_role"
    in_transaction: ClassVar = InTransaction.REFUSED
    error: ClassVar = AccountError

    roles: Names
    members: Names
    with_grant_option: bool = False
    new: bool = False

    def statement(self) -> Executable:
        """GRANT role, ... TO user | role, ... [WITH GRANT OPTION]."""
        return SQL("GRANT {roles} TO {members}{option}").format(
            roles=_identifiers(self.roles),
            members=_identifiers(self.members),
            option=_option(self.with_grant_option),
        )

    def undo(self) -> RevokeRole | None:
        """Take them away again, if they are new."""
        return RevokeRole(self.roles, self.members) if self.new else None


@dataclass(frozen=True, slots=True)
class RevokeRole(Operation[None]):
    """Take roles from users or other roles; those they do not have are passed over.

    Args:
        roles: Names of the roles.
        members: Names of the users and roles.
    """

    name: ClassVar = "account.revoke_role"
    in_transaction: ClassVar = InTransaction.REFUSED
    error: ClassVar = AccountError

    roles: Names
    members: Names

    def statement(self) -> Executable:
        """REVOKE role, ... FROM user | role, ...."""
        return SQL("REVOKE {roles} FROM {members}").format(
            roles=_identifiers(self.roles), members=_identifiers(self.members)
        )


@dataclass(frozen=True, slots=True)
class ListGrants(Operation[list[Grant]]):
    """Privileges of roles, from the catalog: SHOW GRANTS prints ``d.t`` where a table's name should be.

    Roles are found by number, because the catalog keeps the old name of a renamed role; tables by the number that
    TRUNCATE and ALTER TABLE leave as it is.

    Args:
        roles: Only those of these roles.
    """

    name: ClassVar = "account.list_grants"
    in_transaction: ClassVar = InTransaction.READS
    error: ClassVar = AccountError

    roles: Names | None = None

    def statement(self) -> Executable:
        """SELECT ... FROM mo_catalog.mo_role_privs."""
        granted, roles, tables, databases = PRIVILEGES.c, ROLES.c, TABLES.c, DATABASES.c
        of_table = granted.obj_type.in_((ObjectType.TABLE.value, ObjectType.VIEW.value))
        one_table = and_(of_table, granted.privilege_level.in_(("d.t", "t")), tables.rel_logical_id == granted.obj_id)
        query = (
            select(
                granted.privilege_name,
                granted.obj_type,
                granted.privilege_level,
                tables.reldatabase,
                tables.relname,
                databases.datname,
                roles.role_name,
                granted.with_grant_option,
                func.unix_timestamp(granted.granted_time),
            )
            .select_from(
                PRIVILEGES.join(ROLES, roles.role_id == granted.role_id)
                .outerjoin(TABLES, one_table)
                .outerjoin(DATABASES, databases.dat_id == granted.obj_id)
            )
            .order_by(roles.role_name, granted.obj_type, granted.obj_id, granted.privilege_name)
        )
        return query if self.roles is None else query.where(roles.role_name.in_(self.roles))

    def read(self, result: Result[Any]) -> list[Grant]:
        """The privileges, by role and object."""
        return [_grant(row) for row in result]


@dataclass(frozen=True, slots=True)
class ListUserRoles(Operation[list[Membership]]):
    """Roles of users, from the catalog."""

    name: ClassVar = "account.list_user_roles"
    in_transaction: ClassVar = InTransaction.READS
    error: ClassVar = AccountError

    def statement(self) -> Executable:
        """SELECT ... FROM mo_catalog.mo_user_grant."""
        granted, roles, users = USER_GRANTS.c, ROLES.c, USERS.c
        return (
            select(
                roles.role_name, users.user_name, granted.with_grant_option, func.unix_timestamp(granted.granted_time)
            )
            .select_from(
                USER_GRANTS.join(ROLES, roles.role_id == granted.role_id).join(USERS, users.user_id == granted.user_id)
            )
            .order_by(roles.role_name, users.user_name)
        )

    def read(self, result: Result[Any]) -> list[Membership]:
        """By role and user."""
        return [_membership(row, "user") for row in result]


@dataclass(frozen=True, slots=True)
class ListRoleMembers(Operation[list[Membership]]):
    """Roles of roles, from the catalog."""

    name: ClassVar = "account.list_role_members"
    in_transaction: ClassVar = InTransaction.READS
    error: ClassVar = AccountError

    def statement(self) -> Executable:
        """SELECT ... FROM mo_catalog.mo_role_grant."""
        granted, roles, members = ROLE_GRANTS.c, ROLES.c, ROLES.alias("members")
        return (
            select(
                roles.role_name,
                members.c.role_name,
                granted.with_grant_option,
                func.unix_timestamp(granted.granted_time),
            )
            .select_from(
                ROLE_GRANTS.join(ROLES, roles.role_id == granted.granted_id).join(
                    members, members.c.role_id == granted.grantee_id
                )
            )
            .order_by(roles.role_name, members.c.role_name)
        )

    def read(self, result: Result[Any]) -> list[Membership]:
        """By role and member."""
        return [_membership(row, "role") for row in result]


def _words(privileges: Iterable[str]) -> Composable:
    return SQL(", ".join(privilege.upper() for privilege in privileges))


def _identifiers(names: Iterable[str]) -> Composable:
    return joined(Identifier(name) for name in names)


def _option(granted: bool) -> Composable:
    return SQL(" WITH GRANT OPTION") if granted else EMPTY


def _target(target: GrantedObject) -> Composable:
    kind = target.type.value.upper()
    if target.database is None:
        return SQL(f"{kind} *.*" if target.type in {ObjectType.TABLE, ObjectType.VIEW} else f"{kind} *")
    if target.table is not None:
        return SQL(f"{kind} {{name}}").format(name=Identifier(target.database, target.table))
    everything = "" if target.type is ObjectType.DATABASE else ".*"
    return SQL(f"{kind} {{name}}{everything}").format(name=Identifier(target.database))


def _membership(row: Any, member_type: Literal["user", "role"]) -> Membership:
    role, member, option, granted = row
    return Membership(role, member, member_type, bool(option), moment(granted))


def _grant(row: Any) -> Grant:
    privilege, kind, level, database, table, whole_database, role, option, granted = row
    names = {
        "*.*": "*.*",
        "d": whole_database,
        "d.*": whole_database and f"{whole_database}.*",
        "d.t": database and f"{database}.{table}",
        "t": database and f"{database}.{table}",
        # of the table kinds, a lone star is all tables of what was then the current database
        "*": "*" if whole_database is None else f"{whole_database}.*",
    }
    return Grant(
        privilege_of_catalog(privilege),
        ObjectType(kind),
        names.get(level),
        role,
        with_grant_option=bool(option),
        granted_time=moment(granted),
    )
