"""Expressions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from matrixone_lite.sql.ast.nodes import Expr, Node

if TYPE_CHECKING:
    from decimal import Decimal

    from matrixone_lite.sql.ast.nodes import Query
    from matrixone_lite.sql.ast.types import DataType


class LiteralKind(Enum):
    """How a literal was written, which decides its type."""

    NULL = auto()
    BOOLEAN = auto()
    INTEGER = auto()
    DECIMAL = auto()
    FLOAT = auto()
    STRING = auto()
    HEX = auto()
    BIT = auto()
    BINARY = auto()


@dataclass(frozen=True, slots=True)
class Literal(Expr):
    """A constant; ``text`` is its spelling, which names unnamed columns."""

    kind: LiteralKind
    value: bool | int | Decimal | float | str | bytes | None
    text: str


@dataclass(frozen=True, slots=True)
class TypedLiteral(Expr):
    """``DATE '2024-01-01'``, ``TIMESTAMP '…'``, ``TIME '…'``."""

    type_name: str
    value: str


@dataclass(frozen=True, slots=True)
class Interval(Expr):
    """``INTERVAL value unit``, an operand of + and - and an argument of date functions; unit in lower case."""

    value: Expr
    unit: str


@dataclass(frozen=True, slots=True)
class Keyword(Expr):
    """A word that is an argument: the unit of EXTRACT, TIMESTAMPDIFF, the side of TRIM; in lower case."""

    text: str


@dataclass(frozen=True, slots=True)
class Column(Expr):
    """A column name, in the case it was written in."""

    name: str
    table: str | None = None
    database: str | None = None


@dataclass(frozen=True, slots=True)
class Star(Expr):
    """``*``, ``t.*``, also the argument of ``count(*)``."""

    table: str | None = None
    database: str | None = None


@dataclass(frozen=True, slots=True)
class Parameter(Expr):
    """``?``; index counts from 0 in the statement."""

    index: int


@dataclass(frozen=True, slots=True)
class UserVariable(Expr):
    """``@name``, as written; case does not matter."""

    name: str


@dataclass(frozen=True, slots=True)
class SystemVariable(Expr):
    """``@@name`` (scope None), ``@@session.name``, ``@@global.name``; both in lower case."""

    name: str
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Unary(Expr):
    """Operators ``- + ~ ! not binary``."""

    operator: str
    operand: Expr


@dataclass(frozen=True, slots=True)
class Binary(Expr):
    """Two operands.

    Operators, always in this spelling: ``+ - * / % div & | ^ << >> = <> < <= > >= <=> and or xor -> ->> ||``.
    """

    operator: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Like(Expr):
    """``operand [NOT] LIKE | ILIKE pattern [ESCAPE escape]``."""

    operand: Expr
    pattern: Expr
    escape: Expr | None = None
    negated: bool = False
    case_insensitive: bool = False


@dataclass(frozen=True, slots=True)
class RegexpMatch(Expr):
    """``operand [NOT] REGEXP | RLIKE pattern``."""

    operand: Expr
    pattern: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Between(Expr):
    """``operand [NOT] BETWEEN low AND high``."""

    operand: Expr
    low: Expr
    high: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InList(Expr):
    """``operand [NOT] IN (item, …)``; operand and items may be rows."""

    operand: Expr
    items: tuple[Expr, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InQuery(Expr):
    """``operand [NOT] IN (query)``."""

    operand: Expr
    query: Query
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Is(Expr):
    """``operand IS [NOT] state``; state is null, true, false or unknown."""

    operand: Expr
    state: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Quantified(Expr):
    """``left operator ANY | ALL (query)``; SOME arrives as any."""

    operator: str
    left: Expr
    quantifier: str
    query: Query


@dataclass(frozen=True, slots=True)
class Exists(Expr):
    """``EXISTS (query)``; NOT EXISTS is a Unary around it."""

    query: Query


@dataclass(frozen=True, slots=True)
class Subquery(Expr):
    """A query in parentheses used as a value."""

    query: Query


@dataclass(frozen=True, slots=True)
class Parenthesized(Expr):
    """``(operand)``: kept because it shows in the names of columns."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Row(Expr):
    """``(a, b)`` or ``ROW(a, b)``."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class When(Node):
    """One branch of CASE."""

    condition: Expr
    result: Expr


@dataclass(frozen=True, slots=True)
class Case(Expr):
    """``CASE [operand] WHEN … THEN … [ELSE otherwise] END``."""

    operand: Expr | None
    whens: tuple[When, ...]
    otherwise: Expr | None = None


class CastStyle(Enum):
    """The three spellings of a conversion."""

    CAST = auto()
    CONVERT = auto()
    COLONS = auto()


@dataclass(frozen=True, slots=True)
class Cast(Expr):
    """``CAST(operand AS type)``, ``CONVERT(operand, type)``, ``operand::type``.

    The type name is as written: ``signed``, ``unsigned``, ``char``, ``binary``, ``decimal``, ``vecf32``, …
    """

    operand: Expr
    type: DataType
    style: CastStyle = CastStyle.CAST


@dataclass(frozen=True, slots=True)
class ConvertUsing(Expr):
    """``CONVERT(operand USING charset)``."""

    operand: Expr
    charset: str


@dataclass(frozen=True, slots=True)
class Collate(Expr):
    """``operand COLLATE collation``."""

    operand: Expr
    collation: str


@dataclass(frozen=True, slots=True)
class OrderItem(Node):
    """One key of ORDER BY."""

    expr: Expr
    descending: bool = False


@dataclass(frozen=True, slots=True)
class FrameBound(Node):
    """An end of a window frame; kind is ``[unbounded] preceding``, ``current row`` or ``[unbounded] following``."""

    kind: str
    offset: Expr | None = None


@dataclass(frozen=True, slots=True)
class Frame(Node):
    """``ROWS | RANGE BETWEEN start AND end``; unit in lower case, end None without BETWEEN."""

    unit: str
    start: FrameBound
    end: FrameBound | None = None


@dataclass(frozen=True, slots=True)
class Window(Node):
    """``OVER (…)``."""

    partition_by: tuple[Expr, ...] = ()
    order_by: tuple[OrderItem, ...] = ()
    frame: Frame | None = None


@dataclass(frozen=True, slots=True)
class Function(Expr):
    """A call; ``name`` in lower case, ``spelling`` as written.

    ``count(*)`` has a Star argument, ``group_concat`` its order and separator; ``now`` without parentheses is the
    same as ``now()``. EXTRACT, TRIM, TIMESTAMPDIFF and the like carry their words as Keyword arguments, first.
    """

    name: str
    args: tuple[Expr, ...] = ()
    distinct: bool = False
    order_by: tuple[OrderItem, ...] = ()
    separator: str | None = None
    window: Window | None = None
    spelling: str = ""


@dataclass(frozen=True, slots=True)
class Match(Expr):
    """``MATCH (columns) AGAINST (pattern mode)``.

    The mode is ``""``, ``natural``, ``boolean``, ``natural expansion`` or ``expansion``.
    """

    columns: tuple[Column, ...]
    pattern: Expr
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Default(Expr):
    """``DEFAULT`` as a value."""


@dataclass(frozen=True, slots=True)
class InsertedValue(Expr):
    """``VALUES(column)`` in ON DUPLICATE KEY UPDATE."""

    column: Column
