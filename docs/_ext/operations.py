"""Tables made from the operations of the installed plugins.

``transaction-table`` says of every operation what is atomic; ``operation-table NAME`` describes those of one manager.
"""

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
    from collections.abc import Iterable, Iterator

    from sphinx.application import Sphinx

MEANING = {
    InTransaction.READS: ("part of the open transaction; needs none", "nothing to undo"),
    InTransaction.JOINS: ("part of the transaction", "undone by the server"),
    InTransaction.REFUSED: ("at once if no transaction is open, else right after its commit", "undone by the session"),
    InTransaction.ASIDE: ("beside the transaction; sees what is committed", "nothing to undo"),
    InTransaction.COMMITS: ("only while no transaction is open", "stays"),
}


def operations(manager: str | None = None) -> Iterator[type[Operation[Any]]]:
    """Every operation of the installed manager plugins, or of one of them, by name."""
    found: dict[str, type[Operation[Any]]] = {}
    for plugin in registry().plugins:
        for spec in plugin.managers:
            if manager in (None, spec.name):
                for operation in _operations_in(spec.manager.__module__.partition(".")[0]):
                    if operation.name not in found or operation.in_transaction is not InTransaction.READS:
                        found[operation.name] = operation  # a look-up that precedes a statement has its name
    return (found[name] for name in sorted(found))


def _operations_in(package: str) -> Iterator[type[Operation[Any]]]:
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        for _, cls in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(cls, Operation) and cls.__module__.startswith(package) and "name" in vars(cls):
                yield cls


def behaviour(operation: type[Operation[Any]]) -> tuple[str, str]:
    """When it runs inside a session, and what a rollback does to it."""
    when, rollback = MEANING[operation.in_transaction]
    if operation.in_transaction is InTransaction.REFUSED and operation.undo is Operation.undo:
        rollback = "stays; a warning says so"
    return when, rollback


class TransactionTable(Directive):
    """One row an operation: what is atomic."""

    def run(self) -> list[nodes.Node]:
        rows = ((operation.name, *behaviour(operation)) for operation in operations())
        return [table_of(("Operation", "Inside a session it runs", "On rollback"), rows, widths=(25, 45, 30))]


class OperationTable(Directive):
    """One row an operation of the manager named: its statement, what is atomic."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        found = operations(self.arguments[0])
        rows = [(operation.name, statement_of(operation), *behaviour(operation)) for operation in found]
        if not rows:
            raise self.error(f"no installed plugin offers operations for {self.arguments[0]!r}")
        head = ("Operation", "Sends", "Inside a session it runs", "On rollback")
        return [table_of(head, rows, widths=(20, 40, 25, 15))]


def statement_of(operation: type[Operation[Any]]) -> str:
    """What it sends, as the documentation of its statement says."""
    return (inspect.getdoc(operation.statement) or "").split("\n", 1)[0].rstrip(".")


def table_of(
    head: tuple[str, ...], rows: Iterable[tuple[str, ...]], widths: tuple[int, ...], *, code: bool = True
) -> nodes.table:
    """A table whose first column is code unless said otherwise."""
    group = nodes.tgroup("", *[nodes.colspec(colwidth=width) for width in widths], cols=len(widths))
    group += nodes.thead("", _row(head, code=code))
    group += nodes.tbody("", *(_row(row, code=code) for row in rows))
    return nodes.table("", group)


def _row(cells: tuple[str, ...], *, code: bool) -> nodes.row:
    name, *others = cells
    first = nodes.paragraph("", "", nodes.literal(text=name)) if code else nodes.paragraph(text=name)
    entries = [nodes.entry("", first)]
    entries += [nodes.entry("", nodes.paragraph(text=cell)) for cell in others]
    return nodes.row("", *entries)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("transaction-table", TransactionTable)
    app.add_directive("operation-table", OperationTable)
    return {"parallel_read_safe": True}
