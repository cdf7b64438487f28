"""What the entry point names."""

from matrixone import hookimpl
from matrixone.managers import ManagerSpec
from matrixone_example.manager import AsyncExampleManager, ExampleManager


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    """Offer ``example``."""
    return [ManagerSpec("example", ExampleManager, AsyncExampleManager)]
