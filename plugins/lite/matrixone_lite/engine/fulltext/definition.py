"""What a full-text index may cover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import types
from matrixone_lite.engine.errors import ServerError, internal, invalid_input, not_supported
from matrixone_lite.engine.types import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.catalog import Table
    from matrixone_lite.sql import ast

_PARSERS: Final = frozenset(("ngram", "json", "json_value", "gojieba"))


def check_definition(written: ast.Index, names: Sequence[str], table: Table) -> None:
    """Check the columns and the parser of a full-text index.

    :raises ServerError: for a table without a primary key, columns that are missing, repeated or no text, and unknown
        parsers
    """
    if table.primary_key is None:
        raise internal("primary key cannot be empty for fulltext index")
    for n, name in enumerate(names):
        column = table.by_name.get(name.lower())
        if column is None:
            raise invalid_input(f"column '{name}' does not exist")
        if column.type.kind not in types.STRINGS | {Kind.JSON}:
            raise not_supported("fulltext index only support char, varchar, text, datalink and json")
        if name.lower() in (other.lower() for other in names[:n]):
            raise ServerError(1062, f"Duplicate entry '({table.id},{name})' for key '(id,column_name)'")
    if written.parser is not None and written.parser not in _PARSERS:
        raise not_supported(f"Fulltext parser {written.parser} not supported")
