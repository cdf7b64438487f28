"""What the plugin ``cdc`` offers, by the module that other programs import it from."""

from typing import TYPE_CHECKING

from matrixone.elsewhere import names_of

if TYPE_CHECKING:
    from matrixone_cdc import (
        AsyncCDCManager,
        CDCLevel,
        CDCManager,
        CDCProgress,
        CDCSinkType,
        CDCState,
        CDCTableMapping,
        CDCTaskInfo,
        CDCWarning,
        CDCWatermarkInfo,
        build_mysql_uri,
    )

__all__ = [
    "AsyncCDCManager",
    "CDCLevel",
    "CDCManager",
    "CDCProgress",
    "CDCSinkType",
    "CDCState",
    "CDCTableMapping",
    "CDCTaskInfo",
    "CDCWarning",
    "CDCWatermarkInfo",
    "build_mysql_uri",
]

__getattr__ = names_of("matrixone_cdc", __all__)
