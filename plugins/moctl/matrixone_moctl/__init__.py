"""Control of the server, as the manager ``moctl``."""

from matrixone_moctl.manager import AsyncMoCtlManager, MoCtlManager

__all__ = ["AsyncMoCtlManager", "MoCtlManager"]
