"""The rows of files, as LOAD DATA and external tables read them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import types
from matrixone_lite.engine.compression import decompressed
from matrixone_lite.engine.convert import Mode, converter
from matrixone_lite.engine.delimited import Shape, records
from matrixone_lite.engine.errors import ServerError, internal, invalid_input
from matrixone_lite.engine.parquet import reading as parquet
from matrixone_lite.engine.types import RANGES, STRINGS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from matrixone_lite.engine.catalog import Column
    from matrixone_lite.engine.context import Context
    from matrixone_lite.engine.delimited import Record
    from matrixone_lite.engine.types import Value

_TOO_LONG: Final = 1406
_KIND_NAMES: Final = {
    **{kind: name for kind, (name, _, _) in RANGES.items()},
    Kind.FLOAT: "float32",
    Kind.DOUBLE: "float64",
    Kind.DECIMAL: "decimal128",
    Kind.DATE: "Date",
    Kind.TIME: "Time",
    Kind.DATETIME: "Datetime",
    Kind.TIMESTAMP: "Timestamp",
    Kind.JSON: "json",
    Kind.UUID: "uuid",
}


@dataclass(frozen=True, slots=True)
class FileForm:
    """How files are written.

    :param format: csv, jsonline or parquet
    :param compression: as the statement says it, in lower case
    :param json_shape: object or array, of jsonline
    :param pad: lines with too few fields are filled up with NULL
    :param exact: lines with too many fields are refused
    :param nullifs: the text that means NULL, by column in lower case
    """

    format: str = "csv"
    compression: str = "auto"
    json_shape: str = ""
    shape: Shape = field(default_factory=Shape)
    ignore_lines: int = 0
    pad: bool = False
    exact: bool = True
    nullifs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class File:
    """A file with its name, which may say how it is compressed."""

    name: str
    data: bytes


def rows_of(context: Context, form: FileForm, file: File, fields: Sequence[Column | None]) -> list[list[Value]]:
    """The rows of a file, as the columns keep them.

    :param fields: the column each field of a line goes to; None for one that is skipped
    """
    columns = [column for column in fields if column is not None]
    if form.format == "parquet":
        return parquet.rows_of(file.data, columns, context)
    text = decompressed(file.data, form.compression, file.name).decode("utf-8-sig", "surrogateescape")
    lines: Iterable[Record] = (
        _json_records(text, form, fields) if form.format == "jsonline" else _csv_records(text, form)
    )
    readers = [None if column is None else _reader(column, n) for n, column in enumerate(fields)]
    empties = [None if column is None else form.nullifs.get(column.name.lower()) for column in fields]
    rows = []
    for number, record in enumerate(lines, 1):
        values = _fitted(record, len(fields), number, form)
        rows.append(
            [
                read(None if value == empty and empty is not None else value, number)
                for read, value, empty in zip(readers, values, empties, strict=True)
                if read is not None
            ]
        )
    return rows


def _fitted(record: Record, width: int, number: int, form: FileForm) -> Record:
    if len(record) == width:
        return record
    if form.pad and len(record) < width:
        return [*record, *[None] * (width - len(record))]
    if len(record) > width and not form.exact:
        return record[:width]
    wrong = "not equal to" if form.exact else "less than"
    raise invalid_input(f"the data of row {number} contained is {wrong} input columns")


def _reader(column: Column, position: int) -> Callable[[str | None, int], Value]:
    """How a field becomes a value of a column; an empty field is NULL but for strings."""
    convert = converter(types.VARCHAR, column.type, Mode.STORE)
    text_like = column.type.kind in STRINGS or column.type.kind in types.BYTES

    def read(field: str | None, row: int) -> Value:
        if field is None or (not field and not text_like):
            return None
        if convert is None:
            return field
        try:
            return convert(field if text_like else field.strip())
        except ServerError as error:
            raise _refused(error, column, position, field, row) from None

    return read


def _refused(error: ServerError, column: Column, position: int, field: str, row: int) -> ServerError:
    if error.errno == _TOO_LONG:
        return internal(f"Data too long for column '{column.name}' at row {row}")
    if column.type.kind is Kind.BOOL:
        return invalid_input(f"'{field}' is not a valid bool expression")
    name = _KIND_NAMES.get(column.type.kind)
    return error if name is None else internal(f"the input value '{field}' is not {name} type for column {position}")


def _csv_records(text: str, form: FileForm) -> Iterator[Record]:
    for number, record in enumerate(records(text, form.shape)):
        if number >= form.ignore_lines:
            yield record


def _json_records(text: str, form: FileForm, columns: Sequence[Column | None]) -> list[Record]:
    """JSON lines as records of the columns; a text with a line that is no JSON has no records, as on the server."""
    lines = [line for line in text.split("\n") if line.strip()][form.ignore_lines :]
    try:
        parsed = [json.loads(line) for line in lines]
    except ValueError:
        return []
    return [_json_record(value, columns, objects=form.json_shape == "object") for value in parsed]


def _json_record(value: Any, columns: Sequence[Column | None], *, objects: bool) -> Record:
    if objects != isinstance(value, dict) or not isinstance(value, dict | list):
        raise invalid_input("not a object" if objects else "not a array")
    if isinstance(value, dict):
        value = _members(value, [column.name for column in columns if column is not None])
    if len(value) < len(columns):
        raise internal("the table column is larger than input data column")
    return [_json_text(item) for item in value[: len(columns)]]


def _members(given: dict[str, Any], names: Sequence[str]) -> list[Any]:
    """The members of an object in the order of the columns; any, if there are not enough."""
    if len(given) < len(names):
        return list(given.values())
    missing = next((name for name in names if name not in given), None)
    if missing is not None:
        raise invalid_input(f"the attr {missing} is not in json")
    return [given[name] for name in names]


def _json_text(item: Any) -> str | None:
    return item if item is None or isinstance(item, str) else json.dumps(item, ensure_ascii=False)
