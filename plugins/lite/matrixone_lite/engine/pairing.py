"""Which columns of two tables are compared: those of one name, or those that were one column in a common ancestor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.errors import internal
from matrixone_lite.engine.types import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.catalog import Column, Table
    from matrixone_lite.engine.types import Type

ROW_ID: Final = "__mo_fake_pk_col"
"""The server's hidden key of tables without a primary key."""

_CODES: Final = {
    Kind.BOOL: 10,
    Kind.BIT: 11,
    Kind.TINYINT: 20,
    Kind.SMALLINT: 21,
    Kind.INT: 22,
    Kind.BIGINT: 23,
    Kind.UTINYINT: 25,
    Kind.USMALLINT: 26,
    Kind.UINT: 27,
    Kind.UBIGINT: 28,
    Kind.FLOAT: 30,
    Kind.DOUBLE: 31,
    Kind.DATE: 50,
    Kind.TIME: 51,
    Kind.DATETIME: 52,
    Kind.TIMESTAMP: 53,
    Kind.YEAR: 55,
    Kind.CHAR: 60,
    Kind.VARCHAR: 61,
    Kind.JSON: 62,
    Kind.UUID: 63,
    Kind.BINARY: 64,
    Kind.VARBINARY: 65,
    Kind.ENUM: 66,
    Kind.GEOMETRY: 67,
    Kind.SET: 28,
    Kind.BLOB: 70,
    Kind.TEXT: 71,
    Kind.DATALINK: 72,
    Kind.VECF32: 224,
    Kind.VECF64: 225,
}
_DECIMALS: Final = ((18, 32), (38, 33), (65, 34))


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two tables whose rows can be compared.

    :param left: the one whose columns rows have
    :param right: the other
    :param partners: for each column of ``left`` that of ``right``; None where it has none
    :param keys: positions of the primary key in ``left``, none without one
    :param origins: for each column of ``left``, what it and its partner were in the common ancestor
    """

    left: Table
    right: Table
    partners: tuple[Column | None, ...]
    keys: tuple[int, ...]
    origins: tuple[tuple[Column | None, ...], tuple[Column | None, ...]]

    @property
    def shared(self) -> list[int]:
        """Positions of the columns both tables have."""
        return [n for n, partner in enumerate(self.partners) if partner is not None]


Ways = tuple["Sequence[Table]", "Sequence[Table]"]
"""The definitions that led from a common ancestor to each of two tables, in order."""


def pair(left: Table, right: Table, ways: Ways | None) -> Pairing:
    """Find the columns two tables have in common.

    :param ways: how they came from a common ancestor, if they did
    :raises ServerError: 20101 when the tables cannot be compared
    """
    partners = tuple(_partner(column, right, ways) for column in left.columns)
    _check_keys(left, right, partners)
    for column, partner in zip(left.columns, partners, strict=True):
        if partner is not None:
            _check_alike(column, partner)
    if left.primary_key is None and None in partners:
        raise _incompatible("target-only columns require an explicit primary key")
    found = {partner.name for partner in partners if partner is not None}
    for column in right.columns:
        if column.name not in found:
            raise _incompatible(f"base column '{column.name}' is not present in target schema")
    first, second = ways or ((left,), (right,))
    origins = (
        tuple(
            _origin(column, first)[0] if partner else None
            for column, partner in zip(left.columns, partners, strict=True)
        ),
        tuple(_origin(partner, second)[0] if partner else None for partner in partners),
    )
    return Pairing(left, right, partners, key_positions(left), origins)


def key_positions(table: Table) -> tuple[int, ...]:
    """Positions of the columns of the primary key."""
    names = [column.name.lower() for column in table.columns]
    return tuple(names.index(name.lower()) for name in _key_names(table))


def _key_names(table: Table) -> tuple[str, ...]:
    return () if table.primary_key is None else table.primary_key.columns


def _incompatible(reason: str) -> Exception:
    return internal(f"schema compatibility check: {reason}")


def _check_keys(left: Table, right: Table, partners: Sequence[Column | None]) -> None:
    paired = {column.name.lower(): partner for column, partner in zip(left.columns, partners, strict=True)}
    names = [paired[name.lower()] for name in _key_names(left)]
    if [None if one is None else one.name.lower() for one in names] != [name.lower() for name in _key_names(right)]:
        shown = [",".join(_key_names(table)) or ROW_ID for table in (left, right)]
        raise _incompatible(
            f"target primary key columns ({shown[0]}) do not match base primary key columns ({shown[1]})"
        )


def _check_alike(column: Column, partner: Column) -> None:
    if column.generated != partner.generated or column.stored != partner.stored:
        raise _incompatible(f"column '{column.name}' has different generated definitions")
    one, other = _code(column.type), _code(partner.type)
    if one != other:
        raise _incompatible(
            f"column '{column.name}' exists in both schemas but has different types (target: {one}, base: {other})"
        )
    if column.type != partner.type or _attributes(column) != _attributes(partner):
        raise _incompatible(f"column '{column.name}' has different type attributes")


def _attributes(column: Column) -> tuple[bool, bool]:
    return column.nullable, column.auto_increment


def _code(type_: Type) -> int:
    """The server's number of a type."""
    if type_.kind is Kind.DECIMAL:
        return next(code for digits, code in _DECIMALS if type_.length <= digits)
    return _CODES.get(type_.kind, 0)


# --- columns through time --------------------------------------------------------------------------------------------


def same_column(column: Column, table: Table) -> Column | None:
    """The column of another definition of the same table, or of a copy of it, that ``column`` is."""
    named = table.by_name.get(column.name.lower())
    return named or next((other for other in table.columns if other.number == column.number), None)


def _partner(column: Column, right: Table, ways: Ways | None) -> Column | None:
    named = right.by_name.get(column.name.lower())
    if ways is None:
        return named
    origin, redefined = _origin(column, ways[0])
    if named is None and origin is not None:
        return next((other for other in right.columns if _is_one(origin, _origin(other, ways[1])[0])), None)
    if named is None:
        return None
    other, other_redefined = _origin(named, ways[1])
    unrelated = origin is None and other is None and column.name.lower() in ways[0][0].by_name
    if redefined or other_redefined or unrelated or not _is_one(origin, other):
        raise _incompatible(f"column '{column.name}' has different identity")
    return named


def _is_one(one: Column | None, other: Column | None) -> bool:
    """Whether two columns, each as the common ancestor had it, are the same, or both were not there."""
    return one is other or (one is not None and other is not None and one.number == other.number)


def _origin(column: Column, way: Sequence[Table]) -> tuple[Column | None, bool]:
    """What ``column`` was in the common ancestor, and whether it was dropped and made anew since."""
    for position in range(len(way) - 2, -1, -1):
        earlier = same_column(column, way[position])
        if earlier is None:
            return None, any(column.name.lower() in table.by_name for table in way[:position])
        column = earlier
    return column, False
