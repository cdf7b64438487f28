"""How the answer to a step differs from the recorded one."""

from __future__ import annotations

import itertools
import json
import math
import re
from typing import TYPE_CHECKING, Any

from pymysql.constants import FIELD_TYPE

from .running import ANY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .answers import Answer
    from .cases import Step

Difference = tuple[str, str]
"""What differs (outcome, code, sqlstate, message, connected, blocked, affected, lastrowid, columns, types, rows), and how."""

BINARY = 63
"""The character set of byte strings."""
FLOATS = {FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE}
TEXTS = {
    getattr(FIELD_TYPE, name)
    for name in ("VARCHAR", "VAR_STRING", "STRING", "BLOB", "TINY_BLOB", "MEDIUM_BLOB", "LONG_BLOB", "BIT", "GEOMETRY")
}
_NUMBERS = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}|\d+", re.IGNORECASE)


def differences(step: Step, want: Answer, got: Answer) -> list[Difference]:
    """What differs; nothing where the step is not compared."""
    if step.get("skip-compare"):
        return []
    if ("error" in want) != ("error" in got) or len(want.get("more", [])) != len(got.get("more", [])):
        return [("outcome", f"want {brief(want)} got {brief(got)}")]
    found = [*_of_errors(want, got), *_of_counts(step, want, got), *_of_columns(want, got), *_of_rows(step, want, got)]
    for one, other in zip(want.get("more", []), got.get("more", []), strict=True):
        found += differences(step, one, other)
    return found


def brief(answer: Answer) -> str:
    """An answer in one line."""
    return json.dumps(answer.get("error") or answer.get("rows") or answer, ensure_ascii=False)[:400]


def masked(text: Any) -> str:
    """A text with its numbers and identifiers blotted out."""
    return _NUMBERS.sub("#", str(text))


def _of_errors(want: Answer, got: Answer) -> Iterator[Difference]:
    for kind, one, other in zip(
        ("code", "sqlstate", "message"), want.get("error", ()), got.get("error", ()), strict=False
    ):
        if masked(one) != masked(other) if kind == "message" else one != other:
            yield kind, f"want {one!r} got {other!r}"


def _of_counts(step: Step, want: Answer, got: Answer) -> Iterator[Difference]:
    for key in ("connected", "blocked", "affected", "lastrowid"):
        if want.get(key) != got.get(key) and key not in step.get("any", ()):
            yield key, f"want {want.get(key)} got {got.get(key)}"


def _of_columns(want: Answer, got: Answer) -> Iterator[Difference]:
    wanted, found = want.get("columns", []), got.get("columns", [])
    names, others = ([column[0] for column in columns] for columns in (wanted, found))
    if names != others:
        yield "columns", f"want {names} got {others}"
    for one, other in zip(wanted, found, strict=False):
        bytes_or_text = one[1] in TEXTS and (one[2] == BINARY) != (other[2] == BINARY)
        if one[1] != other[1] or bytes_or_text:
            yield "types", f"column {one[0]!r}: want {one[1:]} got {other[1:]}"


def _of_rows(step: Step, want: Answer, got: Answer) -> Iterator[Difference]:
    columns, rows, others = want.get("columns", []), want.get("rows", []), got.get("rows", [])
    if step.get("unordered"):
        rows, others = sorted(rows, key=json.dumps), sorted(others, key=json.dumps)
    fuzzy = step.get("fuzzy", ())
    for row, other in itertools.zip_longest(rows, others, fillvalue=()):
        if len(row) != len(other) or not all(
            _same(one, two, column, fuzzy) for one, two, column in zip(row, other, columns, strict=False)
        ):
            yield "rows", f"want {len(rows)} rows got {len(others)}, first other row: want {row} got {other}"
            return


def _same(want: Any, got: Any, column: list[Any], fuzzy: Collection[str]) -> bool:
    if want == got or (want == ANY and got is not None) or (got == ANY and want is not None):
        return True
    if not (isinstance(want, str) and isinstance(got, str)):
        return False
    if column[0] in fuzzy:
        return masked(want) == masked(got)
    if column[1] not in FLOATS and want[:1] + got[:1] != "[[":  # vectors arrive as text
        return False
    try:
        numbers, others = ([float(part) for part in text.strip("[]").split(",")] for text in (want, got))
    except ValueError:
        return False
    return len(numbers) == len(others) and all(
        math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-7) for one, other in zip(numbers, others, strict=True)
    )
