"""pyarrow, imported where a statement needs it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from matrixone_lite.engine.errors import unsupported


def arrow(module: str = "", feature: str = "Parquet files") -> Any:
    """pyarrow, or one of its modules.

    :param feature: what it is needed for, for the error

    :raises ServerError: 20105 when it is not installed
    """
    try:
        return import_module(f"pyarrow{module}")
    except ImportError:
        raise unsupported(f"{feature} without pyarrow, which matrixone-lite[parquet] installs") from None
