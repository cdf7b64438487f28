"""Vectors: their types, distances and indexes."""

from matrixone.vector.functions import cosine_distance, cosine_similarity, inner_product, l2_distance, l2_distance_sq
from matrixone.vector.indexes import HnswVectorIndex, IvfVectorIndex, VectorOpType
from matrixone.vector.text import from_text, to_text
from matrixone.vector.types import Vectorf32, Vectorf64, VectorType

__all__ = [
    "HnswVectorIndex",
    "IvfVectorIndex",
    "VectorOpType",
    "VectorType",
    "Vectorf32",
    "Vectorf64",
    "cosine_distance",
    "cosine_similarity",
    "from_text",
    "inner_product",
    "l2_distance",
    "l2_distance_sq",
    "to_text",
]
