"""Packets a server sends after the login, as bytes."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from matrixone_lite.engine.api import Cell, Column, ServerError
from matrixone_lite.wire.constants import Capability
from matrixone_lite.wire.data import integer, lenenc_bytes, lenenc_integer

OK, EOF, ERR, LOCAL_INFILE, NULL = b"\x00", b"\xfe", b"\xff", b"\xfb", b"\xfb"
FIXED_FIELDS_SIZE = 12
MAX_MESSAGE_SIZE = 8192
MAX_WARNINGS = 0xFFFF


def ok(status: int, affected_rows: int = 0, last_insert_id: int = 0, warnings: int = 0, info: str = "") -> bytes:
    """A statement succeeded and has no rows."""
    return OK + _ok_body(status, affected_rows, last_insert_id, warnings, info)


def end_of_rows(capabilities: Capability, status: int, warnings: int = 0) -> bytes:
    """The rows of a result set have ended."""
    if capabilities & Capability.DEPRECATE_EOF:
        return EOF + _ok_body(status, 0, 0, warnings, "")
    return eof(status, warnings)


def eof(status: int, warnings: int = 0) -> bytes:
    """A list of packets has ended, in the form older than DEPRECATE_EOF."""
    return EOF + integer(min(warnings, MAX_WARNINGS), 2) + integer(status, 2)


def error(failure: ServerError) -> bytes:
    """A statement or a login failed."""
    message = failure.message.encode("utf-8", "surrogateescape")[:MAX_MESSAGE_SIZE]
    return ERR + integer(failure.errno, 2) + b"#" + failure.sqlstate.encode() + message


def local_infile(path: str) -> bytes:
    """The client is asked to send a file."""
    return LOCAL_INFILE + path.encode("utf-8", "surrogateescape")


def column_count(count: int) -> bytes:
    """A result set of so many columns follows."""
    return lenenc_integer(count)


@lru_cache(maxsize=1024)
def column_definition(column: Column) -> bytes:
    """The name and type of a column or a parameter; the same ones are asked for again and again."""
    names = ("def", column.database, column.table, column.org_table, column.name, column.org_name)
    return b"".join(
        (
            *(lenenc_bytes(name.encode("utf-8", "surrogateescape")) for name in names),
            integer(FIXED_FIELDS_SIZE, 1),
            integer(column.charset, 2),
            integer(column.length, 4),
            integer(column.type_code, 1),
            integer(column.flags, 2),
            integer(column.decimals, 1),
            bytes(2),
        )
    )


def field_definition(column: Column) -> bytes:
    """A column in the answer to COM_FIELD_LIST, which adds a default value; it is always given as unknown."""
    return column_definition(column) + NULL


def column_definitions(columns: Sequence[Column], capabilities: Capability, status: int) -> Iterable[bytes]:
    """The definitions of columns and what ends them."""
    yield from map(column_definition, columns)
    if not capabilities & Capability.DEPRECATE_EOF:
        yield eof(status)


def text_row(row: Sequence[Cell]) -> bytes:
    """One row, every value as text."""
    return b"".join([NULL if cell is None else lenenc_integer(len(cell)) + cell for cell in row])


def prepared(statement_id: int, columns: int, parameters: int, warnings: int = 0) -> bytes:
    """A statement was prepared; the definitions of its parameters and columns follow."""
    counts = integer(statement_id, 4) + integer(columns, 2) + integer(parameters, 2)
    return OK + counts + bytes(1) + integer(min(warnings, MAX_WARNINGS), 2)


def _ok_body(status: int, affected_rows: int, last_insert_id: int, warnings: int, info: str) -> bytes:
    numbers = lenenc_integer(affected_rows) + lenenc_integer(last_insert_id)
    return numbers + integer(status, 2) + integer(min(warnings, MAX_WARNINGS), 2) + info.encode("utf-8", "replace")
