"""The documentation of the running Python's standard library, read from its source files without importing any."""

from __future__ import annotations

import ast
import sysconfig
import tokenize
import warnings
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Entry", "docstrings", "read_corpus", "standard_library"]

_SKIPPED_FOLDERS = frozenset({"__pycache__", "idlelib", "lib2to3", "site-packages", "test", "tests", "turtledemo"})
_NAMED = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Entry:
    """One documented object: ``json``, ``dumps``, and what its docstring says."""

    module: str
    name: str
    kind: str
    text: str

    @property
    def subject(self) -> str:
        """What it is found by: its name, which weighs double, and the first paragraph of its text."""
        paragraph = self.text.split("\n\n", 1)[0]
        return f"{self.module} {self.name} {self.name} {paragraph}"


def standard_library() -> Path:
    """The folder of the running Python's standard library."""
    return Path(sysconfig.get_path("stdlib"))


def read_corpus(root: Path, limit: int | None = None) -> list[Entry]:
    """Collect the docstrings of all modules and of the public names in them, in order of module.

    Modules such as ``_pydatetime`` count: what is public is often written there.

    Args:
        root: Folder of a library.
        limit: Most entries to return; all if left out.

    Raises:
        FileNotFoundError: The folder holds no documented Python source.
    """
    found = (entry for path in _sources(root) for entry in docstrings(_source_of(path), _module_name(root, path)))
    entries = list(islice(found, limit))
    if not entries:
        raise FileNotFoundError(f"no documented Python source in {root}")
    return entries


def docstrings(source: str, module: str) -> Iterator[Entry]:
    """Find the docstrings of a module's source; what is not Python has none.

    Args:
        source: Text of the module.
        module: Its name.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the source: not ours to mend
            tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    text = ast.get_docstring(tree)
    if text:
        yield Entry(module, module, "module", text)
    yield from _members(tree, module, "")


def _members(parent: ast.Module | ast.ClassDef, module: str, prefix: str) -> Iterator[Entry]:
    for node in parent.body:
        if not isinstance(node, _NAMED) or node.name.startswith("_"):
            continue
        name = prefix + node.name
        text = ast.get_docstring(node)
        if text:
            yield Entry(module, name, "class" if isinstance(node, ast.ClassDef) else "function", text)
        if isinstance(node, ast.ClassDef):
            yield from _members(node, module, f"{name}.")


def _sources(root: Path) -> list[Path]:
    paths = (path.relative_to(root) for path in root.rglob("*.py"))
    return sorted(root / path for path in paths if _SKIPPED_FOLDERS.isdisjoint(path.parts))


def _module_name(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _source_of(path: Path) -> str:
    try:
        with tokenize.open(path) as file:
            return file.read()
    except (SyntaxError, UnicodeDecodeError):
        return ""
