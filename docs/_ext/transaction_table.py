"""The directive ``transaction-table``: what is atomic, read from the operations of the installed plugins."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.parsers.rst import Directive

from matrixone.operations import InTransaction, Operation
from matrixone.registry import registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

MEANING = {
    InTransaction.READS: ("part of the open transaction; needs none", "nothing to undo"),
    InTransaction.JOINS: ("part of the transaction", "undone by the server"),
    InTransaction.REFUSED: ("at once if no transaction is open, else right after its commit", "undone by the session"),
    InTransaction.COMMITS: ("only while no transaction is open", "stays"),
}


def operations() -> Iterator[type[Operation[Any]]]:
    """Every operation of every installed manager plugin, by name."""
    found: dict[str, type[Operation[Any]]] = {}
    for plugin in registry().plugins:
        for spec in plugin.managers:
            package = importlib.import_module(spec.manager.__module__.partition(".")[0])
            for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
                for _, cls in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                    if issubclass(cls, Operation) and isinstance(getattr(cls, "name", None), str):
                        looks_first = cls.in_transaction is InTransaction.READS  # a call may look, then act
                        found[cls.name] = found.get(cls.name, cls) if looks_first else cls
    return (found[name] for name in sorted(found))


class TransactionTable(Directive):
    """One row an operation."""

    def run(self) -> list[nodes.Node]:
        rows = [("Operation", "Inside a session it runs", "On rollback")]
        for operation in operations():
            when, rollback = MEANING[operation.in_transaction]
            if operation.in_transaction is InTransaction.REFUSED and operation.undo is Operation.undo:
                rollback = "stays; a warning says so"
            rows.append((operation.name, when, rollback))
        return [_table(rows)]


def _table(rows: list[tuple[str, ...]]) -> nodes.table:
    group = nodes.tgroup("", *[nodes.colspec(colwidth=width) for width in (25, 45, 30)], cols=3)
    head, *body = [_row(row) for row in rows]
    group += nodes.thead("", head)
    group += nodes.tbody("", *body)
    return nodes.table("", group)


def _row(cells: tuple[str, ...]) -> nodes.row:
    name, *others = cells
    entries = [nodes.entry("", nodes.paragraph("", "", nodes.literal(text=name)))]
    entries += [nodes.entry("", nodes.paragraph(text=cell)) for cell in others]
    return nodes.row("", *entries)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("transaction-table", TransactionTable)
    return {"parallel_read_safe": True}
