"""Calls: ordinary ones, aggregates, windows, and those with words among their arguments."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.errors import ServerError, unsupported
from matrixone_lite.sql import ast
from matrixone_lite.sql.keywords import UNITS
from matrixone_lite.sql.types import TypeParser

if TYPE_CHECKING:
    from collections.abc import Callable

_NEVER_EMPTY: Final = frozenset(("count", "sum", "avg", "min", "max", "group_concat"))
_BIT_OR: Final = 6
_WINDOW_ARGUMENTS: Final = {
    **dict.fromkeys(("row_number", "rank", "dense_rank", "percent_rank", "cume_dist"), (0, 0)),
    **dict.fromkeys(("ntile", "first_value", "last_value"), (1, 1)),
    **dict.fromkeys(("lag", "lead"), (1, 3)),
    "nth_value": (2, 2),
}
"""The least and the largest number of arguments."""


class FunctionParser(TypeParser):
    """Reads function calls."""

    @abstractmethod
    def expression(self, level: int = 1) -> ast.Expr:
        """An expression."""

    def expressions(self) -> tuple[ast.Expr, ...]:
        """Expressions with commas between."""
        first = self.expression()
        if self.words[self.at] != ",":
            return (first,)
        found = [first]
        while self.accept(","):
            found.append(self.expression())
        return tuple(found)

    def column_reference(self) -> ast.Column:
        """``[[database.]table.]column``."""
        parts = [self.identifier()]
        while self.accept(".") and len(parts) < 3:  # noqa: PLR2004 - database, table, column
            parts.append(self.identifier())
        parts.reverse()
        return ast.Column(*parts)

    def unit(self) -> str:
        """The unit of an interval."""
        word = self.words[self.at].removeprefix("sql_tsi_")
        if word not in UNITS:
            raise self.error()
        self.at += 1
        return word

    def call(self) -> ast.Expr:
        """``name(…)``, at the name."""
        spelling = self.tokens[self.at]
        name = self.words[self.at]
        if name[0] == "`":
            spelling = spelling[1:-1]
            name = name[1:-1]
        self.at += 2
        special = self._special_calls.get(name)
        function = self._ordinary(name, spelling) if special is None else special(self, name, spelling)
        if self.words[self.at] == "over":
            self.at += 1
            return ast.Function(
                function.name,
                function.args,
                function.distinct,
                function.order_by,
                function.separator,
                self.window(),
                spelling,
            )
        return function

    def _ordinary(self, name: str, spelling: str) -> ast.Function:
        words = self.words
        if words[self.at] == ")" and name not in _NEVER_EMPTY:
            self.at += 1
            return ast.Function(name, spelling=spelling)
        if words[self.at] == "*" and words[self.at + 1] == ")":
            self.at += 2
            return ast.Function(name, (ast.Star(),), spelling=spelling)
        distinct = self.accept("distinct")
        if not distinct:
            self.accept("all")
        args = self.expressions()
        self.expect(")")
        return ast.Function(name, args, distinct, spelling=spelling)

    def _group_concat(self, name: str, spelling: str) -> ast.Function:
        distinct = self.accept("distinct")
        args = self.expressions()
        order_by = self.order_by()
        separator = self.string() if self.accept("separator") else ","
        self.expect(")")
        return ast.Function(name, args, distinct, order_by, separator, spelling=spelling)

    def _unit_first(self, name: str, spelling: str) -> ast.Function:
        unit = ast.Keyword(self.unit())
        self.expect(",")
        args = self.expressions()
        self.expect(")")
        return ast.Function(name, (unit, *args), spelling=spelling)

    def _extract(self, name: str, spelling: str) -> ast.Function:
        unit = ast.Keyword(self.unit())
        self.expect("from")
        operand = self.expression()
        self.expect(")")
        return ast.Function(name, (unit, operand), spelling=spelling)

    def _trim(self, name: str, spelling: str) -> ast.Function:
        side = self.accept_any("leading", "trailing", "both")
        if side is not None and self.accept("from"):
            args: tuple[ast.Expr, ...] = (ast.Keyword(side), self.expression())
        else:
            args = (self.expression(),)
            if self.accept("from"):
                args = (ast.Keyword(side or "both"), *args, self.expression())
            elif side is not None:
                raise self.error()
        self.expect(")")
        return ast.Function(name, args, spelling=spelling)

    def _position(self, name: str, spelling: str) -> ast.Function:
        needle = self.expression(_BIT_OR)
        if not self.accept("in"):
            self.expect(",")
        text = self.expression()
        self.expect(")")
        return ast.Function(name, (needle, text), spelling=spelling)

    def _substring(self, name: str, spelling: str) -> ast.Function:
        args = [*self.expressions()]
        if len(args) == 1 and self.accept("from"):
            args.append(self.expression())
            if self.accept("for"):
                args.append(self.expression())
        self.expect(")")
        return ast.Function(name, tuple(args), spelling=spelling)

    def _char(self, name: str, spelling: str) -> ast.Function:
        args = self.expressions()
        if self.accept("using"):
            self.text_or_identifier()
        self.expect(")")
        return ast.Function(name, args, spelling=spelling)

    def _window_only(self, name: str, spelling: str) -> ast.Function:
        """A function of windows, whose number of arguments is part of the grammar."""
        least, most = _WINDOW_ARGUMENTS[name]
        args: list[ast.Expr] = []
        for position in range(most):
            if position >= least and self.words[self.at] == ")":
                break
            if position:
                self.expect(",")
            args.append(self.expression())
        self.expect(")")
        return ast.Function(name, tuple(args), spelling=spelling)

    def _sample(self, name: str, _spelling: str) -> ast.Function:
        raise unsupported(f"{name}()")

    def _cluster_centers(self, name: str, _spelling: str) -> ast.Function:
        raise ServerError(20102, f"should implement the function {name} is not yet implemented")

    _special_calls: Final[dict[str, Callable[[FunctionParser, str, str], ast.Function]]] = {
        "group_concat": _group_concat,
        "timestampadd": _unit_first,
        "timestampdiff": _unit_first,
        "extract": _extract,
        "trim": _trim,
        "position": _position,
        "substring": _substring,
        "substr": _substring,
        "mid": _substring,
        "char": _char,
        **dict.fromkeys(_WINDOW_ARGUMENTS, _window_only),
        "sample": _sample,
        "cluster_centers": _cluster_centers,
    }

    def cast(self) -> ast.Expr:
        """``CAST(operand AS type)``."""
        self.at += 1
        self.expect("(")
        operand = self.expression()
        self.expect("as")
        target = self.cast_type()
        self.expect(")")
        return ast.Cast(operand, target)

    def convert(self) -> ast.Expr:
        """``CONVERT(operand, type)`` or ``CONVERT(operand USING charset)``."""
        self.at += 1
        self.expect("(")
        operand = self.expression()
        if self.accept("using"):
            charset = self.text_or_identifier()
            self.expect(")")
            return ast.ConvertUsing(operand, charset)
        self.expect(",")
        target = self.cast_type()
        self.expect(")")
        return ast.Cast(operand, target, ast.CastStyle.CONVERT)

    def match(self) -> ast.Expr:
        """``MATCH (columns) AGAINST (pattern mode)``."""
        self.at += 1
        self.expect("(")
        columns = [self.column_reference()]
        while self.accept(","):
            columns.append(self.column_reference())
        self.expect(")", "against", "(")
        if not self.is_string() and self.words[self.at] != "?":
            raise self.error()
        pattern = self.expression(_BIT_OR)
        mode = self._match_mode()
        self.expect(")")
        if isinstance(pattern, ast.Literal) and pattern.value == "":
            raise self.error_behind("SQL syntax error: AGAINST('pattern') pattern is empty.")
        return ast.Match(tuple(columns), pattern, mode)

    def _match_mode(self) -> str:
        if self.accept("in"):
            if self.accept("boolean"):
                self.expect("mode")
                return "boolean"
            self.expect("natural", "language", "mode")
            if self.accept("with"):
                self.expect("query", "expansion")
                return "natural expansion"
            return "natural"
        if self.accept("with"):
            self.expect("query", "expansion")
            return "expansion"
        return ""

    # --- windows and order ------------------------------------------------------------------------------------------

    def order_by(self) -> tuple[ast.OrderItem, ...]:
        """``[ORDER BY item, …]``."""
        if not self.accept("order"):
            return ()
        self.expect("by")
        items = [self._order_item()]
        while self.accept(","):
            items.append(self._order_item())
        return tuple(items)

    def _order_item(self) -> ast.OrderItem:
        expr = self.expression()
        descending = self.accept_any("asc", "desc") == "desc"
        if self.accept("nulls"):
            place = self.words[self.at]
            if place in ("first", "last"):
                raise self.error(f"NULLS {place.upper()} is not supported in MySQL syntax")
            raise self.error()
        return ast.OrderItem(expr, descending)

    def window(self) -> ast.Window:
        """``(PARTITION BY … ORDER BY … frame)``."""
        self.expect("(")
        partition: tuple[ast.Expr, ...] = ()
        if self.accept("partition"):
            self.expect("by")
            partition = self.expressions()
        order_by = self.order_by()
        unit = self.accept_any("rows", "range", "groups")
        frame = self._frame(unit) if unit else None
        self.expect(")")
        return ast.Window(partition, order_by, frame)

    def _frame(self, unit: str) -> ast.Frame:
        if self.accept("between"):
            start = self._bound()
            self.expect("and")
            return ast.Frame(unit, start, self._bound())
        return ast.Frame(unit, self._bound())

    def _bound(self) -> ast.FrameBound:
        if self.accept("current"):
            self.expect("row")
            return ast.FrameBound("current row")
        if self.accept("unbounded"):
            return ast.FrameBound(f"unbounded {self.expect_any('preceding', 'following')}")
        offset = self.expression(_BIT_OR)
        return ast.FrameBound(self.expect_any("preceding", "following"), offset)
