"""Regular expressions."""

from __future__ import annotations

import re
from typing import Final

from matrixone_lite.engine import regexps, types
from matrixone_lite.engine.errors import internal
from matrixone_lite.engine.functions.registry import Accept, scalar

_TEXT: Final = Accept.TEXT
_INT: Final = Accept.INT
_REFERENCE: Final = re.compile(r"\$(\d+)|\$\{(\w+)\}")
_FLAGS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "n": re.DOTALL, "c": 0, "u": 0}


def _compiled(pattern: str, mode: str = "c") -> re.Pattern[str]:
    flags = 0
    for letter in mode:
        if letter == "c":
            flags &= ~re.IGNORECASE
        flags |= _FLAGS.get(letter, 0)
    try:
        return regexps.compiled(pattern, flags)
    except regexps.PatternError as error:
        raise internal(f"error parsing regexp: {error}") from None


def _occurrence(text: str, pattern: str, start: int, occurrence: int) -> re.Match[str] | None:
    for number, match in enumerate(_compiled(pattern).finditer(text, max(start - 1, 0)), 1):
        if number == occurrence:
            return match
    return None


@scalar("regexp_like", "reg_match", parameters=[_TEXT, _TEXT, _TEXT], required=2, result=types.BOOL)
def regexp_like(text: str, pattern: str, mode: str = "c") -> bool:
    """Whether the pattern is found anywhere."""
    return _compiled(pattern, mode).search(text) is not None


@scalar("regexp_instr", parameters=[_TEXT, _TEXT, _INT, _INT, _INT], required=2, result=types.BIGINT)
def regexp_instr(text: str, pattern: str, start: int = 1, occurrence: int = 1, end: int = 0) -> int:
    """Where the pattern is found, from 1; 0 when it is not."""
    match = _occurrence(text, pattern, start, occurrence)
    return 0 if match is None else (match.end() if end else match.start()) + 1


@scalar("regexp_substr", parameters=[_TEXT, _TEXT, _INT, _INT], required=2, result=types.VARCHAR)
def regexp_substr(text: str, pattern: str, start: int = 1, occurrence: int = 1) -> str | None:
    """What the pattern finds."""
    match = _occurrence(text, pattern, start, occurrence)
    return None if match is None else match[0]


@scalar("regexp_replace", parameters=[_TEXT, _TEXT, _TEXT, _INT, _INT], required=3, result=types.VARCHAR)
def regexp_replace(text: str, pattern: str, new: str, start: int = 1, occurrence: int = 0) -> str:
    """What the pattern finds replaced: every one, or the one of that number."""
    template = _REFERENCE.sub(lambda found: rf"\g<{found[1] or found[2]}>", new.replace("\\", "\\\\"))
    head, tail = text[: start - 1], text[start - 1 :]
    if not occurrence:
        return head + _compiled(pattern).sub(template, tail)
    match = _occurrence(tail, pattern, 1, occurrence)
    return text if match is None else head + tail[: match.start()] + match.expand(template) + tail[match.end() :]
