"""Boolean searches put together step by step: ``boolean_match(Doc.body).must("red").encourage("apple")``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy import null

from matrixone.exceptions import ConfigurationError
from matrixone.fulltext.match import FulltextModeType, Match
from matrixone.fulltext.terms import (
    MUST,
    MUST_NOT,
    RATHER_NOT,
    FulltextGroup,
    no_weights,
    phrase_of,
    starting_with,
    word,
)

if TYPE_CHECKING:
    from typing import Self

    from sqlalchemy import ColumnExpressionArgument

    Item = str | FulltextGroup


class FulltextFilter(Match):
    """A boolean search of terms. Each method returns a new one; the text of all terms is one bound value.

    A filter without terms cannot be compiled. Words with a condition (``must``, ``must_not``) go with any others;
    a phrase stands alone: the server finds it only as the whole search. Two filters joined by ``and_`` say both.
    """

    inherit_cache = True

    def __init__(
        self,
        *columns: str | ColumnExpressionArgument[Any],
        parts: tuple[str, ...] = (),
        mode: str = FulltextModeType.BOOLEAN,
    ) -> None:
        super().__init__(*columns, query=_joined(parts) if parts else null(), mode=mode)
        self._columns = columns
        self._parts = parts
        self._mode = FulltextModeType(mode)

    def must(self, *items: Item) -> Self:
        """Words, or groups one word of which, that have to occur."""
        return self._with(MUST, items)

    def must_not(self, *items: Item) -> Self:
        """Words that must not occur."""
        return self._with(MUST_NOT, items)

    def encourage(self, *items: Item) -> Self:
        """Words that count; one of them has to occur if there is no word that must."""
        return self._with("", items)

    def discourage(self, *items: Item) -> Self:
        """Words that count against a row; without a word that must, they still find it."""
        return self._with(RATHER_NOT, items)

    def prefix(self, *terms: str) -> Self:
        """Words that begin with these letters."""
        return self._add(*map(starting_with, terms))

    # SQLAlchemy's attribute of that name says that brackets may be needed; a method is as true as its True.
    def group(self, *filters: FulltextGroup) -> Self:  # type: ignore[override]
        """Groups of words that count, see :func:`~matrixone.fulltext.group`; they are sent first and as one."""
        return self._add(*map(str, filters))

    def phrase(self, *phrases: str) -> Self:
        """Words one after the other, as the only term.

        Raises:
            ConfigurationError: there are further terms.
        """
        return self._add(*map(phrase_of, phrases))

    def boost(self, term: str, weight: float) -> NoReturn:
        """The server has no weights; groups have :meth:`~FulltextGroup.high` and :meth:`~FulltextGroup.low`.

        Raises:
            ConfigurationError: always.
        """
        raise no_weights(term, weight)

    def columns(self, *columns: str | ColumnExpressionArgument[Any]) -> Self:
        """The same search in other columns."""
        return type(self)(*columns, parts=self._parts, mode=self._mode)

    def natural_language(self) -> Self:
        """Read the search as a phrase.

        Raises:
            ConfigurationError: it has operators already.
        """
        if any(part != _word_or_empty(part) for part in self._parts):
            raise ConfigurationError("a search in natural language has no operators")
        return type(self)(*self._columns, parts=self._parts, mode=FulltextModeType.NATURAL_LANGUAGE)

    def boolean_mode(self) -> Self:
        """Read the search as words with operators, as :func:`boolean_match` does."""
        return type(self)(*self._columns, parts=self._parts)

    def set_natural_query(self, query: str) -> Self:
        """Look for this phrase, in natural language, instead."""
        return type(self)(*self._columns, parts=(query,), mode=FulltextModeType.NATURAL_LANGUAGE)

    def query_expansion(self) -> NoReturn:
        """The server has no query expansion.

        Raises:
            ConfigurationError: always.
        """
        raise ConfigurationError("the server has no WITH QUERY EXPANSION")

    def as_text(self) -> Self:
        """The search itself, which stands wherever ``text()`` does and stays bound."""
        return self

    @property
    def query(self) -> str:
        """The text of the search."""
        return _joined(self._parts)

    def _with(self, operator: str, items: tuple[Item, ...]) -> Self:
        return self._add(*(operator + (str(item) if isinstance(item, FulltextGroup) else word(item)) for item in items))

    def _add(self, *parts: str) -> Self:
        return type(self)(*self._columns, parts=(*self._parts, *parts), mode=self._mode)


def _joined(parts: tuple[str, ...]) -> str:
    """All terms. A group without an operator makes the server drop what is before it, so that one stands in front."""
    groups = [part for part in parts if part.startswith("(")]
    first = [f"({' '.join(groups)})"] if len(groups) > 1 else groups
    return " ".join([*first, *(part for part in parts if not part.startswith("("))])


def _word_or_empty(part: str) -> str:
    try:
        return word(part)
    except ConfigurationError:
        return ""


def boolean_match(*columns: str | ColumnExpressionArgument[Any], query: str | None = None) -> FulltextFilter:
    """The rows that meet a boolean search.

    Args:
        *columns: The columns of an index, or their names.
        query: The whole search, words with the operators of :class:`FulltextModeType`. If left out, terms are added by
            the methods of :class:`FulltextFilter`.

    Raises:
        ConfigurationError: There is no word in the query, or its operators do not fit together.
    """
    return FulltextFilter(*columns, parts=() if query is None else (_given(query),))


def natural_match(*columns: str | ColumnExpressionArgument[Any], query: str) -> FulltextFilter:
    """The rows with this phrase.

    Args:
        *columns: The columns of an index, or their names.
        query: Words; all of them, one after the other.

    Raises:
        ConfigurationError: There is no word in the query.
    """
    return FulltextFilter(*columns, parts=(_given(query),), mode=FulltextModeType.NATURAL_LANGUAGE)


def _given(query: object) -> str:
    if not isinstance(query, str) or not query:
        raise ConfigurationError(f"a full-text search needs a word, there is none in {query!r}")
    return query
