"""Definitions as JSON: what a data directory holds is only data, so reading one from elsewhere runs none of its code.

Numbers, text, NULL and truth are themselves, and an array is a tuple. Everything else is an object of one name and its
content: ``{"bytes": "00ff"}``, or the class and the fields of a frozen dataclass of this package.
"""

from __future__ import annotations

import json
import sys
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_PACKAGE: Final = "matrixone_lite."

_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "bytes": bytes.fromhex,
    "decimal": Decimal,
    "dict": lambda items: dict(_tuples(items)),
    "frozenset": lambda items: frozenset(_tuples(items)),
}


def dump(value: object) -> str:
    """A definition as text.

    :raises TypeError: there is something in it that cannot be kept
    """
    return json.dumps(_plain(value), separators=(",", ":"))


def load(text: str) -> Any:
    """The definition :func:`dump` wrote.

    :raises ValueError: it wrote no such text
    """
    try:
        return _tuples(json.loads(text, object_hook=_restored))
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"a damaged definition: {error}") from error


def _plain(value: object) -> object:
    match value:
        case Enum():
            return {_name(type(value)): value.name}
        case None | bool() | int() | float() | str():
            return value
        case tuple() if type(value) is tuple:
            return [_plain(item) for item in value]
        case bytes():
            return {"bytes": value.hex()}
        case Decimal():
            return {"decimal": str(value)}
        case frozenset():
            return {"frozenset": sorted((_plain(item) for item in value), key=repr)}
        case dict():
            return {"dict": [[_plain(key), _plain(item)] for key, item in value.items()]}
        case _ if is_dataclass(value) and not isinstance(value, type) and _can_be_kept(type(value)):
            return {_name(type(value)): [_plain(getattr(value, field.name)) for field in fields(value)]}
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be kept")


def _restored(node: dict[str, Any]) -> Any:
    if len(node) != 1:
        raise ValueError("an object of several names")
    name, content = next(iter(node.items()))
    if name in _READ:
        return _READ[name](content)
    kind = _class(name)
    return kind[content] if issubclass(kind, Enum) else kind(*map(_tuples, content))


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _name(kind: type) -> str:
    return f"{kind.__module__.removeprefix(_PACKAGE)}.{kind.__qualname__}"


@cache
def _class(name: str) -> type[Any]:
    module, _, name = name.rpartition(".")
    found = getattr(sys.modules.get(_PACKAGE + module), name, None)
    if not isinstance(found, type) or not _can_be_kept(found):
        raise ValueError(f"{name} is nothing that is kept")
    return found


def _can_be_kept(kind: type) -> bool:
    """Whether values are all there is to it: an enumeration or a frozen dataclass."""
    parameters = getattr(kind, "__dataclass_params__", None)
    return issubclass(kind, Enum) or bool(parameters is not None and parameters.frozen)
