"""What Alembic is told about MatrixOne: how it alters tables, and when two definitions are the same.

Alembic finds this module by its entry point in the group ``alembic.plugins``, so importing it is never needed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, cast

from alembic.ddl.base import alter_table, format_column_name, format_server_default
from alembic.ddl.impl import ComparisonResult
from alembic.ddl.mysql import MySQLAlterDefault, MySQLChangeColumn, MySQLImpl, MySQLModifyColumn
from alembic.runtime.plugins import Plugin
from alembic.util import CommandError, DispatchPriority
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String, UniqueConstraint, inspect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateTable

from matrixone.dialect.column_rules import check_column
from matrixone.dialect.declared_names import compare_declared_names
from matrixone.dialect.show_create import Shape
from matrixone.dialect.verbatim import escaped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alembic.autogenerate.api import AutogenContext
    from sqlalchemy import Column, Connection, Constraint, Index, Inspector, Table
    from sqlalchemy.dialects.mysql.base import MySQLDDLCompiler
    from sqlalchemy.sql import ClauseElement
    from sqlalchemy.types import TypeEngine

# The name under which the server keeps a type, by the one it is written with.
_KEPT_AS = {
    "boolean": "bool",
    "double precision": "double",
    "integer": "int",
    "longblob": "blob",
    "longtext": "text",
    "mediumblob": "blob",
    "mediumint": "int",
    "mediumtext": "text",
    "numeric": "decimal",
    "real": "double",
    "tinyblob": "blob",
    "tinytext": "text",
}
_WITHOUT_WIDTH = frozenset({"bigint", "blob", "int", "smallint", "text", "tinyint", "year"})
_DOUBLE_FROM = 24  # digits of FLOAT(n)
_WITHOUT_SIGN = frozenset({"decimal", "double", "float"})
_WIDTH_IF_UNSAID = {"binary": "(1)", "bit": "(1)", "char": "(1)", "decimal": "(38,0)"}
_IGNORED = re.compile(r" (?:character set \S+|collate \S+|zerofill)")
_TYPE = re.compile(r"(?P<name>[a-z]\w*(?: precision)?) ?(?P<width>\(.*\))?(?P<unsigned> unsigned)?", re.DOTALL)
_CLOCK = re.compile(r"\b(?:now|localtime|localtimestamp|current_timestamp)\b(?:\(\))?")
_NO_INSERT = (
    "no row could be inserted any more; do without one of them, use an HNSW index, or keep what is searched in a table "
    "of its own"
)
_NO_CHECK = "MatrixOne has CHECK only in CREATE TABLE: it cannot be added to a table or taken away from it"


class MatrixOneImpl(MySQLImpl):
    """Differs from MySQL's in that DDL joins the transaction, and in what the server makes of a definition."""

    __dialect__ = "matrixone"
    transactional_ddl = True

    def compare_type(self, inspector_column: Column[Any], metadata_column: Column[Any]) -> bool:
        """Whether the server would print another type than it does."""
        return self._kept_type(inspector_column.type) != self._kept_type(metadata_column.type)

    def compare_server_default(
        self,
        inspector_column: Column[Any],  # noqa: ARG002 - Alembic's signature
        metadata_column: Column[Any],
        rendered_metadata_default: str | None,  # noqa: ARG002
        rendered_inspector_default: str | None,
    ) -> bool:
        """Whether the server would print another default than it does."""
        compiler = self.dialect.ddl_compiler(self.dialect, CreateTable(metadata_column.table))
        wanted = compiler.get_column_default_string(metadata_column)
        return _kept_default(wanted and _as_sent(wanted)) != _kept_default(rendered_inspector_default)

    def compare_indexes(self, metadata_index: Index, reflected_index: Index) -> ComparisonResult:
        """Compare columns, uniqueness, and all options of this dialect."""
        compared = super().compare_indexes(metadata_index, reflected_index)
        wanted, found = _options(metadata_index), _options(reflected_index)
        if compared.is_equal and wanted != found:
            return ComparisonResult.Different(f"options {found} to {wanted}")
        return compared

    def correct_for_autogen_constraints(
        self,
        conn_unique_constraints: set[UniqueConstraint],
        conn_indexes: set[Index],
        metadata_unique_constraints: set[UniqueConstraint],
        metadata_indexes: set[Index],
    ) -> None:
        """Give back the case of names, which the server keeps in lower case."""
        wanted = {str(unique.name).lower() for unique in metadata_unique_constraints}
        # Alembic takes a key whose name it does not find for an index.
        for index in [each for each in conn_indexes if each.unique and str(each.name).lower() in wanted]:
            conn_indexes.discard(index)
            conn_unique_constraints.add(UniqueConstraint(*index.columns, name=index.name))
        _restore_case(conn_unique_constraints, metadata_unique_constraints)
        _restore_case(conn_indexes, metadata_indexes)

    def correct_for_autogen_foreignkeys(
        self, conn_fks: set[ForeignKeyConstraint], metadata_fks: set[ForeignKeyConstraint]
    ) -> None:
        """Take RESTRICT and NO ACTION, which are the same here, as what the server does if nothing is said."""
        super().correct_for_autogen_foreignkeys(conn_fks, metadata_fks)  # type: ignore[no-untyped-call]
        for key in conn_fks:
            same = [other for other in metadata_fks if key.column_keys == other.column_keys]
            for rule in ("ondelete", "onupdate"):
                if same and getattr(key, rule) is None and (getattr(same[0], rule) or "").upper() == "NO ACTION":
                    setattr(key, rule, getattr(same[0], rule))

    def render_ddl_sql_expr(
        self, expr: ClauseElement, is_server_default: bool = False, is_index: bool = False, **kw: Any
    ) -> str:
        """Write SQL as the argument of ``text()``, or of ``literal_column()`` for an index."""
        sql = _as_sent(super().render_ddl_sql_expr(expr, is_server_default, is_index, **kw))
        return sql if is_index else escaped(sql)

    def render_type(self, type_obj: TypeEngine[Any], autogen_context: AutogenContext) -> str | Literal[False]:
        """Write the project's own types by name, with the import they need."""
        kind = type(type_obj)
        for module in ("matrixone.vector.types", "matrixone.dialect.types"):
            if kind.__module__ == module:
                autogen_context.imports.add(f"from {module} import {kind.__name__}")
                return repr(type_obj)
        return False

    def create_index(self, index: Index, **kw: Any) -> None:
        """Add an index, unless no row could be inserted any more with it."""
        table = index.table
        if self._is_online and table is not None and _stops_inserts(index.dialect_options["matrixone"]):
            keys = self._inspector.get_foreign_keys(table.name, table.schema)
            if any(_refers_elsewhere(table, key["referred_schema"], key["referred_table"]) for key in keys):
                raise CommandError(f"index {index.name} on a table with a foreign key: {_NO_INSERT}")
        super().create_index(index, **kw)

    def add_constraint(self, const: Any, **kw: Any) -> None:
        """Add a key.

        Raises:
            CommandError: it is a CHECK, or a foreign key with which no row could be inserted any more.
        """
        if isinstance(const, CheckConstraint):
            raise CommandError(_NO_CHECK)
        if isinstance(const, ForeignKeyConstraint) and self._is_online:
            self._check_foreign_key(const)
        super().add_constraint(const, **kw)

    def drop_constraint(self, const: Constraint, **kw: Any) -> None:
        """Drop a key.

        Raises:
            CommandError: it is a CHECK.
        """
        if isinstance(const, CheckConstraint):
            raise CommandError(_NO_CHECK)
        super().drop_constraint(const, **kw)

    @property
    def _is_online(self) -> bool:
        return not self.as_sql and self.connection is not None

    @property
    def _inspector(self) -> Inspector:
        return inspect(cast("Connection", self.connection))

    def _check_foreign_key(self, key: ForeignKeyConstraint) -> None:
        table, referred = key.table, key.referred_table
        if not _refers_elsewhere(table, referred.schema, referred.name):
            return
        for index in self._inspector.get_indexes(table.name, table.schema):
            options = {name: index.get("dialect_options", {}).get(f"matrixone_{name}") for name in ("prefix", "using")}
            if _stops_inserts(options):
                raise CommandError(f"foreign key {key.name} on a table with the index {index['name']}: {_NO_INSERT}")

    def _kept_type(self, type_: TypeEngine[Any]) -> str:
        written = self.dialect.type_compiler_instance.process(type_)
        if "'" in written:
            # The values of ENUM and SET have a case, and may hold the words that are looked for.
            shape = Shape.of(written)
            return shape.text.split("\0")[0].lower().strip() + shape.parts[0].replace(", ", ",")
        found = _TYPE.fullmatch(_IGNORED.sub("", written.lower()))
        if found is None:
            return written.lower()
        name = _KEPT_AS.get(found["name"], found["name"])
        width = (found["width"] or _WIDTH_IF_UNSAID.get(name, "")).replace(" ", "")
        if name == "decimal" and "," not in width:
            width = f"{width[:-1]},0)"
        if name == "float" and width and "," not in width and int(width[1:-1]) >= _DOUBLE_FROM:
            name = "double"
        if (
            name in _WITHOUT_WIDTH
            or (width == "(0)" and "char" not in name)
            or (name in _WITHOUT_SIGN - {"decimal"} and "," not in width)
        ):
            width = ""
        return name + width + ("" if name in _WITHOUT_SIGN else found["unsigned"] or "")


def _stops_inserts(options: Mapping[str, Any]) -> bool:
    """Whether an index is of the kinds whose tables cannot be inserted into if they have a foreign key."""
    return bool(options["prefix"]) or options["using"] == "ivfflat"


def _refers_elsewhere(table: Table, schema: str | None, name: str) -> bool:
    return (table.schema, table.name.lower()) != (schema, name.lower())


def setup(_plugin: Plugin) -> None:
    """Compare names of tables as they are declared; :class:`MatrixOneImpl` is known to Alembic since it was defined."""
    # Plugins of other names take part only where env.py lists them.
    Plugin("alembic.autogenerate.matrixone").add_autogenerate_comparator(
        compare_declared_names, "schema", "names", qualifier="matrixone", priority=DispatchPriority.FIRST
    )


def _as_sent(compiled: str) -> str:
    """Compiled SQL as the server gets it: the driver takes its percent signs for placeholders, unless doubled."""
    return compiled.replace("%%", "%")


def _kept_default(default: str | None) -> str | None:
    """A default in a form that does not depend on how it was written: brackets, blanks, case, quotes of numbers."""
    if default is None or default.upper() == "NULL":
        return None
    shape = Shape.of(default)
    if shape.is_in_brackets:
        return _kept_default(default[1:-1].strip())
    if re.fullmatch(r"'-?[\d.]+'", default):
        return default[1:-1]
    quoted = re.split(r"('(?:''|[^'])*')", default)
    for position in range(0, len(quoted), 2):
        words = _CLOCK.sub("current_timestamp", quoted[position].lower()).replace("<>", "!=")
        quoted[position] = re.sub(r"\s+", "", words)
    return "".join(quoted)


def _options(index: Index) -> dict[str, Any]:
    given = index.dialect_options["matrixone"]
    options = {name: given[name] for name in ("using", "with_parser", "length", "comment") if given[name]}
    settings = {name: value for name, value in (given["with"] or {}).items() if value is not False}
    if given["using"] == "ivfflat":
        settings = {"lists": 1, "op_type": "vector_l2_ops", **settings}
    options.update({name: list(value) if name == "include" else value for name, value in settings.items()})
    for name in ("prefix", "with_parser", "length"):
        if value := given[name] or index.dialect_kwargs.get(f"mysql_{name}"):
            options[name] = value
    return options


def _restore_case(found: set[Any], wanted: set[Any]) -> None:
    names = {each.name.lower(): each.name for each in wanted if each.name}
    for each in found:
        each.name = names.get(each.name.lower(), each.name)


def _change(compiler: MySQLDDLCompiler, element: MySQLChangeColumn, words: str) -> str:
    comment = element.comment if isinstance(element.comment, str) else None
    check_column(element.column_name, element.type_, comment, compiler.dialect)
    parts = [
        alter_table(compiler, element.table_name, element.schema),
        words,
        compiler.dialect.type_compiler_instance.process(element.type_),
        "NULL" if element.nullable else "NOT NULL",
    ]
    if element.autoincrement:
        parts.append("AUTO_INCREMENT")
    default: Any = element.default
    if default is not False and default is not None:
        parts.append(f"DEFAULT {format_server_default(compiler, default)}")
    if comment:
        parts.append(f"COMMENT {compiler.sql_compiler.render_literal_value(comment, String())}")
    return " ".join(parts)


@compiles(MySQLModifyColumn, "matrixone")
def _modify_column(element: MySQLModifyColumn, compiler: MySQLDDLCompiler, **_kw: Any) -> str:
    return _change(compiler, element, f"MODIFY {format_column_name(compiler, element.column_name)}")


@compiles(MySQLChangeColumn, "matrixone")
def _change_column(element: MySQLChangeColumn, compiler: MySQLDDLCompiler, **_kw: Any) -> str:
    names = (format_column_name(compiler, name) for name in (element.column_name, element.newname))
    return _change(compiler, element, f"CHANGE {' '.join(names)}")


@compiles(MySQLAlterDefault, "matrixone")
def _alter_default(element: MySQLAlterDefault, compiler: MySQLDDLCompiler, **_kw: Any) -> str:
    table, column = (
        alter_table(compiler, element.table_name, element.schema),
        format_column_name(compiler, element.column_name),
    )
    if element.default is None:
        return f"{table} ALTER COLUMN {column} DROP DEFAULT"
    return f"{table} ALTER COLUMN {column} SET DEFAULT {format_server_default(compiler, element.default)}"
