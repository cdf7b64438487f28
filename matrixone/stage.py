"""What the plugin ``stage`` offers, by the module that other programs import it from."""

from typing import TYPE_CHECKING

from matrixone.elsewhere import names_of

if TYPE_CHECKING:
    from matrixone_stage import (
        AsyncStage,
        AsyncStageManager,
        Stage,
        StageManager,
    )

__all__ = [
    "AsyncStage",
    "AsyncStageManager",
    "Stage",
    "StageManager",
]

__getattr__ = names_of("matrixone_stage", __all__)
