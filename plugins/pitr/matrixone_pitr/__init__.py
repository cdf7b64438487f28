"""Point-in-time recovery: the ``pitr`` of every session and client."""

from matrixone_pitr.manager import AsyncPitrManager, PitrManager
from matrixone_pitr.model import Pitr, RangeUnit, RecoveryWindow, Window

__all__ = ["AsyncPitrManager", "Pitr", "PitrManager", "RangeUnit", "RecoveryWindow", "Window"]
