"""INSERT and REPLACE."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import external_files, types
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.binder import Binder
from matrixone_lite.engine.changes import Writer, key_values
from matrixone_lite.engine.convert import Mode, converter
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import ServerError, invalid_input
from matrixone_lite.engine.plans import make_plan
from matrixone_lite.engine.returning import check_returning, returned
from matrixone_lite.engine.rows import Defaults, RowFunction, stored, to_stored
from matrixone_lite.engine.scope import Scope
from matrixone_lite.engine.select import Output
from matrixone_lite.engine.targets import target_table
from matrixone_lite.engine.types import Kind
from matrixone_lite.engine.walk import children, walk
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matrixone_lite.engine.api import Rows
    from matrixone_lite.engine.catalog import Column, Table
    from matrixone_lite.engine.changes import Values
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Type

_MISSING: Final = object()
"""Stands for a value that was not given, or DEFAULT."""
_BULK: Final = 5000
"""Rows that a statement writes into the object store at once, not only into memory."""

_LITERAL_TYPES: Final = {
    ast.LiteralKind.NULL: types.NULL,
    ast.LiteralKind.BOOLEAN: types.BOOL,
    ast.LiteralKind.INTEGER: types.BIGINT,
    ast.LiteralKind.DECIMAL: types.VARCHAR,
    ast.LiteralKind.FLOAT: types.DOUBLE,
    ast.LiteralKind.STRING: types.VARCHAR,
    ast.LiteralKind.HEX: types.BLOB,
    ast.LiteralKind.BIT: types.BLOB,
    ast.LiteralKind.BINARY: types.VARBINARY,
}
_BYTES_AS_TEXT: Final = {ast.LiteralKind.HEX: types.VARCHAR, ast.LiteralKind.BIT: types.VARCHAR}


@handles(ast.Insert)
def insert(session: LiteSession, statement: ast.Insert) -> Done | Rows:
    """Run INSERT or REPLACE."""
    plain = not statement.replace and not statement.on_duplicate
    database, table = target_table(session, statement.table.name, to_append=plain)
    if statement.returning:
        check_returning(table, statement)
    columns = _listed_columns(table, statement)
    _check_source(statement, len(columns))
    given = (
        _Query(session, table, columns, statement).rows()
        if statement.query
        else _Literals(session, table, columns, statement).rows()
    )
    insertion = Insertion(session, table, statement)
    if table.kind == "external":
        return external_files.append(session, table, insertion.completed(columns, given))
    return insertion.run(columns, given, database.name)


def check_insert(session: LiteSession, statement: ast.Insert) -> None:
    """Raise what is wrong with the table, the columns or the number of values of INSERT ... VALUES."""
    _, table = target_table(session, statement.table.name)
    _check_source(statement, len(_listed_columns(table, statement)))


def _check_source(statement: ast.Insert, width: int) -> None:
    if isinstance(statement.query, ast.SetOperation):
        raise invalid_input("insert has unknown select statement")
    for position, row in enumerate(statement.rows, 1):
        if len(row) != width and row:
            raise _wrong_count(position)


def _listed_columns(table: Table, statement: ast.Insert) -> list[Column]:
    if statement.columns is None or (not statement.columns and statement.rows == ((),)):
        return [column for column in table.columns if column.generated is None]
    found = []
    for name in statement.columns:
        column = table.by_name.get(name.lower())
        if column is None:
            raise ServerError(1054, f"Unknown column '{name}' in '{table.name}'")
        found.append(column)
    return found


def _wrong_count(row: int) -> ServerError:
    return ServerError(1136, f"Column count doesn't match value count at row {row}")


class _Literals:
    """The rows of VALUES, in stored form; :data:`_MISSING` where DEFAULT was written."""

    def __init__(self, session: LiteSession, table: Table, columns: Sequence[Column], statement: ast.Insert) -> None:
        self._session = session
        self._columns = columns
        self._rows = statement.rows
        self._lenient = statement.ignore or "STRICT" not in session.variables.text("sql_mode").upper()
        self._converters = [self._for_column(column) for column in columns]
        self._table = table

    def _for_column(self, column: Column) -> dict[ast.LiteralKind, Callable[[Any], Any] | None]:
        mode = Mode.CAST if self._lenient and column.type.kind in types.STRINGS else Mode.STORE
        types_ = _LITERAL_TYPES | _BYTES_AS_TEXT if column.type.kind in types.VECTORS else _LITERAL_TYPES
        return {kind: _lazy(type_, column.type, mode) for kind, type_ in types_.items()}

    def rows(self) -> list[list[Any]]:
        """All rows."""
        width = len(self._columns)
        found = [[_MISSING] * width for _ in self._rows]
        # the server converts column by column, plain literals first: that decides which of several mistakes is named
        for literals in (True, False):
            for n in range(width):
                for row, values in zip(self._rows, found, strict=True):
                    if row and (type(row[n]) is ast.Literal) is literals:
                        values[n] = self._value(row[n], n)
        return found

    def _value(self, expr: ast.Expr, n: int) -> Any:
        if type(expr) is ast.Literal:
            return self._literal(expr, n)
        if isinstance(expr, ast.Unary) and expr.operator == "-" and isinstance(expr.operand, ast.Literal):
            return self._negative(expr, expr.operand, n)
        if isinstance(expr, ast.Default):
            return _MISSING
        if isinstance(expr, ast.Parameter) and expr.index < len(self._session.arguments):
            value, type_ = self._session.arguments[expr.index]
            return stored(value, type_, self._columns[n])
        return self._evaluate(expr, n)

    def _literal(self, literal: ast.Literal, n: int) -> Any:
        value: Any = literal.value
        if value is None:
            return None
        if self._columns[n].type.kind is Kind.DATALINK:
            return self._evaluate(literal, n)
        if isinstance(value, int):
            if not -(1 << 63) <= value < 1 << 63:
                return self._evaluate(literal, n)
        elif isinstance(value, Decimal):
            value = format(value, "f")
        elif literal.kind is ast.LiteralKind.STRING and not str(value).isascii():
            value = _as_text_or_bytes(str(value))
        convert = self._converters[n][literal.kind]
        return value if convert is None else convert(value)

    def _negative(self, expr: ast.Unary, literal: ast.Literal, n: int) -> Any:
        if literal.kind not in {ast.LiteralKind.INTEGER, ast.LiteralKind.DECIMAL, ast.LiteralKind.FLOAT}:
            return self._evaluate(expr, n)
        number: Any = literal.value
        negative = number.copy_negate() if isinstance(number, Decimal) else -number  # the first rounds no digits away
        return self._value(replace(literal, value=negative), n)

    def _evaluate(self, expr: ast.Expr, n: int) -> Any:
        if any(isinstance(child, ast.Query) for node in walk(expr) for child in children(node)):
            raise ServerError(20102, "subquery in JOIN condition is not yet implemented")
        binder = Binder(self._session)
        bound = binder.convert(binder.bind(expr, Scope()), self._columns[n].type, Mode.STORE)
        plan = make_plan(binder, f"SELECT {bound.sql}", [Output("", bound)])
        return plan.fetch(self._session)[0][0]


def _lazy(source: Type, target: Type, mode: Mode) -> Callable[[Any], Any] | None:
    try:
        return converter(source, target, mode)
    except ServerError as error:
        failure = error

    def refuse(_value: Any) -> Any:
        raise failure

    return refuse


def _as_text_or_bytes(value: str) -> str | bytes:
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape")
    return value


class _Query:
    """The rows of INSERT … SELECT, in stored form."""

    def __init__(self, session: LiteSession, table: Table, columns: Sequence[Column], statement: ast.Insert) -> None:
        self._session = session
        self._columns = columns
        self._statement = statement
        self._table = table

    def rows(self) -> list[list[Any]]:
        """All rows."""
        query: Any = self._statement.query
        if self._statement.with_ is not None:
            query = replace(query, with_=self._statement.with_)
        plan = self._session.plan(query)
        if len(plan.outputs) != len(self._columns):
            raise invalid_input("insert values does not match the number of columns")
        converters = [
            converter(output.bound.type, column.type, Mode.STORE)
            for output, column in zip(plan.outputs, self._columns, strict=True)
        ]
        return [
            [value if convert is None else convert(value) for value, convert in zip(row, converters, strict=True)]
            for row in plan.fetch(self._session)
        ]


class Insertion:
    """Puts given values into a table: defaults, generated keys, constraints and what to do with duplicates."""

    def __init__(self, session: LiteSession, table: Table, statement: ast.Insert) -> None:
        self._session = session
        self._table = table
        self._statement = statement
        self._writer = Writer(session, table)
        self._ignore = statement.ignore
        self.generated = 0

    def run(self, columns: Sequence[Column], given: Sequence[Sequence[Any]], database: str) -> Done | Rows:
        """Insert and say what happened."""
        statement = self._statement
        update = (
            _DuplicateUpdate(self._session, self._table, self._writer, statement) if statement.on_duplicate else None
        )
        rows = self._writer.prepare(self._complete(columns, given), ignore=self._ignore)
        if update is not None:
            affected = update.run(rows)
        elif statement.replace:
            affected = self._replace(rows)
            if not self._table.unique_indexes or self._writer.last_word:
                return Done(affected)
        else:
            ids = self._writer.insert(rows, ignore=self._ignore)
            affected = len(ids)
            if affected >= _BULK and not self._session.transactions.is_open:
                self._session.store.flushes.note(self._session.store.now(), self._table.storage)
            if statement.returning:
                return returned(self._session, self._table, database, statement.returning, ids)
        return Done(affected, self._last_insert_id())

    def completed(self, columns: Sequence[Column], given: Sequence[Sequence[Any]]) -> list[Values]:
        """The rows as they would be inserted, with defaults and generated values."""
        return self._complete(columns, given)

    def insert_stored(self, columns: Sequence[Column], sources: Sequence[Type], given: Sequence[Sequence[Any]]) -> int:
        """Insert rows of values of other types for another statement, and return their number."""
        converters = [
            converter(source, column.type, Mode.STORE) for source, column in zip(sources, columns, strict=True)
        ]
        rows = [
            [value if convert is None else convert(value) for value, convert in zip(row, converters, strict=True)]
            for row in given
        ]
        ids = self._writer.insert(self._writer.prepare(self._complete(columns, rows)))
        self._last_insert_id()
        return len(ids)

    def _complete(self, columns: Sequence[Column], given: Sequence[Sequence[Any]]) -> list[Values]:
        """Rows with a value for every column of the table."""
        table = self._table
        positions = {column.number: n for n, column in enumerate(columns)}
        defaults = Defaults(self._session)
        order = [positions.get(column.number) for column in table.columns]
        if order == list(range(len(order))) and not any(_MISSING in row for row in given):
            rows = [list(row) for row in given]
        else:
            rows = [
                [self._fill(column, row, n, defaults) for column, n in zip(table.columns, order, strict=True)]
                for row in given
            ]
        self.number(rows)
        if not self._session.in_utc:
            shapes = [column.type for column in table.columns]
            rows = [[to_stored(self._session, *pair) for pair in zip(shapes, row, strict=True)] for row in rows]
        return rows

    def _fill(self, column: Column, row: Sequence[Any], position: int | None, defaults: Defaults) -> Any:
        if position is not None and row[position] is not _MISSING:
            return row[position]
        if column.default is None and not column.nullable and not column.auto_increment and column.generated is None:
            raise invalid_input(f"invalid default value for column '{column.name}'")
        return defaults.value(column)

    def number(self, rows: list[Values]) -> None:
        """Generate AUTO_INCREMENT values where none were given."""
        column = self._table.auto_increment
        if column is None:
            return
        n = self._table.columns.index(column)
        counters, key = self._session.store.counters, f"auto {self._table.id}"
        first = lambda: self._first_number(column)  # noqa: E731 - passed on twice
        for row in rows:
            if row[n] is None or (row[n] == 0 and self._statement.query is None):
                row[n] = self.generated = counters.take(key, 1, first)
            elif isinstance(row[n], int):
                counters.raise_to(key, row[n], first)

    def _first_number(self, column: Column) -> int:
        start: int = self._table.attributes.get("auto_increment", 1)
        largest = self._session.connection.value(f"SELECT max({column.physical}) FROM {self._table.physical}")
        return max(start, (largest or 0) + 1 if isinstance(largest, int) else 1)

    def _last_insert_id(self) -> int:
        context = self._session.context
        if self._writer.last_word:
            context.last_insert_id = self._writer.last_word
            return self._writer.last_word
        if self._table.auto_increment is not None:
            if self._statement.replace:
                return 0
            if self.generated:
                context.last_insert_id = self.generated
            return self.generated
        if self._table.primary_key is None:
            last = self._session.store.counters.take(f"row {self._table.storage}", 0, lambda: 1) - 1
            context.last_insert_id = last
        return context.last_insert_id

    def _replace(self, rows: Sequence[Values]) -> int:
        kept: list[Values] = []
        for row in rows:
            kept = [other for other in kept if not self._same_key(other, row)]
            kept.append(row)
        replaced = list(dict.fromkeys(identity for row in kept for identity in self._writer.conflicts(row)))
        if replaced:
            self._writer.delete(replaced)
        self._writer.insert(kept)
        return len(kept) + len(replaced)

    def _same_key(self, one: Values, other: Values) -> bool:
        for index in self._table.unique_indexes:
            key = key_values(self._table, index, one)
            if None not in key and key == key_values(self._table, index, other):
                return True
        return False


class _DuplicateUpdate:
    """ON DUPLICATE KEY UPDATE."""

    def __init__(self, session: LiteSession, table: Table, writer: Writer, statement: ast.Insert) -> None:
        self._table = table
        self._writer = writer
        unique = {name.lower() for index in table.unique_indexes for name in index.columns}
        primary = set() if table.primary_key is None else {name.lower() for name in table.primary_key.columns}
        self._positions = []
        targets = []
        for assignment in statement.on_duplicate:
            name = assignment.column.name.lower()
            if name in primary or name not in table.by_name:
                raise ServerError(20313, "unsupported DML: update primary key on duplicate")
            if name in unique:
                raise ServerError(20313, "unsupported DML: update unique key on duplicate")
            self._positions.append(table.columns.index(table.by_name[name]))
            targets.append(table.by_name[name].type)
        exprs = [_default_of(table, assignment) for assignment in statement.on_duplicate]
        self._assign = RowFunction(session, table, exprs, targets, inserted=True)

    def run(self, rows: Sequence[Values]) -> int:
        """Insert or update row by row; 1 for an insertion, 2 for an update, 0 for one that changes nothing."""
        affected = 0
        fresh: list[Values] = []
        for row in rows:
            if fresh and (self._table.unique_indexes):
                self._writer.insert(fresh)
                fresh = []
            found = self._writer.conflicts(row)
            if not found:
                fresh.append(row)
                affected += 1
                continue
            old = self._writer.read(found[0])
            new = list(old)
            for position, value in zip(self._positions, self._assign(old, row), strict=True):
                new[position] = value
            if new != old:
                self._writer.update([(found[0], old, new)])
                affected += 2
        self._writer.insert(fresh)
        return affected


def _default_of(table: Table, assignment: ast.Assignment) -> ast.Expr:
    if isinstance(assignment.value, ast.Default):
        column = table.by_name[assignment.column.name.lower()]
        return column.default or ast.Literal(ast.LiteralKind.NULL, None, "null")
    return assignment.value
