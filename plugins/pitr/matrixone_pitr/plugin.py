"""What the entry point names."""

from matrixone import hookimpl
from matrixone.managers import ManagerSpec
from matrixone_pitr.manager import AsyncPitrManager, PitrManager


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    """Offer ``pitr``."""
    return [ManagerSpec("pitr", PitrManager, AsyncPitrManager)]
