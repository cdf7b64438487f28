"""The entry point of the plugin."""

from __future__ import annotations

from matrixone import hookimpl
from matrixone.managers import ManagerSpec
from matrixone_cdc.manager import AsyncCDCManager, CDCManager


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    """The manager ``cdc``."""
    return [ManagerSpec("cdc", CDCManager, AsyncCDCManager)]
