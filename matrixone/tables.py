"""Tables described by dictionaries of type texts, by SQLAlchemy columns, or by mapped classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.exc import CompileError
from sqlalchemy.schema import CreateIndex
from sqlalchemy.types import NullType, TypeEngine

from matrixone.bulk import is_mapped
from matrixone.dialect.column_rules import check_column, check_comment
from matrixone.exceptions import ConfigurationError
from matrixone.params import without_quoted
from matrixone.sql import SQL, Identifier, Literal, joined, split_name, table_identifier
from matrixone.vector.indexes import HnswVectorIndex, IvfVectorIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.engine import Dialect
    from sqlalchemy.schema import Index, SchemaItem
    from sqlalchemy.sql.compiler import SQLCompiler

    from matrixone.bulk import TableLike
    from matrixone.sql import Composable

ColumnType = str | TypeEngine[Any] | type[TypeEngine[Any]]

_INDEX_CLASSES: dict[str, type[IvfVectorIndex | HnswVectorIndex]] = {
    "ivfflat": IvfVectorIndex,
    "ivf": IvfVectorIndex,
    "hnsw": HnswVectorIndex,
}


def create_table(
    table: str,
    columns: Mapping[str, ColumnType],
    *,
    primary_key: str | Sequence[str] | None = None,
    if_not_exists: bool = False,
    comment: str | None = None,
) -> SQL:
    """CREATE TABLE from a dictionary of columns.

    Args:
        table: ``table`` or ``database.table``.
        columns: By column name, the server's type text with modifiers (``'varchar(20) not null'``,
            ``'int primary key'``, ``'vecf32(384)'``) or a SQLAlchemy type.
        primary_key: Column or columns of the primary key, if no type text says so.
        if_not_exists: Do nothing if the table exists.
        comment: Comment on the table.

    Raises:
        ConfigurationError: No columns, a type text that does not stay inside its column, or a comment the server would
            take and not keep.
        InvalidNameError: A name the server cannot store.
    """
    if not columns:
        raise ConfigurationError(f"table {table!r} needs at least one column")
    try:
        check_comment(f"of table {table!r}", comment)
    except CompileError as error:
        raise ConfigurationError(str(error)) from error
    parts: list[Composable] = [
        SQL("{name} {type}").format(name=Identifier(name), type=_ColumnType(name, kind))
        for name, kind in columns.items()
    ]
    if primary_key is not None:
        keys = [primary_key] if isinstance(primary_key, str) else list(primary_key)
        if unknown := [key for key in keys if key not in columns]:
            raise ConfigurationError(f"the primary key names {unknown}, which are not columns of {table!r}")
        parts.append(SQL("PRIMARY KEY ({keys})").format(keys=joined([Identifier(key) for key in keys])))
    clauses = "IF NOT EXISTS " if if_not_exists else ""
    statement = SQL(f"CREATE TABLE {clauses}{{table}} ({{parts}}){{comment}}")
    return statement.format(
        table=table_identifier(table),
        parts=joined(parts),
        comment=SQL("") if comment is None else SQL(" COMMENT {text}").format(text=Literal(comment)),
    )


def drop_table(table: str) -> SQL:
    """DROP TABLE IF EXISTS."""
    return SQL("DROP TABLE IF EXISTS {table}").format(table=table_identifier(table))


def table_of(table: type[Any] | Table) -> Table:
    """The table object of a mapped class.

    Raises:
        ConfigurationError: Neither a mapped class nor a table.
    """
    if isinstance(table, Table):
        return table
    if is_mapped(table):
        mapped: Any = table
        found: Table = mapped.__table__
        return found
    raise ConfigurationError(f"{table!r} is neither a table name, a table, nor a mapped class")


def table_parts(table: TableLike) -> tuple[str, ...]:
    """The name of a table, preceded by its database where that is given.

    Args:
        table: ``table``, ``database.table``, a mapped class or a table object.

    Raises:
        InvalidNameError: A name the server cannot store.
        ConfigurationError: Neither a mapped class nor a table.
    """
    if isinstance(table, str):
        return table_identifier(table).parts
    found = table_of(table)
    return Identifier(*filter(None, (found.schema, found.name))).parts


def orm_table(table: str, items: Sequence[SchemaItem], **kwargs: Any) -> Table:
    """A table object from SQLAlchemy columns and indexes, vector and full-text ones included.

    Raises:
        ConfigurationError: No column among the items.
    """
    if not any(isinstance(item, Column) for item in items):
        raise ConfigurationError(f"table {table!r} needs at least one Column")
    *schema, name = split_name(table)
    return Table(name, MetaData(), *items, schema=schema[0] if schema else None, **kwargs)


def vector_indexes(table: str, indexes: Sequence[Mapping[str, Any]]) -> list[CreateIndex]:
    """The statements that add vector indexes to a table.

    Args:
        table: ``table`` or ``database.table``.
        indexes: Dictionaries with ``name``, ``column``, ``type`` (``ivfflat`` or ``hnsw``) and ``params``, which are
            options of the index class.

    Raises:
        ConfigurationError: An unknown type, a missing entry, or an unknown option.
    """
    return [_vector_index(table, description) for description in indexes]


def check_indexes(indexes: Iterable[Index], dialect: Dialect) -> None:
    """See that the dialect knows the kinds of the indexes.

    Raises:
        ConfigurationError: Another MySQL dialect, which would make ordinary indexes of them without a word.
    """
    for index in indexes:
        if dialect.name != "matrixone" and index.dialect_kwargs:
            raise ConfigurationError(
                f"the index {index.name!r} needs an engine of matrixone://, this one is {dialect.name}+{dialect.driver}"
            )


def _vector_index(table: str, description: Mapping[str, Any]) -> CreateIndex:
    entries = dict(description)
    kind = str(entries.pop("type", "ivfflat")).lower()
    try:
        name, column = entries.pop("name"), entries.pop("column")
        index = _INDEX_CLASSES[kind](name, column, **entries.pop("params", {}), **entries)
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"vector index {description!r} of table {table!r}: {error}") from error
    orm_table(table, [Column(column, NullType()), index])
    return CreateIndex(index)


class _ColumnType:
    def __init__(self, name: str, kind: ColumnType) -> None:
        if isinstance(kind, str):
            _check_type_text(name, kind)
        elif not isinstance(kind() if isinstance(kind, type) else kind, TypeEngine):
            raise ConfigurationError(f"the type of column {name!r} is a text or a SQLAlchemy type, not {kind!r}")
        self.name, self.kind = name, kind

    def render(self, compiler: SQLCompiler) -> str:
        if isinstance(self.kind, str):
            return self.kind.replace("%", "%%") if compiler.preparer._double_percents else self.kind
        instance = self.kind() if isinstance(self.kind, type) else self.kind
        check_column(self.name, instance, None, compiler.dialect)
        return compiler.dialect.type_compiler_instance.process(instance)


def _check_type_text(name: str, text: str) -> None:
    depth = 0
    structure = without_quoted(text)
    swallows = without_quoted(text + ")") != structure + ")"  # a quote or comment that goes on behind it
    for character in structure:
        depth += (character == "(") - (character == ")")
        if depth < 0 or character == ";" or (character == "," and not depth):
            break
    else:
        if structure.strip() and not depth and not swallows:
            return
    raise ConfigurationError(f"the type of column {name!r}, {text!r}, is not a type with modifiers")
