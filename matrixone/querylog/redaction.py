"""What may be shown of a statement: its shape without its values, or a text without its secrets."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from matrixone.querylog.tokens import Kind, tokenize

__all__ = ["mask_secrets", "names_secret", "redact"]

_MASK = "***"
_REMEMBERED_LENGTH = 4000

_KEY = r"(?:password|passwd|\bpwd|secret|token|api_?key|access_?key|private_?key|key_?id)"
_NAME = rf"(?:{_KEY}|credential|identified|s3option|\bcdc\b)"

_GAP = r"(?:\s|/\*.*?\*/)*+"
_STRING = r"""(?:'(?:[^'\\]|\\.|'')*+(?:'|\\?\Z)|"(?:[^"\\]|\\.|"")*+(?:"|\\?\Z))"""
_URL_USER = r"[a-z][a-z0-9+.-]*://[^\s:/'\"@]*:"

# Each keeps its first group and hides what follows it.
_SECRETS = (
    rf"(\b(?:credentials|s3option){_GAP}=?{_GAP}\{{)(?:{_STRING}|[^}}'\"])*+",
    rf"(\bidentified{_GAP}(?:with{_GAP}\S+{_GAP})?(?:by|as){_GAP}){_STRING}",
    rf"(\bset{_GAP}password\b(?:[^'\"=]|{_STRING})*+={_GAP}){_STRING}",
    rf"""({_NAME}\w*['"`]?{_GAP}(?:[=:(,]{_GAP})?){_STRING}""",
    rf"({_KEY}\w*=)[^\s'\"{{(?%&,;]+",
    rf"('{_URL_USER})(?:[^'\\]|\\.|'')*(?=@)",
    rf'("{_URL_USER})(?:[^"\\]|\\.|"")*(?=@)',
    rf"(\b{_URL_USER})[^\s'\"]*(?=@)",
)


def redact(sql: str) -> str:
    """Give the text of a statement with every string and number replaced by ``?``, on one line, without comments.

    Placeholders of every style become ``?`` too. Names, keywords, NULL, TRUE and FALSE stay.

    Args:
        sql: Text of a statement, also a broken one.
    """
    return _remembered(sql) if len(sql) <= _REMEMBERED_LENGTH else _redacted(sql)


def _redacted(sql: str) -> str:
    return "".join(_shown(kind, text) for kind, text in tokenize(sql)).strip()


_remembered = lru_cache(maxsize=512)(_redacted)


def _shown(kind: Kind, text: str) -> str:
    if kind in {Kind.VALUE, Kind.PLACEHOLDER}:
        return "?"
    if kind is Kind.GAP:
        return " "
    return "%" if text == "%%" else text


def names_secret(text: str) -> bool:
    """Whether a text speaks of passwords, credentials or keys, so that none of its values may be shown."""
    return _compiled(_NAME).search(text) is not None


def mask_secrets(text: str) -> str:
    """Give a text with its passwords, credentials and the passwords of URLs replaced by ``***``.

    Works on statements, pieces of statements quoted in messages, and connection URLs.
    """
    for pattern in _SECRETS:
        text = _compiled(pattern).sub(rf"\g<1>{_MASK}", text)
    return text


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)
