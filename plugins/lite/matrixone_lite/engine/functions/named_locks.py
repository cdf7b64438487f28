"""GET_LOCK and the other functions of locks with names."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import types
from matrixone_lite.engine.errors import ServerError, internal
from matrixone_lite.engine.functions.registry import Accept, scalar

if TYPE_CHECKING:
    from matrixone_lite.engine.context import Context
    from matrixone_lite.engine.named_locks import NamedLocks

_LONGEST: Final = 64
_NAP: Final = 0.05


def _locks(context: Context, name: str) -> NamedLocks:
    if not name:
        raise internal("user-level lock name must not be empty")
    if len(name) > _LONGEST:
        raise internal(f"user-level lock name exceeds maximum length of {_LONGEST} characters")
    locks: NamedLocks = context.session.engine.named_locks
    return locks


@scalar("get_lock", parameters=[Accept.TEXT, Accept.DOUBLE], result=types.BIGINT, deterministic=False, context=True)
def get_lock(context: Context, name: str, seconds: float) -> int:
    """Take a lock, waiting for it if need be; without end when the time is negative."""
    locks = _locks(context, name)
    deadline = time.monotonic() + seconds
    while not locks.take(name, context.connection_id):
        remaining = deadline - time.monotonic()
        if seconds >= 0 and remaining <= 0:
            return 0
        if context.session.was_interrupted():
            raise ServerError(1105, "context canceled")
        time.sleep(_NAP if seconds < 0 else min(remaining, _NAP))
    return 1


@scalar("release_lock", parameters=[Accept.TEXT], result=types.BIGINT, deterministic=False, context=True)
def release_lock(context: Context, name: str) -> int | None:
    """Give a lock back; 0 for another's, NULL where nobody has it."""
    released = _locks(context, name).release(name, context.connection_id)
    return None if released is None else int(released)


@scalar("release_all_locks", result=types.BIGINT, deterministic=False, context=True)
def release_all_locks(context: Context) -> int:
    """Give all locks back; how many."""
    locks: NamedLocks = context.session.engine.named_locks
    return locks.release_all(context.connection_id)


@scalar("is_free_lock", parameters=[Accept.TEXT], result=types.BIGINT, deterministic=False, context=True)
def is_free_lock(context: Context, name: str) -> int:
    """Whether nobody holds a lock."""
    return int(_locks(context, name).owner(name) is None)


@scalar("is_used_lock", parameters=[Accept.TEXT], result=types.BIGINT, deterministic=False, context=True)
def is_used_lock(context: Context, name: str) -> int | None:
    """The connection that holds a lock."""
    return _locks(context, name).owner(name)
