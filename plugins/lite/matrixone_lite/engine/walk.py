"""Looking through syntax trees."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.functions.registry import is_aggregate
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


_FIELDS: Final[dict[type[ast.Node], tuple[str, ...]]] = {}


def _field_names(node: ast.Node) -> tuple[str, ...]:
    kind = type(node)
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(field.name for field in fields(node))  # type: ignore[arg-type]  # a concrete node
    return _FIELDS[kind]


def children(node: ast.Node) -> Iterator[ast.Node]:
    """The nodes directly below ``node``."""
    for name in _field_names(node):
        value = getattr(node, name)
        yield from _nodes(value)


def _nodes(value: object) -> Iterator[ast.Node]:
    if isinstance(value, ast.Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)


def walk(node: ast.Node, *, into_queries: bool = False) -> Iterator[ast.Node]:
    """``node`` and everything below it; subqueries only when asked."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        below = [child for child in children(current) if into_queries or not isinstance(child, ast.Query)]
        waiting += reversed(below)


def has_aggregate(node: ast.Node) -> bool:
    """Whether an expression aggregates the rows of its own query."""
    return any(isinstance(one, ast.Function) and one.window is None and is_aggregate(one.name) for one in walk(node))


def transform(node: ast.Node, change: Callable[[ast.Node], ast.Node | None]) -> ast.Node:
    """A copy of a tree in which ``change`` has replaced nodes; None keeps a node and looks below it."""
    changed = change(node)
    if changed is not None:
        return changed
    updates = {}
    for name in _field_names(node):
        value = getattr(node, name)
        if isinstance(value, ast.Node):
            new: object = transform(value, change)
        elif isinstance(value, tuple) and any(isinstance(item, ast.Node) for item in value):
            new = tuple(transform(item, change) if isinstance(item, ast.Node) else item for item in value)
        else:
            continue
        if new != value:
            updates[name] = new
    return replace(node, **updates) if updates else node  # type: ignore[type-var]  # every concrete node is a dataclass
