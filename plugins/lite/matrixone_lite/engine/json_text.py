"""JSON in the server's normal form: sorted keys, ``, `` and ``: `` between parts, shortest numbers."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

from matrixone_lite.engine.errors import invalid_input
from matrixone_lite.engine.render import double_text

Json = Any
"""None, bool, int, float, str, list or dict, nested."""

# Of whole numbers these are kept as such, the others as doubles.
_LEAST, _GREATEST = -(2**63), 2**64 - 1
_WITH_EXPONENT_BELOW, _WITH_EXPONENT_FROM = 1e-6, 1e21


def _refuse_constant(name: str) -> Json:
    raise ValueError(name)


def _integer(digits: str) -> int | float:
    number = int(digits)
    return number if _LEAST <= number <= _GREATEST else _finite(digits)


def _finite(digits: str) -> float:
    if math.isinf(number := float(digits)):
        raise invalid_input(f"json number {digits}")
    return number


def parse(text: str) -> Json:
    """Read JSON text; error 20301 when it is malformed."""
    if not text.strip():
        raise invalid_input("json text is empty")
    try:
        return json.loads(text, parse_constant=_refuse_constant, parse_int=_integer, parse_float=_finite)
    except ValueError:
        raise invalid_input(f"json text {text}") from None


def dump(value: Json) -> str:
    """Write a value in normal form."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float() | Decimal():
            return _double(float(value))
        case str():
            return json.dumps(value, ensure_ascii=False)
        case dict():
            return "{" + ", ".join(f"{dump(str(key))}: {dump(value[key])}" for key in sorted(value)) + "}"
        case list():
            return "[" + ", ".join(map(dump, value)) + "]"
        case _:
            return str(value)


def _double(value: float) -> str:
    is_plain = value == 0 or _WITH_EXPONENT_BELOW <= abs(value) < _WITH_EXPONENT_FROM
    return double_text(value) if is_plain else repr(value)


class JsonText(str):
    """The result of a function that is JSON text already."""

    __slots__ = ()


def written(value: Json) -> str:
    """Write a value, leaving :class:`JsonText` as it is."""
    return str(value) if isinstance(value, JsonText) else dump(value)


def normalize(text: str) -> str:
    """Parse and write back ``text``."""
    return dump(parse(text))
