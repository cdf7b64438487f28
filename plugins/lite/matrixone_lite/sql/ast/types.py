"""Type names as written in DDL and CAST."""

from __future__ import annotations

from dataclasses import dataclass

from matrixone_lite.sql.ast.nodes import Node


@dataclass(frozen=True, slots=True)
class DataType(Node):
    """A type; name in lower case and as written (``int``, ``integer``, ``double precision``, ``vecf32``, …).

    ``length`` is the first number in parentheses and ``scale`` the second; ``values`` those of ENUM and SET.
    """

    name: str
    length: int | None = None
    scale: int | None = None
    unsigned: bool = False
    zerofill: bool = False
    binary: bool = False
    values: tuple[str, ...] = ()
    charset: str | None = None
    collation: str | None = None
