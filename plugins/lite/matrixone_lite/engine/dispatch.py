"""Which function runs which statement.

A handler takes the session and the statement, and returns its result; modules of handlers are imported by
``matrixone_lite.engine.handlers``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine.api import Column, Done, FileRequest, Rows
from matrixone_lite.engine.errors import unsupported
from matrixone_lite.engine.render import renderer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Type, Value
    from matrixone_lite.sql import ast

Answer = Rows | Done | Iterator[FileRequest | Done]
"""A result, or (LOAD DATA LOCAL) a request for a file followed by the result."""

Handler = Callable[["LiteSession", Any], Answer]

_CAPITALS: Final = re.compile(r"(?<!^)(?=[A-Z])")
_HANDLERS: Final[dict[type[ast.Statement], Handler]] = {}


def handles(*statements: type[ast.Statement]) -> Callable[[Handler], Handler]:
    """Register a handler for classes of statements."""

    def register(handler: Handler) -> Handler:
        for statement in statements:
            _HANDLERS[statement] = handler
        return handler

    return register


def handler_of(statement: ast.Statement) -> Handler:
    """The handler of a statement; error 20105 when there is none."""
    found = _HANDLERS.get(type(statement))
    if found is None:
        raise unsupported(_CAPITALS.sub(" ", type(statement).__name__).upper())
    return found


def table_of(columns: Sequence[tuple[str, Type]], rows: Iterable[Sequence[Value]]) -> Rows:
    """A result set from names, types and values as SQLite would keep them."""
    described = []
    for name, type_ in columns:
        code, charset = type_.wire
        described.append(Column(name, code, charset, type_.length, 0, type_.scale))
    show = [renderer(type_) for _, type_ in columns]
    return Rows(described, [[render(value) for render, value in zip(show, row, strict=True)] for row in rows])
