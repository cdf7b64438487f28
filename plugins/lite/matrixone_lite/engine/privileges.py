"""Who may do what: administrators everything, everybody else nothing but steer their session.

Clones need no privilege, as on the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.accounts import ADMIN_ROLE_IDS, NO_PRIVILEGE
from matrixone_lite.engine.catalog import SYSTEM_DATABASES
from matrixone_lite.engine.errors import internal
from matrixone_lite.engine.walk import walk
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from matrixone_lite.engine.api import Principal

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
    ast.Prepare,
    ast.Execute,
    ast.Deallocate,
    ast.Empty,
    ast.ShowVariables,
    ast.ShowList,
    ast.ShowDatabases,
    ast.Kill,
    ast.CloneTable,
    ast.CloneDatabase,
)


def check_privilege(principal: Principal, statement: ast.Statement) -> None:
    """Error 20101 unless the session's role may run the statement."""
    if principal.role_id in ADMIN_ROLE_IDS or isinstance(statement, _FREE):
        return
    if isinstance(statement, ast.Query) and not isinstance(statement, ast.Show) and not _reads_user_tables(statement):
        return
    raise internal(NO_PRIVILEGE)


def _reads_user_tables(query: ast.Query) -> bool:
    tables = [node for node in walk(query, into_queries=True) if isinstance(node, ast.Table)]
    common = {node.name.lower() for node in walk(query, into_queries=True) if isinstance(node, ast.CommonTable)}
    return any(
        (table.name.database or "").lower() not in SYSTEM_DATABASES and table.name.name.lower() not in common | {"dual"}
        for table in tables
    )
