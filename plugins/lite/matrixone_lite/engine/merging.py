"""DATA BRANCH MERGE and PICK: writing to one table what was changed in another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from matrixone_lite.engine import pick_keys
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.changes import Writer
from matrixone_lite.engine.comparing import compare, endpoint
from matrixone_lite.engine.differences import added, key_order
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import internal, invalid_input, not_supported
from matrixone_lite.engine.insert import Insertion
from matrixone_lite.engine.sql_literals import literal
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.catalog import Column, Table
    from matrixone_lite.engine.changes import Values
    from matrixone_lite.engine.comparing import Comparison, Key
    from matrixone_lite.engine.session import LiteSession


@dataclass(slots=True)
class Work:
    """What a merge does to its target: first delete rows, then insert others.

    :param deleted: keys, and the rows they had as far as known
    :param inserted: rows with the columns of the source
    """

    deleted: dict[Key, Values] = field(default_factory=dict)
    inserted: list[Values] = field(default_factory=list)


@handles(ast.MergeBranch)
def merge(session: LiteSession, statement: ast.MergeBranch) -> Done:
    """DATA BRANCH MERGE."""
    comparison = compare(session, endpoint(session, statement.source), endpoint(session, statement.target))
    _apply(session, comparison, resolve(session, comparison, statement.on_conflict))
    return Done()


@handles(ast.PickBranch)
def pick(session: LiteSession, statement: ast.PickBranch) -> Done:
    """DATA BRANCH PICK."""
    if statement.snapshots is not None and statement.source.hint is not None:
        raise invalid_input("BETWEEN SNAPSHOT and source table snapshot option cannot be used together")
    if statement.target.hint is not None:
        raise invalid_input("destination snapshot option is not supported for DATA BRANCH PICK")
    source, target = endpoint(session, statement.source), endpoint(session, statement.target)
    if source.table.primary_key is None:
        lacking = f"table {statement.source.name.name.lower()} has no primary key"
        raise not_supported(f"DATA BRANCH PICK requires a table with a primary key; {lacking}")
    compare(session, source, target, keys=())  # complains about the tables before it does about the keys
    keys = pick_keys.keys_of(session, statement, source.table)
    between = None if statement.snapshots is None else pick_keys.moments(session, *statement.snapshots)
    comparison = compare(session, source, target, keys=keys, between=between)
    _apply(session, comparison, resolve(session, comparison, statement.on_conflict, picking=True))
    return Done()


# --- conflicts -------------------------------------------------------------------------------------------------------


def resolve(session: LiteSession, comparison: Comparison, choice: str, *, picking: bool = False) -> Work:
    """Decide what becomes of rows that were changed on both sides.

    :param choice: fail, skip or accept
    :param picking: as PICK does it
    :raises ServerError: 20101 for the first conflict, if it shall fail
    """
    work = Work()
    source, target = comparison.changes
    for key in sorted(source.old, key=lambda key: key_order(comparison, key)):
        new = source.new.get(key)
        conflict = key in target.old
        both_deleted = conflict and new is None and key not in target.new
        if conflict and choice == "fail" and not (picking and both_deleted):
            raise _conflict(session, comparison, key, "INSERT" if picking else "DELETE")
        if not conflict or (choice == "accept" and not both_deleted):
            work.deleted[key] = source.old[key]
            work.inserted += [] if new is None else [new]
        elif choice == "skip" and new is not None and key not in target.new and not picking:
            # the server forgets that the target has deleted what the source has updated
            work.inserted.append(new)
    _add(session, comparison, choice, work)
    return work


def _add(session: LiteSession, comparison: Comparison, choice: str, work: Work) -> None:
    theirs = comparison.changes[1].added
    if not comparison.pairing.keys:
        work.inserted += added(comparison, 0)
        return
    for key, row in sorted(comparison.changes[0].added.items(), key=lambda item: key_order(comparison, item[0])):
        if key not in theirs:
            work.inserted.append(row)
        elif not comparison.same(row, theirs[key]):
            if choice == "fail":
                raise _conflict(session, comparison, key, "INSERT")
            if choice == "accept":
                work.deleted[key] = theirs[key]
                work.inserted.append(row)


def _conflict(session: LiteSession, comparison: Comparison, key: Key, kind: str) -> Exception:
    columns = comparison.left.table.columns
    types = [columns[n].type for n in comparison.pairing.keys]
    shown = [literal(part, type_, session.context.zone) for part, type_ in zip(key, types, strict=False)]
    source, target = comparison.left.table.name, comparison.right.table.name
    where = ",".join(shown) or str(key[0])
    return internal(f"conflict: {source} {kind} and {target} {kind} on pk({where}) with different values")


# --- the target ------------------------------------------------------------------------------------------------------


def _apply(session: LiteSession, comparison: Comparison, work: Work) -> None:
    pairing = comparison.pairing
    table = session.catalog.table_by_id(pairing.right.id) or pairing.right
    positions = {partner.name: n for n, partner in enumerate(pairing.partners) if partner is not None}
    writer = Writer(session, table)
    if ids := _ids(session, table, [pairing.partners[n] for n in pairing.keys], work):
        writer.delete(ids)
    places = [positions.get(column.name) for column in table.columns]
    rows = [[None if place is None else row[place] for place in places] for row in work.inserted]
    Insertion(session, table, ast.Insert(ast.Table(ast.Name(table.name)))).number(rows)
    writer.insert(writer.prepare(rows))


def _ids(session: LiteSession, table: Table, keys: Sequence[Column | None], work: Work) -> list[int]:
    """The numbers of the rows to delete that the target has."""
    names = [table.by_name[key.name.lower()].physical for key in keys if key is not None] or ["_id"]
    sql = f"SELECT _id FROM {table.physical} WHERE {' AND '.join(f'{name} = ?' for name in names)}"
    return [identity for key in work.deleted for (identity,) in session.connection.run(sql, key)]
