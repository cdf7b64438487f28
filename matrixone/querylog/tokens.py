"""SQL text as tokens: just enough of MySQL's lexical rules to tell what is a value and what is not."""

from __future__ import annotations

import re
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Kind", "Token", "tokenize"]


class Kind(Enum):
    """What a token is."""

    VALUE = "value"
    PLACEHOLDER = "placeholder"
    QUOTED = "quoted"
    WORD = "word"
    SYMBOL = "symbol"
    GAP = "gap"


class Token(NamedTuple):
    """One token: its kind and its text as written."""

    kind: Kind
    text: str


# An unfinished string, quoted name or comment is taken to reach the end of the text: what cannot be told from a
# value is one.
_PATTERN = r"""
      (?P<GAP>         (?: \s+ | \#[^\n]* | --(?=\s|\Z)[^\n]* | /\*.*?(?:\*/|\Z) )+ )
    | (?P<VALUE>       (?:\b[xXbBnN])? '(?: [^'\\] | \\. | '' )*+ (?:'|\\?\Z)
                     | "(?: [^"\\] | \\. | "" )*+ (?:"|\\?\Z)
                     | \$(?P<tag>\w*)\$ .*? (?:\$(?P=tag)\$|\Z)
                     | ` (?: [^`] | `` )*+ \Z
                     | (?: \d[\w$]* (?:\.[\w$]*)? | \.\d[\w$]* ) (?: (?<=[eE]) [+-]\d+ )? )
    | (?P<QUOTED>      ` (?: [^`] | `` )*+ ` )
    | (?P<PLACEHOLDER> \? | %s\b | %\(\w+\)s )
    | (?P<WORD>        @{0,2}[^\W\d][\w$]* )
    | (?P<SYMBOL>      %% | . )
    """


def tokenize(sql: str) -> Iterator[Token]:
    """Cut a statement into tokens; joined again they are the text that was given.

    Args:
        sql: Text of one or more statements, also a broken one.
    """
    for match in _pattern().finditer(sql):
        yield Token(Kind[str(match.lastgroup)], match.group())


@cache
def _pattern() -> re.Pattern[str]:
    """Compiled at first use: that takes longer than importing all of the package."""
    return re.compile(_PATTERN, re.VERBOSE | re.DOTALL)
