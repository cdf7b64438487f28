"""Patterns of boolean mode as trees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from matrixone_lite.engine.errors import internal

_PIECE: Final = re.compile(r'\s*(?:"(?P<phrase>[^"]*)"?|(?P<sign>[+\-<>~()])|(?P<word>[^\s"+<>~()]+))')


class Sign(Enum):
    """What stands before a word or group: whether it must, may or must not occur, and how it weighs."""

    PLAIN = ""
    PLUS = "+"
    MINUS = "-"
    GREATER = ">"
    LESS = "<"
    RANK_LESS = "~"

    @property
    def required(self) -> bool | None:
        """True for must, False for must not, None for may."""
        return {"+": True, "-": False}.get(self.value)

    @property
    def weight(self) -> float:
        """The factor of its score."""
        return {">": 1.1, "<": 0.9, "~": -1.0}.get(self.value, 1.0)


_SIGNS: Final = {sign.value: sign for sign in Sign if sign.value}


@dataclass(frozen=True, slots=True)
class Node:
    """A word, phrase or group; exactly one of ``word``, ``phrase`` and ``children`` is set."""

    sign: Sign
    word: str = ""
    prefix: bool = False
    phrase: str = ""
    children: tuple[Node, ...] = ()


def parse_boolean(pattern: str) -> tuple[Node, ...]:
    """Read a pattern of boolean mode.

    :raises ServerError: 20101 for misplaced operators and missing brackets
    """
    pieces = [match for match in _PIECE.finditer(pattern) if match[0].strip()]
    nodes, position = _group(pieces, 0, nested=False)
    if position < len(pieces):
        raise internal("no open bracket found")
    return tuple(nodes)


def _group(pieces: list[re.Match[str]], position: int, *, nested: bool) -> tuple[list[Node], int]:
    nodes: list[Node] = []
    while position < len(pieces):
        if pieces[position]["sign"] == ")":
            if nested:
                return nodes, position + 1
            return nodes, position
        node, position = _node(pieces, position)
        if node is not None:
            nodes.append(node)
    if nested:
        raise internal("no close bracket found")
    return nodes, position


def _node(pieces: list[re.Match[str]], position: int) -> tuple[Node | None, int]:
    sign = Sign.PLAIN
    while position < len(pieces) and pieces[position]["sign"] in _SIGNS:
        found = _SIGNS[pieces[position]["sign"]]
        if sign.required is not None and found.required is not None:
            raise internal("double +/- operator")
        if sign is Sign.PLAIN or sign.required is None or (found.required is None and position + 1 >= len(pieces)):
            sign = found
        position += 1
    if position >= len(pieces) or pieces[position]["sign"] == ")":
        if sign is Sign.PLAIN:
            return None, position
        if sign.required is not None:
            raise internal("+/- must have single child with value")
        raise internal("LESSTHAN, GREATERTHAN, RANKLESS must have single child only")
    piece = pieces[position]
    if piece["sign"] == "(":
        children, position = _group(pieces, position + 1, nested=True)
        return Node(sign, children=tuple(children)), position
    if piece["phrase"] is not None:
        return Node(sign, phrase=piece["phrase"]), position + 1
    word = piece["word"].lower()
    stripped = word.strip("*-")
    return (Node(sign, stripped, word.endswith("*")) if stripped else None), position + 1
