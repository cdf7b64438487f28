"""The demo: the documentation of the running Python's standard library, indexed and searched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matrixone.demo.report import Report
from matrixone.demo.search import best
from matrixone.demo.steps import INDEXING, TOUR, Demo
from matrixone.demo.workspace import open_workspace

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["run"]

_MATCHES = 8


def run(console: Console, *, url: str | None = None, query: str | None = None, limit: int | None = None) -> None:
    """Index the documentation in a database of its own, show what the SDK does with it, and drop the database.

    Args:
        console: Where the report is printed.
        url: Address of a server; an embedded development server is started if it is left out.
        query: Print the best matches for it, instead of the tour.
        limit: Most docstrings to index; all if left out.

    Raises:
        MatrixOneError: The server cannot be reached, or something it needs is not installed.
    """
    report = Report(console)
    with open_workspace(url) as workspace:
        report.heading(workspace.client.version(), workspace.database)
        demo = Demo(workspace, limit)
        for step in INDEXING if query else INDEXING + TOUR:
            report.run(step, demo)
        if query:
            with demo.session() as session:
                report.matches(query, best(session, query, demo.embedder.embed(query), _MATCHES))
    report.total()
