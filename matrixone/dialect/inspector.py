"""The inspector: tables it loads have the project's own classes of indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.engine.reflection import Inspector

from matrixone.fulltext.index import FulltextIndex
from matrixone.vector.indexes import HnswVectorIndex, IvfVectorIndex

if TYPE_CHECKING:
    from sqlalchemy import Index, Table

_BY_ALGORITHM: dict[str, type[Index]] = {"ivfflat": IvfVectorIndex, "hnsw": HnswVectorIndex}


class MatrixOneInspector(Inspector):
    """Differs from SQLAlchemy's in the classes of the indexes of a loaded table."""

    def reflect_table(self, table: Table, *args: Any, **kw: Any) -> None:
        """Load the table, as ``Table(..., autoload_with=...)`` does."""
        super().reflect_table(table, *args, **kw)
        for index in table.indexes:
            if own := construct_of(index):
                # The classes differ in how they are called, not in what they hold.
                index.__class__ = own


def construct_of(index: Index) -> type[Index] | None:
    """The class whose constructor would have made the index; None if that is :class:`sqlalchemy.Index` itself."""
    options = index.dialect_options["matrixone"]
    if options["prefix"]:
        return FulltextIndex
    return _BY_ALGORITHM.get(options["using"])
