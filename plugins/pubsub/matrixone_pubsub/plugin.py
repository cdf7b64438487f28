"""The entry point of the plugin."""

from __future__ import annotations

from matrixone import hookimpl
from matrixone.managers import ManagerSpec
from matrixone_pubsub.manager import AsyncPubSubManager, PubSubManager


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    """The manager ``pubsub``."""
    return [ManagerSpec("pubsub", PubSubManager, AsyncPubSubManager)]
