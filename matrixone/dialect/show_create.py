"""Parser of SHOW CREATE TABLE, in the shape MatrixOne gives it.

Two kinds of lines are not MySQL's, and neither has a word KEY before an open bracket as MySQL's has::

    FULLTEXT `name`(`a`,`b`) WITH PARSER ngram
    KEY `name` USING ivfflat (`v`) lists = 4  op_type 'vector_l2_ops'  INCLUDE (`a`, `b`)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.mysql.reflection import MySQLTableDefinitionParser, cleanup_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.dialects.mysql.reflection import ReflectedState

_QUOTED = re.compile(r"`(?:``|[^`])*`|'(?:''|[^'])*'")
_NAME = r"`(?:``|[^`])+`"
_COLUMNS = rf"\((?P<columns>{_NAME}(?:\(\d+\))?(?:, ?{_NAME}(?:\(\d+\))?)*)\)"
_FULLTEXT = re.compile(rf" *FULLTEXT *(?P<name>{_NAME})? *{_COLUMNS}(?: WITH PARSER (?P<parser>\w+))?(?P<rest>.*?),?$")
_VECTOR = re.compile(rf" *KEY (?P<name>{_NAME}) USING (?P<using>\w+) *{_COLUMNS}(?P<rest>.*?),?$")
# ``lists = 4``, ``op_type 'vector_l2_ops'``, ``INCLUDE (`a`, `b`)``, ``async``
_OPTION = re.compile(rf"(?P<name>\w+)(?: *= *(?P<number>\w+)| +'(?P<text>(?:''|[^'])*)'| +{_COLUMNS})?")
_TABLE_OPTIONS = re.compile(
    r"\)(?: COMMENT='(?P<comment>(?:''|[^'])*)')?(?: CLUSTER BY \((?P<cluster_by>.*)\))?"
    r"(?: partition by (?P<partition_by>.*))?",
    re.IGNORECASE,
)
# DESCRIBE gives every type a width, ``INT UNSIGNED(32)`` or ``TEXT(0)``; of these types it means something.
_DESCRIBED = re.compile(r"(?P<name>\w+)(?P<unsigned> UNSIGNED)?(?:\((?P<width>.*)\))?", re.IGNORECASE)
_WITH_WIDTH = re.compile(r"(var)?(char|binary)|decimal|bit|enum|set|vec\w+")
_WITH_FRACTION = frozenset({"datetime", "time", "timestamp"})


class ShowCreateTableParser(MySQLTableDefinitionParser):
    """SQLAlchemy's parser, which also knows full-text and vector indexes, and texts of several lines."""

    def parse(self, show_create: str, charset: str | None) -> ReflectedState:
        """Parse the statement, each of its definitions on one line."""
        return super().parse(_QUOTED.sub(lambda found: found[0].replace("\n", r"\n"), show_create), charset)

    def _parse_constraints(self, line: str) -> Any:
        if found := _FULLTEXT.match(line):
            return "key", self._key(found, "FULLTEXT", parser=found["parser"])
        if found := _VECTOR.match(line):
            options = {key: value for key, value in self._options(found["rest"]) if key != "comment"}
            return "key", self._key(found, None, parser=None) | {"using": found["using"], "with": options}
        kind, spec = super()._parse_constraints(line)
        if isinstance(spec, dict) and spec["name"]:
            spec["name"] = _unescaped(spec["name"])
        return kind, spec

    def _parse_keyexprs(self, identifiers: str) -> list[tuple[str, int | None, str]]:
        return [(_unescaped(name), length, words) for name, length, words in super()._parse_keyexprs(identifiers)]

    def _parse_column(self, line: str, state: ReflectedState) -> None:
        known = len(state.columns)
        super()._parse_column(line, state)
        for column in state.columns[known:]:
            column["name"] = _unescaped(column["name"])

    def _parse_table_options(self, line: str, state: ReflectedState) -> None:
        found = _TABLE_OPTIONS.match(line)
        options: dict[str, Any] = {} if found is None else found.groupdict()
        if options.get("comment"):
            options["comment"] = cleanup_text(options["comment"])
        if options.get("cluster_by"):
            options["cluster_by"] = self._unquoted(options["cluster_by"])
        given = {f"{self.dialect.name}_{name}": value for name, value in options.items() if value is not None}
        state.table_options = given

    def _describe_to_create(self, table_name: str, columns: Sequence[Any]) -> str:
        """The columns of a view, which DESCRIBE gives in types of its own spelling."""
        plain = [(row[0], _described_type(row[1]), row[2], row[3], "", "") for row in columns]
        return super()._describe_to_create(table_name, plain)

    def _key(self, found: re.Match[str], kind: str | None, parser: str | None) -> dict[str, Any]:
        name = found["name"]
        return {
            "type": kind,
            "name": None if name is None else self._unquoted(name)[0],
            "columns": [(column, None, "") for column in self._unquoted(found["columns"])],
            "parser": parser,
        }

    def _options(self, text: str) -> list[tuple[str, Any]]:
        return [(found["name"].lower(), self._value(found)) for found in _OPTION.finditer(text)]

    def _value(self, found: re.Match[str]) -> Any:
        if found["columns"] is not None:
            return self._unquoted(found["columns"])
        if found["text"] is not None:
            return found["text"].replace("''", "'")
        if found["number"] is not None:
            return int(found["number"]) if found["number"].isdigit() else found["number"]
        return True

    def _unquoted(self, names: str) -> list[str]:
        return [_unescaped(name[1:-1]) for name in re.findall(_NAME, names)]


def _unescaped(name: str) -> str:
    return name.replace("``", "`")


def _described_type(text: str) -> str:
    found = _DESCRIBED.fullmatch(text)
    if found is None:
        return text
    name, width = found["name"].lower(), found["width"]
    has_width = _WITH_WIDTH.fullmatch(name) or (name in _WITH_FRACTION and width != "0")
    return f"{name}({width})" if has_width and width else f"{name}{(found['unsigned'] or '').lower()}"
