"""LOAD DATA from files of the server, files of the client and the statement itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

from matrixone_lite.engine.api import Done, FileRequest
from matrixone_lite.engine.delimited import Shape
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import ServerError, internal, invalid_input, not_supported
from matrixone_lite.engine.files import local_path, matched
from matrixone_lite.engine.insert import Insertion
from matrixone_lite.engine.loose_keys import unchecked
from matrixone_lite.engine.records import File, FileForm, rows_of
from matrixone_lite.engine.targets import target_table
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matrixone_lite.engine.catalog import Column, Table
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Value

_KEYS: Final = {"filepath", "format", "compression", "jsondata"}
_INLINE_FORMATS: Final = {"csv", "jsonline"}
_FORMATS: Final = _INLINE_FORMATS | {"parquet"}
_JSON_SHAPES: Final = {"object", "array"}
_DUPLICATE: Final = 1062


@handles(ast.LoadData)
def load_data(session: LiteSession, statement: ast.LoadData) -> Done | Iterator[FileRequest | Done]:
    """LOAD DATA."""
    _check_options(statement)
    _, table = _target(session, statement)
    files = None if statement.local else _server_files(session, statement)
    if _format(statement) == "parquet":
        _check_parquet(statement)
    if files is None:
        return _ClientLoad(session, statement, table)
    return _load(session, statement, table, files)


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
        self._received: bytes | None = None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> FileRequest | Done:
        if self._request is None:
            self._request = FileRequest(_path(self._statement))
            return self._request
        if self._received is None:
            self._received = b"".join(self._request.content)
        return _load(self._session, self._statement, self._table, [File(self._request.path, self._received)])


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
    if kind not in _FORMATS:
        raise _invalid(f"the format '{kind}' is not supported")
    if kind == "jsonline" and "jsondata" not in options:
        raise _invalid("the jsondata must be specified")
    if kind == "jsonline" and options["jsondata"] not in _JSON_SHAPES:
        raise _invalid(f"the jsondata '{options['jsondata']}' is not supported")


def _check_parquet(statement: ast.LoadData) -> None:
    """Refuse what means nothing of Parquet files, in the order of the server."""
    shape = statement.file_format or ast.FileFormat()
    fields = (shape.terminated, shape.enclosed, shape.escaped)
    given = {
        "compression option": "compression" in dict(statement.options),
        "FIELDS option": any(one is not None for one in fields),
        "LINES option": shape.line_starting is not None or shape.line_terminated is not None,
        "IGNORE LINES": statement.ignore_lines,
    }
    for option, is_given in given.items():
        if is_given:
            raise _invalid(f"LOAD DATA with format='parquet' does not support {option}")
    missing = {
        "load parquet local": statement.local,
        "parquet load with SET clause": statement.assignments,
        "parquet load with @variables in column list": any(
            not isinstance(one, ast.Column) for one in statement.columns
        ),
    }
    for feature, is_wanted in missing.items():
        if is_wanted:
            raise ServerError(20102, f"{feature} is not yet implemented")


def _check_inline(kind: str, json_shape: str) -> None:
    if kind not in _INLINE_FORMATS:
        raise ServerError(20102, f"load format '{kind}' is not yet implemented")
    if kind == "jsonline" and json_shape not in _JSON_SHAPES:
        raise not_supported(f"the jsonline format '{json_shape}' is not supported now")


def _format(statement: ast.LoadData) -> str:
    options = dict(statement.options)
    return options.get("format", "jsonline" if "jsondata" in options else "csv").lower()


def _path(statement: ast.LoadData) -> str:
    return dict(statement.options).get("filepath") or statement.path or ""


def _server_files(session: LiteSession, statement: ast.LoadData) -> list[File]:
    if statement.data is not None:
        return [File("", statement.data.encode("utf-8", "surrogateescape"))]
    file = local_path(session, _path(statement))
    found = [file]
    if _format(statement) == "parquet":
        found = matched(file)
    if not file.is_absolute() or not found or not all(one.is_file() for one in found):
        raise invalid_input("the file does not exist in load flow")
    return [File(one.name, one.read_bytes()) for one in found]


# --- rows ------------------------------------------------------------------------------------------------------------


def _load(session: LiteSession, statement: ast.LoadData, table: Table, files: Sequence[File]) -> Done:
    fields, form = _columns(table, statement), _form(statement)
    listed = [column for column in fields if column is not None]
    rows = [row for file in files for row in rows_of(session.context, form, file, fields)]
    return Done(_insert(session, table, listed, rows))


def _form(statement: ast.LoadData) -> FileForm:
    options = dict(statement.options)
    return FileForm(
        _format(statement),
        options.get("compression", "auto").lower(),
        options.get("jsondata", options.get("jsontype", "")),
        Shape.of(statement.file_format),
        statement.ignore_lines,
        pad=statement.duplicates == "ignore",
        nullifs=_nullifs(statement),
    )


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


def _nullifs(statement: ast.LoadData) -> dict[str, str]:
    """The text that means NULL in each column: of SET, only NULLIF(column, text) has an effect, as on the server."""
    texts: dict[str, str] = {}
    for assignment in statement.assignments:
        call = assignment.value
        if isinstance(call, ast.Function) and call.name == "nullif" and isinstance(call.args[-1], ast.Literal):
            texts[assignment.column.name.lower()] = str(call.args[-1].value)
    return texts


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
