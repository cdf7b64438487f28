"""Full-text indexes, declared with a table and created with it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Index

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Column, ColumnElement


class FulltextParserType(StrEnum):
    """How the text is split into words; without one, at blanks and punctuation."""

    NGRAM = "ngram"
    JSON = "json"
    JSON_VALUE = "json_value"
    GOJIEBA = "gojieba"


class FulltextIndex(Index):
    """A full-text index over one or more columns; MATCH has to name exactly these columns.

    Args:
        name: of the index.
        columns: the columns, or their names; one may stand alone. The table needs a primary key.
        parser: one of :class:`FulltextParserType`.
        asynchronous: new rows are found some seconds after their commit.
        comment: a comment.
        **options: of :class:`sqlalchemy.Index`.

    Raises:
        ValueError: there is no column, or no such parser.

    Creating it sends ``ALTER TABLE ... ADD FULLTEXT INDEX``.
    """

    inherit_cache = True

    def __init__(
        self,
        name: str,
        columns: str | Column[Any] | ColumnElement[Any] | Sequence[str | Column[Any] | ColumnElement[Any]],
        parser: str | None = None,
        *,
        asynchronous: bool = False,
        comment: str | None = None,
        **options: Any,
    ) -> None:
        one = isinstance(columns, str) or hasattr(columns, "compile") or hasattr(columns, "__clause_element__")
        each: list[Any] = [columns] if one else [*cast("Iterable[Any]", columns)]
        if not each:
            raise ValueError("a full-text index needs a column")
        if parser is not None:
            options["matrixone_with_parser"] = str(FulltextParserType(parser))
        if asynchronous:
            options["matrixone_with"] = {"async": True}
        if comment is not None:
            options["matrixone_comment"] = comment
        super().__init__(name, *each, matrixone_prefix="FULLTEXT", **options)
