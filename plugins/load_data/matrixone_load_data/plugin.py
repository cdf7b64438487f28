"""The entry point of the plugin."""

from __future__ import annotations

from matrixone import hookimpl
from matrixone.managers import ManagerSpec
from matrixone_load_data.manager import AsyncLoadDataManager, LoadDataManager


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    """The manager ``load_data``."""
    return [ManagerSpec("load_data", LoadDataManager, AsyncLoadDataManager)]
