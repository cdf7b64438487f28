"""LOAD DATA from files of the server, files of the client and the statement itself."""

from __future__ import annotations

import bz2
import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any, Final, Self

from matrixone_lite.engine import types
from matrixone_lite.engine.api import Done, FileRequest
from matrixone_lite.engine.convert import Mode, converter
from matrixone_lite.engine.delimited import Shape, records
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import ServerError, internal, invalid_input, not_supported, unsupported
from matrixone_lite.engine.files import local_path
from matrixone_lite.engine.insert import Insertion
from matrixone_lite.engine.loose_keys import unchecked
from matrixone_lite.engine.targets import target_table
from matrixone_lite.engine.types import RANGES, STRINGS, Kind
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from matrixone_lite.engine.catalog import Column, Table
    from matrixone_lite.engine.delimited import Record
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Value

_KEYS: Final = {"filepath", "format", "compression", "jsondata"}
_FORMATS: Final = {"csv", "jsonline"}
_JSON_SHAPES: Final = {"object", "array"}
_DUPLICATE: Final = 1062
_TOO_LONG: Final = 1406
_GZIP, _BZIP2 = b"\x1f\x8b", b"BZh"
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


@handles(ast.LoadData)
def load_data(session: LiteSession, statement: ast.LoadData) -> Done | Iterator[FileRequest | Done]:
    """LOAD DATA."""
    _check_options(statement)
    _, table = _target(session, statement)
    if statement.local:
        return _ClientLoad(session, statement, table)
    return _load(session, statement, table, _server_text(session, statement))


def _target(session: LiteSession, statement: ast.LoadData) -> tuple[Any, Table]:
    try:
        return target_table(session, statement.table)
    except ServerError as error:
        if error.message.startswith("internal error: cannot insert/update/delete from"):
            raise invalid_input(error.message.removeprefix("internal error: ")) from None
        raise


class _ClientLoad:
    """Asks for the client's file first; after that each step loads it, again if a lock was in the way."""

    def __init__(self, session: LiteSession, statement: ast.LoadData, table: Table) -> None:
        self._session = session
        self._statement = statement
        self._table = table
        self._request: FileRequest | None = None
        self._received: str | None = None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> FileRequest | Done:
        if self._request is None:
            self._request = FileRequest(_path(self._statement))
            return self._request
        if self._received is None:
            self._received = _text(b"".join(self._request.content), self._statement)
        return _load(self._session, self._statement, self._table, self._received)


# --- options and sources ---------------------------------------------------------------------------------------------


def _invalid(text: str) -> ServerError:
    return ServerError(20300, f"invalid configuration: {text}")


def _check_options(statement: ast.LoadData) -> None:
    if statement.data is not None:
        _check_inline(_format(statement), dict(statement.options).get("jsontype", ""))
        return
    options, kind = dict(statement.options), _format(statement)
    unknown = next((key for key in options if key not in _KEYS), None)
    if unknown is not None:
        raise _invalid(f"the keyword '{unknown}' is not support")
    if not _path(statement):
        raise _invalid("the filepath must be specified")
    if kind == "parquet":
        raise unsupported("LOAD DATA of parquet files")
    if kind not in _FORMATS:
        raise _invalid(f"the format '{kind}' is not supported")
    if kind == "jsonline" and "jsondata" not in options:
        raise _invalid("the jsondata must be specified")
    if kind == "jsonline" and options["jsondata"] not in _JSON_SHAPES:
        raise _invalid(f"the jsondata '{options['jsondata']}' is not supported")


def _check_inline(kind: str, json_shape: str) -> None:
    if kind not in _FORMATS:
        raise ServerError(20102, f"load format '{kind}' is not yet implemented")
    if kind == "jsonline" and json_shape not in _JSON_SHAPES:
        raise not_supported(f"the jsonline format '{json_shape}' is not supported now")


def _format(statement: ast.LoadData) -> str:
    options = dict(statement.options)
    return options.get("format", "jsonline" if "jsondata" in options else "csv").lower()


def _path(statement: ast.LoadData) -> str:
    return dict(statement.options).get("filepath") or statement.path or ""


def _server_text(session: LiteSession, statement: ast.LoadData) -> str:
    if statement.data is not None:
        return statement.data
    file = local_path(session, _path(statement))
    if not file.is_absolute() or not file.is_file():
        raise invalid_input("the file does not exist in load flow")
    return _text(file.read_bytes(), statement)


def _text(data: bytes, statement: ast.LoadData) -> str:
    kind = dict(statement.options).get("compression", "auto").lower()
    if kind not in {"auto", "none", "", "gzip", "gz", "bzip2", "bz2"}:
        raise internal(f"the compress type '{kind}' is not support now")
    try:
        if kind in {"gzip", "gz"} or (kind == "auto" and data.startswith(_GZIP)):
            data = gzip.decompress(data)
        elif kind in {"bzip2", "bz2"} or (kind == "auto" and data.startswith(_BZIP2)):
            data = bz2.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise internal(str(error)) from None
    return data.decode("utf-8-sig", "surrogateescape")


# --- rows ------------------------------------------------------------------------------------------------------------


def _load(session: LiteSession, statement: ast.LoadData, table: Table, text: str) -> Done:
    columns = _columns(table, statement)
    fields = (
        _json_records(text, statement, columns) if _format(statement) == "jsonline" else _csv_records(text, statement)
    )
    listed = [column for column in columns if column is not None]
    readers = [None if column is None else _reader(column, n) for n, column in enumerate(columns)]
    empties = _nullifs(statement, columns)
    rows = []
    for number, record in enumerate(fields, 1):
        values = _fitted(record, len(columns), number, pad=statement.duplicates == "ignore")
        rows.append(
            [
                read(None if value == empty and empty is not None else value, number)
                for read, value, empty in zip(readers, values, empties, strict=True)
                if read is not None
            ]
        )
    return Done(_insert(session, table, listed, rows))


def _columns(table: Table, statement: ast.LoadData) -> list[Column | None]:
    """The column each field goes to; None for a field that is skipped."""
    if not statement.columns:
        return [column for column in table.columns if column.generated is None]
    found: list[Column | None] = []
    for written in statement.columns:
        if not isinstance(written, ast.Column):
            found.append(None)
        elif written.name.lower() not in table.by_name:
            raise internal(f"column '{written.name}' does not exist")
        else:
            found.append(table.by_name[written.name.lower()])
    return found


def _nullifs(statement: ast.LoadData, columns: Sequence[Column | None]) -> list[str | None]:
    """The text that means NULL in each field: of SET, only NULLIF(column, text) has an effect, as on the server."""
    texts: dict[str, str] = {}
    for assignment in statement.assignments:
        call = assignment.value
        if isinstance(call, ast.Function) and call.name == "nullif" and isinstance(call.args[-1], ast.Literal):
            texts[assignment.column.name.lower()] = str(call.args[-1].value)
    return [None if column is None else texts.get(column.name.lower()) for column in columns]


def _fitted(record: Record, width: int, number: int, *, pad: bool) -> Record:
    if len(record) == width:
        return record
    if pad and len(record) < width:
        return [*record, *[None] * (width - len(record))]
    raise invalid_input(f"the data of row {number} contained is not equal to input columns")


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


def _insert(session: LiteSession, table: Table, columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> int:
    """Insert rows, duplicates of keys included; LAST_INSERT_ID() stays."""
    generated_before = session.context.last_insert_id
    connection = session.connection
    connection.run("SAVEPOINT load")
    try:
        return _insert_checked(session, table, columns, rows)
    except ServerError as error:
        if error.errno != _DUPLICATE:
            raise
        connection.run("ROLLBACK TO load")
        with unchecked(session, table):
            return _insert_checked(session, table, columns, rows)
    finally:
        if connection.in_transaction:  # an interrupted write has ended it
            connection.run("RELEASE load")
        session.context.last_insert_id = generated_before


def _insert_checked(
    session: LiteSession, table: Table, columns: Sequence[Column], rows: Sequence[Sequence[Value]]
) -> int:
    statement = ast.Insert(ast.Table(ast.Name(table.name)))
    result = Insertion(session, table, statement).run(columns, rows, "")
    return result.affected_rows if isinstance(result, Done) else 0


# --- formats ---------------------------------------------------------------------------------------------------------


def _csv_records(text: str, statement: ast.LoadData) -> Iterator[Record]:
    for number, record in enumerate(records(text, Shape.of(statement.file_format))):
        if number >= statement.ignore_lines:
            yield record


def _json_records(text: str, statement: ast.LoadData, columns: Sequence[Column | None]) -> list[Record]:
    """JSON lines as records of the columns; a text with a line that is no JSON has no records, as on the server."""
    lines = [line for line in text.split("\n") if line.strip()][statement.ignore_lines :]
    try:
        parsed = [json.loads(line) for line in lines]
    except ValueError:
        return []
    options = dict(statement.options)
    objects = options.get("jsondata", options.get("jsontype")) == "object"
    return [_json_record(value, columns, objects=objects) for value in parsed]


def _json_record(value: Any, columns: Sequence[Column | None], *, objects: bool) -> Record:
    if objects != isinstance(value, dict) or not isinstance(value, dict | list):
        raise invalid_input("not a object" if objects else "not a array")
    if isinstance(value, dict):
        names = [column.name for column in columns if column is not None]
        items = [value[name] for name in names if name in value]
    else:
        items = value[: len(columns)]
    if len(items) < len(columns):
        raise internal("the table column is larger than input data column")
    return [_json_text(item) for item in items]


def _json_text(item: Any) -> str | None:
    return item if item is None or isinstance(item, str) else json.dumps(item, ensure_ascii=False)
