"""What the plugin ``branch`` offers, by the module that other programs import it from."""

from typing import TYPE_CHECKING

from matrixone.elsewhere import names_of
from matrixone.exceptions import BranchError

if TYPE_CHECKING:
    from matrixone_branch import (
        AsyncBranchManager,
        Branch,
        BranchManager,
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
    "BranchError",
    "BranchManager",
    "BranchWarning",
    "Changes",
    "DiffOutput",
    "DiffSummary",
    "Merge",
    "MergeConflictStrategy",
    "Pick",
]

__getattr__ = names_of("matrixone_branch", __all__)
