"""REPLACE, and what the server refuses of it and of INSERT."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Insert, UniqueConstraint

from matrixone.dialect.ddl import is_temporary


class Replace(Insert):
    """``REPLACE INTO``."""

    inherit_cache = True


def against_returning(insert: Any) -> str | None:
    """What the server says it supports no RETURNING for, if it is that."""
    if insert._post_values_clause is not None:
        return "INSERT ON DUPLICATE KEY UPDATE"
    if isinstance(insert, Replace):
        return "REPLACE"
    if "IGNORE" in {str(prefix).upper() for prefix, _ in insert._prefixes}:
        return "INSERT IGNORE"
    return "temporary table" if is_temporary(insert.table) else None


def unique_columns(table: Any) -> set[str]:
    """Keys of the columns of a primary key, a unique constraint or a unique index."""
    unique = [
        constraint for constraint in getattr(table, "constraints", ()) if isinstance(constraint, UniqueConstraint)
    ]
    unique += [index for index in getattr(table, "indexes", ()) if index.unique]
    return {column.key for column in table.primary_key} | {column.key for keys in unique for column in keys.columns}
