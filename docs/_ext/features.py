"""``feature-table``: the features of the server by version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils.parsers.rst import Directive
from operations import table_of

from matrixone.capabilities import dotted
from matrixone.features import FEATURES

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx


class FeatureTable(Directive):
    """One row a feature."""

    def run(self) -> list[nodes.Node]:
        rows = (
            (feature.name, feature.description, dotted(feature.since), feature.alternative)
            for feature in FEATURES.values()
        )
        return [table_of(("Feature", "What it is", "Since", "Without it"), rows, widths=(25, 45, 10, 20))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("feature-table", FeatureTable)
    return {"parallel_read_safe": True}
