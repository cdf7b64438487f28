"""Columns and indexes of tables as rows, for SHOW, information_schema and mo_catalog."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from matrixone_lite.engine import definition
from matrixone_lite.engine.errors import no_such_table
from matrixone_lite.engine.namespace import current_database, find_table
from matrixone_lite.engine.system import SYSTEM_TABLES
from matrixone_lite.engine.types import RANGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matrixone_lite.engine.catalog import Index, Table
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.system import SystemTable
    from matrixone_lite.engine.types import Type
    from matrixone_lite.sql import ast

Row = tuple[Any, ...]


def described_columns(session: LiteSession, name: ast.Name) -> list[Row]:
    """The rows of DESC: Field, Type, Null, Key, Default, Extra, Comment.

    :raises ServerError: 1046, 1049 or 1146 when there is no such table
    """
    database = current_database(session, name.database)
    system = SYSTEM_TABLES.get((database.name, name.name.lower()))
    if system is not None and system.shown_to(session.principal.account_id):
        return list(_system_columns(system))
    table = find_table(session, database, name.name)
    if table is None:
        raise no_such_table(database.name, name.name.lower())
    return [
        (
            column.name,
            column.type.described,
            "NO" if not column.nullable or definition.is_primary(column, table) else "YES",
            definition.key_of(column, table),
            definition.described_default(column),
            definition.extra_of(column),
            column.comment,
        )
        for column in table.columns
    ]


def _system_columns(table: SystemTable) -> Iterator[Row]:
    for name, type_ in table.columns:
        shown = type_.described if table.stored else system_type(type_)
        nullable = "NO" if name in table.required else "YES"
        marks = (table.keys.get(name, ""), table.defaults.get(name), table.extras.get(name, ""))
        yield name, shown, nullable, *marks, table.comments.get(name, "")


def system_type(type_: Type) -> str:
    """The type of a computed column: integers have no width."""
    return f"{type_.kind.value}(0)" if type_.kind in RANGES else type_.described


def finder(session: LiteSession, at: int | None = None) -> Callable[[int], tuple[str, Table] | None]:
    """Gives the table of an id, at a moment, and the name of its database."""

    def find(identity: int) -> tuple[str, Table] | None:
        found = session.catalog.table_by_id(identity, at)
        database = None if found is None else session.catalog.database_by_id(found.database, at)
        return None if found is None or database is None else (database.name, found)

    return find


def index_rows(table: Table) -> Iterator[Row]:
    """The rows of SHOW INDEX."""
    for index in table.indexes:
        for position, column in enumerate(index.columns, 1):
            nullable = "YES" if _nullable(table, column) else ""
            yield (
                table.name,
                0 if index.unique else 1,
                index_name(index),
                position,
                column,
                "A",
                0,
                "NULL",
                "NULL",
                nullable,
                algorithm(index),
                "",
                index.comment,
                parameters(index),
                "YES" if index.visible else "NO",
                column,
            )


def index_name(index: Index) -> str:
    """An index's name in the catalog."""
    return "PRIMARY" if index.kind == "primary" else index.name


def algorithm(index: Index) -> str:
    """The algorithm of a special index, empty for others."""
    return index.kind if index.kind in {"fulltext", "ivfflat", "hnsw"} else ""


def parameters(index: Index) -> str:
    """The options of a vector index as JSON of texts, those of a fulltext index likewise."""
    if index.kind == "fulltext":
        kept = {"async": "true"} if "async" in dict(index.options) else {}
        if index.parser:
            kept["parser"] = index.parser
        return json.dumps(kept, separators=(",", ":")) if kept else ""
    if index.kind not in {"ivfflat", "hnsw"}:
        return ""
    hidden = {"comment", "visible", "include"}
    options = {key: str(value).lower() for key, value in index.options if key not in hidden}
    if included := dict(index.options).get("include"):
        options["included_columns"] = json.dumps(included, separators=(",", ":"))
    return json.dumps(dict(sorted(options.items())), separators=(",", ":"))


def _nullable(table: Table, name: str) -> bool:
    column = table.by_name.get(name.lower())
    return column is not None and column.nullable and not definition.is_primary(column, table)


def timestamp_text(moment: int | None) -> str | None:
    """Nanoseconds since 1970 as UTC text to the second."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment // 1_000_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
