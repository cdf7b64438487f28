"""SQLAlchemy's wrappers of driver errors become the SDK's errors at the doors of the SDK."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, PendingRollbackError, StatementError, TimeoutError  # noqa: A004 - SQLAlchemy's

from matrixone.exceptions import MatrixOneError, PoolTimeoutError, TransactionLostError, translate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Engine
    from sqlalchemy.engine.interfaces import ExceptionContext

T = TypeVar("T")


@contextlib.contextmanager
def translating() -> Iterator[None]:
    """Errors that leave the block are errors of the SDK, the original as their cause.

    Raises:
        QueryError: For every error of the driver, and for values that cannot be bound.
        PoolTimeoutError: No connection of the pool became free.
        TransactionLostError: The connection broke earlier in the transaction.
    """
    try:
        yield
    except MatrixOneError:
        raise
    except StatementError as error:
        raise translate(error) from (error.orig or error)
    except TimeoutError as error:
        raise PoolTimeoutError(str(error.args[0])) from error
    except PendingRollbackError as error:
        raise TransactionLostError(f"the transaction cannot go on: {error.args[0]}") from error


def translating_each(items: Iterator[T]) -> Iterator[T]:
    """The items; errors while one is made are errors of the SDK, errors of whoever uses it are not touched."""
    while True:
        with translating():
            try:
                item = next(items)
            except StopIteration:
                return
        yield item


def translate_errors_of(engine: Engine) -> None:
    """Translate errors of an engine of our own wherever they surface, lazy loads included."""
    event.listen(engine, "handle_error", _handle_error)


def _handle_error(context: ExceptionContext) -> BaseException | None:
    # What a listener of the dialect made of it is there only if one did.
    error = getattr(context, "chained_exception", None) or context.sqlalchemy_exception
    return translate(error) if isinstance(error, DBAPIError) else None
