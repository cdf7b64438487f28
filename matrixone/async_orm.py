"""The asynchronous query under the name programs import."""

from matrixone.query import AsyncMatrixOneQuery

__all__ = ["AsyncMatrixOneQuery"]
