"""The entry point of the plugin."""

from __future__ import annotations

from matrixone import hookimpl
from matrixone.managers import ManagerSpec
from matrixone_metadata.manager import AsyncMetadataManager, MetadataManager


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    """The manager ``metadata``."""
    return [ManagerSpec("metadata", MetadataManager, AsyncMetadataManager)]
