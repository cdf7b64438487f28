"""The statements about rules: what a role reads in place of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import select

from matrixone import catalog
from matrixone.exceptions import AccountError
from matrixone.operations import InTransaction, Operation
from matrixone.sql import SQL, Identifier, Literal
from matrixone_account.model import Rule
from matrixone_account.operations.catalog import ROLES, RULES

if TYPE_CHECKING:
    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable


@dataclass(frozen=True, slots=True)
class AddRule(Operation[None]):
    """Let a role read a query in place of a table; takes the place of the rule it has for that table.

    Args:
        role: Name of the role.
        database: Database of the table.
        table: The table.
        query: A SELECT.
    """

    name: ClassVar = "account.add_rule"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "role_rules"
    error: ClassVar = AccountError

    role: str
    database: str
    table: str
    query: str

    def statement(self) -> Executable:
        """ALTER ROLE name ADD RULE '...' ON TABLE database.table."""
        return SQL("ALTER ROLE {role} ADD RULE {query} ON TABLE {table}").format(
            role=Identifier(self.role), query=Literal(self.query), table=Identifier(self.database, self.table)
        )


@dataclass(frozen=True, slots=True)
class DropRule(Operation[None]):
    """Let a role read the table itself again.

    Args:
        role: Name of the role.
        database: Database of the table.
        table: The table.
    """

    name: ClassVar = "account.drop_rule"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "role_rules"
    error: ClassVar = AccountError

    role: str
    database: str
    table: str

    def statement(self) -> Executable:
        """ALTER ROLE name DROP RULE ON TABLE database.table."""
        return SQL("ALTER ROLE {role} DROP RULE ON TABLE {table}").format(
            role=Identifier(self.role), table=Identifier(self.database, self.table)
        )


@dataclass(frozen=True, slots=True)
class ListRules(Operation[list[Rule]]):
    """Rules of roles that are there, from the catalog; SHOW RULES is refused inside transactions.

    Args:
        role: Only those of that role.
    """

    name: ClassVar = "account.list_rules"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "role_rules"
    error: ClassVar = AccountError

    role: str | None = None

    def statement(self) -> Executable:
        """SELECT ... FROM mo_catalog.mo_role_rule."""
        roles, rules = ROLES.c, RULES.c
        query = (
            select(roles.role_name, rules.rule_name, rules.rule)
            .select_from(RULES.join(ROLES, roles.role_id == rules.role_id))
            .order_by(roles.role_name, rules.rule_name)
        )
        return query if self.role is None else query.where(roles.role_name == self.role)

    def read(self, result: Result[Any]) -> list[Rule]:
        """The rules, by role and table."""
        return [_rule(row) for row in result]


@dataclass(frozen=True, slots=True)
class FindTable(catalog.FindTable):
    """SELECT on the catalog: the server takes rules on tables that are not there."""

    name: ClassVar = "account.table_kind"
    needs_feature: ClassVar = "role_rules"
    error: ClassVar = AccountError


def _rule(row: Any) -> Rule:
    role, table, query = row
    return Rule(role, table, query)
