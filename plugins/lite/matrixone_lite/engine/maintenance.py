"""ANALYZE TABLE, and the statements that are only recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matrixone_lite.engine.api import Rows
from matrixone_lite.engine.dispatch import handler_of, handles
from matrixone_lite.engine.errors import ServerError, no_such_table, unsupported
from matrixone_lite.engine.namespace import current_database, find_table
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from typing import Never

    from matrixone_lite.engine.session import LiteSession


@handles(ast.AnalyzeTable)
def analyze_table(session: LiteSession, statement: ast.AnalyzeTable) -> Rows:
    """ANALYZE TABLE: a query for the number of distinct values of each column."""
    database = current_database(session, statement.name.database)
    table = find_table(session, database, statement.name.name)
    if table is None:
        raise no_such_table(database.name, statement.name.name.lower())
    names = statement.columns or tuple(column.name for column in table.columns)
    function = "approx_count_distinct"
    items = tuple(
        ast.SelectItem(ast.Function(function, (ast.Column(name),), spelling=function), f"{function}({name})")
        for name in names
    )
    query = ast.Select(items, ast.Table(statement.name))
    result = handler_of(query)(session, query)
    if not isinstance(result, Rows):
        raise TypeError(result)
    return result


@handles(ast.Refused)
def refuse(_session: LiteSession, statement: ast.Refused) -> Never:
    """A statement the server itself refuses."""
    raise ServerError(statement.errno, statement.message)


@handles(ast.Unsupported)
def refuse_unsupported(_session: LiteSession, statement: ast.Unsupported) -> Never:
    """A statement only this server refuses."""
    raise unsupported(statement.feature)
