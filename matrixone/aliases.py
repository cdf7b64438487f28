"""Other names of arguments, for programs written with them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")


def also_named(**names: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A decorator: ``also_named(table="table_name_or_model")`` lets callers write ``table=`` as well.

    Type checkers know the one name only. An argument that is given by both is a TypeError.
    """

    def decorate(method: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(method)
        def renaming(*args: P.args, **kwargs: P.kwargs) -> T:
            given: dict[str, Any] = kwargs
            for other in names.keys() & given.keys():
                name = names[other]
                if name in given:
                    raise TypeError(f"{method.__name__}() got {name!r} twice, once as {other!r}")
                given[name] = given.pop(other)
            return method(*args, **kwargs)

        renaming.other_names = names  # type: ignore[attr-defined]  # for whoever asks what a method takes
        return renaming

    return decorate
