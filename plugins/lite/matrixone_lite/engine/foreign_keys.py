"""Foreign keys: children need parents, and parents that change or go take their children along or stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine.errors import ServerError, internal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.catalog import ForeignKey, Table
    from matrixone_lite.engine.session import LiteSession

NO_PARENT: Final = "Cannot add or update a child row: a foreign key constraint fails"
HAS_CHILD: Final = "Cannot delete or update a parent row: a foreign key constraint fails"

Change = tuple[int, list[Any], list[Any]]


def _enabled(session: LiteSession) -> bool:
    return bool(session.variables.number("foreign_key_checks"))


def _positions(table: Table, names: Sequence[str]) -> list[int]:
    lowered = [column.name.lower() for column in table.columns]
    return [lowered.index(name.lower()) for name in names]


def _condition(table: Table, names: Sequence[str]) -> str:
    return " AND ".join(f"{table.by_name[name.lower()].physical} = ?" for name in names)


def check_parents(
    session: LiteSession, table: Table, rows: Sequence[list[Any]], error: ServerError, olds: Sequence[list[Any]] = ()
) -> None:
    """Raise ``error`` unless every row has its parents.

    :param rows: values about to be stored
    :param olds: the values they replace; keys that do not change are not looked up
    """
    if not table.foreign_keys or not _enabled(session):
        return
    for key in table.foreign_keys:
        positions = _positions(table, key.columns)
        wanted = {tuple(row[n] for n in positions) for row in rows}
        wanted -= {tuple(row[n] for n in positions) for row in olds}
        wanted = {values for values in wanted if None not in values}
        parent = table if key.parent == table.id else session.catalog.table_by_id(key.parent)
        if parent is None or not wanted:
            continue
        if parent.id == table.id:
            referenced = _positions(table, key.referenced)
            wanted -= {tuple(row[n] for n in referenced) for row in rows}
        if parent.id == table.id:
            error = ServerError(1452, NO_PARENT)
        sql = f"SELECT 1 FROM {parent.physical} WHERE {_condition(parent, key.referenced)}"
        if any(session.connection.value(sql, values) is None for values in wanted):
            raise error


def _children_rows(
    session: LiteSession, child: Table, key: ForeignKey, values: Sequence[Any]
) -> list[tuple[int, list[Any]]]:
    names = ", ".join(column.physical for column in child.columns)
    sql = f"SELECT _id, {names} FROM {child.physical} WHERE {_condition(child, key.columns)}"
    return [(row[0], list(row[1:])) for row in session.connection.run(sql, values)]


def before_delete(session: LiteSession, table: Table, ids: Sequence[int]) -> int:
    """Apply ON DELETE of the tables that reference the rows, and return how many rows that changed.

    :raises ServerError: 20101 where it restricts
    """
    children = session.catalog.children(table)
    if not children or not _enabled(session):
        return 0
    changed = 0
    going = set(ids)
    for child, key in children:
        listed = ", ".join(table.by_name[name.lower()].physical for name in key.referenced)
        for identity in ids:
            values = session.connection.run(f"SELECT {listed} FROM {table.physical} WHERE _id = ?", (identity,))
            if not values or None in values[0]:
                continue
            rows = _children_rows(session, child, key, values[0])
            if child.id == table.id:
                rows = [row for row in rows if row[0] not in going]
            if rows:
                changed += _delete_children(session, child, key, rows)
    return changed


def _delete_children(session: LiteSession, child: Table, key: ForeignKey, rows: Sequence[tuple[int, list[Any]]]) -> int:
    from matrixone_lite.engine.changes import Writer

    if key.on_delete == "cascade":
        return Writer(session, child).delete([identity for identity, _ in rows])
    if key.on_delete == "set null":
        _assign(session, child, key, rows, [None] * len(key.columns))
        return len(rows)
    raise internal(HAS_CHILD)


def _assign(
    session: LiteSession, child: Table, key: ForeignKey, rows: Sequence[tuple[int, list[Any]]], values: Sequence[Any]
) -> None:
    from matrixone_lite.engine.changes import Writer

    changes = []
    for identity, old in rows:
        new = list(old)
        for n, value in zip(_positions(child, key.columns), values, strict=True):
            new[n] = value
        changes.append((identity, old, new))
    Writer(session, child).update(changes, cascading=True)


def after_update(session: LiteSession, table: Table, changes: Sequence[Change]) -> None:
    """Apply ON UPDATE of the tables that reference changed keys; error 1217 where it restricts."""
    children = session.catalog.children(table)
    if not children or not _enabled(session):
        return
    for child, key in children:
        positions = _positions(table, key.referenced)
        for _, old, new in changes:
            before, after = [old[n] for n in positions], [new[n] for n in positions]
            if before == after or None in before:
                continue
            rows = _children_rows(session, child, key, before)
            if not rows:
                continue
            if key.on_update == "cascade":
                _assign(session, child, key, rows, after)
            elif key.on_update == "set null":
                _assign(session, child, key, rows, [None] * len(positions))
            else:
                raise ServerError(1217, HAS_CHILD)
