"""Other names of arguments."""

import inspect

import pytest

from matrixone.aliases import also_named


@also_named(old="new", older="new")
def function(first, new, *, last=0):
    """What it does."""
    return first, new, last


def test_any_of_the_names():
    assert function(1, new=2) == function(1, old=2) == function(1, older=2) == function(1, 2) == (1, 2, 0)


def test_one_of_the_names():
    for arguments in ({"new": 1, "old": 2}, {"old": 1, "older": 2}):
        with pytest.raises(TypeError, match="twice"):
            function(0, **arguments)
    with pytest.raises(TypeError):
        function(0, 1, old=2)
    with pytest.raises(TypeError, match="oldest"):
        function(0, oldest=2)


def test_the_function_stays_what_it_was():
    assert list(inspect.signature(function).parameters) == ["first", "new", "last"]
    assert function.__doc__ == "What it does."
