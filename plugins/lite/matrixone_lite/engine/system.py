"""Read-only tables the server computes: information_schema, mo_catalog and the like.

A system table is a list of columns and a function from the session to rows; queries treat it like any other table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine.types import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Type

Producer = Callable[..., Iterable[Sequence[Value]]]
"""Gives the rows for a session; of tables that look back, for a session and a moment."""


@dataclass(frozen=True, slots=True)
class SystemTable:
    """A computed table; ``rows`` gives values in the order of ``columns``, as SQLite would keep them (no bytes).

    :param view: it counts as a view
    :param sys_only: only account sys has it
    :param keys: what DESC shows as Key of some columns
    :param required: names of columns DESC shows as NOT NULL
    :param defaults: what DESC shows as Default of some columns; the same for Extra and Comment
    :param stored: DESC shows widths of integers, as for tables that users make
    :param looks_back: its past can be read
    """

    database: str
    name: str
    columns: tuple[tuple[str, Type], ...]
    rows: Producer
    view: bool = False
    sys_only: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    defaults: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    stored: bool = False
    looks_back: bool = False

    def shown_to(self, account: int) -> bool:
        """Whether an account has the table."""
        return not self.sys_only or account == 0


SYSTEM_TABLES: Final[dict[tuple[str, str], SystemTable]] = {}
"""By database and name, both in lower case."""


def system_table(
    database: str,
    name: str,
    columns: Sequence[tuple[str, Type]],
    **properties: Any,
) -> Callable[[Producer], Producer]:
    """Register the function below as producer of a system table's rows; ``properties`` are those of SystemTable."""

    def register(producer: Producer) -> Producer:
        SYSTEM_TABLES[database, name] = SystemTable(database, name, tuple(columns), producer, **properties)
        return producer

    return register


def rows_as_json(table: SystemTable, at: int | None = None) -> Callable[[LiteSession], str]:
    """A parameter that holds the rows of ``table``, computed anew each time a statement runs.

    :param at: the moment to look at; now when None
    """
    moment = () if at is None else (at,)
    return lambda session: json.dumps([list(row) for row in table.rows(session, *moment)])
