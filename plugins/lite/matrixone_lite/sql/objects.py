"""Publications, stages, change capture and external tables."""

from __future__ import annotations

from matrixone_lite.sql import ast
from matrixone_lite.sql.accounts import AccountParser


class ObjectParser(AccountParser):
    """Reads statements about objects that connect the server to other places."""

    # --- publications -----------------------------------------------------------------------------------------------

    def create_publication(self) -> ast.CreatePublication:
        """``CREATE PUBLICATION``, behind PUBLICATION."""
        if_not_exists = self.if_not_exists()
        name = self.identifier()
        self.expect("database")
        database = "*" if self.accept("*") else self.identifier()
        tables = self.identifiers() if self.accept("table") else ()
        self.expect("account")
        accounts = () if self.accept("all") else self.identifiers()
        return ast.CreatePublication(name, database, tables, accounts, self.comment(), if_not_exists)

    def alter_publication(self) -> ast.AlterPublication:
        """``ALTER PUBLICATION``, behind PUBLICATION."""
        if_exists = self.if_exists()
        name = self.identifier()
        accounts: tuple[str, ...] | None = None
        action = "set"
        if self.accept("account"):
            if self.accept("all"):
                accounts = ()
            else:
                action = self.accept_any("add", "drop") or "set"
                accounts = self.identifiers()
        database = None
        if self.accept("database"):
            database = "*" if self.accept("*") else self.identifier()
        tables = self.identifiers() if self.accept("table") else None
        return ast.AlterPublication(name, if_exists, accounts, action, database, tables, self.comment())

    # --- stages -----------------------------------------------------------------------------------------------------

    def create_stage(self) -> ast.CreateStage:
        """``CREATE STAGE``, behind STAGE."""
        if_not_exists = self.if_not_exists()
        name = self.identifier()
        self.expect("url", "=")
        url = self.string()
        credentials, enabled, comment = self._stage_options()
        return ast.CreateStage(name, url, credentials or (), enabled, comment, if_not_exists)

    def alter_stage(self) -> ast.AlterStage:
        """``ALTER STAGE``, behind STAGE."""
        if_exists = self.if_exists()
        name = self.identifier()
        self.expect("set")
        url = None
        if self.accept("url"):
            self.expect("=")
            url = self.string()
        credentials, enabled, comment = self._stage_options()
        return ast.AlterStage(name, if_exists, url, credentials, enabled, comment)

    def _stage_options(self) -> tuple[tuple[tuple[str, str], ...] | None, bool | None, str | None]:
        credentials = enabled = comment = None
        if self.accept("credentials"):
            self.expect("=")
            credentials = self.options_in_braces()
        if self.accept("enable"):
            self.expect("=")
            enabled = self.expect_any("true", "false") == "true"
        if self.accept("comment"):
            self.expect("=")
            comment = self.string()
        return credentials, enabled, comment

    def remove_files(self) -> ast.RemoveFiles:
        """``REMOVE FILES FROM STAGE``, at REMOVE."""
        self.expect("remove", "files", "from", "stage")
        if_exists = self.if_exists()
        return ast.RemoveFiles(self.string(), if_exists)

    # --- change capture ---------------------------------------------------------------------------------------------

    def create_cdc(self) -> ast.CreateCdc:
        """``CREATE CDC``, behind CDC."""
        if_not_exists = self.if_not_exists()
        name = self.identifier()
        source, sink_type, sink, tables = self.string(), self.string(), self.string(), self.string()
        return ast.CreateCdc(name, source, sink_type, sink, tables, self.options_in_braces(), if_not_exists)

    def control_cdc(self) -> ast.ControlCdc:
        """``PAUSE | RESUME CDC``, at the first word."""
        action = self.expect_any("pause", "resume")
        self.expect("cdc")
        if action == "pause" and self.accept("all"):
            return ast.ControlCdc(action, None)
        self.expect("task")
        name = self.identifier()
        if action == "resume" and self.is_string():
            if self.string().lower() != "restart":
                raise self.error_behind("syntax error")
            action = "restart"
        return ast.ControlCdc(action, name)

    def drop_cdc(self) -> ast.ControlCdc:
        """``DROP CDC``, behind CDC."""
        if_exists = self.if_exists()
        if self.accept("all"):
            return ast.ControlCdc("drop", None, if_exists)
        self.accept("task")
        return ast.ControlCdc("drop", self.identifier(), if_exists)

    # --- external tables --------------------------------------------------------------------------------------------

    def create_external_table(self) -> ast.Statement:
        """``CREATE EXTERNAL TABLE``, behind TABLE."""
        if_not_exists = self.if_not_exists()
        name = self.name()
        self.expect("(")
        columns = [self.column_definition()]
        while self.accept(","):
            columns.append(self.column_definition())
        self.expect(")")
        if self.accept("url"):
            self.skip_statement()
            return ast.Unsupported("external tables on object stores")
        self.expect("infile")
        if self.is_string():
            options: tuple[tuple[str, str], ...] = (("filepath", self.string()),)
        else:
            options = tuple((key.lower(), value) for key, value in self.options_in_braces())
        shape = self.file_format("error field terminator")
        return ast.CreateExternalTable(name, tuple(columns), options, shape, self.ignored_lines(), if_not_exists)
