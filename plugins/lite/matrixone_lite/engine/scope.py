"""Names: which column of which source an identifier means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from matrixone_lite.engine.errors import ServerError, invalid_input

if TYPE_CHECKING:
    from matrixone_lite.engine.bound import Bound
    from matrixone_lite.engine.catalog import Table
    from matrixone_lite.sql import ast


@dataclass(slots=True)
class Source:
    """One table, view, derived table or table function of FROM.

    :param alias: the name it goes by, in lower case
    :param columns: names as defined and what they stand for
    :param handle: its alias in SQLite
    :param table: the stored table behind it, if it is one
    """

    alias: str
    columns: list[tuple[str, Bound]]
    handle: str
    table: Table | None = None
    by_name: dict[str, list[Bound]] = field(init=False)

    def __post_init__(self) -> None:
        self.by_name = {}
        for name, bound in self.columns:
            self.by_name.setdefault(name.lower(), []).append(bound)


@dataclass(slots=True)
class Scope:
    """The sources one SELECT can name, and the scope around it.

    :param grouping: texts of the GROUP BY keys; None when the query does not group
    :param clause: what is being bound, for errors about aggregates in the wrong place
    :param in_having: HAVING is being bound
    :param aliases: select-list names that may stand for their expressions
    :param merged: columns that USING or NATURAL made one
    :param key_shapes: node types of the GROUP BY keys
    :param inserted: what ``VALUES(column)`` stands for
    """

    parent: Scope | None = None
    sources: list[Source] = field(default_factory=list)
    grouping: frozenset[str] | None = None
    clause: str = ""
    in_having: bool = False
    aggregating: bool = False
    aliases: dict[str, Bound] = field(default_factory=dict)
    merged: dict[str, Bound] = field(default_factory=dict)
    saw_aggregate: bool = False
    key_shapes: frozenset[type] = frozenset()
    inserted: dict[str, Bound] = field(default_factory=dict)

    def add(self, source: Source) -> None:
        """Add a source; error 20301 when its name is taken."""
        if any(other.alias == source.alias for other in self.sources):
            raise invalid_input(f"table '{source.alias}' specified more than once")
        self.sources.append(source)

    def source(self, alias: str) -> Source:
        """The source of that name; error 20301 when there is none."""
        for one in self.sources:
            if one.alias == alias.lower():
                return one
        raise invalid_input(f"missing FROM-clause entry for table '{alias}'")

    def resolve(self, column: ast.Column) -> Bound:
        """What a column name stands for.

        :raises ServerError: 20301 when it is missing or ambiguous, 1149 when it is neither grouped nor aggregated
        """
        scope: Scope | None = self
        while scope is not None:
            found = scope.find(column)
            if found is not None:
                return scope.checked(found, column)
            scope = scope.parent
        if column.table is None and not self.clause and column.name.lower() in self.aliases:
            return self.aliases[column.name.lower()]
        raise self._missing(column)

    def find(self, column: ast.Column) -> Bound | None:
        """Like :meth:`resolve` in this scope alone; None when it has no such column."""
        name = column.name.lower()
        if column.table is not None:
            wanted = column.table.lower()
            matches = [
                bound for source in self.sources if source.alias == wanted for bound in source.by_name.get(name, ())
            ]
        elif name in self.merged:
            return self.merged[name]
        else:
            matches = [bound for source in self.sources for bound in source.by_name.get(name, ())]
        if len(matches) > 1:
            shown = f"'{column.table}.{column.name}'" if column.table else f"to '{column.name}'"
            raise invalid_input(f"ambiguous column reference {shown}")
        return matches[0] if matches else None

    def checked(self, bound: Bound, column: ast.Column) -> Bound:
        """``bound`` unless it must be, and is not, part of GROUP BY."""
        if self.grouping is None or self.aggregating or bound.sql in self.grouping:
            return bound
        origin = bound.origin
        raise _ungrouped(f"{origin.alias}.{origin.column.name}" if origin else column.name)

    def _missing(self, column: ast.Column) -> ServerError:
        scope: Scope | None = self
        if column.table is None:
            if self.in_having and not self.aggregating:
                return _ungrouped(column.name)
            return invalid_input(f"column {column.name} does not exist")
        while scope is not None:
            if any(source.alias == column.table.lower() for source in scope.sources):
                return invalid_input(f"column '{column.table}.{column.name}' does not exist")
            scope = scope.parent
        return invalid_input(f"missing FROM-clause entry for table '{column.table}'")


def _ungrouped(shown: str) -> ServerError:
    needed = "must appear in the GROUP BY clause or be used in an aggregate function"
    return ServerError(1149, f'SQL syntax error: column "{shown}" {needed}')
