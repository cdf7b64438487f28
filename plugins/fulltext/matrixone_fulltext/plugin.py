"""The entry point of the plugin."""

from __future__ import annotations

from matrixone import hookimpl
from matrixone.managers import ManagerSpec
from matrixone_fulltext.manager import AsyncFulltextIndexManager, FulltextIndexManager


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    """The manager ``fulltext_index``."""
    return [ManagerSpec("fulltext_index", FulltextIndexManager, AsyncFulltextIndexManager)]
