"""Who may do what: administrators everything, everybody else what their roles have been granted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.accounts import ADMIN_ROLE_IDS, NO_PRIVILEGE
from matrixone_lite.engine.catalog import SYS_ACCOUNT
from matrixone_lite.engine.errors import internal
from matrixone_lite.engine.grants import allows
from matrixone_lite.engine.walk import walk
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from matrixone_lite.engine.accounts import Account
    from matrixone_lite.engine.session import LiteSession

_FREE: Final = (
    ast.Use,
    ast.Begin,
    ast.Commit,
    ast.Rollback,
    ast.Savepoint,
    ast.ReleaseSavepoint,
    ast.RollbackTo,
    ast.SetVariables,
    ast.SetTransaction,
    ast.SetRole,
    ast.SetPassword,
    ast.SetDefaultRole,
    ast.Prepare,
    ast.Execute,
    ast.Deallocate,
    ast.Empty,
    ast.ShowVariables,
    ast.ShowList,
    ast.ShowAdministrative,
    ast.ShowGrants,
    ast.CloneTable,  # neither the copy nor its source is checked
    ast.CloneDatabase,
    ast.Grant,  # the statement itself sees who may pass on what
    ast.Revoke,
    ast.Kill,
    ast.Refused,
    ast.Unsupported,
)
_ON_ACCOUNT: Final[dict[type[ast.Statement], str]] = {
    ast.ShowDatabases: "show databases",
    ast.CreateDatabase: "create database",
    ast.SubscribeDatabase: "create database",
    ast.DropDatabase: "drop database",
}
_ON_DATABASE: Final[dict[type[ast.Statement], str]] = {
    ast.ShowTables: "show tables",
    ast.ShowTableStatus: "show tables",
    ast.ShowColumns: "show tables",
    ast.ShowIndex: "show tables",
    ast.ShowCreate: "show tables",
    ast.Describe: "show tables",
    ast.CreateTable: "create table",
    ast.CreateTableLike: "create table",
    ast.CreateExternalTable: "create table",
    ast.CreateSequence: "create table",
    ast.DropTable: "drop table",
    ast.DropSequence: "drop table",
    ast.AlterTable: "alter table",
    ast.RenameTable: "alter table",
    ast.CreateView: "create view",
    ast.AlterView: "alter view",
    ast.DropView: "drop view",
}
_READING: Final = {ast.CreateTable, ast.CreateTableLike, ast.CreateView, ast.AlterView}
_ON_TABLE: Final[dict[type[ast.Statement], tuple[str, ...]]] = {
    ast.Insert: ("insert", "select"),  # the server wants both
    ast.LoadData: ("insert",),
    ast.LoadTable: ("insert",),
    ast.DumpTable: ("select",),
    ast.Update: ("update",),
    ast.Delete: ("delete",),
    ast.TruncateTable: ("truncate",),
    ast.CreateIndex: ("index",),
    ast.DropIndex: ("index",),
    ast.AnalyzeTable: ("select",),
}

_ABOUT_BRANCHES: Final = (
    ast.CreateBranch,
    ast.DeleteBranch,
    ast.DiffBranchInto,
    ast.MergeBranch,
    ast.PickBranch,
)
_ADDING: Final = (
    ast.Insert,
    ast.LoadData,
    ast.LoadTable,
    ast.Update,
    ast.CreateDatabase,
    ast.CloneDatabase,
    ast.CreateTable,
    ast.CreateTableLike,
    ast.CloneTable,
    ast.CreateBranch,
    ast.MergeBranch,
    ast.PickBranch,
)

Need = tuple[str, str, str]
"""Privilege, database and table."""


def check_privilege(session: LiteSession, statement: ast.Statement) -> None:
    """Error 20101 unless the session's role, and the state of its account, allow the statement."""
    _check_storage(session, statement)
    if session.principal.role_id in ADMIN_ROLE_IDS or isinstance(statement, _FREE):
        return
    needs = set(_needs(session, statement)) - session.allowed
    if not all(allows(session, *need) for need in needs):
        raise internal(NO_PRIVILEGE)
    # REVOKE does not reach a session that has used the privilege
    session.allowed |= needs


def _check_storage(session: LiteSession, statement: ast.Statement) -> None:
    """A restricted account may read and delete, but not add anything."""
    principal = session.principal
    if principal.account_id == SYS_ACCOUNT or not isinstance(statement, _ADDING):
        return
    account: Account | None = session.catalog.object("account", SYS_ACCOUNT, principal.account)
    if account is not None and account.status == "restricted":
        raise internal("do not have enough storage to execute the statement")


def _needs(session: LiteSession, statement: ast.Statement) -> Iterator[Need]:
    kind = type(statement)
    if kind in _ON_ACCOUNT:
        yield _ON_ACCOUNT[kind], "", ""
    elif kind in _ON_DATABASE:
        yield from _needs_on_database(session, statement)
    elif kind in _ON_TABLE:
        changed, *read = _tables(statement)
        for privilege in _ON_TABLE[kind]:
            yield privilege, *_place(session, changed)
        yield from _needs_of_reading(session, read)
    elif isinstance(statement, ast.Query | ast.Explain | ast.DiffBranch):
        yield from _needs_of_reading(session, _tables(statement))
    elif isinstance(statement, _ABOUT_BRANCHES):
        yield from _needs_of_branches(session, statement)
    else:
        yield NO_PRIVILEGE, "", ""  # nobody has it


def _needs_of_branches(session: LiteSession, statement: ast.Statement) -> Iterator[Need]:
    match statement:
        case ast.CreateBranch(kind="database"):
            yield "create database", "", ""
            source = session.catalog.database(session.principal.account_id, statement.source.name.name)
            tables = [] if source is None else session.catalog.tables(source.id)
            yield from _needs_of_reading(
                session, [ast.Name(table.name, statement.source.name.name) for table in tables]
            )
        case ast.DeleteBranch(kind="database"):
            yield "drop database", "", ""
        case ast.CreateBranch():
            yield "create table", _place(session, statement.name)[0], ""
            yield from _needs_of_reading(session, [statement.source.name])
        case ast.DeleteBranch():
            yield "drop table", _place(session, statement.name)[0], ""
        case ast.DiffBranchInto():
            yield "create table", _place(session, statement.table.name)[0], ""
            yield from _needs_of_reading(session, _tables(statement.diff))
        case ast.MergeBranch() | ast.PickBranch():
            yield from _needs_of_reading(session, _tables(statement))
            for privilege in ("insert", "update", "delete"):
                yield privilege, *_place(session, statement.target.name)


def _needs_on_database(session: LiteSession, statement: ast.Statement) -> Iterator[Need]:
    kind = type(statement)
    names = [node for node in walk(statement) if isinstance(node, ast.Name)]
    written = names[0].database if names else getattr(statement, "database", None)
    yield _ON_DATABASE[kind], (written or session.database).lower(), ""
    if kind in _READING:
        yield from _needs_of_reading(session, _tables(statement)[1:])


def _needs_of_reading(session: LiteSession, names: Iterable[ast.Name]) -> Iterator[Need]:
    for name in names:
        database, table = _place(session, name)
        if database != "information_schema":
            yield "select", database, table


def _tables(statement: ast.Statement) -> list[ast.Name]:
    """The tables a statement names, the changed one first."""
    nodes = list(walk(statement, into_queries=True))
    common = {node.name.lower() for node in nodes if isinstance(node, ast.CommonTable)} | {"dual"}
    names = [node for node in nodes if isinstance(node, ast.Name)]
    return [name for name in names if name.database is not None or name.name.lower() not in common]


def _place(session: LiteSession, name: ast.Name) -> tuple[str, str]:
    return (name.database or session.database).lower(), name.name.lower()
