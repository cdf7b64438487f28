"""Strings."""

from __future__ import annotations

import itertools
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import calls, types
from matrixone_lite.engine.errors import invalid_argument
from matrixone_lite.engine.functions.registry import Accept, scalar, special
from matrixone_lite.engine.storage import UserFunction
from matrixone_lite.engine.types import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.bound import Bound
    from matrixone_lite.engine.types import Type
    from matrixone_lite.sql import ast

_TEXT: Final = Accept.TEXT
_INT: Final = Accept.INT
_LONGEST: Final = 64 * 1024 * 1024
_LONGEST_REPEATED: Final = 65535
_SOUNDS: Final = {
    **dict.fromkeys("BFPV", "1"),
    **dict.fromkeys("CGJKQSXZ", "2"),
    **dict.fromkeys("DT", "3"),
    "L": "4",
    **dict.fromkeys("MN", "5"),
    "R": "6",
}


@scalar("length", "octet_length", parameters=[_TEXT], result=types.BIGINT)
def length(text: str) -> int:
    """Bytes of the text."""
    return len(text.encode())


@scalar("length", "octet_length", parameters=[Accept.BYTES], result=types.BIGINT)
def length_of_bytes(data: bytes) -> int:
    """Bytes."""
    return len(data)


@scalar("char_length", "character_length", parameters=[_TEXT], result=types.UBIGINT)
def char_length(text: str) -> int:
    """Characters."""
    return len(text)


@scalar("bit_length", parameters=[_TEXT], result=types.BIGINT)
def bit_length(text: str) -> int:
    """Bits of the text's bytes."""
    return len(text.encode()) * 8


def _as_long(given: Sequence[Type]) -> Type:
    """Of one column type UPPER knows the length; LOWER forgets it."""
    return given[0] if given[0].kind is Kind.VARCHAR else types.VARCHAR


@scalar("upper", "ucase", parameters=[_TEXT], result=_as_long)
def upper(text: str) -> str:
    """Capital letters."""
    return text.upper()


@scalar("lower", "lcase", parameters=[_TEXT], result=types.VARCHAR)
def lower(text: str) -> str:
    """Small letters."""
    return text.lower()


@scalar("concat", parameters=[_TEXT], required=1, variadic=True, result=types.VARCHAR)
def concat(*parts: str) -> str:
    """All parts, NULL when one is."""
    return "".join(parts)


@scalar("concat_ws", parameters=[_TEXT, _TEXT], variadic=True, nulls=True, result=types.VARCHAR)
def concat_ws(separator: str | None, *parts: str | None) -> str | None:
    """The parts that are not NULL with a separator between."""
    return None if separator is None else separator.join(part for part in parts if part is not None)


@scalar("reverse", parameters=[_TEXT], result=types.VARCHAR)
def reverse(text: str) -> str:
    """Last character first."""
    return text[::-1]


@scalar("repeat", parameters=[_TEXT, _INT], result=types.VARCHAR)
def repeat(text: str, count: int) -> str | None:
    """The text several times, NULL when that is too long."""
    return None if len(text) * count > _LONGEST_REPEATED else text * max(count, 0)


@scalar("space", parameters=[_INT], result=types.VARCHAR)
def space(count: int) -> str | None:
    """Blanks, NULL when there are too many."""
    return None if count > _LONGEST else " " * max(count, 0)


@scalar("substring", "substr", "mid", parameters=[_TEXT, _INT, _INT], required=2, result=types.VARCHAR)
def substring(text: str, start: int, count: int | None = None) -> str:
    """Characters from a place counted from 1, or from the end when negative."""
    first = start - 1 if start > 0 else len(text) + start
    if start == 0 or first < 0 or (count is not None and count <= 0):
        return ""
    return text[first:] if count is None else text[first : first + count]


@scalar("left", parameters=[_TEXT, _INT], result=types.VARCHAR)
def left(text: str, count: int) -> str:
    """The first characters."""
    return text[: max(count, 0)]


@scalar("right", parameters=[_TEXT, _INT], result=types.VARCHAR)
def right(text: str, count: int) -> str:
    """The last characters."""
    return text[max(len(text) - count, 0) :] if count > 0 else ""


@scalar("substring_index", parameters=[_TEXT, _TEXT, _INT], result=types.VARCHAR)
def substring_index(text: str, separator: str, count: int) -> str:
    """What stands before the count-th separator, or after it when counted from the end."""
    if not separator:
        return ""
    parts = text.split(separator)
    return separator.join(parts[:count] if count >= 0 else parts[count:])


@scalar("split_part", parameters=[_TEXT, _TEXT, _INT], result=types.VARCHAR)
def split_part(text: str, separator: str, number: int) -> str | None:
    """One part between separators, counted from 1."""
    if number <= 0:
        raise invalid_argument(f"split_part: field contains non-positive integer, bad value {number}")
    parts = text.split(separator) if separator else [text]
    return parts[number - 1] if number <= len(parts) else None


@scalar("ltrim", parameters=[_TEXT], result=types.VARCHAR)
def ltrim(text: str) -> str:
    """Without blanks before."""
    return text.lstrip(" ")


@scalar("rtrim", parameters=[_TEXT], result=types.VARCHAR)
def rtrim(text: str) -> str:
    """Without blanks behind."""
    return text.rstrip(" ")


def _trim(side: str, pattern: str, text: str) -> str:
    start, end = 0, len(text)
    if pattern and side != "trailing":
        while text.startswith(pattern, start, end):
            start += len(pattern)
    if pattern and side != "leading":
        while text.endswith(pattern, start, end):
            end -= len(pattern)
    return text[start:end]


def _trim_words(side: str, *rest: str | None) -> str | None:
    *pattern, text = rest
    if text is None or None in pattern:
        return None
    return _trim(side, pattern[0] if pattern and pattern[0] is not None else " ", text)


_TRIM: Final = UserFunction("trim_words", _trim_words)


@special("trim", least=1, most=3)
def trim(binder: Binder, arguments: Sequence[Bound], call: ast.Function) -> Bound:
    """``TRIM([side [pattern] FROM] text)``; the side, when there is one, comes first."""
    side = "both"
    if len(call.args) > 1:
        side, arguments = arguments[0].text, arguments[1:]
    texts = [calls.accept(binder, argument, Accept.TEXT).sql for argument in arguments]
    return binder.call(_TRIM, types.VARCHAR, f"'{side}'", *texts)


def _pad(text: str, count: int, filling: str) -> str | None:
    if count < 0 or count > _LONGEST or (not filling and count > len(text)):
        return None
    missing = max(count - len(text), 0)
    return (filling * (missing // len(filling) + 1))[:missing] if missing else ""


@scalar("lpad", parameters=[_TEXT, _INT, _TEXT], result=types.VARCHAR)
def lpad(text: str, count: int, filling: str) -> str | None:
    """Filled up before, or cut."""
    padding = _pad(text, count, filling)
    return None if padding is None else (padding + text)[:count]


@scalar("rpad", parameters=[_TEXT, _INT, _TEXT], result=types.VARCHAR)
def rpad(text: str, count: int, filling: str) -> str | None:
    """Filled up behind, or cut."""
    padding = _pad(text, count, filling)
    return None if padding is None else (text + padding)[:count]


@scalar("replace", parameters=[_TEXT, _TEXT, _TEXT], result=types.VARCHAR)
def replace(text: str, old: str, new: str) -> str:
    """Every occurrence replaced."""
    return text.replace(old, new) if old else text


@scalar("insert", parameters=[_TEXT, _INT, _INT, _TEXT], result=types.VARCHAR)
def insert(text: str, start: int, count: int, new: str) -> str:
    """Some characters replaced by others."""
    if not 1 <= start <= len(text):
        return text
    end = len(text) if count < 0 else start - 1 + count
    return text[: start - 1] + new + text[end:]


@scalar("locate", parameters=[_TEXT, _TEXT, _INT], required=2, result=types.BIGINT)
def locate(part: str, text: str, start: int = 1) -> int:
    """Where a part begins, from 1; 0 when it is absent."""
    return text.lower().find(part.lower(), start - 1) + 1 if start > 0 else 0


@scalar("position", parameters=[_TEXT, _TEXT], result=types.BIGINT)
def position(part: str, text: str) -> int:
    """LOCATE in other words."""
    return text.find(part) + 1


@scalar("instr", parameters=[_TEXT, _TEXT], result=types.BIGINT)
def instr(text: str, part: str) -> int:
    """LOCATE with its arguments exchanged."""
    return text.find(part) + 1


@scalar("find_in_set", parameters=[_TEXT, _TEXT], result=types.UBIGINT)
def find_in_set(item: str, items: str) -> int:
    """Place of an item in a list with commas, from 1."""
    parts = items.split(",")
    return parts.index(item) + 1 if item in parts else 0


@scalar("field", parameters=[_TEXT, _TEXT], variadic=True, nulls=True, result=types.UBIGINT)
def field(item: str | None, *items: str | None) -> int:
    """Place of the first argument among the others, from 1."""
    return items.index(item) + 1 if item is not None and item in items else 0


@scalar("elt", parameters=[_INT, _TEXT], variadic=True, nulls=True, result=types.VARCHAR)
def elt(number: int | None, *items: str | None) -> str | None:
    """The argument of that number."""
    return items[number - 1] if number is not None and 1 <= number <= len(items) else None


@scalar("strcmp", parameters=[_TEXT, _TEXT], result=types.TINYINT)
def strcmp(one: str, other: str) -> int:
    """-1, 0 or 1 by bytes."""
    first, second = one.encode(), other.encode()
    return (first > second) - (first < second)


@scalar("ascii", parameters=[_TEXT], result=types.UTINYINT)
def ascii_(text: str) -> int:
    """The first byte."""
    return text.encode()[0] if text else 0


@scalar("ord", parameters=[_TEXT], result=types.BIGINT)
def ord_(text: str) -> int:
    """The bytes of the first character as a number, the first byte lowest, as the server counts."""
    return int.from_bytes(text[0].encode(), "little") if text else 0


@scalar("char", parameters=[_INT], required=1, variadic=True, nulls=True, result=types.VARCHAR)
def char(*codes: int | None) -> str:
    """The bytes of the numbers."""
    data = b"".join(code.to_bytes(max(1, (code.bit_length() + 7) // 8), "big") for code in codes if code is not None)
    return data.decode(errors="replace")


@scalar("quote", parameters=[_TEXT], result=types.VARCHAR)
def quote(text: str) -> str:
    """The text as a literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


@scalar("soundex", parameters=[_TEXT], result=types.VARCHAR)
def soundex(text: str) -> str:
    """How an English word sounds: a letter and at least three digits."""
    letters = [letter for letter in text.upper() if "A" <= letter <= "Z"]
    if not letters:
        return ""
    codes = [key for key, _ in itertools.groupby(_SOUNDS.get(letter, "") for letter in letters if letter not in "HW")]
    tail = codes[1:] if letters[0] in _SOUNDS else codes
    digits = "".join(tail)
    return (letters[0] + digits).ljust(4, "0")


@scalar("startswith", parameters=[_TEXT, _TEXT], result=types.BOOL)
def startswith(text: str, part: str) -> bool:
    """Whether the text begins so."""
    return text.startswith(part)


@scalar("endswith", parameters=[_TEXT, _TEXT], result=types.BOOL)
def endswith(text: str, part: str) -> bool:
    """Whether the text ends so."""
    return text.endswith(part)


@scalar("empty", parameters=[_TEXT], result=types.BOOL)
def empty(text: str) -> bool:
    """Whether there is nothing in it."""
    return not text


def _format(number: Decimal, decimals: int) -> str:
    scale = max(decimals, 0)
    return f"{number.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_EVEN):,f}"


@scalar("format", parameters=[Accept.DECIMAL, _INT, _TEXT], required=2, result=types.VARCHAR)
def format_(number: Decimal, decimals: int, _locale: str = "") -> str:
    """A number with commas between thousands."""
    return _format(number, decimals)


@scalar("format", parameters=[Accept.DOUBLE, _INT, _TEXT], required=2, result=types.VARCHAR)
def format_double(number: float, decimals: int, _locale: str = "") -> str:
    """A number with commas between thousands."""
    return _format(Decimal(repr(number)), decimals)
