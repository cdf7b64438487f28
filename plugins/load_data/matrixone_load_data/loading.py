"""The way of the rows into the table: straight, or through a temporary table where keys have to be checked."""

from __future__ import annotations

import contextlib
import itertools
import uuid
from typing import TYPE_CHECKING, Any

from matrixone.exceptions import ConfigurationError, IntegrityError, LoadError, QueryError
from matrixone.querylog import statement_context
from matrixone_load_data.formats import Csv, named
from matrixone_load_data.model import LoadResult, checked_columns
from matrixone_load_data.operations import (
    CreateStaging,
    DropStaging,
    LoadFile,
    LoadText,
    MoveRows,
    ReadColumns,
    ReadKeys,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matrixone.managers import ManagerSession
    from matrixone_load_data.formats import Columns, Format, ServerFormat
    from matrixone_load_data.model import Conflicts, Progress
    from matrixone_load_data.operations import Column, Table
    from matrixone_load_data.sources import ClientSource, ServerFile

_PIECE = 1 << 20
_RECORDS = 500
_LARGEST = 15 << 20
"""Characters in one statement; the server takes 64 MiB, and a character has up to four bytes."""


class ClientData:
    """Data that is read here and sent in pieces.

    Attributes:
        columns: The column of each field; None where neither the caller nor a header names them.
        at_once: One statement loads all of it, or none.

    Args:
        source: Where it comes from.
        format: How it is written.
        columns: The column of each field, if the caller named them.
        whole: All of it has to go in one statement.

    Raises:
        LoadError: It cannot be read; or it is too large to go in one statement.
        ConfigurationError: The header is missing or names no columns.
    """

    def __init__(self, source: ClientSource, format: Format, columns: Columns | None, *, whole: bool) -> None:  # noqa: A002
        self._format = format
        format.check_client()
        rows = format.rows(source)
        beginning = list(itertools.islice(rows, format.skipped))
        if format.header and len(beginning) < format.skipped:
            raise ConfigurationError(f"{source.label} has no header")
        if columns is None and isinstance(format, Csv) and format.header:
            columns = checked_columns(format.names(beginning[-1]))
        self.columns = columns
        self._pieces = _pieces(rows, _LARGEST if whole else _PIECE)
        self._first = list(itertools.islice(self._pieces, 2))
        self.at_once = len(self._first) < 2  # noqa: PLR2004 - no second piece
        if whole and not self.at_once:
            raise LoadError(f"{source.label} is too large to be loaded unchecked from here; nothing was sent")

    def load(self, session: ManagerSession, table: Table, columns: Columns) -> Iterator[int]:
        """Load it into a table: the number of rows of each statement."""
        for piece in itertools.chain(self._first, self._pieces):
            yield session.run(LoadText(table, self._format, columns, piece)).value


class ServerData:
    """Data that the server reads.

    Args:
        file: The file.
        format: How it is written.
        columns: The column of each field, if the caller named them.

    Raises:
        ConfigurationError: Its header would have to name the columns.
    """

    at_once = True

    def __init__(self, file: ServerFile, format: ServerFormat, columns: Columns | None) -> None:  # noqa: A002
        if format.header and columns is None:
            raise ConfigurationError("the header of a file that the server reads is not known here; name the columns")
        self.columns = columns
        self._file = file
        self._format = format

    def load(self, session: ManagerSession, table: Table, columns: Columns) -> Iterator[int]:
        """Load it into a table: the number of rows."""
        yield session.run(LoadFile(table, self._format, columns, self._file)).value


class Records:
    """Rows of values: they are bound, as those of every INSERT.

    Attributes:
        columns: The column of each value.
        at_once: One statement inserts all of them, or none.

    Args:
        columns: The column of each value, None for one that is left out.
        rows: The values.
    """

    def __init__(self, columns: Columns, rows: Iterable[Sequence[Any]]) -> None:
        self.columns = columns
        self._rows = iter(rows)
        self._first = list(itertools.islice(self._rows, _RECORDS + 1))
        self.at_once = len(self._first) <= _RECORDS

    def load(self, session: ManagerSession, table: Table, columns: Columns) -> Iterator[int]:
        """Insert them into a table: the number of rows of each statement."""
        name = ".".join("`" + part.replace("`", "``") + "`" for part in table)
        rows = itertools.chain(self._first, self._rows)
        while chunk := list(itertools.islice(rows, _RECORDS)):
            records = [
                {column: value for column, value in zip(columns, row, strict=True) if column is not None}
                for row in chunk
            ]
            try:
                with statement_context(operation="load_data.insert"):
                    inserted = int(session.batch_insert(name, records).affected_rows)
            except (TypeError, ValueError) as error:
                raise LoadError(f"a value cannot be loaded: {error}; nothing was loaded") from error
            yield inserted


Data = ClientData | ServerData | Records


def load(
    session: ManagerSession, table: Table, data: Data, conflicts: Conflicts, progress: Progress | None = None
) -> LoadResult:
    """Load data into a table, all of it or nothing.

    Raises:
        IntegrityError: A constraint is violated.
        LoadError: The data does not fit the table, or cannot be read.
    """
    known = {column.name.lower(): column for column in session.run(ReadColumns(table)).value}
    columns = data.columns or tuple(column.name for column in known.values() if not column.generated)
    loaded = _known(named(columns), known, table)
    keys = frozenset() if conflicts == "unchecked" else session.run(ReadKeys(table)).value
    if data.at_once and not keys:
        rows = _load(session, data, table, columns, progress)
        return LoadResult(rows, rows)
    staging = (*table[:-1], f"load_{uuid.uuid4().hex}")
    session.run(CreateStaging(staging, table, loaded))
    with _dropping(session, staging):
        rows = _load(session, data, staging, columns, progress)
        move = _move(staging, table, tuple(named(columns)), conflicts, {key.lower() for key in keys})
        moved = session.run(move).value
        return LoadResult(rows, rows if move.update else moved)


def _load(session: ManagerSession, data: Data, table: Table, columns: Columns, progress: Progress | None) -> int:
    """The number of rows; what the server has against them is a LoadError, a violated constraint an IntegrityError."""
    rows = 0
    try:
        for loaded in data.load(session, table, columns):
            rows += loaded
            if progress is not None:
                progress(rows)
    except QueryError as error:
        lasting = error.retryable or isinstance(error, (IntegrityError, LoadError))
        failure = error if lasting else error.recast(LoadError)
        if rows:
            failure.add_note(f"rows are counted from row {rows + 1} of the data")
        raise failure from (error.__cause__ if lasting else error)
    return rows


def _move(staging: Table, table: Table, columns: tuple[str, ...], conflicts: Conflicts, keys: set[str]) -> MoveRows:
    if conflicts != "update":
        return MoveRows(staging, table, columns, ignore=conflicts == "ignore")
    update = tuple(name for name in columns if name.lower() not in keys)
    return MoveRows(staging, table, columns, ignore=not update, update=update)


@contextlib.contextmanager
def _dropping(session: ManagerSession, staging: Table) -> Iterator[None]:
    """Drop the temporary table after the block; where the transaction is lost, the server has."""
    try:
        yield
    except QueryError as error:
        if not error.transaction_lost:
            session.run(DropStaging(staging))
        raise
    except Exception:  # of the caller's rows or progress callback
        session.run(DropStaging(staging))
        raise
    session.run(DropStaging(staging))


def _known(names: list[str], known: dict[str, Column], table: Table) -> tuple[Column, ...]:
    if unknown := [name for name in names if name.lower() not in known]:
        raise LoadError(f"table {'.'.join(table)!r} has no column {', '.join(map(repr, unknown))}; nothing was loaded")
    return tuple(known[name.lower()] for name in names)


def _pieces(rows: Iterator[str], size: int) -> Iterator[str]:
    """Rows put together to texts of about a size, never above it unless a row is."""
    piece: list[str] = []
    length = 0
    for row in rows:
        if piece and length + len(row) > size:
            yield "".join(piece)
            piece, length = [], 0
        piece.append(row)
        length += len(row)
    if piece:
        yield "".join(piece)
