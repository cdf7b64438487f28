"""Data types."""

from __future__ import annotations

from abc import ABC
from typing import Final

from matrixone_lite.sql import ast
from matrixone_lite.sql.stream import TokenStream

_WITHOUT_NUMBERS: Final = frozenset(
    """
    bool boolean tinytext mediumtext longtext tinyblob mediumblob longblob date json uuid datalink rowid geometry
    geometrycollection point linestring polygon multipoint multilinestring multipolygon
    """.split(),  # noqa: SIM905 - a list would be a page of quotes
)
_WITH_NUMBERS: Final = frozenset(
    """
    tinyint smallint mediumint int integer bigint int1 int2 int3 int4 int8 float double real decimal numeric dec fixed
    bit char varchar binary varbinary text blob time datetime timestamp year vecf32 vecf64 vecbf16 vecf16 vecint8
    vecuint8
    """.split(),  # noqa: SIM905 - a list would be a page of quotes
)
_EXACT: Final = frozenset(("decimal", "numeric", "dec", "fixed"))
_FRACTIONAL: Final = {"datetime": "Datetime", "timestamp": "Timestamp", "time": "Time"}
_MAX_PRECISION: Final = 65
_MAX_FRACTION: Final = 6


class TypeParser(TokenStream, ABC):
    """Reads types."""

    def column_type(self) -> ast.DataType:
        """The type of a column."""
        word = self.words[self.at]
        if word in ("enum", "set"):
            self.at += 1
            return self._enumeration(word)
        if word not in _WITH_NUMBERS and word not in _WITHOUT_NUMBERS:
            raise self.error()
        self.at += 1
        if word == "double":
            self.accept("precision")
        if word == "char" and self.accept("varying"):
            word = "varchar"
        length, scale = self._numbers(word) if word in _WITH_NUMBERS else (None, None)
        return self._attributes(word, length, scale)

    def cast_type(self) -> ast.DataType:
        """The target of CAST."""
        word = self.words[self.at]
        if word in ("signed", "unsigned"):
            self.at += 1
            self.accept_any("integer", "int")
            return ast.DataType(word)
        if word in ("char", "binary", "varchar", "varbinary"):
            self.at += 1
            length, _ = self._numbers(word)
            return ast.DataType(word, length)
        return self.column_type()

    def _enumeration(self, word: str) -> ast.DataType:
        self.expect("(")
        values = [self.string()]
        while self.accept(","):
            values.append(self.string())
        self.expect(")")
        charset, collation = self._charset()
        return ast.DataType(word, values=tuple(values), charset=charset, collation=collation)

    def _numbers(self, word: str) -> tuple[int | None, int | None]:
        if not self.accept("("):
            return None, None
        length = self.integer()
        scale = self.integer() if self.accept(",") else None
        self.expect(")")
        if word in _EXACT and length > _MAX_PRECISION:
            raise self.error_behind(f"For decimal(M), M must between 0 and {_MAX_PRECISION}.")
        if scale is not None and scale > length:
            # whatever the column's name is
            raise self.error_behind("For float(M,D), double(M,D) or decimal(M,D), M must be >= D (column 'a'))")
        if word in _FRACTIONAL and length > _MAX_FRACTION:
            raise self.error_behind(f"For {_FRACTIONAL[word]}(fsp), fsp must in [0, {_MAX_FRACTION}]")
        return length, scale

    def _attributes(self, word: str, length: int | None, scale: int | None) -> ast.DataType:
        unsigned = zerofill = False
        while attribute := self.accept_any("unsigned", "signed", "zerofill"):
            unsigned = unsigned or attribute != "signed"
            zerofill = zerofill or attribute == "zerofill"
        binary = word in ("char", "varchar", "text") and self.accept("binary")
        charset, collation = self._charset()
        return ast.DataType(word, length, scale, unsigned, zerofill, binary, (), charset, collation)

    def _charset(self) -> tuple[str | None, str | None]:
        charset = collation = None
        while True:
            if self.accept("character", "set") or self.accept("charset"):
                charset = self._charset_name()
            elif self.accept("collate"):
                collation = self._charset_name()
            else:
                return charset, collation

    def _charset_name(self) -> str:
        if self.accept("binary"):
            return "binary"
        return self.text_or_identifier()
