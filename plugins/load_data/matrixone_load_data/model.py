"""What happens to rows whose key exists, and what became of the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from matrixone.exceptions import ConfigurationError
from matrixone_load_data.formats import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_load_data.formats import Columns

Conflicts = Literal["error", "ignore", "update", "unchecked"]
"""What happens to a row whose PRIMARY KEY or UNIQUE key exists, in the table or earlier in the data.

``error`` loads nothing and raises IntegrityError; ``ignore`` leaves the row out; ``update`` changes the row that is
there; ``unchecked`` stores it as a duplicate, for data known to have none.
"""

Local = Literal["auto"] | bool
"""Whose file it is: the client's (``True``), the server's (``False``), the client's unless it is a ``stage://`` one."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of the rows.

    Args:
        rows_read: Rows of the data.
        rows_written: Rows that were inserted, or with ``conflicts="update"`` inserted or updated.
    """

    rows_read: int
    rows_written: int


def checked_columns(columns: Sequence[str | None]) -> Columns:
    """The columns, if data can have them.

    Raises:
        ConfigurationError: None is named, or one is twice.
    """
    if isinstance(columns, str):
        raise ConfigurationError(f"columns are a list of names, not the text {columns!r}")
    names = named(tuple(columns))
    if not names:
        raise ConfigurationError("at least one column is loaded")
    if len({name.lower() for name in names}) != len(names):
        raise ConfigurationError(f"a column is named twice in {list(columns)!r}")
    return tuple(columns)


def checked_conflicts(conflicts: Conflicts) -> Conflicts:
    """The policy, if there is such a one.

    Raises:
        ConfigurationError: There is not.
    """
    if conflicts not in get_args(Conflicts):
        raise ConfigurationError(f"conflicts is one of {', '.join(get_args(Conflicts))}, not {conflicts!r}")
    return conflicts
