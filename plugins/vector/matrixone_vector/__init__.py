"""Vector indexes and searches, as the manager ``vector_ops``."""

from matrixone.vector import Distance, IVFRankMode, Quantization
from matrixone_vector.indexes import IvfStats, Recall, VectorIndexInfo, VectorIndexWarning
from matrixone_vector.manager import AsyncVectorManager, VectorManager

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
