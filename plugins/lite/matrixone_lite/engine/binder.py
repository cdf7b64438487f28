"""Expressions: from syntax tree to typed SQLite text."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import arithmetic, common_types, comparison, convert, operands, stages, types
from matrixone_lite.engine.bound import Bound
from matrixone_lite.engine.calls import bind_function
from matrixone_lite.engine.convert import Mode
from matrixone_lite.engine.errors import (
    ServerError,
    argument_outside_prepared,
    internal,
    invalid_argument,
    invalid_input,
    unsupported,
)
from matrixone_lite.engine.types import Kind, Type, Value
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.scope import Scope
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.storage import UserFunction

Late = Callable[["LiteSession"], Value]
"""A parameter whose value is computed each time the statement runs."""


_MARK: Final = re.compile(r"\?([0-9]+)")
_MOST_PARAMETERS: Final = 30_000
"""A little below SQLite's limit; further texts are written into the statement."""


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter that takes the value of the ``?`` at ``index``."""

    index: int


@dataclass(slots=True)
class Parameters:
    """The values the SQLite text refers to as ``?1``, ``?2``, …."""

    values: list[Any] = field(default_factory=list)
    _known: dict[tuple[type, Any], int] = field(default_factory=dict)

    def add(self, value: Any) -> str:
        """Add a value, a :class:`Late` function or an :class:`Argument`, and return how the text names it.

        Equal values share a parameter, so that equal expressions have equal texts.
        """
        if len(self.values) >= _MOST_PARAMETERS and isinstance(value, str) and "\0" not in value:
            return "'" + value.replace("'", "''") + "'"
        key = (type(value), value)
        if key not in self._known:
            self.values.append(value)
            self._known[key] = len(self.values)
        return f"?{self._known[key]}"

    def add_own(self, value: Any) -> str:
        """Add a value that shares its parameter with no other."""
        self.values.append(value)
        return f"?{len(self.values)}"

    def of(self, sql: str) -> tuple[Any, ...]:
        """The values for a text; SQLite wants none behind the last the text names."""
        return tuple(self.values[: max(map(int, _MARK.findall(sql)), default=0)])


class Binder:
    """Binds the expressions and queries of one statement.

    :param session: whose catalog, variables and functions are meant
    """

    def __init__(self, session: LiteSession) -> None:
        self.session = session
        self.arguments = [type_ for _, type_ in session.arguments]
        self.parameters = Parameters()
        self.functions: dict[str, UserFunction] = {}
        self.reusable = True
        self.strict_division = session.strict_division
        self.at: int | None = None
        self.searchable: set[int] = set()
        self.hidden_matches: set[int] = set()
        self.scores: set[str] = set()
        self.common_tables: list[dict[str, Any]] = []
        self._handles = 0

    def handle(self) -> str:
        """A new name for a source."""
        self._handles += 1
        return f"q{self._handles}"

    def call(self, function: UserFunction, type_: Type, *arguments: str) -> Bound:
        """A call of a user function with arguments already in SQLite text."""
        self.functions[function.name] = function
        return Bound(f"{function.name}({', '.join(arguments)})", type_)

    def constant(self, value: Value, type_: Type, text: str = "") -> Bound:
        """A value of ``type_`` as a parameter."""
        return Bound(self.parameters.add(value), type_, literal=True, text=text)

    def convert(self, bound: Bound, target: Type, mode: Mode = Mode.CAST) -> Bound:
        """``bound`` as ``target``."""
        function = convert.function(bound.type, target, mode)
        if function is None:
            return Bound(bound.sql, target, literal=bound.literal, text=bound.text)
        done = self.call(function, target, bound.sql)
        if target.kind is Kind.DATALINK:
            done = self.call(stages.CHECKED, target, done.sql)
        return Bound(done.sql, target, literal=bound.literal, text=bound.text)

    def bind(self, expr: ast.Expr, scope: Scope) -> Bound:
        """Bind an expression; in a grouped query the whole may be a GROUP BY key."""
        if (
            scope.grouping
            and not scope.aggregating
            and type(expr) in scope.key_shapes
            and (key := self._as_key(expr, scope))
        ):
            return key
        binder = _BINDERS.get(type(expr))
        if binder is None:
            raise unsupported(f"expression {type(expr).__name__}")
        return binder(self, expr, scope)

    def _as_key(self, expr: ast.Expr, scope: Scope) -> Bound | None:
        if isinstance(expr, ast.Column):
            return None
        grouping, scope.grouping = scope.grouping, None
        try:
            bound = self.bind(expr, scope)
        finally:
            scope.grouping = grouping
        return bound if bound.sql in (grouping or ()) else None

    def truth(self, bound: Bound) -> str:
        """The SQLite text of ``bound`` as a condition."""
        if bound.kind in {Kind.BOOL, Kind.NULL}:
            return bound.sql
        if bound.kind in types.INTEGERS | types.FLOATS | {Kind.BIT, Kind.YEAR}:
            return f"({bound.sql} <> 0)"
        return self.convert(bound, types.BOOL, Mode.COMPARE).sql

    def condition(self, expr: ast.Expr, scope: Scope) -> str:
        """The SQLite text of a WHERE, ON or HAVING condition."""
        bound = self.bind(expr, scope)
        # a row that matches may have the score 0
        return f"({bound.sql} IS NOT NULL)" if isinstance(expr, ast.Match) else self.truth(bound)

    def order_key(self, bound: Bound) -> str:
        """The text to sort by."""
        return comparison.sortable(self, bound)

    def _column(self, expr: ast.Column, scope: Scope) -> Bound:
        return scope.resolve(expr)

    def _literal(self, expr: ast.Literal, _scope: Scope) -> Bound:
        value = expr.value
        match expr.kind:
            case ast.LiteralKind.NULL:
                return Bound("NULL", types.NULL, literal=True, text="null")
            case ast.LiteralKind.BOOLEAN:
                return Bound("1" if value else "0", types.BOOL, literal=True, text=expr.text)
            case ast.LiteralKind.INTEGER:
                return self.integer(int(str(value)))
            case ast.LiteralKind.DECIMAL:
                text = format(value, "f")
                digits, scale = len(text.replace(".", "").lstrip("-")), len(text.partition(".")[2])
                return self.constant(text, types.decimal(digits, scale), text)
            case ast.LiteralKind.FLOAT:
                return Bound(
                    repr(value) if value != float("inf") else "9e999", types.DOUBLE, literal=True, text=expr.text
                )
            case ast.LiteralKind.BINARY if isinstance(value, bytes):
                return self.constant(value, Type(Kind.VARBINARY, len(value)), expr.text)
            case _:
                return self.string(value)

    def integer(self, value: int) -> Bound:
        """An integer literal."""
        type_ = types.literal_integer(value)
        if type_.kind is Kind.BIGINT:
            return Bound(
                str(value) if value > -(1 << 63) else "(-9223372036854775807-1)", type_, literal=True, text=str(value)
            )
        return self.constant(f"{value:020d}" if type_.kind is Kind.UBIGINT else str(value), type_, str(value))

    def string(self, value: object) -> Bound:
        """A string, hexadecimal or bit literal; bytes that are no text stay bytes, and an empty text is a CHAR."""
        if isinstance(value, str):
            try:
                value.encode()
            except UnicodeEncodeError:
                value = value.encode("utf-8", "surrogateescape")
        elif isinstance(value, bytes):
            with contextlib.suppress(UnicodeDecodeError):
                value = value.decode()
        if isinstance(value, bytes):
            return self.constant(value, Type(Kind.VARCHAR, len(value)))
        text = str(value)
        return self.constant(text, Type(Kind.VARCHAR, len(text)) if text else types.EMPTY, text)

    def _typed_literal(self, expr: ast.TypedLiteral, _scope: Scope) -> Bound:
        target = {"date": types.DATE, "time": types.TIME, "timestamp": types.TIMESTAMP, "datetime": types.DATETIME}[
            expr.type_name
        ]
        if target is types.TIMESTAMP:
            # the server cuts the fraction of such a literal
            text: str = expr.value.partition(".")[0]
        else:
            text = expr.value
        make = convert.converter(types.VARCHAR, target, Mode.STORE)
        return self.constant(make(text) if make else text, target, expr.value)

    def _parameter(self, expr: ast.Parameter, _scope: Scope) -> Bound:
        if expr.index >= len(self.arguments):
            raise argument_outside_prepared()
        return Bound(self.parameters.add(Argument(expr.index)), self.arguments[expr.index], literal=True, text="?")

    def _user_variable(self, expr: ast.UserVariable, _scope: Scope) -> Bound:
        self.reusable = False
        value, type_ = self.session.user_variable(expr.name)
        return self.constant(value, type_)

    def _system_variable(self, expr: ast.SystemVariable, _scope: Scope) -> Bound:
        self.reusable = False
        return self.constant(self.session.variable_text(expr.name, expr.scope), types.TEXT)

    def _unary(self, expr: ast.Unary, scope: Scope) -> Bound:
        operand = expr.operand
        if expr.operator == "-" and isinstance(operand, ast.Literal) and operand.kind is ast.LiteralKind.INTEGER:
            return self.integer(-int(str(operand.value)))
        bound = self.bind(operand, scope)
        match expr.operator:
            case "not" | "!":
                return Bound(f"(NOT {self.truth(bound)})", types.BOOL)
            case "-":
                return self._negate(bound)
            case "+":
                return bound
            case "binary":
                return self.convert(bound, types.VARBINARY)
            case "~":
                return comparison.bitwise_not(self, bound)
            case other:
                raise unsupported(f"operator {other}")

    def _negate(self, bound: Bound) -> Bound:
        if bound.kind in types.FLOATS:
            return Bound(f"(- {bound.sql})", bound.type)
        if bound.kind in types.SIGNED:
            return self.call(arithmetic.negation(bound.kind), bound.type, bound.sql)
        if bound.kind in {Kind.UTINYINT, Kind.USMALLINT}:
            return Bound(f"(- CAST({bound.sql} AS REAL))", types.FLOAT)
        if bound.kind in types.VECTORS:
            raise invalid_argument(f"operator unary_minus, bad value [{bound.type.named}]")
        if bound.kind is Kind.DECIMAL:
            function = arithmetic.function("-", bound.type)
            return self.call(function, bound.type, "'0'", bound.sql)
        return self.arithmetic("-", Bound("0", types.BIGINT, literal=True), bound)

    def _binary(self, expr: ast.Binary, scope: Scope) -> Bound:
        symbol = expr.operator
        if symbol in {"and", "or", "xor", "||"}:
            return self._logical(expr, scope)
        if symbol in {"->", "->>"}:
            call = ast.Function("json_extract", (expr.left, expr.right))
            return bind_function(self, call if symbol == "->" else ast.Function("json_unquote", (call,)), scope)
        if symbol in comparison.OPERATORS:
            return comparison.compare_rows(self, symbol, expr.left, expr.right, scope)
        if isinstance(expr.left, ast.Interval) or isinstance(expr.right, ast.Interval):
            return self._shift(symbol, expr, scope)
        left, right = self._operand(expr.left, scope), self._operand(expr.right, scope)
        calculate = comparison.bitwise if symbol in comparison.BITWISE else Binder.arithmetic
        return calculate(self, symbol, left, right)

    def _logical(self, expr: ast.Binary, scope: Scope) -> Bound:
        symbol = expr.operator
        if symbol == "||" and self.session.pipes_concatenate:
            return bind_function(self, ast.Function("concat", (expr.left, expr.right)), scope)
        if symbol == "xor":
            left, right = self.condition(expr.left, scope), self.condition(expr.right, scope)
            return Bound(f"(({left}) <> ({right}))", types.BOOL)
        conditions = [self.condition(operand, scope) for operand in _operands(expr)]
        return Bound(joined(conditions, "AND" if symbol == "and" else "OR"), types.BOOL)

    def _operand(self, expr: ast.Expr, scope: Scope) -> Bound:
        if (
            isinstance(expr, ast.Literal)
            and expr.kind in {ast.LiteralKind.HEX, ast.LiteralKind.BIT}
            and isinstance(expr.value, bytes)
        ):
            return self.integer(int.from_bytes(expr.value, "big"))
        return self.bind(expr, scope)

    def _shift(self, symbol: str, expr: ast.Binary, scope: Scope) -> Bound:
        """A date and an interval, in either order."""
        operands = (expr.left, expr.right) if isinstance(expr.right, ast.Interval) else (expr.right, expr.left)
        return bind_function(self, ast.Function("date_add" if symbol == "+" else "date_sub", operands), scope)

    def arithmetic(self, symbol: str, left: Bound, right: Bound) -> Bound:
        """``left symbol right`` with the operands brought to one type."""
        return operands.compute(self, symbol, left, right)

    def _like(self, expr: ast.Like, scope: Scope) -> Bound:
        operand = self.convert(self.bind(expr.operand, scope), types.TEXT).sql
        pattern = self.convert(self.bind(expr.pattern, scope), types.TEXT).sql
        escape = "'\\'" if expr.escape is None else self.bind(expr.escape, scope).sql
        if expr.case_insensitive:
            operand, pattern = f"lower({operand})", f"lower({pattern})"
        return Bound(f"({operand} {'NOT ' * expr.negated}LIKE {pattern} ESCAPE {escape})", types.BOOL)

    def _regexp(self, expr: ast.RegexpMatch, scope: Scope) -> Bound:
        found = bind_function(self, ast.Function("regexp_like", (expr.operand, expr.pattern)), scope)
        return Bound(f"(NOT {found.sql})" if expr.negated else found.sql, types.BOOL)

    def _between(self, expr: ast.Between, scope: Scope) -> Bound:
        operand = self.bind(expr.operand, scope)
        low = comparison.compare(self, ">=", operand, self.bind(expr.low, scope))
        high = comparison.compare(self, "<=", operand, self.bind(expr.high, scope))
        return Bound(f"({'NOT ' * expr.negated}({low.sql} AND {high.sql}))", types.BOOL)

    def _in_list(self, expr: ast.InList, scope: Scope) -> Bound:
        return comparison.in_list(self, expr, scope)

    def _is(self, expr: ast.Is, scope: Scope) -> Bound:
        bound = self.bind(expr.operand, scope)
        word = "IS NOT" if expr.negated else "IS"
        if expr.state in {"null", "unknown"}:
            return Bound(f"({bound.sql} {word} NULL)", types.BOOL)
        return Bound(f"({self.truth(bound)} {word} {expr.state.upper()})", types.BOOL)

    def _case(self, expr: ast.Case, scope: Scope) -> Bound:
        results = [self.bind(when.result, scope) for when in expr.whens]
        otherwise = Bound("NULL", types.NULL) if expr.otherwise is None else self.bind(expr.otherwise, scope)
        type_ = common_types.of_case([result.type for result in results], otherwise.type)
        conditions = [self.bind(when.condition, scope) for when in expr.whens]
        if expr.operand is not None:
            operand = self.bind(expr.operand, scope)
            conditions = [comparison.compare(self, "=", operand, condition) for condition in conditions]
        elif any(condition.kind is Kind.NULL for condition in conditions):
            pairs = zip(conditions, results, strict=True)
            kinds = " ".join(one.kind.value for one in (*(one for pair in pairs for one in pair), otherwise))
            raise invalid_argument(f"operator case, bad value [{kinds}]")
        parts = ["CASE"]
        for condition, result in zip(conditions, results, strict=True):
            parts.append(f"WHEN {self.truth(condition)} THEN {self.convert(result, type_).sql}")
        parts.append(f"ELSE {self.convert(otherwise, type_).sql} END")
        return Bound(f"({' '.join(parts)})", type_)

    def _cast(self, expr: ast.Cast, scope: Scope) -> Bound:
        bound = self.bind(expr.operand, scope)
        target = types.for_cast(expr.type)
        wraps = bound.kind is Kind.UBIGINT and target.kind is Kind.BIGINT
        return self.convert(bound, target, Mode.WRAP if wraps else Mode.CAST)

    def _convert_using(self, expr: ast.ConvertUsing, scope: Scope) -> Bound:
        return self.convert(self.bind(expr.operand, scope), types.VARCHAR)

    def _collate(self, expr: ast.Collate, scope: Scope) -> Bound:
        return self.bind(expr.operand, scope)

    def _parenthesized(self, expr: ast.Parenthesized, scope: Scope) -> Bound:
        return self.bind(expr.operand, scope)

    def _interval(self, expr: ast.Interval, scope: Scope) -> Bound:
        value = self.bind(expr.value, scope)
        return Bound(value.sql, types.INTERVAL, text=expr.unit)

    def _keyword(self, expr: ast.Keyword, _scope: Scope) -> Bound:
        return self.constant(expr.text, types.VARCHAR, expr.text)

    def _row(self, _expr: ast.Row, _scope: Scope) -> Bound:
        raise internal("unsupported use of a row value")

    def _function(self, expr: ast.Function, scope: Scope) -> Bound:
        return bind_function(self, expr, scope)

    def _star(self, _expr: ast.Star, _scope: Scope) -> Bound:
        raise ServerError(1149, "SQL syntax error: * in wrong place")

    def _match(self, expr: ast.Match, scope: Scope) -> Bound:
        from matrixone_lite.engine.fulltext.binding import bind_match

        return bind_match(self, expr, scope)

    def _subquery(self, expr: ast.Subquery, scope: Scope) -> Bound:
        from matrixone_lite.engine.select import bind_scalar

        return bind_scalar(self, expr.query, scope)

    def _exists(self, expr: ast.Exists, scope: Scope) -> Bound:
        from matrixone_lite.engine.select import bind_query

        return Bound(f"EXISTS ({bind_query(self, expr.query, scope).sql})", types.BOOL)

    def _in_query(self, expr: ast.InQuery, scope: Scope) -> Bound:
        return comparison.in_query(self, expr, scope)

    def _quantified(self, expr: ast.Quantified, scope: Scope) -> Bound:
        return comparison.quantified(self, expr, scope)

    def _default(self, _expr: ast.Default, _scope: Scope) -> Bound:
        raise unsupported("DEFAULT outside INSERT and UPDATE")

    def _inserted(self, expr: ast.InsertedValue, scope: Scope) -> Bound:
        found = scope.inserted.get(expr.column.name.lower())
        if found is None:
            raise invalid_input(f"column {expr.column.name} does not exist")
        return found


def _operands(expr: ast.Binary) -> list[ast.Expr]:
    """The operands of a chain of one operator, which may be longer than Python calls can be deep."""
    found: list[ast.Expr] = []
    left: ast.Expr = expr
    while isinstance(left, ast.Binary) and left.operator == expr.operator:
        found.append(left.right)
        left = left.left
    return [left, *reversed(found)]


def joined(conditions: Sequence[str], word: str) -> str:
    """Conditions joined by AND or OR, as a tree that is no deeper than SQLite allows."""
    if len(conditions) == 1:
        return conditions[0]
    middle = len(conditions) // 2
    return f"({joined(conditions[:middle], word)} {word} {joined(conditions[middle:], word)})"


_BINDERS: Final[dict[type[ast.Expr], Callable[[Binder, Any, Scope], Bound]]] = {
    ast.Column: Binder._column,
    ast.Literal: Binder._literal,
    ast.TypedLiteral: Binder._typed_literal,
    ast.Parameter: Binder._parameter,
    ast.UserVariable: Binder._user_variable,
    ast.SystemVariable: Binder._system_variable,
    ast.Unary: Binder._unary,
    ast.Binary: Binder._binary,
    ast.Like: Binder._like,
    ast.RegexpMatch: Binder._regexp,
    ast.Between: Binder._between,
    ast.InList: Binder._in_list,
    ast.InQuery: Binder._in_query,
    ast.Is: Binder._is,
    ast.Quantified: Binder._quantified,
    ast.Exists: Binder._exists,
    ast.Subquery: Binder._subquery,
    ast.Parenthesized: Binder._parenthesized,
    ast.Row: Binder._row,
    ast.Case: Binder._case,
    ast.Cast: Binder._cast,
    ast.ConvertUsing: Binder._convert_using,
    ast.Collate: Binder._collate,
    ast.Interval: Binder._interval,
    ast.Keyword: Binder._keyword,
    ast.Function: Binder._function,
    ast.Star: Binder._star,
    ast.Match: Binder._match,
    ast.Default: Binder._default,
    ast.InsertedValue: Binder._inserted,
}
