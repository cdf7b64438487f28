"""One table on its way to the sink."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from matrixone_lite.engine.cdc.writing import TableWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matrixone_lite.engine.catalog import Table
    from matrixone_lite.engine.cdc.options import Pace
    from matrixone_lite.engine.cdc.sink import Sink
    from matrixone_lite.engine.cdc.source import View
    from matrixone_lite.engine.cdc.tasks import TableKey, Task, Watermark


class Stream:
    """Copies one table.

    Each round takes what changed between the watermark and a later moment, each row in its last form, and writes it
    in one transaction: deletions, then rows that are new or different. Doing a round twice changes nothing, so that
    one which was written but not noted does no harm.

    :param place: database and table at the sink
    :param mark: how far it has come
    :ivar due: when the next round may begin, on the monotonic clock
    :ivar attempts: how many rounds have failed in a row
    :ivar stale: something was committed since the last round
    """

    def __init__(self, key: TableKey, place: tuple[str, str], mark: Watermark, pace: Pace) -> None:
        self.key = key
        self.mark = mark
        self.due = 0.0
        self.attempts = 0
        self.stale = True
        self._place = place
        self._pace = pace
        self._writer: TableWriter | None = None

    @property
    def table(self) -> Table | None:
        """The table as it was when it was looked at last."""
        return None if self._writer is None else self._writer.table

    def stop(self) -> None:
        """Forget the table, so that the next round begins with it anew."""
        self._writer = None
        self.attempts = 0
        self.stale = True

    def advance(self, view: View, sink: Sink, task: Task, end: int) -> bool:
        """Bring the sink up to the moment of ``view``, or to ``end`` if that is earlier.

        :return: whether the sink was written to
        :raises SinkError: the sink refuses it
        """
        if end and end < view.moment:
            view = replace(view, moment=end)
        since = self.mark.moment
        if view.moment <= since:
            return False
        moved = False
        if self.stale:
            table = view.table(self.key)
            if table is None:
                return False
            writer = self._prepare(table, sink)
            moved = self._copy(view, writer, sink, since, task.created)
        self.stale = False
        self.mark = replace(self.mark, moment=view.moment, trouble=None)
        return moved

    def _prepare(self, table: Table, sink: Sink) -> TableWriter:
        """Make the table at the sink where it is missing; anew where another has taken its name."""
        writer = TableWriter(table, self._place, self._pace.length)
        known = self._writer
        if known is not None and known.table.id == table.id and known.definition == writer.definition:
            return known
        anew = known is not None and known.table.id != table.id and known.definition == writer.definition
        sink.run(writer.preparation(anew=anew))
        self._writer = writer
        return writer

    def _copy(self, view: View, writer: TableWriter, sink: Sink, since: int, created: int) -> bool:
        table = writer.table
        together = bool(since) or not self._pace.splits
        if writer.key:
            removals = writer.removals(view.ended_keys(table, max(since, created), writer.key))
        else:
            removals = writer.single_removals(view.deleted_rows(table, since))
        statements = _Counted(removals, writer.puts(view.new_rows(table, since)))
        sink.run(statements, together=together)
        return statements.count > 0


class _Counted:
    """Statements, and how many there were."""

    def __init__(self, *parts: Iterator[str]) -> None:
        self._statements = chain(*parts)
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        for statement in self._statements:
            self.count += 1
            yield statement
