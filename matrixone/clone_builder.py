"""Statements of the plugin ``clone`` that are put together step by step."""

from typing import TYPE_CHECKING

from matrixone.elsewhere import names_of

if TYPE_CHECKING:
    from matrixone_clone.builders import (
        CloneDatabase,
        CloneTable,
        clone_database,
        clone_table,
    )

__all__ = [
    "CloneDatabase",
    "CloneTable",
    "clone_database",
    "clone_table",
]

__getattr__ = names_of("matrixone_clone.builders", __all__)
