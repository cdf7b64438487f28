"""Copies of databases and tables: the ``clone`` of every session and client."""

from matrixone_clone.manager import AsyncCloneManager, CloneManager
from matrixone_clone.model import Clone, CloneWarning

__all__ = ["AsyncCloneManager", "Clone", "CloneManager", "CloneWarning"]
