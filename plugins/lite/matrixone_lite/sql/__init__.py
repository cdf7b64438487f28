"""Lexer, parser and syntax tree of the MatrixOne dialect."""

from matrixone_lite.sql.parser import parse

__all__ = ["parse"]
