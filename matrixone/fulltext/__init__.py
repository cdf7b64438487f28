"""Full-text search."""

from matrixone.fulltext.builder import FulltextFilter, boolean_match, natural_match
from matrixone.fulltext.index import FulltextIndex, FulltextParserType
from matrixone.fulltext.match import FulltextModeType, Match
from matrixone.fulltext.terms import FulltextGroup, group

__all__ = [
    "FulltextFilter",
    "FulltextGroup",
    "FulltextIndex",
    "FulltextModeType",
    "FulltextParserType",
    "Match",
    "boolean_match",
    "group",
    "natural_match",
]
