"""Bound queries ready to run, and their results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matrixone_lite.engine.api import Column, Rows
from matrixone_lite.engine.binder import Argument, Binder
from matrixone_lite.engine.render import renderer
from matrixone_lite.engine.select import bind_query
from matrixone_lite.engine.types import UNSIGNED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matrixone_lite.engine.api import Cell
    from matrixone_lite.engine.render import Renderer
    from matrixone_lite.engine.select import Output
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.storage import Row, UserFunction
    from matrixone_lite.sql import ast

_NOT_NULL, _PRIMARY, _UNSIGNED, _AUTO_INCREMENT = 1, 2, 32, 512


@dataclass(frozen=True, slots=True)
class Plan:
    """A query in SQLite's language with everything its execution needs."""

    sql: str
    parameters: Sequence[Any]
    functions: Sequence[UserFunction]
    outputs: Sequence[Output]
    columns: Sequence[Column]
    renderers: Sequence[Renderer]
    locked: Sequence[str]
    reusable: bool
    dynamic: bool

    def values(self, session: LiteSession) -> Sequence[Any]:
        """The values of the SQLite parameters for one execution."""
        if not self.dynamic:
            return self.parameters
        return [_value(parameter, session) for parameter in self.parameters]

    def fetch(self, session: LiteSession) -> list[Row]:
        """Run it and read all rows as SQLite keeps them."""
        session.connection.register(self.functions)
        rows = session.connection.run(self.sql, self.values(session))
        return self._lock(session, rows) if self.locked else rows

    def _lock(self, session: LiteSession, rows: list[Row]) -> list[Row]:
        width = len(self.outputs)
        session.transactions.lock_rows({pair for row in rows for pair in zip(self.locked, row[width:], strict=True)})
        return [row[:width] for row in rows]

    def rows(self, session: LiteSession) -> Rows:
        """Run it for the client."""
        return Rows(self.columns, render_rows(self.fetch(session), self.renderers))


def render_rows(rows: Sequence[Row], renderers: Sequence[Renderer]) -> Iterator[Sequence[Cell]]:
    """Rows in text-protocol form, one at a time."""
    for row in rows:
        yield [render(value) for render, value in zip(renderers, row, strict=True)]


def _value(parameter: Any, session: LiteSession) -> Any:
    if isinstance(parameter, Argument):
        return session.arguments[parameter.index][0]
    return parameter(session) if callable(parameter) else parameter


def compile_query(session: LiteSession, query: ast.Query) -> Plan:
    """Bind a query for the session as it is now."""
    binder = Binder(session)
    bound = bind_query(binder, query)
    return make_plan(binder, bound.sql, bound.columns, locked=bound.locked)


def make_plan(binder: Binder, sql: str, outputs: Sequence[Output], *, locked: Sequence[str] = ()) -> Plan:
    """A plan of what ``binder`` has bound."""
    parameters = binder.parameters.of(sql)
    dynamic = any(isinstance(parameter, Argument) or callable(parameter) for parameter in parameters)
    return Plan(
        sql,
        parameters,
        tuple(binder.functions.values()),
        outputs,
        tuple(describe(output) for output in outputs),
        tuple(renderer(output.bound.type) for output in outputs),
        tuple(locked),
        binder.reusable,
        dynamic,
    )


def describe(output: Output) -> Column:
    """What the protocol says about a result column."""
    type_ = output.bound.type
    code, charset = type_.wire
    flags = _UNSIGNED if type_.kind in UNSIGNED else 0
    origin = output.bound.origin
    if origin is None or not origin.table.id:
        return Column(output.name, code, charset, type_.length, flags, type_.scale)
    column, key = origin.column, origin.table.primary_key
    flags |= (0 if column.nullable else _NOT_NULL) | (_AUTO_INCREMENT if column.auto_increment else 0)
    flags |= _PRIMARY if key is not None and column.name in key.columns else 0
    return Column(
        output.name,
        code,
        charset,
        type_.length,
        flags,
        type_.scale,
        origin.database,
        origin.alias,
        origin.table.name,
        column.name,
    )
