"""Parser of what SHOW CREATE TABLE and SHOW FULL COLUMNS print, in the shape MatrixOne gives them.

The server puts the statement into a literal of its own before it answers, and so takes one level of backslashes away.
Defaults get theirs back here; comments cannot, and are read from the catalog by those who reflect them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import types, util
from sqlalchemy.dialects.mysql import DATETIME, ENUM, SET, TIME, TIMESTAMP
from sqlalchemy.dialects.mysql.reflection import ReflectedState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.engine.interfaces import ReflectedColumn

# A part that is quoted or in brackets, in the shape of a text.
_A = "\0"
_PARTS = re.compile(r"`(?:``|[^`])*`|'(?:''|[^'])*'|[()]")
_NAME = re.compile(r"`(?P<name>(?:``|[^`])+)`(?:\((?P<length>\d+)\))?")
_TEXT = re.compile(r"'((?:''|[^'])*)'")

_STATEMENT = re.compile(rf"CREATE (?:\w+ )?TABLE {_A} (?P<body>{_A})(?P<options>.*)", re.DOTALL)
_COLUMN = re.compile(
    rf"(?P<name>{_A}) (?P<type>\w+)(?P<arguments>{_A})?(?P<unsigned> unsigned)?(?P<required> NOT NULL)?"
    rf"(?P<counting> AUTO_INCREMENT)?(?: NULL)?"
    rf"(?: GENERATED ALWAYS AS (?P<computed>{_A}) (?P<persisted>STORED|VIRTUAL))?"
    rf"(?: DEFAULT (?P<default>.+?))?(?: ON UPDATE (?P<onupdate>.+?))?(?: COMMENT (?P<comment>{_A}))?$"
)
_KEY = re.compile(
    rf"(?:(?P<type>PRIMARY|UNIQUE|SPATIAL) )?KEY(?: (?P<name>{_A}))?(?: USING (?P<using>\w+))? ?"
    rf"(?P<columns>{_A})(?P<options>.*?)(?: COMMENT (?P<comment>{_A}))?$"
)
_FULLTEXT = re.compile(
    rf"(?P<type>FULLTEXT) (?P<name>{_A})? ?(?P<columns>{_A})(?: WITH PARSER (?P<parser>\w+))?(?P<options>.*?)"
    rf"(?: COMMENT (?P<comment>{_A}))?$"
)
_FOREIGN_KEY = re.compile(
    rf"CONSTRAINT (?P<name>{_A}) FOREIGN KEY (?P<local>{_A}) REFERENCES (?:(?P<schema>{_A})\.)?(?P<table>{_A}) "
    rf"(?P<foreign>{_A})(?: ON DELETE (?P<ondelete>[A-Z ]+?))?(?: ON UPDATE (?P<onupdate>[A-Z ]+))?$"
)
_CHECK = re.compile(rf"CONSTRAINT (?P<name>{_A}) CHECK (?P<condition>{_A})$")
_TABLE_OPTIONS = re.compile(
    rf"(?: COMMENT=(?P<comment>{_A}))?(?: partition by (?P<partition_by>.*?))?(?: PROPERTIES{_A})?"
    rf"(?: CLUSTER BY (?P<cluster_by>{_A}))?$",
    re.DOTALL,
)
# ``lists = 4``, ``op_type 'vector_l2_ops'``, ``INCLUDE (`a`, `b`)``, ``async``
_OPTION = re.compile(r"(?P<name>\w+)(?: *= *(?P<word>\w+)| +'(?P<text>(?:''|[^'])*)'| +(?P<columns>\([^)]*\)))?")

# SHOW FULL COLUMNS gives every type a width, ``INT UNSIGNED(32)`` or ``TEXT(0)``; of these types it means something.
_DESCRIBED = re.compile(r"(?P<name>\w+)(?P<unsigned> UNSIGNED)?(?P<width>\(.*\))?", re.IGNORECASE | re.DOTALL)
_WITH_WIDTH = re.compile(r"(var)?(char|binary)|decimal|bit|enum|set|vec\w+")
_WITH_FRACTION = frozenset({"datetime", "time", "timestamp"})


@dataclass(frozen=True, slots=True)
class Shape:
    """A text with each part that is quoted or in brackets replaced by one character, so that its words can be found."""

    text: str
    parts: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Shape:
        """The shape of a text."""
        words, parts, depth, start, end = [], [], 0, 0, 0
        for found in _PARTS.finditer(text):
            opens, closes = found[0] == "(", found[0] == ")"
            if not depth:
                words.append(text[end : found.start()])
                start = found.start()
            depth += opens - closes
            if not depth:
                end = found.end()
                parts.append(text[start:end])
        return cls(_A.join([*words, text[end:]]), tuple(parts))

    @property
    def is_in_brackets(self) -> bool:
        """Whether all of it is in one pair of brackets."""
        return self.text == _A and self.parts[0].startswith("(")

    def match(self, pattern: re.Pattern[str]) -> dict[str, Any] | None:
        """What the groups of a pattern stand for; those it has not found are None."""
        found = pattern.match(self.text)
        if found is None:
            return None
        return {name: None if found[name] is None else self._between(*found.span(name)) for name in found.groupdict()}

    def split(self) -> Iterator[Shape]:
        """The texts between the commas."""
        position = 0
        for text in self.text.split(","):
            after = position + text.count(_A)
            yield Shape(text.strip(), self.parts[position:after])
            position = after

    def _between(self, start: int, end: int) -> str:
        parts = iter(self.parts[self.text.count(_A, 0, start) :])
        return "".join(next(parts) if character == _A else character for character in self.text[start:end])


class ShowCreateTableParser:
    """Reads tables and the columns of views into the form SQLAlchemy's MySQL dialect reflects from.

    Args:
        dialect: prefix of the options of tables.
        type_names: the types by the names the server prints, in lower case.
    """

    def __init__(self, dialect: str, type_names: Mapping[str, Any]) -> None:
        self.dialect = dialect
        self.type_names = type_names

    def parse(self, statement: str) -> ReflectedState | None:
        """Read the answer to SHOW CREATE TABLE; None if it is that of a view."""
        table = Shape.of(statement).match(_STATEMENT)
        if table is None:
            return None
        state = ReflectedState()
        for definition in Shape.of(table["body"][1:-1]).split():
            self._add(definition, state)
        self._add_options(table["options"], state)
        return state

    def parse_columns(self, rows: Sequence[Sequence[str]]) -> ReflectedState:
        """Read the answer to SHOW FULL COLUMNS of a view."""
        state = ReflectedState()
        for name, described, _, nullable, *_ in rows:
            found = _DESCRIBED.fullmatch(described)
            kind, width = ("", None) if found is None else (found["name"].lower(), found["width"])
            has_width = _WITH_WIDTH.fullmatch(kind) or (kind in _WITH_FRACTION and width != "(0)")
            type_ = self._type(name, kind, width if has_width else None, unsigned=bool(found and found["unsigned"]))
            column = {"name": name, "type": type_, "nullable": nullable == "YES", "default": None, "comment": None}
            state.columns.append(cast("ReflectedColumn", column))
        return state

    def _add(self, definition: Shape, state: ReflectedState) -> None:
        if column := definition.match(_COLUMN):
            state.columns.append(self._column(column))
        elif key := definition.match(_KEY) or definition.match(_FULLTEXT):
            state.keys.append(_key(key))
        elif foreign := definition.match(_FOREIGN_KEY):
            state.fk_constraints.append(_foreign_key(foreign))
        elif check := definition.match(_CHECK):
            state.ck_constraints.append({"name": _name(check["name"]), "sqltext": check["condition"][1:-1]})
        else:
            util.warn(f"SHOW CREATE TABLE has an unknown definition: {definition.text!r}")

    def _column(self, found: dict[str, Any]) -> ReflectedColumn:
        name = _name(found["name"])
        type_ = self._type(name, found["type"], found["arguments"], unsigned=found["unsigned"] is not None)
        default = _default(found["default"])
        if found["onupdate"] is not None:
            default = f"{default or 'NULL'} ON UPDATE {found['onupdate']}"
        column: dict[str, Any] = {
            "name": name,
            "type": type_,
            "nullable": found["required"] is None,
            "default": default,
            "comment": _text(found["comment"]),
        }
        if isinstance(type_, types.Integer | types.Numeric):  # SQLAlchemy 2.0 lets a DECIMAL count, too
            column["autoincrement"] = found["counting"] is not None
        if found["computed"] is not None:
            sqltext = _with_backslashes(found["computed"][1:-1])
            column["computed"] = {"sqltext": sqltext, "persisted": found["persisted"] == "STORED"}
        return cast("ReflectedColumn", column)

    def _type(self, column: str, kind: str, arguments: str | None, *, unsigned: bool) -> types.TypeEngine[Any]:
        type_ = self.type_names.get(kind)
        if type_ is None:
            util.warn(f"Did not recognize type {kind!r} of column {column!r}")
            return types.NULLTYPE
        if issubclass(type_, ENUM | SET):
            return cast("types.TypeEngine[Any]", type_(*map(_unquoted, _TEXT.findall(arguments or ""))))
        numbers = [int(number) for number in re.findall(r"\d+", arguments or "")]
        options: dict[str, Any] = {"unsigned": True} if unsigned else {}
        if numbers and issubclass(type_, DATETIME | TIME | TIMESTAMP):
            options["fsp"] = numbers.pop()
        sized: Any = type_
        return cast("types.TypeEngine[Any]", sized(*numbers, **options))

    def _add_options(self, text: str, state: ReflectedState) -> None:
        found = Shape.of(text).match(_TABLE_OPTIONS) or {}
        options = {"comment": _text(found.get("comment")), "partition_by": found.get("partition_by")}
        if found.get("cluster_by"):
            names = {column["name"].lower(): column["name"] for column in state.columns}
            # Printed in lower case, whatever the case of the column.
            options["cluster_by"] = [names.get(name.lower(), name) for name, _, _ in _columns(found["cluster_by"])]
        given = {f"{self.dialect}_{name}": value for name, value in options.items() if value is not None}
        state.table_options = given


def _key(found: dict[str, Any]) -> dict[str, Any]:
    options = dict(_options(found["options"]))
    return {
        "type": found["type"],
        "name": _name(found["name"]) if found["name"] else None,
        "columns": _columns(found["columns"]),
        "parser": found.get("parser"),
        "using": found.get("using"),
        "with": options or None,
        "comment": _text(found["comment"]),
    }


def _foreign_key(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": _name(found["name"]),
        "table": [_name(name) for name in (found["schema"], found["table"]) if name],
        "local": [name for name, _, _ in _columns(found["local"])],
        "foreign": [name for name, _, _ in _columns(found["foreign"])],
        "ondelete": found["ondelete"],
        "onupdate": found["onupdate"],
    }


def _options(text: str) -> Iterator[tuple[str, Any]]:
    for found in _OPTION.finditer(text):
        name, word = found["name"].lower(), found["word"]
        if found["columns"] is not None:
            yield name, [column for column, _, _ in _columns(found["columns"])]
        elif found["text"] is not None:
            yield name, _unquoted(found["text"])
        elif word is not None and word.isdigit():
            yield name, int(word)
        else:
            yield name, word is None or word == "true"


def _columns(text: str) -> list[tuple[str, int | None, str]]:
    return [(_unescaped(found["name"]), int(found["length"] or 0) or None, "") for found in _NAME.finditer(text)]


def _name(quoted: str) -> str:
    return _unescaped(quoted[1:-1])


def _unescaped(name: str) -> str:
    return name.replace("``", "`")


def _text(literal: str | None) -> str | None:
    return None if literal is None else _unquoted(literal[1:-1])


def _unquoted(text: str) -> str:
    return text.replace("''", "'")


def _default(text: str | None) -> str | None:
    if text is None or text == "NULL":
        return None
    # The quotes within a literal are doubled once more than in SQL, and so are backticks.
    return _with_backslashes(f"'{_unescaped(_unquoted(text[1:-1]))}'" if text.startswith("'") else text)


def _with_backslashes(expression: str) -> str:
    return expression.replace("\\", "\\\\")
