"""CREATE and DROP FUNCTION."""

from __future__ import annotations

from matrixone_lite.sql import ast
from matrixone_lite.sql.alter import DefinitionParser


class RoutineParser(DefinitionParser):
    """Reads definitions of functions."""

    def create_function(self) -> ast.Statement:
        """``CREATE FUNCTION``, behind FUNCTION."""
        name = self.name()
        self.expect("(")
        parameters: list[tuple[str, ast.DataType]] = []
        while not self.accept(")"):
            if parameters:
                self.expect(",")
            parameters.append((self.identifier(), self.column_type()))
        self.expect("returns")
        result = self.column_type()
        self.expect("language")
        language = self.identifier().lower()
        if language != "sql":
            self.skip_statement()
            return ast.Unsupported(f"functions in {language}")
        self.expect("as")
        body = self.string()
        if not body:
            raise self.error("no function body error")
        return ast.CreateFunction(name, tuple(parameters), result, body)

    def drop_function(self) -> ast.DropFunction:
        """``DROP FUNCTION``, behind FUNCTION."""
        if_exists = self.if_exists()
        name = self.name()
        self.expect("(")
        types: list[ast.DataType] = []
        while not self.accept(")"):
            if types:
                self.expect(",")
            types.append(self.column_type())
        return ast.DropFunction(name, tuple(types), if_exists)
