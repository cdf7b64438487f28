"""What the entry point names."""

from matrixone import hookimpl
from matrixone.managers import ManagerSpec
from matrixone_restore.manager import AsyncRestoreManager, RestoreManager


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    """Offer ``restore``."""
    return [ManagerSpec("restore", RestoreManager, AsyncRestoreManager)]
