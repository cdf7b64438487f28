"""Regular expressions of the server, RE2: what Python reads otherwise is rewritten, or refused in RE2's words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.errors import unsupported

if TYPE_CHECKING:
    from re import Match

_PART: Final = re.compile(r"\\.?|\(\?(?:P?<[=!]?\w*>?|.)?|\[\^?\]?(?:\[:\w+:\]|\\.|[^\]\\])*\]?|.", re.DOTALL)
_ESCAPES: Final = frozenset("aAbBdDfnrsStvwWxz0")
_UNTRANSLATED: Final = frozenset("pPQEC")
_REWRITTEN: Final = {r"\z": r"\Z"}
_PERL: Final = {"(?=", "(?!", "(?#", "(?>", "(?("}
_REASONS: Final = (
    ("unterminated subpattern", "missing closing ): `{pattern}`"),
    ("unbalanced parenthesis", "unexpected ): `{pattern}`"),
    ("unterminated character set", "missing closing ]: `{rest}`"),
    ("nothing to repeat", "missing argument to repetition operator: `{sign}`"),
    ("multiple repeat", "invalid nested repetition operator: `{before}{sign}`"),
    ("min repeat greater than max repeat", "invalid repeat count: `{count}`"),
    ("bad character range", "invalid character class range: `{range}`"),
)
_COUNT: Final = re.compile(r"\{\d*,?\d*\}")
_REPEATED: Final = re.compile(r"[*+?]\+")
_MOST: Final = 1000


class PatternError(ValueError):
    """A pattern the server refuses; the text is what it says behind ``error parsing regexp:``."""


@lru_cache(maxsize=256)
def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """A pattern, ready to be looked for.

    :raises PatternError: the server refuses it
    :raises ServerError: 20105 for Unicode and POSIX classes and quoting
    """
    translated = _PART.sub(lambda part: _translated(part, pattern), pattern)
    try:
        return re.compile(translated, flags)
    except re.error as error:
        raise PatternError(_worded(error, pattern)) from None


def _translated(found: Match[str], pattern: str) -> str:
    part = found[0]
    if part.startswith("\\"):
        return _escape(part)
    if part in _PERL:
        raise PatternError(f"invalid or unsupported Perl syntax: `{part}`")
    if part.startswith(("(?<=", "(?<!")):
        raise PatternError(f"invalid named capture: `{pattern[found.start() :]}`")
    if part.startswith("(?<"):
        return "(?P<" + part.removeprefix("(?<")
    if "[:" in part:
        raise unsupported("POSIX classes in regular expressions")
    if part in set("*+?") and _REPEATED.match(pattern, found.start()):
        raise PatternError(f"invalid nested repetition operator: `{pattern[found.start() : found.start() + 2]}`")
    count = _COUNT.match(pattern, found.start())
    if count is not None and any(int(number) > _MOST for number in re.findall(r"\d+", count[0])):
        raise PatternError(f"invalid repeat count: `{count[0]}`")
    return part


def _escape(part: str) -> str:
    if part == "\\":
        raise PatternError("trailing backslash at end of expression: ``")
    if part[1] in _UNTRANSLATED:
        raise unsupported(f"{part} in regular expressions")
    if part[1].isalnum() and part[1] not in _ESCAPES:
        raise PatternError(f"invalid escape sequence: `{part}`")
    return _REWRITTEN.get(part, part)


def _worded(error: re.error, pattern: str) -> str:
    at = error.pos or 0
    count = _COUNT.search(pattern, max(at - 1, 0))
    around = {
        "pattern": pattern,
        "rest": pattern[at:],
        "sign": pattern[at : at + 1],
        "before": pattern[at - 1 : at],
        "count": count[0] if count else "",
        "range": pattern[at : at + 3],
    }
    for reason, text in _REASONS:
        if reason in error.msg:
            return text.format(**around)
    return str(error)
