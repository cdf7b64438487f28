"""Parser of SHOW CREATE TABLE, in the shape MatrixOne gives it.

Two kinds of lines are not MySQL's, and neither has a word KEY before an open bracket as MySQL's has::

    FULLTEXT `name`(`a`,`b`) WITH PARSER ngram
    KEY `name` USING ivfflat (`v`) lists = 4  op_type 'vector_l2_ops'  INCLUDE (`a`, `b`)
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy.dialects.mysql.reflection import MySQLTableDefinitionParser

_NAME = r"`(?:``|[^`])+`"
_COLUMNS = rf"\((?P<columns>{_NAME}(?:\(\d+\))?(?:, ?{_NAME}(?:\(\d+\))?)*)\)"
_FULLTEXT = re.compile(rf" *FULLTEXT *(?P<name>{_NAME})? *{_COLUMNS}(?: WITH PARSER (?P<parser>\w+))?(?P<rest>.*?),?$")
_VECTOR = re.compile(rf" *KEY (?P<name>{_NAME}) USING (?P<using>\w+) *{_COLUMNS}(?P<rest>.*?),?$")
# ``lists = 4``, ``op_type 'vector_l2_ops'``, ``INCLUDE (`a`, `b`)``, ``async``
_OPTION = re.compile(rf"(?P<name>\w+)(?: *= *(?P<number>\w+)| +'(?P<text>(?:''|[^'])*)'| +{_COLUMNS})?")


class ShowCreateTableParser(MySQLTableDefinitionParser):
    """SQLAlchemy's parser, which also knows full-text and vector indexes."""

    def _parse_constraints(self, line: str) -> Any:
        if found := _FULLTEXT.match(line):
            return "key", self._key(found, "FULLTEXT", parser=found["parser"])
        if found := _VECTOR.match(line):
            options = {key: value for key, value in self._options(found["rest"]) if key != "comment"}
            return "key", self._key(found, None, parser=None) | {"using": found["using"], "with": options}
        return super()._parse_constraints(line)

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
        return [name[1:-1].replace("``", "`") for name in re.findall(_NAME, names)]
