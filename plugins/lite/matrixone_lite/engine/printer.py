"""Expressions as text again, as the server prints them in definitions of tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.errors import unsupported
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Callable

_ESCAPED: Final = re.compile(r"\\(.?)", re.DOTALL)
_ESCAPES: Final = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
_CLOCKS: Final = {"now", "current_timestamp", "localtime", "localtimestamp"}


def quoted(name: str) -> str:
    """An identifier between backticks."""
    return "`" + name.replace("`", "``") + "`"


def stored_comment(text: str) -> str:
    """A comment of a column or table as the catalog keeps it: its quotes are doubled."""
    return text.replace("'", "''")


def shown_comment(stored: str) -> str:
    """The literal of SHOW CREATE TABLE, whose backslashes the server reads once more before it answers."""
    return f"'{read_again(stored)}'"


def read_again(text: str) -> str:
    """What is left of a literal that the server puts into one of its own."""
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), text)


def ends_too_early(literal: str) -> bool:
    """Whether a backslash of a literal takes a quote from it, so that the server cannot read it again."""
    return any(found[1] in ("", "'") for found in _ESCAPED.finditer(literal))


def shown_default(expr: ast.Expr) -> str:
    """What follows DEFAULT in SHOW CREATE TABLE, where quotes and backticks within a literal are doubled once more."""
    text = default_text(expr)
    return quoted_text(text[1:-1].replace("`", "``")) if text.startswith("'") else text


def quoted_text(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class Printer:
    """How expressions are printed.

    :param quote_columns: put names of columns between backticks
    :param parentheses: put every operator with its operands in parentheses
    """

    quote_columns: bool = False
    parentheses: bool = False

    def text(self, expr: ast.Expr) -> str:
        """An expression as text; error 20105 for what cannot stand in a definition."""
        write = _WRITERS.get(type(expr))
        if write is None:
            raise unsupported(f"{type(expr).__name__} in a definition")
        return write(self, expr)

    def list(self, exprs: tuple[ast.Expr, ...]) -> str:
        """Expressions separated by commas."""
        return ", ".join(map(self.text, exprs))


def default_text(expr: ast.Expr) -> str:
    """What follows DEFAULT or ON UPDATE: literals and clocks as they are, the rest in parentheses."""
    while isinstance(expr, ast.Parenthesized):
        expr = expr.operand
    text = Printer().text(expr)
    bare = isinstance(expr, ast.Literal) or (isinstance(expr, ast.Function) and expr.name in _CLOCKS)
    return text if bare else f"({text})"


def _literal(_: Printer, expr: ast.Literal) -> str:
    if isinstance(expr.value, str):
        return quoted_text(expr.value)
    return expr.text if expr.value is not None else "null"


def _column(printer: Printer, expr: ast.Column) -> str:
    return quoted(expr.name) if printer.quote_columns else expr.name


def _unary(printer: Printer, expr: ast.Unary) -> str:
    blank = " " if expr.operator.isalpha() else ""
    return f"{expr.operator}{blank}{printer.text(expr.operand)}"


def _binary(printer: Printer, expr: ast.Binary) -> str:
    text = f"{printer.text(expr.left)} {expr.operator} {printer.text(expr.right)}"
    return f"({text})" if printer.parentheses else text


def _function(printer: Printer, expr: ast.Function) -> str:
    name = "current_timestamp" if expr.name in _CLOCKS else expr.name
    distinct = "distinct " if expr.distinct else ""
    return f"{name}({distinct}{printer.list(expr.args)})"


def _like(printer: Printer, expr: ast.Like) -> str:
    word = "ilike" if expr.case_insensitive else "like"
    return f"{printer.text(expr.operand)} {_not(expr.negated)}{word} {printer.text(expr.pattern)}"


def _between(printer: Printer, expr: ast.Between) -> str:
    low, high = printer.text(expr.low), printer.text(expr.high)
    return f"{printer.text(expr.operand)} {_not(expr.negated)}between {low} and {high}"


def _in_list(printer: Printer, expr: ast.InList) -> str:
    return f"{printer.text(expr.operand)} {_not(expr.negated)}in ({printer.list(expr.items)})"


def _is(printer: Printer, expr: ast.Is) -> str:
    return f"{printer.text(expr.operand)} is {_not(expr.negated)}{expr.state}"


def _regexp(printer: Printer, expr: ast.RegexpMatch) -> str:
    return f"{printer.text(expr.operand)} {_not(expr.negated)}regexp {printer.text(expr.pattern)}"


def _case(printer: Printer, expr: ast.Case) -> str:
    operand = f" {printer.text(expr.operand)}" if expr.operand else ""
    whens = "".join(f" when {printer.text(when.condition)} then {printer.text(when.result)}" for when in expr.whens)
    otherwise = f" else {printer.text(expr.otherwise)}" if expr.otherwise else ""
    return f"case{operand}{whens}{otherwise} end"


def _cast(printer: Printer, expr: ast.Cast) -> str:
    size = ""
    if expr.type.length is not None:
        size = f"({expr.type.length})" if expr.type.scale is None else f"({expr.type.length},{expr.type.scale})"
    return f"cast({printer.text(expr.operand)} as {expr.type.name}{size})"


def _interval(printer: Printer, expr: ast.Interval) -> str:
    return f"interval {printer.text(expr.value)} {expr.unit}"


def _typed_literal(_: Printer, expr: ast.TypedLiteral) -> str:
    return f"{expr.type_name} {quoted_text(expr.value)}"


def _keyword(_: Printer, expr: ast.Keyword) -> str:
    return expr.text


def _parenthesized(printer: Printer, expr: ast.Parenthesized) -> str:
    text = printer.text(expr.operand)
    return text if printer.parentheses else f"({text})"


def _row(printer: Printer, expr: ast.Row) -> str:
    return f"({printer.list(expr.items)})"


def _not(negated: bool) -> str:
    return "not " if negated else ""


_WRITERS: Final[dict[type[ast.Expr], Callable[..., str]]] = {
    ast.Literal: _literal,
    ast.Column: _column,
    ast.Unary: _unary,
    ast.Binary: _binary,
    ast.Function: _function,
    ast.Like: _like,
    ast.Between: _between,
    ast.InList: _in_list,
    ast.Is: _is,
    ast.RegexpMatch: _regexp,
    ast.Case: _case,
    ast.Cast: _cast,
    ast.Interval: _interval,
    ast.TypedLiteral: _typed_literal,
    ast.Keyword: _keyword,
    ast.Parenthesized: _parenthesized,
    ast.Row: _row,
}
