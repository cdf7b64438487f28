"""What two tables have become since they were one: the rows each of them has added, altered and deleted.

As on the server, not the rows of the tables are compared but what was written to them since they parted. A row that
somebody changed in the common ancestor after one branch was made and before the other counts as changed on neither.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from matrixone_lite.engine import namespace
from matrixone_lite.engine.errors import internal, syntax_error, unsupported
from matrixone_lite.engine.lineage import Lineage, Span, all_branches, made_at, node_of, spans_of
from matrixone_lite.engine.pairing import pair, same_column
from matrixone_lite.engine.snapshots import moment_of
from matrixone_lite.engine.sources import past_rows
from matrixone_lite.engine.system import SYSTEM_TABLES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from matrixone_lite.engine.catalog import Column, Table
    from matrixone_lite.engine.changes import Values
    from matrixone_lite.engine.lineage import Node
    from matrixone_lite.engine.pairing import Pairing
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.sql import ast

Key = tuple[Any, ...]
"""The primary key of a row, or its hidden number in a table without one."""

_NOT_A_TABLE = "panic runtime error: invalid memory address or nil pointer dereference"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A table at a moment."""

    database: str
    table: Table
    at: int


@dataclass(slots=True)
class Changes:
    """What was written on one side; rows have the columns of the left table.

    :param old: rows of the common ancestor that are no more as they were
    :param new: what they are now, unless deleted
    :param added: rows the common ancestor does not have
    """

    old: dict[Key, Values] = field(default_factory=dict)
    new: dict[Key, Values] = field(default_factory=dict)
    added: dict[Key, Values] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two tables, how their columns correspond, and the changes on each side."""

    left: Endpoint
    right: Endpoint
    pairing: Pairing
    changes: tuple[Changes, Changes]

    def same(self, one: Values, other: Values) -> bool:
        """Whether two rows of one key are equal in the columns both tables have."""
        return all(one[n] == other[n] for n in self.pairing.shared)


@dataclass(frozen=True, slots=True)
class _Way:
    """How one table came from the common ancestor.

    :param spans: where and when rows changed on the way
    :param ancestor: the common ancestor as it was when this side left it, None for strangers
    :param definitions: of the ancestor, of all tables between and of the table itself
    """

    spans: list[Span]
    ancestor: Span | None
    definitions: list[Table]


# --- endpoints -------------------------------------------------------------------------------------------------------


@contextmanager
def one_state(session: LiteSession) -> Iterator[None]:
    """Let all queries of a statement see one state of the database."""
    connection = session.connection
    if connection.in_transaction:
        yield
        return
    connection.run("BEGIN")
    try:
        yield
    finally:
        connection.run("ROLLBACK")


def endpoint(session: LiteSession, named: ast.BranchTable) -> Endpoint:
    """The table a side of a statement means; only what is committed counts.

    :raises ServerError: 1049 or 1064 when it is missing, 20101 for a view
    """
    hinted = moment_of(session, named.hint)
    database = namespace.current_database(session, named.name.database, hinted)
    if (database.name, named.name.name.lower()) in SYSTEM_TABLES:
        raise unsupported(f"branches of system tables ({database.name}.{named.name.name})")
    table = namespace.find_table(session, database, named.name.name, hinted)
    if table is None:
        raise syntax_error(f'table "{named.name.name.lower()}" does not exist')
    if table.kind != "table" or table.temporary:
        raise internal(_NOT_A_TABLE) if table.kind == "view" else unsupported(f"branches of {_kind(table)}")
    seen = session.transactions.last_committed()
    at = hinted or seen or session.store.now()
    if session.catalog.table_by_id(table.id, at) is None:
        raise internal(f"cannot find table {table.id} commit ts at snapshot {at}-0")
    return Endpoint(database.name, table, at)


def _kind(table: Table) -> str:
    return "temporary tables" if table.temporary else f"{table.kind} tables"


# --- changes ---------------------------------------------------------------------------------------------------------


def compare(
    session: LiteSession,
    left: Endpoint,
    right: Endpoint,
    *,
    keys: Collection[Key] | None = None,
    between: tuple[int, int] | None = None,
) -> Comparison:
    """Find what differs between two tables.

    :param keys: look at these rows only
    :param between: of ``left``, look only at what was written between these moments
    :raises ServerError: 20101 when the tables cannot be compared
    """
    ways = _ways(session, left, right)
    related = ways[0].ancestor is not None
    pairing = pair(left.table, right.table, (ways[0].definitions, ways[1].definitions) if related else None)
    spans = ways[0].spans if between is None else _narrowed(ways[0].spans, *between)
    columns = (left.table.columns, pairing.partners)
    changes = tuple(
        _Collector(session, pairing, own, side, keys).collect(ways[side].ancestor, moved)
        for side, (own, moved) in enumerate(zip(columns, (spans, ways[1].spans), strict=True))
    )
    return Comparison(left, right, pairing, (changes[0], changes[1]))


def _narrowed(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    cut = [Span(span.table, max(span.start, start), min(span.end, end)) for span in spans]
    return [span for span in cut if span.start < span.end]


def _ways(session: LiteSession, left: Endpoint, right: Endpoint) -> tuple[_Way, _Way]:
    catalog = session.catalog
    lineage = Lineage(all_branches(catalog))
    for table in (left.table, right.table):
        lineage.check_known(table)
    one, other = node_of(left.table), node_of(right.table)
    if one == other:
        return _ways_of_one_table(session, left, right)
    paths = lineage.paths_from_common_ancestor(one, other)
    if paths is None:
        first, second = (_Way([Span(side.table, 0, side.at)], None, [side.table]) for side in (left, right))
        return first, second
    moments = [[*lineage.left_at(path), side.at] for path, side in zip(paths, (left, right), strict=True)]
    parted = [times[0] if len(path) > 1 else None for path, times in zip(paths, moments, strict=True)]
    # who is the ancestor itself was left when the other side was made
    probes = [parted[0] or parted[1] or right.at, parted[1] or parted[0] or left.at]
    others = [parted[1] or right.at, parted[0] or left.at]
    ways = [
        _way(session, path, times, max(probe, made_at(catalog, path[0])), other_left, side.table)
        for path, times, probe, other_left, side in zip(paths, moments, probes, others, (left, right), strict=True)
    ]
    return ways[0], ways[1]


def _ways_of_one_table(session: LiteSession, left: Endpoint, right: Endpoint) -> tuple[_Way, _Way]:
    """Two moments of one table: the later one has changed since the earlier one."""
    node = node_of(left.table)
    ways = []
    for own, other in ((left, right), (right, left)):
        spans = spans_of(session.catalog, node, other.at, own.at, forgets=False)
        ways.append(_Way(spans, Span(other.table, 0, other.at), [other.table, *(s.table for s in spans), own.table]))
    return ways[0], ways[1]


def _way(
    session: LiteSession, path: Sequence[Node], times: Sequence[int], probe: int, other_left: int, table: Table
) -> _Way:
    """The way along a path; ``times`` says when each table of it was left, ``other_left`` when the other side left."""
    catalog = session.catalog
    spans = spans_of(catalog, path[0], other_left, times[0])
    for node, left_at in zip(path[1:], times[1:], strict=True):
        spans += spans_of(catalog, node, made_at(catalog, node), left_at)
    ancestor = catalog.table_by_id(path[0][0], probe) or catalog.lives(path[0][0])[0][2]
    between = [span.table for span in spans_of(catalog, path[0], probe, times[0], forgets=False)]
    later = [span.table for span in spans if node_of(span.table) != path[0]]
    return _Way(spans, Span(ancestor, 0, probe), [ancestor, *between, *later, table])


class _Collector:
    """Reads the changes of one side.

    :param columns: for each column of the left table that of this side's table
    :param side: 0 for left, 1 for right
    :param keys: read these rows only
    """

    def __init__(
        self,
        session: LiteSession,
        pairing: Pairing,
        columns: Sequence[Column | None],
        side: int,
        keys: Collection[Key] | None,
    ) -> None:
        self._session = session
        self._pairing = pairing
        self._columns = columns
        self._side = side
        self._wanted = keys

    def collect(self, ancestor: Span | None, spans: Sequence[Span]) -> Changes:
        """The changes in some spans of time."""
        changes = Changes()
        if not spans:
            return changes
        were, are = self._touched(spans)
        last = spans[-1]
        rows = self._rows(self._shape(last.table), past_rows(last.table, last.end), are) if are else {}
        if ancestor is not None and were:
            origin = [None if one is None else one.physical for one in self._pairing.origins[self._side]]
            changes.old = self._rows(origin, past_rows(ancestor.table, ancestor.end), were)
        for key, old in [*changes.old.items()]:
            new = rows.pop(key, None)
            if new is not None and all(old[n] == new[n] for n in self._pairing.shared):
                del changes.old[key]
            elif new is not None:
                changes.new[key] = new
        changes.added = rows
        return changes

    def _touched(self, spans: Sequence[Span]) -> tuple[set[Key], set[Key]]:
        """The keys of rows that were there before and changed, and of new or changed rows that are there now."""
        were: set[Key] = set()
        are: set[Key] = set()
        seen: set[Key] = set()
        for span in spans:
            ended, begun = self._ended(span), self._begun(span)
            were |= ended - seen
            seen |= ended | begun
            are = (are - ended) | begun
        return were, are

    def _ended(self, span: Span) -> set[Key]:
        return self._keys(span, f"{span.table.history} WHERE _ts <= ?1 AND _end > ?1 AND _end <= ?2")

    def _begun(self, span: Span) -> set[Key]:
        live = self._keys(span, f"{span.table.physical} WHERE _ts > ?1 AND _ts <= ?2")
        return live | self._keys(span, f"{span.table.history} WHERE _ts > ?1 AND _ts <= ?2 AND _end > ?2")

    def _keys(self, span: Span, source: str) -> set[Key]:
        shape = self._shape(span.table)
        listed = ", ".join(str(shape[n]) for n in self._pairing.keys) or "_id"
        found = set(self._session.connection.run(f"SELECT {listed} FROM {source}", (span.start, span.end)))
        return found if self._wanted is None else found & set(self._wanted)

    def _shape(self, table: Table) -> list[str | None]:
        """The SQLite names of this side's columns in a definition; None for those it lacks."""
        found = [None if column is None else same_column(column, table) for column in self._columns]
        return [None if column is None else column.physical for column in found]

    def _rows(self, shape: Sequence[str | None], source: str, keys: Collection[Key]) -> dict[Key, Values]:
        listed = ", ".join(name or "NULL" for name in shape)
        rows = self._session.connection.run(f"SELECT _id, {listed} FROM {source} ORDER BY _id")
        first, *more = [n + 1 for n in self._pairing.keys] or [0]
        if more:
            key_of = itemgetter(first, *more)
            return {key: [*row[1:]] for row in rows if (key := key_of(row)) in keys}
        wanted = {key for (key,) in keys}
        return {(row[first],): [*row[1:]] for row in rows if row[first] in wanted}
