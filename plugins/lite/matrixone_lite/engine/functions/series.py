"""Functions that give rows: GENERATE_SERIES and UNNEST."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import json_text, temporal, types
from matrixone_lite.engine.errors import invalid_argument, invalid_input, not_supported
from matrixone_lite.engine.functions.intervals import measure, move
from matrixone_lite.engine.functions.json_paths import find, parse_path
from matrixone_lite.engine.functions.registry import table_function
from matrixone_lite.engine.types import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from matrixone_lite.engine.types import Type

_STEP: Final = re.compile(r"\s*(-?\d+)\s+([a-z]+?)s?\s*", re.IGNORECASE)
_UNNEST_COLUMNS: Final = (
    ("col", types.VARCHAR),
    ("seq", types.INT),
    ("key", types.VARCHAR),
    ("path", types.VARCHAR),
    ("index", types.INT),
    ("value", types.JSON),
    ("this", types.JSON),
)


def _series_columns(given: Sequence[Type]) -> Sequence[tuple[str, Type]]:
    if given and given[0].kind in types.STRINGS:
        if len(given) > 1 and given[1].kind not in types.STRINGS | types.DATED:
            raise invalid_argument(f"operator cast, bad value [{given[1].named} DATETIME]")
        if len(given) > 2 and given[2].kind not in types.STRINGS:  # noqa: PLR2004 - the step
            raise invalid_input("generate_series datetime must specify step using varchar")
        return (("result", types.VARCHAR),)
    if given and given[0].kind not in types.INTEGERS:
        raise not_supported(f"generate_series not support type {given[0].named}")
    for name, type_ in zip(("end", "step"), given[1:], strict=False):
        if type_.kind not in types.INTEGERS:
            raise invalid_input(f"generate_series {name} must be int32 or int64")
    return (("result", types.BIGINT),)


@table_function("generate_series", _series_columns)
def generate_series(_context: Any, *bounds: Any) -> Iterator[list[Any]]:
    """``generate_series([start,] end [, step])`` of numbers, or of moments with a step such as ``12 hour``."""
    if not bounds or None in bounds:
        return
    if isinstance(bounds[0], str):
        yield from _moments(*bounds)
        return
    start, end = (1, bounds[0]) if len(bounds) == 1 else bounds[:2]
    step = int(bounds[2]) if len(bounds) > 2 else 1 if start <= end else -1  # noqa: PLR2004 - the third argument
    if step == 0:
        raise invalid_input("the step size cannot be 0")
    for number in range(start, end + (1 if step > 0 else -1), step):
        yield [number]


def _moments(start: str, end: str, step: str = "1 day") -> Iterator[list[Any]]:
    first, last, match = temporal.parse_datetime(start), temporal.parse_datetime(end), _STEP.fullmatch(step)
    for moment_text, found in ((start, first), (end, last)):
        if found is None:
            raise invalid_input(f"invalid datetime value {moment_text}")
    if first is None or last is None or match is None:
        raise invalid_input(f"invalid step '{step}'")
    count, unit = int(match[1]), match[2].lower()
    months, micros = measure(1, unit)
    number = 0
    moment: datetime | None = first
    while moment is not None:
        if moment > last if count > 0 else moment < last:
            return
        yield [temporal.datetime_text(moment, 6 if moment.microsecond else 0)]
        number += count
        moment = move(first, months * number, micros * number)


_UNNEST_ARGUMENTS: Final = (
    ("first", "json or string", types.STRINGS | {Kind.JSON}),
    ("second", "string", types.STRINGS),
    ("third", "bool", {Kind.BOOL}),
)


def _unnest_columns(given: Sequence[Type]) -> Sequence[tuple[str, Type]]:
    for (name, wanted, kinds), type_ in zip(_UNNEST_ARGUMENTS, given, strict=False):
        if type_.kind not in kinds:
            raise invalid_input(f"unnest: {name} argument must be {wanted}, but got {type_.named}")
    return _UNNEST_COLUMNS


@table_function("unnest", _unnest_columns)
def unnest(_context: Any, document: str | None, path: str = "$", outer: int = 0) -> Iterator[list[Any]]:
    """The parts of what a path leads to, one a row."""
    if document is None:
        return
    for found in find(json_text.parse(document), parse_path(path)):
        this = json_text.dump(found)
        if isinstance(found, dict):
            for key in sorted(found):
                yield ["UNNEST_DEFAULT", 0, key, f"{path}.{key}", None, json_text.dump(found[key]), this]
        elif isinstance(found, list):
            for index, item in enumerate(found):
                yield ["UNNEST_DEFAULT", 0, None, f"{path}[{index}]", index, json_text.dump(item), this]
        elif outer:
            yield ["UNNEST_DEFAULT", 0, None, path, None, None, this]
