"""Comparisons, IN, quantifiers and bit operators: how operands of different types are brought together."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import types, vectors
from matrixone_lite.engine.bound import Bound
from matrixone_lite.engine.convert import Mode
from matrixone_lite.engine.errors import invalid_argument, invalid_input
from matrixone_lite.engine.storage import UserFunction
from matrixone_lite.engine.types import Kind
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.scope import Scope
    from matrixone_lite.engine.types import Type, Value

OPERATORS: Final = {"=": "=", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "<=>": "IS"}
_WIDTH: Final = 64
_MASK: Final = (1 << _WIDTH) - 1


def _bits(symbol: str) -> UserFunction:
    def apply(left: Any, right: Any) -> Value:
        if left is None or right is None:
            return None
        one, other = int(left), int(right)
        match symbol:
            case "&":
                result = one & other
            case "|":
                result = one | other
            case "^":
                result = one ^ other
            case "<<":
                result = one << other if 0 <= other < _WIDTH else 0
            case _:
                result = (one & _MASK) >> other if 0 <= other < _WIDTH else 0
        result &= _MASK
        return result if result < 1 << 63 else f"{result:020d}"

    return UserFunction(f"bits_{'_'.join(str(ord(character)) for character in symbol)}", apply)


BITWISE: Final = {symbol: _bits(symbol) for symbol in ("&", "|", "^", "<<", ">>")}


def _vector_key(blob: bytes | None, code: str) -> bytes | None:
    if blob is None:
        return None
    numbers = vectors.unpack(blob, Kind[code])
    words = (int.from_bytes(struct.pack(">d", number), "big") for number in numbers)
    return b"".join((word ^ _MASK if word >> 63 else word | 1 << 63).to_bytes(8, "big") for word in words)


def _json_text(document: Any) -> Any:
    value = None if document is None else json.loads(document)
    return value if isinstance(value, str) else document


_JSON_TEXT: Final = UserFunction("json_text", _json_text)
_VECTOR_KEY: Final = UserFunction("vector_key", _vector_key)


def sortable(binder: Binder, bound: Bound) -> str:
    """The text of ``bound`` where the order of its values matters."""
    if bound.kind is Kind.DECIMAL:
        return bound.ordered
    if bound.kind in types.VECTORS:
        return binder.call(_VECTOR_KEY, types.BLOB, bound.sql, f"'{bound.kind.name}'").sql
    return bound.sql


def compare(binder: Binder, symbol: str, left: Bound, right: Bound) -> Bound:
    """``left symbol right``, a BOOL."""
    left, right = align(binder, symbol, left, right)
    if symbol in {"=", "<>", "<=>"}:
        return Bound(f"({left.sql} {OPERATORS[symbol]} {right.sql})", types.BOOL)
    return Bound(f"({sortable(binder, left)} {OPERATORS[symbol]} {sortable(binder, right)})", types.BOOL)


def align(binder: Binder, symbol: str, left: Bound, right: Bound) -> tuple[Bound, Bound]:
    """Both operands as values that SQLite compares rightly."""
    if Kind.NULL in {left.kind, right.kind} or left.type == right.type:
        return left, right
    if left.kind is Kind.JSON and right.kind in types.STRINGS and symbol in {"=", "<>", "<=>"}:
        return binder.call(_JSON_TEXT, types.VARCHAR, left.sql), right  # but 'text' = json is refused
    target = _meeting(left, right)
    if target is None:
        raise invalid_argument(f"operator {symbol}, bad value [{left.type.named} {right.type.named}]")
    return _towards(binder, left, target), _towards(binder, right, target)


def _towards(binder: Binder, bound: Bound, target: Type) -> Bound:
    if bound.kind in types.INTEGERS | {Kind.BOOL, Kind.BIT, Kind.YEAR} and target.kind in types.INTEGERS:
        return bound
    if bound.kind in types.STRINGS and target.kind in types.STRINGS:
        return bound
    if bound.kind is Kind.DECIMAL and target.kind is Kind.DOUBLE:
        return Bound(f"CAST({bound.sql} AS REAL)", types.DOUBLE)
    if bound.kind in types.INTEGERS and target.kind in types.DATED:
        bound = binder.convert(bound, types.VARCHAR)
    if bound.kind in types.FLOATS and target.kind in types.FLOATS:
        return bound
    return binder.convert(bound, target, Mode.COMPARE)


def _meeting(left: Bound, right: Bound) -> Type | None:
    """The type two different types are compared as; None when they cannot be."""
    one, other = left.type, right.type
    kinds = {one.kind, other.kind}
    if kinds & types.VECTORS:
        vectors_only = kinds <= types.VECTORS | types.STRINGS
        return (one if one.kind in types.VECTORS else other) if vectors_only else None
    if kinds == {Kind.FLOAT, Kind.DECIMAL} and (left.literal or right.literal):
        # a FLOAT column equals the literal it was stored from
        return types.FLOAT
    for first, second in ((one, other), (other, one)):
        if first.kind in types.STRINGS and (second.kind is Kind.DECIMAL or second.kind in _TEXT_BENDS_TO):
            return _bent_text(second)
        if first.kind in _MEMBERS and second.kind in types.STRINGS | types.NUMBERS | _MEMBERS:
            return types.BIGINT if second.kind in types.NUMBERS else types.VARCHAR
        if first.kind is Kind.JSON:
            return types.DOUBLE if second.kind in types.NUMBERS else types.VARCHAR if second.kind is Kind.BOOL else None
        if first.kind in types.NUMBERS and second.kind in types.DATED:
            return second
    incomparable = Kind.BOOL in kinds and not kinds <= types.NUMBERS | {Kind.BOOL}
    return None if incomparable else types.common([one, other])


_MEMBERS: Final = {Kind.ENUM, Kind.SET}
_TEXT_DECIMALS: Final = 10


def _bent_text(type_: Type) -> Type:
    """What text becomes beside a value of ``type_``."""
    if type_.kind is Kind.DECIMAL:
        return types.decimal(38, max(type_.scale, _TEXT_DECIMALS))
    return types.BIGINT if type_.kind in types.INTEGERS | {Kind.YEAR} else type_


_TEXT_BENDS_TO: Final = (
    types.INTEGERS | types.FLOATS | types.TEMPORAL | types.BYTES | {Kind.BOOL, Kind.BIT, Kind.UUID, Kind.YEAR}
)


def compare_rows(binder: Binder, symbol: str, left: ast.Expr, right: ast.Expr, scope: Scope) -> Bound:
    """A comparison whose operands may be rows."""
    left, right = _bare(left), _bare(right)
    if isinstance(left, ast.Row) and isinstance(right, ast.Row):
        return _rows_equal(binder, symbol, left, right, scope)
    if isinstance(right, ast.Subquery) and isinstance(left, ast.Row):
        raise invalid_argument(f"operator {symbol}, bad value [TUPLE TUPLE]")
    first = binder.bind(left, scope)
    second = binder.bind(right, scope)
    if second.kind is Kind.TUPLE:
        raise invalid_argument(f"operator {symbol}, bad value [{first.type.named} TUPLE]")
    return compare(binder, symbol, first, second)


def _bare(expr: ast.Expr) -> ast.Expr:
    while isinstance(expr, ast.Parenthesized):
        expr = expr.operand
    return expr


def _rows_equal(binder: Binder, symbol: str, left: ast.Row, right: ast.Row, scope: Scope) -> Bound:
    if symbol not in {"=", "<>"} or len(left.items) != len(right.items):
        raise invalid_argument(f"operator {symbol}, bad value [TUPLE TUPLE]")
    pairs = zip(left.items, right.items, strict=True)
    equal = " AND ".join(
        compare(binder, "=", binder.bind(one, scope), binder.bind(other, scope)).sql for one, other in pairs
    )
    return Bound(f"(NOT ({equal}))" if symbol == "<>" else f"({equal})", types.BOOL)


def in_list(binder: Binder, expr: ast.InList, scope: Scope) -> Bound:
    """``operand [NOT] IN (item, …)``."""
    operand = _bare(expr.operand)
    word = "NOT " if expr.negated else ""
    if isinstance(operand, ast.Row):
        return _row_in_list(binder, operand, [_as_row(item) for item in expr.items], scope, word)
    bound = binder.bind(operand, scope)
    items = [binder.bind(item, scope) for item in expr.items]
    pairs = [align(binder, "in", bound, item) for item in items]
    if all(left.sql == bound.sql for left, _ in pairs):
        return Bound(f"({bound.sql} {word}IN ({', '.join(item.sql for _, item in pairs)}))", types.BOOL)
    options = [f"({left.sql} = {right.sql})" for left, right in pairs]
    return Bound(f"({word}({' OR '.join(options)}))", types.BOOL)


def _row_in_list(binder: Binder, operand: ast.Row, items: Sequence[ast.Row], scope: Scope, word: str) -> Bound:
    lefts = [binder.bind(part, scope) for part in operand.items]
    rows = []
    for item in items:
        if len(item.items) != len(lefts):
            raise invalid_argument("operator in, bad value [TUPLE TUPLE]")
        rows.append(
            [align(binder, "in", left, binder.bind(part, scope)) for left, part in zip(lefts, item.items, strict=True)]
        )
    if all(pair[0].sql == left.sql for row in rows for pair, left in zip(row, lefts, strict=True)):
        values = ", ".join(f"({', '.join(right.sql for _, right in row)})" for row in rows)
        return Bound(f"(({', '.join(left.sql for left in lefts)}) {word}IN (VALUES {values}))", types.BOOL)
    options = ["(" + " AND ".join(f"{left.sql} = {right.sql}" for left, right in row) + ")" for row in rows]
    return Bound(f"({word}({' OR '.join(options)}))", types.BOOL)


def _as_row(expr: ast.Expr) -> ast.Row:
    expr = _bare(expr)
    if not isinstance(expr, ast.Row):
        raise invalid_argument("operator in, bad value [TUPLE]")
    return expr


def in_query(binder: Binder, expr: ast.InQuery, scope: Scope) -> Bound:
    """``operand [NOT] IN (query)``."""
    from matrixone_lite.engine.select import bind_query

    operand = _bare(expr.operand)
    lefts = [binder.bind(item, scope) for item in (operand.items if isinstance(operand, ast.Row) else (operand,))]
    query = bind_query(binder, expr.query, scope)
    if len(query.columns) != len(lefts):
        plural = "s" if len(lefts) > 1 else ""
        raise invalid_input(
            f"subquery returns more than {len(lefts)} column{plural}"
            if len(query.columns) > len(lefts)
            else f"subquery should return {len(lefts)} columns"
        )
    pairs = [
        align(binder, "in", left, Bound(f"c{n}", column.bound.type))
        for n, (left, column) in enumerate(zip(lefts, query.columns, strict=True))
    ]
    word = "NOT IN" if expr.negated else "IN"
    row = ", ".join(left.sql for left, _ in pairs)
    outputs = ", ".join(right.sql for _, right in pairs)
    return Bound(f"(({row}) {word} (SELECT {outputs} FROM ({query.sql})))", types.BOOL)


def quantified(binder: Binder, expr: ast.Quantified, scope: Scope) -> Bound:
    """``operand operator ANY | ALL (query)``."""
    from matrixone_lite.engine.select import bind_query

    left = binder.bind(expr.left, scope)
    query = bind_query(binder, expr.query, scope)
    condition = compare(binder, expr.operator, left, Bound("c0", query.columns[0].bound.type)).sql
    if expr.quantifier == "any":
        return Bound(f"EXISTS (SELECT 1 FROM ({query.sql}) WHERE {condition})", types.BOOL)
    return Bound(f"NOT EXISTS (SELECT 1 FROM ({query.sql}) WHERE ({condition}) IS NOT TRUE)", types.BOOL)


def bitwise(binder: Binder, symbol: str, left: Bound, right: Bound) -> Bound:
    """``left symbol right`` on 64 bits."""
    operands: Sequence[Bound] = [
        binder.convert(operand, types.BIGINT, Mode.CAST) if operand.kind not in types.INTEGERS else operand
        for operand in (left, right)
    ]
    return binder.call(BITWISE[symbol], types.UBIGINT, *(operand.sql for operand in operands))


def bitwise_not(binder: Binder, operand: Bound) -> Bound:
    """``~operand`` on 64 bits."""
    return binder.call(BITWISE["^"], types.UBIGINT, binder.convert(operand, types.BIGINT).sql, "-1")
