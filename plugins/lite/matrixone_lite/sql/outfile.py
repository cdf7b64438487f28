"""FIELDS and LINES, and INTO OUTFILE, which ends a query."""

from __future__ import annotations

from typing import Final

from matrixone_lite.sql import ast
from matrixone_lite.sql.expressions import ExpressionParser

_FORMATS: Final = ("csv", "jsonline", "parquet")
SIZES: Final = {"k": 1024, "m": 1024**2, "g": 1024**3}
"""What the letters of a size stand for."""


class OutFileParser(ExpressionParser):
    """Reads descriptions of files."""

    def file_format(self, enclosed_error: str) -> ast.FileFormat:
        """``[FIELDS …] [LINES …]``; ``enclosed_error`` is the complaint about several enclosing characters."""
        terminated = enclosed = escaped = starting = ended = None
        optionally = False
        if self.accept("fields"):
            while word := self.accept_any("terminated", "enclosed", "optionally", "escaped"):
                if word == "optionally":
                    optionally = True
                    self.expect("enclosed")
                self.expect("by")
                value = self.string()
                if word == "terminated":
                    terminated = value
                elif word == "escaped":
                    escaped = value
                else:
                    enclosed = value
                    if len(value) > 1:
                        raise self.error_behind(enclosed_error)
        if self.accept("lines"):
            while word := self.accept_any("starting", "terminated"):
                self.expect("by")
                if word == "starting":
                    starting = self.string()
                else:
                    ended = self.string()
        return ast.FileFormat(terminated, enclosed, optionally, escaped, starting, ended)

    def into_outfile(self) -> ast.OutFile:
        """``INTO OUTFILE …`` with its options, in the order the server wants them."""
        self.expect("into", "outfile")
        path = self.string()
        chosen = self._format() if self.accept("format") else None
        split_size = self._split_size() if self.accept("splitsize") else None
        shape = self._outfile_shape()
        header = self._header() if self.accept("header") else True
        max_size = None
        if self.accept("max_file_size"):
            self.accept("=")
            max_size = self.integer()
        force_quote = self.identifiers_in_parentheses() if self.accept("force_quote") else ()
        return ast.OutFile(path, shape, chosen, split_size, header, max_size, force_quote)

    def _outfile_shape(self) -> ast.FileFormat:
        terminated = enclosed = ended = None
        if self.accept("fields"):
            word = self.expect_any("terminated", "enclosed")
            self.expect("by")
            if word == "terminated":
                terminated = self.string()
                if self.accept("enclosed"):
                    self.expect("by")
                    enclosed = self._enclosing()
            else:
                enclosed = self._enclosing()
        if self.accept("lines"):
            self.expect("terminated", "by")
            ended = self.string()
        return ast.FileFormat(terminated, enclosed, line_terminated=ended)

    def _enclosing(self) -> str:
        value = self.string()
        if len(value) > 1:
            raise self.error_behind("export1 error field terminator")
        return value

    def _format(self) -> str:
        value = self.string().lower()
        if value not in _FORMATS:
            raise self.error_behind("invalid format, must be csv, jsonline or parquet")
        return value

    def _split_size(self) -> str:
        value = self.string()
        digits = value[:-1] if value[-1:].lower() in SIZES else value
        if not digits.isdecimal():
            raise self.error_behind(
                "invalid splitsize format: internal error: invalid size value: "
                f'strconv.ParseUint: parsing "{digits}": invalid syntax',
            )
        return value

    def _header(self) -> bool:
        value = self.string().lower()
        if value not in ("true", "false"):
            raise self.error_behind("error header flag")
        return value == "true"
