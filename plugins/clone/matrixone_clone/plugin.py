"""What the entry point names."""

from matrixone import hookimpl
from matrixone.managers import ManagerSpec
from matrixone_clone.manager import AsyncCloneManager, CloneManager


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    """Offer ``clone``."""
    return [ManagerSpec("clone", CloneManager, AsyncCloneManager)]
