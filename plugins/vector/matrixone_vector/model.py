"""Tables to search in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import column, literal_column, table

from matrixone.exceptions import ConfigurationError
from matrixone.sql import checked_name, split_name
from matrixone.tables import table_of
from matrixone.vector import Vectorf32, VectorType, to_text
from matrixone.vector.text import to_floats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, FromClause

    from matrixone.bulk import TableLike

DISTANCE = "distance"
"""The key of the distance in the rows of a search."""

SCORE = "score"
"""The key of the score, where it is asked for."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search looks at and answers.

    Args:
        table: The table.
        vector: Its vector column.
        columns: The columns of the answer.
    """

    table: FromClause
    vector: ColumnElement[Any]
    columns: tuple[ColumnElement[Any], ...]

    @classmethod
    def of(cls, table_or_model: TableLike, vector_column: str, select_columns: Sequence[str] | None) -> Searched:
        """The table and columns a caller names.

        Raises:
            ConfigurationError: A column of a mapped class that it does not have, or one called ``distance``.
        """
        if isinstance(select_columns, str) or (select_columns is not None and DISTANCE in select_columns):
            raise ConfigurationError(f"select_columns are a list of names, {DISTANCE!r} not among them")
        if isinstance(table_or_model, str):
            *schema, name = split_name(table_or_model)
            found = table(name, schema=schema[0] if schema else None)
            columns: list[ColumnElement[Any]] = [literal_column("*")]
            if select_columns is not None:
                columns = [column(checked_name(selected)) for selected in select_columns]
            return cls(found, column(checked_name(vector_column), Vectorf32()), tuple(columns))
        known = table_of(table_or_model)
        names = [vector_column, *(known.columns.keys() if select_columns is None else select_columns)]
        if missing := [name for name in names if name not in known.columns]:
            raise ConfigurationError(f"{known.fullname!r} has no column {', '.join(map(repr, missing))}")
        vector, *mapped = (known.columns[name] for name in names)
        return cls(known, vector, tuple(mapped))

    def query(self, vector: object) -> str:
        """The text of a vector to compare with.

        Raises:
            ValueError: It is empty, not finite, or of another dimension than the mapped column.
            TypeError: It is no vector.
        """
        kind = self.vector.type
        given = len(to_floats(vector))
        if isinstance(kind, VectorType) and kind.dimension not in (None, given):
            raise ValueError(f"expected a vector of {kind.dimension} dimensions, not {given}")
        return to_text(vector)
