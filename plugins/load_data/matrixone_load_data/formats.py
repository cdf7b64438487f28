"""How data is written: separated values, or JSON objects a line."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypedDict

from matrixone.exceptions import ConfigurationError, LoadError
from matrixone.sql import EMPTY, SQL, Identifier, Literal, joined
from matrixone_load_data.structures import JsonDataStructure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from matrixone.sql import Composable
    from matrixone_load_data.sources import ClientSource, ServerFile

Columns = tuple[str | None, ...]
"""The column of each field of a row, None for a field that is left out."""

_NEVER = "(?!)"
_NULLIF = re.compile(r"NULLIF\(\s*[@`]?(?P<column>\w+)`?\s*,\s*'(?P<null>(?:[^'\\]|'')*)'\s*\)", re.IGNORECASE)


class CsvOptions(TypedDict, total=False):
    """How separated values are written; see :class:`Csv`."""

    delimiter: str
    quotechar: str | None
    escapechar: str | None
    header: bool
    ignore_lines: int
    null_value: str | None
    line_start: str | None
    line_end: str | None
    optionally_enclosed: bool
    set_clause: Mapping[str, str] | None


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
        line_start: What every row begins with, in a file that the server reads.
        line_end: What every row ends with, in a file that the server reads; a line feed if left out.
        optionally_enclosed: Say to the server that not all fields are in quotes; they need not be in any case.
        set_clause: ``{"column": "NULLIF(column, 'text')"}``, for a file that the server reads.

    Raises:
        ConfigurationError: An option no data can have.
    """

    delimiter: str = ","
    quotechar: str | None = '"'
    escapechar: str | None = None
    header: bool = False
    ignore_lines: int = 0
    null_value: str | None = None
    line_start: str | None = None
    line_end: str | None = None
    optionally_enclosed: bool = False
    set_clause: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        for name, character in (("quotechar", self.quotechar), ("escapechar", self.escapechar)):
            if character is not None and (len(character) != 1 or character in self.delimiter):
                raise ConfigurationError(f"{name} is one character beside the delimiter, or None, not {character!r}")
        if not self.delimiter or (self.quotechar is not None and self.quotechar == self.escapechar):
            raise ConfigurationError("delimiter, quotechar and escapechar are different characters")
        if self.ignore_lines < 0:
            raise ConfigurationError(f"ignore_lines is 0 or more, not {self.ignore_lines}")
        if self.line_start == "" or self.line_end == "":
            raise ConfigurationError("line_start and line_end are texts with at least one character")
        self._nulls(())

    def check_client(self) -> None:
        """Refuse what only the server can do, with its own files.

        Raises:
            ConfigurationError: There is such an option.
        """
        if self.line_start is not None or self.line_end not in (None, "\n", "\r\n") or self.set_clause:
            raise ConfigurationError(
                "line_start, line_end and set_clause are for files that the server reads (local=False, stage://)"
            )

    @property
    def skipped(self) -> int:
        """Rows at the beginning that hold no data."""
        return self.ignore_lines + self.header

    def from_server(self, file: ServerFile, table: Composable, columns: Columns) -> SQL:
        """LOAD DATA of a file that the server opens."""
        source = file.with_properties(format="csv") if file.is_compressed else Literal(file.path)
        return SQL("LOAD DATA INFILE {file} INTO TABLE {table}{clauses}{null}{parallel}").format(
            file=source,
            table=table,
            clauses=self._clauses(columns, self.skipped),
            null=self._null(columns),
            parallel=file.parallel_clause,
        )

    def from_client(self, data: Composable, table: Composable, columns: Columns) -> SQL:
        """LOAD DATA of rows that come with the statement."""
        return SQL("LOAD DATA INLINE FORMAT = 'csv', DATA = {data} INTO TABLE {table}{clauses}").format(
            data=data, table=table, clauses=self._clauses(columns, 0)
        )

    def _clauses(self, columns: Columns, skipped: int) -> Composable:
        enclosed = "OPTIONALLY ENCLOSED" if self.optionally_enclosed else "ENCLOSED"
        fields = SQL(f" FIELDS TERMINATED BY {{delimiter}} {enclosed} BY {{quote}} ESCAPED BY {{escape}}").format(
            delimiter=Literal(self.delimiter),
            quote=Literal(self.quotechar or ""),
            escape=Literal(self.escapechar or ""),
        )
        ignore = SQL(" IGNORE {count} LINES").format(count=Literal(skipped)) if skipped else EMPTY
        return joined([fields, self._lines(), ignore, _column_list(columns)], "")

    def _lines(self) -> Composable:
        parts = [
            SQL(f" {words} {{text}}").format(text=Literal(text))
            for words, text in (("STARTING BY", self.line_start), ("TERMINATED BY", self.line_end))
            if text not in (None, "\n")
        ]
        return joined([SQL(" LINES"), *parts], "") if parts else EMPTY

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
        template = SQL("{column} = NULLIF({column}, {null})")
        assignments = [
            template.format(column=Identifier(name), null=Literal(null)) for name, null in self._nulls(columns).items()
        ]
        return SQL(" SET {assignments}").format(assignments=joined(assignments)) if assignments else EMPTY

    def _nulls(self, columns: Columns) -> dict[str, str]:
        """What stands for NULL, by column.

        Raises:
            ConfigurationError: Another expression than NULLIF: the server would store NULL in every row.
        """
        nulls = {} if self.null_value is None else dict.fromkeys(named(columns), self.null_value)
        for name, expression in (self.set_clause or {}).items():
            found = _NULLIF.fullmatch(expression.strip())
            if found is None or found["column"].lower() != name.lower():
                raise ConfigurationError(
                    f"set_clause is NULLIF({name}, 'text') only, not {expression!r}: the server would store NULL"
                )
            nulls[name] = found["null"].replace("''", "'")
        return nulls

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
    """One JSON value a line.

    Args:
        structure: An object, with the names of the columns as keys, or an array, with values in their order.
    """

    header: ClassVar = False
    skipped: ClassVar = 0

    structure: JsonDataStructure = JsonDataStructure.OBJECT

    def check_client(self) -> None:
        """There is nothing that only the server can do."""

    def from_server(self, file: ServerFile, table: Composable, columns: Columns) -> SQL:
        """LOAD DATA of a file that the server opens."""
        return SQL("LOAD DATA INFILE {file} INTO TABLE {table}{columns}{parallel}").format(
            file=file.with_properties(format="jsonline", jsondata=str(self.structure)),
            table=table,
            columns=_column_list(columns),
            parallel=file.parallel_clause,
        )

    def from_client(self, data: Composable, table: Composable, columns: Columns) -> SQL:
        """LOAD DATA of rows that come with the statement."""
        source = "FORMAT = 'jsonline', DATA = {data}, JSONTYPE = {structure}"
        return SQL(f"LOAD DATA INLINE {source} INTO TABLE {{table}}{{columns}}").format(
            data=data, structure=Literal(str(self.structure)), table=table, columns=_column_list(columns)
        )

    def rows(self, source: ClientSource) -> Iterator[str]:
        """The lines that hold something.

        Raises:
            LoadError: A line is no JSON of its structure: the server would store none of the others, without a word.
        """
        for number, line in enumerate(source.lines(), 1):
            if text := line.strip():
                self._check(text, number, source)
                yield text + "\n"

    def _check(self, text: str, number: int, source: ClientSource) -> None:
        try:
            value = json.loads(text)
        except ValueError as error:
            raise LoadError(f"line {number} of {source.label} is not JSON: {error}; nothing was loaded") from None
        if not isinstance(value, dict if self.structure is JsonDataStructure.OBJECT else list):
            raise LoadError(f"line {number} of {source.label} is not a JSON {self.structure}; nothing was loaded")


@dataclass(frozen=True, slots=True)
class JsonDocument(JsonLines):
    """One JSON array of objects, or of arrays."""

    def rows(self, source: ClientSource) -> Iterator[str]:
        """The elements of the array, one a line.

        Raises:
            LoadError: It is something else.
        """
        try:
            values = json.loads("".join(source.lines()))
        except ValueError as error:
            raise LoadError(f"{source.label} is not JSON: {error}; nothing was loaded") from None
        if not isinstance(values, list):
            raise LoadError(f"{source.label} is not an array of JSON; nothing was loaded")
        for number, value in enumerate(values, 1):
            if not isinstance(value, dict if self.structure is JsonDataStructure.OBJECT else list):
                raise LoadError(f"element {number} of {source.label} is not an {self.structure}; nothing was loaded")
            yield json.dumps(value, ensure_ascii=False) + "\n"

    def from_server(self, file: ServerFile, table: Composable, columns: Columns) -> SQL:  # noqa: ARG002
        """The server reads JSON by lines only.

        Raises:
            ConfigurationError: Always.
        """
        raise ConfigurationError(f"the server reads one JSON value a line, no whole document: {file.path!r}")


@dataclass(frozen=True, slots=True)
class Parquet:
    """A parquet file, read by the server; columns have the names of the table's."""

    header: ClassVar = False
    skipped: ClassVar = 0

    def from_server(self, file: ServerFile, table: Composable, columns: Columns) -> SQL:
        """LOAD DATA of a file that the server opens."""
        return SQL("LOAD DATA INFILE {file} INTO TABLE {table}{columns}").format(
            file=file.with_properties(format="parquet"), table=table, columns=_column_list(columns)
        )


Format = Csv | JsonLines | JsonDocument
ServerFormat = Format | Parquet


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
