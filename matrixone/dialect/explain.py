"""EXPLAIN of a SQLAlchemy statement, its values bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement, Executable
from sqlalchemy.sql.visitors import InternalTraversal

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.sql.compiler import SQLCompiler


class Explain(Executable, ClauseElement):
    """The plan of a query, one row a line.

    Args:
        query: what is explained.
        analyze: run it and show what each step took.
        verbose: show more of each step.
    """

    _traverse_internals = [  # noqa: RUF012 - the form of SQLAlchemy's cache key
        ("query", InternalTraversal.dp_clauseelement),
        ("analyze", InternalTraversal.dp_boolean),
        ("verbose", InternalTraversal.dp_boolean),
    ]

    def __init__(self, query: Select[Any], *, analyze: bool = False, verbose: bool = False) -> None:
        self.query = query
        self.analyze = analyze
        self.verbose = verbose


def explain_words(*, analyze: bool, verbose: bool) -> str:
    """What is written before the explained statement."""
    return "EXPLAIN" + " ANALYZE" * analyze + " VERBOSE" * verbose


@compiles(Explain)
def _compile_explain(element: Explain, compiler: SQLCompiler, **kw: Any) -> str:
    words = explain_words(analyze=element.analyze, verbose=element.verbose)
    # As an inner statement the query does not lay claim to the columns of the result.
    compiler.stack.append({"correlate_froms": set(), "asfrom_froms": set(), "selectable": element.query})
    try:
        return f"{words} {compiler.process(element.query, **kw)}"
    finally:
        compiler.stack.pop()
