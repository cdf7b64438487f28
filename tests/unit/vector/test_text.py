from __future__ import annotations

import array
import math
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matrixone.vector import from_text, to_text

finite = st.floats(allow_nan=False, allow_infinity=False)
finite32 = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(st.lists(finite, min_size=1))
def test_doubles_come_back_exactly(values):
    assert from_text(to_text(values)) == values


@given(st.lists(finite32, min_size=1))
def test_singles_come_back_exactly(values):
    assert np.array(from_text(to_text(np.array(values, dtype="float32"))), dtype="float32").tolist() == values


@given(st.lists(finite32, min_size=1))
def test_every_kind_of_sequence_gives_the_same_vector(values):
    assert {to_text(kind) for kind in (tuple(values), array.array("d", values), np.array(values))} == {to_text(values)}
    singles = {to_text(kind) for kind in (array.array("f", values), np.array(values, dtype="float32"))}
    assert len(singles) == 1
    assert np.array(from_text(singles.pop()), dtype="float32").tolist() == values


def test_arrays_of_single_precision_are_written_with_the_digits_they_have():
    assert to_text(np.array([0.1, 1 / 3, 1e20], dtype="float32")) == "[0.100000001,0.333333343,1.00000002e+20]"


def test_text_is_what_the_server_writes():
    assert to_text([1, 2.25, np.float32(3), Fraction(1, 2)]) == "[1.0,2.25,3.0,0.5]"
    assert from_text("[1.5, 2.25, 3]") == [1.5, 2.25, 3.0]
    assert from_text(b" [1e-3,2] ") == [0.001, 2.0]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_numbers_without_a_value_are_refused(bad):
    with pytest.raises(ValueError, match="no NaN"):
        to_text([1.0, bad])


@pytest.mark.parametrize(
    "bad", ["[1,2]", b"ab", bytearray(b"ab"), 3, None, {1.0: 2}, [[1.0]], ["x", None], np.float64(1)]
)
def test_what_is_no_vector_is_refused(bad):
    with pytest.raises((TypeError, ValueError)):
        to_text(bad)


def test_extremes_are_refused():
    with pytest.raises(ValueError, match="at least one"):
        to_text([])
    with pytest.raises(ValueError, match="not a vector"):
        to_text([10**400])


@pytest.mark.parametrize("bad", ["", "1,2", "[1,2", "[]", "[a]", "{1}"])
def test_text_of_something_else_is_refused(bad):
    with pytest.raises(ValueError):
        from_text(bad)


def test_numpy_is_not_imported():
    code = "import sys, matrixone.vector as v; v.to_text([1.0]); sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
