"""What the plugin ``clone`` offers, by the module that other programs import it from."""

from typing import TYPE_CHECKING

from matrixone.elsewhere import names_of
from matrixone.exceptions import CloneError

if TYPE_CHECKING:
    from matrixone_clone import (
        AsyncCloneManager,
        Clone,
        CloneManager,
        CloneWarning,
    )

__all__ = [
    "AsyncCloneManager",
    "Clone",
    "CloneError",
    "CloneManager",
    "CloneWarning",
]

__getattr__ = names_of("matrixone_clone", __all__)
