"""Vector indexes, declared with a table and created with it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement


class VectorOpType(StrEnum):
    """Which distance an index serves; the server accepts more names, but no query uses such an index."""

    VECTOR_L2_OPS = "vector_l2_ops"
    VECTOR_COSINE_OPS = "vector_cosine_ops"
    VECTOR_IP_OPS = "vector_ip_ops"


class IvfVectorIndex(Index):
    """An IVF-Flat index: kept up to date in the transaction of each write.

    Args:
        name: of the index.
        column: the vector column, or its name.
        lists: number of clusters, 1 or more; the server takes 1 if it is left out.
        op_type: the distance it serves.
        **options: of :class:`sqlalchemy.Index`.

    Raises:
        ValueError: an argument is out of its range.

    Creating it sends ``ALTER TABLE ... ADD INDEX ... USING ivfflat``.
    """

    inherit_cache = True

    def __init__(
        self,
        name: str,
        column: str | Column[Any] | ColumnElement[Any],
        lists: int | None = None,
        op_type: str = VectorOpType.VECTOR_L2_OPS,
        **options: Any,
    ) -> None:
        settings = _settings(op_type, lists=lists)
        super().__init__(name, column, matrixone_using="ivfflat", matrixone_with=settings, **options)


class HnswVectorIndex(Index):
    """A HNSW index: kept up to date in the background, so that new rows are found after some seconds.

    The table needs a single primary key of type BIGINT, and the session ``experimental_hnsw_index = 1``, which has to
    be set when connecting, because any SET commits an open transaction.

    Args:
        name: of the index.
        column: the vector column, or its name.
        m: neighbours of each node.
        ef_construction: candidates looked at while building.
        ef_search: candidates looked at while searching.
        op_type: the distance it serves.
        **options: of :class:`sqlalchemy.Index`.

    Raises:
        ValueError: an argument is out of its range.

    Creating it sends ``ALTER TABLE ... ADD INDEX ... USING hnsw``.
    """

    inherit_cache = True

    def __init__(
        self,
        name: str,
        column: str | Column[Any] | ColumnElement[Any],
        m: int | None = None,
        ef_construction: int | None = None,
        ef_search: int | None = None,
        op_type: str = VectorOpType.VECTOR_L2_OPS,
        **options: Any,
    ) -> None:
        settings = _settings(op_type, m=m, ef_construction=ef_construction, ef_search=ef_search)
        super().__init__(name, column, matrixone_using="hnsw", matrixone_with=settings, **options)


def _settings(op_type: str, **numbers: int | None) -> dict[str, int | str]:
    given = {name: number for name, number in numbers.items() if number is not None}
    for name, number in given.items():
        if number < 1:
            raise ValueError(f"{name} is 1 or more, not {number}")
    return {**given, "op_type": str(VectorOpType(op_type))}
