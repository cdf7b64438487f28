"""The tables of the server's catalog that say who may do what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import column, table

if TYPE_CHECKING:
    from sqlalchemy import TableClause


def _table(name: str, *columns: str) -> TableClause:
    return table(name, *map(column, columns), schema="mo_catalog")


USERS = _table("mo_user", "user_id", "user_name", "user_host", "status", "created_time", "default_role")
ROLES = _table("mo_role", "role_id", "role_name", "created_time")
USER_GRANTS = _table("mo_user_grant", "role_id", "user_id", "granted_time", "with_grant_option")
ROLE_GRANTS = _table("mo_role_grant", "granted_id", "grantee_id", "granted_time", "with_grant_option")
PRIVILEGES = _table(
    "mo_role_privs",
    *("role_id", "obj_type", "obj_id", "privilege_name", "privilege_level", "granted_time", "with_grant_option"),
)
RULES = _table("mo_role_rule", "role_id", "rule_name", "rule")
DATABASES = _table("mo_database", "dat_id", "datname")
TABLES = _table("mo_tables", "rel_logical_id", "relname", "reldatabase", "account_id")
