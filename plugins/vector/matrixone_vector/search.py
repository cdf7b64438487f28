"""The search: SELECT in order of distance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import select, text

from matrixone.dialect.hints import with_snapshot
from matrixone.exceptions import ConfigurationError
from matrixone.operations import InTransaction, Operation
from matrixone.vector import Distance, IVFRankMode, most_similar
from matrixone_vector.model import DISTANCE, SCORE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone_vector.model import Searched


@dataclass(frozen=True, slots=True)
class Search(Operation[list[dict[str, Any]]]):
    """SELECT in order of distance.

    Args:
        searched: Table, vector column and columns of the answer.
        query: Text of the vector to compare with.
        distance: How distance is measured.
        limit: Rows of the answer, None for all.
        offset: Rows to leave out first.
        within: Largest distance of the answer.
        where: A condition on the rows.
        mode: When the condition is applied, None for the server's default.
        with_null: Leave it to the server what becomes of rows without a vector.
        snapshot: Read as of this snapshot.
        scored: The answer has scores, too.
    """

    name: ClassVar = "vector_ops.search"
    in_transaction: ClassVar = InTransaction.READS

    searched: Searched = field(compare=False)
    query: str
    distance: Distance = Distance.L2
    limit: int | None = None
    offset: int = 0
    within: float | None = None
    where: ColumnElement[bool] | None = field(default=None, compare=False)
    mode: IVFRankMode | None = None
    with_null: bool = True
    snapshot: str | None = None
    scored: bool = False

    def features(self) -> Iterator[str]:
        """Rank modes, and the past."""
        if self.mode is not None:
            yield "rank_mode_include" if self.mode is IVFRankMode.INCLUDE else "rank_modes"
        if self.snapshot is not None:
            yield "time_travel"

    def statement(self) -> Executable:
        """``SELECT ... ORDER BY distance``: in the only form an index serves."""
        distance = most_similar(self.searched.vector, self.query, self.distance)
        labelled = distance.label(DISTANCE)
        statement = select(*self.searched.columns, labelled).select_from(self.searched.table).order_by(labelled)
        if not self.with_null:
            statement = statement.where(self.searched.vector.is_not(None))
        if self.within is not None:
            statement = statement.where(distance <= self.within)
        if self.where is not None:
            statement = statement.where(self.where)
        if self.limit is not None:
            statement = statement.limit(self.limit)
        if self.offset:
            statement = statement.offset(self.offset)
        if self.snapshot is not None:
            return with_snapshot(statement, self.snapshot)  # exact by itself: the index knows the present only
        # As text, because the session may be of another MySQL dialect.
        return (
            statement if self.mode is None else statement.suffix_with(text(f"BY RANK WITH OPTION 'mode={self.mode}'"))
        )

    def read(self, result: Result[Any]) -> list[dict[str, Any]]:
        """A dictionary a row."""
        keys = [*result.keys()]
        own = DISTANCE if keys.count(DISTANCE) > 1 else SCORE if self.scored and SCORE in keys else None
        if own is not None:
            result.close()
            raise ConfigurationError(f"the table has a column {own!r} of its own; name others in select_columns")
        rows = [dict(row) for row in result.mappings()]
        if self.scored:
            for row in rows:
                row[SCORE] = None if row[DISTANCE] is None else self.distance.score(row[DISTANCE])
        return rows
