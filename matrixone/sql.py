"""Statements put together from text, identifiers and literals, quoted by the dialect that compiles them.

For the server's own statements, which take no placeholders where names and options go::

    SQL("CREATE SNAPSHOT {name} FOR DATABASE {database}").format(name=Identifier("daily"), database=Identifier("shop"))

Values of ordinary statements are bound instead: use SQLAlchemy's constructs, or a string with ``?``.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement, Executable

from matrixone.exceptions import ConfigurationError, InvalidNameError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.sql.compiler import SQLCompiler

_LONGEST_NAME = 64
_REFUSED = "'\"`\\"
_FORMATTER = string.Formatter()


class Composable(Protocol):
    """A piece of SQL that knows how to write itself for a dialect."""

    def render(self, compiler: SQLCompiler) -> str:
        """The SQL text, quoted as the compiler's dialect does."""
        ...


class Identifier:
    """A name, quoted; several parts are joined with dots (``Identifier("db", "table")``)."""

    __slots__ = ("parts",)

    def __init__(self, *parts: str) -> None:
        self.parts = tuple(checked_name(part) for part in parts)

    def render(self, compiler: SQLCompiler) -> str:
        """The quoted parts, joined by dots."""
        return ".".join(compiler.preparer.quote_identifier(part) for part in self.parts)

    def __repr__(self) -> str:
        return f"Identifier({', '.join(map(repr, self.parts))})"


class Literal:
    """A value written into the statement, escaped by the dialect."""

    __slots__ = ("value",)

    def __init__(self, value: str | int) -> None:
        self.value = value

    def render(self, compiler: SQLCompiler) -> str:
        """The escaped literal."""
        if isinstance(self.value, int):
            return str(int(self.value))
        if "\0" in self.value:
            raise ConfigurationError("a NUL character cannot be part of a literal")
        return compiler.render_literal_value(self.value, String())

    def __repr__(self) -> str:
        return f"Literal({self.value!r})"


class SQL(Executable, ClauseElement):
    """A statement, or a part of one, with ``{name}`` fields for the composable pieces.

    Args:
        template: SQL text written by a developer, never by a user; literal braces are doubled.
    """

    inherit_cache = False
    stringify_dialect = "matrixone"

    def __init__(self, template: str, fields: dict[str, Composable] | None = None) -> None:
        self.template = template
        self.fields = fields or {}

    def format(self, **fields: Composable) -> SQL:
        """The same template with its fields filled in.

        Raises:
            ConfigurationError: A field is missing or unknown.
        """
        wanted = {name for _, name, _, _ in _FORMATTER.parse(self.template) if name is not None}
        if wanted != fields.keys():
            raise ConfigurationError(f"the template needs {sorted(wanted)}, not {sorted(fields)}")
        return SQL(self.template, fields)

    def render(self, compiler: SQLCompiler) -> str:
        """The template with its fields written out."""
        pieces = []
        for text, name, _, _ in _FORMATTER.parse(self.template):
            pieces.append(text.replace("%", "%%") if compiler.preparer._double_percents else text)
            if name is not None:
                pieces.append(self.fields[name].render(compiler))
        return "".join(pieces)

    def __repr__(self) -> str:
        return f"SQL({self.template!r}, {self.fields!r})"


class _Joined:
    __slots__ = ("pieces", "separator")

    def __init__(self, separator: str, pieces: Iterable[Composable]) -> None:
        self.separator = separator
        self.pieces = tuple(pieces)

    def render(self, compiler: SQLCompiler) -> str:
        return self.separator.join(piece.render(compiler) for piece in self.pieces)


EMPTY = SQL("")


def joined(pieces: Iterable[Composable], separator: str = ", ") -> Composable:
    """The pieces one after the other, a separator between them."""
    return _Joined(separator, pieces)


def table_identifier(name: str) -> Identifier:
    """A table name as users write it: ``table`` or ``database.table``, back-quoted parts included."""
    return Identifier(*split_name(name))


def shown_table(*parts: str) -> Identifier:
    """The table of a SHOW COLUMNS: the server pastes its name into a statement of its own, unescaped.

    Raises:
        InvalidNameError: An apostrophe or a backslash in it.
    """
    for part in parts:
        if "'" in part or "\\" in part:
            raise InvalidNameError(f"the server cannot describe {part!r}: a name with an apostrophe or a backslash")
    return Identifier(*parts)


def split_name(name: str) -> tuple[str, ...]:
    """Cut ``database.table`` at its dot; a dot inside back-quotes belongs to the name.

    Raises:
        InvalidNameError: More than two parts, or quotes that are not closed.
    """
    parts = tuple(name.split(".")) if "`" not in name else _parts(name)
    if len(parts) > 2:  # noqa: PLR2004 - database and table
        raise InvalidNameError(f"{name!r} is neither a table nor database.table")
    return parts


def _parts(name: str) -> tuple[str, ...]:
    parts, rest = [], name
    while rest:
        if rest[0] == "`":
            part, rest = _quoted_part(rest, name)
        else:
            part, dot, rest = rest.partition(".")
            rest = dot + rest
        parts.append(part)
        if rest and rest[0] != ".":
            raise InvalidNameError(f"{name!r} is not a table name")
        if rest == ".":
            raise InvalidNameError(f"{name!r} ends with a dot")
        rest = rest[1:]
    return tuple(parts)


def _quoted_part(rest: str, name: str) -> tuple[str, str]:
    position, part = 1, []
    while position < len(rest):
        if rest[position] != "`":
            part.append(rest[position])
        elif rest[position + 1 : position + 2] == "`":
            part.append("`")
            position += 1
        else:
            return "".join(part), rest[position + 1 :]
        position += 1
    raise InvalidNameError(f"{name!r} has a back-quote that is not closed")


def checked_name(name: str) -> str:
    """The name itself, if the server can store it unchanged.

    Raises:
        InvalidNameError: It is empty, longer than 64 characters, ends with a blank, or holds a control character or
            another one that cannot be printed: the server makes such tables and can never drop them.
    """
    if not isinstance(name, str):
        raise InvalidNameError(f"a name is a str, not {type(name).__name__}")
    if not name or len(name) > _LONGEST_NAME:
        raise InvalidNameError(f"a name has 1 to {_LONGEST_NAME} characters, {name!r} has {len(name)}")
    if name != name.rstrip() or not name.isprintable():
        raise InvalidNameError(f"{name!r} ends with a blank or holds a character that cannot be printed")
    return name


def object_name(name: str) -> str:
    """The name of a snapshot, stage, publication or the like, as the server stores it: in lower case.

    Raises:
        InvalidNameError: As for every name, and when it holds a blank or a quotation mark, which the server refuses
            here, or a backslash, which it stores as something else.
    """
    if any(character.isspace() or character in _REFUSED for character in checked_name(name)):
        raise InvalidNameError(f"{name!r} holds a blank, a quotation mark or a backslash")
    lowered = "".join(character.lower() for character in name)  # each by itself, as the server does
    if len(lowered) != len(name):
        raise InvalidNameError(f"{name!r} holds a letter the server has no lower case for")
    return lowered


@compiles(SQL)
def _compile_sql(element: SQL, compiler: SQLCompiler, **_: Any) -> str:
    return element.render(compiler)
