"""Read-only tables the server computes: information_schema, mo_catalog and the like.

A system table is a list of columns and a function from the session to rows; queries treat it like any other table.
"""

from __future__ import annotations

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


SYSTEM_TABLES: Final[dict[tuple[str, str], SystemTable]] = {}
"""By database and name, both in lower case."""


def system_table(database: str, name: str, columns: Sequence[tuple[str, Type]], *, view: bool = False) -> Callable[[Producer], Producer]:
    """Register the function below as producer of a system table's rows."""

    def register(producer: Producer) -> Producer:
        SYSTEM_TABLES[database, name] = SystemTable(database, name, tuple(columns), producer, view)
        return producer

    return register
