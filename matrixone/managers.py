"""Managers: groups of operations reached as attributes of sessions and clients, written once for both faces."""

from __future__ import annotations

import asyncio
import functools
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

from sqlalchemy.util import await_only

from matrixone.exceptions import PluginError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy.sql import Executable

    from matrixone.bulk import TableLike
    from matrixone.capabilities import Capabilities
    from matrixone.operations import Operation, Outcome

T = TypeVar("T")
P = ParamSpec("P")
S = TypeVar("S")
M_co = TypeVar("M_co", bound="Manager", covariant=True)

__all__ = ["AsyncManager", "Manager", "ManagerSession", "ManagerSpec", "async_iterable", "awaitable", "chaining"]


class ManagerSession(Protocol):
    """What a manager acts through: a session, or a client whose calls run on connections of their own."""

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do, by its version."""
        ...

    def run(self, operation: Operation[T], /) -> Outcome[T]:
        """Run an operation as the server's transaction rules allow."""
        ...

    def execute(self, sql_or_stmt: str | Executable, params: Any = None, *, log_mode: str | None = None) -> Any:
        """Run a statement and return its result."""

    def batch_insert(self, table: TableLike, data_list: Sequence[Mapping[str, Any]], /) -> Any:
        """Insert rows with few statements."""

    def set_session_variables(self, **variables: str | int | None) -> Any:
        """Set session variables on all connections of the client, each before its next transaction."""

    def unit_of_work(self) -> AbstractContextManager[ManagerSession]:
        """A block whose statements are in one transaction: the session's own, or on a client one for the block."""
        ...

    def pause(self, seconds: float, /) -> None:
        """Wait without blocking an event loop."""


class Manager:
    """Base of every manager. Sessions and clients make theirs; ``AccountManager(client)`` is another of the same.

    Args:
        client: What the manager acts through, a session or a client; nothing else is kept.
        executor: The session to act through, where ``client`` is only whose it is.
    """

    def __init__(self, client: ManagerSession, executor: ManagerSession | None = None) -> None:
        self._session = client if executor is None else executor

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._session!r}>"


class Bridge(Protocol):
    """The asynchronous side of a pair: runs code of its synchronous counterpart in its own time."""

    async def _call(self, method: Callable[..., T], /, *args: Any, **kwargs: Any) -> T: ...


class AsyncManager(Generic[M_co]):
    """Base of every asynchronous manager: the twin of ``M``, one line a method (see :func:`awaitable`).

    Args:
        client: The asynchronous session or client.
        executor: The session to act through, where ``client`` is only whose it is.
        manager: The synchronous manager whose code runs; that of the session or client if left out.
    """

    def __init__(self, client: Any, executor: Any = None, *, manager: M_co | None = None) -> None:
        self._session = client if executor is None else executor
        self._manager: M_co = self._session.manager(type(self))._manager if manager is None else manager

    async def _call(self, method: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        result: T = await self._session._bridge(method, self._manager, *args, **kwargs)
        return result

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._session!r}>"


B = TypeVar("B", bound=Bridge)


def awaitable(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """The coroutine twin of a method: same name, signature, docstring and code, run through the greenlet bridge."""

    @functools.wraps(method)
    async def twin(self: Bridge, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._call(method, *args, **kwargs)

    return twin


def chaining(method: Callable[Concatenate[S, P], S]) -> Callable[Concatenate[B, P], Coroutine[Any, Any, B]]:
    """The coroutine twin of a method that returns its manager; the twin returns the asynchronous one."""

    @functools.wraps(method)
    async def twin(self: B, /, *args: P.args, **kwargs: P.kwargs) -> B:
        await self._call(method, *args, **kwargs)
        return self

    return twin


def async_iterable(method: Callable[Concatenate[S, P], Iterator[T]]) -> Callable[Concatenate[Any, P], AsyncIterator[T]]:
    """The twin of a method that yields: each step of the generator runs through the bridge."""

    @functools.wraps(method)
    async def twin(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        iterator = await self._call(method, *args, **kwargs)
        try:
            while (item := await self._call(lambda _: next(iterator, _END))) is not _END:
                yield item
        finally:
            if inspect.isgenerator(iterator):
                await self._call(lambda _: iterator.close())

    return twin


_END: Any = object()


def pause_in_greenlet(seconds: float) -> None:
    """Wait inside the bridge while the event loop goes on."""
    await_only(asyncio.sleep(seconds))


@dataclass(frozen=True, slots=True)
class ManagerSpec:
    """One manager a plugin offers.

    Args:
        name: Attribute on sessions and clients.
        manager: The synchronous class.
        async_manager: Its twin.
    """

    name: str
    manager: type[Manager]
    async_manager: type[AsyncManager[Any]]

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or self.name.startswith("_"):
            raise PluginError(f"{self.name!r} cannot be the attribute name of a manager")
        if not _is_subclass(self.manager, Manager):
            raise PluginError(f"{self.manager!r}, offered as {self.name!r}, is not a subclass of Manager")
        if not _is_subclass(self.async_manager, AsyncManager):
            raise PluginError(f"{self.async_manager!r}, offered as {self.name!r}, is not a subclass of AsyncManager")


def _is_subclass(cls: object, base: type[Any]) -> bool:
    return inspect.isclass(cls) and issubclass(cls, base)
