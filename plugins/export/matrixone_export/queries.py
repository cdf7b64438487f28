"""The query whose rows are exported, and statements around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import TextClause
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement, Executable
from sqlalchemy.sql.expression import SelectBase

from matrixone.params import statement, without_comments
from matrixone.query_builder import QueryBuilder
from matrixone_export.formats import OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.sql.compiler import SQLCompiler

    from matrixone.sql import SQL

Exportable = str | SelectBase | TextClause | QueryBuilder
"""A query: string SQL, each ``?`` a placeholder, a SQLAlchemy select or text, or a query of a session."""

_QUERY = re.compile(r"\s*(?:SELECT|WITH)\b", re.IGNORECASE)


def query_of(query: Exportable, params: Sequence[Any] | None) -> ClauseElement:
    """The query with its values bound.

    Args:
        query: The query.
        params: Values for the placeholders of string SQL.

    Raises:
        OptionError: It is no query, or more than one statement, or it has values already.
        QueryError: The values do not fit the placeholders.
    """
    if isinstance(query, str):
        return statement(_one_query(query), params)
    if params is not None:
        raise OptionError("values are for string SQL; the values of other queries are bound already")
    if isinstance(query, QueryBuilder):
        return query._select()
    if isinstance(query, TextClause):
        _one_query(query.text)
        return query
    if isinstance(query, SelectBase):
        return query
    raise OptionError(f"an export is of a query, not of {query!r}")


def _one_query(sql: str) -> str:
    """The text of one query without the semicolon at its end.

    The server would run what follows a semicolon as a statement of its own, and INSERT ... INTO OUTFILE as an INSERT.
    What follows an open comment it would ignore, and write nothing.
    """
    stripped = sql.rstrip("; \t\r\n")
    structure = without_comments(f"{stripped}\n;")  # an open comment or string would swallow this semicolon
    if not _QUERY.match(structure):
        raise OptionError(f"an export is of a SELECT or WITH, not of {stripped[:40]!r}")
    if structure.count(";") != 1 or "/*" in structure:
        raise OptionError("an export is of one query, without semicolons, open comments and open strings")
    return stripped


class Enclosed(Executable, ClauseElement):
    """A query between two pieces of SQL.

    Args:
        before: What precedes it.
        query: The query.
        after: What follows, on a line of its own: the query may end with a comment.
    """

    inherit_cache = False

    def __init__(self, before: SQL, query: ClauseElement, after: SQL) -> None:
        self.before = before
        self.query = query
        self.after = after


@compiles(Enclosed)
def _compile_enclosed(element: Enclosed, compiler: SQLCompiler, **keywords: Any) -> str:
    # As an inner statement the query does not lay claim to the columns of the result.
    compiler.stack.append({"correlate_froms": set(), "asfrom_froms": set(), "selectable": element.query})  # type: ignore[typeddict-item]
    try:
        query = compiler.process(element.query, **keywords)
    finally:
        compiler.stack.pop()
    return f"{element.before.render(compiler)}{query}\n{element.after.render(compiler)}"
