"""Going back to the past: the ``restore`` of every session and client."""

from matrixone_restore.manager import AsyncRestoreManager, RestoreManager
from matrixone_restore.model import Restore, RestoreWarning

__all__ = ["AsyncRestoreManager", "Restore", "RestoreManager", "RestoreWarning"]
