"""Imports every module that registers statement handlers or system tables."""

from __future__ import annotations

from matrixone_lite.engine import (
    administration,
    alter,
    clone,
    control,
    ddl,
    files,
    functions,
    infoschema,
    insert,
    load_data,
    maintenance,
    mo_catalog,
    mo_objects,
    restore,
    sequence_functions,
    sequences,
    show,
    show_server,
    snapshots,
    update,
)

__all__ = [
    "administration",
    "alter",
    "clone",
    "control",
    "ddl",
    "files",
    "functions",
    "infoschema",
    "insert",
    "load_data",
    "maintenance",
    "mo_catalog",
    "mo_objects",
    "restore",
    "sequence_functions",
    "sequences",
    "show",
    "show_server",
    "snapshots",
    "update",
]
