"""Users and roles of an account."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.accounts import (
    ADMIN_ROLE_IDS,
    PUBLIC_ROLE_ID,
    Role,
    User,
    check_name,
    check_new_name,
    check_password,
    require_admin,
)
from matrixone_lite.engine.errors import ServerError, internal
from matrixone_lite.engine.passwords import native_hash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matrixone_lite.engine.api import Principal
    from matrixone_lite.engine.catalog import Catalog
    from matrixone_lite.sql import ast

FIRST_FREE_ID: Final = 10001


# --- users -----------------------------------------------------------------------------------------------------------


def _next_id(catalog: Catalog, kind: str, account: int) -> int:
    used: list[int] = [item.id for item in catalog.objects(kind, account)]
    return max(FIRST_FREE_ID, *(number + 1 for number in used))


def create_user(catalog: Catalog, principal: Principal, statement: ast.CreateUser) -> None:
    """CREATE USER."""
    require_admin(principal)
    account = principal.account_id
    for spec in statement.users:
        name = check_new_name(spec.name).lower()
        password = check_password(spec.password)
        if catalog.object("user", account, name) is not None:
            if statement.if_not_exists:
                continue
            raise internal(f"the user {name} exists")
        if catalog.object("role", account, name) is not None:
            raise internal(f"there is a role with the same name as the user {name}")
        role = require_role(catalog, account, statement.default_role or "public")
        _check_grantable(role, name)
        user = User(
            _next_id(catalog, "user", account),
            name,
            native_hash(password),
            role.id,
            frozenset({PUBLIC_ROLE_ID, role.id}),
            "lock" if statement.locked else "unlock",
            time.time_ns(),
            principal.user_id,
            statement.comment or "",
        )
        catalog.put_object("user", account, name, user)


def alter_user(catalog: Catalog, principal: Principal, statement: ast.AlterUser) -> None:
    """ALTER USER."""
    if len(statement.users) != 1:
        raise internal("can only alter one user at a time")
    require_admin(principal)
    (spec,) = statement.users
    name = check_name(spec.name)
    user: User | None = catalog.object("user", principal.account_id, name)
    if user is None:
        if statement.if_exists:
            return
        raise internal(f"Operation ALTER USER failed for '{name}'@'{spec.host or '%'}', user does't exist")
    if spec.password is not None:
        user = replace(user, password=native_hash(check_password(spec.password)))
    if statement.locked is not None:
        user = replace(user, status="forbid" if statement.locked else "unlock")
    catalog.put_object("user", principal.account_id, name, user)


def drop_user(catalog: Catalog, principal: Principal, statement: ast.DropUser) -> None:
    """DROP USER."""
    require_admin(principal)
    account = principal.account_id
    for spec in statement.users:
        name = check_name(spec.name)
        user: User | None = catalog.object("user", account, name)
        if user is None:
            if statement.if_exists:
                continue
            raise internal(f"there is no user {name}")
        if user.roles & ADMIN_ROLE_IDS.keys():
            raise internal(f"can not delete the user {name}")
        catalog.drop_object("user", account, name)


# --- roles -----------------------------------------------------------------------------------------------------------


def require_role(catalog: Catalog, account: int, name: str) -> Role:
    """The role of that name."""
    role: Role | None = catalog.object("role", account, check_name(name))
    if role is None:
        raise internal(f"there is no role {name}")
    return role


def _check_grantable(role: Role, user: str) -> None:
    if role.id in ADMIN_ROLE_IDS:
        raise internal(f"the role {role.name} can not be granted to non administration user {user}")


def create_role(catalog: Catalog, principal: Principal, statement: ast.CreateRole) -> None:
    """CREATE ROLE."""
    require_admin(principal)
    account = principal.account_id
    for written in statement.names:
        name = check_new_name(written).lower()
        if catalog.object("role", account, name) is not None:
            if statement.if_not_exists:
                continue
            raise internal(f"the role {name} exists")
        if catalog.object("user", account, name) is not None:
            raise internal(f"there is a user with the same name as the role {name}")
        number = _next_id(catalog, "role", account)
        catalog.put_object("role", account, name, Role(number, name, time.time_ns(), principal.user_id))


def drop_role(catalog: Catalog, principal: Principal, statement: ast.DropRole) -> None:
    """DROP ROLE."""
    require_admin(principal)
    account = principal.account_id
    for written in statement.names:
        name = check_name(written)
        role: Role | None = catalog.object("role", account, name)
        if role is None:
            if statement.if_exists:
                continue
            raise internal(f"there is no role {name}")
        if role.predefined:
            raise internal(f"can not delete the role {name}")
        for kind in ("user", "role"):
            for holder in catalog.objects(kind, account):
                if role.id in holder.roles:
                    _put_roles(catalog, account, holder, holder.roles - {role.id})
        for granted in catalog.objects("privilege", account):
            if granted.role == role.id:
                catalog.drop_object("privilege", account, granted.name)
        catalog.drop_object("role", account, name)


def rename_role(catalog: Catalog, principal: Principal, name: str, new_name: str) -> None:
    """ALTER ROLE name RENAME TO new_name."""
    require_admin(principal)
    account = principal.account_id
    role = require_role(catalog, account, name)
    if role.predefined:
        raise internal(f"can not rename the role {role.name}")
    new_name = check_new_name(new_name).lower()
    if catalog.object("role", account, new_name) is not None:
        raise internal(f"the role {new_name} exists")
    catalog.drop_object("role", account, role.name)
    catalog.put_object("role", account, new_name, replace(role, name=new_name))


def grant_role(catalog: Catalog, principal: Principal, statement: ast.GrantRole) -> None:
    """GRANT role TO user or role."""
    require_admin(principal)
    account = principal.account_id
    roles = [require_role(catalog, account, name) for name in statement.roles]
    for receiver in statement.to:
        holder = _holder(catalog, account, receiver)
        for role in roles:
            if isinstance(holder, User):
                if holder.roles.isdisjoint(ADMIN_ROLE_IDS):
                    _check_grantable(role, holder.name)
            elif holder.id in reachable(catalog, account, {role.id}):
                raise ServerError(4027, f"cannot grant role {role.name} to {holder.name}")
        _put_roles(catalog, account, holder, holder.roles | {role.id for role in roles})


def revoke_role(catalog: Catalog, principal: Principal, statement: ast.RevokeRole) -> None:
    """REVOKE role FROM user or role."""
    require_admin(principal)
    account = principal.account_id
    roles = [require_role(catalog, account, name) for name in statement.roles]
    for role in roles:
        if role.predefined:
            raise internal(f"the role {role.name} can not be revoked")
    for receiver in statement.source:
        holder = _holder(catalog, account, receiver)
        _put_roles(catalog, account, holder, holder.roles - {role.id for role in roles})


def set_role(catalog: Catalog, principal: Principal, name: str) -> Principal:
    """SET ROLE: the principal with that role."""
    role = require_role(catalog, principal.account_id, name)
    user: User | None = catalog.object("user", principal.account_id, principal.user)
    if user is None or role.id not in user.roles:
        raise internal(f"the role {role.name} has not be granted to the user {principal.user}")
    return replace(principal, role_id=role.id, role=role.name)


def _holder(catalog: Catalog, account: int, name: str) -> User | Role:
    name = check_name(name)
    found: User | Role | None = catalog.object("user", account, name) or catalog.object("role", account, name)
    if found is None:
        raise internal(f"there is no role or user {name}")
    return found


def _put_roles(catalog: Catalog, account: int, holder: User | Role, roles: frozenset[int]) -> None:
    kind = "user" if isinstance(holder, User) else "role"
    catalog.put_object(kind, account, holder.name, replace(holder, roles=roles))


def reachable(catalog: Catalog, account: int, start: Iterable[int]) -> set[int]:
    """The ids of roles and of all roles those have been granted, directly or not."""
    roles: dict[int, Role] = {role.id: role for role in catalog.objects("role", account)}
    found, waiting = set[int](), set(start) & roles.keys()
    while waiting:
        found |= waiting
        waiting = {granted for number in waiting for granted in roles[number].roles} - found
    return found
