"""Expressions, by precedence climbing."""

from __future__ import annotations

import re
from abc import abstractmethod
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from matrixone_lite.sql import ast
from matrixone_lite.sql.functions import FunctionParser
from matrixone_lite.sql.keywords import BARE_FUNCTIONS, FUNCTION_WORDS, RESERVED, UNITS
from matrixone_lite.sql.lexer import unquote

if TYPE_CHECKING:
    from collections.abc import Callable

_OR, _XOR, _AND, _NOT, _COMPARISON, _BIT_OR, _BIT_AND, _SHIFT, _SUM, _PRODUCT, _POWER, _CONCAT = range(1, 13)

_LEVELS: Final = {
    **dict.fromkeys(("or", "||"), _OR),
    "xor": _XOR,
    **dict.fromkeys(("and", "&&"), _AND),
    **dict.fromkeys(("=", "<=>", "<>", "!=", "<", "<=", ">", ">="), _COMPARISON),
    **dict.fromkeys(("is", "in", "like", "ilike", "between", "regexp", "rlike", "not"), _COMPARISON),
    "|": _BIT_OR,
    "&": _BIT_AND,
    **dict.fromkeys(("<<", ">>"), _SHIFT),
    **dict.fromkeys(("+", "-"), _SUM),
    **dict.fromkeys(("*", "/", "%", "div", "mod"), _PRODUCT),
    "^": _POWER,
}
_SPELLINGS: Final = {"!=": "<>", "&&": "and", "mod": "%"}
_COMPARISONS: Final = frozenset(("=", "<=>", "<>", "<", "<=", ">", ">="))
_PREDICATES: Final = frozenset(("is", "in", "like", "ilike", "between", "regexp", "rlike", "not"))
_POSTFIXES: Final = frozenset(("->", "->>", "::", "collate"))
_TYPED: Final = frozenset(("date", "time", "timestamp"))
_BACKSLASH: Final = re.compile(r"\\(?![%_])")
_NUMERALS: Final = frozenset("0123456789.")
_QUOTES: Final = frozenset("'\"$")

_NULL: Final = ast.Literal(ast.LiteralKind.NULL, None, "null")
_CONSTANTS: Final = {
    "null": _NULL,
    "true": ast.Literal(ast.LiteralKind.BOOLEAN, True, "true"),
    "false": ast.Literal(ast.LiteralKind.BOOLEAN, False, "false"),
}


def literal(token: str) -> ast.Literal | None:
    """The constant a token stands for, None when it is not one."""
    first = token[:1]
    if first in _QUOTES and len(token) > 1:
        value = unquote(token)
        text = _BACKSLASH.sub(r"\\\\", value) if "\\" in value else value
        return ast.Literal(ast.LiteralKind.STRING, value, text)
    if token.isdecimal():
        return ast.Literal(ast.LiteralKind.INTEGER, int(token), token)
    if first in _NUMERALS:
        return _numeral(token)
    if token[1:2] == "'" and first in "xXbB" and first:
        digits = token[2:-1]
        return _hexadecimal(digits) if first in "xX" else _bits(digits)
    return _CONSTANTS.get(token.lower())


def _numeral(token: str) -> ast.Literal | None:
    prefix, digits = token[:2], token[2:]
    try:
        if prefix in ("0x", "0X"):
            return _hexadecimal(digits) if digits else None
        if prefix in ("0b", "0B"):
            return _bits(digits) if digits else None
        if "e" in token or "E" in token:
            return ast.Literal(ast.LiteralKind.FLOAT, float(token), token)
        return ast.Literal(ast.LiteralKind.DECIMAL, Decimal(token), token)
    except (ValueError, ArithmeticError):
        return None


def _hexadecimal(digits: str) -> ast.Literal:
    padded = digits if len(digits) % 2 == 0 else f"0{digits}"
    return ast.Literal(ast.LiteralKind.HEX, bytes.fromhex(padded), f"0x{digits}")


def _bits(digits: str) -> ast.Literal:
    value = int(digits or "0", 2)
    return ast.Literal(ast.LiteralKind.BIT, value.to_bytes(max(1, (len(digits) + 7) // 8), "big"), f"0b{digits}")


class ExpressionParser(FunctionParser):
    """Reads expressions."""

    @abstractmethod
    def query(self) -> ast.Query:
        """A query, up to what cannot belong to it."""

    def expression(self, level: int = _OR) -> ast.Expr:
        """An expression of operators that bind at least as tightly as ``level``."""
        words = self.words
        if words[self.at] == "not" and level <= _NOT:
            self.at += 1
            left: ast.Expr = ast.Unary("not", self.expression(_NOT))
        else:
            left = self._unary()
        while True:
            word = words[self.at]
            found = _CONCAT if word == "||" and self.pipes_concatenate else _LEVELS.get(word, 0)
            if found < level or not found:
                return left
            if word in _PREDICATES:
                predicate = self._predicate(left)
                if predicate is None:
                    return left
                left = predicate
                continue
            self.at += 1
            operator = _SPELLINGS.get(word, word)
            if found == _CONCAT:
                left = ast.Function("concat", (left, self.expression(found + 1)), spelling="concat")
            elif operator in _COMPARISONS and words[self.at] in ("any", "some", "all") and words[self.at + 1] == "(":
                left = self._quantified(operator, left)
            else:
                left = ast.Binary(operator, left, self.expression(found + 1))

    def _quantified(self, operator: str, left: ast.Expr) -> ast.Expr:
        quantifier = "all" if self.words[self.at] == "all" else "any"
        self.at += 1
        return ast.Quantified(operator, left, quantifier, self.query_in_parentheses())

    def _predicate(self, left: ast.Expr) -> ast.Expr | None:
        words = self.words
        if words[self.at] == "is":
            return self._is(left)
        negated = words[self.at] == "not"
        word = words[self.at + 1] if negated else words[self.at]
        parse = self._predicates.get(word)
        if parse is None:
            return None
        self.at += 2 if negated else 1
        return parse(self, left, negated)

    def _is(self, left: ast.Expr) -> ast.Expr:
        self.at += 1
        negated = self.accept("not")
        return ast.Is(left, self.expect_any("null", "true", "false", "unknown"), negated)

    def _in(self, left: ast.Expr, negated: bool) -> ast.Expr:
        if self.words[self.at] == "(" and self.words[self.at + 1] in ("select", "with"):
            return ast.InQuery(left, self.query_in_parentheses(), negated)
        self.expect("(")
        items = self.expressions()
        self.expect(")")
        if len(items) == 1 and isinstance(items[0], ast.Subquery):
            return ast.InQuery(left, items[0].query, negated)
        return ast.InList(left, items, negated)

    def _like(self, left: ast.Expr, negated: bool) -> ast.Expr:
        insensitive = self.words[self.at - 1] == "ilike"
        pattern = self.expression(_BIT_OR)
        escape = self.expression(_BIT_OR) if self.accept("escape") else None
        return ast.Like(left, pattern, escape, negated, insensitive)

    def _between(self, left: ast.Expr, negated: bool) -> ast.Expr:
        low = self.expression(_BIT_OR)
        self.expect("and")
        return ast.Between(left, low, self.expression(_BIT_OR), negated)

    def _regexp(self, left: ast.Expr, negated: bool) -> ast.Expr:
        return ast.RegexpMatch(left, self.expression(_BIT_OR), negated)

    _predicates: Final[dict[str, Callable[[ExpressionParser, ast.Expr, bool], ast.Expr]]] = {
        "in": _in,
        "like": _like,
        "ilike": _like,
        "between": _between,
        "regexp": _regexp,
        "rlike": _regexp,
    }

    def _unary(self) -> ast.Expr:
        word = self.words[self.at]
        if word in ("-", "+", "~", "!"):
            self.at += 1
            return ast.Unary(word, self._unary())
        if word == "binary":
            self.at += 1
            return ast.Unary("binary", self._unary())
        left = self._primary()
        while self.words[self.at] in _POSTFIXES:
            left = self._postfix(left)
        return left

    def _postfix(self, left: ast.Expr) -> ast.Expr:
        operator = self.words[self.at]
        self.at += 1
        if operator == "::":
            return ast.Cast(left, self.cast_type(), ast.CastStyle.COLONS)
        if operator == "collate":
            return ast.Collate(left, self.text_or_identifier())
        return ast.Binary(operator, left, self._primary())

    def _primary(self) -> ast.Expr:
        token = self.tokens[self.at]
        first = token[:1]
        if first.isalpha() or first in ("_", "`"):
            return self._word(token)
        constant = literal(token)
        if constant is not None:
            self.at += 1
            return constant
        if first == "(":
            return self._parenthesis()
        if first == "?":
            self.at += 1
            self.parameters += 1
            return ast.Parameter(self.parameters - 1)
        if first == "@":
            return self.variable()
        if self.is_identifier():
            return self._column()
        raise self.error()

    def _word(self, token: str) -> ast.Expr:
        word = self.words[self.at]
        following = self.words[self.at + 1]
        special = self._specials.get(word)
        if special is not None:
            return special(self)
        if word in _CONSTANTS or following[:1] in _QUOTES or token[1:2] == "'":
            constant = self._constant(word, token)
            if constant is not None:
                return constant
        if following == "(" and (word not in RESERVED or word in FUNCTION_WORDS):
            return self.call()
        if word in BARE_FUNCTIONS:
            self.at += 1
            return ast.Function(word, spelling=token)
        return self._column()

    def _constant(self, word: str, token: str) -> ast.Expr | None:
        if word in _TYPED:
            self.at += 1
            return ast.TypedLiteral(word, self.string())
        if word[0] == "_" and self.tokens[self.at + 1][:1] in ("'", '"'):
            self.at += 1
            text = self.string()
            if word == "_binary":
                return ast.Literal(ast.LiteralKind.BINARY, text.encode("utf-8", "surrogateescape"), text)
            return ast.Literal(ast.LiteralKind.STRING, text, text)
        constant = literal(token)
        if constant is not None:
            self.at += 1
        return constant

    def _column(self) -> ast.Expr:
        first = self.identifier()
        if self.words[self.at] != ".":
            return ast.Column(first)
        self.at += 1
        second = self.identifier()
        if self.words[self.at] != ".":
            return ast.Column(second, first)
        self.at += 1
        return ast.Column(self.identifier(), second, first)

    def variable(self) -> ast.UserVariable | ast.SystemVariable:
        """``@name``, ``@'name'``, ``@@[scope.]name``."""
        token = self.tokens[self.at]
        self.at += 1
        if token.startswith("@@"):
            return self._system_variable(token[2:])
        name = token[1:]
        if not name:
            return ast.UserVariable(self.string())
        return ast.UserVariable(unquote(name) if name[0] == "`" else name)

    def _system_variable(self, name: str) -> ast.SystemVariable:
        if name[:1] == "`":
            return ast.SystemVariable(unquote(name).lower())
        scope, _, rest = name.lower().partition(".")
        if rest and scope in ("session", "local", "global"):
            return ast.SystemVariable(rest, "session" if scope == "local" else scope)
        if not name:
            raise self.error()
        return ast.SystemVariable(name.lower())

    def _parenthesis(self) -> ast.Expr:
        if self.words[self.at + 1] in ("select", "with"):
            return ast.Subquery(self.query_in_parentheses())
        self.at += 1
        first = self.expression()
        if self.accept(")"):
            # a search is a condition or a score in brackets, too
            return first if isinstance(first, ast.Match) else ast.Parenthesized(first)
        items = [first]
        while self.accept(","):
            items.append(self.expression())
        self.expect(")")
        return ast.Row(tuple(items))

    def query_in_parentheses(self) -> ast.Query:
        """``(query)``."""
        self.expect("(")
        query = self.query()
        self.expect(")")
        return query

    def _row(self) -> ast.Expr:
        self.expect("row", "(")
        items = self.expressions()
        self.expect(")")
        return ast.Row(items)

    def _exists(self) -> ast.Expr:
        self.at += 1
        return ast.Exists(self.query_in_parentheses())

    def _case(self) -> ast.Expr:
        self.at += 1
        operand = None if self.words[self.at] == "when" else self.expression()
        whens: list[ast.When] = []
        while self.accept("when"):
            condition = self.expression()
            self.expect("then")
            whens.append(ast.When(condition, self.expression()))
        if not whens:
            raise self.error()
        otherwise = self.expression() if self.accept("else") else None
        self.expect("end")
        return ast.Case(operand, tuple(whens), otherwise)

    def _interval(self) -> ast.Expr:
        spelling = self.tokens[self.at]
        self.at += 1
        if self.words[self.at] != "(":
            return ast.Interval(self.expression(_BIT_OR), self.unit())
        start = self.at
        self.at += 1
        items = self.expressions()
        self.expect(")")
        if len(items) == 1 and self.words[self.at] in UNITS:
            return ast.Interval(items[0], self.unit())
        if len(items) > 1:
            return ast.Function("interval", items, spelling=spelling)
        self.at = start
        return ast.Interval(self.expression(_BIT_OR), self.unit())

    def _default(self) -> ast.Expr:
        self.at += 1
        return ast.Default()

    def _inserted_value(self) -> ast.Expr:
        self.expect("values", "(")
        column = self.column_reference()
        self.expect(")")
        return ast.InsertedValue(column)

    _specials: Final[dict[str, Callable[[ExpressionParser], ast.Expr]]] = {
        "case": _case,
        "exists": _exists,
        "interval": _interval,
        "row": _row,
        "default": _default,
        "values": _inserted_value,
        "match": FunctionParser.match,
        "cast": FunctionParser.cast,
        "convert": FunctionParser.convert,
    }
