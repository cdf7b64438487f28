"""Dating the changes of a transaction that was parked at its commit.

Rows carry the moment they were written. While a transaction holds SQLite from first write to commit, nobody can
take a snapshot in between, and that moment will do. A parked transaction lets others in, and what they see in a
snapshot must not change when it commits.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import apsw

if TYPE_CHECKING:
    from collections.abc import Collection

    from matrixone_lite.engine.storage import Connection


def stamp(connection: Connection, own: Collection[int], now: int) -> None:
    """Date everything the open SQLite transaction has changed.

    :param own: the moments the transaction has dated its changes with so far
    :param now: the moment of the commit
    """
    moments = json.dumps([*own])
    for table, key in _changed(connection.changes_so_far()):
        if table.startswith("t"):
            connection.run(f"UPDATE main.{table} SET _ts = ? WHERE _id = ?", (now, key))
        else:
            # what the transaction itself had written before was never there for others: it begins and ends now
            connection.run(
                f"UPDATE main.{table} SET _end = ?1, "
                "_ts = CASE WHEN _ts IN (SELECT value FROM json_each(?2)) THEN ?1 ELSE _ts END WHERE _h = ?3",
                (now, moments, key),
            )


def _changed(changes: bytes) -> list[tuple[str, Any]]:
    """SQLite tables and keys of the rows that are new or different."""
    found = []
    for change in apsw.Changeset.iter(changes) if changes else ():
        if change.name[:1] in {"t", "h"} and change.name[1:].isdigit() and change.op != "DELETE":
            row: Any = change.new if change.op == "INSERT" else change.old
            found.append((change.name, row[0]))
    return found
