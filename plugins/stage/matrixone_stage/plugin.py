"""The entry point of the plugin."""

from __future__ import annotations

from matrixone import hookimpl
from matrixone.managers import ManagerSpec
from matrixone_stage.manager import AsyncStageManager, StageManager


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    """The manager ``stage``."""
    return [ManagerSpec("stage", StageManager, AsyncStageManager)]
