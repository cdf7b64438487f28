"""What the plugin ``moctl`` offers, by the module that other programs import it from."""

from typing import TYPE_CHECKING

from matrixone.elsewhere import names_of
from matrixone.exceptions import MoCtlError

if TYPE_CHECKING:
    from matrixone_moctl import (
        AsyncMoCtlManager,
        MoCtlManager,
    )

__all__ = [
    "AsyncMoCtlManager",
    "MoCtlError",
    "MoCtlManager",
]

__getattr__ = names_of("matrixone_moctl", __all__)
