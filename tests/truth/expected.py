"""The list of known differences: steps whose answers differ, and why. It needs no server, so the documentation reads it, too."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .cases import HERE, recorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

KINDS = ("recorded", "varied")
"""Directories of recordings: the cases as they were written, and with other names, values and types."""
LISTED = HERE / "expected.txt"
UNKNOWN = "not looked into"
_HEAD = "# recording/area/case step | why it differs; written by `nox -s truth -- --update`, which keeps the reasons\n"

Place = tuple[str, str, int]
"""Kind of recording, case, number of the step from 1."""


@dataclass(frozen=True)
class Agreement:
    """How many steps of an area agree."""

    area: str
    agree: int
    steps: int

    @property
    def percent(self) -> float:
        """The share, rounded down: 100 means all."""
        return self.agree * 1000 // self.steps / 10


def read() -> dict[Place, str]:
    """The listed steps and their reasons."""
    listed: dict[Place, str] = {}
    for line in LISTED.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            place, _, reason = line.partition(" | ")
            name, _, number = place.rpartition(" ")
            kind, _, case = name.partition("/")
            listed[kind, case, int(number)] = reason
    return listed


def write(listed: Mapping[Place, str]) -> None:
    """Write the list."""
    lines = [f"{kind}/{case} {number} | {reason}\n" for (kind, case, number), reason in sorted(listed.items())]
    LISTED.write_text(_HEAD + "".join(lines), encoding="utf-8")


def agreements(kind: str, listed: Iterable[Place]) -> Iterator[Agreement]:
    """How far each area of a kind of recording agrees, if exactly the listed steps differ."""
    differing = Counter(case.partition("/")[0] for place, case, _ in listed if place == kind)
    for path in sorted((HERE / kind).glob("*.jsonl")):
        steps = sum(len(case.steps) for case in recorded(path))
        yield Agreement(path.stem, steps - differing[path.stem], steps)


def together(found: Iterable[Agreement]) -> Agreement:
    """The sum of several areas."""
    areas = list(found)
    return Agreement("together", sum(area.agree for area in areas), sum(area.steps for area in areas))
