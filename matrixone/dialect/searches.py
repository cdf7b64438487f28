"""What the compiler asks about full-text and vector searches: where they stand, and what time they read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import BooleanClauseList, ScalarSelect, SelectBase, exc
from sqlalchemy.dialects.mysql import match
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.functions import FunctionElement

from matrixone.dialect.hints import TableAt
from matrixone.dialect.index_rules import searched_columns
from matrixone.fulltext.match import Match

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Select
    from sqlalchemy.sql.selectable import GenerativeSelect

# Functions that a vector index may serve.
_DISTANCE = re.compile(r"l2_distance|cosine_distance|inner_product", re.IGNORECASE)


def is_nearest_first(select: GenerativeSelect) -> bool:
    """Whether the order may be one of distances: they are in it, in the columns, or in what the statement reads."""
    if not select._order_by_clauses:
        return False
    parts = (part for clause in (*select._order_by_clauses, select) for part in visitors.iterate(clause))
    return any(map(_is_distance, parts))


def searches_the_past(search: Any, froms: Sequence[Any]) -> bool:
    """Whether the columns of a search are those of a table with a hint; mere names may be of any of the FROM."""
    tables = [getattr(each, "table", None) for each in searched_columns(search)]
    read = [part for each in froms for part in visitors.iterate(each)] if None in tables else []
    return any(isinstance(table, TableAt) for table in (*tables, *read))


def would_drop_rows(select: Select[Any]) -> bool:
    """Whether a search is in the columns or the order that is no condition: the server would return what it finds only.

    The condition has to be the same object: what compares as equal may have other values when the compiled statement is
    used again.
    """
    conditions = [each.right for each in _joined_by_and(select._where_criteria) if isinstance(each, match)]
    shown = [each for clause in (*select._raw_columns, *select._order_by_clauses) for each in _searches_in(clause)]
    return any(not any(each.right is condition for condition in conditions) for each in shown)


def check_conditions(criteria: Sequence[Any]) -> None:
    """See that searches are conditions by themselves.

    Raises:
        CompileError: one is part of another condition, where the server takes none.
    """
    for each in _joined_by_and(criteria):
        if not isinstance(each, match) and next(_searches_in(each), None) is not None:
            raise exc.CompileError(
                "MATCH is a condition by itself or joined by AND: below OR and NOT write matches(), compare its score()"
            )


def is_condition(search: Any, select: Select[Any]) -> bool:
    """Whether a search is a condition of the SELECT by itself."""
    return any(each is search for each in _joined_by_and(select._where_criteria))


def keeping_rows(search: Any, froms: Sequence[Any]) -> Match:
    """The search as one of a table whose rows can be told apart.

    Raises:
        CompileError: there is no such table.
    """
    only = froms[0] if len(froms) == 1 else None
    named = search.named_in(only) if isinstance(search, Match) else None
    if named is None:
        raise exc.CompileError(
            "MATCH among the columns or in the order leaves out the rows that do not match: use the same search as a "
            "condition, too, or search in columns of one table with a primary key, where score() keeps all rows"
        )
    return named


def _searches_in(part: Any) -> Iterator[Any]:
    """The searches in an expression, without those of its subqueries."""
    if isinstance(part, match):
        yield part
    elif not isinstance(part, SelectBase | ScalarSelect):
        for child in part.get_children():
            yield from _searches_in(child)


def _joined_by_and(criteria: Any) -> Iterator[Any]:
    for each in criteria:
        if isinstance(each, BooleanClauseList) and each.operator is operators.and_:
            yield from _joined_by_and(each.clauses)
        else:
            yield each


def _is_distance(part: Any) -> bool:
    """A distance function, or text that may hold one."""
    if isinstance(part, FunctionElement) or getattr(part, "is_literal", False):
        return _DISTANCE.search(part.name) is not None
    return _DISTANCE.search(getattr(part, "text", "")) is not None
