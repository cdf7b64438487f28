"""``MATCH ... AGAINST`` as an expression: a condition, a sort key, a score."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, Float, Null, and_, column, exists, func, or_, select
from sqlalchemy.dialects.mysql import match
from sqlalchemy.sql import coercions, operators, roles

from matrixone.exceptions import ConfigurationError
from matrixone.fulltext.terms import belongs_to_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, ColumnExpressionArgument

_OPERATORS = "+\\-<>~"
_PHRASE = re.compile('"([^"]*)"')
_ONLY_PHRASE = re.compile(r'\s*"[^"]*"\s*')
_DOUBLE = re.compile(rf"(?:^|(?<=[\s(]))[{_OPERATORS}]*(?:[+-][+-]|[<>~][{_OPERATORS}])")
_ALONE = re.compile(rf"(?:^|(?<=[\s(]))(?=[{_OPERATORS}*])[{_OPERATORS}]*\*?(?=[\s)]|$)")
_SHORTEST = 2  # characters the server looks for as they are
_EMPTY_GROUP = re.compile(r"\(\s*\)")


class FulltextModeType(StrEnum):
    """How the words of a search are read; ``natural`` and ``boolean`` are understood, too."""

    NATURAL_LANGUAGE = "natural language mode"
    """As a phrase: the words one after the other."""
    BOOLEAN = "boolean mode"
    """As words with operators: ``+must -must_not prefix* >more <less ~rather_not``, or one ``"phrase"``."""

    @classmethod
    def _missing_(cls, value: object) -> FulltextModeType | None:
        return next((mode for mode in cls if mode.partition(" ")[0] == str(value).lower()), None)


class Match(match):
    """MATCH ... AGAINST: true for the rows that match, and how well.

    As a condition it stands by itself or is joined by AND to what is no subquery, and there has to be an index over
    exactly these columns.
    Among the columns or in the order of a SELECT it is the score: that of the index if the same object is a condition,
    too, else :meth:`score`, since the server would leave out the rows that do not match.

    Args:
        *columns: The columns of an index, or their names.
        query: What to look for, always bound; NULL is a search whose terms are still to come and cannot be compiled.
        mode: How it is read.

    Raises:
        ConfigurationError: A query without a word, or one whose operators the server does not take.
        ValueError: An unknown mode.
    """

    inherit_cache = True

    def __init__(
        self,
        *columns: str | ColumnExpressionArgument[Any],
        query: str | Null | BindParameter[str],
        mode: str = FulltextModeType.NATURAL_LANGUAGE,
    ) -> None:
        if not columns:
            raise ConfigurationError("MATCH needs the columns of an index")
        is_boolean = FulltextModeType(mode) is FulltextModeType.BOOLEAN
        check = checked_boolean if is_boolean else checked_query
        super().__init__(
            *map(_column, columns),
            against=query if isinstance(query, Null | BindParameter) else check(query),
            in_boolean_mode=is_boolean,
            in_natural_language_mode=not is_boolean,
        )
        self.type = Float()

    def score(self) -> ColumnElement[float]:
        """How well each row matches, 0 for those that do not: leaves out no row, wherever it stands.

        Raises:
            ConfigurationError: The columns are mere names, or their table has no primary key.
        """
        found, same, table = self._of_other_alias(Found, "a score for every row")
        return func.coalesce(select(found).where(*same).correlate(table).scalar_subquery(), 0.0)

    def matches(self) -> ColumnElement[bool]:
        """Whether the row matches, as a condition that may stand anywhere: under OR and NOT, and in the columns.

        Searches are put so by themselves where ``~`` and ``|`` join them directly, not deeper inside. Slower than the
        search itself, beside which the server takes no subquery: ``a.matches() & ~b``.

        Raises:
            ConfigurationError: The columns are mere names, or their table has no primary key.
        """
        found, same, table = self._of_other_alias(Match, "a search under OR or NOT")
        return exists().where(found, *same).correlate(table)

    def self_group(self, against: Any = None) -> Any:
        """Under OR: the form that the server takes there."""
        return self.matches() if against is operators.or_ else super().self_group(against)

    def _negate(self) -> Any:
        return ~self.matches()

    def __or__(self, other: Any) -> Any:
        """As :func:`~sqlalchemy.or_`."""
        return or_(self, other)

    def __and__(self, other: Any) -> Any:
        """As :func:`~sqlalchemy.and_`."""
        return and_(self, other)

    def __invert__(self) -> Any:
        """As :func:`~sqlalchemy.not_`."""
        return self._negate()

    def __bool__(self) -> bool:
        raise TypeError("a search has no truth value; use and_(), or_() and not_()")

    def named_in(self, table: Any) -> Match | None:
        """The search, mere names of columns taken for those of a table; None if there are no such, or no key."""
        columns = [found if found.table is not None else _named(table, found) for found in self.left.clauses]
        tables = {getattr(found, "table", None) for found in columns}
        if len(tables) > 1 or not getattr(tables.pop(), "primary_key", None):
            return None
        return self._in(columns, Match)

    def _in(self, columns: Sequence[ColumnElement[Any]], kind: type[Match]) -> Match:
        """The same search in other columns."""
        # The value is shared: one that is bound while a statement is compiled would stay in all statements like it.
        value: Any = self.right
        return kind(*columns, query=value, mode="boolean" if self.modifiers["mysql_boolean_mode"] else "natural")

    def _of_other_alias(self, kind: type[Match], what: str) -> tuple[Match, list[ColumnElement[bool]], Any]:
        """The search in another alias of its table, and what makes both the same row."""
        columns = list(self.left.clauses)
        tables = {found.table for found in columns}
        table = tables.pop()
        if tables or not getattr(table, "primary_key", None):
            raise ConfigurationError(f"{what} needs columns of one table with a primary key")
        other = table.alias()
        found = self._in([other.c[each.key] for each in columns], kind)
        return found, [other.c[key.key] == key for key in table.primary_key], table


class Found(Match):
    """A search among the columns of a SELECT of its own, which may leave out rows."""

    inherit_cache = True


def checked_query(query: object) -> str:
    """The query itself, if there is a word in it.

    Raises:
        ConfigurationError: There is none: the server fails, or finds nothing.
    """
    if not isinstance(query, str) or not any(map(belongs_to_word, query)):
        raise ConfigurationError(f"a full-text search needs a word, there is none in {query!r}")
    return query


def checked_boolean(query: object) -> str:
    """The query itself, if its operators fit together.

    Raises:
        ConfigurationError: They do not; the server would fail, with some of them in a panic.
    """
    query = checked_query(query)
    if query.count('"') % 2 or any(not any(map(belongs_to_word, phrase)) for phrase in _PHRASE.findall(query)):
        raise ConfigurationError(f"a phrase is empty or not closed in {query!r}")
    if '"' in query and not _ONLY_PHRASE.fullmatch(query):
        raise ConfigurationError(
            f"in {query!r} the server takes the words of the phrase one by one: a phrase has to be the whole search; "
            "join two searches by AND"
        )
    words = _PHRASE.sub("x", query)
    if _EMPTY_GROUP.search(words) or not _is_balanced(words):
        raise ConfigurationError(f"brackets are empty or not closed in {query!r}")
    if _has_later_group(words):
        raise ConfigurationError(
            f"in {query!r} the server drops what stands before a group without an operator: one such group, and first"
        )
    if _DOUBLE.search(words) or _ALONE.search(words):
        raise ConfigurationError(f"an operator stands before no word in {query!r}")
    if any(len(part) > _SHORTEST and not any(map(belongs_to_word, part)) for part in re.split(r"[\s()]+", words)):
        raise ConfigurationError(f"there is a part without a word in {query!r}")
    return query


def _has_later_group(text: str) -> bool:
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        before = text[:at]
        if character == "(" and depth == 1 and before.strip() and before[-1].isspace():
            return True
    return False


def _is_balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return not depth


def _named(table: Any, name: ColumnElement[Any]) -> Any:
    columns = getattr(table, "c", None)
    return None if columns is None else columns.get(name.key)


def _column(given: str | ColumnExpressionArgument[Any]) -> ColumnElement[Any]:
    if isinstance(given, str):
        return column(given)
    found: ColumnElement[Any] = coercions.expect(roles.ColumnArgumentRole, given)
    return found
