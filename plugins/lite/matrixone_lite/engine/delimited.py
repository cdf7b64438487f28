"""Delimited text (CSV and its relatives) as LOAD DATA reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matrixone_lite.sql import ast

Record = list["str | None"]
"""The fields of a line; None is NULL."""

_NULL: Final = r"\N"  # as the content of a field, quoted or not, whatever the escape character
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a"}


@dataclass(frozen=True, slots=True)
class Shape:
    """How fields and lines are told apart; empty ``separator``, ``quote`` or ``escape`` mean none."""

    separator: str = ","
    quote: str = '"'
    escape: str = "\\"
    line_start: str = ""
    line_end: str = "\n"

    @classmethod
    def of(cls, written: ast.FileFormat | None) -> Shape:
        """The shape FIELDS and LINES describe."""
        if written is None:
            return cls()
        given = {
            "separator": written.terminated,
            "quote": written.enclosed,
            "escape": written.escaped,
            "line_start": written.line_starting,
            "line_end": written.line_terminated,
        }
        return cls(**{name: value for name, value in given.items() if value is not None})


def records(text: str, shape: Shape) -> Iterator[Record]:
    """The lines of a text, empty ones left out."""
    position = 0
    end = shape.line_end or "\n"
    while position < len(text):
        stop = text.find(end, position)
        stop = len(text) if stop < 0 else stop
        record = _plain(text[position:stop], shape)
        if record is None:
            record, position = _Scanner(text, position, shape).record()
        else:
            position = stop + len(end)
        if record:
            yield record


def _plain(line: str, shape: Shape) -> Record | None:
    """The fields of a line without quotes and escapes but for NULL; None for one that needs a closer look."""
    line = line.removeprefix(shape.line_start)
    if shape.line_end == "\n":
        line = line.removesuffix("\r")
    if not line:
        return []
    if shape.quote and shape.quote in line:
        return None
    fields = line.split(shape.separator) if shape.separator else [line]
    if shape.escape and any(shape.escape in field for field in fields if field != _NULL):
        return None
    return [None if field == _NULL else field for field in fields]


class _Scanner:
    """Reads one line character by character."""

    def __init__(self, text: str, position: int, shape: Shape) -> None:
        self._text = text
        self._at = position
        self._shape = shape

    def record(self) -> tuple[Record, int]:
        """The fields of the line and where the next line starts."""
        shape, text = self._shape, self._text
        if shape.line_start and text.startswith(shape.line_start, self._at):
            self._at += len(shape.line_start)
        fields: Record = [self._field()]
        while shape.separator and text.startswith(shape.separator, self._at):
            self._at += len(shape.separator)
            fields.append(self._field())
        return fields, self._at + len(shape.line_end)

    def _field(self) -> str | None:
        if self._shape.quote and self._text.startswith(self._shape.quote, self._at):
            self._at += len(self._shape.quote)
            start = self._at
            value = self._quoted()
            rest = self._bare()
            return None if self._text.startswith(_NULL + self._shape.quote, start) and not rest else value + rest
        start = self._at
        value = self._bare()
        return None if self._text[start : self._at] == _NULL else value

    def _quoted(self) -> str:
        """The characters up to the closing quote; two quotes are one."""
        parts, quote = [], self._shape.quote
        while self._at < len(self._text):
            if self._text.startswith(quote * 2, self._at):
                parts.append(quote)
                self._at += 2 * len(quote)
            elif self._text.startswith(quote, self._at):
                self._at += len(quote)
                break
            else:
                parts.append(self._character())
        return "".join(parts)

    def _bare(self) -> str:
        """The characters up to the next separator or the end of the line."""
        parts = []
        while self._at < len(self._text) and not self._ends_field():
            parts.append(self._character())
        return "".join(parts)

    def _ends_field(self) -> bool:
        shape, text = self._shape, self._text
        if text.startswith(shape.line_end, self._at) or (
            shape.separator and text.startswith(shape.separator, self._at)
        ):
            return True
        if shape.line_end == "\n" and text.startswith("\r\n", self._at):
            self._at += 1
            return True
        return False

    def _character(self) -> str:
        char = self._text[self._at]
        self._at += 1
        if char != self._shape.escape or self._at == len(self._text):
            return char
        escaped = self._text[self._at]
        self._at += 1
        return _ESCAPED.get(escaped, escaped)
