"""The type of a choice between values of several types, as the server has it: measured for every pair of types."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import types
from matrixone_lite.engine.errors import invalid_argument
from matrixone_lite.engine.types import Kind, Type

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Grid = dict[frozenset[Kind], Kind | None]

_LETTERS: Final = {
    "t": Kind.TINYINT,
    "s": Kind.SMALLINT,
    "i": Kind.INT,
    "b": Kind.BIGINT,
    "T": Kind.UTINYINT,
    "S": Kind.USMALLINT,
    "I": Kind.UINT,
    "B": Kind.UBIGINT,
    "n": Kind.DECIMAL,
    "f": Kind.FLOAT,
    "d": Kind.DOUBLE,
    "o": Kind.BOOL,
    "x": Kind.BIT,
    "y": Kind.YEAR,
    "c": Kind.CHAR,
    "v": Kind.VARCHAR,
    "w": Kind.TEXT,
    "k": Kind.BINARY,
    "V": Kind.VARBINARY,
    "W": Kind.BLOB,
    "D": Kind.DATE,
    "M": Kind.DATETIME,
    "P": Kind.TIMESTAMP,
    "C": Kind.TIME,
    "j": Kind.JSON,
    "e": Kind.ENUM,
    "u": Kind.UUID,
}
"""The kinds, in the order of the rows and columns below."""


def _grid(text: str) -> Grid:
    rows = zip(_LETTERS.values(), text.split(), strict=True)
    return {
        frozenset((row, column)): _LETTERS.get(letter)
        for row, letters in rows
        for column, letter in zip(_LETTERS.values(), letters, strict=False)
    }


_CHOICE: Final = _grid("""
    t
    ss
    iii
    bbbb
    nnnnT
    nnnnSS
    nnnnIII
    nnnnBBBB
    nnnnnnnnn
    ffddffdddf
    ddddddddddd
    oooooooo-ooo
    bbbbBBBBBBB-x
    bbbbbSbbbfdvbb
    vvvvvvvvvvvobbc
    vvvvvvvvvvvobbvv
    vvvvvvvvvvvoBbwww
    vvvvvvvvvvvoBbVVwk
    vvvvvvvvvvvoBbVVwVV
    vvvvvvvvvvvoBbcvWWWW
    PPPPPPPPPvvv-vDDDDDDD
    PPPPPPPPPvvv-vMMMMMMMM
    PPPPPPPPPvvv-vPPPPPPDMP
    vvvvvvvvvvvv-vCCCCCCDMDC
    ------------------------j
    vvvvvvvvvvvoBbvvwVVvDMPC-e
    vvvvvvvvvvvv-vcvwWWWvvvv-vu
""")
"""CASE, IF and IFNULL; a dash where the server refuses."""

_MERGER: Final = _grid("""
    t
    ss
    iii
    bbbb
    ffddT
    ffddSS
    bbbbIII
    bbbbBBBB
    nnnnnnnnn
    ffddffdddf
    ddddddddddd
    oooooooo-ooo
    bbbbBBBBBBB-B
    bbbbbSbbbfdvbb
    vvvvvvvvvvvcbbc
    vvvvvvvvvvvvbbvv
    vvvvvvvvvvvoBbwww
    vvvvvvvvvvvoBbcvwW
    vvvvvvvvvvvoBbcvwWW
    vvvvvvvvvvvoBbcvWWWW
    vvvvvvvvvvvv-vcvDDDDD
    vvvvvvvvvvvv-vcvMMMMMM
    PPPPPPPPPvvv-vcvPPPPPMP
    vvvvvvvvvvvv-vcvCCCCDMvC
    ------------------------j
    vvvvvvvvvvvvBbvvwvvvvvvv-e
    vvvvvvvvvvvv-vcvwWWWvvvv-vu
""")
"""COALESCE, UNION and the like."""

_MICROSECONDS: Final = 6

_SIZES: Final = {
    Kind.CHAR: Type(Kind.CHAR, 255),
    Kind.VARCHAR: types.VARCHAR,
    Kind.VARBINARY: types.VARBINARY,
}


def of_case(results: Sequence[Type], otherwise: Type) -> Type:
    """The type of CASE; error 20203 when the server refuses."""
    found = choice([*results, otherwise])
    if found is None:
        pairs = " ".join(f"BOOL {result.named}" for result in results)
        raise invalid_argument(f"operator case, bad value [{pairs} {otherwise.named}]")
    return found


def choice(given: Iterable[Type]) -> Type | None:
    """The type of CASE over values of these types; None when the server refuses."""
    return _folded(_CHOICE, given)


def merger(given: Iterable[Type]) -> Type | None:
    """The type of COALESCE over values of these types; None when the server refuses."""
    known = [type_ for type_ in given if type_.kind is not Kind.NULL]
    found = _folded(_MERGER, known)
    if found is not None and found.kind in types.TEMPORAL and found.kind is known[0].kind:
        return known[0]
    return found


def united(left: Type, right: Type) -> Type | None:
    """The type of a column of UNION, where NULL has a type of its own; None when the server refuses."""
    for one, other in ((left, right), (right, left)):
        if one.kind is Kind.NULL and other.kind is not Kind.NULL:
            return _beside_null(other)
    return _folded(_MERGER, (left, right))


def _folded(grid: Grid, given: Iterable[Type]) -> Type | None:
    known = [type_ for type_ in given if type_.kind is not Kind.NULL]
    if not known:
        return types.NULL
    result: Type | None = known[0]
    for other in known[1:]:
        result = None if result is None else _pair(grid, result, other)
    return result


def _pair(grid: Grid, left: Type, right: Type) -> Type | None:
    either = types.common([left, right])
    kind = grid.get(frozenset((left.kind, right.kind)), either.kind)
    if kind is None:
        return None
    if kind in types.TEMPORAL:
        # what is not of the first type is rounded to it
        return Type(kind, scale=left.scale if left.kind is right.kind else 0)
    if kind is Kind.DECIMAL:
        return types.common([types.as_decimal(left), types.as_decimal(right)])
    if kind is either.kind:
        return either
    return _SIZES.get(kind) or Type(kind)


def _beside_null(type_: Type) -> Type | None:
    if type_.kind in {Kind.BIT, Kind.YEAR}:
        return types.BIGINT
    if type_.kind in types.NUMBERS:
        return types.VARCHAR
    if type_.kind in types.STRINGS | {Kind.BINARY, Kind.VARBINARY, Kind.ENUM, Kind.SET, Kind.UUID}:
        return types.TEXT
    if type_.kind in {Kind.TIME, Kind.TIMESTAMP}:
        return replace(type_, scale=_MICROSECONDS)
    return None if type_.kind is Kind.JSON else type_
