"""Starts a plugin as a renamed copy of this folder: ``python plugins/_template/new_plugin.py name``."""  # noqa: INP001 - a script

from __future__ import annotations

import re
import sys
from pathlib import Path

TEMPLATE = Path(__file__).parent
COPIED = ("pyproject.toml", "README.md", "matrixone_example", "tests")
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def new_plugin(name: str, directory: Path = TEMPLATE.parent) -> Path:
    """Copy the template.

    Args:
        name: Of the manager, as an attribute of sessions: lower case, words joined by underscores.
        directory: Where the folder of the plugin is made.

    Returns:
        The new folder.

    Raises:
        ValueError: The name cannot be an attribute, or the folder exists.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a name: use lower case, digits, and single underscores between words")
    target = directory / name
    if target.exists():
        raise ValueError(f"{target} exists already")
    for file in _files():
        copy = target / _renamed(str(file.relative_to(TEMPLATE)), name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(_renamed(file.read_text(encoding="utf-8"), name), encoding="utf-8")
    return target


def _files() -> list[Path]:
    found = [path for name in COPIED for path in (TEMPLATE / name, *(TEMPLATE / name).rglob("*"))]
    return [path for path in found if path.is_file() and path.suffix != ".pyc"]


def _renamed(text: str, name: str) -> str:
    words = "".join(word.capitalize() for word in name.split("_"))
    dashed = text.replace("matrixone-example", f"matrixone-{name.replace('_', '-')}")
    return dashed.replace("example", name).replace("Example", words)


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004 - the script and a name
        sys.exit("say its name: new_plugin.py topics")
    try:
        made = new_plugin(sys.argv[1])
    except ValueError as error:
        sys.exit(str(error))
    print(f"{made} is a working plugin; pip install -e {made} and make it yours")  # noqa: T201 - a script
