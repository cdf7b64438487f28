"""Imports every module that registers statement handlers or system tables."""

from __future__ import annotations

from matrixone_lite.engine import (
    administration,
    control,
    ddl,
    functions,
    infoschema,
    insert,
    load_data,
    mo_catalog,
    mo_objects,
    show,
    show_server,
    snapshots,
    update,
)

__all__ = [
    "administration",
    "control",
    "ddl",
    "functions",
    "infoschema",
    "insert",
    "load_data",
    "mo_catalog",
    "mo_objects",
    "show",
    "show_server",
    "snapshots",
    "update",
]
