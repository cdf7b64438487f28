"""Full-text indexes as values, and what a search looks at."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, Table, literal_column
from sqlalchemy.types import NullType

from matrixone.exceptions import ConfigurationError
from matrixone.sql import checked_name, split_name
from matrixone.tables import table_of, table_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from matrixone.bulk import TableLike

SCORE = "score"
"""The key of the score in the rows of a search."""

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


class FulltextAlgorithmType(enum.StrEnum):
    """How scores are computed: the session variable ``ft_relevancy_algorithm``, not a property of an index."""

    TF_IDF = "TF-IDF"
    BM25 = "BM25"


class FulltextWarning(UserWarning):
    """Something was asked for that the server does not have."""


@dataclass(frozen=True, slots=True)
class FulltextIndexInfo:
    """A full-text index.

    Args:
        name: Name, in lower case.
        table: Table.
        columns: Its columns; a search names exactly these, in any order.
        parser: How text is split into words, None for the server's own way.
        asynchronous: New rows are found after some seconds.
        hidden_table: The table that holds its words.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    parser: str | None = None
    asynchronous: bool = False
    hidden_table: str | None = None


def indexed_table(table_or_model: TableLike) -> tuple[str, ...]:
    """The name of a table that can have a full-text index.

    Raises:
        ConfigurationError: There is a back-quote in it.
    """
    parts = table_parts(table_or_model)
    if any("`" in part for part in parts):
        raise ConfigurationError(f"a table with a back-quote in its name, such as {parts[-1]!r}, cannot be indexed")
    return parts


def indexed_columns(columns: str | Sequence[str]) -> tuple[str, ...]:
    """The columns of an index.

    Raises:
        ConfigurationError: None, one of them twice, or a name that is not plain: the server fills the index by a
            statement of its own, in which it quotes no name.
    """
    names = (columns,) if isinstance(columns, str) else tuple(columns)
    if not names or len({name.lower() for name in names}) < len(names):
        raise ConfigurationError(f"a full-text index needs columns, each of them once, not {names}")
    for name in names:
        if not _PLAIN.fullmatch(checked_name(name)):
            raise ConfigurationError(f"a full-text index cannot have the column {name!r}: it is not a plain name")
    return names


def index_name(name: str) -> str:
    """The name of an index.

    Raises:
        ConfigurationError: It has a quote or a backslash, which the server does not escape when it stores the name.
    """
    if any(character in name for character in "'\\"):
        raise ConfigurationError(f"a full-text index cannot be called {name!r}: it has a quote or a backslash")
    return checked_name(name)


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search looks at and answers.

    Args:
        table: The table, with the columns to search in.
        matched: The columns to search in.
        answered: The columns of the answer.
    """

    table: Table
    matched: tuple[Column[Any], ...]
    answered: tuple[ColumnElement[Any], ...]

    @classmethod
    def of(
        cls,
        table_or_model: TableLike,
        columns: str | Sequence[str],
        select_columns: Sequence[str] | None,
        key: Sequence[str] = (),
    ) -> Searched:
        """The table and columns a caller names.

        Args:
            table_or_model: The table.
            columns: The columns to search in.
            select_columns: The columns of the answer; all if left out.
            key: The primary key of a table that is only named.

        Raises:
            ConfigurationError: No columns, a column that a mapped class does not have, or one called ``score``.
        """
        matched = (columns,) if isinstance(columns, str) else tuple(columns)
        if not matched or isinstance(select_columns, str) or (select_columns is not None and SCORE in select_columns):
            raise ConfigurationError(f"columns and select_columns are lists of names, {SCORE!r} not among the latter")
        if isinstance(table_or_model, str):
            found = _table(table_or_model, [*matched, *(select_columns or ()), *key], key)
            everything: tuple[ColumnElement[Any], ...] = (literal_column("*"),)
        else:
            found = table_of(table_or_model)
            everything = tuple(found.columns)
        if missing := [name for name in (*matched, *(select_columns or ())) if name not in found.columns]:
            raise ConfigurationError(f"{found.fullname!r} has no column {', '.join(map(repr, missing))}")
        answered = everything if select_columns is None else tuple(found.columns[name] for name in select_columns)
        return cls(found, tuple(found.columns[name] for name in matched), answered)


def _table(name: str, columns: Sequence[str], key: Sequence[str]) -> Table:
    *schema, bare = split_name(name)
    made: list[Column[Any]] = [
        Column(each, NullType(), primary_key=each in key, quote=True) for each in dict.fromkeys(columns)
    ]
    return Table(bare, MetaData(), *made, schema=schema[0] if schema else None, quote=True, quote_schema=True)
