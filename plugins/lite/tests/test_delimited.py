"""Delimited text: hand-written lines, and whatever a CSV writer writes."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_lite.engine.delimited import Shape, records


def read(text, **shape):
    return list(records(text, Shape(**shape)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("1,a", [["1", "a"]]),
        ("1,a\n2,b\n", [["1", "a"], ["2", "b"]]),
        ("1,a\r\n2,b\r\n", [["1", "a"], ["2", "b"]]),
        ("1,a\n\n3,c\n", [["1", "a"], ["3", "c"]]),
        ("1,\\N\n", [["1", None]]),
        ("\\N\n", [[None]]),
        ('"\\N",2\n', [[None, "2"]]),
        ('"\\N"x,"\\Nx"\n', [["Nx", "Nx"]]),
        ('1,"two, quoted"\n', [["1", "two, quoted"]]),
        ('1,"two\nlines"\n2,x\n', [["1", "two\nlines"], ["2", "x"]]),
        ('1,"e""f"\r\n2,x', [["1", 'e"f'], ["2", "x"]]),
        ("1,a\\,b\n2,c\\nd\n", [["1", "a,b"], ["2", "c\nd"]]),
        ("1,'quo\"te'\n", [["1", "'quo\"te'"]]),
        ('1,""\n', [["1", ""]]),
        (",\n", [["", ""]]),
        ('1,"open', [["1", "open"]]),
        ("1,\\", [["1", "\\"]]),
    ],
)
def test_lines(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize("escape", ["", "!", "\\"])
def test_null_is_written_with_a_backslash_whatever_escapes(escape):
    assert read('\\N,"\\N",x\n', escape=escape) == [[None, None, "x"]]
    assert read("!N,a!,b\n", escape="!") == [["N", "a,b"]]


def test_other_separators():
    assert read("1||one;2||two;", separator="||", line_end=";") == [["1", "one"], ["2", "two"]]
    assert read("1|'o|ne'\n2|'it''s'\n", separator="|", quote="'") == [["1", "o|ne"], ["2", "it's"]]
    assert read("xx1,one\nxx2,two\n", line_start="xx") == [["1", "one"], ["2", "two"]]
    assert read("1,one\n", separator="") == [["1,one"]]


fields = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\\\r\0"))


@given(
    st.lists(st.lists(fields, min_size=1, max_size=4), max_size=5), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
)
def test_what_a_csv_writer_writes_is_read_back(rows, quoting):
    buffer = io.StringIO()
    csv.writer(buffer, quoting=quoting, lineterminator="\n").writerows(rows)
    assert read(buffer.getvalue(), escape="") == [[None if field == "\\N" else field for field in row] for row in rows]
