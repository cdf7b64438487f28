"""Bound expressions: SQLite text with a static type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matrixone_lite.engine.types import Kind

if TYPE_CHECKING:
    from matrixone_lite.engine.catalog import Column, Table
    from matrixone_lite.engine.types import Type


@dataclass(frozen=True, slots=True)
class Origin:
    """The column of a table an expression is nothing but."""

    database: str
    alias: str
    table: Table
    column: Column


@dataclass(frozen=True, slots=True)
class Bound:
    """An expression in SQLite's language.

    :param sql: the text, safe to put anywhere an operand may stand
    :param type: the static type of its values
    :param origin: the column it is, if it is just that
    :param literal: whether it was written as a literal or is a parameter, so that its type may bend to its surroundings
    :param text: its spelling in the statement, for error messages
    """

    sql: str
    type: Type
    origin: Origin | None = None
    literal: bool = False
    text: str = ""

    @property
    def kind(self) -> Kind:
        """The kind of its type."""
        return self.type.kind

    @property
    def ordered(self) -> str:
        """The text where values are compared or sorted: decimals need their collation."""
        return f"({self.sql}) COLLATE decimal" if self.type.kind is Kind.DECIMAL else self.sql
