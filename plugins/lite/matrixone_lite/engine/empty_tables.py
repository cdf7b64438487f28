"""Tables of information_schema that are always empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matrixone_lite.engine.infoschema import SCHEMA, varchar
from matrixone_lite.engine.system import system_table
from matrixone_lite.engine.types import BIGINT, DATETIME, TEXT, Kind, Type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matrixone_lite.engine.session import LiteSession

Row = tuple[Any, ...]


def _empty(_session: LiteSession) -> Iterable[Row]:
    return ()


def _texts(*names: str) -> tuple[tuple[str, Type], ...]:
    return tuple((name, varchar(64)) for name in names)


system_table(
    SCHEMA,
    "key_column_usage",
    (
        *_texts("constraint_catalog", "constraint_schema", "constraint_name", "table_catalog", "table_schema"),
        *_texts("table_name", "column_name"),
        ("ordinal_position", Type(Kind.UINT)),
        ("position_in_unique_constraint", Type(Kind.UINT)),
        *_texts("referenced_table_schema", "referenced_table_name", "referenced_column_name"),
    ),
)(_empty)
system_table(SCHEMA, "engines", _texts("engine", "support", "comment", "transactions", "xa", "savepoints"))(_empty)
system_table(
    SCHEMA,
    "partitions",
    (
        *_texts("table_catalog", "table_schema", "table_name", "partition_name", "subpartition_name"),
        ("partition_ordinal_position", BIGINT),
        *_texts("partition_method", "partition_expression", "partition_description"),
        ("table_rows", BIGINT),
    ),
)(_empty)
system_table(
    SCHEMA,
    "routines",
    (
        *_texts("specific_name", "routine_catalog", "routine_schema", "routine_name", "routine_type", "data_type"),
        ("routine_definition", TEXT),
        ("created", DATETIME),
        ("last_altered", DATETIME),
        *_texts("definer"),
    ),
)(_empty)
system_table(
    SCHEMA,
    "triggers",
    (
        *_texts("trigger_catalog", "trigger_schema", "trigger_name", "event_manipulation", "event_object_schema"),
        *_texts("event_object_table", "action_timing"),
        ("action_statement", TEXT),
        *_texts("definer"),
    ),
)(_empty)
system_table(SCHEMA, "events", _texts("event_catalog", "event_schema", "event_name", "definer", "status"))(_empty)
system_table(SCHEMA, "character_sets", _texts("character_set_name", "default_collate_name", "description"))(_empty)
system_table(SCHEMA, "user_privileges", _texts("grantee", "table_catalog", "privilege_type", "is_grantable"))(_empty)
