"""Patterns of boolean mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.errors import internal, invalid_argument

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUOTE: Final = '"'
_REQUIRED: Final = {"+": True, "-": False}
_WEIGHTS: Final = {">": 1.1, "<": 0.9, "~": -1.0}


@dataclass(frozen=True, slots=True)
class Word:
    """A text to look for, or what words begin with; its score is multiplied by the weight."""

    text: str
    prefix: bool = False
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Part:
    """A word or a group of words in parentheses.

    :param required: whether it must or must not occur; None for may
    :param operator: the one that gives it its weight, or nothing
    """

    words: tuple[Word, ...]
    required: bool | None
    operator: str
    group: bool

    @property
    def is_plain_word(self) -> bool:
        """Whether it is one word without weight."""
        return not self.group and not self.operator

    @property
    def is_plain_group(self) -> bool:
        """Whether it is a group without weight."""
        return self.group and not self.operator


def phrase_of(pattern: str) -> str | None:
    """What is between the quotes when the whole pattern is: elsewhere a quote means nothing.

    :raises ServerError: 20101 when there is nothing
    """
    if not _is_quoted(pattern):
        return None
    phrase = pattern[1:-1].strip(" ")
    if not phrase:
        raise internal("phrase is empty string")
    return phrase


def parse_boolean(pattern: str) -> list[Part]:
    """The parts of a pattern.

    :raises ServerError: 20101 for misplaced operators and missing brackets, 20203 for a lone asterisk
    """
    return [_part(written) for written in _split(pattern)]


def _split(text: str) -> Iterator[str]:
    """Words and groups with the operators before them; a single character at the end is overlooked."""
    at = 0
    while at < len(text):
        start = at
        while at < len(text) and text[at] in "+-<>~":
            at += 1
        if text[at : at + 1] == "(":
            at = _closing(text, at) + 1
        else:
            end = text.find(" ", at)
            at = len(text) if end < 0 else end
        if at > start and (at < len(text) or at - start > 1 or not start):
            yield text[start:at]
        at += text[at : at + 1] == " "


def _closing(text: str, at: int) -> int:
    """Where the parenthesis that is opened at a place is closed."""
    depth = 0
    for place in range(at, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if not depth:
            return place
    raise internal("no close bracket found")


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] == text[-1] == _QUOTE


def _part(written: str) -> Part:
    required = _REQUIRED.get(written[0])
    rest = written if required is None else written[1:]
    if required is not None and (_is_quoted(rest) or rest[:1] in _REQUIRED):
        raise internal("double +/- operator")
    if required is not None and not rest:
        raise internal("+/- must have single child with value")
    operator = rest[0] if rest[0] in _WEIGHTS else ""
    return Part(tuple(_weighted(rest)), required, operator, group=rest[len(operator) :].startswith("("))


def _weighted(written: str) -> Iterator[Word]:
    """The words of a word or group, each with its weight."""
    weight = _WEIGHTS.get(written[0], 1.0)
    rest = written[1:] if written[0] in _WEIGHTS else written
    if rest is not written and not rest:
        raise internal("LESSTHAN, GREATERTHAN, RANKLESS must have single child only")
    if rest is not written and (_is_quoted(rest) or rest[0] in _REQUIRED or rest[0] in _WEIGHTS):
        raise internal("double operator")
    if rest[0] != "(":
        yield _word(rest, weight)
        return
    for word in _members(rest[1:-1].strip(" ")):
        yield Word(word.text, word.prefix, word.weight * weight)


def _members(inner: str) -> Iterator[Word]:
    if not inner:
        raise internal("sub-query is empty")
    written = list(_split(inner))
    if _is_quoted(inner) or any(one[0] in _REQUIRED for one in written):
        raise internal("sub-query cannot have +/-/phrase operator")
    for one in written:
        yield from _weighted(one)


def _word(text: str, weight: float) -> Word:
    if not text.endswith("*"):
        return Word(text, weight=weight)
    stem = text.strip("*").lower()
    if not stem:
        raise invalid_argument("function prefix_eq, bad value [VARCHAR CHAR]")
    return Word(stem, prefix=True, weight=weight)
