"""What the server accepts of a column or a table and then does not keep, checked before it is created."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import exc
from sqlalchemy.dialects.mysql import ENUM, SET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Dialect
    from sqlalchemy.types import TypeEngine

_TAKES_A_QUOTE = re.compile(r"\\(?:'|\Z)")


def check_column(name: str, type_: TypeEngine[Any], comment: str | None, dialect: Dialect) -> None:
    """See that the server keeps type and comment of a column.

    Raises:
        CompileError: it does not; the reason names the column.
    """
    if reasons := [*_broken_rules(type_._unwrapped_dialect_impl(dialect))]:
        raise exc.CompileError(f"column {name!r} cannot be created: {'; '.join(reasons)}")
    check_comment(f"of column {name!r}", comment)


def check_comment(owner: str, comment: str | None) -> None:
    """See that the table can still be shown with this comment.

    Raises:
        CompileError: it cannot; the server would fail at SHOW CREATE TABLE, and at every ALTER TABLE.
    """
    if comment is not None and _TAKES_A_QUOTE.search(comment):
        raise exc.CompileError(
            f"the comment {owner} has a backslash at its end or before a quote: the server could not show the table"
        )


def _broken_rules(type_: Any) -> Iterator[str]:
    match type_:
        case ENUM():
            kind, values = "ENUM", type_.enums
        case SET():
            kind, values = "SET", list(type_.values)
        case _:
            return
    seen: dict[str, str] = {}
    for value in values:
        if "," in value:
            yield f"the server takes the comma in {value!r} of {kind} for the end of a value"
        if "\\" in value:
            yield f"a table with {value!r} in {kind} cannot be altered any more: the server loses the backslash"
        if kind == "SET" and value.endswith(" "):
            yield f"the server drops the blank at the end of {value!r} of SET"
        if kind == "SET" and value != value.lower():
            yield f"the server writes {value!r} of SET in lower case when it alters the table"
        if (other := seen.setdefault(value.lower(), value)) is not value:
            yield f"the server does not tell {value!r} of {kind} from {other!r}"
