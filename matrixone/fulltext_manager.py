"""What the plugin ``fulltext_index`` offers, by the module that other programs import it from."""

from typing import TYPE_CHECKING

from matrixone.elsewhere import names_of

if TYPE_CHECKING:
    from matrixone_fulltext import (
        AsyncFulltextIndexManager,
        FulltextAlgorithmType,
        FulltextIndexInfo,
        FulltextIndexManager,
        FulltextWarning,
    )

__all__ = [
    "AsyncFulltextIndexManager",
    "FulltextAlgorithmType",
    "FulltextIndexInfo",
    "FulltextIndexManager",
    "FulltextWarning",
]

__getattr__ = names_of("matrixone_fulltext", __all__)
