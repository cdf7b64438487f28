"""Paths into JSON: reading, finding and changing."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine.errors import invalid_input

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LEG: Final = re.compile(
    r"""\s*(?:
        \.\s*(?:(?P<key>[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*)|(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<keys>\*))
      | \[\s*(?:(?P<items>\*)|(?P<range>[^\]]*\bto\b[^\]]*)|(?P<index>last(?:\s*-\s*\d+)?|\d+))\s*\]
      | (?P<deep>\*\*)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Leg:
    """One step of a path; kind is key, keys, item, items, range or deep."""

    kind: str
    key: str = ""
    index: int = 0
    from_end: bool = False
    until: tuple[int, bool] = (0, False)


@dataclass(frozen=True, slots=True)
class Path:
    """The steps of a path."""

    legs: tuple[Leg, ...]

    @property
    def single(self) -> bool:
        """Whether it leads to one place at most."""
        return all(leg.kind in {"key", "item"} for leg in self.legs)


def _index(text: str) -> tuple[int, bool]:
    text = text.strip()
    if text.startswith("last"):
        return int(text[4:].replace("-", "").strip() or 0), True
    return int(text), False


def _leg(match: re.Match[str]) -> Leg:
    if (key := match["key"]) is not None:
        return Leg("key", key)
    if (quoted := match["quoted"]) is not None:
        return Leg("key", json.loads(quoted))
    if match["keys"]:
        return Leg("keys")
    if match["items"]:
        return Leg("items")
    if match["deep"]:
        return Leg("deep")
    if (bounds := match["range"]) is not None:
        first, _, last = bounds.partition("to")
        return Leg("range", "", *_index(first), _index(last))
    return Leg("item", "", *_index(match["index"]))


@lru_cache(maxsize=512)
def parse_path(text: str) -> Path:
    """Read a path.

    :raises ServerError: 20301 when it is malformed
    """
    stripped = text.strip()
    legs: list[Leg] = []
    position = 1
    try:
        while stripped.startswith("$") and position < len(stripped):
            match = _LEG.match(stripped, position)
            if match is None:
                break
            legs.append(_leg(match))
            position = match.end()
    except ValueError:
        position = -1
    if not stripped.startswith("$") or position != len(stripped) or (legs and legs[-1].kind == "deep"):
        raise invalid_input(f"invalid json path '{text}'")
    return Path(tuple(legs))


def _place(index: int, from_end: bool, length: int) -> int:
    return length - 1 - index if from_end else index


def _step(value: Any, leg: Leg) -> Iterator[Any]:
    if leg.kind in {"key", "keys"}:
        yield from _members(value, leg)
    elif leg.kind == "deep":
        yield value
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for part in inner:
            yield from _step(part, leg)
    elif leg.kind == "items":
        yield from value if isinstance(value, list) else ()
    else:
        yield from _items(value if isinstance(value, list) else [value], leg)


def _members(value: Any, leg: Leg) -> Iterator[Any]:
    if isinstance(value, dict):
        keys = sorted(value) if leg.kind == "keys" else [leg.key] if leg.key in value else []
        yield from (value[key] for key in keys)


def _items(items: list[Any], leg: Leg) -> Iterator[Any]:
    first = _place(leg.index, leg.from_end, len(items))
    last = _place(*leg.until, len(items)) if leg.kind == "range" else first
    if leg.kind == "range" or first >= 0:
        yield from items[max(first, 0) : last + 1]


def find(value: Any, path: Path) -> list[Any]:
    """Everything ``path`` leads to."""
    found = [value]
    for leg in path.legs:
        found = [part for one in found for part in _step(one, leg)]
    return found


def change(value: Any, path: Path, edit: Callable[[Any, Leg], Any]) -> Any:
    """A copy of ``value`` where ``edit`` was applied to what holds the last leg of ``path``.

    :param edit: gets the holder (a copy) and the leg, returns what takes its place
    """

    def descend(part: Any, legs: tuple[Leg, ...]) -> Any:
        leg, rest = legs[0], legs[1:]
        copy = dict(part) if isinstance(part, dict) else list(part) if isinstance(part, list) else part
        if not rest:
            return edit(copy, leg)
        if leg.kind == "key" and isinstance(copy, dict) and leg.key in copy:
            copy[leg.key] = descend(copy[leg.key], rest)
        elif leg.kind == "item" and isinstance(copy, list):
            place = _place(leg.index, leg.from_end, len(copy))
            if 0 <= place < len(copy):
                copy[place] = descend(copy[place], rest)
        return copy

    return descend(value, path.legs)


def put(new: Any, *, insert: bool, replace: bool) -> Callable[[Any, Leg], Any]:
    """An edit for :func:`change` that puts a value where the leg points.

    :param insert: put it where nothing is
    :param replace: put it where something is
    """

    def edit(holder: Any, leg: Leg) -> Any:
        if leg.kind == "key":
            if isinstance(holder, dict) and (replace if leg.key in holder else insert):
                holder[leg.key] = new
            return holder
        items = holder if isinstance(holder, list) else [holder]
        place = _place(leg.index, leg.from_end, len(items))
        if 0 <= place < len(items):
            if not replace:
                return holder
            if not isinstance(holder, list):
                return new
            holder[place] = new
            return holder
        if not insert:
            return holder
        return [new, *items] if place < 0 else [*items, new]

    return edit


def remove(holder: Any, leg: Leg) -> Any:
    """An edit for :func:`change` that takes away what the leg points at."""
    if leg.kind == "key" and isinstance(holder, dict):
        holder.pop(leg.key, None)
    elif leg.kind == "item" and isinstance(holder, list):
        place = _place(leg.index, leg.from_end, len(holder))
        if 0 <= place < len(holder):
            del holder[place]
    return holder
