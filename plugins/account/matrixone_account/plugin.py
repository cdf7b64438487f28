"""The entry point of the plugin."""

from __future__ import annotations

from matrixone import hookimpl
from matrixone.managers import ManagerSpec
from matrixone_account.manager import AccountManager, AsyncAccountManager


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    """The manager ``account``."""
    return [ManagerSpec("account", AccountManager, AsyncAccountManager)]
