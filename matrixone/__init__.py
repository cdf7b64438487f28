"""Python SDK for MatrixOne: right about transactions, fast in bulk, pleasant to hold."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from matrixone.client import AsyncClient, Client
from matrixone.exceptions import MatrixOneError
from matrixone.hookspecs import hookimpl
from matrixone.results import ResultSet
from matrixone.scope import SnapshotLevel
from matrixone.session import AsyncSession, Session

if TYPE_CHECKING:
    from matrixone.branch_builder import (
        create_database_branch,
        create_table_branch,
        delete_database_branch,
        delete_table_branch,
        diff_table_branch,
        merge_table_branch,
    )
    from matrixone.clone_builder import clone_database, clone_table
    from matrixone.dialect.statements import compile_select_to_sql, insert, replace, select

__version__ = "0.1.0"

__all__ = [
    "AsyncClient",
    "AsyncSession",
    "Client",
    "MatrixOneError",
    "ResultSet",
    "Session",
    "SnapshotLevel",
    "__version__",
    "clone_database",
    "clone_table",
    "compile_select_to_sql",
    "create_database_branch",
    "create_table_branch",
    "delete_database_branch",
    "delete_table_branch",
    "diff_table_branch",
    "hookimpl",
    "insert",
    "merge_table_branch",
    "replace",
    "select",
]

_LAZY = {
    "clone_database": "clone_builder",
    "clone_table": "clone_builder",
    "compile_select_to_sql": "dialect.statements",
    "create_database_branch": "branch_builder",
    "create_table_branch": "branch_builder",
    "delete_database_branch": "branch_builder",
    "delete_table_branch": "branch_builder",
    "diff_table_branch": "branch_builder",
    "insert": "dialect.statements",
    "merge_table_branch": "branch_builder",
    "replace": "dialect.statements",
    "select": "dialect.statements",
}


def __getattr__(name: str) -> Any:
    """Statements and what plugins offer, imported when it is asked for."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LAZY[name]}"), name)
