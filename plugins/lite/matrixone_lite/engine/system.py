"""Read-only tables the server computes: information_schema, mo_catalog and the like.

A system table is a list of columns and a function from the session to rows; queries treat it like any other table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.types import Type, Value

if TYPE_CHECKING:
    from matrixone_lite.engine.session import LiteSession

Producer = Callable[["LiteSession"], Iterable[Sequence[Value]]]


@dataclass(frozen=True, slots=True)
class SystemTable:
    """A computed table; ``rows`` gives values in the order of ``columns``, as SQLite would keep them (no bytes)."""

    database: str
    name: str
    columns: tuple[tuple[str, Type], ...]
    rows: Producer
    view: bool = False
    sys_only: bool = False

    def shown_to(self, account: int) -> bool:
        """Whether an account has the table."""
        return not self.sys_only or account == 0


SYSTEM_TABLES: Final[dict[tuple[str, str], SystemTable]] = {}
"""By database and name, both in lower case."""


def system_table(database: str, name: str, columns: Sequence[tuple[str, Type]], *, view: bool = False, sys_only: bool = False) -> Callable[[Producer], Producer]:
    """Register the function below as producer of a system table's rows."""

    def register(producer: Producer) -> Producer:
        SYSTEM_TABLES[database, name] = SystemTable(database, name, tuple(columns), producer, view, sys_only)
        return producer

    return register


def rows_as_json(table: SystemTable) -> Callable[[LiteSession], str]:
    """A parameter that holds the rows of ``table``, computed anew each time a statement runs."""
    return lambda session: json.dumps([list(row) for row in table.rows(session)])
