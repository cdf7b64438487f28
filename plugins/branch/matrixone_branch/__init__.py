"""Branches of tables and databases: the ``branch`` of every session and client."""

from matrixone_branch.manager import AsyncBranchManager, BranchManager
from matrixone_branch.model import (
    Branch,
    BranchWarning,
    Changes,
    DiffOutput,
    DiffSummary,
    Merge,
    MergeConflictStrategy,
    Pick,
)

__all__ = [
    "AsyncBranchManager",
    "Branch",
    "BranchManager",
    "BranchWarning",
    "Changes",
    "DiffOutput",
    "DiffSummary",
    "Merge",
    "MergeConflictStrategy",
    "Pick",
]
