"""The tables of tasks and watermarks in mo_catalog, and of what carries tasks out in mo_task."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine.cdc.mappings import kept
from matrixone_lite.engine.infoschema import varchar
from matrixone_lite.engine.reflect import timestamp_text
from matrixone_lite.engine.system import system_table
from matrixone_lite.engine.types import BIGINT, BLOB, BOOL, DATETIME, INT, TEXT, TIMESTAMP, UBIGINT, UINT, UUID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matrixone_lite.engine.session import LiteSession

Row = tuple[Any, ...]

_PATH: Final = varchar(65535)
_HIDDEN: Final = "******"
_COMMON: Final = "common"
_EXECUTOR: Final = 7
_RETRIES: Final = json.dumps({"MaxRetryTimes": 10, "RetryInterval": 10_000_000_000}, separators=(",", ":"))


@system_table(
    "mo_catalog",
    "mo_cdc_task",
    (
        ("account_id", UBIGINT),
        ("task_id", UUID),
        ("task_name", varchar(1000)),
        ("source_uri", TEXT),
        ("source_password", varchar(1000)),
        ("sink_uri", TEXT),
        ("sink_type", varchar(20)),
        ("sink_password", varchar(1000)),
        ("sink_ssl_ca_path", _PATH),
        ("sink_ssl_cert_path", _PATH),
        ("sink_ssl_key_path", _PATH),
        ("tables", TEXT),
        ("filters", TEXT),
        ("opfilters", TEXT),
        ("source_state", varchar(20)),
        ("sink_state", varchar(20)),
        ("start_ts", varchar(1000)),
        ("end_ts", varchar(1000)),
        ("config_file", _PATH),
        ("task_create_time", DATETIME),
        ("state", varchar(20)),
        ("checkpoint", UBIGINT),
        ("checkpoint_str", varchar(1000)),
        ("no_full", BOOL),
        ("incr_config", varchar(1000)),
        ("additional_config", TEXT),
        ("err_msg", varchar(256)),
        ("reserved2", TEXT),
        ("reserved3", TEXT),
        ("reserved4", TEXT),
    ),
    sys_only=True,
    stored=True,
    keys={"account_id": "PRI", "task_id": "PRI"},
    required=frozenset({"account_id", "task_id", "source_uri", "sink_uri", "tables"}),
)
def mo_cdc_task(session: LiteSession) -> Iterator[Row]:
    """Tasks of all accounts; the password of a sink is not shown."""
    for task in session.engine.capture.tasks():
        source = (task.source, "")
        sink = (task.sink.kept, task.sink_type, _HIDDEN, "", "", "")
        what = (kept(task.mappings), task.exclude, "", _COMMON, _COMMON, task.start, task.end, task.config_file)
        state = (timestamp_text(task.created), task.state, 0, "0", int(task.no_full), "", task.extra, task.error)
        yield task.account, task.id, task.name, *source, *sink, *what, *state, "", "", ""


@system_table(
    "mo_catalog",
    "mo_cdc_watermark",
    (
        ("account_id", UBIGINT),
        ("task_id", UUID),
        ("db_name", varchar(256)),
        ("table_name", varchar(256)),
        ("watermark", varchar(128)),
        ("err_msg", varchar(256)),
    ),
    sys_only=True,
    stored=True,
    keys=dict.fromkeys(("account_id", "task_id", "db_name", "table_name"), "PRI"),
    required=frozenset({"account_id", "task_id", "db_name", "table_name"}),
)
def mo_cdc_watermark(session: LiteSession) -> Iterator[Row]:
    """How far tasks have come, as nanoseconds since 1970 and a counter."""
    capture = session.engine.capture
    for task in capture.tasks():
        for (database, table), mark in capture.watermarks(task.id):
            text = f"{mark.moment}-{int(mark.moment > 0)}"
            yield task.account, task.id, database, table, text, mark.error


@system_table(
    "mo_task",
    "sys_daemon_task",
    (
        ("task_id", BIGINT),
        ("task_metadata_id", varchar(50)),
        ("task_metadata_executor", INT),
        ("task_metadata_context", BLOB),
        ("task_metadata_option", varchar(1000)),
        ("account_id", UINT),
        ("account", varchar(128)),
        ("task_type", varchar(64)),
        ("task_runner", varchar(64)),
        ("task_status", INT),
        ("last_heartbeat", TIMESTAMP),
        ("create_at", TIMESTAMP),
        ("update_at", TIMESTAMP),
        ("end_at", TIMESTAMP),
        ("last_run", TIMESTAMP),
        ("details", BLOB),
    ),
    sys_only=True,
    stored=True,
    keys={"task_id": "PRI"},
    required=frozenset({"task_id", "account_id", "account", "task_type", "task_status", "create_at", "update_at"}),
)
def sys_daemon_task(session: LiteSession) -> Iterator[Row]:
    """What carries tasks out; a dropped one is there until it has ended."""
    for number, (task, runner) in enumerate(session.engine.capture.runners(), 1):
        made = timestamp_text(task.created)
        who = (task.account, task.account_name, "CreateCdc", "")
        yield number, task.id, _EXECUTOR, None, _RETRIES, *who, runner.value, None, made, made, None, None, None
