"""What the plugin ``pitr`` offers, by the module that other programs import it from."""

from typing import TYPE_CHECKING

from matrixone.elsewhere import names_of
from matrixone.exceptions import PitrError

if TYPE_CHECKING:
    from matrixone_pitr import (
        AsyncPitrManager,
        Pitr,
        PitrManager,
        RangeUnit,
        RecoveryWindow,
        Window,
    )

__all__ = [
    "AsyncPitrManager",
    "Pitr",
    "PitrError",
    "PitrManager",
    "RangeUnit",
    "RecoveryWindow",
    "Window",
]

__getattr__ = names_of("matrixone_pitr", __all__)
