"""DATA BRANCH."""

from __future__ import annotations

from matrixone_lite.sql import ast
from matrixone_lite.sql.routines import RoutineParser


class BranchParser(RoutineParser):
    """Reads statements about branches of data."""

    def data_branch(self) -> ast.Statement:
        """``DATA BRANCH …``, at DATA."""
        self.expect("data", "branch")
        word = self.expect_any("create", "delete", "diff", "merge", "pick")
        if word == "create":
            return self._create_branch()
        if word == "delete":
            kind = self.expect_any("table", "database")
            return ast.DeleteBranch(kind, self.name() if kind == "table" else ast.Name(self.identifier()))
        left = self._branch_table()
        if word == "diff":
            return self._diff(left)
        self.expect("into")
        target = self._branch_table()
        if word == "merge":
            return ast.MergeBranch(left, target, self._on_conflict())
        return self._pick(left, target)

    def _create_branch(self) -> ast.CreateBranch:
        kind = self.expect_any("table", "database")
        name = self.name() if kind == "table" else ast.Name(self.identifier())
        self.expect("from")
        return ast.CreateBranch(kind, name, self._branch_table(), self.to_account())

    def _branch_table(self) -> ast.BranchTable:
        name = self.name()
        return ast.BranchTable(name, self.time_travel() if self.words[self.at] == "{" else None)

    def _diff(self, left: ast.BranchTable) -> ast.DiffBranch | ast.DiffBranchInto:
        self.expect("against")
        right = self._branch_table()
        columns = self.identifiers_in_parentheses() if self.accept("columns") else ()
        if not self.accept("output"):
            return ast.DiffBranch(left, right, columns)
        output = self.expect_any("as", "file", "limit", "count", "summary")
        if output == "as":
            return ast.DiffBranchInto(ast.DiffBranch(left, right, columns), self._branch_table())
        if output == "limit":
            return ast.DiffBranch(left, right, columns, limit=self.integer())
        return ast.DiffBranch(left, right, columns, output, directory=self.string() if output == "file" else "")

    def _pick(self, source: ast.BranchTable, target: ast.BranchTable) -> ast.PickBranch:
        snapshots = None
        keys: tuple[ast.Expr, ...] = ()
        query = None
        if self.accept("between"):
            self.expect("snapshot")
            first = self.text_or_identifier()
            self.expect("and")
            snapshots = (first, self.text_or_identifier())
        if self.accept("keys"):
            self.expect("(")
            if self.words[self.at] in ("select", "with"):
                query = self.query()
            else:
                keys = self.expressions()
            self.expect(")")
        elif snapshots is None:
            raise self.error()
        return ast.PickBranch(source, target, keys, query, snapshots, self._on_conflict())

    def _on_conflict(self) -> str:
        if not self.accept("when"):
            return "fail"
        self.expect("conflict")
        return self.expect_any("fail", "skip", "accept")
