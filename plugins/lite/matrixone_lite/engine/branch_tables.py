"""mo_catalog.mo_branch_metadata, and the rows of branches in mo_catalog.mo_snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matrixone_lite.engine.catalog import SYS_ACCOUNT
from matrixone_lite.engine.infoschema import varchar
from matrixone_lite.engine.lineage import all_branches, exists, kept
from matrixone_lite.engine.system import system_table
from matrixone_lite.engine.types import BIGINT, BOOL, UBIGINT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matrixone_lite.engine.session import LiteSession

Row = tuple[Any, ...]


@system_table(
    "mo_catalog",
    "mo_branch_metadata",
    (
        ("table_id", UBIGINT),
        ("clone_ts", BIGINT),
        ("p_table_id", UBIGINT),
        ("creator", UBIGINT),
        ("level", varchar(32)),
        ("table_deleted", BOOL),
    ),
    sys_only=True,
)
def mo_branch_metadata(session: LiteSession) -> Iterator[Row]:
    """Branches, those that are gone included."""
    for branch in all_branches(session.catalog):
        gone = not exists(session.catalog, branch.child)
        yield branch.child[0], branch.moment, branch.parent[0], branch.creator, branch.level, int(gone)


def hidden_snapshots(session: LiteSession) -> Iterator[Row]:
    """The snapshots that keep what branches were made from, which account sys sees."""
    if session.principal.account_id == SYS_ACCOUNT:
        for branch in kept(session.catalog):
            of = ("table", branch.account, branch.database, branch.table, branch.parent[0])
            yield branch.snapshot_id, branch.snapshot, branch.moment, *of, "branch"
