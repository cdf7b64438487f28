"""What the demo prints."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from matrixone.demo.models import Docstring
    from matrixone.demo.steps import Demo, Step

__all__ = ["Report"]

_TITLE_WIDTH = 20


class Report:
    """Runs steps and prints a line for each: how long it took, what it is, what it showed.

    Args:
        console: Where to print.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = time.perf_counter()

    def heading(self, server: str, database: str) -> None:
        """Say where the demo runs."""
        self._console.print(f"[bold]matrixone demo[/] on {escape(server)}, database {escape(database)}\n")

    def run(self, step: Step, demo: Demo) -> None:
        """Run a step and print its line."""
        title, function = step
        with self._console.status(title):
            started = time.perf_counter()
            shown = function(demo)
            seconds = time.perf_counter() - started
        line = Table.grid(padding=(0, 2))
        line.add_column(width=7, justify="right", style="cyan")
        line.add_column(width=_TITLE_WIDTH, style="bold")
        line.add_column()
        line.add_row(f"{seconds:.2f} s", title, escape(shown))
        self._console.print(line)

    def matches(self, query: str, found: Sequence[Docstring]) -> None:
        """Print what a search found."""
        table = Table(title=f"best matches for {escape(query)!r}, vector and full text together", title_justify="left")
        table.add_column("#", justify="right")
        table.add_column("object", style="bold", overflow="fold")
        table.add_column("documentation")
        for place, docstring in enumerate(found, 1):
            paragraph = docstring.text.split("\n\n", 1)[0].replace("\n", " ")
            table.add_row(str(place), escape(docstring.full_name), escape(paragraph))
        self._console.print()
        self._console.print(table if found else f"nothing found for {escape(query)!r}")

    def total(self) -> None:
        """Print the time of everything since the report began."""
        self._console.print(f"\n{time.perf_counter() - self._started:.1f} s in all; the database is gone again")
