"""Files into tables, as the manager ``load_data``."""

from matrixone_load_data.manager import AsyncLoadDataManager, LoadDataManager
from matrixone_load_data.model import Conflicts, LoadResult
from matrixone_load_data.structures import CompressionFormat, JsonDataStructure, LoadDataFormat

__all__ = [
    "AsyncLoadDataManager",
    "CompressionFormat",
    "Conflicts",
    "JsonDataStructure",
    "LoadDataFormat",
    "LoadDataManager",
    "LoadResult",
]
