"""The entry point of the plugin."""

from __future__ import annotations

from matrixone import hookimpl
from matrixone.managers import ManagerSpec
from matrixone_moctl.manager import AsyncMoCtlManager, MoCtlManager


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    """The manager ``moctl``."""
    return [ManagerSpec("moctl", MoCtlManager, AsyncMoCtlManager)]
