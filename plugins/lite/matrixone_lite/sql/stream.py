"""The token stream every part of the parser reads from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matrixone_lite.sql import ast
from matrixone_lite.sql.keywords import NEVER_ALIAS, RESERVED
from matrixone_lite.sql.lexer import error_at, spans, tokenize, unquote

if TYPE_CHECKING:
    from matrixone_lite.engine.errors import ServerError

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_`")
_STRING_QUOTES = frozenset("'\"")


class TokenStream:
    """A text and a place in it; ``words`` are the tokens in lower case."""

    def __init__(self, text: str, *, ansi_quotes: bool = False, pipes_concatenate: bool = False) -> None:
        self.text = text
        self.pipes_concatenate = pipes_concatenate
        self.tokens = tokenize(text)
        if ansi_quotes:
            self.tokens = [_as_name(token) if token[:1] == '"' else token for token in self.tokens]
        self.words = [token.lower() for token in self.tokens]
        self.at = 0
        self.parameters = 0

    # --- words ------------------------------------------------------------------------------------------------------

    def error(self, message: str = "syntax error") -> ServerError:
        """Error 1064 about the token at this place, to be raised."""
        return error_at(self.text, self.at, message)

    def error_behind(self, message: str) -> ServerError:
        """Error 1064 about what was just read, for a reason beyond the grammar."""
        return error_at(self.text, self.at - 1, message)

    def next_is(self, *words: str) -> bool:
        """Whether ``words`` follow, in this order."""
        at = self.at
        return self.words[at : at + len(words)] == [*words]

    def accept(self, *words: str) -> bool:
        """Skip ``words`` if they follow in this order, and say whether they did."""
        at = self.at
        if len(words) == 1:
            if self.words[at] != words[0]:
                return False
            self.at = at + 1
            return True
        if self.words[at : at + len(words)] != [*words]:
            return False
        self.at = at + len(words)
        return True

    def accept_any(self, *words: str) -> str | None:
        """Skip the next word if it is one of ``words``, and return it."""
        word = self.words[self.at]
        if word in words:
            self.at += 1
            return word
        return None

    def expect(self, *words: str) -> None:
        """Skip ``words``, which must follow."""
        for word in words:
            if self.words[self.at] != word:
                raise self.error()
            self.at += 1

    def expect_any(self, *words: str) -> str:
        """Skip and return one of ``words``, which must follow."""
        word = self.words[self.at]
        if word not in words:
            raise self.error()
        self.at += 1
        return word

    # --- names ------------------------------------------------------------------------------------------------------

    def is_identifier(self) -> bool:
        """Whether a name follows, bare or back-quoted."""
        token = self.tokens[self.at]
        if not token:
            return False
        first = token[0]
        if first in _LETTERS:
            return self.words[self.at] not in RESERVED
        return first.isdigit() and not token.replace(".", "").isdigit() and token[-1] not in "0123456789."

    def identifier(self) -> str:
        """A name."""
        if not self.is_identifier():
            raise self.error()
        token = self.tokens[self.at]
        self.at += 1
        return unquote(token) if token[0] == "`" else token

    def identifiers(self) -> tuple[str, ...]:
        """Names with commas between."""
        names = [self.identifier()]
        while self.accept(","):
            names.append(self.identifier())
        return tuple(names)

    def identifiers_in_parentheses(self) -> tuple[str, ...]:
        """``(a, b)``."""
        self.expect("(")
        names = self.identifiers()
        self.expect(")")
        return names

    def name(self) -> ast.Name:
        """``[database.]name``."""
        first = self.identifier()
        if self.words[self.at] == ".":
            self.at += 1
            return ast.Name(self.identifier(), first)
        return ast.Name(first)

    def names(self) -> tuple[ast.Name, ...]:
        """Qualified names with commas between."""
        found = [self.name()]
        while self.accept(","):
            found.append(self.name())
        return tuple(found)

    def alias(self) -> str | None:
        """``[AS] name``, where the name may also be a string."""
        if self.accept("as"):
            return self.string() if self.is_string() else self.identifier()
        if self.is_string():
            return self.string()
        if self.words[self.at] not in NEVER_ALIAS and self.is_identifier():
            return self.identifier()
        return None

    # --- literals ---------------------------------------------------------------------------------------------------

    def is_string(self) -> bool:
        """Whether a string follows."""
        return self.tokens[self.at][:1] in _STRING_QUOTES

    def string(self) -> str:
        """A string, by either quote."""
        token = self.tokens[self.at]
        if token[:1] not in _STRING_QUOTES:
            raise self.error()
        self.at += 1
        return unquote(token)

    def text_or_identifier(self) -> str:
        """A string or a name."""
        return self.string() if self.is_string() else self.identifier()

    def is_integer(self) -> bool:
        """Whether an unsigned integer follows."""
        return self.tokens[self.at].isdecimal()

    def integer(self) -> int:
        """An unsigned integer."""
        if not self.is_integer():
            raise self.error()
        self.at += 1
        return int(self.tokens[self.at - 1])

    def signed_integer(self) -> int:
        """An integer with an optional sign."""
        if self.accept("-"):
            return -self.integer()
        self.accept("+")
        return self.integer()

    # --- phrases many statements share ------------------------------------------------------------------------------

    def if_exists(self) -> bool:
        """``[IF EXISTS]``."""
        if self.accept("if"):
            self.expect("exists")
            return True
        return False

    def if_not_exists(self) -> bool:
        """``[IF NOT EXISTS]``."""
        if self.accept("if"):
            self.expect("not", "exists")
            return True
        return False

    def options_in_braces(self) -> tuple[tuple[str, str], ...]:
        """``{'key'='value', …}``; values may be bare words or numbers."""
        self.expect("{")
        options: list[tuple[str, str]] = []
        while not self.accept("}"):
            if options:
                self.expect(",")
            key = self.text_or_identifier()
            self.expect("=")
            if self.is_integer():
                options.append((key, str(self.integer())))
            else:
                options.append((key, self.text_or_identifier()))
        return tuple(options)

    # --- text -------------------------------------------------------------------------------------------------------

    def at_end(self) -> bool:
        """Whether the statement ends here."""
        return self.words[self.at] in ("", ";")

    def skip_statement(self) -> str:
        """Skip to the end of the statement and return the text skipped."""
        start = self.at
        while not self.at_end():
            self.at += 1
        return self.text_between(start, self.at)

    def text_between(self, start: int, end: int) -> str:
        """Source text of the tokens from ``start`` up to ``end``."""
        if start >= end:
            return ""
        found = spans(self.text)
        return self.text[found[start][0] : found[end - 1][1]]


def _as_name(token: str) -> str:
    return "`" + unquote(token).replace("`", "``") + "`"
