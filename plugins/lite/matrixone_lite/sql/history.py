"""Snapshots, point-in-time recovery and restore."""

from __future__ import annotations

from matrixone_lite.sql import ast
from matrixone_lite.sql.branches import BranchParser


class HistoryParser(BranchParser):
    """Reads statements about past states of data."""

    # --- snapshots --------------------------------------------------------------------------------------------------

    def create_snapshot(self) -> ast.CreateSnapshot:
        """``CREATE SNAPSHOT``, behind SNAPSHOT."""
        if_not_exists = self.if_not_exists()
        name = self.identifier()
        self.expect("for")
        scope = self._scope()
        return ast.CreateSnapshot(name, scope, if_not_exists, self.source_publication())

    def source_publication(self) -> ast.Name | None:
        """``[FROM account PUBLICATION name]``."""
        if not self.accept("from"):
            return None
        account = self.identifier()
        self.expect("publication")
        return ast.Name(self.identifier(), account)

    def _scope(self) -> ast.Scope:
        """``CLUSTER | ACCOUNT [name] | DATABASE d | TABLE d t``."""
        level = self.expect_any("cluster", "account", "database", "table")
        if level == "cluster":
            return ast.Scope(level)
        if level == "account":
            return ast.Scope(level, account=self.identifier() if self._names_account() else None)
        database = self.identifier()
        if level == "table":
            return ast.Scope(level, database=database, table=self.identifier())
        if self.accept("table"):
            return ast.Scope("table", database=database, table=self.identifier())
        return ast.Scope(level, database=database)

    def _names_account(self) -> bool:
        return self.words[self.at] not in ("range", "from") and self.is_identifier()

    # --- point-in-time recovery -------------------------------------------------------------------------------------

    def create_pitr(self) -> ast.CreatePitr:
        """``CREATE PITR``, behind PITR."""
        if_not_exists = self.if_not_exists()
        name = self.identifier()
        scope = self._scope() if self.accept("for") else ast.Scope("account")
        length, unit = self._range()
        return ast.CreatePitr(name, scope, length, unit, if_not_exists)

    def alter_pitr(self) -> ast.AlterPitr:
        """``ALTER PITR``, behind PITR."""
        if_exists = self.if_exists()
        name = self.identifier()
        length, unit = self._range()
        return ast.AlterPitr(name, length, unit, if_exists)

    def _range(self) -> tuple[int, str]:
        self.expect("range")
        return self.integer(), self.string()

    # --- restore ----------------------------------------------------------------------------------------------------

    def restore(self) -> ast.Statement:
        """RESTORE, at that word."""
        self.at += 1
        if self.words[self.at] == "from":
            return self._restore_pitr(None)
        level = self.expect_any("cluster", "account", "database", "table")
        if level == "table":
            scope = self._table_scope()
        elif level == "database":
            scope = self._database_scope()
        elif level == "account":
            scope = self._account_scope()
        else:
            scope = ast.Scope(level)
        if level != "table" and self.words[self.at] == "from":
            return self._restore_pitr(scope)
        self.expect("{", "snapshot", "=")
        snapshot = self.text_or_identifier()
        self.expect("}")
        return ast.Restore(scope, snapshot, self.to_account())

    def _table_scope(self) -> ast.Scope:
        parts = [self.identifier()]
        self.expect(".")
        parts.append(self.identifier())
        if self.accept("."):
            return ast.Scope("table", parts[0], parts[1], self.identifier())
        return ast.Scope("table", None, *parts)

    def _database_scope(self) -> ast.Scope:
        account = None
        database = self.identifier()
        if self.accept("."):
            account, database = database, self.identifier()
        if self.accept("table"):
            return ast.Scope("table", account, database, self.identifier())
        return ast.Scope("database", account, database)

    def _account_scope(self) -> ast.Scope:
        account = self.identifier()
        if not self.accept("database"):
            return ast.Scope("account", account)
        database = self.identifier()
        if self.accept("table"):
            return ast.Scope("table", account, database, self.identifier())
        return ast.Scope("database", account, database)

    def _restore_pitr(self, scope: ast.Scope | None) -> ast.RestorePitr:
        self.expect("from", "pitr")
        name = self.identifier()
        time = self.string()
        source = self.identifier() if self.is_identifier() else None
        return ast.RestorePitr(scope, name, time, source)

    def recovery_window(self) -> ast.ShowRecoveryWindow:
        """``SHOW RECOVERY_WINDOW``, behind it."""
        self.expect("for")
        scope = self._scope()
        return ast.ShowRecoveryWindow(scope.level, scope.database, scope.table, scope.account)
