"""Full-text indexes and searches, as the manager ``fulltext_index``."""

from matrixone_fulltext.manager import AsyncFulltextIndexManager, FulltextIndexManager
from matrixone_fulltext.model import FulltextAlgorithmType, FulltextIndexInfo, FulltextWarning

__all__ = [
    "AsyncFulltextIndexManager",
    "FulltextAlgorithmType",
    "FulltextIndexInfo",
    "FulltextIndexManager",
    "FulltextWarning",
]
