"""Full-text search."""

from matrixone.fulltext.index import FulltextIndex, FulltextParserType
from matrixone.fulltext.match import FulltextModeType, Match, boolean_match, natural_match

__all__ = ["FulltextIndex", "FulltextModeType", "FulltextParserType", "Match", "boolean_match", "natural_match"]
