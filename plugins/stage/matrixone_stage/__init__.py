"""Stages: places outside the database where files are kept, as the manager ``stage``."""

from matrixone_stage.manager import AsyncStageManager, StageManager
from matrixone_stage.model import Stage

__all__ = ["AsyncStageManager", "Stage", "StageManager"]
