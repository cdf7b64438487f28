"""Snapshots: the ``snapshots`` of every session and client."""

from matrixone_snapshots.manager import AsyncSnapshotManager, SnapshotManager
from matrixone_snapshots.model import Snapshot

__all__ = ["AsyncSnapshotManager", "Snapshot", "SnapshotManager"]
