"""ALTER TABLE … ADD, DROP and TRUNCATE PARTITION."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from matrixone_lite.engine import partitions
from matrixone_lite.engine.changes import Writer
from matrixone_lite.engine.errors import ServerError, invalid_input, not_supported, unsupported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.catalog import Table
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.sql import ast


def add(session: LiteSession, table: Table, action: ast.AddPartitions) -> Table:
    """ADD PARTITION, behind those there are."""
    partitioning = partitions.of(table)
    if partitioning is None:
        raise not_supported("Partition management on a not partitioned table is not possible")
    if not partitioning.by_values:
        raise not_supported("unsupported partition method in ADD PARTITION")
    known = {partition.name.lower() for partition in partitioning.partitions}
    taken = next((partition.name for partition in action.partitions if partition.name.lower() in known), None)
    if taken is not None:
        raise ServerError(1050, f"table %!%{taken}%!%{table.name} already exists")
    changed = replace(partitioning, partitions=(*partitioning.partitions, *action.partitions))
    members = [value for partition in changed.partitions for value in partition.values]
    if changed.method.startswith("list") and len(set(members)) < len(members):
        raise invalid_input("LIST PARTITIONING values must be unique across partitions")
    return _changed(session, table, partitions.attributes(changed))


def drop(session: LiteSession, table: Table, action: ast.DropPartitions) -> Table:
    """DROP PARTITION, rows included; without effect on a table that has none."""
    partitioning = partitions.of(table)
    if partitioning is None:
        return table
    if not partitioning.by_values:
        raise not_supported("drop partition is not supported for hash/key partitioned table")
    _empty(session, table, partitioning, action.names)
    gone = {name.lower() for name in action.names}
    left = [partition for partition in partitioning.partitions if partition.name.lower() not in gone]
    return _changed(session, table, partitions.without(table, partitioning, left))


def truncate(session: LiteSession, table: Table, action: ast.TruncatePartitions) -> Table:
    """TRUNCATE PARTITION; without effect on a table that has none."""
    partitioning = partitions.of(table)
    if partitioning is not None:
        if not partitioning.by_values:
            raise unsupported("TRUNCATE PARTITION of a table partitioned by hash or key")
        _empty(session, table, partitioning, action.names or [one.name for one in partitioning.partitions])
    return table


def _empty(session: LiteSession, table: Table, partitioning: ast.Partitioning, names: Sequence[str]) -> None:
    positions = {partition.name.lower(): n for n, partition in enumerate(partitioning.partitions)}
    missing = next((name for name in names if name.lower() not in positions), None)
    if missing is not None:
        raise invalid_input(f"partition {missing} not found")
    chosen = {positions[name.lower()] for name in names}
    place = partitions.Placement(session, table, partitioning)
    listed = ", ".join(column.physical for column in table.columns)
    rows = session.connection.run(f"SELECT _id, {listed} FROM {table.physical} ORDER BY _id")
    Writer(session, table).delete([identity for identity, *row in rows if place.of(row) in chosen])


def _changed(session: LiteSession, table: Table, attributes: dict[str, Any]) -> Table:
    changed = table.with_changes(attributes=table.attributes | attributes)
    session.catalog.replace_table(changed)
    return changed
