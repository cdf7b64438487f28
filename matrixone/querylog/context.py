"""What the caller knows about the statements it is about to send, carried to the listeners that log them."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

from matrixone.querylog.mode import LogMode

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["StatementContext", "current_context", "statement_context"]


class StatementContext(NamedTuple):
    """Log mode, manager operation, session and transaction of the statements sent now."""

    log_mode: LogMode | None = None
    operation: str | None = None
    session_id: str | None = None
    transaction_id: str | None = None


_NOTHING_KNOWN = StatementContext()
_current: ContextVar[StatementContext] = ContextVar("matrixone_statement_context", default=_NOTHING_KNOWN)


def current_context() -> StatementContext:
    """Give the context of the running task or thread."""
    return _current.get()


@contextmanager
def statement_context(
    log_mode: LogMode | str | None = None,
    operation: str | None = None,
    session_id: str | None = None,
    transaction_id: str | None = None,
) -> Iterator[StatementContext]:
    """Describe the statements sent inside the ``with`` block; what is None is taken from the block around it.

    Args:
        log_mode: Mode for these statements instead of the client's.
        operation: Name of the manager operation that sends them, such as ``snapshots.create``.
        session_id: Name of the session.
        transaction_id: Name of its transaction.

    Raises:
        ValueError: For an unknown log mode.
    """
    outer = _current.get()
    inner = StatementContext(
        outer.log_mode if log_mode is None else LogMode.of(log_mode),
        outer.operation if operation is None else operation,
        outer.session_id if session_id is None else session_id,
        outer.transaction_id if transaction_id is None else transaction_id,
    )
    token = _current.set(inner)
    try:
        yield inner
    finally:
        _current.reset(token)
