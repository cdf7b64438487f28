"""The same cases with other names, values and types.

A server that knew recorded statements by heart would agree with the recordings and with nothing else. So every case is
recorded a second time, varied: what it creates is renamed throughout, numbers and texts of rows and conditions are others,
columns have wider types. The variation is the same at every run.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

    from .cases import Case, Step

SUFFIX = "0"  # the least character of a name: all names keep their order
_OBJECTS = re.compile(
    r"\bcreate\s+(?:or\s+replace\s+|temporary\s+|unique\s+|fulltext\s+|data\s+branch\s+)*"
    r"(?:database|table|view|snapshot|user|role|account|stage|publication|pitr|sequence|cdc|index)\s+"
    r"(?:if\s+not\s+exists\s+)?['`\"]?(?:\w+`?\.`?)?(\w+)",
    re.IGNORECASE,
)
_TABLE = re.compile(r"\bcreate\s+(?:temporary\s+)?table\b[^(]*\(", re.IGNORECASE)
_COLUMN = re.compile(r"\s*`?(\w+)`?\s+[a-z]", re.IGNORECASE)
_NOT_RENAMED = re.compile(  # words that mean something else, too
    "primary|unique|key|index|fulltext|constraint|foreign|check|select|with|if|not|exists|as|like|clone|from|default|"
    "year|date|time|datetime|timestamp|user|host|name|type|value|text|count|desc|status|level|json|blob|role|database|"
    "comment|data|url|position|table|on|set|null|int|bool|root|sys|public|moadmin|accountadmin|admin|dump|[0-9]+"
)
_TYPES = {
    "int": "bigint", "smallint": "int", "float": "double", "vecf32": "vecf64", "char": "varchar", "text": "mediumtext",
}  # fmt: skip
_TYPE = re.compile(rf"(?<=[\w`] )({'|'.join(_TYPES)})(?=[\s,()]|$)", re.IGNORECASE)
_LENGTH = re.compile(r"\b((?:var)?char|varbinary|binary)\s*\((\d{1,3})\)", re.IGNORECASE)
_ROWS = re.compile(r"\s*\(*\s*(insert|replace|update|delete|select|with|values|load\s+data\s+inline)\b", re.IGNORECASE)
_PIECES = re.compile(
    r"(x?'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|`[^`]*`|\{[^{}]*\})", re.DOTALL | re.IGNORECASE
)
_NUMBER = re.compile(r"(?<![\w.@])\d{1,4}(?![\w.])")
_PLAIN = re.compile(r"'[A-Za-z][A-Za-z ]*[a-y]'")
_WORD = re.compile(r"(?<![@%\\/])\b(?!(?<!')[bxne]')\w+", re.IGNORECASE)  # not the letter before a literal's quote
_DATE = re.compile(r"'(20\d\d)-(\d\d)-(\d\d)")
_DANGEROUS = re.compile(r"\brestore\s+(cluster|account\s+sys)\b|\btable_stats\b", re.IGNORECASE)


def varied(case: Case) -> Case | None:
    """A variation of a case; None where a varied statement could harm the server it is recorded on."""
    if any(_DANGEROUS.search(step.get("sql", "")) for step in case.steps):
        return None
    names = _created(case)
    return replace(
        case,
        cleanup=[_renamed(sql, names) for sql in case.cleanup],
        steps=[_step(step, names) for step in case.steps],
    )


def _created(case: Case) -> set[str]:
    found: set[str] = set()
    for step in case.steps:
        sql = step.get("sql", "")
        found.update(_OBJECTS.findall(sql))
        if table := _TABLE.search(sql):
            found.update(match[1] for part in _parts(sql[table.end() :]) if (match := _COLUMN.match(part)))
    return {name.lower() for name in found if not _NOT_RENAMED.fullmatch(name.lower())}


def _parts(body: str) -> list[str]:
    """What commas outside of parentheses separate, up to the parenthesis that ends it all."""
    parts, depth = [""], 0
    for char in body:
        depth += (char == "(") - (char == ")")
        if depth < 0:
            break
        if char == "," and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _step(step: Step, names: Collection[str]) -> Step:
    changed: dict[str, Any] = {key: value for key, value in step.items() if key != "expect"}
    if "sql" in step:
        changed["sql"] = _renamed(_with_other_values(_with_other_types(step["sql"])), names)
    if "connect" in step:
        changed["connect"] = {key: _renamed(value, names) for key, value in step["connect"].items()}
    for key in ("any", "fuzzy"):
        if key in step:
            changed[key] = [_renamed(name, names) for name in step[key]]
    return changed


def _renamed(text: str, names: Collection[str]) -> str:
    return _WORD.sub(lambda word: word[0] + SUFFIX if word[0].lower() in names else word[0], text)


def _with_other_types(sql: str) -> str:
    if not re.match(r"\s*create\s+(temporary\s+)?table\b", sql, re.IGNORECASE):
        return sql
    longer = _LENGTH.sub(lambda found: f"{found[1]}({int(found[2]) + 1})", sql)
    return _TYPE.sub(lambda found: _TYPES[found[1].lower()], longer)


def _with_other_values(sql: str) -> str:
    if not _ROWS.match(sql):
        return sql
    return "".join(_other_piece(piece) for piece in _PIECES.split(sql))


def _other_piece(piece: str) -> str:
    if piece.startswith("'"):
        dated = _DATE.sub(lambda found: f"'{int(found[1]) + 1}-{found[2]}-{found[3]}", piece)
        return dated[:-2] + chr(ord(dated[-2]) + 1) + "'" if _PLAIN.fullmatch(dated) else dated
    if piece[:1] in '"`{' or piece[:2].lower() == "x'":
        return piece
    return _NUMBER.sub(lambda found: str(int(found[0]) + 1) if int(found[0]) > 1 else found[0], piece)
