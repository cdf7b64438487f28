"""When the condition of a vector search is applied: ``BY RANK WITH OPTION 'mode=...'``."""

from __future__ import annotations

import enum
from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm.interfaces import UserDefinedOption
from sqlalchemy.sql.cache_key import HasCacheKey
from sqlalchemy.sql.visitors import InternalTraversal

from matrixone.dialect.only_matrixone import OnlyMatrixOne

SelectT = TypeVar("SelectT", bound="Select[Any]")


class IVFRankMode(enum.StrEnum):
    """When the condition of a search is applied; the second names say what the first ones do."""

    PRE = "pre"
    POST = "post"
    FORCE = "force"
    AUTO = "auto"
    INCLUDE = "include"

    FILTER_FIRST = "pre"
    """Before the search of the index. Finds as many rows as there are, but also such as ``key <> ?`` excludes."""
    FILTER_AFTERWARDS = "post"
    """To what the search of the index found: there may be fewer rows than asked for, or none."""
    EXACT = "force"
    """No index is used."""
    SERVER_CHOOSES = "auto"
    """One of the others."""
    FILTER_IN_INDEX = "include"
    """In the index, from the columns it includes."""

    @classmethod
    def _missing_(cls, value: object) -> IVFRankMode:
        found = cls.__members__.get(str(value).upper())
        if found is None:
            known = ", ".join(name.lower() for name in cls.__members__)
            raise ValueError(f"{value!r} is no mode of ranking; there are {known}")
        return found


def with_rank(statement: SelectT, mode: str) -> SelectT:
    """Say when the condition of a vector search is applied; without it the server applies it afterwards.

    Args:
        statement: a SELECT in order of a distance, with a LIMIT.
        mode: one of :class:`IVFRankMode`: ``exact``, ``filter_first``, ``filter_afterwards``, ``filter_in_index``,
            ``server_chooses``, or the server's word for it.

    Returns:
        The statement with ``BY RANK WITH OPTION 'mode=...'`` after its LIMIT; it compiles for this dialect only.

    Raises:
        ArgumentError: the target is no SELECT, or has another mode already.
        ValueError: no such mode.
    """
    if not isinstance(statement, Select):
        raise ArgumentError("a mode of ranking belongs to a SELECT")
    chosen = IVFRankMode(mode)
    if (other := rank_of(statement)) not in (None, chosen):
        raise ArgumentError(f"the statement is ranked with mode {other!s} already")
    return statement.options(Rank(chosen)).prefix_with(OnlyMatrixOne())


class Rank(HasCacheKey, UserDefinedOption):
    """The option by which a statement carries its mode, so that it is part of the statement's cache key."""

    payload: IVFRankMode
    propagate_to_loaders = False
    _traverse_internals = [("payload", InternalTraversal.dp_plain_obj)]  # noqa: RUF012 - the form of SQLAlchemy's cache key


def rank_of(statement: Any) -> IVFRankMode | None:
    """The mode a SELECT carries; None for what is no statement."""
    modes = [option.payload for option in getattr(statement, "_with_options", ()) if isinstance(option, Rank)]
    return modes[-1] if modes else None
