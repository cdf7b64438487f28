"""Vector indexes, declared with a table and created with it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Column, ColumnElement

_HOURS = 24
_PERCENT = 100


class VectorOpType(StrEnum):
    """Which distance an index serves; the server accepts more names, but no query uses such an index."""

    VECTOR_L2_OPS = "vector_l2_ops"
    VECTOR_COSINE_OPS = "vector_cosine_ops"
    VECTOR_IP_OPS = "vector_ip_ops"


class Quantization(StrEnum):
    """What an IVF-Flat index keeps of each element; fewer bits are faster and less exact."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BF16 = "bf16"
    INT8 = "int8"
    UINT8 = "uint8"


class IvfVectorIndex(Index):
    """An IVF-Flat index: kept up to date in the transaction of each write.

    Args:
        name: of the index.
        column: the vector column, or its name.
        lists: number of clusters, 1 or more; the server takes 1 if it is left out.
        op_type: the distance it serves.
        include: names of columns kept in the index, for conditions on them (``with_rank(..., "filter_in_index")``).
        quantization: what is kept of each element; ``int8`` and ``uint8`` with ``vector_l2_ops`` only.
        kmeans_train_percent: share of the rows that the clusters are made from, 1 to 100.
        kmeans_max_iteration: how often the clusters are improved at most.
        asynchronous: build it and keep it up to date in the background. **Searches before the first build are finished
            leave it incomplete** until it is built anew (``vector_ops.rebuild``).
        auto_update: days between automatic rebuilds, and the hour of the day.
        comment: a comment.
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
        *,
        include: Sequence[str] = (),
        quantization: str | None = None,
        kmeans_train_percent: int | None = None,
        kmeans_max_iteration: int | None = None,
        asynchronous: bool = False,
        auto_update: tuple[int, int] | None = None,
        comment: str | None = None,
        **options: Any,
    ) -> None:
        check_ivf(op_type, lists, quantization, kmeans_train_percent, kmeans_max_iteration, auto_update)
        days, hour = auto_update or (None, None)
        settings = {
            "lists": lists,
            "op_type": str(VectorOpType(op_type)),
            "include": _names(include),
            "quantization": None if quantization is None else str(Quantization(quantization)),
            "kmeans_train_percent": kmeans_train_percent,
            "kmeans_max_iteration": kmeans_max_iteration,
            "async": asynchronous or None,
            "auto_update": None if auto_update is None else True,
            "day": days,
            "hour": hour,
        }
        super().__init__(name, column, **_options("ivfflat", settings, comment), **options)


class HnswVectorIndex(Index):
    """A HNSW index: kept up to date in the background, so that new rows are found after some seconds.

    The table needs a single primary key of type BIGINT, and the session ``experimental_hnsw_index = 1``, which has to
    be set when connecting, because any SET commits an open transaction.

    Args:
        name: of the index.
        column: the vector column, or its name: of type ``vecf32`` or ``vecf64``.
        m: neighbours of each node.
        ef_construction: candidates looked at while building.
        ef_search: candidates looked at while searching.
        op_type: the distance it serves.
        max_index_capacity: rows in one part of the index.
        asynchronous: build it in the background; new rows are indexed there in any case.
        comment: a comment.
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
        *,
        max_index_capacity: int | None = None,
        asynchronous: bool = False,
        comment: str | None = None,
        **options: Any,
    ) -> None:
        numbers = {
            "m": m,
            "ef_construction": ef_construction,
            "ef_search": ef_search,
            "max_index_capacity": max_index_capacity,
        }
        at_least_one(**numbers)
        settings = {**numbers, "op_type": str(VectorOpType(op_type)), "async": asynchronous or None}
        super().__init__(name, column, **_options("hnsw", settings, comment), **options)


def check_ivf(
    op_type: str,
    lists: int | None,
    quantization: str | None,
    kmeans_train_percent: int | None,
    kmeans_max_iteration: int | None,
    auto_update: tuple[int, int] | None,
) -> None:
    """See that the options of an IVF-Flat index are in their ranges and go together.

    Raises:
        ValueError: they are not.
    """
    at_least_one(lists=lists, kmeans_max_iteration=kmeans_max_iteration)
    if kmeans_train_percent is not None and not 1 <= kmeans_train_percent <= _PERCENT:
        raise ValueError(f"kmeans_train_percent is 1 to 100, not {kmeans_train_percent}")
    if quantization in ("int8", "uint8") and op_type != VectorOpType.VECTOR_L2_OPS:
        raise ValueError(f"quantization {str(quantization)!r} goes with vector_l2_ops only")
    if auto_update is not None:
        days, hour = auto_update
        at_least_one(auto_update_days=days)
        if not 0 <= hour < _HOURS:
            raise ValueError(f"auto_update_hour is 0 to 23, not {hour}")


def at_least_one(**numbers: int | None) -> None:
    """See that numbers are 1 or more, where they are given.

    Raises:
        ValueError: one is not.
    """
    for name, number in numbers.items():
        if number is not None and number < 1:
            raise ValueError(f"{name} is 1 or more, not {number}")


def _names(include: Sequence[str]) -> list[str] | None:
    if isinstance(include, str) or len(set(include)) < len(include):
        raise ValueError(f"include is a list of names, each of them once, not {include!r}")
    return [*include] or None


def _options(using: str, settings: dict[str, Any], comment: str | None) -> dict[str, Any]:
    given = {name: value for name, value in settings.items() if value is not None}
    # Revisions of Alembic print what is passed on: nothing for what was not said.
    said = {} if comment is None else {"matrixone_comment": comment}
    return {"matrixone_using": using, "matrixone_with": given, **said}
