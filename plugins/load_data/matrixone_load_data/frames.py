"""Rows of data frames and parquet files; their packages are imported only where they are used."""

from __future__ import annotations

import datetime as dt
import importlib
import math
from typing import TYPE_CHECKING, Any

from matrixone.exceptions import ConfigurationError, LoadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_BATCH = 2000

Frame = tuple[list[str], "Iterator[Sequence[Any]]"]
"""Names of the columns, and the rows."""


def of_dataframe(frame: Any) -> Frame:
    """The columns and rows of a pandas or polars data frame, or of a pyarrow table.

    Raises:
        ConfigurationError: It is something else, or a name of a column is no text.
    """
    kind = type(frame).__module__.partition(".")[0]
    if kind == "pandas" and hasattr(frame, "itertuples"):
        names, rows = list(frame.columns), frame.itertuples(index=False, name=None)
        missing: Callable[[Any], Any] = importlib.import_module("pandas").isna
    elif kind == "polars" and hasattr(frame, "iter_rows"):
        names, rows, missing = list(frame.columns), frame.iter_rows(), _is_none
    elif kind == "pyarrow" and hasattr(frame, "to_batches"):
        names, rows, missing = list(frame.column_names), _rows_of(frame.to_batches(_BATCH)), _is_none
    else:
        raise ConfigurationError(
            f"a data frame of pandas or polars, or a table of pyarrow, is needed, not {frame!r:.80}"
        )
    if not all(isinstance(name, str) for name in names):
        raise ConfigurationError(f"the columns of the data frame have names that are no texts: {names!r}")
    return names, ([_plain(value, missing) for value in row] for row in rows)


def of_parquet(path: Path) -> Frame:
    """The columns and rows of a parquet file of the client.

    Raises:
        ConfigurationError: pyarrow is not installed.
        LoadError: The file cannot be read.
    """
    try:
        arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise ConfigurationError(
            "to read parquet files of the client: pip install matrixone-load-data[parquet]; the server reads its own "
            "(local=False, stage://)"
        ) from None
    try:
        file = parquet.ParquetFile(path)
    except (OSError, arrow.ArrowException) as error:
        raise LoadError(f"the file {str(path)!r} cannot be read: {error}; nothing was loaded") from error
    rows = _rows_of(file.iter_batches(_BATCH))
    return list(file.schema_arrow.names), ([_plain(value, _is_none) for value in row] for row in rows)


def _rows_of(batches: Any) -> Iterator[Sequence[Any]]:
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _is_none(value: Any) -> bool:
    return value is None


def _plain(value: Any, missing: Callable[[Any], Any]) -> Any:
    """The value as the driver takes it; what a frame has for "no value" as None."""
    if value is None or isinstance(value, (str, bytes, bool, int)):
        return value
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if missing(value) is True:
        return None
    for convert in ("to_pydatetime", "to_pytimedelta", "to_list"):  # to_list: a series of polars, elements of a list
        if hasattr(value, convert):
            value = getattr(value, convert)()
            break
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        raise LoadError(f"{value!r} has a time zone, which no column keeps: convert it first; nothing was loaded")
    return value
