"""What the server asks of full-text and vector indexes, checked before an index is created."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BooleanClauseList, types
from sqlalchemy.dialects.mysql import ENUM, SET

from matrixone.dialect.types import DATALINK
from matrixone.vector.types import Vectorf32, Vectorf64, VectorType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Index

_SEARCHED = (types.String, types.JSON, DATALINK)
_NOT_SEARCHED = (types.Enum, ENUM, SET, types.Uuid, types.LargeBinary)
_HNSW_VECTORS = (Vectorf32, Vectorf64)


def kind_of(index: Index) -> str | None:
    """``ivfflat``, ``hnsw`` or ``fulltext``; None for any other index."""
    using = index.dialect_kwargs.get("matrixone_using")
    if using is not None:
        return str(using)
    prefix = index.dialect_kwargs.get("matrixone_prefix") or index.dialect_kwargs.get("mysql_prefix")
    return "fulltext" if str(prefix).lower() == "fulltext" else None


def broken_rules(index: Index) -> Iterator[str]:
    """Why the server would refuse the index, or could not live with it; nothing if there is no reason."""
    kind = kind_of(index)
    # A table that is only named has columns without types; nothing is known of its key either.
    if kind is None or all(isinstance(column.type, types.NullType) for column in index.columns):
        return
    table: Any = index.table
    if kind != "hnsw" and _refers_elsewhere(table):
        yield "it is on a table with a foreign key: no row could be inserted any more"
    if any(_is_same(index, other, kind) for other in table.indexes if other is not index):
        yield f"the table has another {kind} index on the same columns"
    yield from _fulltext_rules(index, table) if kind == "fulltext" else _vector_rules(index, table, kind)


def searched_columns(match: Any) -> list[Any]:
    """The columns of a search: ours, or SQLAlchemy's ``column.match()`` of one."""
    return list(match.left.clauses) if isinstance(match.left, BooleanClauseList) else [match.left]


def missing_index(match: Any) -> str | None:
    """Why MATCH cannot work: no index could be over these columns, or the table declares others only."""
    searched = searched_columns(match)
    if len({getattr(column, "table", None) for column in searched} - {None}) > 1:
        return "MATCH searches in columns of one table"
    if none := [column.name for column in searched if not _is_searched(column.type)]:
        return f"MATCH searches in text, JSON and DATALINK; no text is in {', '.join(none)}"
    columns = [base for column in searched for base in getattr(column, "base_columns", ())]
    tables = {getattr(column, "table", None) for column in columns}
    table = tables.pop() if len(tables) == 1 else None
    declared = [index for index in getattr(table, "indexes", ()) if kind_of(index) == "fulltext"]
    names = {column.name for column in columns}
    if not declared or any({column.name for column in index.columns} == names for index in declared):
        return None
    known = "; ".join(", ".join(column.name for column in index.columns) for index in declared)
    return f"MATCH over {', '.join(sorted(names))} needs a full-text index over exactly these columns, not {known}"


def _fulltext_rules(index: Index, table: Any) -> Iterator[str]:
    if not table.primary_key:
        yield "a full-text index needs a table with a primary key"
    for column in index.columns:
        if not _is_searched(column.type):
            yield f"column {column.name!r} is no text, JSON or DATALINK"


def _is_searched(kind: Any) -> bool:
    return isinstance(kind, (*_SEARCHED, types.NullType, types.TypeDecorator)) and not isinstance(kind, _NOT_SEARCHED)


def _vector_rules(index: Index, table: Any, kind: str) -> Iterator[str]:
    columns = list(index.columns)
    if len(columns) != 1:
        yield "a vector index has one column"
    for column in columns:
        if not isinstance(column.type, (VectorType, types.NullType, types.TypeDecorator)):
            yield f"column {column.name!r} is no vector"
        elif kind == "hnsw" and isinstance(column.type, VectorType) and not isinstance(column.type, _HNSW_VECTORS):
            yield f"HNSW takes vecf32 and vecf64, not {column.type}"
    if kind == "hnsw" and not _has_bigint_key(table):
        yield "HNSW needs a table whose primary key is a single BIGINT"
    yield from _include_rules(index, table, kind)


def _include_rules(index: Index, table: Any, kind: str) -> Iterator[str]:
    include = (index.dialect_kwargs.get("matrixone_with") or {}).get("include") or ()
    if include and kind == "hnsw":
        yield "HNSW includes no columns"
    indexed = {column.name for column in index.columns}
    for name in include:
        if name in indexed or [column.name for column in table.primary_key] == [name]:
            yield f"column {name!r} is the key or the vector: it cannot be included"
        elif name not in {column.name for column in table.columns}:
            yield f"there is no column {name!r} to include"


def _is_same(index: Index, other: Index, kind: str) -> bool:
    if kind_of(other) != kind:
        return False
    return {column.name for column in index.columns} == {column.name for column in other.columns}


def _has_bigint_key(table: Any) -> bool:
    key = list(table.primary_key.columns)
    return len(key) == 1 and isinstance(key[0].type, (types.BigInteger, types.NullType, types.TypeDecorator))


def _refers_elsewhere(table: Any) -> bool:
    """Whether the table has a foreign key to another: with these indexes the server then panics at every INSERT."""
    return any(key.target_fullname.rpartition(".")[0] != table.fullname for key in table.foreign_keys)
