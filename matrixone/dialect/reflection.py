"""Reading tables back from the server, from SHOW CREATE TABLE above all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import exc, util
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql
from sqlalchemy.engine import reflection

from matrixone.dialect.show_create import ShowCreateTableParser

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection
    from sqlalchemy.engine.interfaces import ReflectedForeignKeyConstraint, ReflectedIndex

_NO_SUCH_TABLE = 1146
_NO_SUCH_DATABASE = 1049
_SYSTEM_DATABASES = frozenset(
    {"information_schema", "mo_catalog", "mo_debug", "mo_task", "mysql", "system", "system_metrics"}
)
# Tables behind indexes, partitions and running ALTERs.
_HIDDEN_TABLE = re.compile(r"__mo_(index|tmp)_|%!%")


class ReflectionDialect(MySQLDialect_pymysql):
    """What an inspector asks. Without a schema the answer is about the connection's current database."""

    supports_statement_cache = True

    @util.memoized_property
    def _tabledef_parser(self) -> ShowCreateTableParser:
        return ShowCreateTableParser(self, self.identifier_preparer)

    @reflection.cache
    def get_schema_names(self, connection: Connection, **_kw: Any) -> list[str]:
        """The databases but those of the system."""
        names = connection.exec_driver_sql("SHOW DATABASES").scalars()
        return [name for name in names if name not in _SYSTEM_DATABASES]

    @reflection.cache
    def get_table_names(self, connection: Connection, schema: str | None = None, **_kw: Any) -> list[str]:
        """The base tables."""
        return self._show_tables(connection, schema, "BASE TABLE")

    @reflection.cache
    def get_view_names(self, connection: Connection, schema: str | None = None, **_kw: Any) -> list[str]:
        """The views."""
        return self._show_tables(connection, schema, "VIEW")

    @reflection.cache
    def get_sequence_names(self, connection: Connection, schema: str | None = None, **_kw: Any) -> list[str]:
        """The sequences."""
        return [row[0] for row in connection.exec_driver_sql(f"SHOW SEQUENCES{self._from(schema)}")]

    @reflection.cache
    def has_sequence(self, connection: Connection, sequence_name: str, schema: str | None = None, **_kw: Any) -> bool:
        """Whether there is a sequence of this name."""
        return sequence_name.lower() in self.get_sequence_names(connection, schema)

    @reflection.cache
    def has_table(self, connection: Connection, table_name: str, schema: str | None = None, **_kw: Any) -> bool:
        """Whether there is a table or view of this name."""
        self._ensure_has_table_connection(connection)
        name = ".".join(self.identifier_preparer._quote_free_identifiers(schema, table_name))
        try:
            connection.exec_driver_sql(f"DESCRIBE {name}", execution_options={"skip_user_error_events": True}).close()
        except exc.DBAPIError as error:
            if error.orig is not None and self._extract_error_code(error.orig) in (_NO_SUCH_TABLE, _NO_SUCH_DATABASE):
                return False
            raise
        return True

    @reflection.cache
    def get_foreign_keys(
        self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> list[ReflectedForeignKeyConstraint]:
        """The foreign keys by name; RESTRICT is what the server prints where nothing was said."""
        keys: list[ReflectedForeignKeyConstraint] = super().get_foreign_keys(connection, table_name, schema, **kw)
        for key in keys:
            key["options"] = {name: rule for name, rule in key.get("options", {}).items() if rule != "RESTRICT"}
        return sorted(keys, key=lambda key: key["name"] or "~")  # printed in any order

    @reflection.cache
    def get_indexes(
        self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> list[ReflectedIndex]:
        """The indexes, with what makes a full-text or vector index in ``dialect_options``."""
        keys = self._parsed_state_or_create(connection, table_name, schema, **kw).keys
        indexes = [_reflected_index(self.name, key) for key in keys if key["type"] != "PRIMARY"]
        return sorted(indexes, key=lambda index: index["name"] or "~")

    def _show_tables(self, connection: Connection, schema: str | None, kind: str) -> list[str]:
        rows = connection.exec_driver_sql(f"SHOW FULL TABLES{self._from(schema)}")
        return [name for name, its_kind in rows if its_kind == kind and not _HIDDEN_TABLE.search(name)]

    def _from(self, schema: str | None) -> str:
        return "" if schema is None else f" FROM {self.identifier_preparer.quote_identifier(schema)}"


def _reflected_index(dialect: str, key: dict[str, Any]) -> ReflectedIndex:
    options = {
        "prefix": "FULLTEXT" if key["type"] == "FULLTEXT" else None,
        "with_parser": key["parser"],
        "length": {column: length for column, length, _ in key["columns"] if length is not None} or None,
        "using": key.get("using"),
        "with": key.get("with"),
    }
    index: ReflectedIndex = {
        "name": key["name"],
        "column_names": [column for column, _, _ in key["columns"]],
        "unique": key["type"] == "UNIQUE",
    }
    if given := {f"{dialect}_{name}": value for name, value in options.items() if value is not None}:
        index["dialect_options"] = given
    return index
