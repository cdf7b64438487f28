"""What tables consist of: columns, indexes, objects, sizes, as the manager ``metadata``."""

from matrixone_metadata.catalog import ColumnInfo, IndexInfo, TableInfo, TableKind
from matrixone_metadata.manager import AsyncMetadataManager, MetadataManager
from matrixone_metadata.objects import MetadataColumn, MetadataRow
from matrixone_metadata.statistics import ColumnStats, TableStats

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
