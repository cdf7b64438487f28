"""Files into tables, as the manager ``load_data``."""

from matrixone_load_data.manager import AsyncLoadDataManager, LoadDataManager
from matrixone_load_data.model import Conflicts, LoadResult

__all__ = ["AsyncLoadDataManager", "Conflicts", "LoadDataManager", "LoadResult"]
