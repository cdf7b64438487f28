"""Rows of the catalog and of SHOW CDC, turned into tasks."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from matrixone_cdc.addresses import stored_uri
from matrixone_cdc.model import (
    EVERY,
    CDCLevel,
    CDCSinkType,
    CDCState,
    CDCTableMapping,
    CDCTaskInfo,
    CDCWatermarkInfo,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_EPOCH = datetime.fromtimestamp(0, UTC)
_TIMESTAMP = re.compile(r"(\d+)(?:-\d+)?")
_CHECKPOINT = re.compile(r'^ *"(.*?)": (\S+ \S+ \S+ UTC)(?:\(Failed, error: (.*?)\))?,$', re.MULTILINE | re.DOTALL)
_CHANGING = {0, 6, 7, 8, 9}
_TIME_ORDERED = 7


def moment(watermark: str | None) -> datetime | None:
    """When a watermark is: nanoseconds since 1970 and a counter (``1795350593682093843-1``), or a time as text.

    Returns:
        The time in UTC, or None where copying has not begun.
    """
    watermark = (watermark or "").strip().removesuffix(" UTC")
    if not watermark:
        return None
    if found := _TIMESTAMP.fullmatch(watermark):
        time = _EPOCH + timedelta(microseconds=int(found[1]) // 1000)
    else:
        time = datetime.fromisoformat(watermark.replace(" +", "+").replace(" -", "-"))
        time = time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    return None if time == _EPOCH else time


def stored_task(rows: Sequence[Any]) -> CDCTaskInfo:
    """The task that these rows of the catalog describe, one a watermark."""
    row = rows[0]
    read_at = row.read_at.replace(tzinfo=UTC)
    mappings = stored_mappings(row.tables)
    seen = {(each.db_name, each.table_name): (each.watermark, each.table_err_msg) for each in rows if each.db_name}
    named = {(each.source_database, each.source_table) for each in mappings if each.level is CDCLevel.TABLE}
    tables = [(database, table, *seen.get((database, table), ("", ""))) for database, table in seen.keys() | named]
    watermarks = _watermarks(row.task_id, row.task_name, tables, read_at)
    return CDCTaskInfo(
        task_id=str(row.task_id),
        task_name=row.task_name,
        source_uri=stored_uri(row.source_uri),
        sink_uri=stored_uri(row.sink_uri),
        sink_type=CDCSinkType(row.sink_type),
        table_mapping=mappings,
        state=_state(row.state),
        checkpoint=_oldest(watermarks),
        err_msg=row.err_msg or "",
        created_time=created(row.task_id),
        no_full=bool(row.no_full),
        filters=row.filters or None,
        additional_config=json.loads(row.additional_config or "{}"),
        start_time=moment(row.start_ts),
        end_time=moment(row.end_ts),
        watermarks=watermarks,
        changing=row.runner in _CHANGING,
        read_at=read_at,
    )


def shown_task(row: Any) -> CDCTaskInfo:
    """The task that a row of SHOW CDC describes."""
    task_id, task_name, source, sink, state, err_msg, checkpoint, timestamp = row
    read_at = moment(timestamp)
    watermarks = _watermarks(task_id, task_name, _checkpoints(checkpoint or ""), read_at)
    return CDCTaskInfo(
        task_id=str(task_id),
        task_name=task_name,
        source_uri=stored_uri(source),
        sink_uri=stored_uri(sink),
        sink_type=None,
        table_mapping=None,
        state=_state(state),
        checkpoint=_oldest(watermarks),
        err_msg=err_msg or "",
        created_time=created(task_id),
        watermarks=watermarks,
        read_at=read_at,
    )


def created(task_id: Any) -> datetime | None:
    """When a task was made: its id begins with that time, in UTC; the catalog has it in the zone of the server."""
    uuid = UUID(str(task_id))
    return _EPOCH + timedelta(milliseconds=uuid.int >> 80) if uuid.version == _TIME_ORDERED else None


def stored_mappings(text: str) -> tuple[CDCTableMapping, ...]:
    """What is copied where, as the catalog keeps it: hexadecimal JSON."""
    kept = json.loads(bytes.fromhex(text))
    return tuple(
        CDCTableMapping(
            each["Source"]["database"] or EVERY,
            each["Source"]["table"] or EVERY,
            each["Sink"]["database"] or EVERY,
            each["Sink"]["table"] or EVERY,
        )
        for each in kept["pts"]
    )


def _checkpoints(text: str) -> Iterator[tuple[str, str, str, str]]:
    for name, time, error in _CHECKPOINT.findall(text):
        database, _, table = name.partition(".")
        yield database, table, time, error


def _watermarks(
    task_id: Any, task_name: str, tables: Iterable[tuple[str, str, str | None, str | None]], read_at: datetime | None
) -> tuple[CDCWatermarkInfo, ...]:
    begun = created(task_id)
    found = []
    for database, table, text, error in sorted(tables, key=lambda each: each[:2]):
        watermark = moment(text)
        since = watermark or begun
        lag = max(read_at - since, timedelta(0)) if read_at and since else None
        found.append(CDCWatermarkInfo(str(task_id), task_name, database, table, watermark, error or "", lag))
    return tuple(found)


def _oldest(watermarks: Sequence[CDCWatermarkInfo]) -> datetime | None:
    times = [each.watermark for each in watermarks if each.watermark is not None]
    return min(times) if times and len(times) == len(watermarks) else None


def _state(text: str) -> CDCState | str:
    return CDCState(text) if text in set(CDCState) else text
