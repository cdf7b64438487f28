"""What DATA BRANCH PICK picks: keys that are written or queried, and the time between two snapshots."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from matrixone_lite.engine import render
from matrixone_lite.engine.convert import Mode, converter
from matrixone_lite.engine.errors import ServerError, invalid_input
from matrixone_lite.engine.pairing import key_positions
from matrixone_lite.engine.plans import compile_query
from matrixone_lite.engine.rows import to_stored
from matrixone_lite.engine.snapshots import snapshot_named
from matrixone_lite.engine.types import FLOATS, INTEGERS, RANGES, VARCHAR, Kind
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.catalog import Table
    from matrixone_lite.engine.comparing import Key
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Type

_NUMBERED = {Kind.ENUM: ("uint16", 0, 65535)}
_SEVERAL = "KEYS contains tuples but table has a single-column primary key; use scalar values"


def keys_of(session: LiteSession, statement: ast.PickBranch, table: Table) -> set[Key] | None:
    """The keys KEYS means, as they are stored; None without it.

    :raises ServerError: 20301 where their number is wrong, 1105 and others where a value is none of the key's type
    """
    types = [table.columns[n].type for n in key_positions(table)]
    if statement.query is not None:
        return _queried(session, statement.query, types)
    if not statement.keys:
        return None
    return {_written(session, expr, types) for expr in statement.keys}


def _written(session: LiteSession, expr: ast.Expr, types: Sequence[Type]) -> Key:
    if len(types) == 1:
        if isinstance(expr, ast.Row):
            raise invalid_input(_SEVERAL)
        return (_value(session, expr, types[0]),)
    if not isinstance(expr, ast.Row):
        raise invalid_input(
            f"KEYS expression must be a tuple for composite primary key (expected {len(types)} columns)"
        )
    if len(expr.items) != len(types):
        raise invalid_input(
            f"KEYS tuple has {len(expr.items)} elements but composite primary key has {len(types)} columns"
        )
    return tuple(_value(session, item, type_) for item, type_ in zip(expr.items, types, strict=True))


def _value(session: LiteSession, expr: ast.Expr, type_: Type) -> Any:
    sign = ""
    while isinstance(expr, ast.Parenthesized):
        expr = expr.operand
    if isinstance(expr, ast.Parameter):
        value = session.arguments[expr.index][0]
        return parse(session, "null" if value is None else _argument(value), type_)
    if isinstance(expr, ast.Unary) and expr.operator in {"-", "+"}:
        sign, expr = expr.operator.replace("+", ""), expr.operand
    if not isinstance(expr, ast.Literal):
        raise invalid_input(f"unsupported expression type for PK filter: *tree.{_node(expr)}")
    return parse(session, sign + _text(expr, type_), type_)


def _argument(value: float | str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _node(expr: ast.Expr) -> str:
    """The server's name of a kind of expression."""
    names = {"Binary": "BinaryExpr", "Function": "FuncExpr", "Column": "UnresolvedName", "Unary": "UnaryExpr"}
    return names.get(type(expr).__name__, type(expr).__name__)


def _text(written: ast.Literal, type_: Type) -> str:
    """A literal as the text the server reads the key from."""
    if written.value is None:
        return "null"
    if isinstance(written.value, bool):
        return "true" if written.value else "false"
    if isinstance(written.value, bytes):
        return str(int.from_bytes(written.value)) if type_.kind in INTEGERS | {Kind.BIT} else written.text
    if isinstance(written.value, Decimal | float) and type_.kind in INTEGERS:
        if int(written.value) != written.value:
            shown = type_.kind.value
            raise invalid_input(f'numeric literal "{written.text}" is not an integer for primary key type {shown}')
        return str(int(written.value))
    return format(written.value, "f") if isinstance(written.value, Decimal) else str(written.value)


def parse(session: LiteSession, text: str, type_: Type) -> Any:
    """A key from its text.

    :raises ServerError: 1105 for what is no number of the type, else as storing it fails
    """
    bounds = RANGES.get(type_.kind) or _NUMBERED.get(type_.kind)
    if bounds is not None:
        return _integer(text, bounds, type_)
    if type_.kind in FLOATS and not _is_number(text):
        raise ServerError(1105, f'strconv.ParseFloat: parsing "{text}": invalid syntax')
    convert = converter(VARCHAR, type_, Mode.STORE)
    return to_stored(session, type_, text if convert is None else convert(text))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _integer(text: str, bounds: tuple[str, int, int], type_: Type) -> Any:
    name, low, high = bounds
    function = "ParseUint" if name.startswith("u") else "ParseInt"
    digits = text[1:] if (text[:1] == "-" and low) or text[:1] == "+" else text
    if not (digits.isascii() and digits.isdigit()):
        raise ServerError(1105, f'strconv.{function}: parsing "{text}": invalid syntax')
    if not low <= int(text) <= high:
        raise ServerError(1105, f'strconv.{function}: parsing "{text}": value out of range')
    number = int(text)
    return f"{number:020d}" if type_.kind is Kind.UBIGINT and number >= 1 << 63 else number


def _queried(session: LiteSession, query: ast.Query, types: Sequence[Type]) -> set[Key]:
    plan = compile_query(session, query)
    width = len(plan.outputs)
    if len(types) == 1 and width != 1:
        raise invalid_input(f"KEYS subquery returns {width} columns but table has a single-column primary key")
    if width != len(types):
        raise invalid_input(f"KEYS subquery returns {width} columns but composite primary key has {len(types)} columns")
    sources = [output.bound.type for output in plan.outputs]
    return {
        tuple(_fetched(session, *part) for part in zip(row, sources, types, strict=True)) for row in plan.fetch(session)
    }


def _fetched(session: LiteSession, value: Any, source: Type, target: Type) -> Any:
    if value is None:
        raise invalid_input("KEYS subquery returned NULL, but DATA BRANCH PICK primary keys cannot be NULL")
    if source == target:
        return value
    shown = render.text(value, source)
    try:
        return parse(session, shown.decode("utf-8", "replace") if isinstance(shown, bytes) else str(shown), target)
    except ServerError as error:
        kinds = f"{source.kind.value} cannot be converted to primary key type {target.kind.value}"
        raise invalid_input(f"KEYS subquery column type {kinds}: {error.message}") from None


def moments(session: LiteSession, first: str, last: str) -> tuple[int, int]:
    """The moments of two snapshots.

    :raises ServerError: 20301 when one is missing or they are in the wrong order
    """
    found = []
    for name in (first, last):
        try:
            found.append(snapshot_named(session.catalog, session.principal.account_id, name).ts)
        except ServerError as error:
            if "find 0 snapshot records" not in error.message:
                raise
            raise invalid_input(f"snapshot '{name}' not found") from None
    if found[0] > found[1]:
        raise invalid_input(
            f"invalid BETWEEN SNAPSHOT range: start snapshot '{first}' is later than end snapshot '{last}'"
        )
    return found[0], found[1]
