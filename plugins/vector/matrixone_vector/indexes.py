"""Vector indexes as values: what can be asked for, and what there is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from matrixone.sql import EMPTY, SQL, Identifier, Literal, joined
from matrixone.vector import Quantization, VectorOpType
from matrixone.vector.indexes import at_least_one, check_ivf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matrixone.sql import Composable


class VectorIndexWarning(UserWarning):
    """An index that is built in the background was created."""


@dataclass(frozen=True, slots=True)
class IvfOptions:
    """How an IVF-Flat index is built.

    Args:
        lists: Number of clusters.
        op_type: The distance it serves.
        include: Columns kept in the index, for conditions on them (``rank_mode="include"``).
        quantization: What is kept of each element; ``int8`` and ``uint8`` with ``vector_l2_ops`` only.
        kmeans_train_percent: Share of the rows that the clusters are made from, 1 to 100.
        kmeans_max_iteration: How often the clusters are improved at most.
        asynchronous: Build it, and keep it up to date, in the background.
        auto_update: Days between automatic rebuilds, and the hour of the day.
        comment: A comment.

    Raises:
        ValueError: An option out of its range.
    """

    lists: int = 100
    op_type: VectorOpType = VectorOpType.VECTOR_L2_OPS
    include: tuple[str, ...] = ()
    quantization: Quantization | None = None
    kmeans_train_percent: int | None = None
    kmeans_max_iteration: int | None = None
    asynchronous: bool = False
    auto_update: tuple[int, int] | None = None
    comment: str | None = None

    def __post_init__(self) -> None:
        check_ivf(
            self.op_type,
            self.lists,
            self.quantization,
            self.kmeans_train_percent,
            self.kmeans_max_iteration,
            self.auto_update,
        )

    def sql(self) -> Composable:
        """The options as the server takes them."""
        parts = [
            *_numbers(lists=self.lists),
            _text("OP_TYPE", self.op_type),
            SQL(" INCLUDE ({columns})").format(columns=joined(map(Identifier, self.include)))
            if self.include
            else EMPTY,
            _text("QUANTIZATION", self.quantization),
            *_numbers(kmeans_train_percent=self.kmeans_train_percent, kmeans_max_iteration=self.kmeans_max_iteration),
            SQL(" ASYNC") if self.asynchronous else EMPTY,
        ]
        if self.auto_update is not None:
            days, hour = map(Literal, self.auto_update)
            parts.append(SQL(" AUTO_UPDATE = TRUE DAY = {days} HOUR = {hour}").format(days=days, hour=hour))
        return joined([*parts, _text("COMMENT", self.comment)], "")


@dataclass(frozen=True, slots=True)
class HnswOptions:
    """How an HNSW index is built.

    Args:
        m: Neighbours of each node.
        ef_construction: Candidates looked at while building.
        ef_search: Candidates looked at while searching.
        op_type: The distance it serves.
        max_index_capacity: Rows in one part of the index.
        asynchronous: Build it in the background; new rows are indexed there in any case.
        comment: A comment.

    Raises:
        ValueError: A number below 1.
    """

    m: int = 16
    ef_construction: int = 200
    ef_search: int = 50
    op_type: VectorOpType = VectorOpType.VECTOR_L2_OPS
    max_index_capacity: int | None = None
    asynchronous: bool = False
    comment: str | None = None

    def __post_init__(self) -> None:
        at_least_one(m=self.m, ef_construction=self.ef_construction, ef_search=self.ef_search)
        at_least_one(max_index_capacity=self.max_index_capacity)

    def sql(self) -> Composable:
        """The options as the server takes them."""
        numbers = _numbers(
            m=self.m,
            ef_construction=self.ef_construction,
            ef_search=self.ef_search,
            max_index_capacity=self.max_index_capacity,
        )
        background = SQL(" ASYNC") if self.asynchronous else EMPTY
        return joined([*numbers, _text("OP_TYPE", self.op_type), background, _text("COMMENT", self.comment)], "")


@dataclass(frozen=True, slots=True)
class VectorIndexInfo:
    """A vector index that exists.

    Args:
        name: Its name.
        database: Database of its table.
        table: Its table.
        column: The vector column.
        algorithm: ``ivfflat`` or ``hnsw``.
        op_type: The distance it serves, as the server says it; other programs may have made one that serves none.
        asynchronous: It is built and kept up to date in the background.
        include: Columns kept in the index.
        quantization: What is kept of each element; None for all of it.
        options: Numbers it was built with: ``lists``, ``m``, ``ef_search``, ...
        comment: Its comment.
        visible: Searches may use it.
        hidden_tables: The tables it consists of, by their purpose.
    """

    name: str
    database: str
    table: str
    column: str
    algorithm: str
    op_type: str
    asynchronous: bool
    include: tuple[str, ...]
    quantization: Quantization | None
    options: Mapping[str, int]
    comment: str
    visible: bool
    hidden_tables: Mapping[str, str]

    @classmethod
    def of(cls, row: Any, hidden_tables: Mapping[str, str]) -> VectorIndexInfo:
        """From a row of the server's catalog."""
        options: dict[str, str] = json.loads(row.algo_params or "{}")
        quantization = options.get("quantization")
        return cls(
            name=row.name,
            database=row.reldatabase,
            table=row.relname,
            column=row.column_name,
            algorithm=row.algo,
            op_type=options.get("op_type", str(VectorOpType.VECTOR_L2_OPS)),
            asynchronous=options.get("async") == "true",
            include=tuple(json.loads(options.get("included_columns", "[]"))),
            quantization=None if quantization is None else Quantization(quantization),
            options={name: int(value) for name, value in options.items() if value.isdecimal()},
            comment=row.comment or "",
            visible=bool(row.is_visible),
            hidden_tables=hidden_tables,
        )


class Distribution(TypedDict):
    """Rows of each cluster: the three lists belong together."""

    centroid_count: list[int]
    centroid_id: list[int]
    centroid_version: list[int]


class IvfStats(TypedDict):
    """How the rows of an IVF-Flat index are spread over its clusters."""

    index_tables: dict[str, str]
    distribution: Distribution
    database: str
    table_name: str
    column_name: str


@dataclass(frozen=True, slots=True)
class Recall:
    """How much of what an exact search finds the index finds too.

    Args:
        found: The share, 0 to 1, for each query.
        limit: How many rows were asked for.
    """

    found: tuple[float, ...]
    limit: int

    @property
    def mean(self) -> float:
        """Mean of the queries."""
        return sum(self.found) / len(self.found)

    @property
    def worst(self) -> float:
        """The query with the smallest share."""
        return min(self.found)


def _numbers(**numbers: int | None) -> list[Composable]:
    return [
        SQL(f" {name.upper()} = {{number}}" if name.startswith("kmeans") else f" {name.upper()} {{number}}").format(
            number=Literal(number)
        )
        for name, number in numbers.items()
        if number is not None
    ]


def _text(name: str, value: str | None) -> Composable:
    return EMPTY if value is None else SQL(f" {name} {{value}}").format(value=Literal(str(value)))
