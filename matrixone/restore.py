"""What the plugin ``restore`` offers, by the module that other programs import it from."""

from typing import TYPE_CHECKING

from matrixone.elsewhere import names_of
from matrixone.exceptions import RestoreError

if TYPE_CHECKING:
    from matrixone_restore import (
        AsyncRestoreManager,
        Restore,
        RestoreManager,
        RestoreWarning,
    )

__all__ = [
    "AsyncRestoreManager",
    "Restore",
    "RestoreError",
    "RestoreManager",
    "RestoreWarning",
]

__getattr__ = names_of("matrixone_restore", __all__)
