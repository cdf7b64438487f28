"""SQLAlchemy's session methods on the facades, with SQLAlchemy's own signatures and overloads.

A proxy is declared from the method itself, so type checkers see exactly what the installed SQLAlchemy declares. Methods
that may send statements go through a door, where errors are translated and the transaction is watched; the others are
handed to the SQLAlchemy session as they are.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

from sqlalchemy.orm import Session as SQLAlchemySession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.ext.asyncio import AsyncSession as SQLAlchemyAsyncSession
    from sqlalchemy.orm import IdentityMap
    from sqlalchemy.util import IdentitySet

F = TypeVar("F", bound="Callable[..., Any]")


class _Names:
    """Answers the name of whatever attribute is read from it."""

    def __getattr__(self, name: str) -> str:
        return name


_sync = cast("SQLAlchemySession", _Names())
_asynchronous = cast("SQLAlchemyAsyncSession", _Names())


class _Proxy(Generic[F]):
    """A method of the SQLAlchemy session behind a facade.

    Args:
        method: The bound method whose type is declared; at run time, its name.
    """

    def __init__(self, method: F) -> None:
        self.name: str = cast("str", method)
        self.__doc__ = getattr(SQLAlchemySession, self.name).__doc__

    @overload
    def __get__(self, facade: None, owner: type[Any]) -> _Proxy[F]: ...
    @overload
    def __get__(self, facade: object, owner: type[Any]) -> F: ...
    def __get__(self, facade: Any, owner: type[Any]) -> Any:
        return self if facade is None else self.bound(facade)

    def bound(self, facade: Any) -> Any:
        return getattr(facade._sa, self.name)


class _Open(_Proxy[F]):
    """A method whose effects reach the server later; refused where they never would, or behind the caller's back."""

    def bound(self, facade: Any) -> Any:
        return functools.partial(self._call, facade)

    def _call(self, facade: Any, /, *args: Any, **kwargs: Any) -> Any:
        facade._check_usable()
        return getattr(facade._sa, self.name)(*args, **kwargs)


class _Door(_Proxy[F]):
    """A method that may send statements."""

    def bound(self, facade: Any) -> Any:
        return functools.partial(facade._through_door, self.name)


class _AsyncDoor(_Proxy[F]):
    """The coroutine twin of a method that may send statements: the same door, through the bridge."""

    def bound(self, facade: Any) -> Any:
        return functools.partial(facade._call_door, self.name)


class _SharedProxies:
    """What is the same, and synchronous, on both faces: nothing of it sends a statement."""

    _sa: Any

    add = _Open(_sync.add)
    add_all = _Open(_sync.add_all)
    expunge = _Proxy(_sync.expunge)
    expunge_all = _Proxy(_sync.expunge_all)
    expire = _Proxy(_sync.expire)
    expire_all = _Proxy(_sync.expire_all)
    is_modified = _Proxy(_sync.is_modified)
    in_transaction = _Proxy(_sync.in_transaction)
    in_nested_transaction = _Proxy(_sync.in_nested_transaction)

    @property
    def new(self) -> IdentitySet:
        """Objects that the next flush inserts."""
        return cast("IdentitySet", self._sa.new)

    @property
    def dirty(self) -> IdentitySet:
        """Objects with changes that the next flush writes."""
        return cast("IdentitySet", self._sa.dirty)

    @property
    def deleted(self) -> IdentitySet:
        """Objects that the next flush deletes."""
        return cast("IdentitySet", self._sa.deleted)

    @property
    def identity_map(self) -> IdentityMap:
        """Objects the session holds, by identity."""
        return cast("IdentityMap", self._sa.identity_map)

    @property
    def is_active(self) -> bool:
        """Not waiting for a rollback after a failed flush."""
        return bool(self._sa.is_active)

    @property
    def info(self) -> dict[Any, Any]:
        """The user's own notes on the session."""
        return cast("dict[Any, Any]", self._sa.info)

    @property
    def autoflush(self) -> bool:
        """Pending changes are flushed before statements that may read them."""
        return bool(self._sa.autoflush)

    @autoflush.setter
    def autoflush(self, value: bool) -> None:
        self._sa.autoflush = value

    @property
    def no_autoflush(self) -> Any:
        """A ``with`` block in which nothing is flushed automatically."""
        return self._sa.no_autoflush

    def __contains__(self, instance: object) -> bool:
        return instance in self._sa

    def __iter__(self) -> Iterator[object]:
        return iter(self._sa)


class SessionProxies(_SharedProxies):
    """SQLAlchemy's :class:`~sqlalchemy.orm.Session` methods, except those the facade defines itself."""

    _sa: SQLAlchemySession

    delete = _Open(_sync.delete)
    begin = _Open(_sync.begin)
    get_transaction = _Proxy(_sync.get_transaction)
    get_nested_transaction = _Proxy(_sync.get_nested_transaction)
    get_bind = _Proxy(_sync.get_bind)
    bind_mapper = _Proxy(_sync.bind_mapper)
    bind_table = _Proxy(_sync.bind_table)
    invalidate = _Proxy(_sync.invalidate)
    enable_relationship_loading = _Proxy(_sync.enable_relationship_loading)

    get = _Door(_sync.get)
    get_one = _Door(_sync.get_one)
    merge = _Door(_sync.merge)
    refresh = _Door(_sync.refresh)
    flush = _Door(_sync.flush)
    connection = _Door(_sync.connection)
    bulk_save_objects = _Door(_sync.bulk_save_objects)
    bulk_insert_mappings = _Door(_sync.bulk_insert_mappings)
    bulk_update_mappings = _Door(_sync.bulk_update_mappings)

    @property
    def bind(self) -> Any:
        """The engine or connection the session was made with."""
        return self._sa.bind


class AsyncSessionProxies(_SharedProxies):
    """SQLAlchemy's :class:`~sqlalchemy.ext.asyncio.AsyncSession` methods, except those the facade defines itself."""

    _sa: SQLAlchemyAsyncSession

    begin = _Open(_asynchronous.begin)
    get_transaction = _Proxy(_asynchronous.get_transaction)
    get_nested_transaction = _Proxy(_asynchronous.get_nested_transaction)
    get_bind = _Proxy(_asynchronous.get_bind)
    bind_mapper = _Proxy(_asynchronous.bind_mapper)
    bind_table = _Proxy(_asynchronous.bind_table)
    enable_relationship_loading = _Proxy(_sync.enable_relationship_loading)

    delete = _AsyncDoor(_asynchronous.delete)
    get = _AsyncDoor(_asynchronous.get)
    get_one = _AsyncDoor(_asynchronous.get_one)
    merge = _AsyncDoor(_asynchronous.merge)
    refresh = _AsyncDoor(_asynchronous.refresh)
    flush = _AsyncDoor(_asynchronous.flush)
    invalidate = _AsyncDoor(_asynchronous.invalidate)

    @property
    def bind(self) -> Any:
        """The engine or connection the session was made with."""
        return self._sa.bind

    @property
    def sync_session(self) -> SQLAlchemySession:
        """The SQLAlchemy session that does the work."""
        return self._sa.sync_session
