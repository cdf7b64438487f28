"""What the plugin ``load_data`` offers, by the module that other programs import it from."""

from typing import TYPE_CHECKING

from matrixone.elsewhere import names_of

if TYPE_CHECKING:
    from matrixone_load_data import (
        AsyncLoadDataManager,
        CompressionFormat,
        Conflicts,
        JsonDataStructure,
        LoadDataFormat,
        LoadDataManager,
        LoadResult,
    )

__all__ = [
    "AsyncLoadDataManager",
    "CompressionFormat",
    "Conflicts",
    "JsonDataStructure",
    "LoadDataFormat",
    "LoadDataManager",
    "LoadResult",
]

__getattr__ = names_of("matrixone_load_data", __all__)
