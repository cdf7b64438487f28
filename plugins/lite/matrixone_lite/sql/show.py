"""SHOW and DESCRIBE."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Final

from matrixone_lite.sql import ast
from matrixone_lite.sql.objects import ObjectParser

if TYPE_CHECKING:
    from collections.abc import Callable

_FILTERED: Final = {
    ("accounts",): "accounts",
    ("publications",): "publications",
    ("sequences",): "sequences",
    ("collation",): "collation",
    ("charset",): "charset",
    ("character", "set"): "charset",
    ("triggers",): "triggers",
    ("events",): "events",
    ("procedure", "status"): "procedure status",
    ("function", "status"): "function status",
    ("status",): "status",
    ("open", "tables"): "open tables",
}
_PLAIN: Final = {
    ("warnings",): "warnings",
    ("errors",): "errors",
    ("engines",): "engines",
    ("storage", "engines"): "engines",
    ("privileges",): "privileges",
    ("plugins",): "plugins",
    ("profiles",): "profiles",
    ("locks",): "locks",
    ("node", "list"): "node list",
    ("backend", "servers"): "backend servers",
    ("connectors",): "connectors",
    ("ccpr", "subscriptions"): "ccpr subscriptions",
}
_MEASURES: Final = ("table_number", "column_number", "table_values", "table_size")


class ShowParser(ObjectParser):
    """Reads SHOW."""

    def show(self) -> ast.Statement:
        """SHOW, at that word."""
        self.at += 1
        parse = self._show_parsers.get(self.words[self.at])
        if parse is not None:
            self.at += 1
            return parse(self)
        for words, what in _FILTERED.items():
            if self.accept(*words):
                database = self.identifier() if self.accept_any("from", "in") else None
                like, where = self._filter()
                return ast.ShowList(what, like, where, database)
        for words, what in _PLAIN.items():
            if self.accept(*words):
                return ast.ShowList(what)
        measure = self.accept_any(*_MEASURES)
        if measure is not None:
            return self._show_measure(measure)
        raise self.error()

    def _filter(self) -> tuple[ast.Expr | None, ast.Expr | None]:
        """``[LIKE 'pattern' | WHERE condition]``."""
        if self.accept("like"):
            return self.expression(), None
        return None, self.where()

    def _from_database(self) -> str | None:
        return self.identifier() if self.accept_any("from", "in") else None

    def _hint(self) -> ast.TimeTravel | None:
        return self.time_travel() if self.words[self.at] == "{" else None

    def _show_measure(self, what: str) -> ast.Statement:
        if not self.accept_any("from", "in"):
            return ast.ShowMeasure(what)
        name = self.name()
        if self.accept_any("from", "in"):
            name = ast.Name(name.name, self.identifier())
        return ast.ShowMeasure(what, name)

    def _databases(self) -> ast.Statement:
        hint = self._hint()
        like, where = self._filter()
        return ast.ShowDatabases(like, where, hint or self._hint())

    def _full(self) -> ast.Statement:
        word = self.expect_any("tables", "columns", "fields", "processlist")
        if word == "processlist":
            return ast.ShowList(word, full=True)
        return self._tables(full=True) if word == "tables" else self._columns(full=True)

    def _tables(self, *, full: bool = False) -> ast.Statement:
        database = self._from_database()
        hint = self._hint()
        like, where = self._filter()
        return ast.ShowTables(database, like, where, full, hint or self._hint())

    def _columns(self, *, full: bool = False) -> ast.Statement:
        table = self._table_of()
        like, where = self._filter()
        return ast.ShowColumns(table, full, like, where)

    def _table_of(self) -> ast.Name:
        self.expect_any("from", "in")
        name = self.name()
        if self.accept_any("from", "in"):
            return ast.Name(name.name, self.identifier())
        return name

    def _extended(self) -> ast.Statement:
        self.accept("full")
        self.expect_any("columns", "fields")
        return self._columns(full=self.words[self.at - 2] == "full")

    def _index(self) -> ast.Statement:
        table = self._table_of()
        return ast.ShowIndex(table, self.where())

    def _table(self) -> ast.Statement:
        self.expect("status")
        database = self._from_database()
        like, where = self._filter()
        return ast.ShowTableStatus(database, like, where)

    def _create(self) -> ast.Statement:
        what = self.expect_any(
            "table", "view", "database", "schema", "publication", "snapshot", "function", "procedure"
        )
        if what == "schema":
            what = "database"
        if what == "database":
            self.if_not_exists()
        name = self.name() if what in ("table", "view") else ast.Name(self.identifier())
        return ast.ShowCreate(what, name, self._hint())

    def _scoped(self) -> ast.Statement:
        scope = self.words[self.at - 1]
        word = self.expect_any("variables", "status")
        like, where = self._filter()
        if word == "status":
            return ast.ShowList(word, like, where)
        return ast.ShowVariables(scope, like, where)

    def _variables(self) -> ast.Statement:
        like, where = self._filter()
        return ast.ShowVariables(None, like, where)

    def _grants(self) -> ast.Statement:
        if not self.accept("for"):
            return ast.ShowGrants()
        if self.accept("role"):
            return ast.ShowGrants(role=self.text_or_identifier())
        user, host = self.user_name()
        return ast.ShowGrants(user, host=host)

    def _processlist(self) -> ast.Statement:
        return ast.ShowList("processlist")

    def _subscriptions(self) -> ast.Statement:
        every = self.accept("all")
        like, where = self._filter()
        return ast.ShowList("subscriptions", like, where, all=every)

    def _publication(self) -> ast.Statement:
        self.expect("coverage")
        return ast.ShowPublicationCoverage(self.identifier())

    # --- refused in a transaction -----------------------------------------------------------------------------------

    def _snapshots(self) -> ast.Statement:
        return ast.ShowAdministrative("snapshots", where=self.where())

    def _pitr(self) -> ast.Statement:
        return ast.ShowAdministrative("pitr", where=self.where())

    def _stages(self) -> ast.Statement:
        like, where = self._filter()
        return ast.ShowAdministrative("stages", like, where)

    def _roles(self) -> ast.Statement:
        like, where = self._filter()
        return ast.ShowAdministrative("roles", like, where)

    def _rules(self) -> ast.Statement:
        self.expect("on", "role")
        return ast.ShowAdministrative("rules", name=self.identifier())

    def _cdc(self) -> ast.Statement:
        if self.accept("task"):
            return ast.ShowCdc(self.identifier())
        self.accept("all")
        return ast.ShowCdc()

    def _tasks(self) -> ast.Statement:
        self.skip_statement()
        return ast.ShowAdministrative("tasks")

    _show_parsers: Final[dict[str, Callable[[ShowParser], ast.Statement]]] = {
        "databases": _databases,
        "schemas": _databases,
        "full": _full,
        "tables": _tables,
        "columns": _columns,
        "fields": _columns,
        "extended": _extended,
        "index": _index,
        "indexes": _index,
        "keys": _index,
        "table": _table,
        "create": _create,
        "global": _scoped,
        "session": _scoped,
        "variables": _variables,
        "grants": _grants,
        "processlist": _processlist,
        "subscriptions": _subscriptions,
        "publication": _publication,
        "snapshots": _snapshots,
        "pitr": _pitr,
        "stages": _stages,
        "roles": _roles,
        "rules": _rules,
        "cdc": _cdc,
        "tasks": _tasks,
        "task": _tasks,
        "recovery_window": ObjectParser.recovery_window,
    }

    def describe(self) -> ast.Statement:
        """``DESC table [column]``, or an EXPLAIN by that name."""
        if self.words[self.at + 1] in ("select", "with", "insert", "update", "delete", "replace", "analyze", "("):
            return self.explain()
        self.at += 1
        name = self.name()
        return ast.Describe(name, self.text_or_identifier() if not self.at_end() else None)

    def explain(self) -> ast.Statement:
        """EXPLAIN, at that word."""
        self.at += 1
        if self.accept("phyplan"):
            while self.accept_any("verbose", "analyze"):
                pass
            return ast.ExplainPhysicalPlan(self.statement())
        options: list[str] = []
        while word := self.accept_any("analyze", "verbose", "extended"):
            options.append(word)
        if self.accept("("):
            while not self.accept(")"):
                options.append(self.words[self.at])
                self.at += 1
                if self.at_end():
                    raise self.error()
        if self.accept("format"):
            self.expect("=")
            if self.string().lower() not in ("text", "json", "dot"):
                raise self.error_behind("syntax error")
        word = self.words[self.at]
        if not options and self.is_identifier() and word not in ("execute", "values", "call"):
            return ast.Describe(self.name())
        return ast.Explain(self.statement(), tuple(options))

    @abstractmethod
    def statement(self) -> ast.Statement:
        """The next statement."""
