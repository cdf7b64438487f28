"""Stages: places outside the database where files are kept, as the manager ``stage``."""

from matrixone_stage.files import AsyncStage, Stage
from matrixone_stage.manager import AsyncStageManager, StageManager

__all__ = ["AsyncStage", "AsyncStageManager", "Stage", "StageManager"]
