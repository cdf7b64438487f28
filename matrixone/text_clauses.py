"""Text as parts of a query: conditions with ``?``, columns and tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import (
    BinaryExpression,
    BindParameter,
    Boolean,
    BooleanClauseList,
    ClauseElement,
    ColumnElement,
    FromClause,
    Label,
    SelectBase,
    UnaryExpression,
    bindparam,
    column,
    literal,
    literal_column,
    table,
)
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import InternalTraversal, cloned_traverse, iterate
from sqlalchemy.types import NullType

from matrixone.exceptions import QueryError
from matrixone.params import StringStatement, driver_value, statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnClause, Dialect
    from sqlalchemy.sql.compiler import SQLCompiler

_NAME = r"(?:`(?:``|[^`])+`|\w+)"
_LABELLED = re.compile(rf"(?P<expression>.+)\s+AS\s+(?P<label>{_NAME})\s*", re.IGNORECASE | re.DOTALL)
_QUALIFIED = re.compile(rf"(?P<table>{_NAME})\.(?P<label>{_NAME})")
_CALL = re.compile(r"(?P<function>\w+)\(\s*(?:\w+\.)?(?P<argument>\w+)\s*\)")
_MAY_CALL = (FunctionElement, Label, UnaryExpression, BinaryExpression, BooleanClauseList)
_COUNTED = re.compile(rf"\*|{_NAME}(?:\.{_NAME}){{0,2}}")
_AGGREGATES = frozenset({"avg", "count", "max", "min", "sum"})
_AFTER_IN = re.compile(r"\bIN\s*$", re.IGNORECASE)
_TABLE = re.compile(
    rf"(?:(?P<database>{_NAME})\.)?(?P<name>{_NAME})(?:\s+(?:AS\s+)?(?P<alias>{_NAME}))?", re.IGNORECASE
)


class _Bound(NullType):
    """Values go to the driver as they are; only a statement written for reading has them as literals."""

    cache_ok = True

    def literal_processor(self, dialect: Dialect) -> Any:
        """Write a value as the type that SQLAlchemy takes it for would."""

        def process(value: Any) -> str:
            kind = literal(value).type.dialect_impl(dialect)
            write = kind.literal_processor(dialect)
            return str(value) if write is None else write(value)

        return process


_BOUND = _Bound()


class TextCondition(ColumnElement[bool]):
    """A condition written as text, each ``?`` bound to a value or standing for the rows of a subquery."""

    type = Boolean()
    _traverse_internals = [  # noqa: RUF012 - the form of SQLAlchemy's cache key
        ("pieces", InternalTraversal.dp_string_list),
        ("values", InternalTraversal.dp_clauseelement_list),
    ]

    def __init__(self, pieces: Sequence[str], values: Sequence[ColumnElement[Any]]) -> None:
        self.pieces = list(pieces)
        self.values = list(values)

    @classmethod
    def of(cls, condition: str, params: Sequence[Any]) -> TextCondition:
        """Bind values; SQLAlchemy's expressions stay what they are, and a SELECT or table stands for its rows.

        Raises:
            QueryError: the number of values is not the number of ``?``, or one that is no SELECT follows ``IN``.
        """
        given = [expression(param) for param in params]
        text = statement(condition, [None if isinstance(each, ColumnElement) else each for each in given])
        values = [
            each if isinstance(each, ColumnElement) else bindparam(None, value.value, type_=_BOUND)
            for each, value in zip(given, text.values, strict=True)
        ]
        for piece, value in zip(text.pieces, values, strict=False):
            if _AFTER_IN.search(piece) and isinstance(value, BindParameter):
                raise QueryError(
                    "IN ? takes a query; of values write logical_in(column, values), or IN (?, ?) and each by itself; "
                    "nothing was sent"
                )
        return cls(text.pieces, values)

    def self_group(self, against: Any = None) -> ColumnElement[bool]:  # noqa: ARG002
        """Itself: it is rendered in brackets, and ``(...) = 1`` would keep MATCH from its index."""
        return self


@compiles(TextCondition)
def _compile_condition(element: TextCondition, compiler: SQLCompiler, **kw: Any) -> str:
    text = StringStatement(element.pieces, cast("list[BindParameter[Any]]", element.values))
    return f"({compiler.process(text, **kw)})"


def expression(param: Any) -> Any:
    """A parameter as a column element, where it is an expression or rows; a value stays a value."""
    element = param.__clause_element__() if hasattr(param, "__clause_element__") else param
    if isinstance(element, SelectBase):
        return element.scalar_subquery()
    return element.select().scalar_subquery() if isinstance(element, FromClause) else element


def bound(value: Any) -> Any:
    """A value for a column of unknown type, as the driver is given it; SQLAlchemy's expressions stay what they are."""
    return value if hasattr(value, "__clause_element__") or isinstance(value, ClauseElement) else driver_value(value)


def named_column(name: str) -> ColumnClause[Any]:
    """A column of a table whose columns are not known."""
    return column(name, _BOUND)


def text_column(text: str) -> ColumnElement[Any]:
    """A column written as text: ``COUNT(*) AS n``, ``u.name`` (then called ``name``), ``COUNT(id)`` (``COUNT_id``)."""
    if labelled := _LABELLED.fullmatch(text):
        return literal_column(labelled["expression"]).label(_bare(labelled["label"]))
    if qualified := _QUALIFIED.fullmatch(text):
        return literal_column(text).label(_bare(qualified["label"]))
    if call := _CALL.fullmatch(text):
        return literal_column(text).label(f"{call['function']}_{call['argument']}")
    return column(text) if text.isidentifier() else literal_column(text)


def text_sort_key(text: str) -> ColumnElement[Any]:
    """A column of ORDER BY or GROUP BY written as text."""
    return literal_column(text, _BOUND)


def named_table(text: str) -> FromClause | None:
    """The table that text as the only column of a query stands for, ``users`` or ``users u``; None if it is no name."""
    found = _TABLE.fullmatch(text.strip())
    return None if found is None or found["database"] or found["name"].isdecimal() else text_table(text)


def table_of_columns(texts: Sequence[str]) -> FromClause | None:
    """The table that all of these columns name before their dot, if it is one."""
    found = [_QUALIFIED.fullmatch(text) for text in texts]
    names = {match["table"] if match else None for match in found}
    name = names.pop() if len(names) == 1 else None
    return None if name is None else text_table(name)


def with_named_arguments(expression: Any) -> Any:
    """The expression, names of columns that it counts, adds up or compares read as such: ``func.avg("age")``.

    Other strings stay what they are for SQLAlchemy: values, which are bound.
    """
    if not isinstance(expression, _MAY_CALL) or not any(map(_counts_text, iterate(expression))):
        return expression

    def rename(function: Any) -> None:
        if _counts_text(function):
            arguments = function.clause_expr.element
            arguments.clauses = [literal_column(argument.value) for argument in arguments.clauses]

    return cloned_traverse(expression, {}, {"function": rename})


def _counts_text(part: Any) -> bool:
    if not isinstance(part, FunctionElement) or part.name.lower() not in _AGGREGATES:
        return False
    arguments = list(part.clauses)
    return bool(arguments) and all(
        isinstance(argument, BindParameter) and isinstance(argument.value, str) and _COUNTED.fullmatch(argument.value)
        for argument in arguments
    )


def text_table(text: str) -> FromClause:
    """A table written as text: ``departments``, ``departments d``, ``db.departments AS d``.

    Raises:
        sqlalchemy.exc.ArgumentError: the text is something else.
    """
    found = _TABLE.fullmatch(text.strip())
    if found is None:
        raise ArgumentError(f"not the name of a table: {text!r}")
    named = table(_bare(found["name"]), schema=found["database"] and _bare(found["database"]))
    return named if found["alias"] is None else named.alias(_bare(found["alias"]))


def _bare(name: str) -> str:
    return name[1:-1].replace("``", "`") if name.startswith("`") else name
