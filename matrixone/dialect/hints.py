"""Time travel: reading tables as they were, by the hint the server takes between a table and its alias.

``with_snapshot(select(Document), "before")`` compiles to ``SELECT ... FROM documents {SNAPSHOT = 'before'}``. On a
statement the hint reaches every table in it, in joins, subqueries and CTEs too, and the statements of eager loads. On
a table it reaches that one.

Objects of the past and of the present are different objects of a session, also where their keys are equal. A
relationship that is loaded lazily, later, is of the present; load it eagerly to have it as it was. Changing an object
of the past changes the present row.

A statement that carries a hint cannot be compiled by another dialect, which would leave the hint out and read the
present.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, overload

from sqlalchemy import CompoundSelect, Select, inspect
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.interfaces import UserDefinedOption
from sqlalchemy.sql import visitors
from sqlalchemy.sql.cache_key import HasCacheKey
from sqlalchemy.sql.selectable import AliasedReturnsRows, FromClauseAlias, TableClause
from sqlalchemy.sql.visitors import InternalTraversal

from matrixone.dialect.only_matrixone import OnlyMatrixOne

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import FromClause

SelectT = TypeVar("SelectT", bound="Select[Any] | CompoundSelect[Any]")


@dataclass(frozen=True, slots=True)
class Hint:
    """Keyword and value of a hint; the compiler quotes the value."""

    keyword: Literal["SNAPSHOT", "TIMESTAMP", "MO_TS"]
    value: str | int

    def __str__(self) -> str:
        return f"{self.keyword} {self.value}"


@overload
def with_snapshot(target: SelectT, name: str) -> SelectT: ...
@overload
def with_snapshot(target: TableClause | type[Any], name: str) -> FromClause: ...
def with_snapshot(target: Any, name: Any) -> Any:
    """Read as of a snapshot.

    Args:
        target: a SELECT or UNION, which comes back with the hint on all of its tables; or a table, or a mapped class in
            place of its table, which comes back as an alias with the hint.
        name: of the snapshot, in any case: the server stores names in lower case. Neither its level nor its object is
            checked: a snapshot of one table reads any other table at its time as well.

    Raises:
        sqlalchemy.exc.ArgumentError: the target can carry no hint, or the name is empty.
    """
    if not name or not isinstance(name, str):
        raise ArgumentError(f"a snapshot has a name, which is not {name!r}")
    return _travel(target, Hint("SNAPSHOT", name.lower()))


@overload
def with_timestamp(target: SelectT, moment: datetime) -> SelectT: ...
@overload
def with_timestamp(target: TableClause | type[Any], moment: datetime) -> FromClause: ...
def with_timestamp(target: Any, moment: Any) -> Any:
    """Read as of a moment, which has to be recent or covered by a snapshot or a PITR.

    Args:
        target: as for :func:`with_snapshot`.
        moment: with a time zone; the server takes the hint as UTC, whatever zone the session has.

    Raises:
        sqlalchemy.exc.ArgumentError: the target can carry no hint, or the moment has no time zone.
    """
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise ArgumentError(f"a moment to read at is a datetime with a time zone, not {moment!r}")
    return _travel(target, Hint("TIMESTAMP", f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"))


@overload
def with_mo_ts(target: SelectT, nanoseconds: int) -> SelectT: ...
@overload
def with_mo_ts(target: TableClause | type[Any], nanoseconds: int) -> FromClause: ...
def with_mo_ts(target: Any, nanoseconds: Any) -> Any:
    """Read as of a moment in nanoseconds since 1970, such as ``mo_catalog.mo_snapshots.ts``.

    Args:
        target: as for :func:`with_snapshot`.
        nanoseconds: the moment. The server does not check that its history reaches back so far.

    Raises:
        sqlalchemy.exc.ArgumentError: the target can carry no hint, or the moment is no number or before 1970.
    """
    if not isinstance(nanoseconds, int) or nanoseconds < 0:
        raise ArgumentError(f"a moment is a number of nanoseconds since 1970, not {nanoseconds!r}")
    return _travel(target, Hint("MO_TS", int(nanoseconds)))


class TimeTravel(HasCacheKey, UserDefinedOption):
    """The option by which a statement carries its hint, so that it is part of the statement's cache key."""

    payload: Hint
    # A lazy load would put rows of the past among the session's objects of the present.
    propagate_to_loaders = False
    _traverse_internals = [("payload", InternalTraversal.dp_plain_obj)]  # noqa: RUF012 - the form of SQLAlchemy's cache key


class TableAt(FromClauseAlias):
    """An alias of a table that carries a hint."""

    __visit_name__ = "table_at"
    stringify_dialect = "matrixone"
    _traverse_internals = [  # noqa: RUF012 - the form of SQLAlchemy's cache key
        *AliasedReturnsRows._traverse_internals,
        ("hint", InternalTraversal.dp_plain_obj),
    ]

    def _init(self, selectable: Any, *, name: str | None = None, hint: Hint | None = None) -> None:
        self.hint = cast("Hint", hint)
        super()._init(selectable, name=name)


def hint_of(statement: Any) -> Hint | None:
    """The hint a SELECT or UNION carries."""
    hints = [option.payload for option in statement._with_options if isinstance(option, TimeTravel)]
    return hints[-1] if hints else None


def hints_in(statement: Any) -> Iterator[Hint]:
    """The hints of a SELECT or UNION, and of the tables, subqueries and CTEs in it."""
    for part in visitors.iterate(statement):
        hint = part.hint if isinstance(part, TableAt) else None
        if isinstance(part, Select | CompoundSelect):
            hint = hint_of(part)
        if hint is not None:
            yield hint


def _travel(target: Any, hint: Hint) -> Any:
    if isinstance(target, Select | CompoundSelect):
        if (other := hint_of(target)) not in (None, hint):
            raise ArgumentError(f"the statement reads at {other} already, and a table is read at one time")
        then = target.options(TimeTravel(hint)).execution_options(identity_token=hint)
        return then.prefix_with(OnlyMatrixOne()) if isinstance(then, Select) else then
    if isinstance(target, TableAt):
        raise ArgumentError(f"the table is read at {target.hint} already, and a table is read at one time")
    if isinstance(target, TableClause):
        return TableAt._construct(target, hint=hint)
    mapper = inspect(target, raiseerr=False)
    if isinstance(mapper, Mapper) and isinstance(mapper.persist_selectable, TableClause):
        return TableAt._construct(mapper.persist_selectable, hint=hint)
    raise ArgumentError(f"only a SELECT, a table or a class of one table can be read at another time, not {target!r}")
