"""Result sets computed in Python, as SHOW and DESC need them, and the LIKE and WHERE that filter them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.api import Column, Rows
from matrixone_lite.engine.dispatch import handler_of
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Value

Shape = tuple[int, int]
"""Type code and character set."""

VARCHAR: Final = (253, 33)
CHAR: Final = (254, 33)
TEXT: Final = (252, 33)
BOOL: Final = (1, 63)
INT: Final = (3, 63)
BIGINT: Final = (8, 63)
DOUBLE: Final = (5, 63)
DATETIME: Final = (12, 63)
TIMESTAMP: Final = (7, 63)
# Lists the server puts together itself, without a query, have types of their own and no character set.
RAW_VARCHAR: Final = (15, 0)
RAW_TEXT: Final = (241, 0)
RAW_TIMESTAMP: Final = (7, 0)
RAW_TINYINT: Final = (1, 0)
RAW_SMALLINT: Final = (2, 0)
_WILDCARDS: Final = {"%": ".*", "_": "."}


@dataclass(frozen=True, slots=True)
class Listing:
    """Named columns and rows."""

    columns: tuple[tuple[str, Shape], ...]
    rows: Sequence[Sequence[Value]]

    def result(self) -> Rows:
        """The result set."""
        columns = [Column(name, code, charset) for name, (code, charset) in self.columns]
        return Rows(columns, [[_cell(value) for value in row] for row in self.rows])

    def like(self, pattern: ast.Expr | None, column: int = 0) -> Listing:
        """The rows whose ``column`` matches; all of them without a pattern."""
        if pattern is None:
            return self
        wanted = like_pattern(str(pattern.value if isinstance(pattern, ast.Literal) else ""))
        return Listing(self.columns, [row for row in self.rows if wanted.fullmatch(str(row[column]))])

    def where(self, session: LiteSession, condition: ast.Expr | None) -> Listing:
        """The rows that fulfil a condition on the columns, decided by a query over them as literals."""
        if condition is None or not self.rows:
            return self
        position = "__position"
        names = (position, *(name for name, _ in self.columns))
        literals = tuple(ast.Row(tuple(map(_literal, (number, *row)))) for number, row in enumerate(self.rows))
        source = ast.DerivedTable(ast.Values(literals), "listing", names)
        query = ast.Select((ast.SelectItem(ast.Column(position)),), source, condition)
        result = handler_of(query)(session, query)
        if not isinstance(result, Rows):
            raise TypeError(result)
        kept = sorted(int(cells[0] or b"0") for cells in result.rows)
        return Listing(self.columns, [self.rows[number] for number in kept])

    def filtered(self, session: LiteSession, like: ast.Expr | None, where: ast.Expr | None, column: int = 0) -> Rows:
        """The result set after LIKE and WHERE."""
        return self.like(like, column).where(session, where).result()


def columns(*names: str, shape: Shape = VARCHAR) -> tuple[tuple[str, Shape], ...]:
    """Columns of one shape."""
    return tuple((name, shape) for name in names)


def like_pattern(text: str) -> re.Pattern[str]:
    """A LIKE pattern as a regular expression."""
    parts = []
    for match in re.finditer(r"(\\?)(.)", text, re.DOTALL):
        escaped, char = match[1], match[2]
        parts.append(re.escape(char) if escaped else _WILDCARDS.get(char, re.escape(char)))
    return re.compile("".join(parts), re.DOTALL)


def ordered(rows: Iterable[Sequence[Value]]) -> list[Sequence[Value]]:
    """Rows in order of their first column."""
    return sorted(rows, key=lambda row: str(row[0]))


def _cell(value: Value) -> bytes | None:
    return value if value is None or isinstance(value, bytes) else str(value).encode()


def _literal(value: Value) -> ast.Literal:
    if value is None:
        return ast.Literal(ast.LiteralKind.NULL, None, "null")
    if isinstance(value, int):
        return ast.Literal(ast.LiteralKind.INTEGER, value, str(value))
    return ast.Literal(ast.LiteralKind.STRING, str(value), str(value))
