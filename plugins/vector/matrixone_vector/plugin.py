"""The entry point of the plugin."""

from __future__ import annotations

from matrixone import hookimpl
from matrixone.managers import ManagerSpec
from matrixone_vector.manager import AsyncVectorManager, VectorManager


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    """The manager ``vector_ops``."""
    return [ManagerSpec("vector_ops", VectorManager, AsyncVectorManager)]
