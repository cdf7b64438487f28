"""Statements of the plugin ``branch`` that are put together step by step."""

from typing import TYPE_CHECKING

from matrixone.elsewhere import names_of

if TYPE_CHECKING:
    from matrixone_branch.builders import (
        CreateDatabaseBranch,
        CreateTableBranch,
        DeleteDatabaseBranch,
        DeleteTableBranch,
        DiffOutputOption,
        DiffTableBranch,
        MergeConflictStrategy,
        MergeTableBranch,
        create_database_branch,
        create_table_branch,
        delete_database_branch,
        delete_table_branch,
        diff_table_branch,
        merge_table_branch,
    )

__all__ = [
    "CreateDatabaseBranch",
    "CreateTableBranch",
    "DeleteDatabaseBranch",
    "DeleteTableBranch",
    "DiffOutputOption",
    "DiffTableBranch",
    "MergeConflictStrategy",
    "MergeTableBranch",
    "create_database_branch",
    "create_table_branch",
    "delete_database_branch",
    "delete_table_branch",
    "diff_table_branch",
    "merge_table_branch",
]

__getattr__ = names_of("matrixone_branch.builders", __all__)
