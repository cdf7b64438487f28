"""Functions that users define."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matrixone_lite.sql.ast.admin import Unclassified

if TYPE_CHECKING:
    from matrixone_lite.sql.ast.queries import Name
    from matrixone_lite.sql.ast.types import DataType


@dataclass(frozen=True, slots=True)
class CreateFunction(Unclassified):
    """``CREATE FUNCTION name (parameters) RETURNS result LANGUAGE SQL AS 'body'``."""

    name: Name
    parameters: tuple[tuple[str, DataType], ...]
    result: DataType
    body: str


@dataclass(frozen=True, slots=True)
class DropFunction(Unclassified):
    """``DROP FUNCTION [IF EXISTS] name (types)``."""

    name: Name
    parameters: tuple[DataType, ...]
    if_exists: bool = False
