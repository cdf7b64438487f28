"""SET, transactions, prepared statements and the other statements about the session."""

from __future__ import annotations

from matrixone_lite.sql import ast
from matrixone_lite.sql.lexer import unquote
from matrixone_lite.sql.show import ShowParser


class SessionParser(ShowParser):
    """Reads statements about the session."""

    # --- SET --------------------------------------------------------------------------------------------------------

    def set(self) -> ast.Statement:
        """SET, at that word."""
        self.at += 1
        word = self.words[self.at]
        following = self.words[self.at + 1]
        if word == "role":
            self.at += 1
            return ast.SetRole(self.identifier())
        if word == "secondary" and following == "role":
            self.at += 2
            return ast.SetRole(secondary=self.expect_any("all", "none"))
        if word == "default" and following == "role":
            return ast.SetDefaultRole(self.skip_statement())
        if word == "password":
            return self._set_password()
        if word == "transaction" or (word in ("session", "global") and following == "transaction"):
            return ast.SetTransaction(self.skip_statement())
        assignments = [self._assignment_of_variable()]
        while self.accept(","):
            assignments.append(self._assignment_of_variable())
        return ast.SetVariables(tuple(assignments))

    def _set_password(self) -> ast.Statement:
        self.at += 1
        user = self.user_name()[0] if self.accept("for") else None
        self.expect("=")
        if self.accept("password"):
            self.expect("(")
            password = self.string()
            self.expect(")")
            return ast.SetPassword(user, password)
        return ast.SetPassword(user, self.string())

    def _assignment_of_variable(self) -> ast.VariableAssignment:
        if self.accept("names"):
            return self._names()
        if self.accept("character", "set") or self.accept("charset"):
            return ast.VariableAssignment("session", "charset", self._charset_value())
        if self.tokens[self.at][:1] == "@":
            variable = self.variable()
            if isinstance(variable, ast.UserVariable):
                scope, name = "user", variable.name.lower()
            else:
                scope, name = variable.scope or "session", variable.name
        else:
            scope = self.accept_any("session", "local", "global", "persist") or "session"
            scope = "session" if scope == "local" else scope
            name = self._variable_name()
        if not self.accept("="):
            self.expect(":=")
        return ast.VariableAssignment(scope, name, self._variable_value())

    def _variable_name(self) -> str:
        name = self.identifier().lower()
        if self.accept("."):
            return f"{name}.{self.identifier().lower()}"
        return name

    def _variable_value(self) -> ast.Expr | None:
        word = self.words[self.at]
        if word == "default":
            self.at += 1
            return None
        if word in ("on", "binary") and self.words[self.at + 1] in ("", ";", ","):
            self.at += 1
            return ast.Literal(ast.LiteralKind.STRING, word, word)
        value = self.expression()
        if isinstance(value, ast.Column) and value.table is None:
            return ast.Literal(ast.LiteralKind.STRING, value.name, value.name)
        return value

    def _names(self) -> ast.VariableAssignment:
        value = self._charset_value()
        if self.accept("collate"):
            self._charset_value()
        return ast.VariableAssignment("session", "names", value)

    def _charset_value(self) -> ast.Expr | None:
        if self.accept("default"):
            return None
        name = "binary" if self.accept("binary") else self.text_or_identifier()
        return ast.Literal(ast.LiteralKind.STRING, name, name)

    # --- transactions -----------------------------------------------------------------------------------------------

    def begin(self) -> ast.Statement:
        """BEGIN or START TRANSACTION, at that word."""
        if self.accept("begin"):
            self.accept_any("work", "transaction")
            return ast.Begin()
        self.expect("start", "transaction")
        while not self.at_end():
            if not (
                self.accept("read", "only")
                or self.accept("read", "write")
                or self.accept("with", "consistent", "snapshot")
            ):
                raise self.error()
            self.accept(",")
        return ast.Begin()

    def commit(self) -> ast.Statement:
        """COMMIT, at that word."""
        self.at += 1
        self._completion()
        return ast.Commit()

    def rollback(self) -> ast.Statement:
        """ROLLBACK, at that word."""
        self.at += 1
        self.accept("work")
        if self.accept("to"):
            self.accept("savepoint")
            return ast.RollbackTo(self.identifier())
        self._completion()
        return ast.Rollback()

    def _completion(self) -> None:
        self.accept("work")
        if self.accept("and"):
            self.accept("no")
            self.expect("chain")
        self.accept("no")
        self.accept("release")

    def savepoint(self) -> ast.Statement:
        """``SAVEPOINT name``, at that word."""
        self.at += 1
        return ast.Savepoint(self.identifier())

    def release(self) -> ast.Statement:
        """``RELEASE SAVEPOINT name``, at that word."""
        self.expect("release", "savepoint")
        return ast.ReleaseSavepoint(self.identifier())

    def lock(self) -> ast.Statement:
        """LOCK TABLES, at LOCK."""
        self.at += 1
        self.expect_any("tables", "table")
        tables: list[tuple[ast.Name, str]] = []
        while not tables or self.accept(","):
            table = self.name()
            if self.accept("as"):
                self.identifier()
            self.accept("low_priority")
            mode = self.expect_any("read", "write")
            self.accept("local")
            tables.append((table, mode))
        return ast.LockTables(tuple(tables))

    def unlock(self) -> ast.Statement:
        """UNLOCK TABLES, at UNLOCK."""
        self.at += 1
        self.expect_any("tables", "table")
        return ast.UnlockTables()

    # --- prepared statements ----------------------------------------------------------------------------------------

    def prepare(self) -> ast.Statement:
        """PREPARE, at that word."""
        self.at += 1
        name = self.prepared_name()
        self.expect("from")
        if self.is_string():
            return ast.Prepare(name, self.string())
        if self.tokens[self.at][:1] == "@":
            variable = self.variable()
            if not isinstance(variable, ast.UserVariable):
                raise self.error_behind("syntax error")
            return ast.Prepare(name, variable)
        start = self.at
        self.statement()
        return ast.Prepare(name, self.text_between(start, self.at))

    def execute(self) -> ast.Statement:
        """EXECUTE, at that word."""
        self.at += 1
        if self.words[self.at] == "task":
            self.skip_statement()
            return ast.Unsupported("tasks")
        name = self.prepared_name()
        arguments: list[ast.UserVariable] = []
        if self.accept("using"):
            while not arguments or self.accept(","):
                variable = self.variable() if self.tokens[self.at][:1] == "@" else None
                if not isinstance(variable, ast.UserVariable):
                    raise self.error()
                arguments.append(variable)
        return ast.Execute(name, tuple(arguments))

    def deallocate(self) -> ast.Statement:
        """``DEALLOCATE PREPARE name``, at the first word."""
        self.at += 1
        self.expect("prepare")
        return ast.Deallocate(self.prepared_name())

    def prepared_name(self) -> str:
        """The name of a prepared statement."""
        token = self.tokens[self.at]
        if token[:1] == "`":
            self.at += 1
            return unquote(token)
        return self.identifier()

    # --- the rest ---------------------------------------------------------------------------------------------------

    def use(self) -> ast.Statement:
        """``USE database``, at that word."""
        self.at += 1
        return ast.Use(self.identifier())

    def kill(self) -> ast.Statement:
        """KILL, at that word."""
        self.at += 1
        word = self.accept_any("query", "connection")
        return ast.Kill(self.integer(), word == "query")

    def analyze(self) -> ast.Statement:
        """ANALYZE TABLE, at the first word."""
        self.expect("analyze", "table")
        name = self.name()
        return ast.AnalyzeTable(name, self.identifiers_in_parentheses() if self.words[self.at] == "(" else ())

    def call_procedure(self) -> ast.Statement:
        """``CALL name(args)``, at CALL."""
        self.at += 1
        name = self.name()
        args: tuple[ast.Expr, ...] = ()
        if self.accept("("):
            args = () if self.words[self.at] == ")" else self.expressions()
            self.expect(")")
        return ast.Call(name, args)
