"""Text to tokens.

Tokens are plain strings, in the spelling of the text: one ``findall`` makes them, and where a token stands is computed
again only when an error must say so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.errors import syntax_error

if TYPE_CHECKING:
    from matrixone_lite.engine.errors import ServerError

_BLANK: Final = r"(?:\s+|--(?=\s|\Z)[^\n]*|\#[^\n]*|/\*!\d*|\*/|/\*(?!!).*?\*/)*"
_LEXEME: Final = r"""
    [xX]'[0-9a-fA-F]*' | [bB]'[01]*'
  | [A-Za-z_][A-Za-z0-9_$]*
  | 0[xX][0-9a-fA-F]+ | 0[bB][01]+
  | (?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+
  | [0-9]+[A-Za-z_$][A-Za-z0-9_$]*
  | [0-9]+\.?[0-9]* | \.[0-9]+
  | '[^'\\]*(?:(?:\\.|'')[^'\\]*)*'
  | "[^"\\]*(?:(?:\\.|"")[^"\\]*)*"
  | `[^`]*(?:``[^`]*)*`
  | ['"`].*
  | @@?(?:`[^`]*`|[A-Za-z0-9_.$]+)?
  | <=> | ->> | <= | >= | <> | != | << | >> | -> | := | :: | && | \|\|
  | .
"""
_DOLLAR: Final = r"\$(?P<tag>[A-Za-z_0-9]*)\$.*?\$(?P=tag)\$"
_FLAGS: Final = re.DOTALL | re.VERBOSE
_PLAIN: Final = re.compile(f"{_BLANK}({_LEXEME})?", _FLAGS)
_WITH_DOLLARS: Final = re.compile(f"{_BLANK}({_DOLLAR}|{_LEXEME})?", _FLAGS)
_HAS_DOLLARS: Final = re.compile(r"\$[A-Za-z_0-9]*\$")
_CLOSED: Final = re.compile(
    r"""'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'|"[^"\\]*(?:(?:\\.|"")[^"\\]*)*"|`[^`]*(?:``[^`]*)*`""", re.DOTALL
)
_ESCAPE: Final = re.compile(r"\\(.)|''|\"\"", re.DOTALL)
_ESCAPED: Final = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}

MANUAL: Final = (
    "You have an error in your SQL syntax; check the manual that corresponds to your MatrixOne server version for the "
    "right syntax to use. "
)


def _pattern(text: str) -> re.Pattern[str]:
    return _WITH_DOLLARS if "$" in text and _HAS_DOLLARS.search(text) else _PLAIN


def tokenize(text: str) -> list[str]:
    """Split ``text`` into tokens, followed by one or more empty strings.

    A string or name that is not closed becomes one token that starts with a zero byte.
    """
    pattern = _pattern(text)
    if pattern is _PLAIN:
        tokens: list[str] = pattern.findall(text)
    else:
        tokens = [match[1] or "" for match in pattern.finditer(text)]
    last = len(tokens) - 1
    while last >= 0 and not tokens[last]:
        last -= 1
    if last >= 0 and tokens[last][0] in "'\"`" and not _CLOSED.fullmatch(tokens[last]):
        tokens[last] = "\0" + tokens[last]
    tokens.append("")
    return tokens


def spans(text: str) -> list[tuple[int, int]]:
    """Start and end of every token of ``text``, the end of the text last."""
    found = [match.span(1) for match in _pattern(text).finditer(text) if match[1]]
    found.append((len(text), len(text)))
    return found


def error_at(text: str, index: int, message: str = "syntax error") -> ServerError:
    """Error 1064 at token ``index``, placed as the server does: column of its end, text from the previous one's."""
    found = spans(text)
    index = min(index, len(found) - 1)
    start, end = found[index]
    if not text[start : start + 1].isascii():
        end = start
    column = len(text[:end].encode()) + (end == start < len(text))
    before = start if start == len(text) else found[index - 1][1] if index else 0
    newline = text.rfind("\n", 0, start)
    line = text.count("\n", 0, start) + 1
    if newline >= 0:
        column -= len(text[:newline].encode())
    return syntax_error(f'{MANUAL}{message} at line {line} column {column} near "{text[before:]}";')


def unquote(token: str) -> str:
    """Value of a string token, or of a back-quoted or dollar-quoted one."""
    quote = token[0]
    if quote == "$":
        tag = token.index("$", 1) + 1
        return token[tag:-tag]
    body = token[1:-1]
    if quote == "`":
        return body.replace("``", "`")
    if "\\" not in body and quote not in body:
        return body
    return _ESCAPE.sub(lambda match: _unescape(match, quote), body)


def _unescape(match: re.Match[str], quote: str) -> str:
    escaped = match[1]
    if escaped is not None:
        return _ESCAPED.get(escaped, escaped)
    return quote if match[0][0] == quote else match[0]
