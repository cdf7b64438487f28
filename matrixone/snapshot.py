"""What the plugin ``snapshots`` offers, by the module that other programs import it from."""

from typing import TYPE_CHECKING

from matrixone.elsewhere import names_of
from matrixone.exceptions import SnapshotError
from matrixone.scope import SnapshotLevel

if TYPE_CHECKING:
    from matrixone_snapshots import (
        AsyncSnapshotManager,
        Snapshot,
        SnapshotManager,
    )

__all__ = [
    "AsyncSnapshotManager",
    "Snapshot",
    "SnapshotError",
    "SnapshotLevel",
    "SnapshotManager",
]

__getattr__ = names_of("matrixone_snapshots", __all__)
