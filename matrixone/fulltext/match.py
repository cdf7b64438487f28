"""``MATCH ... AGAINST`` as an expression: a condition, a sort key, a score."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Float, column, func, select
from sqlalchemy.dialects.mysql import match
from sqlalchemy.sql import coercions, roles

from matrixone.exceptions import ConfigurationError

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, ColumnExpressionArgument

_OPERATORS = "+\\-<>~"
_PHRASE = re.compile('"([^"]*)"')
_DOUBLE = re.compile(rf"(?:^|(?<=[\s(]))[{_OPERATORS}]*(?:[+-][+-]|[<>~][{_OPERATORS}])")
_ALONE = re.compile(rf"(?:^|(?<=[\s(]))(?=[{_OPERATORS}*])[{_OPERATORS}]*\*?(?=[\s)]|$)")
_SHORTEST = 2  # characters the server looks for as they are
_EMPTY_GROUP = re.compile(r"\(\s*\)")


class FulltextModeType(StrEnum):
    """How the words of a search are read; ``natural`` and ``boolean`` are understood, too."""

    NATURAL_LANGUAGE = "natural language mode"
    """As a phrase: the words one after the other."""
    BOOLEAN = "boolean mode"
    """As words with operators: ``+must -must_not prefix* "a phrase" >more <less ~rather_not (a group)``."""

    @classmethod
    def _missing_(cls, value: object) -> FulltextModeType | None:
        return next((mode for mode in cls if mode.partition(" ")[0] == str(value).lower()), None)


class Match(match):
    """MATCH ... AGAINST: true for the rows that match, and how well.

    As a condition it stands by itself or is joined by AND, and there has to be an index over exactly these columns.
    Among the columns of a SELECT it leaves out the rows that do not match; :meth:`score` does not.

    Args:
        *columns: The columns of an index, or their names.
        query: What to look for; always bound.
        mode: How it is read.

    Raises:
        ConfigurationError: A query without a word, or one whose operators the server does not take.
        ValueError: An unknown mode.
    """

    inherit_cache = True

    def __init__(
        self,
        *columns: str | ColumnExpressionArgument[Any],
        query: str,
        mode: str = FulltextModeType.NATURAL_LANGUAGE,
    ) -> None:
        if not columns:
            raise ConfigurationError("MATCH needs the columns of an index")
        is_boolean = FulltextModeType(mode) is FulltextModeType.BOOLEAN
        super().__init__(
            *map(_column, columns),
            against=(checked_boolean if is_boolean else checked_query)(query),
            in_boolean_mode=is_boolean,
            in_natural_language_mode=not is_boolean,
        )
        self.type = Float()

    def score(self) -> ColumnElement[float]:
        """How well each row matches, 0 for those that do not: leaves out no row, wherever it stands.

        Raises:
            ConfigurationError: The columns are mere names, or their table has no primary key.
        """
        bound: Any = self.right
        columns = list(self.left.clauses)
        tables = {found.table for found in columns}
        table = tables.pop()
        if tables or not getattr(table, "primary_key", None):
            raise ConfigurationError("a score for every row needs columns of one table with a primary key")
        other = table.alias()
        mode = FulltextModeType("boolean" if self.modifiers["mysql_boolean_mode"] else "natural")
        found = Match(*(other.c[each.key] for each in columns), query=bound.value, mode=mode)
        same = (other.c[key.key] == key for key in table.primary_key)
        return func.coalesce(select(found).where(*same).correlate(table).scalar_subquery(), 0.0)


def natural_match(*columns: str | ColumnExpressionArgument[Any], query: str) -> Match:
    """The rows with this phrase.

    Args:
        *columns: The columns of an index, or their names.
        query: Words; all of them, one after the other.

    Raises:
        ConfigurationError: There is no word in the query.
    """
    return Match(*columns, query=query)


def boolean_match(*columns: str | ColumnExpressionArgument[Any], query: str) -> Match:
    """The rows that meet a boolean search.

    Args:
        *columns: The columns of an index, or their names.
        query: Words with the operators of :class:`FulltextModeType`.

    Raises:
        ConfigurationError: There is no word in the query, or its operators do not fit together.
    """
    return Match(*columns, query=query, mode=FulltextModeType.BOOLEAN)


def checked_query(query: object) -> str:
    """The query itself, if there is a word in it.

    Raises:
        ConfigurationError: There is none: the server fails, or finds nothing.
    """
    if not isinstance(query, str) or not any(map(_belongs_to_word, query)):
        raise ConfigurationError(f"a full-text search needs a word, there is none in {query!r}")
    return query


def checked_boolean(query: object) -> str:
    """The query itself, if its operators fit together.

    Raises:
        ConfigurationError: They do not; the server would fail, with some of them in a panic.
    """
    query = checked_query(query)
    if query.count('"') % 2 or any(not any(map(_belongs_to_word, phrase)) for phrase in _PHRASE.findall(query)):
        raise ConfigurationError(f"a phrase is empty or not closed in {query!r}")
    words = _PHRASE.sub("x", query)
    if _EMPTY_GROUP.search(words) or not _is_balanced(words):
        raise ConfigurationError(f"brackets are empty or not closed in {query!r}")
    if _DOUBLE.search(words) or _ALONE.search(words):
        raise ConfigurationError(f"an operator stands before no word in {query!r}")
    if any(len(part) > _SHORTEST and not any(map(_belongs_to_word, part)) for part in re.split(r"[\s()]+", words)):
        raise ConfigurationError(f"there is a part without a word in {query!r}")
    return query


def _is_balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return not depth


def _belongs_to_word(character: str) -> bool:
    """Letters, digits and ``_``, and beyond ASCII whatever is no punctuation, as the server splits words."""
    return (
        character.isalnum() or character == "_" or (character > "\x7f" and unicodedata.category(character)[0] in "MS")
    )


def _column(given: str | ColumnExpressionArgument[Any]) -> ColumnElement[Any]:
    if isinstance(given, str):
        return column(given)
    found: ColumnElement[Any] = coercions.expect(roles.ColumnArgumentRole, given)
    return found
