"""Rules of roles: queries a role reads in place of tables, while the session wants them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matrixone_lite.engine.accounts import require_admin
from matrixone_lite.engine.errors import ServerError, internal, invalid_input
from matrixone_lite.engine.users import require_role
from matrixone_lite.sql import ast, parse

if TYPE_CHECKING:
    from matrixone_lite.engine.session import LiteSession


@dataclass(frozen=True, slots=True)
class Rule:
    """The query a role reads in place of a table; ``name`` is ``database.table``."""

    role: int
    name: str
    text: str


def _key(role: int, name: str) -> str:
    return f"{role} {name}"


def change_rule(session: LiteSession, statement: ast.AlterRole) -> None:
    """ALTER ROLE … ADD RULE and DROP RULE; the table need not be there."""
    require_admin(session.principal)
    catalog, account = session.catalog, session.principal.account_id
    role, table = require_role(catalog, account, statement.name), statement.rule_table
    name = "" if table is None else f"{table.database}.{table.name}".lower()
    if statement.rule is not None:
        _parsed(statement.rule)
        catalog.put_object("rule", account, _key(role.id, name), Rule(role.id, name, statement.rule))
        return
    if catalog.object("rule", account, _key(role.id, name)) is None:
        raise internal(f"rule '{name}' does not exist for role '{role.name}'")
    catalog.drop_object("rule", account, _key(role.id, name))


def _parsed(text: str) -> ast.Query:
    try:
        statements = parse(text)
    except ServerError as error:
        reason = error.message.removeprefix("SQL parser error: ")
        raise invalid_input(f'invalid rewrite rule SQL "{text}": {reason}') from None
    if len(statements) != 1 or not isinstance(statements[0], ast.Query):
        raise invalid_input(f'invalid rewrite rule SQL "{text}": only SELECT is supported')
    return statements[0]


def rules_of(session: LiteSession, role: str) -> list[Rule]:
    """The rules of a role, in order of their names; error 20101 when there is no such role."""
    wanted = require_role(session.catalog, session.principal.account_id, role).id
    found: list[Rule] = session.catalog.objects("rule", session.principal.account_id)
    return sorted((rule for rule in found if rule.role == wanted), key=lambda rule: rule.name)


def query_in_place_of(session: LiteSession, database: str, table: str) -> ast.Query | None:
    """What the session's role reads in place of a table; None when that is the table itself."""
    if not session.follows_rules or not session.variables.number("enable_remap_hint"):
        return None
    principal = session.principal
    rule: Rule | None = session.catalog.object(
        "rule", principal.account_id, _key(principal.role_id, f"{database}.{table}")
    )
    return None if rule is None else _parsed(rule.text)
