"""Values of the binary protocol: parameters in, rows out."""

import struct
from collections.abc import Callable, Sequence

from matrixone_lite.engine.api import Argument, Cell, Column
from matrixone_lite.wire.constants import ColumnFlag, FieldType
from matrixone_lite.wire.data import MalformedPacketError, Reader, integer, lenenc_bytes

INTEGER_SIZES: dict[int, int] = {
    FieldType.TINY: 1,
    FieldType.SHORT: 2,
    FieldType.YEAR: 2,
    FieldType.INT24: 4,
    FieldType.LONG: 4,
    FieldType.LONGLONG: 8,
}
BLOBS = {FieldType.TINY_BLOB, FieldType.BLOB, FieldType.MEDIUM_BLOB, FieldType.LONG_BLOB}
STRINGS = BLOBS | {
    FieldType.DECIMAL,
    FieldType.NEWDECIMAL,
    FieldType.VARCHAR,
    FieldType.VAR_STRING,
    FieldType.STRING,
    FieldType.BIT,
    FieldType.JSON,
    FieldType.ENUM,
    FieldType.SET,
    FieldType.GEOMETRY,
}
UNSIGNED_PARAMETER = 0x80
NULL_BITS_OF_ROWS = 2  # rows leave the first two bits of their NULL bitmap free
DATE_SIZE, SECONDS_SIZE, MICROSECONDS_SIZE = 4, 7, 11
TIME_SECONDS_SIZE, TIME_MICROSECONDS_SIZE = 8, 12


# ------------------------------------------------------------------ parameters
ParameterType = tuple[int, bool]  # field type, unsigned


def null_positions(bitmap: bytes, count: int) -> set[int]:
    """The positions of NULL among so many parameters."""
    return {position for position in range(count) if bitmap[position // 8] >> position % 8 & 1}


def read_parameter_types(reader: Reader, count: int) -> list[ParameterType]:
    """The types a client binds its parameters with."""
    pairs = [(reader.integer(1), reader.integer(1)) for _ in range(count)]
    return [(code, bool(flags & UNSIGNED_PARAMETER)) for code, flags in pairs]


def read_parameter(reader: Reader, kind: ParameterType) -> Argument:
    """One value; decimals and temporal values become text.

    Raises:
        MalformedPacketError: the packet is too short, or its type is unknown.
    """
    code, unsigned = kind
    if code in INTEGER_SIZES:
        return reader.integer(INTEGER_SIZES[code], signed=not unsigned)
    if code in PARAMETER_READERS:
        return PARAMETER_READERS[code](reader)
    if code not in STRINGS:
        raise MalformedPacketError(f"parameter of unknown type {code}")
    return long_parameter(reader.lenenc_bytes(), kind)


def long_parameter(data: bytes, kind: ParameterType) -> str | bytes:
    """A string parameter: text, or bytes where the client says so or they are no text."""
    if kind[0] in BLOBS:
        return data
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _read_date(reader: Reader) -> str:
    size = reader.integer(1)
    if size not in {0, DATE_SIZE, SECONDS_SIZE, MICROSECONDS_SIZE}:
        raise MalformedPacketError(f"date of {size} bytes")
    fields = Reader(reader.take(size).ljust(MICROSECONDS_SIZE, b"\0"))
    year, month, day = fields.integer(2), fields.integer(1), fields.integer(1)
    hour, minute, second = fields.integer(1), fields.integer(1), fields.integer(1)
    text = f"{year:04}-{month:02}-{day:02}"
    if size > DATE_SIZE:
        text += f" {hour:02}:{minute:02}:{second:02}"
    if size > SECONDS_SIZE:
        text += f".{fields.integer(4):06}"
    return text


def _read_time(reader: Reader) -> str:
    size = reader.integer(1)
    if size not in {0, TIME_SECONDS_SIZE, TIME_MICROSECONDS_SIZE}:
        raise MalformedPacketError(f"time of {size} bytes")
    fields = Reader(reader.take(size).ljust(TIME_MICROSECONDS_SIZE, b"\0"))
    sign = "-" if fields.integer(1) else ""
    days, hour, minute, second = fields.integer(4), fields.integer(1), fields.integer(1), fields.integer(1)
    text = f"{sign}{days * 24 + hour:02}:{minute:02}:{second:02}"
    return text + f".{fields.integer(4):06}" if size > TIME_SECONDS_SIZE else text


def _read_float(reader: Reader) -> float:
    value: float = struct.unpack("<f", reader.take(4))[0]
    return value


def _read_double(reader: Reader) -> float:
    value: float = struct.unpack("<d", reader.take(8))[0]
    return value


def _read_null(_: Reader) -> None:
    return None


PARAMETER_READERS: dict[int, Callable[[Reader], Argument]] = {
    FieldType.NULL: _read_null,
    FieldType.FLOAT: _read_float,
    FieldType.DOUBLE: _read_double,
    FieldType.DATE: _read_date,
    FieldType.DATETIME: _read_date,
    FieldType.TIMESTAMP: _read_date,
    FieldType.TIME: _read_time,
}


# ------------------------------------------------------------------ rows
def row_writer(columns: Sequence[Column]) -> Callable[[Sequence[Cell]], bytes]:
    """A function that turns rows of text cells into binary rows of these columns."""
    writers = [_cell_writer(column) for column in columns]
    bitmap_size = (len(columns) + NULL_BITS_OF_ROWS + 7) // 8

    def write(row: Sequence[Cell]) -> bytes:
        bitmap = bytearray(bitmap_size)
        values = []
        for position, (cell, writer) in enumerate(zip(row, writers, strict=True), NULL_BITS_OF_ROWS):
            if cell is None:
                bitmap[position // 8] |= 1 << position % 8
            else:
                values.append(writer(cell))
        return b"\x00" + bitmap + b"".join(values)

    return write


def _cell_writer(column: Column) -> Callable[[bytes], bytes]:
    code = column.type_code
    if code in INTEGER_SIZES:
        size = INTEGER_SIZES[code]
        signed = not column.flags & ColumnFlag.UNSIGNED
        return lambda cell: int(cell).to_bytes(size, "little", signed=signed)
    writers: dict[int, Callable[[bytes], bytes]] = {
        FieldType.FLOAT: lambda cell: struct.pack("<f", float(cell)),
        FieldType.DOUBLE: lambda cell: struct.pack("<d", float(cell)),
        FieldType.DATE: _write_date,
        FieldType.DATETIME: _write_date,
        FieldType.TIMESTAMP: _write_date,
        FieldType.TIME: _write_time,
    }
    return writers.get(code, lenenc_bytes)


def _write_date(cell: bytes) -> bytes:
    date, _, clock = cell.decode().partition(" ")
    year, month, day = map(int, date.split("-"))
    seconds, micros = _clock(clock)
    fields = struct.pack("<HBB", year, month, day)
    if micros:
        fields += bytes(seconds) + integer(micros, 4)
    elif any(seconds):
        fields += bytes(seconds)
    elif not any((year, month, day)):
        fields = b""
    return lenenc_bytes(fields)


def _write_time(cell: bytes) -> bytes:
    text = cell.decode()
    (hours, minute, second), micros = _clock(text.lstrip("-"))
    if not any((hours, minute, second, micros)):
        return b"\x00"
    days, hour = divmod(hours, 24)
    fields = struct.pack("<BIBBB", text.startswith("-"), days, hour, minute, second)
    return lenenc_bytes(fields + integer(micros, 4) if micros else fields)


def _clock(text: str) -> tuple[tuple[int, int, int], int]:
    seconds, _, fraction = text.partition(".")
    hour, minute, second = map(int, seconds.split(":")) if seconds else (0, 0, 0)
    return (hour, minute, second), int(fraction.ljust(6, "0")[:6] or 0)
