"""Imports every module that registers statement handlers or system tables."""

from __future__ import annotations

from matrixone_lite.engine import (
    administration,
    control,
    functions,
    infoschema,
    mo_catalog,
    mo_objects,
    show,
    show_server,
    snapshots,
)

__all__ = [
    "administration",
    "control",
    "functions",
    "infoschema",
    "mo_catalog",
    "mo_objects",
    "show",
    "show_server",
    "snapshots",
]
