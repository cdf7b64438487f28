"""Where branches come from: a tree of tables, and the spans of time in which each of them was changed.

A branch shares everything with its origin up to the moment it was made. So two tables of one tree differ by what was
written on the way from their common ancestor to each of them: to the ancestor itself until it was left, to every table
between, and to the table at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.errors import internal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matrixone_lite.engine.catalog import Catalog, Table
    from matrixone_lite.engine.session import LiteSession

PREFIX: Final = "__mo_branch_"
"""Of the names of the snapshots that keep what branches were made from."""

Node = tuple[int, int]
"""Id and generation of a table."""

_LOST: Final = (
    "data branch: schema-evolution lineage metadata is missing for a legacy ALTER; "
    "recreate the branch before DIFF/MERGE"
)


@dataclass(frozen=True, slots=True)
class Branch:
    """A table made as a branch.

    :param moment: what the branch was made from is its parent at this moment, in nanoseconds since 1970
    :param creator: account that has the branch
    :param level: table or database, as the branch was asked for
    :param snapshot_id: of the hidden snapshot of the parent
    :param account, database, table: name of the parent when the branch was made
    """

    child: Node
    parent: Node
    moment: int
    creator: int
    level: str
    snapshot_id: str
    account: str
    database: str
    table: str

    @property
    def snapshot(self) -> str:
        """Name of the hidden snapshot of the parent."""
        return f"{PREFIX}{self.child[0]}"


def node_of(table: Table) -> Node:
    """The place of a table in the tree."""
    return table.id, table.generation


def all_branches(catalog: Catalog) -> list[Branch]:
    """Every branch ever made, in order."""
    found: list[Branch] = catalog.objects("branch", None)
    return sorted(found, key=lambda branch: branch.child)


def exists(catalog: Catalog, node: Node) -> bool:
    """Whether a table of the tree is still there."""
    table = catalog.table_by_id(node[0])
    return table is not None and table.generation == node[1]


@dataclass(frozen=True, slots=True)
class Span:
    """A table between two moments, the first excluded, in which it kept its columns."""

    table: Table
    start: int
    end: int


class Lineage:
    """The tree of branches.

    :param branches: all of them
    """

    def __init__(self, branches: Iterable[Branch]) -> None:
        self._by_child = {branch.child: branch for branch in branches}
        self._children: dict[Node, list[Node]] = {}
        for branch in self._by_child.values():
            self._children.setdefault(branch.parent, []).append(branch.child)
        self._nodes = {*self._by_child, *self._children}

    def is_branch(self, table: Table) -> bool:
        """Whether a table was made as a branch."""
        return node_of(table) in self._by_child

    def knows(self, table: Table) -> bool:
        """Whether a table is a branch or has been branched."""
        return node_of(table) in self._nodes

    def is_alive(self, catalog: Catalog, node: Node) -> bool:
        """Whether a table, or any branch made from it, or from those, is still there."""
        alive = node in self._nodes and exists(catalog, node)
        return alive or any(self.is_alive(catalog, child) for child in self._children.get(node, ()))

    def has_live_branches(self, catalog: Catalog, table: Table) -> bool:
        """Whether a table is a branch, or branches of it are there."""
        node = node_of(table)
        return node in self._by_child or any(self.is_alive(catalog, child) for child in self._children.get(node, ()))

    def check_known(self, table: Table) -> None:
        """Error 20101 for a table that has lost its place in the tree."""
        if not self.knows(table) and table.id in {identity for identity, _ in self._nodes}:
            raise internal(_LOST)

    def path(self, node: Node) -> list[Node]:
        """The tables from the root down to ``node``."""
        found = [node]
        while node in self._by_child:
            node = self._by_child[node].parent
            found.append(node)
        return found[::-1]

    def left_at(self, path: Sequence[Node]) -> list[int]:
        """For each table of a path but the last, the moment at which the next was made from it."""
        return [self._by_child[node].moment for node in path[1:]]

    def paths_from_common_ancestor(self, one: Node, other: Node) -> tuple[list[Node], list[Node]] | None:
        """The paths from the last table that two have come from, itself included; None for strangers."""
        first, second = self.path(one), self.path(other)
        shared = sum(1 for left, right in zip(first, second, strict=False) if left == right)
        if first[:shared] != second[:shared] or not shared:
            return None
        return first[shared - 1 :], second[shared - 1 :]


def kept(catalog: Catalog) -> list[Branch]:
    """The branches whose hidden snapshots are there: they, or branches made from them, still exist."""
    branches = all_branches(catalog)
    lineage = Lineage(branches)
    return [branch for branch in branches if lineage.is_alive(catalog, branch.child)]


def begin_anew(session: LiteSession, table: Table) -> None:
    """Take a table that has been truncated out of the tree: what has its rows now is another table to the server."""
    if Lineage(all_branches(session.catalog)).knows(table):
        session.transactions.bind_to_sqlite()
        session.catalog.replace_table(table.with_changes(generation=table.generation + 1))


def spans_of(catalog: Catalog, node: Node, start: int, end: int, *, forgets: bool = True) -> list[Span]:
    """The time from ``start`` to ``end`` in the life of a table, cut where ALTER gave it other columns.

    :param forgets: leave out what was before a definition was changed in place, when a table is new to the server
    """
    found: list[Span] = []
    known = _last_referenced(catalog, node, end) if forgets else 0
    for made, ended, table in catalog.lives(node[0]):
        if table.generation != node[1] or made > end:
            continue
        until = end if ended is None else min(end, ended)
        if found and found[-1].table.storage == table.storage:
            found[-1] = Span(table, max(start, made) if forgets else found[-1].start, until)
        else:
            found.append(Span(table, max(start, made), until))
    if found:
        found[-1] = Span(found[-1].table, max(found[-1].start, known), found[-1].end)
    return [span for span in found if span.start < span.end]


def _last_referenced(catalog: Catalog, node: Node, end: int) -> int:
    """When the last table with a foreign key to this one was made, which changes its definition in place."""
    table = catalog.table_by_id(node[0])
    children = [] if table is None else [child for child, _ in catalog.children(table) if child.id != table.id]
    return max((made for child in children if (made := catalog.lives(child.id)[0][0]) <= end), default=0)


def made_at(catalog: Catalog, node: Node) -> int:
    """The moment from which on a table was there; 0 if it is forgotten."""
    return next((made for made, _, table in catalog.lives(node[0]) if table.generation == node[1]), 0)
