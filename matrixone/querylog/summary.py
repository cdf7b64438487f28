"""What a statement does and to which objects, in a few words and without any value of it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from matrixone.querylog.tokens import Kind, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matrixone.querylog.tokens import Token

__all__ = ["Summary", "describe", "summarize"]

_SHOWN_TABLES = 5
_REMEMBERED_LENGTH = 4000

_PREFIXES = frozenset({"WITH", "EXPLAIN"})
_ROW_VERBS = frozenset({"SELECT", "INSERT", "REPLACE", "UPDATE", "DELETE"})
_OBJECT_VERBS = frozenset({"CREATE", "DROP", "ALTER", "TRUNCATE", "RENAME", "RESTORE", "PAUSE", "RESUME", "DATA"})
_OBJECT_KINDS = frozenset(
    {
        "ACCOUNT",
        "BRANCH",
        "CDC",
        "CLUSTER",
        "DATABASE",
        "FUNCTION",
        "INDEX",
        "PITR",
        "PROCEDURE",
        "PUBLICATION",
        "ROLE",
        "SCHEMA",
        "SEQUENCE",
        "SNAPSHOT",
        "SOURCE",
        "STAGE",
        "TABLE",
        "TASK",
        "TRIGGER",
        "USER",
        "VIEW",
    }
)
_OBJECT_DETAILS = frozenset(
    {"TEMPORARY", "EXTERNAL", "UNIQUE", "FULLTEXT", "SPATIAL", "CREATE", "DELETE", "DIFF", "MERGE", "PICK"}
)
_OPERATION_WORDS = _OBJECT_VERBS | _OBJECT_KINDS | _OBJECT_DETAILS
_NOISE = frozenset({"AS", "EXISTS", "IF", "IGNORE", "INTO", "LATERAL", "LOW_PRIORITY", "NOT", "ONLY", "OR", "REPLACE"})
_NOT_NAMES = frozenset({"DUAL", "OUTFILE", "SELECT", "SET", "VALUE", "VALUES"})


class Summary(NamedTuple):
    """A statement in few words: the operation (``INSERT``), its target (``INTO users``), rows written as text."""

    operation: str
    target: str = ""
    rows: int | None = None

    def repeated(self, times: int) -> Summary:
        """The summary of the same statement run for several sets of parameters."""
        return self if self.rows is None else self._replace(rows=self.rows * times)

    def __str__(self) -> str:
        rows = "" if self.rows is None else f"({self.rows} row{'' if self.rows == 1 else 's'})"
        return " ".join(part for part in (self.operation, self.target, rows) if part)


def summarize(sql: str) -> str:
    """Give operation and objects of a statement, as in ``SELECT FROM users`` and ``INSERT INTO t (5 rows)``.

    Args:
        sql: Text of a statement, also a broken one.
    """
    return str(describe(sql))


def describe(sql: str) -> Summary:
    """Take a statement apart into the pieces of its summary.

    Args:
        sql: Text of a statement, also a broken one.
    """
    return _remembered(sql) if len(sql) <= _REMEMBERED_LENGTH else _described(sql)


def _described(sql: str) -> Summary:
    verb, rest = _verb([token for token in tokenize(sql) if token.kind is not Kind.GAP])
    if verb in {"SELECT", "DELETE"}:
        return Summary(verb, _sources(rest))
    if verb in {"INSERT", "REPLACE"}:
        return Summary(verb, _joined(_preceded("INTO", _name(rest)), _sources(rest)), _rows(rest))
    if verb == "UPDATE":
        return Summary(verb, _name(rest))
    if verb == "LOAD":
        return Summary("LOAD DATA", _preceded("INTO", _name(_after({"TABLE"}, rest))))
    if verb in _OBJECT_VERBS:
        return _object_statement(verb, rest)
    return Summary(verb, _joined(*(token.text for token in rest[:2] if token.kind in {Kind.WORD, Kind.QUOTED})))


_remembered = lru_cache(maxsize=512)(_described)


def _verb(tokens: Sequence[Token]) -> tuple[str, Sequence[Token]]:
    """Find the word that says what is done; behind WITH and EXPLAIN, the first such word outside parentheses."""
    words = [token.text.upper() for token in tokens if token.kind is Kind.WORD]
    if not words:
        return "", ()
    if words[0] not in _PREFIXES:
        return words[0], _after({words[0]}, tokens)
    verbs = [token.text.upper() for token in _outside_parentheses(tokens) if token.text.upper() in _ROW_VERBS]
    if not verbs:
        return words[0], tokens[1:]
    # What is read may stand before the verb, what is changed stands behind it.
    return verbs[0], tokens[1:] if verbs[0] in {"SELECT", "DELETE"} else _after({verbs[0]}, tokens)


def _outside_parentheses(tokens: Sequence[Token]) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth -= token.text == ")"
        if depth == 0:
            yield token
        depth += token.text == "("


def _after(words: set[str] | frozenset[str], tokens: Sequence[Token]) -> Sequence[Token]:
    """Give what follows the first of some words."""
    for place, token in enumerate(tokens):
        if token.kind is Kind.WORD and token.text.upper() in words:
            return tokens[place + 1 :]
    return ()


def _name(tokens: Sequence[Token]) -> str:
    """Read the name some tokens start with, as in ``IF EXISTS d.t``; empty when there is none."""
    name: list[str] = []
    for kind, text in tokens:
        if not name and text.upper() in _NOISE:
            continue
        expected = {Kind.WORD, Kind.QUOTED} if not name or name[-1] == "." else {Kind.SYMBOL}
        if kind not in expected or text.upper() in _NOT_NAMES or (kind is Kind.SYMBOL and text != "."):
            break
        name.append(text)
    return "".join(name).rstrip(".")


def _sources(tokens: Sequence[Token]) -> str:
    """List the tables behind FROM and JOIN, subqueries included, each once."""
    tables: dict[str, None] = {}
    rest = _after({"FROM", "JOIN"}, tokens)
    while rest:
        tables[_name(rest)] = None
        rest = _after({"FROM", "JOIN"}, rest)
    tables.pop("", None)
    more = ["..."] if len(tables) > _SHOWN_TABLES else []
    return _preceded("FROM", ", ".join([*tables][:_SHOWN_TABLES] + more))


def _rows(tokens: Sequence[Token]) -> int | None:
    """Count the rows behind VALUES."""
    outside = list(_outside_parentheses(_after({"VALUES", "VALUE"}, tokens)))
    rows = 0
    for token in outside:
        if token.kind is Kind.WORD and token.text.upper() != "ROW":
            break
        rows += token.text == "("
    return rows or None


def _object_statement(verb: str, tokens: Sequence[Token]) -> Summary:
    """Summarize DDL and its kin: ``CREATE INDEX i ON t``, ``CREATE SNAPSHOT s FOR DATABASE d``."""
    operation, rest = [verb], list(tokens)
    while rest and rest[0].text.upper() in _OPERATION_WORDS | _NOISE:
        word = rest.pop(0).text.upper()
        if word not in _NOISE:
            operation.append(word)
    target = _name(rest)
    for place, token in enumerate(outside := list(_outside_parentheses(rest))):
        word = token.text.upper()
        if token.kind is Kind.WORD and word in {"ON", "CLONE", "FROM", "FOR"}:
            following = outside[place + 1 :]
            kind = following[0].text.upper() if following and following[0].text.upper() in _OBJECT_KINDS else ""
            target = _joined(target, word, kind, _name(following[bool(kind) :]))
            break
    return Summary(" ".join(operation), target)


def _preceded(word: str, names: str) -> str:
    return f"{word} {names}" if names else ""


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
