"""Expressions over single rows: defaults, generated columns, CHECK constraints, ON DUPLICATE KEY assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine.binder import Binder
from matrixone_lite.engine.convert import Mode, converter
from matrixone_lite.engine.plans import make_plan
from matrixone_lite.engine.scope import Scope, Source
from matrixone_lite.engine.select import Output
from matrixone_lite.engine.sources import stored_columns
from matrixone_lite.engine.temporal import local_to_utc
from matrixone_lite.engine.types import Kind
from matrixone_lite.engine.walk import walk
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.catalog import Column, Table
    from matrixone_lite.engine.plans import Plan
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Type, Value

_PER_ROW: Final = {"uuid", "rand", "random_bytes", "nextval"}


class RowFunction:
    """Expressions over the values of one row of a table, and perhaps of a second row called ``values``.

    :param targets: types the results are converted to as if stored there; None leaves a result as it is
    """

    def __init__(
        self,
        session: LiteSession,
        table: Table,
        exprs: Sequence[ast.Expr],
        targets: Sequence[Type | None],
        *,
        inserted: bool = False,
    ) -> None:
        self._session = session
        self._targets = targets
        binder = Binder(session)
        scope, handle = Scope(), binder.handle()
        scope.add(Source(table.name, stored_columns(binder, table, handle, table.name, ""), handle))
        sources = [_row_source(binder, table, handle)]
        if inserted:
            handle = binder.handle()
            columns = stored_columns(binder, table, handle, table.name, "")
            scope.inserted = {name.lower(): bound for name, bound in columns}
            sources.append(_row_source(binder, table, handle))
        outputs = []
        for expr, target in zip(exprs, targets, strict=True):
            bound = binder.bind(expr, scope)
            outputs.append(Output("", bound if target is None else binder.convert(bound, target, Mode.STORE)))
        sql = "SELECT " + ", ".join(output.bound.sql for output in outputs) + " FROM " + ", ".join(sources)
        self._plan = make_plan(binder, sql, outputs)
        self._count = len(sources) * len(table.columns)
        session.connection.register(self._plan.functions)

    def __call__(self, *rows: Sequence[Value]) -> Sequence[Any]:
        """The results for one row, or for a row and the ``values`` row."""
        given = [value for row in rows for value in row]
        rest = list(self._plan.values(self._session))[self._count :]
        results = self._session.connection.run(self._plan.sql, [*given, *rest])[0]
        return [to_stored(self._session, type_, value) for type_, value in zip(self._targets, results, strict=True)]


def _row_source(binder: Binder, table: Table, handle: str) -> str:
    listed = ", ".join(f"{binder.parameters.add_own(None)} AS {column.physical}" for column in table.columns)
    return f"(SELECT {listed}) AS {handle}"


class Defaults:
    """The default values of a table's columns."""

    def __init__(self, session: LiteSession) -> None:
        self._session = session
        self._known: dict[int, Value] = {}
        self._plans: dict[int, Plan] = {}

    def value(self, column: Column) -> Value:
        """The value of a column that was not given; None also where there is no default."""
        if column.number in self._known:
            return self._known[column.number]
        if column.default is None:
            return None
        if column.number not in self._plans:
            binder = Binder(self._session)
            bound = binder.convert(binder.bind(column.default, Scope()), column.type, Mode.STORE)
            self._plans[column.number] = make_plan(binder, f"SELECT {bound.sql}", [Output("", bound)])
        value: Value = self._plans[column.number].fetch(self._session)[0][0]
        if not any(isinstance(node, ast.Function) and node.name in _PER_ROW for node in walk(column.default)):
            self._known[column.number] = value
        return value


def stored(value: Value, source: Type, column: Column) -> Value:
    """A value of ``source`` as ``column`` keeps it."""
    convert = converter(source, column.type, Mode.STORE)
    return value if convert is None else convert(value)


def to_stored(session: LiteSession, type_: Type | None, value: Any) -> Any:
    """A value for a column of ``type_`` as it is kept: TIMESTAMP in UTC, not in the session's time zone."""
    if session.in_utc or type_ is None or type_.kind is not Kind.TIMESTAMP:
        return value
    return local_to_utc(value, session.context.zone)
