"""What is stored in a column comes back as the same value of the same Python type, however it was sent."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import os
import string

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, delete, insert, select, types
from sqlalchemy.dialects import mysql

from matrixone.dialect.types import DATALINK
from matrixone.vector import Vectorbf16, Vectorf16, Vectorf32, Vectorf64, Vectorint8, Vectoruint8

TEXTS = st.text(
    st.sampled_from(string.printable + "\0\x1aüß語\N{GRINNING FACE}") | st.characters(exclude_categories=["Cs"])
)
TIMES = st.times()
DURATIONS = st.timedeltas(dt.timedelta(hours=-2000), dt.timedelta(hours=2000)).filter(
    lambda duration: not dt.timedelta(0) <= duration < dt.timedelta(days=1)
)
MOMENTS = st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999999))  # noqa: DTZ001 - no type keeps a zone
STAMPS = st.datetimes(dt.datetime(1970, 1, 2), dt.datetime(2037, 12, 31))  # noqa: DTZ001
# JSON has one kind of numbers: 1.0 comes back as 1.
FRACTIONS = st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | FRACTIONS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


class Color(enum.Enum):
    RED = 1
    GREEN = "it's"


def whole_seconds(moment):
    return moment.replace(microsecond=0)


def decimals(digits, places):
    bound = decimal.Decimal(10) ** (digits - places)
    numbers = st.decimals(-bound, bound, allow_nan=False, places=places)
    return numbers.filter(lambda number: abs(number) < bound)


def texts(length):
    return TEXTS.filter(lambda text: len(text) <= length)


def vectors(elements):
    return st.lists(elements, min_size=3, max_size=3)


def integers(bits, *, unsigned=False):
    return st.integers(0, 2**bits - 1) if unsigned else st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


KINDS = {
    "bigint": (types.BigInteger(), integers(64)),
    "bigint_unsigned": (mysql.BIGINT(unsigned=True), integers(64, unsigned=True)),
    "binary": (mysql.BINARY(4), st.binary(min_size=4, max_size=4)),
    "bit": (mysql.BIT(13), integers(13, unsigned=True)),
    "bit_64": (mysql.BIT(64), integers(64, unsigned=True)),
    "blob": (types.LargeBinary(), st.binary()),
    "boolean": (types.Boolean(), st.booleans()),
    "char": (types.CHAR(9), texts(9)),
    "datalink": (DATALINK(), st.sampled_from(["file:///a/b.txt", "file:///a%20b/it's.csv?offset=1&size=2"])),
    "date": (types.Date(), st.dates()),
    "datetime": (types.DateTime(), MOMENTS.map(whole_seconds)),
    "datetime_6": (mysql.DATETIME(fsp=6), MOMENTS),
    "decimal": (types.Numeric(38, 10), decimals(38, 10)),
    "decimal_as_float": (types.Numeric(10, 2, asdecimal=False), decimals(10, 2).map(float)),
    "double": (types.Double(), st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)),
    "enum": (
        mysql.ENUM("a", "B", "it's", "two words", "%s", ":x"),
        st.sampled_from(["a", "B", "it's", "two words", "%s", ":x"]),
    ),
    "enum_of_python": (types.Enum(Color), st.sampled_from(Color)),
    "float": (types.Float(), st.integers(-999_999, 999_999).map(lambda number: number / 8)),
    "int": (types.Integer(), integers(32)),
    "int_unsigned": (mysql.INTEGER(unsigned=True), integers(32, unsigned=True)),
    "interval": (types.Interval(), st.timedeltas().map(lambda d: dt.timedelta(d.days % 20000, d.seconds))),
    "json": (types.JSON(), JSON),
    "pickle": (types.PickleType(), st.tuples(st.integers(), TEXTS)),
    "set": (mysql.SET("a", "b", "it's", "%s", ":x"), st.sets(st.sampled_from(["a", "b", "it's", "%s", ":x"]))),
    "smallint": (types.SmallInteger(), integers(16)),
    "smallint_unsigned": (mysql.SMALLINT(unsigned=True), integers(16, unsigned=True)),
    "text": (types.Text(), TEXTS),
    "time": (types.Time(), TIMES.map(whole_seconds)),
    "time_6": (mysql.TIME(fsp=6), TIMES | DURATIONS),
    "timestamp": (types.TIMESTAMP(), STAMPS.map(whole_seconds)),
    "timestamp_6": (mysql.TIMESTAMP(fsp=6), STAMPS),
    "tinyint": (mysql.TINYINT(), integers(8)),
    "tinyint_unsigned": (mysql.TINYINT(unsigned=True), integers(8, unsigned=True)),
    "uuid": (types.UUID(), st.uuids()),
    "uuid_as_text": (types.UUID(as_uuid=False), st.uuids().map(str)),
    "uuid_in_char": (types.Uuid(), st.uuids()),
    "varbinary": (mysql.VARBINARY(9), st.binary(max_size=9)),
    "varchar": (types.String(9), texts(9)),
    "vecbf16": (Vectorbf16(3), vectors(st.integers(-128, 128).map(lambda n: n / 8))),
    "vecf16": (Vectorf16(3), vectors(st.integers(-2048, 2048).map(float))),
    "vecf32": (Vectorf32(3), vectors(st.integers(-999_999, 999_999).map(lambda n: n / 8))),
    "vecf64": (Vectorf64(3), vectors(st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False))),
    "vecint8": (Vectorint8(3), vectors(integers(8))),
    "vecuint8": (Vectoruint8(3), vectors(integers(8, unsigned=True))),
    "array": (
        Vectorf32(3, as_numpy=True),
        vectors(st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False)).map(
            lambda values: np.array(values, dtype="float32")
        ),
    ),
    "year": (mysql.YEAR(), st.just(0) | st.integers(1901, 2155)),
}


# Of these SQLAlchemy itself writes no literals.
BOUND_ONLY = {"interval", "pickle"}


def comparable(value):
    """A value with its type, and what NULL and arrays do not compare by themselves."""
    return type(value), value.tolist() if isinstance(value, np.ndarray) else value


few = settings(
    max_examples=8 if os.environ.get("MATRIXONE_TEST_URL") else 25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def as_literals(table, values):
    """An INSERT that has the values in its text."""

    def literal(value, type_):
        return bindparam(None, value, type_, literal_execute=True)

    rows = [{"id": literal(200 + n, Integer), "v": literal(value, table.c.v.type)} for n, value in enumerate(values)]
    return insert(table).values(rows)


@pytest.mark.parametrize("kind", KINDS)
def test_values_come_back(engine, kind):
    type_, values = KINDS[kind]
    table = Table("kept", MetaData(), Column("id", Integer, primary_key=True, autoincrement=False), Column("v", type_))

    @few
    @given(st.lists(st.none() | values, min_size=1, max_size=4))
    def check(connection, sent):
        connection.execute(delete(table).where(table.c.id >= 0))
        connection.execute(insert(table), {"id": 0, "v": sent[0]})
        connection.execute(insert(table), [{"id": 100 + n, "v": value} for n, value in enumerate(sent)])
        if kind not in BOUND_ONLY:
            connection.execute(as_literals(table, sent))
        wanted = [sent[0], *sent, *([] if kind in BOUND_ONLY else sent)]
        found = connection.scalars(select(table.c.v).order_by(table.c.id)).all()
        assert list(map(comparable, found)) == list(map(comparable, wanted))

    with engine.connect() as connection:
        table.create(connection)
        check(connection)
        table.drop(connection)


@few
@given(st.fixed_dictionaries({kind: st.none() | values for kind, (_, values) in KINDS.items()}))
async def test_values_come_back_asynchronously(async_engine, row):
    columns = [Column(kind, type_) for kind, (type_, _) in KINDS.items()]
    table = Table("kept_all", MetaData(), Column("id", Integer, primary_key=True), *columns)
    async with async_engine.connect() as connection:
        await connection.run_sync(table.create)
        await connection.execute(insert(table), [row, row])
        found = (await connection.execute(select(*columns))).mappings().all()
        for each in found:
            assert {kind: comparable(value) for kind, value in each.items()} == {
                kind: comparable(value) for kind, value in row.items()
            }
        await connection.rollback()
