"""Change data capture: tasks of the server that copy tables elsewhere as they change, as the manager ``cdc``."""

from matrixone_cdc.addresses import build_mysql_uri
from matrixone_cdc.manager import AsyncCDCManager, CDCManager
from matrixone_cdc.model import (
    CDCLevel,
    CDCProgress,
    CDCSinkType,
    CDCState,
    CDCTableMapping,
    CDCTaskInfo,
    CDCWarning,
    CDCWatermarkInfo,
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
