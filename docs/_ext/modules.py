"""``module-table PACKAGE``: the modules of a package, and the first line each says about itself."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from docutils.parsers.rst import Directive
from operations import table_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils import nodes
    from sphinx.application import Sphinx


def described(package: str) -> Iterator[tuple[str, str]]:
    """Name and first line of every module that describes itself; the package is not imported."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(package)
    root = Path(found.origin).parent
    for file in sorted(root.rglob("*.py")):
        text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
        if text:
            place = file.parent if file.name == "__init__.py" else file.with_suffix("")
            yield ".".join(place.relative_to(root).parts) or ".", text.partition("\n")[0].rstrip(".").replace("``", "")


class ModuleTable(Directive):
    """One row a module."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        return [table_of(("Module", "What it is about"), described(self.arguments[0]), widths=(25, 75))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("module-table", ModuleTable)
    return {"parallel_read_safe": True}
