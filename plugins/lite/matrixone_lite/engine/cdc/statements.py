"""CREATE, PAUSE, RESUME, DROP and SHOW CDC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.accounts import require_admin
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.cdc.addresses import masked
from matrixone_lite.engine.cdc.options import read_task
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.listing import RAW_TEXT, RAW_VARCHAR, Listing, columns
from matrixone_lite.engine.snapshots import precise_text
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matrixone_lite.engine.api import Rows
    from matrixone_lite.engine.cdc.tasks import TableKey, Watermark
    from matrixone_lite.engine.session import LiteSession

_COLUMNS: Final = (
    *columns("task_id", "task_name", shape=RAW_VARCHAR),
    *columns("source_uri", "sink_uri", shape=RAW_TEXT),
    *columns("state", "err_msg", "checkpoint", "timestamp", shape=RAW_VARCHAR),
)


@handles(ast.CreateCdc)
def create(session: LiteSession, statement: ast.CreateCdc) -> Done:
    """CREATE CDC."""
    require_admin(session.principal)
    session.statement = masked(session.statement)
    session.engine.capture.create(read_task(session, statement))
    return Done()


@handles(ast.ControlCdc)
def control(session: LiteSession, statement: ast.ControlCdc) -> Done:
    """PAUSE, RESUME and DROP CDC."""
    require_admin(session.principal)
    account, capture = session.principal.account_id, session.engine.capture
    name = None if statement.name is None else statement.name.lower()
    if statement.action == "drop":
        capture.drop(account, name, if_exists=statement.if_exists)
    else:
        capture.request(statement.action, account, name)
    return Done()


@handles(ast.ShowCdc)
def show(session: LiteSession, statement: ast.ShowCdc) -> Rows:
    """SHOW CDC."""
    require_admin(session.principal)
    capture, now = session.engine.capture, _text(session.store.now())
    wanted = None if statement.name is None else statement.name.lower()
    rows = [
        (task.id, task.name, task.source, task.sink.kept, task.state, task.error, checkpoint, now)
        for task in capture.tasks(session.principal.account_id)
        if wanted in {None, task.name}
        for checkpoint in [_checkpoint(capture.watermarks(task.id))]
    ]
    return Listing(_COLUMNS, rows).result()


def _checkpoint(marks: Iterable[tuple[TableKey, Watermark]]) -> str:
    lines = [
        f'  "{database}.{table}": {_text(mark.moment)}' + f"(Failed, error: {mark.error})" * bool(mark.error) + ",\n"
        for (database, table), mark in marks
    ]
    return "{\n" + "".join(lines) + "}"


def _text(moment: int) -> str:
    return f"{precise_text(moment)} +0000 UTC"
