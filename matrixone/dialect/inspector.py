"""The inspector: tables it loads have the project's own classes of indexes, and SQL as the server printed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Computed, DefaultClause, TextClause
from sqlalchemy.engine.reflection import Inspector

from matrixone.dialect.verbatim import Verbatim
from matrixone.fulltext.index import FulltextIndex
from matrixone.vector.indexes import HnswVectorIndex, IvfVectorIndex

if TYPE_CHECKING:
    from sqlalchemy import Column, Index, Table

_BY_ALGORITHM: dict[str, type[Index]] = {"ivfflat": IvfVectorIndex, "hnsw": HnswVectorIndex}


class MatrixOneInspector(Inspector):
    """Differs from SQLAlchemy's in what a loaded table consists of; what the ``get_`` methods answer is plain text."""

    def reflect_table(self, table: Table, *args: Any, **kw: Any) -> None:
        """Load the table, as ``Table(..., autoload_with=...)`` does."""
        declared = {*map(id, table.columns), *map(id, table.constraints)}
        super().reflect_table(table, *args, **kw)
        for column in table.columns:
            if id(column) not in declared:
                _keep_colons(column)
        for constraint in table.constraints:
            if isinstance(constraint, CheckConstraint) and id(constraint) not in declared:
                constraint.sqltext = _verbatim(constraint.sqltext)
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


def _keep_colons(column: Column[Any]) -> None:
    default = column.server_default
    if isinstance(default, DefaultClause):
        default.arg = _verbatim(default.arg)
    elif isinstance(default, Computed):
        default.sqltext = _verbatim(default.sqltext)


def _verbatim(sql: Any) -> Any:
    """What SQLAlchemy made text() of, which takes ``:0`` in it for a parameter."""
    return Verbatim(sql.text) if isinstance(sql, TextClause) else sql
