"""Values as literals of the SQL the server writes: of files with differences, and of errors about conflicts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.render import text
from matrixone_lite.engine.temporal import utc_to_local
from matrixone_lite.engine.types import BYTES, DATED, FLOATS, INTEGERS, Kind

if TYPE_CHECKING:
    from datetime import tzinfo

    from matrixone_lite.engine.types import Type, Value

_ESCAPES: Final = str.maketrans(
    {"\\": "\\\\", "'": "\\'", "\0": "\\0", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1a": "\\Z"}
)
_BARE: Final = INTEGERS | {Kind.DECIMAL, Kind.YEAR}
_NUMBERED: Final = {Kind.ENUM, Kind.SET, Kind.BIT}
_LARGEST_PLAIN: Final = 6  # digits before the point with which a number is written without exponent
_SMALLEST_PLAIN: Final = -4


def literal(value: Value, type_: Type, zone: tzinfo) -> str:
    """A stored value as the server writes it.

    :param zone: of the session, for TIMESTAMP
    """
    kind = type_.kind
    if value is None:
        return "NULL"
    if kind is Kind.BOOL:
        return "true" if value else "false"
    if kind in _NUMBERED:
        return str(int(value))
    if kind in FLOATS:
        return _float(float(value))
    if kind in BYTES and isinstance(value, bytes):
        return f"x'{value.hex()}'"
    if kind is Kind.TIMESTAMP:
        value = utc_to_local(str(value), zone)
    shown = value if kind in DATED else text(value, type_)
    if kind in _BARE:
        return str(shown)
    quoted = "'" + str(shown).translate(_ESCAPES) + "'"
    return f"cast({quoted} as datalink)" if kind is Kind.DATALINK else quoted


def _float(number: float) -> str:
    """The shortest digits that mean the number, with an exponent where it is large or small."""
    _, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    if not isinstance(exponent, int):
        return f"cast('{number}' as double)"
    before = len(digits) + exponent
    if _SMALLEST_PLAIN < before <= _LARGEST_PLAIN or not number:
        return format(Decimal(repr(number)).normalize(), "f")
    fraction = "".join(map(str, digits[1:]))
    power = before - 1
    sign = "-" if number < 0 else ""
    return f"{sign}{digits[0]}{'.' + fraction if fraction else ''}e{'-' if power < 0 else '+'}{abs(power):02d}"
