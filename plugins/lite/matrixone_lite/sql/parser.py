"""Statements: which word begins which."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.errors import nested_too_deeply
from matrixone_lite.sql import ast
from matrixone_lite.sql.settings import SessionParser

if TYPE_CHECKING:
    from collections.abc import Callable

_CACHED_LENGTH: Final = 4000
_REFUSED_OBJECTS: Final = {
    "procedure": "stored procedures",
    "aggregate": "user-defined functions",
    "source": "streams",
    "connector": "connectors",
    "task": "tasks",
    "catalog": "external catalogs",
    "dynamic": "dynamic tables",
}


class Parser(SessionParser):
    """Reads whole statements."""

    def statements(self) -> tuple[ast.Statement, ...]:
        """Every statement of the text; an empty text is one Empty."""
        found: list[ast.Statement] = []
        while True:
            while self.accept(";"):
                pass
            if not self.words[self.at]:
                return tuple(found) or (ast.Empty(),)
            self.parameters = 0
            found.append(self.statement())
            if not self.at_end():
                raise self.error()

    def statement(self) -> ast.Statement:
        """The next statement."""
        parse = self._beginnings.get(self.words[self.at])
        if parse is None:
            raise self.error()
        return parse(self)

    # --- CREATE, DROP, ALTER ----------------------------------------------------------------------------------------

    def _create(self) -> ast.Statement:
        start = self.at
        self.at += 1
        or_replace = self.accept("or", "replace")
        word = self.words[self.at]
        if word in _REFUSED_OBJECTS:
            return self._refuse(_REFUSED_OBJECTS[word])
        if word == "view":
            self.at += 1
            return self.create_view(start, or_replace=or_replace)
        if word in ("index", "unique", "fulltext", "spatial"):
            return self.create_index()
        if word in ("temporary", "external", "cluster"):
            self.at += 1
            self.expect("table")
            if word == "temporary":
                return self.create_table(temporary=True)
            return self.create_external_table() if word == "external" else self._refuse("cluster tables")
        parse = self._creations.get(word)
        if parse is None:
            raise self.error()
        self.at += 1
        return parse(self)

    def _alter(self) -> ast.Statement:
        start = self.at
        self.at += 1
        word = self.words[self.at]
        if word in _REFUSED_OBJECTS:
            return self._refuse(_REFUSED_OBJECTS[word])
        if word == "view":
            self.at += 1
            return self.alter_view(start)
        parse = self._alterations.get(word)
        if parse is None:
            raise self.error()
        self.at += 1
        return parse(self)

    def _drop(self) -> ast.Statement:
        self.at += 1
        word = self.words[self.at]
        if word in _REFUSED_OBJECTS:
            return self._refuse(_REFUSED_OBJECTS[word])
        parse = self._removals.get(word)
        if parse is None:
            raise self.error()
        self.at += 1
        return parse(self)

    def _refuse(self, feature: str) -> ast.Unsupported:
        self.skip_statement()
        return ast.Unsupported(feature)

    def _drop_table(self) -> ast.Statement:
        if_exists = self.if_exists()
        names = self.names()
        self.accept_any("cascade", "restrict")
        return ast.DropTable(names, if_exists)

    def _drop_temporary(self) -> ast.Statement:
        self.expect("table")
        if_exists = self.if_exists()
        return ast.DropTable(self.names(), if_exists, temporary=True)

    def _drop_view(self) -> ast.Statement:
        if_exists = self.if_exists()
        return ast.DropView(self.names(), if_exists)

    def _drop_sequence(self) -> ast.Statement:
        if_exists = self.if_exists()
        return ast.DropSequence(self.names(), if_exists)

    def _drop_index(self) -> ast.Statement:
        self.if_exists()
        name = self.identifier()
        self.expect("on")
        return ast.DropIndex(name, self.name())

    def _drop_database(self) -> ast.Statement:
        if_exists = self.if_exists()
        return ast.DropDatabase(self.identifier(), if_exists)

    def _drop_snapshot(self) -> ast.Statement:
        if_exists = self.if_exists()
        return ast.DropSnapshot(self.identifier(), if_exists, self.source_publication())

    def _drop_pitr(self) -> ast.Statement:
        if_exists = self.if_exists()
        return ast.DropPitr(self.identifier(), if_exists)

    def _drop_account(self) -> ast.Statement:
        if_exists = self.if_exists()
        return ast.DropAccount(self.identifier(), if_exists)

    def _drop_publication(self) -> ast.Statement:
        if_exists = self.if_exists()
        return ast.DropPublication(self.identifier(), if_exists)

    def _drop_stage(self) -> ast.Statement:
        if_exists = self.if_exists()
        return ast.DropStage(self.identifier(), if_exists)

    def _drop_prepare(self) -> ast.Statement:
        return ast.Deallocate(self.prepared_name())

    # --- others -----------------------------------------------------------------------------------------------------

    def _truncate(self) -> ast.Statement:
        self.at += 1
        self.accept("table")
        return ast.TruncateTable(self.name())

    def _rename(self) -> ast.Statement:
        self.expect("rename", "table")
        renames: list[tuple[ast.Name, ast.Name]] = []
        while not renames or self.accept(","):
            old = self.name()
            self.expect("to")
            renames.append((old, self.name()))
        return ast.RenameTable(tuple(renames))

    def _do(self) -> ast.Statement:
        return ast.Refused(20105, f"not supported: {self.skip_statement()}")

    def _check(self) -> ast.Statement:
        self.expect("check", "table")
        self.skip_statement()
        return ast.Refused(20105, "not supported: CHECK TABLE is not supported in MatrixOne")

    def _reset(self) -> ast.Statement:
        self.expect("reset", "prepare")
        return self._refuse("RESET PREPARE")

    def _dump(self) -> ast.Statement:
        self.expect("dump", "table")
        table = self.name()
        self.expect("to")
        return ast.DumpTable(table, self.string())

    def _insert(self) -> ast.Statement:
        return self.insert()

    def _update(self) -> ast.Statement:
        return self.update()

    def _delete(self) -> ast.Statement:
        return self.delete()

    _creations: Final[dict[str, Callable[[Parser], ast.Statement]]] = {
        "table": SessionParser.create_table,
        "database": SessionParser.create_database,
        "schema": SessionParser.create_database,
        "sequence": SessionParser.create_sequence,
        "function": SessionParser.create_function,
        "snapshot": SessionParser.create_snapshot,
        "pitr": SessionParser.create_pitr,
        "account": SessionParser.create_account,
        "user": SessionParser.create_user,
        "role": SessionParser.create_role,
        "publication": SessionParser.create_publication,
        "stage": SessionParser.create_stage,
        "cdc": SessionParser.create_cdc,
    }
    _alterations: Final[dict[str, Callable[[Parser], ast.Statement]]] = {
        "table": SessionParser.alter_table,
        "database": SessionParser.alter_database,
        "schema": SessionParser.alter_database,
        "sequence": SessionParser.alter_sequence,
        "pitr": SessionParser.alter_pitr,
        "account": SessionParser.alter_account,
        "user": SessionParser.alter_user,
        "role": SessionParser.alter_role,
        "publication": SessionParser.alter_publication,
        "stage": SessionParser.alter_stage,
    }
    _removals: Final[dict[str, Callable[[Parser], ast.Statement]]] = {
        "table": _drop_table,
        "temporary": _drop_temporary,
        "view": _drop_view,
        "sequence": _drop_sequence,
        "function": SessionParser.drop_function,
        "index": _drop_index,
        "database": _drop_database,
        "schema": _drop_database,
        "snapshot": _drop_snapshot,
        "pitr": _drop_pitr,
        "account": _drop_account,
        "user": SessionParser.drop_user,
        "role": SessionParser.drop_role,
        "publication": _drop_publication,
        "stage": _drop_stage,
        "cdc": SessionParser.drop_cdc,
        "prepare": _drop_prepare,
    }
    _beginnings: Final[dict[str, Callable[[Parser], ast.Statement]]] = {
        "select": SessionParser.query,
        "(": SessionParser.query,
        "values": SessionParser.query,
        "with": SessionParser.with_statement,
        "insert": _insert,
        "replace": _insert,
        "update": _update,
        "delete": _delete,
        "load": SessionParser.load,
        "create": _create,
        "alter": _alter,
        "drop": _drop,
        "truncate": _truncate,
        "rename": _rename,
        "set": SessionParser.set,
        "show": SessionParser.show,
        "desc": SessionParser.describe,
        "describe": SessionParser.describe,
        "explain": SessionParser.explain,
        "use": SessionParser.use,
        "begin": SessionParser.begin,
        "start": SessionParser.begin,
        "commit": SessionParser.commit,
        "rollback": SessionParser.rollback,
        "savepoint": SessionParser.savepoint,
        "release": SessionParser.release,
        "lock": SessionParser.lock,
        "unlock": SessionParser.unlock,
        "prepare": SessionParser.prepare,
        "execute": SessionParser.execute,
        "deallocate": SessionParser.deallocate,
        "kill": SessionParser.kill,
        "analyze": SessionParser.analyze,
        "call": SessionParser.call_procedure,
        "grant": SessionParser.grant,
        "revoke": SessionParser.revoke,
        "restore": SessionParser.restore,
        "data": SessionParser.data_branch,
        "remove": SessionParser.remove_files,
        "pause": SessionParser.control_cdc,
        "resume": SessionParser.control_cdc,
        "dump": _dump,
        "do": _do,
        "check": _check,
        "reset": _reset,
    }


@lru_cache(maxsize=512)
def _parse_short(text: str, ansi_quotes: bool, pipes_concatenate: bool) -> tuple[ast.Statement, ...]:
    return Parser(text, ansi_quotes=ansi_quotes, pipes_concatenate=pipes_concatenate).statements()


def parse(text: str, *, ansi_quotes: bool = False, pipes_concatenate: bool = False) -> list[ast.Statement]:
    """Parse one or several statements.

    :param text: statements separated by semicolons
    :param ansi_quotes: whether double quotes enclose names (sql_mode ANSI_QUOTES)
    :param pipes_concatenate: whether ``||`` is CONCAT rather than OR (sql_mode PIPES_AS_CONCAT)
    :return: the statements; one :class:`~matrixone_lite.sql.ast.Empty` for blanks and comments only
    :raises ServerError: 1064, worded and placed as the server does, when any of the statements is wrong; 20105 when
        one is nested deeper than this parser follows
    """
    try:
        if len(text) <= _CACHED_LENGTH:
            return [*_parse_short(text, ansi_quotes, pipes_concatenate)]
        return [*Parser(text, ansi_quotes=ansi_quotes, pipes_concatenate=pipes_concatenate).statements()]
    except RecursionError:
        raise nested_too_deeply() from None
