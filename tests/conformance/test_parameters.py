"""For any values: what comes back equals what went in, and nothing else in the text is taken for a placeholder."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from array import array
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from matrixone.vector.text import from_text

NASTY = [
    *(
        "?",
        "??",
        "'",
        '"',
        "`",
        "\\",
        "%",
        "%s",
        "%%",
        "%(a)s",
        ":name",
        "::",
        "{a}",
        '{"a": 1}',
        ";",
        "--",
        "#",
        "/*",
        "*/",
    ),
    *(
        "\0",
        "\x1a",
        "\r\n",
        "\t",
        " ",
        "\\'",
        "\\' or 1=1 -- ",
        "'; DROP TABLE users; --",
        "{SNAPSHOT = 'x'}",
        "$$",
        "@a",
    ),
    *("Ω", "é", "日本", "👩‍👩‍👧", "\u2028", "\ufeff", "NULL", "_binary'a'", "0x41", "\\0", "\\u0041"),
]
text = st.one_of(
    st.sampled_from(NASTY),
    st.lists(st.sampled_from(NASTY), max_size=5).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), text),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(text, inner, max_size=3)),
    max_leaves=6,
)
moments = st.datetimes(dt.datetime.fromisoformat("1000-01-01"), dt.datetime.fromisoformat("9999-12-31 23:59:59"))
durations = st.timedeltas(-dt.timedelta(hours=838), dt.timedelta(hours=838))

COLUMNS = {
    "a_text": ("text", text),
    "a_blob": ("blob", st.binary(max_size=100)),
    "a_bool": ("bool", st.booleans()),
    "a_bigint": ("bigint", st.integers(-(2**63), 2**63 - 1)),
    "a_double": ("double", st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)),
    "a_decimal": ("decimal(38, 10)", st.decimals(-(10**27), 10**27, places=10)),
    "a_date": ("date", st.dates(dt.date(1000, 1, 1))),
    "a_datetime": ("datetime(6)", moments),
    "a_time": ("time(6)", st.times()),
    "a_duration": ("time(6)", durations),
    "a_uuid": ("varchar(36)", st.uuids()),
    "a_vecf32": ("vecf32(3)", st.lists(st.floats(-1e6, 1e6, width=32), min_size=3, max_size=3)),
    "a_vecf64": ("vecf64(2)", st.tuples(st.floats(-1e100, 1e100), st.floats(-1e100, 1e100))),
    "a_json": ("json", st.dictionaries(text, json_values, max_size=3)),
}
READ = {
    "a_bool": bool,
    "a_time": lambda value: (dt.datetime.fromisoformat("1000-01-01") + value).time(),
    "a_uuid": uuid.UUID,
    "a_vecf32": lambda value: list(array("f", from_text(value))),  # the text is the shortest that rounds to the value
    "a_vecf64": lambda value: tuple(from_text(value)),
    "a_json": json.loads,
}
rows = st.fixed_dictionaries({}, optional={name: st.none() | values for name, (_, values) in COLUMNS.items()})

moderately = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
few = settings(moderately, max_examples=25)


@pytest.fixture
def table(matrixone_client):
    columns = {name: kind for name, (kind, _) in COLUMNS.items()}
    matrixone_client.create_table("everything", {"id": "int auto_increment primary key", **columns})


def read(row):
    return {
        name: READ.get(name, lambda same: same)(value) if value is not None else None for name, value in row.items()
    }


def last(names):
    return f"SELECT {', '.join(names)} FROM everything ORDER BY id DESC LIMIT 1"


@pytest.mark.usefixtures("table")
class TestWhatGoesInComesBack:
    @moderately
    @given(row=rows.filter(bool))
    @example(row={"a_duration": dt.timedelta(hours=-1, minutes=-30, microseconds=-1)})
    @example(row={"a_text": "\\", "a_blob": b"\x00\\'\xff?%s", "a_json": {"?": [":a", "%s", "\\"]}})
    def test_of_string_sql(self, client, row):
        with client.session() as session:
            session.execute(
                f"INSERT INTO everything ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values())
            )
            assert read(session.execute(last(row)).mappings().one()) == row

    @few
    @given(row=rows.filter(bool))
    def test_of_insert(self, client, row):
        with client.session() as session:
            session.insert("everything", row)
            assert read(session.execute(last(row)).mappings().one()) == row

    @few
    @given(batch=st.lists(rows.filter(bool), max_size=4))
    def test_of_batch_insert(self, client, batch):
        with client.session() as session:
            session.execute("DELETE FROM everything")
            assert session.batch_insert("everything", batch).affected_rows == len(batch)
            back = session.execute(f"SELECT {', '.join(COLUMNS)} FROM everything ORDER BY id").mappings().all()
            assert [read(row) for row in back] == [dict.fromkeys(COLUMNS) | row for row in batch]

    @few
    @given(row=rows.filter(bool))
    async def test_of_the_asynchronous_face(self, async_client, row):
        async with async_client.session() as session:
            await session.execute(
                f"INSERT INTO everything ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())
            )
            assert read((await session.execute(last(row))).mappings().one()) == row

    @moderately
    @given(value=text)
    def test_of_a_condition(self, client, value):
        with client.session() as session:
            session.execute("DELETE FROM everything")
            session.execute("INSERT INTO everything (a_text) VALUES (?), (?)", (value, "something else"))
            found = session.scalars("SELECT a_text FROM everything WHERE a_text = ?", (value,)).all()
            assert found == [value]


@moderately
@given(values=st.lists(st.one_of(st.none(), text, st.integers(-(2**63), 2**63 - 1)), min_size=1, max_size=8))
def test_any_list_of_values(client, values):
    with client.session() as session:
        row = session.execute(f"SELECT {', '.join('?' * len(values))}", values).one()

    assert list(row) == values


FRAGMENTS = [
    ("'a?b'", "a?b"),
    ('"a?b"', "a?b"),
    ("'it''s ?'", "it's ?"),
    (r"'it\'s ?'", "it's ?"),
    (r"'\\'", "\\"),
    ("'-- ?'", "-- ?"),
    ("'/* ?'", "/* ?"),
    ("7 /* ? ' */", 7),
    ("7 -- ? '\n", 7),
    ('7 # ? "\n', 7),
    ("'100%'", "100%"),
    ("'%s %(a)s %%'", "%s %(a)s %%"),
    ("':name :1'", ":name :1"),
    ("10 % 4", 2),
    ("""'{"a":1,"b":[2,"?"]}'""", '{"a":1,"b":[2,"?"]}'),
    ("'{x}'", "{x}"),
    ("'$$?$$'", "$$?$$"),
]


@moderately
@given(
    parts=st.lists(st.one_of(st.sampled_from(FRAGMENTS), text.map(lambda value: ("?", value))), min_size=1, max_size=8)
)
@example(parts=[*FRAGMENTS, ("?", "??"), ("?", "%s")])
def test_only_placeholders_are_placeholders(client, parts):
    sql = "SELECT " + ", ".join(f"{fragment} AS `c{number}?`" for number, (fragment, _) in enumerate(parts))
    values = [value for fragment, value in parts if fragment == "?"]

    with client.session() as session:
        row = session.execute(sql, values).one()

    assert list(row) == [value for _, value in parts]
    assert list(row._mapping) == [f"c{number}?" for number in range(len(parts))]


def test_json_in_the_text_needs_no_escape(client):
    with client.session() as session:
        session.create_table("notes", {"id": "int primary key", "body": "json"})
        session.execute("""INSERT INTO notes VALUES (1, '{"a":1,"b":":x","c":"50%"}')""")
        assert json.loads(session.scalar("SELECT body FROM notes")) == {"a": 1, "b": ":x", "c": "50%"}


def test_values_by_position_are_bound_in_order(client):
    with client.session() as session:
        assert session.execute("SELECT ?, ?, ?", ("what?", "?", "x")).one() == ("what?", "?", "x")
        assert session.scalar("SELECT ?", (Decimal("1.50"),)) == Decimal("1.50")
        assert session.scalar("SELECT ? + 1", (True,)) == 2


def test_numbers_of_numpy(client):
    numpy = pytest.importorskip("numpy", reason="numpy is not installed")
    with client.session() as session:
        session.create_table("vectors", {"id": "int primary key", "v": "vecf32(2)"})
        session.execute("INSERT INTO vectors VALUES (?, ?)", (numpy.int64(1), numpy.array([0.5, 1.5], dtype="f4")))
        session.insert("vectors", {"id": 2, "v": numpy.array([2.5, 3.5])})
        assert [json.loads(v) for v in session.scalars("SELECT v FROM vectors ORDER BY id")] == [[0.5, 1.5], [2.5, 3.5]]
