"""What the entry point names."""

from matrixone import hookimpl
from matrixone.managers import ManagerSpec
from matrixone_branch.manager import AsyncBranchManager, BranchManager


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    """Offer ``branch``."""
    return [ManagerSpec("branch", BranchManager, AsyncBranchManager)]
