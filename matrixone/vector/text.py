"""Vectors as the text the server reads and writes: ``[1.5, 2.25, 3]``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable

_SINGLE_PRECISION = frozenset({"float32", "f"})


@runtime_checkable
class ArrayLike(Protocol):
    """A numpy array, ``array.array`` or tensor, recognised by its ``tolist``: none of their packages is imported."""

    def tolist(self) -> object:
        """The values as Python numbers."""


VectorLike: TypeAlias = Sequence[float] | ArrayLike


def to_floats(values: object) -> list[float]:
    """The values as a list of Python floats.

    Raises:
        TypeError: the value is no sequence of numbers (text and bytes are none).
        ValueError: a number is too large for a float, or a text is no number.
    """
    items = values.tolist() if isinstance(values, ArrayLike) else values
    if not isinstance(items, Sequence) or isinstance(items, str | bytes | bytearray):
        raise TypeError(f"a vector is a sequence of numbers, not {type(values).__name__}")
    try:
        return list(map(float, items))
    except (TypeError, ValueError, OverflowError) as error:
        raise (TypeError if isinstance(error, TypeError) else ValueError)(f"not a vector: {error}") from error


def to_text(values: object) -> str:
    """Write a vector so that reading it back gives the same floats, whether it is stored with 32 or 64 bits.

    Args:
        values: list, tuple, ``array.array``, numpy array, or anything else with ``tolist``.

    Raises:
        TypeError: the value is no sequence of numbers.
        ValueError: it is empty, or has NaN or an infinity, which the server would store.
    """
    return written(to_floats(values), values)


def written(floats: list[float], given: object) -> str:
    """The text of numbers.

    Args:
        floats: The numbers.
        given: What they were made from: an array of single precision is written with the nine digits it has, in half
            the time.

    Raises:
        ValueError: as for :func:`to_text`.
    """
    if _is_single(given):
        text = f"[{('%.9g,' * len(floats))[:-1] % tuple(floats)}]"
    else:
        text = f"[{','.join(map(repr, floats))}]"
    if "n" in text:  # only nan and inf have the letter
        raise ValueError("a vector has no NaN and no infinity")
    if text == "[]":
        raise ValueError("a vector has at least one dimension")
    return text


def from_text(text: str | bytes, number: Callable[[str], float] = float) -> list[float]:
    """Read the server's text of a vector.

    Args:
        text: the text.
        number: what an element becomes, ``int`` for the types of whole numbers.

    Raises:
        ValueError: the text is not ``[number, ...]``.
    """
    if isinstance(text, bytes):
        text = text.decode()
    body = text.strip()
    if body[:1] != "[" or body[-1:] != "]":
        raise ValueError(f"not the text of a vector: {text[:40]!r}")
    return list(map(number, body[1:-1].split(",")))


def _is_single(values: object) -> bool:
    kind = getattr(values, "dtype", None) or getattr(values, "typecode", None)
    return str(kind) in _SINGLE_PRECISION
