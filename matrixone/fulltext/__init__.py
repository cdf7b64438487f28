"""Full-text search."""

from matrixone.fulltext.index import FulltextIndex, FulltextParserType

__all__ = ["FulltextIndex", "FulltextParserType"]
