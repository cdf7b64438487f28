"""What the entry point names."""

from matrixone import hookimpl
from matrixone.managers import ManagerSpec
from matrixone_export.manager import AsyncExportManager, ExportManager


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    """Offer ``export``."""
    return [ManagerSpec("export", ExportManager, AsyncExportManager)]
