"""Text to words with their places.

Words of letters and digits are folded to lower case. Chinese, Japanese and Korean text has no blanks: every character
begins a word of it and the two that follow, shorter at the end.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

Token = tuple[str, int]
"""A word and where it stands, in characters."""

_CJK: Final = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uffdc"
_RUN: Final = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?:(?![{_CJK}])[^\W_])+")
_GRAM: Final = 3
_JSON_PARSERS: Final = frozenset(("json", "json_value"))


def tokens_of(text: str) -> Iterator[Token]:
    """The words of a text, as the default parser and ngram find them."""
    for run in _RUN.finditer(text):
        if run["cjk"] is None:
            yield run[0].lower(), run.start()
            continue
        for n in range(len(run[0])):
            yield run[0][n : n + _GRAM], run.start() + n


def pattern_tokens(text: str) -> list[tuple[str, int, bool]]:
    """The words to look for in place of a text, with their places and whether each is only the beginning of one.

    That is so of what is shorter than a gram: CJK text anywhere, a word at the end.
    """
    found: list[tuple[str, int, bool]] = []
    runs = list(_RUN.finditer(text))
    for run in runs:
        word = run[0]
        if run["cjk"] is None:
            found.append((word.lower(), run.start(), run is runs[-1] and len(word) < _GRAM))
        elif len(word) < _GRAM:
            found.append((word, run.start(), True))
        else:
            found += [(word[n : n + _GRAM], run.start() + n, False) for n in range(len(word) - _GRAM + 1)]
    return found


def document_tokens(values: list[str], parser: str | None) -> Iterator[Token]:
    """The words of a row.

    :param values: the indexed columns, those that are not NULL
    :param parser: of the index; the JSON parsers see values only, json_value each as one word
    """
    if parser not in _JSON_PARSERS:
        # two characters apart, so that no phrase reaches from one column into the next
        yield from tokens_of("\n\n".join(values))
        return
    offset = 0
    for text in values:
        for value in _leaves(_parsed(text)):
            if parser == "json_value":
                yield value.lower(), offset
            else:
                yield from ((word, offset + place) for word, place in tokens_of(value))
            offset += len(value) + 1


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part)
    elif isinstance(value, str):
        yield value
    elif value is not None:
        yield json.dumps(value)
