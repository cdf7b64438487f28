"""The roots of the syntax tree."""

from __future__ import annotations

from typing import ClassVar

from matrixone_lite.sql.transaction_kind import TransactionKind


class Node:
    """Anything the parser builds; every concrete node is a frozen dataclass."""

    __slots__ = ()


class Expr(Node):
    """A value: literal, column, operator, function call, subquery."""

    __slots__ = ()


class TableRef(Node):
    """An item of FROM: table, join, derived table, table function."""

    __slots__ = ()


class Statement(Node):
    """A complete statement; its kind says how it treats an open transaction."""

    __slots__ = ()
    transaction_kind: ClassVar[TransactionKind] = TransactionKind.JOIN


class Query(Statement):
    """A statement with rows that can stand wherever a subquery can."""

    __slots__ = ()
