"""Definitions survive as JSON, and a data directory from elsewhere runs none of its code."""

import pickle
import sqlite3
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_lite import Server
from matrixone_lite.engine import archive
from matrixone_lite.engine.catalog import Column, Database, Index
from matrixone_lite.engine.types import VARCHAR, Kind
from matrixone_lite.sql import ast

simple = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters())
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.sampled_from(Kind)
)
names = st.text(max_size=5)
values = st.recursive(
    simple,
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.frozensets(simple, max_size=3)
        | st.dictionaries(names, inner, max_size=3)
        | st.builds(
            lambda name, default: Column(1, name, VARCHAR, default=ast.Literal("text", default, "")), names, simple
        )
        | st.builds(lambda name, value: Index(name, "plain", (), (("option", value),)), names, inner)
    ),
    max_leaves=10,
)


@given(values)
def test_definitions_come_back(value):
    back = archive.load(archive.dump(value))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("value", [object(), {1}, [1], Server, print])
def test_what_is_no_value_is_not_kept(value):
    with pytest.raises(TypeError, match="cannot be kept"):
        archive.dump((1, value))


@pytest.mark.parametrize(
    "text",
    [
        '{"engine.storage.Store": [null]}',
        '{"server.Server": ["/tmp"]}',
        '{"engine.archive.sys": []}',
        '{"builtins.print": ["x"]}',
        '{"engine.functions.files.missing": []}',
        '{"bytes": "00", "more": 1}',
        "{}",
        "nonsense",
    ],
)
def test_only_known_definitions_are_read(text):
    with pytest.raises(ValueError, match="damaged definition"):
        archive.load(text)


class Harm:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return self.path.touch, ()


def test_a_data_directory_from_elsewhere_runs_no_code(tmp_path):
    data, sign = tmp_path / "data", tmp_path / "sign"
    Server(data).close()
    with sqlite3.connect(data / "matrixone-lite.db") as file:
        file.execute("UPDATE m_databases SET definition = ?", (pickle.dumps(Harm(sign)),))
    file.close()
    with sqlite3.connect(data / "matrixone-lite-cdc.db") as file:
        file.execute("CREATE TABLE tasks (id TEXT PRIMARY KEY, definition TEXT)")
        file.execute("CREATE TABLE watermarks (task TEXT, database TEXT, name TEXT, definition TEXT)")
        file.execute("INSERT INTO tasks VALUES ('1', ?)", (pickle.dumps(Harm(sign)),))
    file.close()
    with pytest.raises(OSError, match="damaged"):
        Server(data)
    assert not sign.exists()


def test_values_in_the_file_are_readable(tmp_path):
    with Server(tmp_path):
        pass
    with sqlite3.connect(tmp_path / "matrixone-lite.db") as file:
        (text,) = file.execute("SELECT definition FROM m_databases WHERE name = 'mysql'").fetchone()
    file.close()
    assert isinstance(archive.load(text), Database)
    assert archive.load(archive.dump(Decimal("1.50"))) == Decimal("1.50")
