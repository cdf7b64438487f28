"""Lexer, parser and syntax tree of the MatrixOne dialect."""
