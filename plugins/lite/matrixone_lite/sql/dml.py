"""INSERT, REPLACE, UPDATE, DELETE and LOAD DATA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matrixone_lite.sql import ast
from matrixone_lite.sql.expressions import literal
from matrixone_lite.sql.queries import SET_OPERATORS, QueryParser

if TYPE_CHECKING:
    from collections.abc import Callable


class DmlParser(QueryParser):
    """Reads statements that change rows."""

    def with_statement(self) -> ast.Statement:
        """``WITH …`` before a query or a statement that changes rows."""
        with_ = self.with_clause()
        word = self.words[self.at]
        if word in ("insert", "replace"):
            return self.insert(with_)
        if word == "update":
            return self.update(with_)
        if word == "delete":
            return self.delete(with_)
        return self.query_body(with_)

    # --- INSERT -----------------------------------------------------------------------------------------------------

    def insert(self, with_: ast.With | None = None) -> ast.Insert:
        """INSERT or REPLACE, at that word."""
        replace = self.words[self.at] == "replace"
        self.at += 1
        self.accept_any("low_priority", "delayed", "high_priority")
        ignore = not replace and self.accept("ignore")
        self.accept("into")
        name = self.name()
        hint = self.time_travel() if self.words[self.at] == "{" else None
        columns = self._column_list()
        rows: tuple[tuple[ast.Expr, ...], ...] = ()
        query = None
        word = self.words[self.at]
        if word == "values" and self.words[self.at + 1] != "row":
            self.at += 1
            rows = self._rows()
        elif word == "set" and columns is None:
            self.at += 1
            assignments = self.assignments()
            columns = tuple(assignment.column.name for assignment in assignments)
            rows = (tuple(assignment.value for assignment in assignments),)
        elif word in ("select", "with", "values", "("):
            begins_at = self.at
            query = self.query()
            if isinstance(query, ast.SetOperation) and not self._is_bare(begins_at):
                query = ast.NestedQuery(query)
        else:
            raise self.error()
        on_duplicate: tuple[ast.Assignment, ...] = ()
        if not replace and self.accept("on"):
            self.expect("duplicate", "key")
            if self.accept("ignore"):
                ignore = True
            else:
                self.expect("update")
                on_duplicate = self.assignments()
        returning = self.returning()
        table = ast.Table(name, None, hint)
        return ast.Insert(table, columns, rows, query, replace, ignore, on_duplicate, returning, with_)

    def _is_bare(self, position: int) -> bool:
        """Whether the UNION that begins there is in no parentheses: a mistake in INSERT, though none of syntax."""
        depth = 0
        for end in range(position, self.at):
            depth += {"(": 1, ")": -1}.get(self.words[end], 0)
            if depth == 0:
                return end == position or self.words[end + 1] in SET_OPERATORS
        return True

    def _column_list(self) -> tuple[str, ...] | None:
        if self.words[self.at] != "(" or self.words[self.at + 1] in ("select", "with", "("):
            return None
        self.at += 1
        if self.accept(")"):
            return ()
        names = [self.column_reference().name]
        while self.accept(","):
            names.append(self.column_reference().name)
        self.expect(")")
        return tuple(names)

    def _rows(self) -> tuple[tuple[ast.Expr, ...], ...]:
        """Rows of VALUES; constants, by far the most of what comes here, go past the expression parser."""
        tokens = self.tokens
        known: dict[str, ast.Literal | None] = {}
        rows: list[tuple[ast.Expr, ...]] = []
        while True:
            self.expect("(")
            at = self.at
            row: list[ast.Expr] = []
            if tokens[at] == ")":
                self.at = at + 1
                rows.append(())
            else:
                while True:
                    token = tokens[at]
                    following = tokens[at + 1]
                    value: ast.Expr | None = None
                    if following in (",", ")"):
                        value = known[token] if token in known else known.setdefault(token, literal(token))
                    if value is None:
                        self.at = at
                        value = self.expression()
                        at = self.at
                        following = tokens[at]
                    else:
                        at += 1
                    row.append(value)
                    at += 1
                    if following == ",":
                        continue
                    if following == ")":
                        break
                    self.at = at - 1
                    raise self.error()
                self.at = at
                rows.append(tuple(row))
            if tokens[self.at] != ",":
                return tuple(rows)
            self.at += 1

    def assignments(self) -> tuple[ast.Assignment, ...]:
        """``column = value, …``."""
        found = [self._assignment()]
        while self.accept(","):
            found.append(self._assignment())
        return tuple(found)

    def _assignment(self) -> ast.Assignment:
        column = self.column_reference()
        self.expect("=")
        return ast.Assignment(column, self.expression())

    def returning(self) -> tuple[ast.SelectItem, ...]:
        """``[RETURNING item, …]``."""
        return self.select_items() if self.accept("returning") else ()

    # --- UPDATE, DELETE ---------------------------------------------------------------------------------------------

    def update(self, with_: ast.With | None = None) -> ast.Update:
        """UPDATE, at that word."""
        self.at += 1
        self.accept("low_priority")
        ignore = self.accept("ignore")
        target = self.table_references()
        self.expect("set")
        assignments = self.assignments()
        source = self.table_references() if self.accept("from") else None
        where = self.where()
        order_by = self.order_by()
        limit = self.limit()
        return ast.Update(target, assignments, source, where, order_by, limit, self.returning(), with_, ignore)

    def delete(self, with_: ast.With | None = None) -> ast.Delete:
        """DELETE, at that word."""
        self.at += 1
        while self.accept_any("low_priority", "quick", "ignore"):
            pass
        targets: tuple[ast.Name, ...] = ()
        if self.accept("from"):
            start = self.at
            if self._has_using():
                targets = self._targets()
                self.expect("using")
            else:
                self.at = start
        else:
            targets = self._targets()
            self.expect("from")
        source = self.table_references()
        where = self.where()
        order_by = self.order_by()
        limit = self.limit()
        return ast.Delete(source, targets, where, order_by, limit, self.returning(), with_)

    def _has_using(self) -> bool:
        at = self.at
        while self.words[at] not in ("", ";", "using", "where", "join", "set", "returning"):
            at += 1
        return self.words[at] == "using"

    def _targets(self) -> tuple[ast.Name, ...]:
        found: list[ast.Name] = []
        while not found or self.accept(","):
            found.append(self.name())
            self.accept(".", "*")
        return tuple(found)

    # --- LOAD DATA --------------------------------------------------------------------------------------------------

    def load(self) -> ast.Statement:
        """LOAD DATA, at LOAD."""
        self.at += 1
        if self.accept("table"):
            table = self.name()
            self.expect("from")
            return ast.LoadTable(table, self.string())
        self.expect("data")
        if self.accept("inline"):
            return self._load_rest(None, *self._inline())
        local = self.accept("local")
        if self.accept("url"):
            if self.accept("stageoption"):  # names a stage, and the server wants a path besides
                self.identifier()
                return self._load_rest("", None, (), local=local)
            self.skip_statement()
            return ast.Unsupported("LOAD DATA URL")
        self.expect("infile")
        if self.words[self.at] == "{":
            options = tuple((key.lower(), value) for key, value in self.options_in_braces())
            return self._load_rest(dict(options).get("filepath", ""), None, options, local=local)
        return self._load_rest(self.string(), None, (), local=local)

    def _inline(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        self.expect("format", "=")
        options = [("format", self.string())]
        self.expect(",", "data", "=")
        if self.tokens[self.at][:1] == "$":
            constant = literal(self.tokens[self.at])
            self.at += 1
            data = "" if constant is None else constant.text
        else:
            data = self.string()
        while self.accept(","):
            self.expect("jsontype", "=")
            options.append(("jsontype", self.string()))
        return data, tuple(options)

    def _load_rest(
        self, path: str | None, data: str | None, options: tuple[tuple[str, str], ...], *, local: bool = False
    ) -> ast.LoadData:
        duplicates = self.accept_any("ignore", "replace")
        self.expect("into", "table")
        table = self.name()
        charset = None
        if self.accept("character", "set") or self.accept("charset"):
            charset = self.text_or_identifier()
        shape = self.file_format("error field terminator")
        ignore_lines = self.ignored_lines()
        columns = self._load_columns() if self.accept("(") else ()
        assignments = self.assignments() if self.accept("set") else ()
        parallel = self.accept("parallel") and self.string().lower() == "true"
        strict = self.accept("strict") and self.string().lower() == "true"
        return ast.LoadData(
            table,
            path,
            data,
            local,
            options,
            duplicates,
            charset,
            shape,
            ignore_lines,
            columns,
            assignments,
            parallel,
            strict,
        )

    def ignored_lines(self) -> int:
        """``[IGNORE n LINES]``."""
        if not self.accept("ignore"):
            return 0
        count = self.integer()
        self.expect_any("lines", "rows")
        return count

    def _load_columns(self) -> tuple[ast.Expr, ...]:
        found: list[ast.Expr] = []
        while not found or self.accept(","):
            read: Callable[[], ast.Expr] = self.variable if self.tokens[self.at][:1] == "@" else self.column_reference
            found.append(read())
        self.expect(")")
        return tuple(found)
