"""Forgetting rows and tables that no time travel reaches any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matrixone_lite.engine.lineage import kept
from matrixone_lite.engine.snapshots import RECENT

if TYPE_CHECKING:
    from matrixone_lite.engine.catalog import Catalog
    from matrixone_lite.engine.storage import Connection


def purge(connection: Connection, catalog: Catalog, now: int, needed: int | None = None) -> None:
    """Drop what ended before every snapshot and before what is recent, inside a transaction of the caller.

    :param now: nanoseconds since 1970
    :param needed: the moment since which everything is still needed
    """
    moments = [snapshot.ts for snapshot in catalog.objects("snapshot", None)] + ([] if needed is None else [needed])
    horizon = min([now - RECENT, *moments, *(branch.moment for branch in kept(catalog))])
    for kind in ("databases", "tables", "objects"):
        connection.run(f"DELETE FROM m_{kind} WHERE dropped < ?", (horizon,))
    storages = {f"{letter}{storage}" for storage in catalog.storages() for letter in "th"}
    stored = connection.run("SELECT name FROM main.sqlite_master WHERE type = 'table' AND name GLOB '[th][0-9]*'")
    for (name,) in stored:
        if name not in storages:
            connection.run(f"DROP TABLE main.{name}")
        elif name.startswith("h"):
            connection.run(f"DELETE FROM main.{name} WHERE _end < ?", (horizon,))
