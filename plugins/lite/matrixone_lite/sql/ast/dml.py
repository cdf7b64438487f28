"""Statements that change rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matrixone_lite.sql.ast.nodes import Node, Statement

if TYPE_CHECKING:
    from matrixone_lite.sql.ast.expressions import Column, OrderItem
    from matrixone_lite.sql.ast.nodes import Expr, Query, TableRef
    from matrixone_lite.sql.ast.queries import FileFormat, Limit, Name, SelectItem, Table, With


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    """``column = value``."""

    column: Column
    value: Expr


@dataclass(frozen=True, slots=True)
class Insert(Statement):
    """INSERT and REPLACE; ``rows`` or ``query`` is set, ``INSERT … SET`` arrives as columns and one row.

    ``columns`` is None when no list was written; a row ``()`` means all defaults.
    """

    table: Table
    columns: tuple[str, ...] | None = None
    rows: tuple[tuple[Expr, ...], ...] = ()
    query: Query | None = None
    replace: bool = False
    ignore: bool = False
    on_duplicate: tuple[Assignment, ...] = ()
    returning: tuple[SelectItem, ...] = ()
    with_: With | None = None


@dataclass(frozen=True, slots=True)
class Update(Statement):
    """UPDATE of one table or of a join; ``source`` is ``UPDATE … SET … FROM source``."""

    target: TableRef
    assignments: tuple[Assignment, ...]
    source: TableRef | None = None
    where: Expr | None = None
    order_by: tuple[OrderItem, ...] = ()
    limit: Limit | None = None
    returning: tuple[SelectItem, ...] = ()
    with_: With | None = None
    ignore: bool = False


@dataclass(frozen=True, slots=True)
class Delete(Statement):
    """DELETE; without ``targets`` the rows of ``source``, a single table, go."""

    source: TableRef
    targets: tuple[Name, ...] = ()
    where: Expr | None = None
    order_by: tuple[OrderItem, ...] = ()
    limit: Limit | None = None
    returning: tuple[SelectItem, ...] = ()
    with_: With | None = None


@dataclass(frozen=True, slots=True)
class LoadData(Statement):
    """LOAD DATA.

    ``path`` is None for INLINE, whose text is ``data``. ``options`` holds the lower-cased keys of ``{'filepath'=…}``
    or of INLINE (format, data apart, jsontype). ``columns`` are Column and, for skipped fields, UserVariable.
    """

    table: Name
    path: str | None = None
    data: str | None = None
    local: bool = False
    options: tuple[tuple[str, str], ...] = ()
    duplicates: str | None = None
    charset: str | None = None
    file_format: FileFormat | None = None
    ignore_lines: int = 0
    columns: tuple[Expr, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    parallel: bool = False
    strict: bool = False


@dataclass(frozen=True, slots=True)
class DumpTable(Statement):
    """DUMP TABLE table TO path."""

    table: Name
    path: str


@dataclass(frozen=True, slots=True)
class LoadTable(Statement):
    """LOAD TABLE table FROM path."""

    table: Name
    path: str
