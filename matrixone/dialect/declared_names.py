"""Names of tables as models declare them; the server keeps them in lower case.

Alembic compares names as they are, and would find every table whose name has a capital both missing and too much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic.util import PriorityDispatchResult
from sqlalchemy import inspect

from matrixone.dialect.inspector import MatrixOneInspector

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import UpgradeOps
    from sqlalchemy.engine.interfaces import ReflectedForeignKeyConstraint

# By database, None for the current one, and name in lower case.
Spellings = dict[tuple[str | None, str], str]


class InspectorOfModels(MatrixOneInspector):
    """Answers with the names of tables that models have.

    Attributes:
        spellings: the declared names.
    """

    spellings: Spellings

    def get_table_names(self, schema: str | None = None, **kw: Any) -> list[str]:
        """The base tables."""
        return [self._declared(schema, name) for name in super().get_table_names(schema, **kw)]

    def get_foreign_keys(
        self, table_name: str, schema: str | None = None, **kw: Any
    ) -> list[ReflectedForeignKeyConstraint]:
        """The foreign keys of a table."""
        return [self._referring(key, schema) for key in super().get_foreign_keys(table_name, schema, **kw)]

    def get_multi_foreign_keys(
        self, schema: str | None = None, *args: Any, **kw: Any
    ) -> dict[tuple[str | None, str], list[ReflectedForeignKeyConstraint]]:
        """The foreign keys of many tables."""
        found = super().get_multi_foreign_keys(schema, *args, **kw)
        return {table: [self._referring(key, schema) for key in keys] for table, keys in found.items()}

    def _declared(self, schema: str | None, name: str) -> str:
        return self.spellings.get((schema, name.lower()), name)

    def _referring(self, key: ReflectedForeignKeyConstraint, schema: str | None) -> ReflectedForeignKeyConstraint:
        referred = self._declared(key["referred_schema"] or schema, key["referred_table"])
        return {**key, "referred_table": referred}


def compare_declared_names(
    autogen_context: AutogenContext,
    upgrade_ops: UpgradeOps,  # noqa: ARG001 - Alembic's signature
    schemas: set[str | None],  # noqa: ARG001
) -> PriorityDispatchResult:
    """Have Alembic look at the database through the names of its models."""
    inspector: Any = inspect(autogen_context.connection)
    current = inspector.default_schema_name
    inspector.__class__ = InspectorOfModels  # differs in its answers, not in what it holds
    inspector.spellings = {
        (None if table.schema == current else table.schema, table.name.lower()): table.name
        for table in autogen_context.sorted_tables
    }
    autogen_context.inspector = inspector
    return PriorityDispatchResult.CONTINUE
