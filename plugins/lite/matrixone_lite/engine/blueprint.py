"""From CREATE TABLE to the catalog's description of the table."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import partitions, types, vector_index
from matrixone_lite.engine.catalog import Check, Column, ForeignKey, Index, Table
from matrixone_lite.engine.errors import ServerError, internal, invalid_input, no_such_table, not_supported
from matrixone_lite.engine.fulltext import definition as fulltext
from matrixone_lite.engine.namespace import current_database
from matrixone_lite.engine.physical import can_be_indexed
from matrixone_lite.engine.printer import stored_comment
from matrixone_lite.engine.routines import refuse_functions
from matrixone_lite.engine.rows import Defaults, RowFunction
from matrixone_lite.engine.types import Kind
from matrixone_lite.engine.walk import walk
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.session import LiteSession

_WORD: Final = {Kind.TEXT: "TEXT", Kind.BLOB: "BLOB", Kind.JSON: "JSON", **dict.fromkeys(types.VECTORS, "VECTOR")}
_KINDS: Final = {
    ast.IndexKind.PRIMARY: "primary",
    ast.IndexKind.UNIQUE: "unique",
    ast.IndexKind.PLAIN: "plain",
    ast.IndexKind.FULLTEXT: "fulltext",
}
_UNBUILT: Final = {"ivfpq", "cagra"}
_SHOWN_APART: Final = {"comment", "visible"}
_NOT_DUPLICATED: Final = "Multiple {} indexes are not allowed to use the same column"


def define_column(session: LiteSession, written: ast.ColumnDefinition, number: int) -> Column:
    """A column as the catalog keeps it; errors where its default does not fit its type."""
    type_ = types.from_name(written.type)
    generated = None if written.generated is None else written.generated.expr
    column = Column(
        number,
        written.name,
        type_,
        nullable=written.nullable is not False and not written.primary_key,
        default=written.default,
        on_update=written.on_update,
        auto_increment=written.auto_increment,
        comment=stored_comment(written.comment or ""),
        generated=generated,
        stored=written.generated is not None and written.generated.stored,
    )
    if column.auto_increment and type_.kind not in types.INTEGERS:
        raise not_supported("the auto_incr column is only support integer type now")
    _check_default(session, column)
    return column


def _check_default(session: LiteSession, column: Column) -> None:
    if column.default is None:
        return
    null = isinstance(column.default, ast.Literal) and column.default.value is None
    if null and not column.nullable:
        raise invalid_input(f"invalid default value for column '{column.name}'")
    if column.type.kind is Kind.JSON and not null:
        raise not_supported(f"JSON column '{column.name}' cannot have default value")
    if not any(isinstance(node, ast.Function) and node.name == "nextval" for node in walk(column.default)):
        Defaults(session).value(column)


def define_index(written: ast.Index, table: Table) -> Index:
    """An index as the catalog keeps it.

    :raises ServerError: for a missing column, one that cannot be indexed, a name taken
    """
    names = []
    for part in written.columns:
        if part.expr is not None or part.name is None:
            raise internal("unsupported index which using expression as keypart")
        names.append(part.name)
    kind = _KINDS[written.kind]
    if kind == "plain" and written.using in vector_index.KINDS:
        kind = written.using
    elif written.using in _UNBUILT:
        raise invalid_input(f"unsupported index type: {written.using}")
    if kind == "fulltext":
        fulltext.check_definition(written, names, table)
    _check_columns(kind, written, names, table)
    options = dict(written.options)
    lengths = tuple(
        (table.by_name[name.lower()].name, part.length)
        for name, part in zip(names, written.columns, strict=True)
        if part.length is not None and kind in {"plain", "unique"}
    )
    shown = tuple((key, value) for key, value in options.items() if key not in _SHOWN_APART)
    if kind in vector_index.KINDS:
        vector_index.check_definition(kind, [table.by_name[name.lower()] for name in names], options, table)
        shown = vector_index.kept_options(kind, options)
    if kind == "fulltext" and not written.name:
        shown += (("unnamed", True),)
    index = Index(
        _index_name(written, kind, names, table),
        kind,
        tuple(table.by_name[name.lower()].name for name in names),
        shown + ((("lengths", lengths),) if lengths else ()),
        bool(options.get("visible", True)),
        str(options.get("comment", "")),
        written.parser,
    )
    if any(other.name.lower() == index.name.lower() for other in table.indexes):
        raise ServerError(1061, f"duplicate key name '{index.name}'")
    _check_same_columns(index, table)
    return index


def _check_columns(kind: str, written: ast.Index, names: Sequence[str], table: Table) -> None:
    for part, name in zip(written.columns, names, strict=True):
        column = table.by_name.get(name.lower())
        if column is None:
            raise invalid_input(
                f"column '{name}' doesn't exist in table" if kind == "primary" else f"column '{name}' is not exist"
            )
        if kind == "primary" and not can_be_indexed(column) and part.length is None:
            if column.type.kind in types.VECTORS:
                raise not_supported(f"VECTOR column '{name}' cannot be in primary key")
            raise not_supported(f"{column.type.kind.value.lower()} type in primary key")
        if kind in {"plain", "unique"} and not can_be_indexed(column) and part.length is None:
            raise not_supported(f"{_WORD[column.type.kind]} column '{name}' cannot be in index")


def _check_same_columns(index: Index, table: Table) -> None:
    same = [other for other in table.indexes if other.kind == index.kind and set(other.columns) == set(index.columns)]
    if same and index.kind == "fulltext":
        raise not_supported("Fulltext index are not allowed to use the same column")
    if same and index.kind in vector_index.KINDS:
        raise not_supported(_NOT_DUPLICATED.format(index.kind.upper()))


def _index_name(written: ast.Index, kind: str, names: Sequence[str], table: Table) -> str:
    if kind == "primary":
        return "PRIMARY"
    if written.name:
        return written.name.lower()
    taken = {index.name.lower() for index in table.indexes}
    name, n = names[0].lower(), 1
    while name in taken:
        n += 1
        name = f"{names[0].lower()}_{n}"
    return name


def add_index(table: Table, index: Index) -> Table:
    """The table with one more index; primary key columns become NOT NULL."""
    columns = table.columns
    if index.kind == "primary":
        key = {name.lower() for name in index.columns}
        columns = tuple(replace(column, nullable=False) if column.name.lower() in key else column for column in columns)
    return table.with_changes(indexes=(*table.indexes, index), columns=columns)


def define_foreign_key(session: LiteSession, written: ast.ForeignKey, table: Table) -> ForeignKey:
    """A foreign key as the catalog keeps it; its parent may be missing while foreign_key_checks is off."""
    for name in written.columns:
        if name.lower() not in table.by_name:
            raise invalid_input(f"column '{name}' no exists in the creating table '{table.name}'")
    database = current_database(session, written.table.database)
    itself = written.table.name.lower() == table.name and database.id == table.database
    parent = table if itself else session.catalog.table(database.id, written.table.name)
    name = written.name or str(uuid.uuid4())
    on_delete, on_update = written.on_delete or "restrict", written.on_update or "restrict"
    if parent is None:
        if session.variables.number("foreign_key_checks"):
            raise no_such_table(database.name, written.table.name)
        return ForeignKey(
            name, written.columns, 0, written.referenced, on_delete, on_update, written.table.name.lower()
        )
    check_reference(table, written.columns, parent, written.referenced)
    return ForeignKey(name, written.columns, parent.id, written.referenced, on_delete, on_update, parent.name)


def check_reference(child: Table, columns: Sequence[str], parent: Table, referenced: Sequence[str]) -> None:
    """Error 20101 unless ``referenced`` is a unique key with the types of ``columns``."""
    lowered = [name.lower() for name in referenced]
    if any(name not in parent.by_name for name in lowered) or len(lowered) != len(columns):
        raise internal("failed to add the foreign key constraint")
    for name, other in zip(columns, lowered, strict=True):
        if child.by_name[name.lower()].type.kind is not parent.by_name[other].type.kind:
            raise internal(f"type of reference column '{other}' is not match for column '{name}'")
    if not any({name.lower() for name in index.columns} == set(lowered) for index in parent.unique_indexes):
        raise internal("failed to add the foreign key constraint")


def define_table(
    session: LiteSession, statement: ast.CreateTable, identity: int, database: int, columns: Sequence[Column] = ()
) -> Table:
    """The description of the table that CREATE TABLE makes.

    :param columns: columns that come from AS SELECT
    """
    own = [define_column(session, written, n + 1) for n, written in enumerate(statement.columns)]
    named = {column.name.lower() for column in own}
    own += [
        replace(column, number=len(own) + n + 1) for n, column in enumerate(columns) if column.name.lower() not in named
    ]
    if not own:
        raise ServerError(4028, "A table must have at least one visible column.")
    seen: set[str] = set()
    for column in own:
        if column.name.lower() in seen:
            raise ServerError(3819, f'constraint violation: duplicate column "{column.name}"')
        seen.add(column.name.lower())
    if statement.partitioning is not None:
        partitions.check_columns(statement.partitioning, seen)
    options = dict(statement.options)
    table = Table(
        identity,
        database,
        statement.name.name.lower(),
        identity,
        columns=tuple(own),
        comment=stored_comment(str(options.get("comment", ""))),
        temporary=statement.temporary,
        created=session.store.now(),
        attributes={"text": session.statement_text, **_attributes(statement, options)},
    )
    for index in _written_indexes(statement):
        table = add_index(table, define_index(index, table))
    table = _with_checks(session, table, statement)
    keys = tuple(define_foreign_key(session, key, table) for key in statement.foreign_keys)
    return table.with_changes(foreign_keys=keys)


def _attributes(statement: ast.CreateTable, options: dict[str, Any]) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    if "auto_increment" in options:
        attributes["auto_increment"] = int(options["auto_increment"])
    if "properties" in options:
        attributes["properties"] = options["properties"]
    if statement.cluster_by:
        attributes["cluster_by"] = statement.cluster_by
    if statement.partitioning is not None:
        attributes |= partitions.attributes(statement.partitioning)
    return attributes


def _written_indexes(statement: ast.CreateTable) -> list[ast.Index]:
    """The keys of the columns and of the table: primary, then unique, then others."""
    found = list(statement.indexes)
    for written in statement.columns:
        part = (ast.IndexColumn(written.name),)
        if written.primary_key:
            found.append(ast.Index(ast.IndexKind.PRIMARY, part))
        if written.unique:
            found.append(ast.Index(ast.IndexKind.UNIQUE, part))
    if sum(index.kind is ast.IndexKind.PRIMARY for index in found) > 1:
        raise invalid_input("more than one primary key defined")
    order = [ast.IndexKind.PRIMARY, ast.IndexKind.UNIQUE, ast.IndexKind.PLAIN, ast.IndexKind.FULLTEXT]
    return sorted(found, key=lambda index: order.index(index.kind))


def _refuse_generated_keys(table: Table, exprs: Sequence[ast.Expr]) -> None:
    for node in (node for expr in exprs for node in walk(expr)):
        column = table.by_name.get(node.name.lower()) if isinstance(node, ast.Column) else None
        if column is not None and column.auto_increment:
            raise invalid_input(f"check constraint cannot refer to auto-increment column '{column.name}'")


def _with_checks(session: LiteSession, table: Table, statement: ast.CreateTable) -> Table:
    written = [check for column in statement.columns for check in column.checks] + list(statement.checks)
    checks: list[Check] = []
    for check in written:
        if not check.enforced:
            raise not_supported("NOT ENFORCED CHECK constraints")
        checks.append(Check(check.name or f"__mo_chk_{len(checks) + 1}", check.expr))
    exprs = [check.expr for check in checks]
    _refuse_generated_keys(table, exprs)
    exprs += [column.generated for column in table.columns if column.generated is not None]
    refuse_functions(session, [*exprs, *(c.default for c in table.columns if c.default is not None)])
    if exprs:
        RowFunction(session, table, exprs, [None] * len(exprs))
    return table.with_changes(checks=tuple(checks))
