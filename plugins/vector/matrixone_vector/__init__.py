"""Vector indexes and searches, as the manager ``vector_ops``."""

from matrixone_vector.manager import AsyncVectorManager, VectorManager
from matrixone_vector.model import Distance, RankMode

__all__ = ["AsyncVectorManager", "Distance", "RankMode", "VectorManager"]
