"""LOAD DATA … 'format'='parquet': which column of a file goes into which of a table, and as what."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import json_text, vectors
from matrixone_lite.engine.errors import ServerError, internal, invalid_input
from matrixone_lite.engine.parquet.arrow import arrow
from matrixone_lite.engine.parquet.values import TEMPORAL, reader
from matrixone_lite.engine.types import BYTES, FLOATS, INTEGERS, STRINGS, VECTORS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

    from matrixone_lite.engine.catalog import Column
    from matrixone_lite.engine.context import Context
    from matrixone_lite.engine.types import Type, Value

_TEXT: Final = frozenset({"text"})
_SCALARS: Final = {"bool", "int", "float", "text", "decimal"}
_TAKEN: Final[dict[Kind, AbstractSet[str]]] = {
    **dict.fromkeys(STRINGS | BYTES | {Kind.JSON, Kind.DECIMAL, Kind.BOOL}, _SCALARS | TEMPORAL),
    **dict.fromkeys(INTEGERS | FLOATS | {Kind.SET}, _SCALARS),
    **dict.fromkeys(VECTORS, _TEXT),
    Kind.DATE: {"date", "timestamp", "text"},
    Kind.TIME: {"int", "time", "timestamp", "text"},
    Kind.DATETIME: {"date", "time", "timestamp", "text"},
    Kind.TIMESTAMP: {"date", "timestamp", "text"},
    Kind.ENUM: {"int", "text"},
    Kind.UUID: _TEXT,
    Kind.BIT: {"bool", "int", "text"},
}
"""What kinds of values of a file each type takes."""

_FLOAT32_BITS: Final = 32


def rows_of(data: bytes, columns: Sequence[Column], context: Context) -> list[list[Value]]:
    """The rows of a file, as the columns of a table keep them.

    :raises ServerError: 20301 for a column the file lacks, 20102 where a type does not go into a column, 20101 for a
        file that is none, and whatever a value is refused with
    """
    file = _opened(data)
    schema = file.schema_arrow
    found = [_position(schema.names, column.name) for column in columns]
    if not file.metadata.num_rows:
        return []
    readers = [
        _reader(schema.field(n).type, column, _described(file, n, schema.field(n)), context)
        for n, column in zip(found, columns, strict=True)
    ]
    table = file.read()
    values = [table.column(n).to_pylist() for n in found]
    for column, given in zip(columns, values, strict=True):
        if not column.nullable and None in given:
            raise ServerError(3819, "constraint violation: cannot load NULL value into NOT NULL column")
    read = [
        [None if value is None else reader(value, number) for number, value in enumerate(given)]
        for reader, given in zip(readers, values, strict=True)
    ]
    return [list(row) for row in zip(*read, strict=True)]


def _opened(data: bytes) -> Any:
    pa = arrow()
    magic = data[:4]
    reason = ""
    if len(magic) < 4:  # noqa: PLR2004 - the length of PAR1
        reason = f"reading magic header of parquet file: {'unexpected EOF' if magic else 'EOF'}"
    elif magic != b"PAR1":
        reason = f'invalid magic header of parquet file: "{magic.decode(errors="replace")}"'
    else:
        try:
            return arrow(".parquet").ParquetFile(io.BytesIO(data), coerce_int96_timestamp_unit="us")
        except pa.ArrowInvalid as error:
            reason = str(error)
    raise internal(f"convert go error to mo error {reason}")


def _position(names: Sequence[str], wanted: str) -> int:
    same = [n for n, name in enumerate(names) if name.lower() == wanted.lower()]
    if len(same) > 1:
        listed = " and ".join(names[n] for n in same)
        raise invalid_input(f"ambiguous column name {wanted}: multiple columns match case-insensitively ({listed})")
    if not same:
        raise invalid_input(f"column {wanted} not found")
    return same[0]


# --- types -----------------------------------------------------------------------------------------------------------


def _family(type_: Any) -> str:
    """What kind of values an Arrow type has; empty for one that has none."""
    tests = arrow(".types")
    if tests.is_dictionary(type_):
        type_ = type_.value_type
    for family, names in _FAMILIES.items():
        if any(getattr(tests, f"is_{name}")(type_) for name in names):
            return family
    return ""


_FAMILIES: Final = {
    "bool": ("boolean",),
    "int": ("integer",),
    "float": ("floating",),
    "decimal": ("decimal",),
    "date": ("date",),
    "time": ("time",),
    "timestamp": ("timestamp",),
    "text": ("string", "large_string", "binary", "large_binary", "fixed_size_binary"),
    "nested": ("list", "large_list", "fixed_size_list", "struct", "map"),
}


def _reader(type_: Any, column: Column, described: str, context: Context) -> Callable[[Any, int], Value]:
    target, family = column.type, _family(type_)
    if family == "nested":
        return _nested_reader(type_, column, described)
    if family not in _TAKEN.get(target.kind, ()):
        raise _not_loadable(described, column)
    return reader(family, type_, target, context)


def _nested_reader(type_: Any, column: Column, described: str) -> Callable[[Any, int], Value]:
    kind, tests = column.type.kind, arrow(".types")
    if kind in VECTORS:
        if not tests.is_list(type_) or not tests.is_floating(type_.value_type):
            raise _not_loadable(described, column)
        size = column.type.length
        return lambda value, _row: vectors.fitting(vectors.pack(value, kind), kind, size)
    if kind is not Kind.JSON and kind not in STRINGS:
        raise invalid_input(
            f"parquet nested column {column.name} must map to JSON or TEXT type, got {_named(column.type)}"
        )
    pairs = tests.is_map(type_)
    return lambda value, _row: json_text.normalize(json.dumps(dict(value) if pairs else value, default=str))


def _not_loadable(described: str, column: Column) -> ServerError:
    return ServerError(20102, f"load {described} to {_named(column.type)} NULL is not yet implemented")


def _named(type_: Type) -> str:
    return "BIGINT UNSIGNED" if type_.kind is Kind.SET else type_.named


def _described(file: Any, position: int, field: Any) -> str:
    """A column's type as the server's errors name it."""
    tests = arrow(".types")
    use = "optional" if field.nullable else "required"
    nested = {"LIST": tests.is_list, "MAP": tests.is_map, "group": tests.is_struct}
    for name, test in nested.items():
        if test(field.type):
            return f"{name}({use})"
    leaf = next(
        leaf
        for leaf in map(file.schema.column, range(len(file.schema)))
        if leaf.path == file.schema_arrow.names[position]
    )
    logical = json.loads(leaf.logical_type.to_json())
    match logical["Type"]:
        case "Int":
            name = f"INT({logical['bitWidth']},{str(logical['isSigned']).lower()})"
        case "Decimal":
            name = f"DECIMAL({logical['precision']},{logical['scale']})"
        case "Time" | "Timestamp" as kind:
            unit = {"milliseconds": "MILLIS", "microseconds": "MICROS", "nanoseconds": "NANOS"}[logical["timeUnit"]]
            name = f"{kind.upper()}(isAdjustedToUTC={str(logical['isAdjustedToUTC']).lower()},unit={unit})"
        case "None":
            size = f"({leaf.length})" if leaf.physical_type == "FIXED_LEN_BYTE_ARRAY" else ""
            name = leaf.physical_type + size
        case kind:
            name = kind.upper()
    return f"{name}({use})"
