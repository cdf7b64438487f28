"""String SQL with ``?`` placeholders, bound by the driver.

A question mark inside a literal, a quoted identifier or a comment is text. The rest of the statement reaches the server
unchanged, whatever ``%``, ``:name`` or braces it holds.
"""

from __future__ import annotations

import datetime as dt
import enum
import functools
import json
import math
import re
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement, Executable
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import NullType

from matrixone.exceptions import QueryError
from matrixone.querylog.summary import summarize
from matrixone.vector.text import to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.sql.elements import BindParameter

_TOKENS = re.compile(
    r"""
      '(?:[^'\\]|\\.|'')*+(?:'|\\?\Z)       # string; an unfinished one reaches the end of the text
    | "(?:[^"\\]|\\.|"")*+(?:"|\\?\Z)       # string, or identifier under ANSI_QUOTES
    | `(?:[^`]|``)*+(?:`|\Z)               # identifier
    | --(?=[\s]|$)[^\n]*                   # comments
    | \#[^\n]*
    | /\*.*?(?:\*/|\Z)
    | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$      # dollar-quoted text of LOAD DATA INLINE
    | (?P<mark>\?)
    | (?P<format>%s)
    | (?P<end>;)
    """,
    re.VERBOSE | re.DOTALL,
)
_CONVERTED: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    ((bytearray, memoryview), bytes),
    (uuid.UUID, str),
    (dict, lambda value: json.dumps(value, ensure_ascii=False, allow_nan=False)),
)
_PLAIN = (str, bytes, int, float, Decimal, dt.date, dt.time, dt.timedelta, type(None))


class StringStatement(Executable, ClauseElement):
    """String SQL as a SQLAlchemy statement: fixed text around bound values."""

    _traverse_internals = [  # noqa: RUF012 - the form SQLAlchemy's cache key reads
        ("pieces", InternalTraversal.dp_string_list),
        ("values", InternalTraversal.dp_clauseelement_list),
    ]

    def __init__(self, pieces: Sequence[str], values: Sequence[BindParameter[Any]]) -> None:
        self.pieces = list(pieces)
        self.values = list(values)


def statement(sql: str, params: Sequence[Any] | None = None) -> StringStatement:
    """Bind values to the ``?`` of a statement, in order.

    Args:
        sql: SQL text; ``?`` stands for a value. Text without ``?`` may use ``%s`` instead.
        params: Tuple or list with one value for each placeholder.

    Raises:
        QueryError: The numbers of placeholders and values differ, or a value is of a type that cannot be bound.
    """
    values = _sequence(params, sql)
    pieces = _cut(sql, "mark")
    if values and len(pieces) == 1:
        pieces = _cut(sql, "format")
    if len(values) != len(pieces) - 1:
        raise QueryError(
            f"the statement has {len(pieces) - 1} placeholders, {len(values)} values were given; nothing was sent",
            sql=summarize(sql),
        )
    return StringStatement(pieces, [bindparam(None, _driver_value(value, sql), type_=_AS_IS) for value in values])


def has_several_statements(sql: str) -> bool:
    """Whether text follows a ``;`` that ends a statement: the server would run that, too."""
    _, _, rest = without_comments(sql).partition(";")
    return bool(rest.strip(" \t\r\n;"))


def without_comments(sql: str) -> str:
    """The structure of the statement, comments left out."""
    return without_quoted(_TOKENS.sub(lambda token: "" if token[0].startswith(("--", "#", "/*")) else token[0], sql))


def without_quoted(sql: str) -> str:
    """The statement with every literal, quoted name and comment emptied: what is left is structure."""
    return _TOKENS.sub(
        lambda token: "''" if token["mark"] is token["format"] is token["end"] is None else token[0], sql
    )


def driver_value(value: Any) -> Any:
    """What the driver is given for a value: vectors and JSON as text, the rest by its own type.

    Raises:
        TypeError: No column type could hold it.
        ValueError: A float or a vector element is not finite.
    """
    if isinstance(value, enum.Enum):
        return driver_value(value.value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} cannot be stored")
    if isinstance(value, _PLAIN):
        return value
    if hasattr(value, "tolist") and not getattr(value, "ndim", 1):
        return driver_value(value.tolist())  # a number of numpy
    for kind, convert in _CONVERTED:
        if isinstance(value, kind):
            return convert(value)
    return to_text(value)


def _driver_value(value: Any, sql: str) -> Any:
    try:
        return driver_value(value)
    except (TypeError, ValueError) as error:
        raise QueryError(f"a value cannot be bound: {error}; nothing was sent", sql=summarize(sql)) from error


def _sequence(params: Sequence[Any] | Mapping[str, Any] | None, sql: str) -> Sequence[Any]:
    if params is None:
        return ()
    if isinstance(params, (tuple, list)):
        return params
    raise QueryError(
        f"values for string SQL are a tuple or a list, not {type(params).__name__}; nothing was sent",
        sql=summarize(sql),
    )


@functools.lru_cache(maxsize=512)
def _cut(sql: str, placeholder: str) -> tuple[str, ...]:
    pieces, start = [], 0
    for token in _TOKENS.finditer(sql):
        if token[placeholder]:
            pieces.append(sql[start : token.start()])
            start = token.end()
    return (*pieces, sql[start:])


class _AsIs(NullType):
    """Values are ready for the driver; results are not touched."""

    cache_ok = True


_AS_IS = _AsIs()


@compiles(StringStatement)
def _compile_string(element: StringStatement, compiler: SQLCompiler, **keywords: Any) -> str:
    texts = [piece.replace("%", "%%") if compiler.preparer._double_percents else piece for piece in element.pieces]
    pieces = [texts[0]]
    for value, text in zip(element.values, texts[1:], strict=True):
        pieces += (compiler.process(value, **keywords), text)
    return "".join(pieces)
