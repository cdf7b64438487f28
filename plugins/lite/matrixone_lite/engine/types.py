"""Static types: every expression has one, and it alone decides how a SQLite value is stored, compared and sent.

How a value of each kind lies in SQLite:

==================================  ====================================================================
BOOL, integers, YEAR                INTEGER; unsigned values above 2**63 - 1 as 20 digits of TEXT, which sort after
FLOAT, DOUBLE                       REAL (FLOAT rounded to single precision)
DECIMAL                             TEXT with exactly ``scale`` decimals, ordered by the collation ``decimal``
CHAR, VARCHAR, TEXT, UUID, JSON     TEXT
BINARY, VARBINARY, BLOB, vectors    BLOB
DATE, DATETIME, TIMESTAMP           ISO TEXT with exactly ``scale`` fractional digits; TIMESTAMP in UTC
TIME                                INTEGER microseconds
BIT                                 INTEGER
ENUM, SET                           INTEGER: number of the member, mask of the members
==================================  ====================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.errors import ServerError, invalid_input, unsupported

if TYPE_CHECKING:
    from matrixone_lite.sql.ast.types import DataType

Value = None | int | float | str | bytes
"""A value as SQLite keeps it."""


class Kind(Enum):
    """The kinds of types, named as the server's errors name them."""

    __hash__ = object.__hash__  # members are unique, and this hash is the faster one

    NULL = "ANY"
    BOOL = "BOOL"
    TINYINT = "TINYINT"
    SMALLINT = "SMALLINT"
    INT = "INT"
    BIGINT = "BIGINT"
    UTINYINT = "TINYINT UNSIGNED"
    USMALLINT = "SMALLINT UNSIGNED"
    UINT = "INT UNSIGNED"
    UBIGINT = "BIGINT UNSIGNED"
    BIT = "BIT"
    YEAR = "YEAR"
    FLOAT = "FLOAT"
    DOUBLE = "DOUBLE"
    DECIMAL = "DECIMAL"
    CHAR = "CHAR"
    VARCHAR = "VARCHAR"
    TEXT = "TEXT"
    BINARY = "BINARY"
    VARBINARY = "VARBINARY"
    BLOB = "BLOB"
    JSON = "JSON"
    DATE = "DATE"
    TIME = "TIME"
    DATETIME = "DATETIME"
    TIMESTAMP = "TIMESTAMP"
    ENUM = "ENUM"
    SET = "SET"
    UUID = "UUID"
    DATALINK = "DATALINK"
    GEOMETRY = "GEOMETRY"
    VECF32 = "VECF32"
    VECF64 = "VECF64"
    VECBF16 = "VECBF16"
    VECF16 = "VECF16"
    VECINT8 = "VECINT8"
    VECUINT8 = "VECUINT8"
    INTERVAL = "INTERVAL"
    TUPLE = "TUPLE"
    TS = "TRANSACTION TIMESTAMP"


SIGNED: Final = frozenset({Kind.TINYINT, Kind.SMALLINT, Kind.INT, Kind.BIGINT})
UNSIGNED: Final = frozenset({Kind.UTINYINT, Kind.USMALLINT, Kind.UINT, Kind.UBIGINT})
INTEGERS: Final = SIGNED | UNSIGNED
FLOATS: Final = frozenset({Kind.FLOAT, Kind.DOUBLE})
NUMBERS: Final = INTEGERS | FLOATS | {Kind.DECIMAL, Kind.BIT, Kind.YEAR}
STRINGS: Final = frozenset({Kind.CHAR, Kind.VARCHAR, Kind.TEXT, Kind.DATALINK})
BYTES: Final = frozenset({Kind.BINARY, Kind.VARBINARY, Kind.BLOB, Kind.GEOMETRY})
DATED: Final = frozenset({Kind.DATE, Kind.DATETIME, Kind.TIMESTAMP})
TEMPORAL: Final = DATED | {Kind.TIME}
VECTORS: Final = frozenset({Kind.VECF32, Kind.VECF64, Kind.VECBF16, Kind.VECF16, Kind.VECINT8, Kind.VECUINT8})

RANGES: Final = {
    Kind.TINYINT: ("int8", -(1 << 7), (1 << 7) - 1),
    Kind.SMALLINT: ("int16", -(1 << 15), (1 << 15) - 1),
    Kind.INT: ("int32", -(1 << 31), (1 << 31) - 1),
    Kind.BIGINT: ("int64", -(1 << 63), (1 << 63) - 1),
    Kind.UTINYINT: ("uint8", 0, (1 << 8) - 1),
    Kind.USMALLINT: ("uint16", 0, (1 << 16) - 1),
    Kind.UINT: ("uint32", 0, (1 << 32) - 1),
    Kind.UBIGINT: ("uint64", 0, (1 << 64) - 1),
}
"""Name in errors and bounds of each integer kind."""

DECIMAL_BITS: Final = {64: 18, 128: 38, 256: 65}
"""How many digits go into how many bits."""

_BITS: Final = {"int8": 8, "int16": 16, "int32": 32, "int64": 64, "uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64}

_WIRE: Final = {
    Kind.NULL: (252, 33),
    Kind.BOOL: (1, 63),
    Kind.TINYINT: (1, 63),
    Kind.SMALLINT: (2, 63),
    Kind.INT: (3, 63),
    Kind.BIGINT: (8, 63),
    Kind.UTINYINT: (1, 63),
    Kind.USMALLINT: (2, 63),
    Kind.UINT: (3, 63),
    Kind.UBIGINT: (8, 63),
    Kind.BIT: (16, 63),
    Kind.YEAR: (13, 63),
    Kind.FLOAT: (4, 63),
    Kind.DOUBLE: (5, 63),
    Kind.DECIMAL: (0, 63),
    Kind.CHAR: (254, 33),
    Kind.VARCHAR: (253, 33),
    Kind.TEXT: (252, 33),
    Kind.BINARY: (15, 63),
    Kind.VARBINARY: (15, 63),
    Kind.BLOB: (252, 63),
    Kind.JSON: (245, 63),
    Kind.DATE: (10, 63),
    Kind.TIME: (11, 63),
    Kind.DATETIME: (12, 63),
    Kind.TIMESTAMP: (7, 63),
    Kind.ENUM: (253, 33),
    Kind.SET: (253, 33),
    Kind.UUID: (253, 33),
    Kind.DATALINK: (252, 33),
    Kind.GEOMETRY: (255, 63),
    Kind.INTERVAL: (253, 33),
    Kind.TUPLE: (253, 33),
    Kind.TS: (15, 33),
    **dict.fromkeys(VECTORS, (15, 33)),
}


@dataclass(frozen=True, slots=True)
class Type:
    """A kind with its parameters.

    :param length: characters, bytes, decimal digits, bits or vector dimensions
    :param scale: decimals or fractional digits of a second
    :param members: those of ENUM and SET
    """

    kind: Kind
    length: int = 0
    scale: int = 0
    members: tuple[str, ...] = ()

    @property
    def wire(self) -> tuple[int, int]:
        """Type code and character set of the protocol."""
        return _WIRE[self.kind]

    @property
    def named(self) -> str:
        """The type as errors name it."""
        if self.kind is not Kind.DECIMAL:
            return str(self.kind.value)
        return f"DECIMAL{next(bits for bits, digits in DECIMAL_BITS.items() if self.length <= digits)}"

    @property
    def sql(self) -> str:
        """The type as SHOW CREATE TABLE prints it."""
        name = _SQL_NAMES.get(self.kind, self.kind.value.lower())
        if self.kind in _SIZED:
            return f"{name}({self.length})"
        if self.kind is Kind.DECIMAL or (self.kind in FLOATS and self.length):
            return f"{name}({self.length},{self.scale})"
        if self.kind in TEMPORAL and self.scale:
            return f"{name}({self.scale})"
        if self.members:
            listed = ",".join("'" + member.replace("'", "''") + "'" for member in self.members)
            return f"{name}({listed})"
        return name

    @property
    def described(self) -> str:
        """The type as DESC prints it."""
        if self.kind in RANGES:
            return f"{self.kind.value}({_BITS[RANGES[self.kind][0]]})"
        if self.kind in FLOATS:
            return f"{self.kind.value}({self.length},{self.scale})" if self.length else f"{self.kind.value}(0)"
        if self.kind is Kind.DECIMAL or self.kind in _SIZED or self.members:
            return self.sql.upper() if not self.members else self.kind.value + self.sql[len(self.kind.value) :]
        if self.kind in TEMPORAL:
            return f"{self.kind.value}({self.scale})"
        return f"{self.kind.value}({4 if self.kind is Kind.YEAR else 0})"


_SQL_NAMES: Final = {
    Kind.UTINYINT: "tinyint unsigned",
    Kind.USMALLINT: "smallint unsigned",
    Kind.UINT: "int unsigned",
    Kind.UBIGINT: "bigint unsigned",
}
_SIZED: Final = VECTORS | {Kind.CHAR, Kind.VARCHAR, Kind.BINARY, Kind.VARBINARY, Kind.BIT}

NULL: Final = Type(Kind.NULL)
BOOL: Final = Type(Kind.BOOL)
TINYINT: Final = Type(Kind.TINYINT)
SMALLINT: Final = Type(Kind.SMALLINT)
INT: Final = Type(Kind.INT)
BIGINT: Final = Type(Kind.BIGINT)
UTINYINT: Final = Type(Kind.UTINYINT)
UINT: Final = Type(Kind.UINT)
UBIGINT: Final = Type(Kind.UBIGINT)
FLOAT: Final = Type(Kind.FLOAT)
DOUBLE: Final = Type(Kind.DOUBLE)
VARCHAR: Final = Type(Kind.VARCHAR, 65535)
CHAR: Final = Type(Kind.CHAR, 1)
EMPTY: Final = Type(Kind.CHAR, 0)
"""Of the literal ''."""
TEXT: Final = Type(Kind.TEXT)
VARBINARY: Final = Type(Kind.VARBINARY, 65535)
BLOB: Final = Type(Kind.BLOB)
JSON: Final = Type(Kind.JSON)
DATE: Final = Type(Kind.DATE)
TIME: Final = Type(Kind.TIME)
DATETIME: Final = Type(Kind.DATETIME)
DATETIME6: Final = Type(Kind.DATETIME, scale=6)
TIMESTAMP: Final = Type(Kind.TIMESTAMP)
UUID: Final = Type(Kind.UUID)
INTERVAL: Final = Type(Kind.INTERVAL)
TUPLE: Final = Type(Kind.TUPLE)
TS: Final = Type(Kind.TS)
DECIMAL: Final = Type(Kind.DECIMAL, 38, 0)


def decimal(length: int, scale: int) -> Type:
    """DECIMAL(length, scale), cut to the widest the server has."""
    return Type(Kind.DECIMAL, min(length, 65), min(scale, 30))


_NAMED: Final[dict[str, Type]] = {
    "bool": BOOL,
    "boolean": BOOL,
    "tinyint": TINYINT,
    "int1": TINYINT,
    "smallint": SMALLINT,
    "int2": SMALLINT,
    "mediumint": INT,
    "int3": INT,
    "int": INT,
    "int4": INT,
    "integer": INT,
    "bigint": BIGINT,
    "int8": BIGINT,
    "signed": BIGINT,
    "signed integer": BIGINT,
    "unsigned": UBIGINT,
    "unsigned integer": UBIGINT,
    "float": FLOAT,
    "double": DOUBLE,
    "double precision": DOUBLE,
    "real": DOUBLE,
    "char": Type(Kind.CHAR, 1),
    "character": Type(Kind.CHAR, 1),
    "varchar": VARCHAR,
    "character varying": VARCHAR,
    "tinytext": TEXT,
    "text": TEXT,
    "mediumtext": TEXT,
    "longtext": TEXT,
    "binary": Type(Kind.BINARY, 1),
    "varbinary": VARBINARY,
    "tinyblob": BLOB,
    "blob": BLOB,
    "mediumblob": BLOB,
    "longblob": BLOB,
    "json": JSON,
    "date": DATE,
    "time": TIME,
    "datetime": DATETIME,
    "timestamp": TIMESTAMP,
    "year": Type(Kind.YEAR),
    "bit": Type(Kind.BIT, 1),
    "enum": Type(Kind.ENUM),
    "set": Type(Kind.SET),
    "uuid": UUID,
    "datalink": Type(Kind.DATALINK),
    "vecf32": Type(Kind.VECF32, 65535),
    "vecf64": Type(Kind.VECF64, 65535),
    "vecbf16": Type(Kind.VECBF16, 65535),
    "vecf16": Type(Kind.VECF16, 65535),
    "vecint8": Type(Kind.VECINT8, 65535),
    "vecuint8": Type(Kind.VECUINT8, 65535),
}
_TO_UNSIGNED: Final = dict(
    zip(
        (TINYINT, SMALLINT, INT, BIGINT),
        map(Type, (Kind.UTINYINT, Kind.USMALLINT, Kind.UINT, Kind.UBIGINT)),
        strict=True,
    )
)
_SINGLE_BITS: Final = 24
_LONGEST: Final = {Kind.CHAR: 255, Kind.BINARY: 255, Kind.VARCHAR: 65535, Kind.VARBINARY: 65535}


def from_name(written: DataType) -> Type:
    """The type a column definition or CAST names.

    :raises ServerError: 1690 for a length out of bounds, 20301 for a SET that cannot be, 20105 for a type not there
    """
    if written.name in {"decimal", "numeric", "dec", "fixed"}:
        return decimal(38 if written.length is None else written.length, written.scale or 0)
    base = _NAMED.get(written.name)
    if base is None:
        raise unsupported(f"type {written.name}")
    if written.unsigned:
        base = _TO_UNSIGNED.get(base, base)
    kind, length = base.kind, written.length
    if kind in {Kind.ENUM, Kind.SET}:
        return Type(kind, members=_members(kind, written.values))
    if kind in TEMPORAL:
        return Type(kind, scale=length or 0)
    if length is None or kind in INTEGERS or kind is Kind.YEAR:
        return base
    _check_length(kind, length)
    if kind is Kind.FLOAT and written.scale is None and length > _SINGLE_BITS:
        return DOUBLE
    if kind in FLOATS:
        return base if written.scale is None else replace(base, length=length, scale=written.scale)
    if kind in _SIZED:
        return replace(base, length=length)
    return base


def _members(kind: Kind, written: tuple[str, ...]) -> tuple[str, ...]:
    if kind is Kind.ENUM:
        return tuple(",".join(written).split(","))  # kept as one text
    members: list[str] = []
    for text in written:
        if "," in text:
            raise invalid_input(f"set member \"{text}\" contains ','")
        member = text.rstrip(" ")
        if member.lower() in map(str.lower, members):
            raise invalid_input(f'duplicate set member "{text}"')
        members.append(member)
    if members == [""]:
        raise unsupported("SET of an empty value")
    return tuple(members)


def _check_length(kind: Kind, length: int) -> None:
    name = kind.value.lower()
    if kind in _LONGEST and length > _LONGEST[kind]:
        bound = "Varchar" if kind in {Kind.VARCHAR, Kind.VARBINARY} else "Char"
        raise ServerError(
            1690, f"data out of range: data type {name},  typeLen is over the Max{bound}Len: {_LONGEST[kind]}"
        )
    if kind in VECTORS and length < 1:
        raise ServerError(1690, f"data out of range: data type {name},  typeLen cannot be less than 1")
    if kind in VECTORS and length > 65535:  # noqa: PLR2004 - the largest dimension
        raise ServerError(1690, f"data out of range: data type {name},  typeLen is over the MaxVectorLen : 65535")
    if kind is Kind.BIT and length > 64:  # noqa: PLR2004 - the widest BIT
        raise invalid_input(f"bit width ({length}) is too long (max = 64) ")


def for_cast(written: DataType) -> Type:
    """The type of ``CAST(… AS written)``, where CHAR and BINARY without a length are unbounded."""
    if written.length is None and written.name in {"char", "character", "varchar", "nchar"}:
        return VARCHAR
    if written.length is None and written.name == "binary":
        return Type(Kind.BINARY, 0)
    return from_name(written)


def literal_integer(value: int) -> Type:
    """The type of an integer literal."""
    if -(1 << 63) <= value < 1 << 63:
        return BIGINT
    if 0 <= value < 1 << 64:
        return UBIGINT
    return Type(Kind.DECIMAL, min(len(str(abs(value))), 65), 0)


def integer_kind(number: int, kind: Kind) -> Value:
    """``number`` as SQLite keeps it for ``kind``; error 1690 when it does not fit."""
    name, low, high = RANGES[kind]
    if not low <= number <= high:
        raise ServerError(1690, f"data out of range: data type {name}, value '{number}'")
    return number if number < 1 << 63 else f"{number:020d}"


_RANK: Final = (Kind.TINYINT, Kind.SMALLINT, Kind.INT, Kind.BIGINT)
_URANK: Final = (Kind.UTINYINT, Kind.USMALLINT, Kind.UINT, Kind.UBIGINT)


def wider_integer(left: Kind, right: Kind) -> Type:
    """The integer type that holds both; DECIMAL when a BIGINT UNSIGNED meets a signed type."""
    if left in UNSIGNED and right in UNSIGNED:
        return Type(_URANK[max(_URANK.index(left), _URANK.index(right))])
    if left in SIGNED and right in SIGNED:
        return Type(_RANK[max(_RANK.index(left), _RANK.index(right))])
    signed, unsigned = (left, right) if left in SIGNED else (right, left)
    if unsigned is Kind.UBIGINT:
        return decimal(38, 0)
    return Type(_RANK[max(_RANK.index(signed), _URANK.index(unsigned) + 1)])


def as_decimal(type_: Type) -> Type:
    """The DECIMAL that holds every value of an exact numeric type."""
    digits = {
        Kind.TINYINT: 3,
        Kind.SMALLINT: 5,
        Kind.INT: 10,
        Kind.BIGINT: 19,
        Kind.UTINYINT: 3,
        Kind.USMALLINT: 5,
        Kind.UINT: 10,
        Kind.YEAR: 4,
        Kind.BOOL: 1,
    }
    if type_.kind is Kind.DECIMAL:
        return type_
    return decimal(digits.get(type_.kind, 20), 0)


def common(types: list[Type]) -> Type:
    """The type that holds the values of all ``types``, as for GREATEST; VARCHAR when they share no family."""
    known = [type_ for type_ in types if type_.kind is not Kind.NULL]
    if not known:
        return NULL
    result = known[0]
    for type_ in known[1:]:
        result = _common_pair(result, type_)
    return result


def _common_pair(left: Type, right: Type) -> Type:
    if left == right:
        return left
    for one, other in ((left, right), (right, left)):
        if one.kind in {Kind.BIT, Kind.YEAR, Kind.BOOL} and other.kind in NUMBERS | {Kind.BOOL}:
            as_integer = {Kind.BIT: UBIGINT, Kind.YEAR: BIGINT, Kind.BOOL: TINYINT}[one.kind]
            return as_integer if other.kind is one.kind else _common_pair(as_integer, other)
    if left.kind in INTEGERS and right.kind in INTEGERS:
        return wider_integer(left.kind, right.kind)
    if left.kind in NUMBERS and right.kind in NUMBERS:
        if left.kind in FLOATS or right.kind in FLOATS:
            return FLOAT if left.kind is right.kind is Kind.FLOAT else DOUBLE
        one, other = as_decimal(left), as_decimal(right)
        scale = max(one.scale, other.scale)
        return decimal(max(one.length - one.scale, other.length - other.scale) + scale, scale)
    if left.kind in DATED and right.kind in DATED:
        kind = Kind.DATE if left.kind is right.kind is Kind.DATE else Kind.DATETIME
        kind = Kind.TIMESTAMP if left.kind is right.kind is Kind.TIMESTAMP else kind
        return Type(kind, scale=max(left.scale, right.scale))
    if left.kind is right.kind is Kind.TIME:
        return Type(Kind.TIME, scale=max(left.scale, right.scale))
    if left.kind in VECTORS and right.kind in VECTORS:
        return replace(left, kind=Kind.VECF64 if Kind.VECF64 in {left.kind, right.kind} else left.kind)
    return _common_text(left, right)


def _common_text(left: Type, right: Type) -> Type:
    if left.kind in BYTES or right.kind in BYTES:
        return BLOB if Kind.BLOB in {left.kind, right.kind} else VARBINARY
    if Kind.TEXT in {left.kind, right.kind}:
        return TEXT
    if left.kind in STRINGS and right.kind in STRINGS:
        kind = Kind.CHAR if left.kind is right.kind is Kind.CHAR else Kind.VARCHAR
        return Type(kind, max(left.length, right.length))
    return VARCHAR
