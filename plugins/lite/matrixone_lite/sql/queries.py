"""Queries: SELECT, set operations, VALUES, WITH, and what stands in FROM."""

from __future__ import annotations

from typing import Final

from matrixone_lite.engine.errors import ServerError
from matrixone_lite.sql import ast
from matrixone_lite.sql.keywords import NEVER_ALIAS
from matrixone_lite.sql.outfile import OutFileParser

SET_OPERATORS: Final = frozenset(("union", "except", "minus", "intersect"))
_OPTIONS: Final = frozenset(
    ("all", "high_priority", "sql_small_result", "sql_big_result", "sql_buffer_result", "sql_no_cache", "sql_cache"),
)
_JOIN_STARTS: Final = frozenset(
    (",", "join", "inner", "cross", "left", "right", "full", "natural", "straight_join", "outer"),
)
_Tail = tuple[tuple[ast.OrderItem, ...], ast.Limit | None, str | None, ast.OutFile | None]
_NO_TAIL: Final[_Tail] = ((), None, None, None)


class QueryParser(OutFileParser):
    """Reads queries."""

    def query(self) -> ast.Query:
        """A query with everything that may follow it."""
        with_ = self.with_clause() if self.words[self.at] == "with" else None
        return self.query_body(with_)

    def with_clause(self) -> ast.With:
        """``WITH [RECURSIVE] name [(columns)] AS (query), …``."""
        self.expect("with")
        recursive = self.accept("recursive")
        tables: list[ast.CommonTable] = []
        while not tables or self.accept(","):
            name = self.identifier()
            columns = self.identifiers_in_parentheses() if self.words[self.at] == "(" else ()
            self.expect("as")
            tables.append(ast.CommonTable(name, columns, self.query_in_parentheses()))
        return ast.With(tuple(tables), recursive)

    def query_body(self, with_: ast.With | None = None) -> ast.Query:
        """A query without its WITH, which the caller has read."""
        if self.words[self.at] == "select":
            left: ast.Query = self._select(with_, may_end=True)
            if self.words[self.at] not in SET_OPERATORS:
                return left
        else:
            left = self._term()
        left = self._intersections(left)
        while operator := self.accept_any("union", "except", "minus"):
            every = self._set_quantifier()
            left = ast.SetOperation(operator, every, left, self._intersections(self._term()))
        return self._with_tail(left, with_)

    def _with_tail(self, query: ast.Query, with_: ast.With | None) -> ast.Query:
        order_by, limit, locking, into = self._tail()
        if isinstance(query, ast.SetOperation):
            return ast.SetOperation(query.operator, query.all, query.left, query.right, order_by, limit, with_, into)
        if isinstance(query, ast.Values):
            return ast.Values(query.rows, order_by, limit, with_, into)
        if with_ is None and not order_by and limit is None and into is None and locking is None:
            return query
        return ast.NestedQuery(query, order_by, limit, with_, into)

    def _intersections(self, left: ast.Query) -> ast.Query:
        while self.accept("intersect"):
            every = self._set_quantifier()
            left = ast.SetOperation("intersect", every, left, self._term())
        return left

    def _set_quantifier(self) -> bool:
        return self.accept_any("all", "distinct") == "all"

    def _term(self) -> ast.Query:
        word = self.words[self.at]
        if word == "select":
            return self._select(None, may_end=False)
        if word == "values":
            return self._values()
        if word == "(":
            return self.query_in_parentheses()
        raise self.error()

    def _values(self) -> ast.Query:
        self.at += 1
        rows: list[ast.Row] = []
        while not rows or self.accept(","):
            self.expect("row", "(")
            rows.append(ast.Row(self.expressions()))
            self.expect(")")
        return ast.Values(tuple(rows))

    def _select(self, with_: ast.With | None, *, may_end: bool) -> ast.Select:
        self.at += 1
        while self.words[self.at] in _OPTIONS:
            self.at += 1
        distinct = self.accept_any("distinct", "distinctrow") is not None
        items = self.select_items()
        source = self.table_references() if self.accept("from") else None
        where = self.where()
        group_by = self._group_by() if self.words[self.at] == "group" else None
        having = self.expression() if self.accept("having") else None
        tail = self._tail() if may_end and self.words[self.at] not in SET_OPERATORS else _NO_TAIL
        order_by, limit, locking, into = tail
        if tail is not _NO_TAIL and self.words[self.at] in SET_OPERATORS:
            raise self.error()
        return ast.Select(items, source, where, group_by, having, order_by, limit, distinct, locking, with_, into)

    def where(self) -> ast.Expr | None:
        """``[WHERE condition]``."""
        return self.expression() if self.accept("where") else None

    def select_items(self) -> tuple[ast.SelectItem, ...]:
        """Output columns."""
        items = [self._select_item()]
        while self.accept(","):
            items.append(self._select_item())
        return tuple(items)

    def _select_item(self) -> ast.SelectItem:
        words = self.words
        at = self.at
        if words[at] == "*":
            self.at += 1
            return ast.SelectItem(ast.Star())
        if words[at + 1] == ".":
            if words[at + 2] == "*":
                table = self.identifier()
                self.at += 2
                return ast.SelectItem(ast.Star(table))
            if words[at + 3 : at + 5] == [".", "*"]:
                name = self.name()
                self.at += 2
                return ast.SelectItem(ast.Star(name.name, name.database))
        expr = self.expression()
        return ast.SelectItem(expr, self.alias())

    def _group_by(self) -> ast.GroupBy:
        self.expect("group", "by")
        if self.accept("grouping"):
            self.expect("sets", "(")
            sets = [self._grouping_set()]
            while self.accept(","):
                sets.append(self._grouping_set())
            self.expect(")")
            return ast.GroupBy((), "sets", tuple(sets))
        modifier = self.words[self.at]
        if modifier in ("rollup", "cube") and self.words[self.at + 1] == "(":
            self.at += 2
            keys = self.expressions()
            self.expect(")")
            return ast.GroupBy(keys, modifier)
        keys = self.expressions()
        if self.accept("with"):
            return ast.GroupBy(keys, self.expect_any("rollup", "cube"))
        return ast.GroupBy(keys)

    def _grouping_set(self) -> tuple[ast.Expr, ...]:
        if not self.accept("("):
            return (self.expression(),)
        if self.accept(")"):
            return ()
        keys = self.expressions()
        self.expect(")")
        return keys

    def _tail(self) -> _Tail:
        order_by = self.order_by()
        limit = self.limit()
        locking = None
        if self.accept("for"):
            locking = self.expect_any("update", "share")
        elif self.accept("lock"):
            self.expect("in", "share", "mode")
            locking = "share"
        into = self.into_outfile() if self.words[self.at] == "into" else None
        return order_by, limit, locking, into

    def limit(self) -> ast.Limit | None:
        """``[LIMIT n [OFFSET m] | LIMIT m, n] [BY RANK WITH OPTION …]``."""
        if not self.accept("limit"):
            return None
        count = self.expression()
        offset = None
        if self.accept("offset"):
            offset = self.expression()
        elif self.accept(","):
            count, offset = self.expression(), count
        options: list[str] = []
        if self.accept("by"):
            self.expect("rank", "with", "option")
            options.append(self.string())
            while self.accept(","):
                options.append(self.string())
        return ast.Limit(count, offset, tuple(options))

    # --- FROM -------------------------------------------------------------------------------------------------------

    def table_references(self) -> ast.TableRef:
        """Everything between FROM and WHERE."""
        left = self._table_factor()
        while self.words[self.at] in _JOIN_STARTS:
            joined = self._join(left)
            if joined is None:
                break
            left = joined
        return left

    def _join(self, left: ast.TableRef) -> ast.TableRef | None:
        if self.accept(","):
            return ast.Join("cross", left, self._joined_factor(), comma=True)
        start = self.at
        natural = self.accept("natural")
        kind = self.accept_any("inner", "cross", "left", "right", "full", "outer", "straight_join") or "inner"
        if kind in ("cross", "outer") and self.accept("apply"):
            return ast.Join(f"{kind} apply", left, self._table_factor())
        if kind == "outer":
            self.at = start
            return None
        if kind in ("left", "right", "full"):
            self.accept("outer")
        if kind == "straight_join":
            kind = "inner"
        else:
            self.expect("join")
        right = self._table_factor()
        condition = None
        using: tuple[str, ...] = ()
        if not natural and self.accept("on"):
            condition = self.expression()
        elif not natural and self.accept("using"):
            using = self.identifiers_in_parentheses()
        elif not natural and kind in ("left", "right", "full"):
            raise self.error()
        return ast.Join(kind, left, right, condition, using, natural)

    def _joined_factor(self) -> ast.TableRef:
        """The right side of a comma: a comma binds looser than JOIN."""
        left = self._table_factor()
        while self.words[self.at] in _JOIN_STARTS and self.words[self.at] != ",":
            joined = self._join(left)
            if joined is None:
                break
            left = joined
        return left

    def _table_factor(self) -> ast.TableRef:
        if self.words[self.at] == "(":
            return self._parenthesized_table()
        name = self.name()
        if name.database is None and self.words[self.at] == "(":
            return self._table_function(name.name)
        return self.table_tail(name)

    def table(self) -> ast.Table:
        """A table by name, the target of a statement."""
        return self.table_tail(self.name())

    def table_tail(self, name: ast.Name) -> ast.Table:
        """Hint, alias and index hints behind a table's name."""
        hint = self.time_travel() if self.words[self.at] == "{" else None
        alias = self._table_alias()
        return ast.Table(name, alias, hint, self._index_hints())

    def _table_alias(self) -> str | None:
        word = self.words[self.at]
        if word == "as":
            return self.alias()
        if word in NEVER_ALIAS or (word == "full" and self.words[self.at + 1] in ("join", "outer")):
            return None
        return self.identifier() if self.is_identifier() else None

    def _index_hints(self) -> tuple[str, ...]:
        hints: list[str] = []
        while self.words[self.at] in ("use", "force", "ignore") and self.words[self.at + 1] in ("index", "key"):
            start = self.at
            self.at += 2
            if self.accept("for") and not (self.accept("order", "by") or self.accept("group", "by")):
                self.expect("join")
            self.expect("(")
            while not self.accept(")"):
                self.at += 1
                if self.at_end():
                    raise self.error()
            hints.append(self.text_between(start, self.at))
        return tuple(hints)

    def _table_function(self, name: str) -> ast.TableRef:
        self.at += 1
        args: tuple[ast.Expr, ...] = ()
        if not self.accept(")"):
            args = self.expressions()
            self.expect(")")
        alias = self._table_alias()
        columns = self.identifiers_in_parentheses() if alias and self.words[self.at] == "(" else ()
        return ast.TableFunction(name.lower(), args, alias, columns)

    def _parenthesized_table(self) -> ast.TableRef:
        following = self.words[self.at + 1]
        if following in ("select", "with", "values"):
            return self._derived_table()
        if following == "(":
            start = self.at
            try:
                return self._derived_table()
            except ServerError:
                self.at = start
        self.at += 1
        inner = self.table_references()
        self.expect(")")
        return inner

    def _derived_table(self) -> ast.TableRef:
        query = self.query_in_parentheses()
        alias = self._table_alias()
        columns = self.identifiers_in_parentheses() if alias and self.words[self.at] == "(" else ()
        return ast.DerivedTable(query, alias, columns)

    def time_travel(self) -> ast.TimeTravel:
        """``{…}`` behind a table's or database's name."""
        self.expect("{")
        word = self.expect_any("snapshot", "timestamp", "mo_ts", "as")
        value: str | int
        if word == "as":
            self.expect("of", "timestamp")
            hint = ast.TimeTravel(ast.HintKind.AS_OF, self.string())
            self.expect("}")
            return hint
        self.expect("=")
        if word == "snapshot":
            value = self.text_or_identifier()
        elif self.words[self.at] == "?" or self.tokens[self.at][:1] == "@":
            raise self.error("invalid timestamp hint")
        else:
            value = self.integer() if self.is_integer() else self.string()
        self.expect("}")
        return ast.TimeTravel(ast.HintKind(word), value)
