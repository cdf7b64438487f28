"""``lite-refuses``: the operations that the embedded server refuses, from a list that a test compares with it."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from docutils.parsers.rst import Directive
from operations import statement_of, table_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils import nodes
    from sphinx.application import Sphinx

LIST = Path(__file__).parents[1] / "lite-refuses.txt"


def refused() -> Iterator[tuple[str, str]]:
    """Name and statement of each."""
    for path in LIST.read_text(encoding="utf-8").split():
        module, _, name = path.rpartition(".")
        operation = getattr(importlib.import_module(module), name)
        yield operation.name, statement_of(operation)


class LiteRefuses(Directive):
    """One row an operation."""

    def run(self) -> list[nodes.Node]:
        return [table_of(("Operation", "Sends"), sorted(refused()), widths=(30, 70))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("lite-refuses", LiteRefuses)
    return {"parallel_read_safe": True}
