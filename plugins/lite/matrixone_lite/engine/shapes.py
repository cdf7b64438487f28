"""Queries that differ in their literals only are parsed and bound once.

Applications send the same query again and again with other values in its text. Where the values stand behind WHERE, as
plain numbers and strings, the query is turned into one with ``?`` marks, whose tree and plan are kept, and the values
become arguments.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import types
from matrixone_lite.engine.errors import ServerError
from matrixone_lite.sql import ast, parse

if TYPE_CHECKING:
    from matrixone_lite.engine.types import Type, Value

_LITERAL: Final = re.compile(r"'([^'\\]*)'|(?<![\w.@`])(\d{1,18})(?![\w.`])")
_QUERY: Final = re.compile(
    r"\s*select\b(?P<head>[^'\"?;{@#]*?\sfrom\s[^'\"?;{@#]*?)\swhere\s(?P<tail>[^\"?;{@\\#]*)", re.IGNORECASE
)
_UNSUITABLE_HEAD: Final = re.compile(r"(?<![\w.`])\d|\bselect\b", re.IGNORECASE)
_UNSUITABLE: Final = re.compile(
    r"\bby\b(?:(?!\blimit\b).)*\?|\b(?:interval|match|against|date|time|timestamp|escape|select|union)\b|--|/\*|''|\?\?|-\s*\?",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST: Final = 2000
_MOST: Final = 512


class Shapes:
    """The queries seen so far, without their literals."""

    def __init__(self) -> None:
        self._known: dict[str, ast.Statement | None] = {}

    def find(self, sql: str, *, ansi_quotes: bool) -> tuple[ast.Statement, list[tuple[Value, Type]]] | None:
        """The query with marks and the values for them; None where the text is to be taken as it is."""
        if len(sql) > _LONGEST:
            return None
        match = _QUERY.fullmatch(sql)
        if match is None or _UNSUITABLE_HEAD.search(match["head"]):
            return None
        arguments: list[tuple[Value, Type]] = []

        def mark(literal: re.Match[str]) -> str:
            number = literal[2]
            text = literal[1]
            arguments.append((int(number), types.BIGINT) if number else (text, types.VARCHAR if text else types.EMPTY))
            return "?"

        start = match.start("tail")
        shape = sql[:start] + _LITERAL.sub(mark, sql[start:])
        if shape not in self._known:
            self._learn(shape, start, ansi_quotes=ansi_quotes)
        statement = self._known.get(shape)
        return None if statement is None else (statement, arguments)

    def _learn(self, shape: str, start: int, *, ansi_quotes: bool) -> None:
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[shape] = None
        if "'" in shape or _UNSUITABLE.search(shape, start):
            return
        try:
            statements = parse(shape, ansi_quotes=ansi_quotes)
        except ServerError:
            return
        if len(statements) == 1 and isinstance(statements[0], ast.Select):
            self._known[shape] = statements[0]
