"""Functions by family; importing this package registers them all."""

from __future__ import annotations

from matrixone_lite.engine.functions import (
    catalog,
    conditions,
    date_formats,
    dates,
    encodings,
    extract,
    files,
    intervals,
    json_functions,
    keys,
    locks,
    missing,
    numbers,
    patterns,
    series,
    session,
    statistics,
    storage_objects,
    strings,
    vector_functions,
)

__all__ = [
    "catalog",
    "conditions",
    "date_formats",
    "dates",
    "encodings",
    "extract",
    "files",
    "intervals",
    "json_functions",
    "keys",
    "locks",
    "missing",
    "numbers",
    "patterns",
    "series",
    "session",
    "statistics",
    "storage_objects",
    "strings",
    "vector_functions",
]
