"""The core imports no plugin at run time; the embedded server has two doors, a module and a command."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import matrixone

ROOT = Path(matrixone.__file__).parent
DOORS = {ROOT / "lite.py", ROOT / "cli" / "app.py"}
FILES = sorted(ROOT.rglob("*.py"))


class RunTimeImports(ast.NodeVisitor):
    """Collects the packages a module imports when it runs."""

    def __init__(self) -> None:
        self.packages: set[str] = set()

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for other in node.orelse:
                self.visit(other)
        else:
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.packages |= {name.name.partition(".")[0] for name in node.names}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module and not node.level:
            self.packages.add(node.module.partition(".")[0])


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_core_does_not_import_plugins(file):
    imports = RunTimeImports()
    imports.visit(ast.parse(file.read_text(encoding="utf-8")))
    plugins = {package for package in imports.packages if package.startswith("matrixone_")}
    assert plugins == ({"matrixone_lite"} if file in DOORS else set())


def test_nothing_is_discovered_at_import():
    code = (
        "import sys, matrixone; "
        "print(sorted(name for name in sys.modules if name.startswith('matrixone_') or name == 'matrixone.registry'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
