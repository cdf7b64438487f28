"""What happens to rows whose key exists, and what became of the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict, get_args

from matrixone.exceptions import ConfigurationError
from matrixone_load_data.formats import named
from matrixone_load_data.structures import CompressionFormat

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

Progress = Callable[[int], None]
"""Called with the number of rows that are loaded so far, after each statement: about a megabyte of a client's data."""


class LoadOptions(TypedDict, total=False):
    """How any data is loaded; see :class:`Settings`."""

    columns: Sequence[str | None] | None
    conflicts: Conflicts
    on_progress: Progress | None


class StageOptions(LoadOptions, total=False):
    """How a file of a stage is loaded; see :class:`Settings`."""

    compression: str | None
    parallel: bool


class FileOptions(StageOptions, total=False):
    """How a file is loaded; see :class:`Settings`."""

    local: Local
    charset: str | None


@dataclass(frozen=True, slots=True)
class Settings:
    """How data is loaded, however it is written.

    Args:
        columns: The column of each field, None for a field to leave out; all columns if left out, in their order.
        conflicts: What happens to a row whose key exists.
        on_progress: Called while data of the client is loaded.
        local: Whose file it is.
        charset: Character set of a file of the client.
        compression: How the file is compressed.
        parallel: Let the server read its file in several tasks.

    Raises:
        ConfigurationError: A setting that cannot be.
    """

    columns: Sequence[str | None] | None = None
    conflicts: Conflicts = "error"
    on_progress: Progress | None = None
    local: Local = "auto"
    charset: str | None = None
    compression: str | None = None
    parallel: bool = False

    def __post_init__(self) -> None:
        checked_conflicts(self.conflicts)
        if self.compression is not None and self.compression not in list(CompressionFormat):
            raise ConfigurationError(f"compression is one of {', '.join(CompressionFormat)}, not {self.compression!r}")

    @property
    def fields(self) -> Columns | None:
        """The column of each field, checked."""
        return None if self.columns is None else checked_columns(self.columns)

    @property
    def codec(self) -> str:
        """The character set as Python calls it."""
        charset = self.charset or "utf-8"
        return "utf-8" if charset.lower() in ("utf8", "utf8mb4", "utf8mb3") else charset

    def compression_of(self, path: str) -> CompressionFormat:
        """How a file is compressed."""
        return CompressionFormat(self.compression or "auto").of(path)


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of the rows.

    Args:
        rows_read: Rows of the data.
        rows_written: Rows that were inserted, or with ``conflicts="update"`` inserted or updated.
    """

    rows_read: int
    rows_written: int

    @property
    def affected_rows(self) -> int:
        """``rows_written``, by the name that results of other statements have for it."""
        return self.rows_written

    rowcount = affected_rows


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
