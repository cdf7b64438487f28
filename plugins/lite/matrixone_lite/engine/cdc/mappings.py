"""What a task copies where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.cdc.addresses import encoded
from matrixone_lite.engine.errors import internal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.api import Principal
    from matrixone_lite.engine.catalog import Catalog
    from matrixone_lite.engine.pitr import Pitr

EVERY: Final = "*"
LEVELS: Final = ("account", "database", "table")
SHORTEST_WINDOW: Final = 2
"""Hours a PITR must reach back."""

_SPECIAL: Final = set(",.:`")


@dataclass(frozen=True, slots=True)
class Mapping:
    """A table, or every one (``*``), and where it is copied; ``written`` is the text it comes from."""

    database: str
    table: str
    sink_database: str
    sink_table: str
    written: str = ""

    def target(self, database: str, table: str) -> tuple[str, str] | None:
        """Where a table is copied; None when this is not about it."""
        if self.database not in {EVERY, database} or self.table not in {EVERY, table}:
            return None
        return (
            database if self.sink_database == EVERY else self.sink_database,
            table if self.sink_table == EVERY else self.sink_table,
        )

    def covered_by(self, pitr: Pitr, account: str, hours: int) -> bool:
        """Whether a PITR reaches far enough back for all of this."""
        if pitr.unit == "h" and pitr.length < hours:
            return False
        if pitr.level == "cluster":
            return True
        wanted = (account, *(name for name in (self.database, self.table) if name != EVERY))
        reached = (pitr.account, pitr.database, pitr.table)[: LEVELS.index(pitr.level) + 1]
        return wanted[: len(reached)] == reached


ALL: Final = Mapping(EVERY, EVERY, EVERY, EVERY)


def read_mappings(level: str, text: str) -> tuple[Mapping, ...]:
    """The mappings of a level.

    :param text: ``d.t:d2.t2, ...`` for tables, ``d:d2, ...`` for databases; ignored for an account
    :raises ValueError: it is something else, or names a source twice
    """
    if level == "account":
        return (ALL,)
    found = tuple(_read(level, pair) for pair in text.strip().split(","))
    if len({(each.database, each.table) for each in found}) < len(found):
        raise ValueError("a source is named twice")
    return found


def _read(level: str, pair: str) -> Mapping:
    sides = [_names(level, side) for side in pair.strip().split(":")]
    if len(sides) > 2:  # noqa: PLR2004 - source and sink
        raise ValueError("a mapping has more than two sides")
    return Mapping(*sides[0], *sides[-1], written=pair)


def _names(level: str, side: str) -> tuple[str, str]:
    names = [name.strip() for name in side.split(".")]
    if len(names) != LEVELS.index(level) or not all(name and _SPECIAL.isdisjoint(name) for name in names):
        raise ValueError("a side does not name what its level wants")
    return names[0], names[1] if level == "table" else EVERY


def kept(mappings: Sequence[Mapping]) -> str:
    """Mappings as the catalog keeps them."""
    pairs = [
        {
            "Source": {"database": each.database, "table": each.table},
            "Sink": {"database": each.sink_database, "table": each.sink_table},
            "reserved": "",
        }
        for each in mappings
    ]
    return encoded({"pts": pairs, "reserved": ""})


def check_windows(catalog: Catalog, principal: Principal, mappings: Sequence[Mapping], hours: int) -> None:
    """See that a PITR of ``hours`` or more covers each mapping.

    :raises ServerError: 20101 when none does
    """
    pitrs: list[Pitr] = catalog.objects("pitr", None)
    for each in mappings:
        if not any(each.covered_by(pitr, principal.account, hours) for pitr in pitrs):
            raise internal(
                f"no valid PITR configuration found for pattern: {each.written}, minimum required length: {hours} hours"
            )
