"""``refused-features``: what the dialect's requirements close, with the server's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils.parsers.rst import Directive
from operations import table_of

from matrixone.dialect.requirements import Refused, Requirements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils import nodes
    from sphinx.application import Sphinx


def refused() -> Iterator[tuple[str, str]]:
    """Name and answer of every feature that is not there, in the order of the class."""
    for name, feature in vars(Requirements).items():
        if isinstance(feature, Refused):
            yield name, feature.answer


class RefusedFeatures(Directive):
    """One row a feature."""

    def run(self) -> list[nodes.Node]:
        return [table_of(("Feature", "What the server answers, or why"), refused(), widths=(35, 65))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("refused-features", RefusedFeatures)
    return {"parallel_read_safe": True}
