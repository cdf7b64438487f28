"""DATA BRANCH DIFF: what differs between two tables, as rows, numbers, a table or a file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import ddl, diff_files, physical, types
from matrixone_lite.engine.api import Column as ResultColumn
from matrixone_lite.engine.api import Rows
from matrixone_lite.engine.catalog import Column, Table
from matrixone_lite.engine.changes import Writer
from matrixone_lite.engine.comparing import compare, endpoint, one_state
from matrixone_lite.engine.differences import differences, ordered
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import ServerError, invalid_input, not_supported, unsupported
from matrixone_lite.engine.printer import quoted
from matrixone_lite.engine.render import renderer
from matrixone_lite.engine.temporal import utc_to_local
from matrixone_lite.engine.types import UNSIGNED, Kind, Type
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from matrixone_lite.engine.api import Cell
    from matrixone_lite.engine.comparing import Comparison
    from matrixone_lite.engine.differences import Difference
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Value

_TEXT, _LONG, _BARE = 15, 8, 0
_UNSIGNED: Final = 32
_SHOWN_CODES: Final = {Kind.TEXT: 241, Kind.DATALINK: 241}
_SOURCE, _FLAG = "__mo_diff_source", "__mo_diff_flag"
_METRICS: Final = {"INSERTED": "INSERT", "DELETED": "DELETE", "UPDATED": "UPDATE"}


@handles(ast.DiffBranch)
def diff(session: LiteSession, statement: ast.DiffBranch) -> Rows:
    """DATA BRANCH DIFF."""
    if statement.output == "file":
        diff_files.check_directory(session, statement.directory)
    with one_state(session):
        comparison, chosen = _compared(session, statement)
        if statement.output == "file":
            return _answer(*diff_files.write(session, comparison, statement))
        found = differences(comparison)
    if statement.output == "count":
        return _answer([("COUNT(*)", _LONG)], [[len(found)]])
    if statement.output == "summary":
        return _summary(statement, found)
    return _rows(session, comparison, chosen, found, statement.limit)


def _compared(session: LiteSession, statement: ast.DiffBranch) -> tuple[Comparison, list[int]]:
    left, right = endpoint(session, statement.left), endpoint(session, statement.right)
    chosen = _chosen(left.table, statement.columns)
    if statement.columns and statement.output == "file":
        raise not_supported("DATA BRANCH DIFF COLUMNS is not supported with OUTPUT FILE")
    return compare(session, left, right), chosen


def _chosen(table: Table, names: Sequence[str]) -> list[int]:
    """The positions of the columns to show, each once; all without names."""
    positions = {column.name.lower(): n for n, column in enumerate(table.columns)}
    for name in names:
        if name.lower() not in positions:
            raise invalid_input(f'column "{name}" not found in table "{table.name}"')
    return list(dict.fromkeys(positions[name.lower()] for name in names)) or list(range(len(positions)))


# --- answers ---------------------------------------------------------------------------------------------------------


def _answer(columns: Sequence[tuple[str, int]], rows: Sequence[Sequence[Any]]) -> Rows:
    shown = [ResultColumn(name, code, _BARE) for name, code in columns]
    return Rows(shown, [[str(value).encode() for value in row] for row in rows])


def _summary(statement: ast.DiffBranch, found: Iterable[Difference]) -> Rows:
    counts = Counter((difference.side, difference.flag) for difference in found)
    names = [_written(statement.left), _written(statement.right)]
    rows = [[metric, counts[0, flag], counts[1, flag]] for metric, flag in _METRICS.items()]
    return _answer([("metric", _TEXT), (names[0], _LONG), (names[1], _LONG)], rows)


def _written(table: ast.BranchTable) -> str:
    """A table as the server prints it."""
    name, hint = table.name, table.hint
    shown = (name.name if name.database is None else f"{name.database}.{name.name}").lower()
    if hint is None:
        return shown
    value = f"'{hint.value}'" if isinstance(hint.value, str) else hint.value
    return f"{shown}{{{hint.kind.value} = {value}}}"


def _rows(
    session: LiteSession, comparison: Comparison, chosen: Sequence[int], found: list[Difference], limit: int | None
) -> Rows:
    names = comparison.left.table.name, comparison.right.table.name
    columns = [comparison.left.table.columns[n] for n in chosen]
    head = [ResultColumn(f"diff {names[0]} against {names[1]}", _TEXT, _BARE), ResultColumn("flag", _TEXT, _BARE)]
    show = [_renderer(session, column.type) for column in columns]
    rows = [
        [names[side].encode(), flag.encode(), *(render(row[n]) for render, n in zip(show, chosen, strict=True))]
        for side, flag, row in ordered(comparison, found)[:limit]
    ]
    return Rows([*head, *map(_described, columns)], rows)


def _described(column: Column) -> ResultColumn:
    kind = column.type.kind
    code, charset = column.type.wire
    if kind is Kind.ENUM:
        code = _TEXT
    elif kind is Kind.SET:
        code, charset = types.UBIGINT.wire
    code = _SHOWN_CODES.get(kind, code)
    flags = _UNSIGNED if kind in UNSIGNED | {Kind.SET} else 0
    return ResultColumn(column.name, code, charset, column.type.length, flags, column.type.scale)


def _renderer(session: LiteSession, type_: Type) -> Callable[[Value], Cell]:
    """The server shows the numbers of members of ENUM and SET."""
    if type_.kind in {Kind.ENUM, Kind.SET}:
        return renderer(types.BIGINT)
    render = renderer(type_)
    if type_.kind is Kind.TIMESTAMP:
        zone = session.context.zone
        return lambda value: render(None if value is None else utc_to_local(str(value), zone))
    return render


# --- into a table ----------------------------------------------------------------------------------------------------


@handles(ast.DiffBranchInto)
def diff_into(session: LiteSession, statement: ast.DiffBranchInto) -> Rows:
    """DATA BRANCH DIFF … OUTPUT AS."""
    if statement.table.hint is not None:
        raise invalid_input("destination snapshot option is not supported for DATA BRANCH DIFF OUTPUT AS")
    comparison, chosen = _compared(session, statement.diff)
    if None in comparison.pairing.partners:
        raise unsupported("DATA BRANCH DIFF OUTPUT AS of columns that one table lacks")
    name = statement.table.name
    database = ddl.writable_database(session, name, "create table")
    if ddl.taken(session, database, name.name):
        raise ServerError(1050, f"table {name.name.lower()} already exists")
    columns = _table_columns([comparison.left.table.columns[n] for n in chosen])
    identity = session.catalog.next_id()
    table = Table(identity, database.id, name.name.lower(), identity, columns=columns, created=session.store.now())
    physical.create_storage(session, table)
    session.catalog.add_table(table)
    names = comparison.left.table.name, comparison.right.table.name
    rows = [[names[side], flag, *(row[n] for n in chosen)] for side, flag, row in differences(comparison)]
    Writer(session, table).insert(rows)
    return _answer([("TABLE CREATED", _TEXT)], [[f"{quoted(database.name)}.{quoted(table.name)}"]])


def _table_columns(shown: Sequence[Column]) -> tuple[Column, ...]:
    taken = {column.name.lower() for column in shown}
    first = [
        Column(number, _free(name, taken), Type(Kind.VARCHAR, length))
        for number, (name, length) in enumerate(((_SOURCE, 255), (_FLAG, 16)), 1)
    ]
    rest = [
        Column(number, column.name, column.type, nullable=column.nullable) for number, column in enumerate(shown, 3)
    ]
    return (*first, *rest)


def _free(name: str, taken: set[str]) -> str:
    number, free = 0, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free
