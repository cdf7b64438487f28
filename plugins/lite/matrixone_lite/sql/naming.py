"""Expressions as text: the normalized form that names unnamed columns, and the quoted form that SHOW prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def column_name(expr: ast.Expr) -> str:
    """The name of an unnamed result column: no quotes, one spelling for every construct."""
    while isinstance(expr, ast.Parenthesized):
        expr = expr.operand
    if isinstance(expr, ast.Column):
        return expr.name
    return _Printer(quoted=False).show(expr)


def definition(node: ast.Node) -> str:
    """SQL text that parses back to the same tree."""
    return _Printer(quoted=True).show(node)


class _Printer:
    def __init__(self, *, quoted: bool) -> None:
        self._quoted = quoted

    def show(self, node: ast.Node) -> str:
        printer = _PRINTERS.get(type(node))
        return type(node).__name__.lower() if printer is None else printer(self, node)

    def all(self, nodes: Iterable[ast.Node]) -> str:
        return ", ".join(map(self.show, nodes))

    def literal(self, expr: ast.Literal) -> str:
        if self._quoted and expr.kind is ast.LiteralKind.STRING:
            return "'" + str(expr.value).replace("\\", "\\\\").replace("'", "''") + "'"
        return expr.text

    def typed(self, expr: ast.TypedLiteral) -> str:
        return f"{expr.type_name} '{expr.value}'" if self._quoted else f"{expr.type_name}({expr.value})"

    def column(self, expr: ast.Column) -> str:
        parts = [part for part in (expr.database, expr.table, expr.name) if part]
        return ".".join(f"`{part}`" for part in parts) if self._quoted else ".".join(parts)

    def star(self, expr: ast.Star) -> str:
        return f"{expr.table}.*" if expr.table else "*"

    def unary(self, expr: ast.Unary) -> str:
        shown = self.show(expr.operand)
        if expr.operator == "binary":
            return f"binary({shown})"
        return f"not {shown}" if expr.operator == "not" else f"{expr.operator}{shown}"

    def binary(self, expr: ast.Binary) -> str:
        if expr.operator in {"->", "->>"}:
            inner = f"json_extract({self.show(expr.left)}, {self.show(expr.right)})"
            return inner if expr.operator == "->" else f"json_unquote({inner})"
        symbol = {"<>": "!=", "||": "or"}.get(expr.operator, expr.operator)
        return f"{self.show(expr.left)} {symbol} {self.show(expr.right)}"

    def like(self, expr: ast.Like) -> str:
        word = ("not " if expr.negated else "") + ("ilike" if expr.case_insensitive else "like")
        escape = "" if expr.escape is None else f" escape {self.show(expr.escape)}"
        return f"{self.show(expr.operand)} {word} {self.show(expr.pattern)}{escape}"

    def regexp(self, expr: ast.RegexpMatch) -> str:
        if self._quoted:
            return f"{self.show(expr.operand)} {'not ' * expr.negated}regexp {self.show(expr.pattern)}"
        return f"{self.show(expr.operand)} {'not ' * expr.negated}reg_match {self.show(expr.pattern)}"

    def between(self, expr: ast.Between) -> str:
        return (
            f"{self.show(expr.operand)} {'not ' * expr.negated}between {self.show(expr.low)} and {self.show(expr.high)}"
        )

    def in_list(self, expr: ast.InList) -> str:
        return f"{self.show(expr.operand)} {'not ' * expr.negated}in ({self.all(expr.items)})"

    def in_query(self, expr: ast.InQuery) -> str:
        return f"{self.show(expr.operand)} {'not ' * expr.negated}in ({self.show(expr.query)})"

    def is_(self, expr: ast.Is) -> str:
        return f"{self.show(expr.operand)} is {'not ' * expr.negated}{expr.state}"

    def quantified(self, expr: ast.Quantified) -> str:
        return f"{self.show(expr.left)} {expr.operator} {expr.quantifier} ({self.show(expr.query)})"

    def exists(self, expr: ast.Exists) -> str:
        return f"exists ({self.show(expr.query)})"

    def enclosed(self, expr: ast.Parenthesized) -> str:
        return f"({self.show(expr.operand)})"

    def subquery(self, expr: ast.Subquery) -> str:
        return f"({self.show(expr.query)})"

    def row(self, expr: ast.Row) -> str:
        return f"({self.all(expr.items)})"

    def case(self, expr: ast.Case) -> str:
        operand = "" if expr.operand is None else f" {self.show(expr.operand)}"
        whens = "".join(f" when {self.show(when.condition)} then {self.show(when.result)}" for when in expr.whens)
        otherwise = "" if expr.otherwise is None else f" else {self.show(expr.otherwise)}"
        return f"case{operand}{whens}{otherwise} end"

    def cast(self, expr: ast.Cast) -> str:
        return f"cast({self.show(expr.operand)} as {self.type(expr.type)})"

    def type(self, written: ast.DataType) -> str:
        name = "varchar" if written.name in {"char", "character"} and written.length is None else written.name
        numbers = [str(number) for number in (written.length, written.scale) if number is not None]
        sign = " unsigned" if written.unsigned and "unsigned" not in name else ""
        return name + (f"({', '.join(numbers)})" if numbers else "") + sign

    def convert_using(self, expr: ast.ConvertUsing) -> str:
        if self._quoted:
            return f"convert({self.show(expr.operand)} using {expr.charset})"
        return f"convert({self.show(expr.operand)}, {expr.charset})"

    def collate(self, expr: ast.Collate) -> str:
        return self.show(expr.operand)

    def interval(self, expr: ast.Interval) -> str:
        return f"INTERVAL {self.show(expr.value)} {expr.unit}"

    def function(self, expr: ast.Function) -> str:
        inner = ("distinct " if expr.distinct else "") + self._arguments(expr)
        if expr.order_by:
            inner += " order by " + ", ".join(map(self.order, expr.order_by))
        if expr.name == "group_concat":
            separator = "," if expr.separator is None else expr.separator
            inner += f" separator '{separator}'" if self._quoted else f" separator {separator}"
        over = "" if expr.window is None else f" over ({self.window(expr.window)})"
        return f"{expr.spelling or expr.name}({inner}){over}"

    def _arguments(self, expr: ast.Function) -> str:
        if expr.name == "trim" and len(expr.args) > 1:
            *words, text = expr.args
            return f"{' '.join(map(self.show, words))} from {self.show(text)}"
        return self.all(expr.args)

    def order(self, item: ast.OrderItem) -> str:
        return self.show(item.expr) + (" desc" if item.descending else "")

    def window(self, window: ast.Window) -> str:
        parts = []
        if window.partition_by:
            parts.append(f"partition by {self.all(window.partition_by)}")
        if window.order_by:
            parts.append("order by " + ", ".join(map(self.order, window.order_by)))
        if window.frame is not None:
            start = self.bound(window.frame.start)
            bounds = start if window.frame.end is None else f"between {start} and {self.bound(window.frame.end)}"
            parts.append(f"{window.frame.unit} {bounds}")
        return " ".join(parts)

    def bound(self, bound: ast.FrameBound) -> str:
        return bound.kind if bound.offset is None else f"{self.show(bound.offset)} {bound.kind}"

    def match(self, expr: ast.Match) -> str:
        mode = {"boolean": " in boolean mode", "natural": " in natural language mode"}.get(expr.mode, "")
        return f"MATCH ({self.all(expr.columns)}) AGAINST ('{self.show(expr.pattern)}'{mode})"

    def select(self, query: ast.Select) -> str:
        parts = ["select " + ("distinct " if query.distinct else "") + ", ".join(map(self.item, query.items))]
        if query.source is not None:
            parts.append(f"from {self.show(query.source)}")
        if query.where is not None:
            parts.append(f"where {self.show(query.where)}")
        if query.group_by is not None:
            parts.append(f"group by {self.all(query.group_by.keys)}")
        if query.having is not None:
            parts.append(f"having {self.show(query.having)}")
        return " ".join(parts) + self.tail(query)

    def item(self, item: ast.SelectItem) -> str:
        return self.show(item.expr) + (f" as {item.alias}" if item.alias else "")

    def tail(self, query: Any) -> str:
        order = " order by " + ", ".join(map(self.order, query.order_by)) if query.order_by else ""
        limit = "" if query.limit is None else f" limit {self.show(query.limit.count)}"
        return order + limit

    def set_operation(self, query: ast.SetOperation) -> str:
        word = query.operator + (" all" if query.all else "")
        return f"{self.show(query.left)} {word} {self.show(query.right)}{self.tail(query)}"

    def table(self, table: ast.Table) -> str:
        name = f"{table.name.database}.{table.name.name}" if table.name.database else table.name.name
        return name + (f" as {table.alias}" if table.alias else "")

    def derived(self, table: ast.DerivedTable) -> str:
        return f"({self.show(table.query)})" + (f" as {table.alias}" if table.alias else "")

    def join(self, join: ast.Join) -> str:
        if join.comma:
            return f"{self.show(join.left)}, {self.show(join.right)}"
        on = "" if join.condition is None else f" on {self.show(join.condition)}"
        return f"{self.show(join.left)} {join.kind} join {self.show(join.right)}{on}"

    def word(self, expr: ast.Keyword) -> str:
        return expr.text

    def user_variable(self, expr: ast.UserVariable) -> str:
        return f"@{expr.name}"

    def system_variable(self, expr: ast.SystemVariable) -> str:
        return f"@@{expr.scope}.{expr.name}" if expr.scope and self._quoted else f"@@{expr.name}"

    def parameter(self, _expr: ast.Parameter) -> str:
        return "?"

    def default(self, _expr: ast.Default) -> str:
        return "default"

    def inserted(self, expr: ast.InsertedValue) -> str:
        return f"values({self.show(expr.column)})"


_PRINTERS: Final[dict[type[ast.Node], Callable[[_Printer, Any], str]]] = {
    ast.Literal: _Printer.literal,
    ast.TypedLiteral: _Printer.typed,
    ast.Column: _Printer.column,
    ast.Star: _Printer.star,
    ast.Unary: _Printer.unary,
    ast.Binary: _Printer.binary,
    ast.Like: _Printer.like,
    ast.RegexpMatch: _Printer.regexp,
    ast.Between: _Printer.between,
    ast.InList: _Printer.in_list,
    ast.InQuery: _Printer.in_query,
    ast.Is: _Printer.is_,
    ast.Quantified: _Printer.quantified,
    ast.Exists: _Printer.exists,
    ast.Parenthesized: _Printer.enclosed,
    ast.Subquery: _Printer.subquery,
    ast.Row: _Printer.row,
    ast.Case: _Printer.case,
    ast.Cast: _Printer.cast,
    ast.ConvertUsing: _Printer.convert_using,
    ast.Collate: _Printer.collate,
    ast.Interval: _Printer.interval,
    ast.Function: _Printer.function,
    ast.Match: _Printer.match,
    ast.Select: _Printer.select,
    ast.SetOperation: _Printer.set_operation,
    ast.Table: _Printer.table,
    ast.DerivedTable: _Printer.derived,
    ast.Join: _Printer.join,
    ast.Keyword: _Printer.word,
    ast.UserVariable: _Printer.user_variable,
    ast.SystemVariable: _Printer.system_variable,
    ast.Parameter: _Printer.parameter,
    ast.Default: _Printer.default,
    ast.InsertedValue: _Printer.inserted,
}
