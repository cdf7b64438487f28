"""The command ``matrixone``."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line, or say which extra it needs."""
    try:
        from matrixone.cli.app import app
    except ModuleNotFoundError as error:
        if error.name not in {"typer", "rich"}:
            raise
        sys.exit("matrixone: the command line needs the extra 'cli': pip install 'matrixone[cli]'")
    app()
