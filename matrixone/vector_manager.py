"""What the plugin ``vector_ops`` offers, by the module that other programs import it from."""

from typing import TYPE_CHECKING

from matrixone.elsewhere import names_of

if TYPE_CHECKING:
    from matrixone_vector import (
        AsyncVectorManager,
        Distance,
        IVFRankMode,
        IvfStats,
        Quantization,
        Recall,
        VectorIndexInfo,
        VectorIndexWarning,
        VectorManager,
    )

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

__getattr__ = names_of("matrixone_vector", __all__)
