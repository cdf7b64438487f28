"""What the plugin ``metadata`` offers, by the module that other programs import it from."""

from typing import TYPE_CHECKING

from matrixone.elsewhere import names_of

if TYPE_CHECKING:
    from matrixone_metadata import (
        AsyncMetadataManager,
        ColumnInfo,
        ColumnStats,
        IndexInfo,
        MetadataColumn,
        MetadataManager,
        MetadataRow,
        TableInfo,
        TableKind,
        TableStats,
    )

__all__ = [
    "AsyncMetadataManager",
    "ColumnInfo",
    "ColumnStats",
    "IndexInfo",
    "MetadataColumn",
    "MetadataManager",
    "MetadataRow",
    "TableInfo",
    "TableKind",
    "TableStats",
]

__getattr__ = names_of("matrixone_metadata", __all__)
