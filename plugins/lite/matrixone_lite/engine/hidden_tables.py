"""The tables the server keeps an index in, computed from the rows of the indexed table."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import tuples, types
from matrixone_lite.engine.catalog import Column
from matrixone_lite.engine.errors import unsupported
from matrixone_lite.engine.fulltext.tokens import document_tokens
from matrixone_lite.engine.vectors import unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matrixone_lite.engine.catalog import Catalog, Database, Index, Table
    from matrixone_lite.engine.storage import Connection
    from matrixone_lite.engine.types import Type, Value

Row = tuple[Any, ...]

PREFIX: Final = "__mo_index_"
"""What the names begin with."""

ROLES: Final = {"ivfflat": ("metadata", "centroids", "entries"), "hnsw": ("hnsw_meta", "hnsw_index")}
"""The tables of vector indexes; others have one."""

_CENTROID: Final = f"{PREFIX}centroid"
_STAGES: Final = ("clustering", "mapping", "pruning")
_DOCUMENT_LENGTH: Final = "__DocLen"
_ROW_ID: Final = Column(0, "__mo_fake_pk_col", types.UBIGINT)


@dataclass(frozen=True, slots=True)
class HiddenTable:
    """One of the tables of an index."""

    table: Table
    index: Index
    role: str

    @property
    def name(self) -> str:
        """Its name, which stays with the index."""
        seed = f"{self.table.id}-{self.index.name}-{self.role}"
        kind = "unique" if self.index.kind == "unique" else "secondary"
        return f"{PREFIX}{kind}_{uuid.uuid5(uuid.NAMESPACE_OID, seed)}"

    @property
    def columns(self) -> tuple[tuple[str, Type], ...]:
        """Names and types."""
        key = _key_type(self.table)
        vector = self.table.by_name[self.index.columns[0].lower()].type
        match self.role:
            case "metadata":
                return (f"{PREFIX}key", types.VARCHAR), (f"{PREFIX}val", types.VARCHAR)
            case "centroids":
                numbers = ((f"{_CENTROID}_version", types.BIGINT), (f"{_CENTROID}_id", types.BIGINT))
                return *numbers, (_CENTROID, vector)
            case "entries":
                numbers = ((f"{_CENTROID}_fk_version", types.BIGINT), (f"{_CENTROID}_fk_id", types.BIGINT))
                return *numbers, (f"{PREFIX}pri_col", key), (f"{_CENTROID}_fk_entry", vector)
            case "hnsw_meta":
                texts = (("index_id", types.VARCHAR), ("checksum", types.VARCHAR))
                return *texts, ("timestamp", types.BIGINT), ("filesize", types.BIGINT)
            case "hnsw_index":
                return (
                    ("index_id", types.VARCHAR),
                    ("chunk_id", types.BIGINT),
                    ("data", types.BLOB),
                    ("tag", types.BIGINT),
                )
            case "words":
                return ("doc_id", key), ("pos", types.INT), ("word", types.VARCHAR)
            case _:
                alone = self.index.kind == "unique" and len(self.index.columns) == 1
                return (f"{PREFIX}idx_col", vector if alone else types.VARCHAR), (f"{PREFIX}pri_col", key)

    def rows(self, connection: Connection, source: str) -> Iterator[Row]:
        """The rows that belong to those of the indexed table.

        :param source: a SQLite table expression of the latter, with ``_id`` and ``_ts``
        """
        match self.role:
            case "metadata":
                return _build_steps(self.table.created)
            case "centroids":
                return self._centroids(connection, source)
            case "entries":
                return self._entries(connection, source)
            case "hnsw_meta" | "hnsw_index":
                raise unsupported("hidden tables of HNSW indexes")
            case "words":
                return self._words(connection, source)
            case _:
                return self._keys(connection, source)

    def _read(self, connection: Connection, source: str) -> Iterable[tuple[Value, list[Value]]]:
        """The key and the indexed values of each row."""
        key = _key_columns(self.table)
        indexed = [self.table.by_name[name.lower()] for name in self.index.columns]
        listed = ", ".join("_id" if column is _ROW_ID else column.physical for column in [*key, *indexed])
        for row in connection.run(f"SELECT {listed} FROM {source} ORDER BY _id"):
            parts = list(zip(row, (column.type for column in key), strict=False))
            yield parts[0][0] if len(parts) == 1 else tuples.packed(parts), list(row[len(key) :])

    def _keys(self, connection: Connection, source: str) -> Iterator[Row]:
        """Of a plain or a unique index: values (of a plain one with the key behind them), key."""
        shapes = [self.table.by_name[name.lower()].type for name in self.index.columns]
        key_type = _key_type(self.table)
        for key, values in self._read(connection, source):
            pairs = list(zip(values, shapes, strict=True))
            if self.index.kind != "unique":
                yield tuples.packed([*pairs, (key, key_type)]), key
            elif None not in values:
                yield (values[0] if len(values) == 1 else tuples.packed(pairs)), key

    def _words(self, connection: Connection, source: str) -> Iterator[Row]:
        """Of a full-text index: the words of each document, then how many there are."""
        for key, values in self._read(connection, source):
            texts = [str(value) for value in values if value is not None]
            if not (self.index.parser or "").startswith("json"):
                texts = ["\n".join(texts)] if texts else []
            words = list(document_tokens(texts, self.index.parser)) if texts else []
            for word, place in words:
                yield key, place, word
            if words:
                yield key, len(words), _DOCUMENT_LENGTH

    def _centers(self, connection: Connection, source: str) -> list[bytes | None]:
        """The vectors of rows at even distances; one that is NULL where there are none."""
        column = self.table.by_name[self.index.columns[0].lower()].physical
        sql = f"SELECT {column} FROM {source} WHERE {column} IS NOT NULL ORDER BY _id"
        found = [row[0] for row in connection.run(sql)]
        lists = min(int(dict(self.index.options).get("lists", 1)), len(found))
        return [found[n * len(found) // lists] for n in range(lists)] or [None]

    def _centroids(self, connection: Connection, source: str) -> Iterator[Row]:
        centers = self._centers(connection, source)
        first = 1 if centers == [None] else 0
        for number, center in enumerate(centers, first):
            yield 0, number, center

    def _entries(self, connection: Connection, source: str) -> Iterator[Row]:
        kind = self.table.by_name[self.index.columns[0].lower()].type.kind
        centers = [unpack(center, kind) for center in self._centers(connection, source) if center is not None]
        for key, (value,) in self._read(connection, source):
            yield 0, _nearest(unpack(value, kind), centers) if isinstance(value, bytes) else 0, key, value


def _nearest(vector: Sequence[float], centers: Sequence[Sequence[float]]) -> int:
    return min(range(len(centers)), key=lambda n: math.dist(vector, centers[n]))


def _build_steps(moment: int) -> Iterator[Row]:
    text = datetime.fromtimestamp(moment / 1_000_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    yield "version", "0"
    for stage in _STAGES:
        yield f"{stage}_start", text
        yield f"{stage}_end", text


def _key_columns(table: Table) -> list[Column]:
    key = table.primary_key
    return [_ROW_ID] if key is None else [table.by_name[name.lower()] for name in key.columns]


def _key_type(table: Table) -> Type:
    key = _key_columns(table)
    return key[0].type if len(key) == 1 else types.VARCHAR


def of_index(table: Table, index: Index) -> list[HiddenTable]:
    """The tables of an index; none of a primary key."""
    if index.kind == "primary":
        return []
    roles = ROLES.get(index.kind, ("words" if index.kind == "fulltext" else "",))
    return [HiddenTable(table, index, role) for role in roles]


def named(catalog: Catalog, database: Database, name: str, at: int | None = None) -> HiddenTable | None:
    """The table of an index that has this name."""
    for table in catalog.tables(database.id, at):
        for index in table.indexes:
            for hidden in of_index(table, index):
                if hidden.name == name:
                    return hidden
    return None
