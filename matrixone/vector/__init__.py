"""Vectors: their types, distances and indexes."""

from matrixone.vector.distance import Distance
from matrixone.vector.functions import (
    cosine_distance,
    cosine_similarity,
    inner_product,
    l2_distance,
    l2_distance_sq,
    most_similar,
    negative_inner_product,
    within_distance,
)
from matrixone.vector.indexes import HnswVectorIndex, IvfVectorIndex, Quantization, VectorOpType
from matrixone.vector.rank import IVFRankMode, with_rank
from matrixone.vector.text import from_text, to_text
from matrixone.vector.types import (
    Vectorbf16,
    Vectorf16,
    Vectorf32,
    Vectorf64,
    Vectorint8,
    VectorType,
    Vectoruint8,
)

__all__ = [
    "Distance",
    "HnswVectorIndex",
    "IVFRankMode",
    "IvfVectorIndex",
    "Quantization",
    "VectorOpType",
    "VectorType",
    "Vectorbf16",
    "Vectorf16",
    "Vectorf32",
    "Vectorf64",
    "Vectorint8",
    "Vectoruint8",
    "cosine_distance",
    "cosine_similarity",
    "from_text",
    "inner_product",
    "l2_distance",
    "l2_distance_sq",
    "most_similar",
    "negative_inner_product",
    "to_text",
    "with_rank",
    "within_distance",
]
