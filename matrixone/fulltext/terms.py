"""The text of a boolean search, put together from terms.

What the server makes of it, where its manual says otherwise: a phrase is one only as the whole search, because the text
is split at blanks before quotation marks are looked at; a group holds words, prefixes and further groups only; and
there is no ``word^weight``.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NoReturn

from matrixone.exceptions import ConfigurationError

if TYPE_CHECKING:
    from typing import Self

MUST, MUST_NOT, MORE, LESS, RATHER_NOT = "+", "-", ">", "<", "~"


class FulltextGroup:
    """Words in brackets, any of which may occur: ``(>red <blue)``. Each method returns a new one; see :func:`group`."""

    def __init__(self, *parts: str) -> None:
        self._parts = parts

    def encourage(self, *terms: str) -> Self:
        """Words that count as they are."""
        return self._with("", terms)

    medium = encourage

    def high(self, *terms: str) -> Self:
        """Words that count more."""
        return self._with(MORE, terms)

    def low(self, *terms: str) -> Self:
        """Words that count less."""
        return self._with(LESS, terms)

    def prefix(self, *terms: str) -> Self:
        """Words that begin with these letters."""
        return type(self)(*self._parts, *map(starting_with, terms))

    def add_group(self, *groups: FulltextGroup) -> Self:
        """Groups within the group."""
        return type(self)(*self._parts, *map(str, groups))

    def add_tilde_group(self, group: FulltextGroup) -> Self:
        """A group whose words count against a row."""
        return type(self)(*self._parts, f"{RATHER_NOT}{group}")

    def must(self, *_terms: str) -> NoReturn:
        """The server has no ``+`` in a group; ``boolean_match(...).must(...)`` has.

        Raises:
            ConfigurationError: always.
        """
        raise _not_in_a_group("must()")

    def must_not(self, *_terms: str) -> NoReturn:
        """The server has no ``-`` in a group; ``boolean_match(...).must_not(...)`` has.

        Raises:
            ConfigurationError: always.
        """
        raise _not_in_a_group("must_not()")

    def phrase(self, *_phrases: str) -> NoReturn:
        """The server has no phrase in a group.

        Raises:
            ConfigurationError: always.
        """
        raise _not_in_a_group("phrase()")

    def boost(self, term: str, weight: float) -> NoReturn:
        """The server has no weights; :meth:`high` and :meth:`low` are what there is.

        Raises:
            ConfigurationError: always.
        """
        raise no_weights(term, weight)

    def __str__(self) -> str:
        if not self._parts:
            raise ConfigurationError("a group needs a word")
        return f"({' '.join(self._parts)})"

    def _with(self, operator: str, terms: tuple[str, ...]) -> Self:
        return type(self)(*self._parts, *(operator + word(term) for term in terms))


def group() -> FulltextGroup:
    """An empty group, to be filled: ``group().high("red").low("blue")``."""
    return FulltextGroup()


def word(term: object) -> str:
    """A term that is one word.

    Raises:
        ConfigurationError: it is none, or has operators or blanks in it.
    """
    if not isinstance(term, str) or not term or not all(map(belongs_to_word, term)):
        raise ConfigurationError(
            f"{term!r} is no single word; give several words as several arguments, "
            "and whole searches to boolean_match(..., query=...)"
        )
    return term


def starting_with(term: object) -> str:
    """What finds the words that begin so."""
    return f"{word(term.removesuffix('*') if isinstance(term, str) else term)}*"


def phrase_of(text: object) -> str:
    """A phrase in quotation marks.

    Raises:
        ConfigurationError: there is no word in it, or a quotation mark.
    """
    if not isinstance(text, str) or '"' in text or not any(map(belongs_to_word, text)):
        raise ConfigurationError(f"{text!r} is no phrase")
    return f'"{text}"'


def no_weights(term: str, weight: float) -> ConfigurationError:
    """Why ``boost()`` does not exist here."""
    return ConfigurationError(
        f"the server has no weights: {term}^{weight} would find nothing; use group().high(...) and group().low(...)"
    )


def belongs_to_word(character: str) -> bool:
    """Letters, digits and ``_``, and beyond ASCII whatever is no punctuation, as the server splits words."""
    return (
        character.isalnum() or character == "_" or (character > "\x7f" and unicodedata.category(character)[0] in "MS")
    )


def _not_in_a_group(what: str) -> ConfigurationError:
    return ConfigurationError(f"the server takes words, prefixes and groups in a group, no {what}")
