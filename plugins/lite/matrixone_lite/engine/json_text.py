"""JSON in the server's normal form: sorted keys, ``, `` and ``: `` between parts, shortest numbers."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from matrixone_lite.engine.errors import invalid_input
from matrixone_lite.engine.render import double_text

Json = Any
"""None, bool, int, float, str, list or dict, nested."""


def _refuse_constant(name: str) -> Json:
    raise ValueError(name)


def parse(text: str) -> Json:
    """Read JSON text; error 20301 when it is malformed."""
    if not text.strip():
        raise invalid_input("json text is empty")
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except ValueError:
        raise invalid_input(f"json text {text}") from None


def dump(value: Json) -> str:
    """Write a value in normal form."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float():
            return double_text(value)
        case Decimal():
            return double_text(float(value))
        case str():
            return json.dumps(value, ensure_ascii=False)
        case dict():
            return "{" + ", ".join(f"{dump(str(key))}: {dump(value[key])}" for key in sorted(value)) + "}"
        case list():
            return "[" + ", ".join(map(dump, value)) + "]"
        case _:
            return str(value)


class JsonText(str):
    """The result of a function that is JSON text already."""

    __slots__ = ()


def written(value: Json) -> str:
    """Write a value, leaving :class:`JsonText` as it is."""
    return str(value) if isinstance(value, JsonText) else dump(value)


def normalize(text: str) -> str:
    """Parse and write back ``text``."""
    return dump(parse(text))
