"""The fields of an event, by the names OpenTelemetry gives them where it has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from matrixone.querylog.mode import LogMode
from matrixone.querylog.redaction import mask_secrets, names_secret, redact
from matrixone.querylog.summary import describe

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine
    from sqlalchemy.engine.interfaces import DBAPICursor

    from matrixone.querylog.context import StatementContext

__all__ = [
    "Display",
    "Execution",
    "context_fields",
    "error_fields",
    "result_fields",
    "statement_fields",
    "target_fields",
]

_UNKNOWN_ROWCOUNT = 1 << 62


class Display(NamedTuple):
    """How much a log shows."""

    max_sql_length: int
    show_parameters: bool


class Execution(NamedTuple):
    """A statement on its way to the server."""

    sql: str
    parameters: Any
    executemany: bool
    mode: LogMode
    context: StatementContext
    started: float


def target_fields(engine: Engine) -> dict[str, Any]:
    """Name the server and the database."""
    url = engine.url
    return _known(
        {
            "db.system.name": "matrixone",
            "db.namespace": url.database,
            "server.address": url.host,
            "server.port": url.port,
        }
    )


def context_fields(context: StatementContext, transaction_id: str | None) -> dict[str, Any]:
    """Name the session, the transaction and the manager operation."""
    return _known(
        {
            "matrixone.session.id": context.session_id,
            "matrixone.transaction.id": context.transaction_id or transaction_id,
            "matrixone.operation": context.operation,
        }
    )


def statement_fields(execution: Execution, display: Display) -> dict[str, Any]:
    """Describe a statement as far as its log mode and the display allow."""
    sql, parameters = execution.sql, execution.parameters
    summary = describe(sql)
    batch = len(parameters) if execution.executemany else 1
    if batch > 1:
        summary = summary.repeated(batch)
    fields: dict[str, Any] = {"db.operation.name": summary.operation, "db.query.summary": str(summary)}
    if batch > 1:
        fields["db.operation.batch.size"] = batch
    show_values = display.show_parameters and not names_secret(sql)
    if execution.mode is LogMode.FULL or (execution.mode is LogMode.AUTO and len(sql) <= display.max_sql_length):
        fields["db.query.text"] = mask_secrets(sql) if show_values else redact(sql)
        if show_values and not execution.executemany:
            fields |= _parameter_fields(parameters, display.max_sql_length)
    elif execution.mode is LogMode.AUTO:
        fields["matrixone.query.length"] = len(sql)
    return fields


def result_fields(cursor: DBAPICursor) -> dict[str, Any]:
    """Give the number of rows a statement returned, if the driver has them already, or changed."""
    rows = cursor.rowcount
    if not 0 <= rows < _UNKNOWN_ROWCOUNT:
        return {}
    return {"db.response.returned_rows" if cursor.description else "affected_rows": rows}


def error_fields(error: BaseException, *, show_message: bool) -> dict[str, Any]:
    """Name an error by number and class; its message may quote values and is shown only on demand.

    Args:
        error: What the driver or the SDK raised.
        show_message: Add the message, without secrets.
    """
    number: object = next(iter(error.args), None)
    if isinstance(number, int):
        fields = {"error.type": str(number), "db.response.status_code": str(number)}
    else:
        fields = {"error.type": type(error).__qualname__}
    if show_message:
        fields["error.message"] = mask_secrets(str(error).partition("\n")[0])
    return fields


def _parameter_fields(parameters: Any, longest: int) -> dict[str, Any]:
    named = parameters.items() if isinstance(parameters, dict) else enumerate(parameters or ())
    return {f"db.query.parameter.{key}": _shown(value, longest) for key, value in named}


def _shown(value: Any, longest: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = mask_secrets(str(value))
    return text if len(text) <= longest else f"{text[:longest]}..."


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
