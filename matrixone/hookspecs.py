"""The hooks a plugin can implement. Every name begins with ``matrixone_``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matrixone.managers import ManagerSpec

PROJECT = "matrixone"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def matrixone_managers() -> Iterable[ManagerSpec]:  # type: ignore[empty-body]
    """Offer managers.

    Called once, when a manager is first asked for.

    Returns:
        One :class:`~matrixone.managers.ManagerSpec` for each attribute on sessions and clients.
    """
