"""What the entry point names."""

from matrixone import hookimpl
from matrixone.managers import ManagerSpec
from matrixone_snapshots.manager import AsyncSnapshotManager, SnapshotManager


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    """Offer ``snapshots``."""
    return [ManagerSpec("snapshots", SnapshotManager, AsyncSnapshotManager)]
