"""One line on the plugin: the ``example`` of every session and client."""

from matrixone_example.manager import AsyncExampleManager, ExampleManager

__all__ = ["AsyncExampleManager", "ExampleManager"]
