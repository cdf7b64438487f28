"""Vector indexes and searches, as the manager ``vector_ops``."""

from matrixone_vector.indexes import IvfStats, Quantization, Recall, VectorIndexInfo, VectorIndexWarning
from matrixone_vector.manager import AsyncVectorManager, VectorManager
from matrixone_vector.model import Distance, IVFRankMode

__all__ = [
    "AsyncVectorManager",
    "Distance",
    "IVFRankMode",
    "IvfStats",
    "Quantization",
    "Recall",
    "VectorIndexInfo",
    "VectorIndexWarning",
    "VectorManager",
]
