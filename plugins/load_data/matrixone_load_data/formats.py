"""How data is written: separated values, or JSON objects a line."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypedDict

from matrixone.exceptions import ConfigurationError, LoadError
from matrixone.sql import EMPTY, SQL, Identifier, Literal, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from matrixone.sql import Composable
    from matrixone_load_data.sources import ClientSource

Columns = tuple[str | None, ...]
"""The column of each field of a row, None for a field that is left out."""

_NEVER = "(?!)"


class CsvOptions(TypedDict, total=False):
    """How separated values are written; see :class:`Csv`."""

    delimiter: str
    quotechar: str | None
    escapechar: str | None
    header: bool
    ignore_lines: int
    null_value: str | None


@dataclass(frozen=True, slots=True)
class Csv:
    r"""Separated values, one row a line.

    Args:
        delimiter: Between fields.
        quotechar: Around fields; doubled inside of them.
        escapechar: Before special characters. None by default, as most programs write; the server writes ``\\``.
        header: The first row holds the names of the columns.
        ignore_lines: Rows to skip at the beginning, before the header.
        null_value: A field of this text is NULL, besides ``\N`` and, in columns that hold no text, an empty one.

    Raises:
        ConfigurationError: An option no data can have.
    """

    delimiter: str = ","
    quotechar: str | None = '"'
    escapechar: str | None = None
    header: bool = False
    ignore_lines: int = 0
    null_value: str | None = None

    def __post_init__(self) -> None:
        for name, character in (("quotechar", self.quotechar), ("escapechar", self.escapechar)):
            if character is not None and (len(character) != 1 or character in self.delimiter):
                raise ConfigurationError(f"{name} is one character beside the delimiter, or None, not {character!r}")
        if not self.delimiter or (self.quotechar is not None and self.quotechar == self.escapechar):
            raise ConfigurationError("delimiter, quotechar and escapechar are different characters")
        if self.ignore_lines < 0:
            raise ConfigurationError(f"ignore_lines is 0 or more, not {self.ignore_lines}")

    @property
    def skipped(self) -> int:
        """Rows at the beginning that hold no data."""
        return self.ignore_lines + self.header

    def from_server(self, file: Composable, table: Composable, columns: Columns) -> SQL:
        """LOAD DATA of a file that the server opens."""
        return SQL("LOAD DATA INFILE {file} INTO TABLE {table}{clauses}{null}").format(
            file=file, table=table, clauses=self._clauses(columns, self.skipped), null=self._null(columns)
        )

    def from_client(self, data: Composable, table: Composable, columns: Columns) -> SQL:
        """LOAD DATA of rows that come with the statement."""
        return SQL("LOAD DATA INLINE FORMAT = 'csv', DATA = {data} INTO TABLE {table}{clauses}").format(
            data=data, table=table, clauses=self._clauses(columns, 0)
        )

    def _clauses(self, columns: Columns, skipped: int) -> Composable:
        fields = SQL(" FIELDS TERMINATED BY {delimiter} ENCLOSED BY {quote} ESCAPED BY {escape}").format(
            delimiter=Literal(self.delimiter),
            quote=Literal(self.quotechar or ""),
            escape=Literal(self.escapechar or ""),
        )
        ignore = SQL(" IGNORE {count} LINES").format(count=Literal(skipped)) if skipped else EMPTY
        return joined([fields, ignore, _column_list(columns)], "")

    def rows(self, source: ClientSource) -> Iterator[str]:
        """The rows as they are written: a quoted field may hold ends of lines."""
        quotes = _Quotes(self)
        written = self._null_written()
        row: list[str] = []
        for line in source.lines():
            row.append(line)
            if not quotes.open_after(line):
                yield written("".join(row))
                row.clear()
        if row:
            yield written("".join(row))

    def names(self, row: str) -> list[str]:
        """The names of the columns in a header."""
        single = self.delimiter[0]
        text = row.rstrip("\r\n").replace(self.delimiter, single)
        if self.quotechar is None:
            return next(csv.reader([text], delimiter=single, quoting=csv.QUOTE_NONE, escapechar=self.escapechar))
        return next(csv.reader([text], delimiter=single, quotechar=self.quotechar, escapechar=self.escapechar))

    def _null(self, columns: Columns) -> Composable:
        if self.null_value is None:
            return EMPTY
        null = Literal(self.null_value)
        template = SQL("{column} = NULLIF({column}, {null})")
        assignments = [template.format(column=Identifier(name), null=null) for name in named(columns)]
        return SQL(" SET {assignments}").format(assignments=joined(assignments))

    def _null_written(self) -> Callable[[str], str]:
        """Writes the server's NULL in place of ``null_value``; LOAD DATA INLINE ignores SET."""
        if self.null_value is None:
            return str
        quote, null = self.quotechar, self.null_value
        spellings = [null] if quote is None else [null, quote + null.replace(quote, quote * 2) + quote]
        quoted = _NEVER if quote is None else "{0}(?:[^{0}]|{0}{0})*{0}".format(re.escape(quote))
        start, nulls = rf"^|{re.escape(self.delimiter)}", "|".join(map(re.escape, spellings))
        field = re.compile(rf"(?P<start>{start})(?:(?P<null>{nulls})(?={re.escape(self.delimiter)}|\r?\n?\Z)|{quoted})")
        return lambda row: field.sub(lambda found: found[0] if found["null"] is None else found["start"] + "\\N", row)


@dataclass(frozen=True, slots=True)
class JsonLines:
    """One JSON object a line, with the names of the columns as keys."""

    header: ClassVar = False
    skipped: ClassVar = 0

    def from_server(self, file: Composable, table: Composable, columns: Columns) -> SQL:
        """LOAD DATA of a file that the server opens."""
        source = "{{'filepath' = {file}, 'format' = 'jsonline', 'jsondata' = 'object'}}"
        return SQL(f"LOAD DATA INFILE {source} INTO TABLE {{table}}{{columns}}").format(
            file=file, table=table, columns=_column_list(columns)
        )

    def from_client(self, data: Composable, table: Composable, columns: Columns) -> SQL:
        """LOAD DATA of rows that come with the statement."""
        source = "FORMAT = 'jsonline', DATA = {data}, JSONTYPE = 'object'"
        return SQL(f"LOAD DATA INLINE {source} INTO TABLE {{table}}{{columns}}").format(
            data=data, table=table, columns=_column_list(columns)
        )

    def rows(self, source: ClientSource) -> Iterator[str]:
        """The lines that hold something.

        Raises:
            LoadError: A line is no JSON object: the server would store none of the others, without a word.
        """
        for number, line in enumerate(source.lines(), 1):
            if text := line.strip():
                _check_object(text, number, source)
                yield text + "\n"


Format = Csv | JsonLines


class _Quotes:
    """Follows quoted fields from line to line."""

    def __init__(self, written: Csv) -> None:
        self._character = written.quotechar
        quote = _NEVER if written.quotechar is None else re.escape(written.quotechar)
        escaped = _NEVER if written.escapechar is None else re.escape(written.escapechar) + "."
        self._opening = re.compile(rf"{escaped}|(?P<found>(?:^|{re.escape(written.delimiter)}){quote})", re.DOTALL)
        self._closing = re.compile(rf"{escaped}|{quote}{quote}|(?P<found>{quote})", re.DOTALL)
        self._inside = False

    def open_after(self, line: str) -> bool:
        """Whether the line, which follows those given before, ends inside of a quoted field."""
        if self._character is None or self._character not in line:
            return self._inside
        position: int | None = 0
        while position is not None:
            position = _end_of_first(self._closing if self._inside else self._opening, line, position)
            self._inside ^= position is not None
        return self._inside


def named(columns: Columns) -> list[str]:
    """The columns that are loaded."""
    return [name for name in columns if name is not None]


def _end_of_first(pattern: re.Pattern[str], line: str, position: int) -> int | None:
    return next((match.end() for match in pattern.finditer(line, position) if match["found"]), None)


def _column_list(columns: Columns) -> Composable:
    fields: Iterable[Composable] = (
        SQL(f"@skipped_{number}") if name is None else Identifier(name) for number, name in enumerate(columns, 1)
    )
    return SQL(" ({fields})").format(fields=joined(fields))


def _check_object(text: str, number: int, source: ClientSource) -> None:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise LoadError(f"line {number} of {source.label} is not JSON: {error}; nothing was loaded") from None
    if not isinstance(value, dict):
        raise LoadError(f"line {number} of {source.label} is not a JSON object; nothing was loaded")
