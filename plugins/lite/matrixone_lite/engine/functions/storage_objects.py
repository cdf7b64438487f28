"""metadata_scan() and table_stats(): tables as objects of a store, and statistics of them."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import columnar, hidden_tables, objects, types
from matrixone_lite.engine.errors import internal, invalid_input, no_such_table, unsupported
from matrixone_lite.engine.functions.registry import table_function
from matrixone_lite.engine.objects import BLOCK, ColumnObject
from matrixone_lite.engine.types import VECTORS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from matrixone_lite.engine.catalog import Database, Table

_SOURCE: Final = (
    "source must be in db_name.table_name or db_name.table_name.?index_name or db_name.table_name.# or "
    "db_name.table_name.?index_name.# format"
)
_INDEX_NAME: Final = "index name must start with ? and follow identifier rules"
_THREE_PARTS: Final = re.compile(r"[^.]+\.[^.]+\.[^.]+")
_PARTS: Final = re.compile(r"(?P<database>[^.]+)\.(?P<table>[^.]+)(?:\.(?P<index>\?[^.]+))?(?P<tombstone>\.#)?")
_OBJECT_COLUMNS: Final = (
    ("col_name", types.VARCHAR),
    ("object_name", types.VARCHAR),
    ("is_hidden", types.BOOL),
    ("obj_loc", types.VARCHAR),
    ("create_ts", types.TS),
    ("delete_ts", types.TS),
    ("rows_cnt", types.BIGINT),
    ("null_cnt", types.BIGINT),
    ("compress_size", types.BIGINT),
    ("origin_size", types.BIGINT),
    ("min", types.VARBINARY),
    ("max", types.VARBINARY),
    ("sum", types.VARBINARY),
    ("level", types.INT),
)
_STATISTICS: Final = (
    ("table_name", types.VARCHAR),
    ("table_cnt", types.DOUBLE),
    ("block_number", types.BIGINT),
    ("approx_object_number", types.BIGINT),
    ("accurate_object_number", types.BIGINT),
    ("sampling_ratio", types.DOUBLE),
    *((f"{name}_map", types.TEXT) for name in ("ndv", "min_val", "max_val", "data_type", "null_cnt", "size")),
    ("shuffle_range_map", types.TEXT),
)
_COMMANDS: Final = {"get", "refresh"}
_ALL: Final = "*"
_PREFIX: Final = 8
"""Bytes of a text that its place among others is estimated from."""


# --- objects ---------------------------------------------------------------------------------------------------------


@table_function("metadata_scan", lambda _given: _OBJECT_COLUMNS)
def metadata_scan(context: Any, source: str | None, column: str | None = _ALL) -> Iterator[list[Any]]:
    """The columns of the object of a table, of one of its indexes or of the rows deleted from it."""
    source = None if source is None else str(source)  # numbers are given, too
    parts = _PARTS.fullmatch(source or "")
    if parts is None:
        raise internal(_INDEX_NAME if _THREE_PARTS.fullmatch(source or "") else _SOURCE)
    session = context.session
    table = _named_table(context, parts["database"], parts["table"])
    if table.kind != "table":
        return
    stored = objects.data(session, table)
    part = (parts["index"] or "") + (parts["tombstone"] or "")
    if parts["index"]:
        columns = list(_index_columns(session, table, parts["index"][1:], stored.sql))
    else:
        columns = list(objects.columns_of(session, table, stored.sql))
    if column not in {_ALL, *(one.name for one in columns)}:
        raise invalid_input(f"bad input column name {column}")
    if parts["tombstone"]:
        count = 0 if parts["index"] else objects.tombstones(session, table)
        columns = [ColumnObject(one.name, types.TINYINT, [0] * count) for one in columns]
    name = objects.object_name(table.id, part)
    yield from _object_rows(columns, column or _ALL, name, stored.flushed)


def _named_table(context: Any, database_name: str, name: str) -> Table:
    catalog = context.session.catalog
    database: Database | None = catalog.database(context.principal.account_id, database_name)
    if database is None or database.name != database_name:
        raise internal("get database failed in metadata scan")
    table: Table | None = catalog.permanent_table(database.id, name)
    if table is None or table.name != name:
        raise no_such_table(database_name, name)
    return table


def _index_columns(session: Any, table: Table, name: str, source: str) -> Iterator[ColumnObject]:
    index = next((one for one in table.indexes if one.name.lower() == name.lower() and one.kind != "primary"), None)
    if index is None:
        raise internal(f'check whether the index "{name}" really exists')
    hidden = hidden_tables.of_index(table, index)[-1]
    rows = list(hidden.rows(session.connection, source))
    for n, (column, type_) in enumerate(hidden.columns):
        yield ColumnObject(column, type_, [row[n] for row in rows])


def _object_rows(columns: Sequence[ColumnObject], chosen: str, name: str, flushed: int) -> Iterator[list[Any]]:
    """A row for each column or for the chosen one; sizes are those of the object or of that column."""
    if not columns or not columns[0].rows:
        return
    size, compressed = (sum(one.size for one in columns), sum(one.compressed_size for one in columns))
    place = f"{name}_1_{compressed}_0_{size}_0_0"
    for one in columns:
        if chosen not in {_ALL, one.name}:
            continue
        about: list[Any] = [one.name, name, 0, place, f"{flushed}-0", "0-0", one.rows]
        if chosen == _ALL:
            yield [*about, 0, compressed, size, None, None, None, 0]
        else:
            least, greatest = one.bound_bytes() or (None, None)
            yield [*about, one.nulls, one.compressed_size, one.size, least, greatest, one.total_bytes(), 0]


# --- statistics ------------------------------------------------------------------------------------------------------


@table_function("table_stats", lambda _given: _STATISTICS)
def table_stats(context: Any, name: str | None, command: str = "get", *_rest: Any) -> Iterator[list[Any]]:
    """Statistics of a table, exact ones."""
    if command not in _COMMANDS:
        if command == "patch":
            raise unsupported("changing statistics")
        raise internal(f"unknown command: {command} (supported: get, refresh, patch)")
    session = context.session
    database, _, table_name = (name or "").rpartition(".")
    database = database or session.database
    found = session.catalog.database(context.principal.account_id, database)
    table = None if found is None else session.catalog.permanent_table(found.id, table_name)
    shown = f"{database}.{table_name}"
    if table is None:
        raise internal(f"table {shown} not found: no such table {shown}")
    if table.kind != "table":
        raise unsupported("statistics of what is not a stored table")
    columns = list(objects.columns_of(session, table, table.physical))
    count = columns[0].rows
    some = int(count > 0)
    numbers = [shown, float(count), -(-count // BLOCK), some, some, float(some)]
    yield [*numbers, *(_map(columns if count else [], measure) for measure in _MEASURES), "{}"]


def _map(columns: Sequence[ColumnObject], measure: Callable[[ColumnObject], Any]) -> str:
    measured = {column.name: measure(column) for column in columns}
    known = {name: _plain(value) for name, value in sorted(measured.items()) if value is not None}
    return json.dumps(known, indent=2, ensure_ascii=False) if known else "{}"


def _plain(value: Any) -> Any:
    """A number with the digits that tell it from other doubles, as the server prints it."""
    if isinstance(value, str):
        return value
    shortest = Decimal(repr(float(value)))
    return int(shortest) if shortest == shortest.to_integral_value() else float(value)


def _type_name(column: ColumnObject) -> str:
    if column.type.kind is Kind.DECIMAL:
        return f"DECIMAL{8 * columnar.decimal_width(column.type.length)}"
    return str(column.type.kind.value)


def _bound(position: int) -> Callable[[ColumnObject], float | None]:
    def estimate(column: ColumnObject) -> float | None:
        if column.type.kind in VECTORS:
            return 0
        if column.bounds is None or column.type.kind in {Kind.BOOL, Kind.ENUM, Kind.UUID, *types.BYTES}:
            return None
        value = column.bounds[position]
        number = columnar.number(value, column.type)
        if number is None:
            return float(int.from_bytes(columnar.content(value)[:_PREFIX].ljust(_PREFIX, b"\0"), "big"))
        return number / 10**column.type.scale if column.type.kind is Kind.DECIMAL else number

    return estimate


_MEASURES: Final[Sequence[Callable[[ColumnObject], Any]]] = (
    lambda column: column.distinct,
    _bound(0),
    _bound(1),
    _type_name,
    lambda column: column.nulls,
    lambda column: column.size,
)
