"""Members of ENUM and SET, which are kept as numbers: that of the member, and the mask of the members."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.errors import internal

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER: Final = re.compile(r"\d+", re.ASCII)
"""A text that is no member, but the number of one, or of several."""


def enum_number(number: int, members: Sequence[str]) -> int:
    """The number of a member; error 20101 when there are fewer."""
    if not 1 <= number <= len(members):
        raise internal(f"convert to MySQL enum failed: number {number} overflow enum boundary [1, {len(members)}]")
    return number


def enum_member(text: str, members: Sequence[str]) -> int:
    """The number of the member a text names, in either case of its letters."""
    lowered = [member.lower() for member in members]
    if text.lower() in lowered:
        return lowered.index(text.lower()) + 1
    if _NUMBER.fullmatch(text):
        return enum_number(int(text), members)
    raise internal(f"convert to MySQL enum failed: item {text} is not in enum [{' '.join(members)}]")


def set_mask(mask: int, members: Sequence[str]) -> int:
    """A mask of members; error 20101 when there are fewer."""
    every = (1 << len(members)) - 1
    if not 0 <= mask <= every:
        raise internal(f"convert to MySQL set failed: value {mask} overflow set boundary {every}")
    return mask


def set_members(text: str, members: Sequence[str]) -> int:
    """The mask of the members a text names, separated by commas."""
    lowered = [member.lower() for member in members]
    if text not in lowered and _NUMBER.fullmatch(text):
        return set_mask(int(text), members)
    mask = 0
    for item in text.split(",") if text else ():
        member = item.rstrip(" ").lower()
        if member not in lowered:
            raise internal(f"convert to MySQL set failed: item {text} is not in set [{','.join(members)}]")
        mask |= 1 << lowered.index(member)
    return mask
